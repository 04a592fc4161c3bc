"""UKPDS Outcomes Model 2: its equations and each complication by itself."""

import numpy as np
import pytest

from glucotwin.prognosis.ukpds.alone import risks_alone
from glucotwin.prognosis.ukpds.equation import cumulative_hazard, equations, yearly_risk
from glucotwin.prognosis.ukpds.person_state import EVENTS
from glucotwin.prognosis.ukpds.risk_factor import RiskFactors, risk_factors
from made_up_patient import described

TODAY = RiskFactors(
    hba1c=6.5, sbp=135.0, ldl=2.8, hdl=1.2, bmi=30.0, heart_rate=72.0, white_cells=6.8, haemoglobin=14.0, egfr=80.0
)
CHECKS_PCT = {
    # First events within ten years without competing causes; man, diagnosed at 57, from 3 to 13 years of diabetes.
    6.5: (2.9, 8.1, 8.9, 4.1, 2.5, 0.20, 0.53, 0.20),
    7.5: (2.9, 8.1, 9.9, 4.5, 3.0, 0.23, 0.68, 0.20),
}
"""In the order of EVENTS; ulcers are those of the first year."""


@pytest.mark.parametrize("hba1c", CHECKS_PCT)
def test_first_events_are_as_independently_worked_out(hba1c: float) -> None:
    today = RiskFactors(**{name: getattr(TODAY, name) for name in TODAY.__slots__} | {"hba1c": hba1c})
    person = described(acr_mg_g=None)
    alone = risks_alone(person, risk_factors(person, today, years=10, progression=False))
    found = [100.0 * alone[event][0 if event == "ulcer" else -1] for event in EVENTS]
    for one, expected in zip(found, CHECKS_PCT[hba1c], strict=True):
        # Half a unit of the last digit that is told, and what rounding twice adds.
        assert float(one) == pytest.approx(expected, abs=0.0051 if expected < 1.0 else 0.051)


def test_death_without_complications_is_as_independently_worked_out() -> None:
    hazard = cumulative_hazard("DEATHNOHIST", {}, 70.0) - cumulative_hazard("DEATHNOHIST", {}, 60.0)
    assert round(100.0 * float(1.0 - np.exp(-hazard)), 1) == 10.5


def test_death_after_complications_is_as_another_implementation_says() -> None:
    # A smoking, overweight man of 70 with heart failure and 6 x 10^9/L white cells; none this year.
    terms = {"BMI3": 1.0, "SMOKER": 1.0, "WBC": 6.0, "CHF.HIST": 1.0}
    assert float(yearly_risk("DEATHHISTNOEVENT", terms, 70.0)) == pytest.approx(0.04583776, abs=5e-9)


def test_yearly_risks_of_a_constant_hazard_add_up_to_the_whole() -> None:
    terms = {"AGE.DIAG": 57.0, "SBP": 13.5}
    whole = cumulative_hazard("IHD", terms, 13.0) - cumulative_hazard("IHD", terms, 3.0)
    survived = np.prod([1.0 - yearly_risk("IHD", terms, float(year)) for year in range(3, 13)])
    assert float(survived) == pytest.approx(float(np.exp(-whole)))


def test_there_are_seventeen_equations() -> None:
    assert len(equations()) == 17
    assert set(equations()) >= {"CHF", "FMIFEMALE", "SAMP", "RENALF", "DEATHYSEVENT"}


@pytest.mark.parametrize("equation", ["ULCER", "CHF", "DEATHNOHIST"])
def test_hazard_ratio_of_one_half_leaves_the_root_of_survival(equation: str) -> None:
    whole = float(yearly_risk(equation, {}, 10.0))
    half = float(yearly_risk(equation, {}, 10.0, hazard_ratio=0.5))
    assert (1.0 - half) ** 2 == pytest.approx(1.0 - whole)


def test_risk_factors_are_held_or_go_on() -> None:
    person = described()
    held = risk_factors(person, TODAY, years=5, progression=False)
    assert set(held) == {TODAY}
    moved = risk_factors(person, TODAY, years=2, progression=True)
    # HbA1c: 1.4195 + 0.7235 x 6.5 + 0.0810 x 6.5 + 0.1420 ln 4, for a white man with 3 years of diabetes.
    assert moved[1].hba1c == pytest.approx(1.4195 + 0.8045 * 6.5 + 0.1420 * np.log(4.0))
    assert moved[1].egfr == TODAY.egfr


def test_well_controlled_hba1c_rises_and_stays_plausible_over_decades() -> None:
    course = risk_factors(described(), TODAY, years=30, progression=True)
    values = [factors.hba1c for factors in course]
    assert values == sorted(values)
    assert values[-1] < 10.0
