"""UKPDS Outcomes Model 2 as a score: complications and death by year, life-years and QALYs, with and without drugs."""

from collections.abc import Mapping
from dataclasses import asdict

import numpy as np

from glucotwin.prognosis.answer import Outcome, Question, RiskValue, ScoreAnswer
from glucotwin.prognosis.ckd_epi import egfr_of
from glucotwin.prognosis.drug_effect import HazardRatio, TrialOutcome, effect_on
from glucotwin.prognosis.hba1c import hba1c_cautions
from glucotwin.prognosis.person import DescribedPerson
from glucotwin.prognosis.ukpds.alone import risks_alone
from glucotwin.prognosis.ukpds.life_course import LifeCourses, simulate_lives
from glucotwin.prognosis.ukpds.person_state import EVENTS
from glucotwin.prognosis.ukpds.quality_of_life import Years, life_years, quality_adjusted_life_years
from glucotwin.prognosis.ukpds.risk_factor import DEFAULTS, RiskFactors, risk_factors
from glucotwin.prognosis.validity import measured, missing, not_type_2, outside

KEYS = ("hba1c_pct", "sbp_mmhg", "ldl_mmoll", "hdl_mmoll", "bmi", "acr_mg_g")
RANGES = {"age_at_diagnosis": (25.0, 65.99), "diabetes_duration_y": (0.0, 30.0)}
"""The UKPDS took in people newly diagnosed at 25 to 65 years and followed them for up to 30."""
LONGEST_FOLLOW_UP_Y = 30.0
DEATH = "death"
TRIALS = {
    "mi": TrialOutcome.MI,
    "stroke": TrialOutcome.STROKE,
    "heart_failure": TrialOutcome.HEART_FAILURE,
    "renal_failure": TrialOutcome.KIDNEY,
}
"""Events on which drugs act; death follows from fewer of them, so that no effect counts twice."""


def ukpds_om2(person: DescribedPerson, question: Question) -> ScoreAnswer:
    """Complications by year; ``risk_by_year_alone`` takes each by itself, ``risk_by_year`` lives with all of them."""
    egfr = egfr_of(person)
    ages = {"age_at_diagnosis": person.diagnosed_at_y, "diabetes_duration_y": person.duration_y}
    refusals = [
        *not_type_2(person),
        *outside(ages, RANGES),
        *missing(person, KEYS if egfr is not None else (*KEYS, "egfr")),
    ]
    if refusals or egfr is None:
        return ScoreAnswer(refusals=tuple(refusals))
    today = _today(person, egfr)
    course = risk_factors(person, today, years=question.years, progression=question.progression)
    alone = risks_alone(person, course)
    outcomes, measures = _lived(person, course, alone, question) if question.samples else (_only_alone(alone), {})
    return ScoreAnswer(
        outcomes=outcomes,
        measures=measures | {"risk_factors": _told(course), "samples": question.samples, "seed": question.seed},
        cautions=_cautions(person, question),
        assumed=tuple(key for key in DEFAULTS if getattr(person, key) is None),
    )


def _today(person: DescribedPerson, egfr: float) -> RiskFactors:
    lab = measured(person, KEYS)
    others = {
        key: default if getattr(person, key) is None else getattr(person, key) for key, default in DEFAULTS.items()
    }
    return RiskFactors(
        hba1c=lab["hba1c_pct"],
        sbp=lab["sbp_mmhg"],
        ldl=lab["ldl_mmoll"],
        hdl=lab["hdl_mmoll"],
        bmi=lab["bmi"],
        heart_rate=others["heart_rate_bpm"],
        white_cells=others["white_cells_1e9_l"],
        haemoglobin=others["haemoglobin_g_dl"],
        egfr=egfr,
    )


def _told(course: tuple[RiskFactors, ...]) -> dict[str, list[float]]:
    rows = [asdict(factors) for factors in course]
    return {name: [row[name] for row in rows] for name in rows[0]}


def _cautions(person: DescribedPerson, question: Question) -> tuple[str, ...]:
    beyond = person.duration_y + question.years > LONGEST_FOLLOW_UP_Y
    told = ("prognosis-caution-ukpds", *(("prognosis-caution-beyond-30-years",) if beyond else ()))
    return told + hba1c_cautions(person)


def _only_alone(alone: Mapping[str, np.ndarray]) -> tuple[Outcome, ...]:
    return tuple(Outcome(event=event, risks={"risk_by_year_alone": _floats(risk)}) for event, risk in alone.items())


def _lived(
    person: DescribedPerson, course: tuple[RiskFactors, ...], alone: Mapping[str, np.ndarray], question: Question
) -> tuple[tuple[Outcome, ...], dict[str, object]]:
    """Outcomes and life-years of simulated lives, and of the same lives on the person's drugs."""
    courses = simulate_lives(person, course, lives=question.samples, seed=question.seed)
    risks = {event: dict[str, RiskValue](risk_by_year=risk) for event, risk in _by_year(courses).items()}
    for event, risk in alone.items():
        risks[event]["risk_by_year_alone"] = _floats(risk)
    years = _years(courses)
    measures: dict[str, object] = {name: told.to_json() for name, told in years.items()}
    effects = {event: effect for event, trial in TRIALS.items() if (effect := effect_on(trial, person.drugs))}
    if effects:
        gained = dict[str, list[float]]()
        for suffix, ratios in _ratios(effects).items():
            treated = simulate_lives(person, course, lives=question.samples, seed=question.seed, hazard_ratios=ratios)
            for event, risk in _by_year(treated).items():
                risks[event][f"risk_by_year_on_drugs{suffix}"] = risk
            for name, told in _years(treated).items():
                gained.setdefault(name, []).append(told.mean - years[name].mean)
        measures |= {f"{name}_gained_on_drugs": _interval(gains) for name, gains in gained.items()}
    named = {name.replace("by_year", f"{question.years}y"): name for name in risks[DEATH]}
    outcomes = tuple(
        Outcome(event=event, risks={short: _last(told[long]) for short, long in named.items()} | told)
        for event, told in risks.items()
    )
    return outcomes, measures


def _ratios(effects: Mapping[str, HazardRatio]) -> dict[str, dict[str, float]]:
    """Ratios by event for the run with drugs and for both ends of the interval of their effects."""
    return {
        "": {event: effect.ratio for event, effect in effects.items()},
        "_low": {event: effect.low for event, effect in effects.items()},
        "_high": {event: effect.high for event, effect in effects.items()},
    }


def _interval(gains: list[float]) -> dict[str, float]:
    """What is gained at the ratios, and the least and most at both ends of their intervals."""
    return {"mean": gains[0], "low": min(gains), "high": max(gains)}


def _years(courses: LifeCourses) -> dict[str, Years]:
    return {"life_years": life_years(courses), "qalys": quality_adjusted_life_years(courses)}


def _by_year(courses: LifeCourses) -> dict[str, tuple[float, ...]]:
    risks = {event: _floats(courses.struck[event].mean(axis=0)) for event in EVENTS}
    return {DEATH: _floats(courses.dead.mean(axis=0))} | risks


def _last(risk: RiskValue) -> float:
    return risk[-1] if isinstance(risk, tuple) else risk


def _floats(values: np.ndarray) -> tuple[float, ...]:
    return tuple(float(value) for value in values)
