"""What an HbA1c says, and when it misleads."""

import pytest

from glucotwin.prognosis.answer import Question
from glucotwin.prognosis.hba1c import CAUTION, hba1c_doubts, hba1c_reading, mean_glucose_from_hba1c
from glucotwin.prognosis.score2_diabetes import score2_diabetes
from made_up_patient import described


@pytest.mark.parametrize(
    ("hba1c_pct", "mean_mgdl"), [(5, 97), (6, 126), (7, 154), (8, 183), (9, 212), (10, 240), (11, 269), (12, 298)]
)
def test_mean_glucose_is_that_of_the_printed_table(hba1c_pct: float, mean_mgdl: int) -> None:
    assert mean_glucose_from_hba1c(float(hba1c_pct)) == pytest.approx(mean_mgdl, abs=0.51)


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({}, []),
        ({"haemoglobin_g_dl": 12.5}, ["anaemia"]),
        ({"haemoglobin_g_dl": 12.5, "sex": "female"}, []),
        ({"egfr": 29}, ["advanced-kidney-disease"]),
        ({"history_renal_failure": True}, ["kidney-replacement"]),
        ({"haemoglobin_variant": True, "pregnant": True}, ["haemoglobin-variant", "pregnancy"]),
        ({"short_red_cell_life": True}, ["short-red-cell-life"]),
        ({"iron_deficiency": True}, ["iron-deficiency"]),
    ],
)
def test_conditions_in_which_hba1c_misleads_are_named(changes: dict[str, object], names: list[str]) -> None:
    doubts = hba1c_doubts(described(**changes))
    assert [doubt["name"] for doubt in doubts] == names
    assert all(doubt["source"] and doubt["direction"] in {"low", "high", "either"} for doubt in doubts)


def test_glycation_gap_is_measured_less_expected() -> None:
    # A mean of 154 mg/dL stands for (154 + 46.7) / 28.7 = 6.993 %.
    measures = hba1c_reading(described(hba1c_pct=8.2, mean_glucose_mgdl=154), Question()).measures
    assert measures["glycation_gap_pct"] == pytest.approx(8.2 - 6.993, abs=0.001)
    assert measures["gap_is_large"] is True
    assert "glycation_gap_pct" not in hba1c_reading(described(), Question()).measures


def test_scores_that_use_a_doubtful_hba1c_say_so() -> None:
    assert CAUTION in score2_diabetes(described(iron_deficiency=True), Question()).cautions
    assert CAUTION not in score2_diabetes(described(), Question()).cautions
