"""A campaign's files: its people as a table, and its report."""

from pathlib import Path

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.file import replace_file
from glucotwin.core.message import message
from glucotwin.workflows.loop.campaign import Campaign
from glucotwin.workflows.simulation_figure import SUFFIXES

TABLES = (".csv", ".parquet")
PAGES = (".html",)


def check_places(*, out: Path | None, plot: Path | None, report: Path | None) -> None:
    """Passes when the files to be written have the endings of what they are to hold.

    Raises:
        DataError: one has not.
    """
    for path, endings in ((out, TABLES), (plot, SUFFIXES), (report, PAGES)):
        if path is not None and path.suffix.lower() not in endings:
            raise DataError(
                ErrorCode.UNRECOGNISED_FORMAT,
                message("campaign-ending", name=path.name),
                hint=message("campaign-ending-hint", endings=", ".join(endings)),
            )


def write_people(campaign: Campaign, path: Path) -> None:
    """Writes one row per hazard, arm, seed and person as CSV or Parquet; an earlier file is replaced at once.

    Raises:
        NotFoundError: the folder does not exist.
    """
    people = campaign.people
    is_csv = path.suffix.lower() == ".csv"
    replace_file(path, people.write_csv if is_csv else people.write_parquet)


def write_report(campaign: Campaign, path: Path) -> None:
    """Writes the report as one HTML file, which appears whole or not at all; an earlier file is replaced.

    Raises:
        NotFoundError: the folder does not exist.
    """
    from glucotwin.workflows.loop.campaign_report import render_campaign

    page = render_campaign(campaign)
    replace_file(path, lambda place: place.write_text(page, encoding="utf-8"))
