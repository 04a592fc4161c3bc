"""Options that several commands share: what is known about the person of a file."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, TypeVar, Unpack

import click

from glucotwin.core.message import DEFAULT_LOCALE, LOCALES
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
