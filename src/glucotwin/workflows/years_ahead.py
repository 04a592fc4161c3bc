"""Use case: the years ahead of a described person by year, as things go on and on candidate regimens, side by side."""

from collections.abc import Iterator, Sequence

from typing_extensions import TypedDict

from glucotwin.prognosis.answer import Outcome, Question, RiskValue
from glucotwin.prognosis.person import DescribedPerson
from glucotwin.prognosis.registry import SCORES
from glucotwin.workflows.complications import Complications, complications_of_person
from glucotwin.workflows.regimen_parse import parse_candidate
from glucotwin.workflows.regimen_person import months_person
from glucotwin.workflows.regimen_risk import person_on

BY_YEAR = "ukpds_om2"
TOLD_SCORES = ("score2_diabetes", "prevent", "recode", "kfre")
NOT_SHOWN = "_base_equation"


class RiskCourseJson(TypedDict):
    """The risk of one event by the end of each year, from 0 to 1."""

    event: str
    text: str
    risk_by_year: list[float]


class RiskJson(TypedDict):
    """One risk of one score within a number of years."""

    score: str
    title: str
    event: str
    text: str
    years: int
    risk: float


class RefusedScoreJson(TypedDict):
    """A score that was not made for such a person, and why."""

    title: str
    reasons: list[str]


class YearsAheadJson(TypedDict):
    """The years ahead on one candidate; without a name, as things go on."""

    name: str
    hba1c_pct: float | None
    courses: list[RiskCourseJson]
    risks: list[RiskJson]
    refused: list[RefusedScoreJson]


def years_ahead(
    person: DescribedPerson, candidates: Sequence[str], *, years: int = 10, samples: int = 1000, seed: int = 1
) -> list[YearsAheadJson]:
    """What every score says a year into each candidate; the first, without a name, is to change nothing.

    Args:
        person: today.
        candidates: as ``parse_candidate`` reads them.
        years: horizon of the courses.
        samples: simulated lives.
        seed: of these; the same for all candidates.

    Raises:
        DataError: a candidate cannot be read, or the person is none whose medicines can be compared.
        NotFoundError: there is no such medicine.
    """
    question = Question(years=years, samples=samples, seed=seed)
    asked = [(name, parse_candidate(name)) for name in dict.fromkeys(candidates)]
    if not asked:
        return [_told("", complications_of_person(person, question))]
    months = months_person(person)
    every = [("", ()), *asked]
    return [
        _told(name, complications_of_person(person_on(person, months, treatments), question))
        for name, treatments in every
    ]


def _told(name: str, found: Complications) -> YearsAheadJson:
    return {
        "name": name,
        "hba1c_pct": found.person.hba1c_pct,
        "courses": list(_courses(found)),
        "risks": [risk for score in TOLD_SCORES for risk in _risks(score, found)],
        "refused": [
            {"title": SCORES[score].title, "reasons": [one.text for one in answer.refusals]}
            for score, answer in found.scores.items()
            if score in (BY_YEAR, *TOLD_SCORES) and not answer.valid
        ],
    }


def _courses(found: Complications) -> Iterator[RiskCourseJson]:
    for outcome in found.scores[BY_YEAR].outcomes:
        course = _on_drugs(outcome, "risk_by_year")
        if isinstance(course, tuple):
            yield {"event": outcome.event, "text": outcome.text, "risk_by_year": list(course)}


def _risks(score: str, found: Complications) -> Iterator[RiskJson]:
    for outcome in found.scores[score].outcomes:
        if outcome.event.endswith(NOT_SHOWN):
            continue
        for name in outcome.risks:
            years = name.removeprefix("risk_").removesuffix("y")
            risk = _on_drugs(outcome, name)
            if name.startswith("risk_") and years.isdigit() and isinstance(risk, float):
                yield {
                    "score": score,
                    "title": SCORES[score].title,
                    "event": outcome.event,
                    "text": outcome.text,
                    "years": int(years),
                    "risk": risk,
                }


def _on_drugs(outcome: Outcome, name: str) -> RiskValue | None:
    """The risk with the effect of cardiorenal drugs where there are any."""
    return outcome.risks.get(f"{name}_on_drugs", outcome.risks.get(name))
