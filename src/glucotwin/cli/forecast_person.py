"""``glucotwin forecast TWIN SOURCE``: where glucose is heading, and how good one twin's forecasts were."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

import click

from glucotwin.cli.authority import local_authority
from glucotwin.cli.command import Command
from glucotwin.cli.console import Console
from glucotwin.cli.horizon import Horizons
from glucotwin.cli.option import PersonArguments, import_options, person_options
from glucotwin.cli.table import aligned
from glucotwin.cli.time import TypedTime, at_zone
from glucotwin.core.unit import GlucoseUnit

if TYPE_CHECKING:
    from glucotwin.core.answer import Answer
    from glucotwin.domain.timeline import Timeline
    from glucotwin.forecast.evaluation import Evaluation
    from glucotwin.forecast.forecast import Forecast
    from glucotwin.twin.twin import Twin

EVERY_MIN = 30


@click.command(
    "person",
    cls=Command,
    examples=(
        "glucotwin forecast person me.twin.json my-timeline --at 2024-03-28T09:00 --plot forecast.svg",
        "glucotwin forecast person me.twin.json my-timeline --ledger my-ledger",
        "glucotwin forecast person me.twin.json my-timeline --evaluate --horizons 30,60,120",
    ),
)
@click.argument("twin_file", metavar="TWIN", type=click.Path(path_type=Path))
@click.argument("source", type=click.Path(path_type=Path))
@click.option("--at", type=TypedTime(), help="Time to look ahead from; default: the newest reading.")
@click.option(
    "--horizon", type=click.IntRange(15, 480), default=240, show_default=True, help="How many minutes to look ahead."
)
@click.option("--evaluate", is_flag=True, help="Judge forecasts on the days after the fit instead.")
@click.option("--horizons", type=Horizons(), default="30,60,120", show_default=True, help="Minutes to judge at.")
@click.option(
    "--learned",
    "learned_file",
    type=click.Path(path_type=Path),
    help="What 'glucotwin forecast train' learned; default: NAME.learned.npz beside NAME.twin.json, if there.",
)
@click.option("--plot", type=click.Path(path_type=Path), help="PNG, SVG or PDF file to draw the forecast to.")
@click.option(
    "--ledger",
    type=click.Path(path_type=Path),
    help="Folder that keeps the forecast as it is, to be scored.",
)
@click.option(
    "--units",
    type=click.Choice([str(unit) for unit in GlucoseUnit]),
    default=str(GlucoseUnit.MGDL),
    show_default=True,
    help="Unit of glucose in tables and plots; JSON is always in mg/dL.",
)
@person_options
@click.pass_obj
def command(
    console: Console,
    twin_file: Path,
    source: Path,
    at: datetime | None,
    horizon: int,
    evaluate: bool,
    horizons: tuple[int, ...],
    learned_file: Path | None,
    plot: Path | None,
    ledger: Path | None,
    units: str,
    **person: Unpack[PersonArguments],
) -> None:
    """Forecast glucose with TWIN from the data in SOURCE, a timeline's folder or any file that can be imported."""
    from glucotwin.twin.archive import load_twin
    from glucotwin.workflows.metrics import open_timeline

    if plot is not None:
        from glucotwin.reports.figure.standalone import check_suffix

        check_suffix(plot)
    twin = load_twin(twin_file)
    timeline = open_timeline(source, import_options(**person))
    unit = GlucoseUnit(units)
    if evaluate:
        _evaluate(console, twin, timeline, horizons, unit)
        return
    from glucotwin.workflows.forecast import forecast_person, learned_for

    origin = None if at is None else at_zone(at, timeline.person.zone_info)
    answer = forecast_person(
        twin,
        timeline,
        origin=origin,
        horizon_min=horizon,
        learned=learned_for(twin_file, learned_file),
        authority=local_authority(),
    )
    if ledger is not None:
        from glucotwin.forecast.ledger.ledger import issue_forecasts

        issue_forecasts(ledger, twin, [answer.payload])
    if plot is not None:
        _plot(answer, timeline, plot, unit)
    if console.as_json:
        console.write_json(answer.to_json())
    else:
        console.write(_forecast_page(answer, timeline, unit))


def _evaluate(
    console: Console, twin: "Twin", timeline: "Timeline", horizons: tuple[int, ...], unit: GlucoseUnit
) -> None:
    from glucotwin.core.message import message
    from glucotwin.workflows.forecast import evaluate_person

    with console.progress(message("evaluation-progress")) as progress:
        answer = evaluate_person(twin, timeline, horizons=horizons, authority=local_authority(), progress=progress)
    if console.as_json:
        console.write_json(answer.to_json())
    else:
        console.write(_evaluation_page(answer, timeline, unit))


def _evaluation_page(answer: "Answer[Evaluation]", timeline: "Timeline", unit: GlucoseUnit) -> str:
    from glucotwin.core.message import message
    from glucotwin.domain.timeline import Window
    from glucotwin.reports.number import Numbers, window_days
    from glucotwin.reports.section.forecast import score_table
    from glucotwin.reports.section.summary import verdict_sentence

    evaluation, numbers = answer.payload, Numbers(unit)
    table = score_table(evaluation, numbers)
    rows = [table.header, *(row.cells for row in table.rows)]
    window = Window(start=evaluation.start, end=evaluation.end)
    days = window_days(window, timeline.person.zone_info)
    return "\n".join(
        [
            message("evaluation-page-title", person=timeline.person.person_id, days=days),
            "",
            aligned(rows, right=frozenset(range(1, len(table.header)))),
            "",
            verdict_sentence(evaluation, numbers),
            evaluation.future_inputs,
            answer.limits,
        ]
    )


def _forecast_page(answer: "Answer[Forecast]", timeline: "Timeline", unit: GlucoseUnit) -> str:
    from glucotwin.core.message import message
    from glucotwin.core.number import moment
    from glucotwin.reports.section.forecast import forecast_rows

    zone = timeline.person.zone_info
    forecast = answer.payload
    title = message(
        "forecast-page-title",
        person=timeline.person.person_id,
        moment=moment(forecast.origin.astimezone(zone)),
    )
    rows = forecast_rows(forecast, zone, unit, every_min=EVERY_MIN)
    table = aligned(rows, right=frozenset(range(len(rows[0]))))
    cautions = [message(key) for key in answer.validity.cautions]
    return "\n".join([title, "", table, "", forecast.future_inputs, *cautions, answer.limits])


def _plot(answer: "Answer[Forecast]", timeline: "Timeline", path: Path, unit: GlucoseUnit) -> None:
    from glucotwin.reports.plot import plot_forecast
    from glucotwin.workflows.report import forecast_example

    plot_forecast(forecast_example(answer.payload, timeline), timeline.person, path, unit=unit)
