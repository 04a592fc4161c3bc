"""Hazard ratios of drugs, and what they make of a risk."""

import math

import pytest

from glucotwin.prognosis.answer import Question
from glucotwin.prognosis.drug_effect import HazardRatio, TrialOutcome, drug_effects, effect_on, risk_at, with_drugs
from glucotwin.prognosis.kfre import kfre
from glucotwin.prognosis.person import CardiorenalDrug
from made_up_patient import described

SGLT2, GLP1 = CardiorenalDrug.SGLT2_INHIBITOR, CardiorenalDrug.GLP1_AGONIST


@pytest.mark.parametrize("effect", drug_effects().values())
def test_every_ratio_lies_within_its_interval_and_names_its_source(effect: HazardRatio) -> None:
    assert effect.low < effect.ratio < effect.high
    assert all(effect.sources)


def test_ratios_of_two_drugs_multiply_and_their_errors_add() -> None:
    one, other = (effect_on(TrialOutcome.KIDNEY, [drug]) for drug in (SGLT2, GLP1))
    both = effect_on(TrialOutcome.KIDNEY, [SGLT2, GLP1, SGLT2])
    assert one is not None
    assert other is not None
    assert both is not None
    assert both.ratio == pytest.approx(one.ratio * other.ratio)
    width = math.hypot(math.log(one.high / one.low), math.log(other.high / other.low))
    assert math.log(both.high / both.low) == pytest.approx(width)


def test_drug_without_a_documented_effect_leaves_a_risk_alone() -> None:
    assert effect_on(TrialOutcome.DEATH, [SGLT2]) is None
    assert with_drugs({"risk_10y": 0.2}, TrialOutcome.DEATH, [SGLT2]) == {"risk_10y": 0.2}
    assert with_drugs({"risk_10y": 0.2}, None, [SGLT2]) == {"risk_10y": 0.2}


def test_hazard_ratio_acts_on_the_hazard() -> None:
    assert risk_at(0.19, 0.5) == pytest.approx(0.1)
    assert risk_at(0.3, 1.0) == pytest.approx(0.3)


def test_risk_as_described_stays_beside_the_one_on_drugs() -> None:
    without = kfre(described(egfr=40, acr_mg_g=300), Question()).outcomes[0].risks
    on_drug = kfre(described(egfr=40, acr_mg_g=300, drugs=["sglt2_inhibitor"]), Question()).outcomes[0].risks
    assert on_drug["risk_5y"] == without["risk_5y"]
    low, mean, high = (on_drug[f"risk_5y_on_drugs{end}"] for end in ("_low", "", "_high"))
    assert isinstance(low, float)
    assert isinstance(mean, float)
    assert isinstance(high, float)
    assert low < mean < high < float(str(without["risk_5y"]))
