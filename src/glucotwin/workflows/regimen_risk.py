"""Ten-year risks beside each candidate, by the scores of ``prognosis``.

A trial's hazard ratio already holds what its drug did to HbA1c, weight and pressure. So the equations see only what the
other medicines of a candidate do to these, and the hazard ratio of a cardiorenal class is put on top.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from glucotwin.months.course import SlowDay, months_course, months_courses
from glucotwin.months.person import MonthsPerson
from glucotwin.months.treatment import Treatment
from glucotwin.months.uncertainty import Draw, drawn_life
from glucotwin.prognosis.answer import Question, ScoreAnswer
from glucotwin.prognosis.person import CardiorenalDrug, DescribedPerson
from glucotwin.prognosis.registry import SCORES

CARDIORENAL: Mapping[str, CardiorenalDrug] = MappingProxyType(
    {
        "sglt2_inhibitor": CardiorenalDrug.SGLT2_INHIBITOR,
        "glp1_agonist": CardiorenalDrug.GLP1_AGONIST,
        "gip_glp1_agonist": CardiorenalDrug.GLP1_AGONIST,
        "finerenone": CardiorenalDrug.FINERENONE,
    }
)
"""Classes with trial effects; tirzepatide counts as a GLP-1 agonist."""

ASKED = ("score2_diabetes", "prevent", "recode")
RISK = "risk_10y"
SETTLED_D, LIVES = 365, 5000


def ten_year_risks(
    described: DescribedPerson, person: MonthsPerson, treatments: Sequence[Treatment]
) -> dict[str, dict[str, float]]:
    """Risks from 0 to 1 by score and event; a score that refuses the person is left out.

    Args:
        described: the person.
        person: the same for the slow body.
        treatments: the candidate.
    """
    return _risks_of(person_on(described, person, treatments))


def drawn_ten_year_risks(
    described: DescribedPerson, person: MonthsPerson, treatments: Sequence[Treatment], draws: Sequence[Draw]
) -> dict[str, dict[str, tuple[float, ...]]]:
    """The same by draw of model and person; the scores themselves and the trials' hazard ratios stay as published.

    Args:
        described: the person.
        person: the same for the slow body.
        treatments: the candidate.
        draws: of models and people; those that a score refuses are left out.
    """
    begun, stopped, others = _parted(treatments)
    lives = [drawn_life(person, others, draw) for draw in draws]
    told: dict[str, dict[str, list[float]]] = {}
    for course in months_courses(lives, days=SETTLED_D):
        after = _with_drugs(described_after(described, person, course.end), begun, stopped)
        for score, risks in _risks_of(after).items():
            for event, risk in risks.items():
                told.setdefault(score, {}).setdefault(event, []).append(risk)
    return {score: {event: tuple(drawn) for event, drawn in events.items()} for score, events in told.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class LivedYears:
    """Means over simulated lives within a horizon, on the drugs of a candidate.

    Attributes:
        years: the horizon.
        life_years: years lived.
        qalys: the same weighted by quality of life.
    """

    years: int
    life_years: float
    qalys: float


def lived_years(
    described: DescribedPerson, person: MonthsPerson, treatments: Sequence[Treatment], *, years: int
) -> LivedYears | None:
    """Life-years by UKPDS Outcomes Model 2, with the same chances for every candidate; None where it refuses.

    Args:
        described: the person.
        person: the same for the slow body.
        treatments: the candidate.
        years: horizon.
    """
    after = person_on(described, person, treatments)
    answer = SCORES["ukpds_om2"].answer(after, Question(years=years, samples=LIVES))
    if not answer.valid:
        return None
    lived, worth = (_mean(answer, name) + _mean(answer, f"{name}_gained_on_drugs") for name in ("life_years", "qalys"))
    return LivedYears(years=years, life_years=lived, qalys=worth)


def person_on(described: DescribedPerson, person: MonthsPerson, treatments: Sequence[Treatment]) -> DescribedPerson:
    """The description once a candidate has settled: after a year, its cardiorenal drugs beside what the others did.

    Args:
        described: the person.
        person: the same for the slow body.
        treatments: the candidate.
    """
    begun, stopped, others = _parted(treatments)
    end = months_course(person, others, days=SETTLED_D).end
    return _with_drugs(described_after(described, person, end), begun, stopped)


def described_after(described: DescribedPerson, person: MonthsPerson, end: SlowDay) -> DescribedPerson:
    """The description with what changed until a day; what was not measured stays so.

    Args:
        described: the person today.
        person: the same for the slow body.
        end: a day of its course.
    """
    changes: dict[str, object] = {
        "hba1c_pct": min(20.0, max(4.0, end.hba1c_pct)),
        "bmi": min(90.0, max(10.0, end.weight_kg / person.height_m**2)),
    }
    if described.sbp_mmhg is not None:
        changes["sbp_mmhg"] = end.sbp_mmhg
    if described.acr_mg_g is not None:
        changes["acr_mg_g"] = max(0.1, end.acr_mg_g)
    if described.ldl_mmoll is not None:
        changes["ldl_mmoll"] = end.ldl_mmoll
        if described.total_cholesterol_mmoll is not None:
            lower = described.ldl_mmoll - end.ldl_mmoll
            changes["total_cholesterol_mmoll"] = max(1.0, described.total_cholesterol_mmoll - lower)
    return described.model_copy(update=changes)


def _parted(
    treatments: Sequence[Treatment],
) -> tuple[list[CardiorenalDrug], set[CardiorenalDrug], list[Treatment]]:
    """Cardiorenal drugs that are begun, those that are stopped, and treatments whose effects the equations see."""
    cardiorenal = [one for one in treatments if one.medicine.kind in CARDIORENAL]
    begun = [CARDIORENAL[one.medicine.kind] for one in cardiorenal if not one.stopped]
    stopped = {CARDIORENAL[one.medicine.kind] for one in cardiorenal if one.stopped}
    return begun, stopped, [one for one in treatments if one.stopped or one not in cardiorenal]


def _with_drugs(
    described: DescribedPerson, begun: Sequence[CardiorenalDrug], stopped: set[CardiorenalDrug]
) -> DescribedPerson:
    drugs = tuple(dict.fromkeys((*(one for one in described.drugs if one not in stopped), *begun)))
    return described.model_copy(update={"drugs": drugs})


def _risks_of(after: DescribedPerson) -> dict[str, dict[str, float]]:
    question = Question(years=10, samples=0)
    answers = {name: SCORES[name].answer(after, question) for name in ASKED}
    return {name: _risks(answer) for name, answer in answers.items() if answer.valid}


def _mean(answer: ScoreAnswer, name: str) -> float:
    told = answer.measures.get(name)
    return float(told["mean"]) if isinstance(told, dict) else 0.0


def _risks(answer: ScoreAnswer) -> dict[str, float]:
    told: dict[str, float] = {}
    for outcome in answer.outcomes:
        risk = outcome.risks.get(f"{RISK}_on_drugs", outcome.risks.get(RISK))
        if isinstance(risk, float):
            told[outcome.event] = risk
    return told
