"""``glucotwin sbml simulate``: a model in SBML by itself."""

from pathlib import Path

import click

from glucotwin.cli.command import Command
from glucotwin.cli.console import Console
from glucotwin.cli.pair import NamedNumber
from glucotwin.cli.table import aligned


class NamedNumbers(click.ParamType):
    """``NAME=NUMBER,NUMBER``."""

    name = "name=number,..."

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, tuple[float, ...]]:
        """The name and the numbers."""
        if isinstance(value, tuple):
            return value
        name, equals, numbers = str(value).partition("=")
        try:
            found = tuple(float(one) for one in numbers.split(",") if one.strip())
        except ValueError:
            found = ()
        if not (equals and name.strip() and found):
            self.fail(f"{value!r} is not NAME=NUMBER,NUMBER.", param, ctx)
        return name.strip(), found


@click.command(
    "simulate",
    cls=Command,
    examples=(
        "glucotwin sbml simulate examples/sbml/BIOMD0000000448.xml --until 60 --set insulin=1 --plot cell.png",
        "glucotwin sbml simulate examples/sbml/BIOMD0000000448.xml --until 3000 --scan insulin=0,0.03,0.1,0.3,1,10 "
        "--output glucoseuptake",
    ),
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--until", type=click.FloatRange(min=0, min_open=True), required=True, help="End, in the model's time.")
@click.option("--points", type=click.IntRange(2, 1_000_000), default=201, show_default=True, help="Moments to keep.")
@click.option("--set", "changes", type=NamedNumber(), multiple=True, help="Change a constant or a start, e.g. k1=0.5.")
@click.option("--scan", type=NamedNumbers(), help="Run once for each value of a quantity, e.g. insulin=0,1,10.")
@click.option("--output", "outputs", multiple=True, metavar="NAME", help="Keep only this state or rule. Repeatable.")
@click.option("--out", type=click.Path(path_type=Path), help="CSV file to write courses to.")
@click.option("--plot", type=click.Path(path_type=Path), help="PNG, SVG or PDF file to draw into.")
@click.pass_obj
def command(
    console: Console,
    file: Path,
    until: float,
    points: int,
    changes: tuple[tuple[str, float], ...],
    scan: tuple[str, tuple[float, ...]] | None,
    outputs: tuple[str, ...],
    out: Path | None,
    plot: Path | None,
) -> None:
    """Run the model in FILE (SBML Level 2 or 3) in its own units, once or for several values of one quantity."""
    from glucotwin.core.message import message
    from glucotwin.workflows.sbml import MOST_PANELS, SbmlRequest, draw_sbml_run, run_sbml, sbml_rows, write_sbml_run

    request = SbmlRequest(file=file, until=until, points=points, changes=dict(changes), scan=scan, outputs=outputs)
    with console.progress(message("sbml-progress")) as progress:
        run = run_sbml(request, progress=progress)
    if out is not None:
        write_sbml_run(run, out)
    if plot is not None:
        draw_sbml_run(run, plot)
        if len(run.outputs) > MOST_PANELS:
            console.say(message("sbml-plot-first", drawn=MOST_PANELS, all=len(run.outputs)))
    if console.as_json:
        console.write_json(run.to_json())
        return
    rows = sbml_rows(run)
    console.write(aligned(rows, right=frozenset(range(1, len(rows[0])))))
