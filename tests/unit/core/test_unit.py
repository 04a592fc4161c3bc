"""Units: one constant, defined thresholds, and no default for what is unknown."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glucotwin.core.error import ErrorCode, UnitError
from glucotwin.core.unit import (
    MGDL_PER_MMOLL,
    CarbohydrateExchange,
    GlucoseUnit,
    InsulinConcentration,
    carbs_g_from_exchanges,
    glucose_in,
    hba1c_mmol_per_mol_from_pct,
    hba1c_pct_from_mmol_per_mol,
    insulin_u_from_ml,
    mgdl_from,
    mgdl_from_mmoll,
    mmoll_from_mgdl,
    parse_glucose_unit,
    threshold_in,
)

glucose = st.floats(0.1, 2000.0)


@given(glucose)
def test_glucose_survives_the_way_to_mmoll_and_back(glucose_mgdl: float) -> None:
    assert mgdl_from_mmoll(mmoll_from_mgdl(glucose_mgdl)) == pytest.approx(glucose_mgdl, rel=1e-12)


@given(glucose, st.sampled_from(GlucoseUnit))
def test_glucose_survives_the_way_to_any_unit_and_back(glucose_mgdl: float, unit: GlucoseUnit) -> None:
    assert mgdl_from(glucose_in(glucose_mgdl, unit), unit) == pytest.approx(glucose_mgdl, rel=1e-12)


def test_constant_follows_from_the_molar_mass_of_glucose() -> None:
    # C6H12O6 with the standard atomic weights of 2021: 180.156 g/mol.
    assert pytest.approx((6 * 12.011 + 12 * 1.008 + 6 * 15.999) / 10.0, rel=1e-4) == MGDL_PER_MMOLL


def test_arrays_are_converted_element_by_element() -> None:
    assert mmoll_from_mgdl(np.array([90.07795, 180.1559])) == pytest.approx([5.0, 10.0])


@pytest.mark.parametrize(
    ("threshold_mgdl", "threshold_mmoll"),
    [(54.0, 3.0), (63.0, 3.5), (70.0, 3.9), (140.0, 7.8), (180.0, 10.0), (250.0, 13.9)],
)
def test_consensus_thresholds_are_defined_not_converted(threshold_mgdl: float, threshold_mmoll: float) -> None:
    assert threshold_in(threshold_mgdl, GlucoseUnit.MMOLL) == threshold_mmoll
    assert threshold_in(threshold_mgdl, GlucoseUnit.MGDL) == threshold_mgdl


def test_other_thresholds_are_converted_to_one_decimal() -> None:
    assert threshold_in(120.0, GlucoseUnit.MMOLL) == 6.7


@pytest.mark.parametrize("text", ["mg/dL", " MG/DL ", "mgdl", "mg / dl"])
def test_spellings_of_mgdl_are_known(text: str) -> None:
    assert parse_glucose_unit(text) is GlucoseUnit.MGDL


@pytest.mark.parametrize("text", ["mmol/L", "mmol/l", "mmoll"])
def test_spellings_of_mmoll_are_known(text: str) -> None:
    assert parse_glucose_unit(text) is GlucoseUnit.MMOLL


@pytest.mark.parametrize("text", ["", "mg", "g/L", "mmol", "mg/L"])
def test_unknown_unit_is_an_error_with_a_hint(text: str) -> None:
    with pytest.raises(UnitError) as caught:
        parse_glucose_unit(text)
    assert caught.value.code is ErrorCode.UNKNOWN_UNIT
    assert "mmol/L" in caught.value.hint


@pytest.mark.parametrize(("strength", "insulin_u"), [("U100", 30.0), ("U200", 60.0), ("U300", 90.0), ("U500", 150.0)])
def test_volume_times_strength_is_the_dose(strength: str, insulin_u: float) -> None:
    assert insulin_u_from_ml(0.3, InsulinConcentration[strength]) == pytest.approx(insulin_u)


@pytest.mark.parametrize(
    ("exchange", "carbs_g"), [("US_EXCHANGE", 30.0), ("BREAD_UNIT", 24.0), ("CARBOHYDRATE_UNIT", 20.0)]
)
def test_exchanges_become_grams_of_their_country(exchange: str, carbs_g: float) -> None:
    assert carbs_g_from_exchanges(2.0, CarbohydrateExchange[exchange]) == carbs_g


@pytest.mark.parametrize(("ngsp_pct", "ifcc_mmol_per_mol"), [(6.0, 42.0), (7.0, 53.0), (8.0, 64.0), (10.0, 86.0)])
def test_hba1c_agrees_with_the_published_conversion_table(ngsp_pct: float, ifcc_mmol_per_mol: float) -> None:
    assert hba1c_mmol_per_mol_from_pct(ngsp_pct) == pytest.approx(ifcc_mmol_per_mol, abs=0.5)
    assert hba1c_pct_from_mmol_per_mol(ifcc_mmol_per_mol) == pytest.approx(ngsp_pct, abs=0.05)


def test_glucose_is_shown_in_whole_mgdl_and_tenths_of_mmoll() -> None:
    assert {unit.value: unit.decimals for unit in GlucoseUnit} == {"mg/dL": 0, "mmol/L": 1}
