"""``glucotwin loop run --real-time``: a line per decision, who is told of proposals, and going on after an end."""

import os
import secrets
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from glucotwin.cli.console import Console
from glucotwin.core.unit import GlucoseUnit

if TYPE_CHECKING:
    from glucotwin.workflows.loop.arm import PreparedRun
    from glucotwin.workflows.loop.live.driver import LiveStep
    from glucotwin.workflows.loop.live.proposal import Ear
    from glucotwin.workflows.loop.live.run import LiveAnswer

SECRET_VARIABLE = "GLUCOTWIN_TELL_SECRET"  # noqa: S105 - the name of a variable
SECRET_BYTES = 32


def live_start(folder: Path, zone: ZoneInfo) -> datetime:
    """Local time at which a run begins that names none: when it began, or the last full five minutes.

    Args:
        folder: of the run.
        zone: of the person.
    """
    from glucotwin.control.controller import DECISION_MIN
    from glucotwin.domain.inputs import minute_utc_from, time_from_minute_utc
    from glucotwin.workflows.loop.live.dose_log import recorded_run

    run = recorded_run(folder) or {}
    days: Mapping[str, Any] = run.get("days", {})
    if "local_start" in days:
        return datetime.fromisoformat(days["local_start"])
    minute_utc = minute_utc_from(datetime.now(tz=UTC))
    return time_from_minute_utc(minute_utc - minute_utc % DECISION_MIN).astimezone(zone).replace(tzinfo=None)


def ears_named(named: Sequence[str]) -> "tuple[Ear, ...]":
    """Where proposals are told: each as ``KIND:ADDRESS``, with the limits and servers of the environment.

    Raises:
        NotFoundError: there is no such kind of channel.
        UsageError: it is written otherwise, or the kind needs more than an address.
        DataError: the environment's mail server cannot be read.
    """
    from glucotwin.service.outgoing import PRIVATE, mail_server_of
    from glucotwin.workflows.channel.channel import Outgoing
    from glucotwin.workflows.channel.registry import find_kind
    from glucotwin.workflows.loop.live.proposal import Ear

    outgoing = Outgoing(allow_private=os.environ.get(PRIVATE) == "1", mail=mail_server_of(os.environ))
    secret = os.environ.get(SECRET_VARIABLE) or secrets.token_urlsafe(SECRET_BYTES)
    ears: list[Ear] = []
    for one in named:
        kind, _, address = one.partition(":")
        channel = find_kind(kind)
        if len(channel.fields) != 1 or not address:
            raise click.UsageError(f"--tell {one} is no KIND:ADDRESS, such as webhook:https://example.org/low.")
        ears.append(Ear(channel=channel, settings={channel.fields[0]: address}, secret=secret, outgoing=outgoing))
    return tuple(ears)


def run_by_clock(
    console: Console,
    prepared: "PreparedRun",
    run: Mapping[str, Any],
    *,
    folder: Path,
    speed: float,
    tell: Sequence[str],
    zone: ZoneInfo,
    unit: GlucoseUnit,
) -> None:
    """Lives a run by the clock and writes a line per decision.

    Args:
        console: to write to.
        prepared: algorithm, person, devices and days.
        run: all that decides what happens, as JSON values.
        folder: for the journal.
        speed: seconds of life per second.
        tell: where proposals are told, each as ``KIND:ADDRESS``.
        zone: in which times are written.
        unit: of glucose in lines.
    """
    from glucotwin.control.controller import DECISION_MIN
    from glucotwin.core.message import message
    from glucotwin.workflows.loop.live.driver import LiveChoice
    from glucotwin.workflows.loop.live.run import run_live

    with _live_line(console) as show:

        def watch(step: "LiveStep") -> None:
            if console.as_json:
                console.write_json_line({"kind": "step", **step.to_json()})
                return
            console.write(_line(step, zone, unit))
            for one in step.untold:
                console.warn(message("live-untold", why=one))
            show(message("live-next", time=_clock(step.command.minute_utc + DECISION_MIN, zone)))

        def replayed(_: str, fraction: float) -> None:
            show(message("live-replay", percent=f"{100.0 * fraction:.0f}"))

        try:
            choice = LiveChoice(speed=speed, ears=ears_named(tell), watch=watch)
            answer = run_live(prepared, run, folder, choice, progress=replayed)
        except KeyboardInterrupt:
            console.say(message("live-stopped", folder=str(folder)))
            raise
    _end(console, answer, unit)


@contextmanager
def _live_line(console: Console) -> Generator[Callable[[str], None]]:
    """What shows what is waited for, on a terminal."""
    if console.as_json or not console.terminal.is_terminal:
        yield lambda _: None
        return
    with console.terminal.status("…") as status:
        yield status.update


def _line(step: "LiveStep", zone: ZoneInfo, unit: GlucoseUnit) -> str:
    """One decision in words."""
    from glucotwin.core.message import message

    command = step.command
    parts = [
        _clock(command.minute_utc, zone),
        _glucose(command.seen["glucose_mgdl"], unit),
        f"{command.rate_u_per_h:5.2f} U/h",
        f"{command.bolus_u:5.2f} U",
        message("live-on-board", units=f"{command.on_board_u:.2f}"),
        command.reason.word,
    ]
    if command.is_held_back:
        parts.append(
            message("live-wants", rate=f"{command.safe_rate_u_per_h:.2f}", bolus=f"{command.safe_bolus_u:.2f}")
        )
    if command.seen["announced_carbs_g"] > 0.0:
        parts.append(message("live-meal", grams=f"{command.seen['announced_carbs_g']:.0f}"))
    parts.extend(f"→ {one.words()}" for one in step.proposals)
    if step.replayed:
        parts.append(message("live-replayed"))
    return "  ".join(parts)


def _clock(minute_utc: int, zone: ZoneInfo) -> str:
    from glucotwin.domain.inputs import time_from_minute_utc

    return time_from_minute_utc(minute_utc).astimezone(zone).strftime("%Y-%m-%d %H:%M")


def _glucose(shown_mgdl: float, unit: GlucoseUnit) -> str:
    from glucotwin.core.unit import glucose_in

    if not shown_mgdl > 0.0:
        return f"  --- {unit}"
    return f"{glucose_in(shown_mgdl, unit):5.{unit.decimals}f} {unit}"


def _end(console: Console, answer: "LiveAnswer", unit: GlucoseUnit) -> None:
    from glucotwin.core.message import message
    from glucotwin.core.unit import glucose_in

    if console.as_json:
        console.write_json_line({"kind": "end", **answer.to_json()})
        return
    glucose, last = answer.glucose, answer.last
    console.say(
        message(
            "live-end",
            mean=f"{glucose_in(glucose['mean_mgdl'], unit):.{unit.decimals}f} {unit}",
            in_range=f"{glucose['time_in_range_pct']:.1f}",
            below=f"{glucose['time_below_70_pct']:.1f}",
            basal=f"{0.0 if last is None else last.basal_u_total:.1f}",
            bolus=f"{0.0 if last is None else last.bolus_u_total:.1f}",
        )
    )
    console.say(message("loop-clamped", clamped=str(answer.clamped), decisions=str(answer.steps)))
