"""Options that several commands share: what is known about the person of a file."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, TypeVar, Unpack

import click

from glucotwin.core.message import DEFAULT_LOCALE, LOCALES, message
from glucotwin.core.unit import GlucoseUnit
from glucotwin.domain.person import DiabetesType, Sex, TherapyKind

if TYPE_CHECKING:
    from glucotwin.ingest.format import ImportOptions

Function = TypeVar("Function", bound=Callable[..., object])


class PersonArguments(TypedDict):
    """What click hands over for the options of ``person_options``."""

    zone: str | None
    person_id: str | None
    diabetes_type: str | None
    birth_year: int | None
    sex: str | None
    weight_kg: float | None
    therapy: str | None
    ignore_columns: tuple[str, ...]
    mappings: tuple[Path, ...]


def person_options(function: Function) -> Function:
    """Adds the options that say what a file may not: zone, pseudonym, attributes of the person."""
    options = (
        click.option("--zone", metavar="ZONE", help="Time zone of local times without an offset, e.g. Europe/Berlin."),
        click.option("--person-id", metavar="NAME", help="Pseudonym of the person; never a real name."),
        click.option(
            "--diabetes-type", type=click.Choice([str(one) for one in DiabetesType]), help="Type of diabetes."
        ),
        click.option("--birth-year", type=click.IntRange(1890, 2100), help="Year of birth."),
        click.option("--sex", type=click.Choice([str(one) for one in Sex]), help="Sex, as it matters for physiology."),
        click.option("--weight-kg", type=click.FloatRange(2.0, 400.0), help="Body weight in kg."),
        click.option("--therapy", type=click.Choice([str(one) for one in TherapyKind]), help="How insulin is given."),
        click.option(
            "--ignore-column", "ignore_columns", multiple=True, metavar="NAME", help="Pass over a column of a CSV file."
        ),
        click.option(
            "--mapping",
            "mappings",
            multiple=True,
            type=click.Path(path_type=Path),
            help="YAML file that describes a table of no known format.",
        ),
    )
    return _with_options(function, options)


def _with_options(function: Function, options: Sequence[Callable[[Function], Function]]) -> Function:
    """Adds options, which ``--help`` lists in their order."""
    for option in reversed(options):
        function = option(function)
    return function


def import_options(**person: Unpack[PersonArguments]) -> "ImportOptions":
    """What the options of ``person_options`` say, as the import takes it."""
    from glucotwin.ingest.format import ImportOptions

    diabetes_type, sex, therapy = person["diabetes_type"], person["sex"], person["therapy"]
    return ImportOptions(
        zone=person["zone"],
        person_id=person["person_id"],
        diabetes_type=None if diabetes_type is None else DiabetesType(diabetes_type),
        birth_year=person["birth_year"],
        sex=None if sex is None else Sex(sex),
        weight_kg=person["weight_kg"],
        therapy=None if therapy is None else TherapyKind(therapy),
        ignore_columns=person["ignore_columns"],
        mappings=person["mappings"],
    )


def file_options(function: Function) -> Function:
    """Adds the options that say what a SOURCE that is a plain file may not: zone and pseudonym."""
    options = (
        click.option("--zone", metavar="ZONE", help="For a file: zone of local times without an offset."),
        click.option("--person-id", metavar="NAME", help="For a file: pseudonym of the person."),
    )
    return _with_options(function, options)


def present_options(function: Function) -> Function:
    """Adds the options that say what today's settings are, where they are not on record."""
    options = (
        click.option(
            "--carb-ratio", type=click.FloatRange(1.0, 150.0), help="Today's carb ratio, g/U, if not on record."
        ),
        click.option(
            "--correction-factor",
            type=click.FloatRange(5.0, 400.0),
            help="Today's correction factor, mg/dL/U, likewise.",
        ),
        click.option("--target", type=click.FloatRange(70.0, 200.0), help="Today's target, mg/dL, if not on record."),
    )
    return _with_options(function, options)


def units_option(where: str) -> Callable[[Function], Function]:
    """Adds the option in which unit glucose is shown.

    Args:
        where: it is shown, as the help text says it: ``tables and plots``.
    """
    return click.option(
        "--units",
        type=click.Choice([str(unit) for unit in GlucoseUnit]),
        default=str(GlucoseUnit.MGDL),
        show_default=True,
        help=f"Unit of glucose in {where}; JSON is always in mg/dL.",
    )


def language_option(function: Function) -> Function:
    """Adds the option in which language a page or table for people is written."""
    option = click.option(
        "--language",
        type=click.Choice(LOCALES),
        default=DEFAULT_LOCALE,
        show_default=True,
        help="Language of the page, with its numbers and dates.",
    )
    return option(function)


def candidate_list(text: str) -> list[str]:
    """Candidate regimens as ``--candidates`` gives them: parted by commas.

    Raises:
        UsageError: there is none.
    """
    asked = [one.strip() for one in text.split(",") if one.strip()]
    if not asked:
        raise click.UsageError(message("regimen-no-candidate"))
    return asked
