"""``glucotwin progression``: ways into type 2 diabetes over years, and what sets them back."""

from pathlib import Path

import click

from glucotwin.cli.command import Command
from glucotwin.cli.console import Console
from glucotwin.cli.table import aligned


class YearNumber(click.ParamType):
    """``YEAR=NUMBER``."""

    name = "year=number"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[float, float]:
        """The year and the number."""
        if isinstance(value, tuple):
            return value
        year, equals, number = str(value).partition("=")
        try:
            return (float(year), float(number)) if equals else self.fail(f"{value!r} is not YEAR=NUMBER.", param, ctx)
        except ValueError:
            self.fail(f"{value!r} is not YEAR=NUMBER.", param, ctx)


@click.command(
    "progression",
    cls=Command,
    examples=(
        "glucotwin progression --course ha-2016 --years 6 --sensitivity 3=2.6 --plot years.png",
        "glucotwin progression --course igt-first --years 5 --lose 2=7 --json",
        "glucotwin progression --list",
    ),
)
@click.option("--course", default="ha-2016", show_default=True, help="Published course; see --list.")
@click.option("--years", type=click.FloatRange(0.2, 30), default=5, show_default=True, help="How long.")
@click.option(
    "--lose", type=YearNumber(), multiple=True, metavar="YEAR=KG", help="Lose weight for good from a year on."
)
@click.option(
    "--sensitivity",
    type=YearNumber(),
    multiple=True,
    metavar="YEAR=FACTOR",
    help="Multiply insulin sensitivity from a year on.",
)
@click.option("--out", type=click.Path(path_type=Path), help="CSV file to write every sample to.")
@click.option("--plot", type=click.Path(path_type=Path), help="PNG, SVG or PDF file to draw into.")
@click.option("--list", "listed", is_flag=True, help="List the published courses, and end.")
@click.pass_obj
def command(
    console: Console,
    course: str,
    years: float,
    lose: tuple[tuple[float, float], ...],
    sensitivity: tuple[tuple[float, float], ...],
    out: Path | None,
    plot: Path | None,
    listed: bool,
) -> None:
    """Follow beta cells for years, from normal glucose into type 2 diabetes, and what would delay it.

    Models of Ha, Satin and Sherman: by the day (2016), or from granules and meals to years (2020). They tell of an
    average person of their authors, not of anybody in particular.
    """
    from glucotwin.core.message import message
    from glucotwin.months.progression.table import published_courses

    if listed:
        told = [{"course": one.name, "model": one.model, "source": one.source} for one in published_courses().values()]
        if console.as_json:
            console.write_json(told)
        else:
            console.write(aligned([tuple(told[0]), *(tuple(one.values()) for one in told)]))
        return
    from glucotwin.workflows.progression import (
        compare_progression,
        draw_progression,
        progression_rows,
        progression_sentences,
        write_progression,
    )

    with console.progress(message("progression-progress")) as progress:
        found = compare_progression(course, years=years, losses=lose, factors=sensitivity, progress=progress)
    if out is not None:
        write_progression(found, out)
    if plot is not None:
        draw_progression(found, plot)
    if console.as_json:
        console.write_json(found.to_json())
        return
    rows = progression_rows(found)
    console.write(aligned(rows, right=frozenset({0})))
    for sentence in progression_sentences(found):
        console.write(sentence)
    console.say(message("progression-not-advice"))
