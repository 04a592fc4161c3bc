"""``glucotwin ledger score``: how good the issued forecasts were."""

from pathlib import Path
from typing import TYPE_CHECKING, Unpack

import click

from glucotwin.cli.authority import local_authority
from glucotwin.cli.command import Command
from glucotwin.cli.console import Console
from glucotwin.cli.horizon import Horizons
from glucotwin.cli.option import PersonArguments, import_options, person_options
from glucotwin.cli.table import aligned
from glucotwin.core.unit import GlucoseUnit

if TYPE_CHECKING:
    from glucotwin.reports.number import Numbers
    from glucotwin.workflows.ledger import LedgerAnswer

COLUMNS = ("version", "minutes", "issued", "scored", "pending", "rmse", "persistence", "mard", "crps", "within")


@click.command("score", cls=Command, examples=("glucotwin ledger score my-ledger my-timeline --horizons 30,60",))
@click.argument("ledger", type=click.Path(path_type=Path))
@click.argument("source", type=click.Path(path_type=Path))
@click.option("--horizons", type=Horizons(), default="30,60,120", show_default=True, help="Minutes to judge at.")
@click.option(
    "--units",
    type=click.Choice([str(unit) for unit in GlucoseUnit]),
    default=str(GlucoseUnit.MGDL),
    show_default=True,
    help="Unit of glucose in the table; JSON is always in mg/dL.",
)
@person_options
@click.pass_obj
def command(
    console: Console,
    ledger: Path,
    source: Path,
    horizons: tuple[int, ...],
    units: str,
    **person: Unpack[PersonArguments],
) -> None:
    """Score the forecasts in LEDGER against the readings in SOURCE, a timeline's folder or a file."""
    from glucotwin.workflows.ledger import score_issued
    from glucotwin.workflows.metrics import open_timeline

    timeline = open_timeline(source, import_options(**person))
    answer = score_issued(ledger, timeline, horizons=horizons, authority=local_authority())
    if console.as_json:
        console.write_json(answer.to_json())
    else:
        console.write(_page(answer, GlucoseUnit(units)))


def _page(answer: "LedgerAnswer", unit: GlucoseUnit) -> str:
    from glucotwin.core.message import message
    from glucotwin.reports.number import Numbers

    numbers = Numbers(unit)
    header = tuple(message(f"ledger-column-{name}", unit=str(unit)) for name in COLUMNS)
    rows = [header]
    for one in answer.scores:
        own = one.accuracy
        rows.append(
            (
                one.twin_version,
                str(one.horizon_min),
                str(one.issued),
                str(one.scored),
                str(one.pending),
                "-" if own is None else numbers.glucose_fine(own.rmse_mgdl),
                "-" if own is None else _or_dash(own.rmse_persistence_mgdl, numbers),
                "-" if own is None else f"{own.mard_pct:.1f}",
                "-" if own is None else numbers.glucose_fine(own.crps_mgdl),
                "-" if own is None else f"{own.coverage_pct.get('90', float('nan')):.0f}",
            )
        )
    late = max((one.late for one in answer.scores), default=0)
    table = aligned(rows, right=frozenset(range(1, len(COLUMNS))))
    return "\n".join(
        [
            message("ledger-page-title", person=answer.person_id, count=answer.issued),
            "",
            table,
            *([message("ledger-late", count=late)] if late else []),
        ]
    )


def _or_dash(value_mgdl: float | None, numbers: "Numbers") -> str:
    return "-" if value_mgdl is None else numbers.glucose_fine(value_mgdl)
