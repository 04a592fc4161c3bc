"""What laboratory values say about a body."""

from datetime import timedelta

import equinox as eqx
import jax.numpy as jnp
import numpy as np
import pytest

from glucotwin.domain.observation import LabResult
from glucotwin.domain.record import Record
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.twin.evidence import Evidence, evidence_of, mean_glucose_mgdl, minimal_t2d_surprise
from t2d_person import DAYS, START, labs, life, t2d_person, true_body

WINDOW = Window(start=START, end=START + timedelta(days=DAYS))


def _line(*more: Record) -> Timeline:
    return Timeline.from_records(t2d_person(), [*life(), *labs(), *more])


def _lab(name: str, value: float, unit: str, *, day: float = 0.3) -> LabResult:
    return LabResult(time=START + timedelta(days=day), analyte=name, value=value, unit=unit)


def test_values_of_the_months_before_the_end_enter_in_one_unit() -> None:
    found = evidence_of(_line(_lab("HbA1c", 60.0, "mmol/mol"), _lab("1558-6", 8.0, "mmol/L")), WINDOW)
    assert found.fasting_mgdl == pytest.approx([142.0, 8.0 * 18.01559])
    assert found.hba1c_pct == pytest.approx([7.4, 0.09148 * 60 + 2.152])
    assert found.c_peptide_pmoll == pytest.approx([800.0])
    assert found.c_peptide_glucose_mgdl[0] == pytest.approx(142.0)
    assert float(found.carbs_mg_per_min) == pytest.approx(1000.0 * 180.0 / 1440.0)


def test_old_and_later_values_say_nothing() -> None:
    found = evidence_of(_line(_lab("HbA1c", 9.0, "%", day=-200), _lab("HbA1c", 6.0, "%", day=DAYS + 1)), WINDOW)
    assert found.hba1c_pct == pytest.approx([7.4])


@pytest.mark.parametrize(
    ("value", "hba1c", "peptides"),
    [(_lab("eGFR", 25.0, "mL/min/{1.73_m2}", day=1.0), 0, 0), (_lab("Haemoglobin", 10.0, "g/dL"), 0, 1)],
)
def test_kidney_disease_and_anaemia_take_hba1c_and_c_peptide_out(value: LabResult, hba1c: int, peptides: int) -> None:
    found = evidence_of(_line(value), WINDOW)
    assert (found.hba1c_pct.size, found.c_peptide_pmoll.size) == (hba1c, peptides)


def test_mean_glucose_balances_what_is_eaten() -> None:
    own, evidence = true_body().parameters(), evidence_of(_line(), WINDOW)
    mean = float(mean_glucose_mgdl(own, evidence))
    above = mean - float(own["glucose.basal_mgdl"])
    rates = float(own["glucose.effectiveness_per_min"]) + float(own["glucose.own_response"]) * mean
    eaten = 0.9 * float(evidence.carbs_mg_per_min) / (90.0 * float(own["glucose.volume_dl_per_kg"]))
    assert above * rates == pytest.approx(eaten)
    fasting = replace_carbs(evidence, 0.0)
    assert float(mean_glucose_mgdl(own, fasting)) == pytest.approx(float(own["glucose.basal_mgdl"]))


def test_a_higher_c_peptide_asks_for_more_secretion_and_less_sensitivity() -> None:
    body, evidence = true_body(), evidence_of(_line(), WINDOW)
    own = body.parameters()
    before = np.asarray(minimal_t2d_surprise(body, evidence))
    resistant = body.with_parameters({"glucose.sensitivity": own["glucose.sensitivity"] / 2.0})
    after = np.asarray(minimal_t2d_surprise(resistant, evidence))
    assert after[:-1] == pytest.approx(before[:-1]), "glucose alone does not tell them apart"
    assert after[-1] == pytest.approx(before[-1] - np.log(2.0) / 0.35)


def replace_carbs(evidence: Evidence, carbs_mg_per_min: float) -> Evidence:
    return eqx.tree_at(lambda one: one.carbs_mg_per_min, evidence, jnp.asarray(carbs_mg_per_min))
