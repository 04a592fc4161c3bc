"""``glucotwin sync``: take in what a site, a follower service or a folder has new, once or as a service."""

import json
import os
import re
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Unpack
from zoneinfo import ZoneInfo

import click

from glucotwin.cli.command import Command
from glucotwin.cli.console import Console
from glucotwin.cli.option import PersonArguments, import_options, person_options

if TYPE_CHECKING:
    from pydantic import SecretStr

    from glucotwin.ingest.format import ImportOptions
    from glucotwin.ingest.live.credential import Credential
    from glucotwin.ingest.live.source import LiveSource
    from glucotwin.workflows.poll import PollEvent
    from glucotwin.workflows.sync import SyncAnswer

SHORTEST_S = 60.0
"""Services lock out who asks more often."""
_DURATION = re.compile(r"(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>s|m|min|h|d)")
_SECONDS: Mapping[str, float] = {"s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86_400.0}


class Interval(click.ParamType):
    """A duration such as ``5m``, at least a minute."""

    name = "duration"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        """The duration."""
        if isinstance(value, timedelta):
            return value
        found = _DURATION.fullmatch(str(value).strip())
        seconds = float(found["number"]) * _SECONDS[found["unit"]] if found else 0.0
        if not SHORTEST_S <= seconds <= 30 * _SECONDS["d"]:
            self.fail(f"{value!r} is no duration of at least a minute, such as 5m or 1h.", param, ctx)
        return timedelta(seconds=seconds)


@click.command(
    "sync",
    cls=Command,
    examples=(
        "glucotwin sync nightscout --url https://my-site.example --token-file token.txt --timeline my-timeline",
        "glucotwin sync dexcom-share --region ous --timeline my-timeline --every 5m",
        "glucotwin sync folder --folder my-exports --zone Europe/Berlin --timeline my-timeline --every 1h",
    ),
)
@click.argument("source_name", metavar="SOURCE")
@click.option(
    "--timeline", "folder", type=click.Path(path_type=Path), required=True, help="Timeline to take the data in."
)
@click.option("--url", metavar="URL", help="Address of the site, without any secret.")
@click.option("--region", metavar="NAME", help="Region of the service: us, ous or jp for Dexcom; eu, us, … for Libre.")
@click.option("--folder", "watched", type=click.Path(path_type=Path), help="Folder to watch, of the source 'folder'.")
@click.option(
    "--token-file",
    type=click.Path(path_type=Path),
    help="File of secrets that only you can read: lines such as `token = …` or `username = …`, `password = …`.",
)
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Ask from this day on (UTC), whatever is stored.")
@click.option("--every", type=Interval(), help="Go on as a service and ask again after this time, e.g. 5m.")
@click.option("--once", is_flag=True, help="Ask once and end; the default.")
@click.option("--moved", is_flag=True, help="The account or site is another than before, but of the same person.")
@person_options
@click.pass_obj
def command(
    console: Console,
    source_name: str,
    folder: Path,
    url: str | None,
    region: str | None,
    watched: Path | None,
    token_file: Path | None,
    since: datetime | None,
    every: timedelta | None,
    once: bool,
    moved: bool,
    **person: Unpack[PersonArguments],
) -> None:
    """Take in what SOURCE has new since the last time.

    SOURCE is nightscout, dexcom-share, libre-link-up or folder. Secrets come from --token-file, from the environment
    (GLUCOTWIN_NIGHTSCOUT_TOKEN, GLUCOTWIN_DEXCOM_SHARE_PASSWORD, …) or are asked for; they are never written anywhere.
    The timeline is made when it does not exist, and replaced whole or not at all.
    """
    if once and every is not None:
        raise click.UsageError("--once and --every exclude each other.")
    from glucotwin.core.message import message
    from glucotwin.workflows.sync import continued_options, sync

    options = continued_options(folder, import_options(**person))
    source = _source(console, source_name, url=url, region=region, watched=watched, file=token_file, options=options)
    begin = None if since is None else since.replace(tzinfo=UTC)
    try:
        if every is None:
            console.say(message("sync-asking", source=source.title))
            _show(console, sync(source, folder, options, since=begin, moved=moved), zone=options.zone)
            return
        _serve(console, source, folder, options, begin=begin, moved=moved, every=every)
    finally:
        source.close()


def _serve(
    console: Console,
    source: "LiveSource",
    folder: Path,
    options: "ImportOptions",
    *,
    begin: datetime | None,
    moved: bool,
    every: timedelta,
) -> None:
    """Syncs again and again; the day to begin with and a change of account count for the first sync only."""
    from glucotwin.core.message import message
    from glucotwin.workflows.poll import poll, stopped_by_signals
    from glucotwin.workflows.sync import SyncAnswer, sync

    first = True

    def sync_once() -> SyncAnswer:
        nonlocal first
        answer = sync(source, folder, options, since=begin if first else None, moved=moved and first)
        first = False
        return answer

    with stopped_by_signals() as stop:
        console.say(message("sync-asking-every", source=source.title, every=str(every)))
        count = poll(sync_once, every=every, stop=stop, tell=lambda event: _tell(console, event, zone=options.zone))
    console.say(message("sync-stopped", count=count))


def _source(
    console: Console,
    name: str,
    *,
    url: str | None,
    region: str | None,
    watched: Path | None,
    file: Path | None,
    options: "ImportOptions",
) -> "LiveSource":
    from glucotwin.ingest.live.credential import known_credentials, variable_of
    from glucotwin.ingest.live.registry import find_source
    from glucotwin.ingest.live.source import SourceRequest

    kind = find_source(name)
    known = known_credentials(kind.name, kind.credentials, file=file, environment=os.environ)
    return kind.reached_by(
        SourceRequest(
            url=url or os.environ.get(variable_of(kind.name, "url")) or None,
            region=region,
            folder=watched,
            options=options,
            credentials=_completed(console, kind, known),
        )
    )


def _completed(
    console: Console, kind: "type[LiveSource]", known: "Mapping[str, SecretStr]"
) -> "Mapping[str, SecretStr]":
    """The credentials with those that are asked for; only a person at a terminal is asked."""
    from glucotwin.ingest.live.credential import missing_credentials

    complete = dict(known)
    for one in missing_credentials(kind.credentials, known):
        if one.instead in complete:
            continue
        if not sys.stdin.isatty() or console.as_json:
            _refuse_without(kind, one)
        elif typed := _asked(one):
            complete[one.name] = typed
    return complete


def _asked(credential: "Credential") -> "SecretStr | None":
    from pydantic import SecretStr

    default = None if credential.required else ""
    text = click.prompt(
        credential.title, hide_input=credential.hidden, default=default, show_default=False, err=True, type=str
    )
    return SecretStr(text.strip()) if text.strip() else None


def _refuse_without(kind: "type[LiveSource]", credential: "Credential") -> None:
    """Passes when a credential is not needed.

    Raises:
        DataError: it is, and nobody is there to ask.
    """
    if not credential.required:
        return
    from glucotwin.core.error import DataError, ErrorCode
    from glucotwin.core.message import message
    from glucotwin.ingest.live.credential import variable_of

    variable = variable_of(kind.name, credential.name)
    raise DataError(
        ErrorCode.INVALID_VALUE,
        message("sync-needs", source=kind.title, credential=credential.title),
        hint=message("sync-needs-hint", variable=variable, name=credential.name),
    )


def _tell(console: Console, event: "PollEvent", *, zone: str | None) -> None:
    """One line per sync; with --json one JSON document per line."""
    if event.answer is not None:
        _show(console, event.answer, zone=zone, in_one_line=True)
        return
    if event.error is not None:
        from glucotwin.core.message import message

        again = message("sync-next-attempt", seconds=f"{event.wait_s:.0f}")
        console.warn(f"{event.error.message} {event.error.hint} {again}")


def _show(console: Console, answer: "SyncAnswer", *, zone: str | None, in_one_line: bool = False) -> None:
    from glucotwin.core.message import message

    if console.as_json and in_one_line:
        console.write(json.dumps(answer.to_json(), ensure_ascii=False, allow_nan=False))
    elif console.as_json:
        console.write_json(answer.to_json())
    else:
        console.write(_line(answer, ZoneInfo(zone or "UTC")))
    for one in answer.files:
        if one.refused:
            console.warn(f"{one.name}: {one.refused.message}")
    if answer.out_of_reach is not None:
        start, end = (f"{one:%Y-%m-%d %H:%M}" for one in answer.out_of_reach)
        console.warn(message("sync-out-of-reach", start=start, end=end))
    if not (console.as_json or in_one_line):
        for finding in answer.findings:
            console.write(f"  {finding.severity!s:<8} {finding.text}")


def _line(answer: "SyncAnswer", zone: ZoneInfo) -> str:
    from glucotwin.core.message import message

    added, changed = (
        ", ".join(f"{name} {count:,}" for name, count in counts.items()) for counts in (answer.added, answer.withdrawn)
    )
    parts = [message("sync-new", counts=added) if added else message("sync-nothing-new")]
    if changed:
        parts.append(message("sync-changed", counts=changed))
    if answer.newest is not None:
        parts.append(message("sync-newest", time=f"{answer.newest.astimezone(zone):%Y-%m-%d %H:%M}"))
    return f"{answer.source}: {'; '.join(parts)}."
