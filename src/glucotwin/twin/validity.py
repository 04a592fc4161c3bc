"""For whom the twin's body was validated, and whether a person is one of them."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from glucotwin.core.validity import ValidatedPopulation, Validity
from glucotwin.domain.person import DiabetesType, Person

MINIMAL_POPULATION = ValidatedPopulation(
    diabetes_types=frozenset({str(DiabetesType.TYPE_1)}),
    minimum_age_years=18,
    evidence="Held-out forecasts of adults with type 1 diabetes (AZT1D); see validation/.",
)
"""Adults with type 1 diabetes. Pregnancy and dialysis change insulin action in ways the body does not know."""


MINIMAL_T2D_POPULATION = ValidatedPopulation(
    diabetes_types=frozenset({str(DiabetesType.TYPE_2)}),
    minimum_age_years=18,
    evidence="Held-out forecasts of adults with type 2 diabetes in hospital (ShanghaiT2DM); see docs/validation.md.",
    cautions=("validity-type-2",),
)
"""Adults with type 2 diabetes: no outpatients were checked, and no what-if against what really changed."""

POPULATIONS: Mapping[str, ValidatedPopulation] = MappingProxyType({"minimal-t2d": MINIMAL_T2D_POPULATION})


def validated_population(body: str) -> ValidatedPopulation:
    """For whom a body to fit was validated."""
    return POPULATIONS.get(body, MINIMAL_POPULATION)


def check_validity(person: Person, on: date, *, population: ValidatedPopulation = MINIMAL_POPULATION) -> Validity:
    """Whether forecasts and what-ifs are meant for a person.

    What is known to be outside the population speaks against it; what is not known is a caution, but for the type of
    diabetes, without which nothing can be said.

    Args:
        person: who is asked about.
        on: the day for which an answer is given.
        population: for whom the model was validated.
    """
    return Validity(
        reasons_against=(
            *_diabetes_reasons(person, population),
            *(("validity-pregnant",) if person.pregnant else ()),
            *(("validity-dialysis",) if person.dialysis else ()),
            *(("validity-young",) if _is_too_young(person, on, population) else ()),
        ),
        cautions=(
            *population.cautions,
            *(("validity-age-unknown",) if _is_age_unknown(person) else ()),
            *(("validity-conditions-unknown",) if person.pregnant is None or person.dialysis is None else ()),
        ),
    )


def _diabetes_reasons(person: Person, population: ValidatedPopulation) -> tuple[str, ...]:
    if person.diabetes_type is DiabetesType.UNKNOWN:
        return ("validity-diabetes-unknown",)
    if str(person.diabetes_type) in population.diabetes_types:
        return ()
    return ("validity-other-diabetes" if population is MINIMAL_POPULATION else "validity-not-type-2",)


def _is_too_young(person: Person, on: date, population: ValidatedPopulation) -> bool:
    age = person.age_years(on)
    if age is None:
        return person.adult is False
    # The birth year alone overstates the age of whoever has not had their birthday yet.
    youngest = age if person.adult else age - 1
    return person.adult is False or youngest < population.minimum_age_years


def _is_age_unknown(person: Person) -> bool:
    return person.birth_year is None and person.adult is None
