"""Each complication taken alone: the risk of a first event by year, as if nothing else happened."""

import numpy as np

from glucotwin.prognosis.person import DescribedPerson
from glucotwin.prognosis.ukpds.equation import yearly_risk
from glucotwin.prognosis.ukpds.person_state import EVENTS, HISTORY_TERMS, fixed_traits, yearly_terms
from glucotwin.prognosis.ukpds.risk_factor import RiskFactors


def first_equation(event: str, *, female: bool, had_ulcer: bool) -> str:
    """The equation of an event's first occurrence.

    Args:
        event: one of ``EVENTS``.
        female: sex; heart attacks have two equations.
        had_ulcer: whether there was a foot ulcer; amputations have two equations.
    """
    if event == "mi":
        return "FMIFEMALE" if female else "FMIMALE"
    if event == "amputation":
        return "FAMPULCER" if had_ulcer else "FAMPNOULCER"
    names = {
        "heart_failure": "CHF",
        "ischaemic_heart_disease": "IHD",
        "stroke": "FSTROKE",
        "blindness": "BLIND",
        "ulcer": "ULCER",
        "renal_failure": "RENALF",
    }
    return names[event]


def risks_alone(person: DescribedPerson, course: tuple[RiskFactors, ...]) -> dict[str, np.ndarray]:
    """Cumulative risk of a first event at the end of each year, without other events and without death.

    Args:
        person: the person, whose histories stay as they are.
        course: risk factors by year.

    Returns:
        For each event that the person has not had, one probability per year.
    """
    traits = fixed_traits(person)
    history = {f"{HISTORY_TERMS[event]}.HIST": float(getattr(person, f"history_{event}")) for event in EVENTS}
    alone: dict[str, np.ndarray] = {}
    for event in EVENTS:
        if history[f"{HISTORY_TERMS[event]}.HIST"]:
            continue
        equation = first_equation(event, female=person.is_female, had_ulcer=person.history_ulcer)
        yearly = [
            float(yearly_risk(equation, yearly_terms(traits, factors, year) | history, traits.duration_y + year))
            for year, factors in enumerate(course)
        ]
        alone[event] = 1.0 - np.cumprod(1.0 - np.asarray(yearly))
    return alone
