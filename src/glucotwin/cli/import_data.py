"""``glucotwin import``: a person's file becomes a timeline, with a page on its quality."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Unpack
from zoneinfo import ZoneInfo

import click

from glucotwin.cli.command import Command
from glucotwin.cli.console import Console
from glucotwin.cli.option import PersonArguments, import_options, person_options
from glucotwin.cli.table import aligned

if TYPE_CHECKING:
    from collections.abc import Sequence

    from glucotwin.ingest.quality import Coverage, Source
    from glucotwin.workflows.import_data import ImportAnswer


@click.command(
    "import",
    cls=Command,
    examples=(
        "glucotwin import export.csv --zone Europe/Berlin --out my-timeline",
        "glucotwin import my-exports/ --zone Europe/Berlin --diabetes-type type1 --out my-timeline",
        "glucotwin import tidepool.json --page quality.html",
    ),
)
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="Folder to save the timeline to; without it, only check.")
@click.option("--overwrite", is_flag=True, help="Replace an existing timeline at --out, or --page.")
@click.option("--page", type=click.Path(path_type=Path), help="HTML file to write the quality page to.")
@click.option("--only", metavar="PERSON", help="Of files of several people, such as a research set, only this one's.")
@click.option("--meals-from-words", is_flag=True, help="Estimate meals that notes tell in words: Rice 100 g; Egg 50 g.")
@person_options
@click.pass_obj
def command(
    console: Console,
    path: Path,
    out: Path | None,
    overwrite: bool,
    page: Path | None,
    only: str | None,
    meals_from_words: bool,
    **person: Unpack[PersonArguments],
) -> None:
    """Import a person's data from PATH and judge their quality.

    PATH is a file, a folder, or a zip archive of what one person has; formats are recognised by content, and what
    several devices tell of the same event is counted once. Nothing is half-written: the folder appears whole or not at
    all.
    """
    from glucotwin.core.message import message
    from glucotwin.workflows.import_data import import_data

    with console.progress(message("import-progress", name=path.name)) as progress:
        options = replace(import_options(**person), only=only)
        answer = import_data(
            path, options, out, overwrite=overwrite, page=page, words=meals_from_words, progress=progress
        )
    if console.as_json:
        console.write_json(answer.to_json())
        return
    console.write(_page(answer))


def _page(answer: "ImportAnswer") -> str:
    from glucotwin.core.message import message

    person, quality = answer.timeline.person, answer.quality
    about = message(
        "import-person",
        person=person.person_id,
        diabetes=str(person.diabetes_type),
        therapy=str(person.therapy),
        zone=person.zone,
    )
    findings = [f"  {finding.severity!s:<8} {finding.text}" for finding in quality.findings]
    saved = [] if answer.folder is None else ["", message("import-saved", path=str(answer.folder))]
    return "\n".join(
        [
            *_sources(quality.sources),
            about,
            "",
            message("import-coverage"),
            _coverage_table(answer),
            "",
            *_days(answer),
            message("import-findings"),
            *(findings or [f"  {message('import-no-findings')}"]),
            *saved,
        ]
    )


def _sources(sources: "Sequence[Source]") -> list[str]:
    """A sentence on one file, a table of several."""
    from glucotwin.core.message import message

    if len(sources) == 1:
        return [message("import-read-as", name=sources[0].name, format=sources[0].format_name)]
    rows = [
        (one.name, one.format_name or message("import-refused"), f"{one.records:,}" if one.refused is None else "")
        for one in sources
    ]
    header = tuple(message(f"import-column-{name}") for name in ("file", "format", "records"))
    reasons = [f"  {one.name}: {one.refused.message}" for one in sources if one.refused]
    return [aligned([header, *rows], right=frozenset({2})), *(["", *reasons] if reasons else []), ""]


def _days(answer: "ImportAnswer") -> list[str]:
    """How many days are fit for a twin, and what speaks most against the others."""
    from collections import Counter

    from glucotwin.core.message import message
    from glucotwin.ingest.detect.days import reason_text

    fit = sum(one.fit for one in answer.days)
    against = Counter(reason for one in answer.days for reason in one.reasons_against)
    reasons = (message("quality-page-reason", count=count, reason=reason_text(one)) for one, count in against.items())
    return [message("quality-page-fit", fit=fit, days=len(answer.days)), *(f"  {one}" for one in reasons), ""]


def _coverage_table(answer: "ImportAnswer") -> str:
    from glucotwin.core.message import message

    names = ("stream", "records", "first", "last", "active", "gaps")
    header = ["", *(message(f"import-column-{name}") for name in names)]
    zone = answer.timeline.person.zone_info
    rows = [["", *_coverage_row(one, zone)] for one in answer.quality.coverage]
    return aligned([header, *rows], right=frozenset({2, 5, 6}))


def _coverage_row(coverage: "Coverage", zone: ZoneInfo) -> tuple[str, ...]:
    first, last = (f"{time.astimezone(zone):%Y-%m-%d %H:%M}" for time in (coverage.first, coverage.last))
    active = "" if coverage.active_percent is None else f"{coverage.active_percent:.1f} %"
    gaps = "" if not coverage.gaps else f"{coverage.gaps} ({(coverage.gap_min or 0.0) / 60.0:.1f} h)"
    return coverage.stream, f"{coverage.records:,}", first, last, active, gaps
