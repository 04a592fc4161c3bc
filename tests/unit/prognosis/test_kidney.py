"""KFRE, CKD-EPI 2021 and what they share."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glucotwin.prognosis.answer import Question, Reason
from glucotwin.prognosis.ckd_epi import creatinine_from_egfr, egfr_from_creatinine, kidney_stage
from glucotwin.prognosis.kfre import kfre
from glucotwin.prognosis.person import Sex
from made_up_patient import described

MAN = {"age": 55, "age_at_diagnosis": 50, "egfr": 45, "acr_mg_g": 120, "region": "north_america"}
MAN_LABS = {"albumin_g_dl": 4.2, "phosphate_mg_dl": 3.3, "bicarbonate_mmoll": 24, "calcium_mg_dl": 9.1}
WOMAN = {
    "age": 72,
    "sex": "female",
    "age_at_diagnosis": 60,
    "egfr": 28,
    "acr_mg_g": 800,
    "region": "north_america",
}
WOMAN_LABS = {"albumin_g_dl": 3.4, "phosphate_mg_dl": 4.6, "bicarbonate_mmoll": 22, "calcium_mg_dl": 9.8}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [(MAN, (0.01247073, 0.03842137)), (WOMAN, (0.09997874, 0.28026055))],
)
def test_four_variables_are_as_another_implementation_says(
    changes: dict[str, object], expected: tuple[float, float]
) -> None:
    risks = kfre(described(**changes), Question()).outcomes[0].risks
    assert (risks["risk_2y"], risks["risk_5y"]) == pytest.approx(expected, abs=5e-9)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [(MAN | MAN_LABS, (0.01126961, 0.03624505)), (WOMAN | WOMAN_LABS, (0.11930161, 0.33888148))],
)
def test_eight_variables_are_as_another_implementation_says(
    changes: dict[str, object], expected: tuple[float, float]
) -> None:
    longer = kfre(described(**changes), Question()).outcomes[1]
    assert longer.event == "kidney_failure_eight_variables"
    assert (longer.risks["risk_2y"], longer.risks["risk_5y"]) == pytest.approx(expected, abs=5e-9)


def test_eight_variables_need_all_eight() -> None:
    labs = {key: value for key, value in MAN_LABS.items() if key != "calcium_mg_dl"}
    assert len(kfre(described(**MAN, **labs), Question()).outcomes) == 1


def test_other_regions_have_another_baseline() -> None:
    risks = kfre(described(**(MAN | {"region": "low"})), Question()).outcomes[0].risks
    # The same predictor under the other baseline survival.
    relative = math.log(1.0 - 0.01247073) / math.log(0.9750)
    assert risks["risk_2y"] == pytest.approx(1.0 - 0.9832**relative, abs=5e-9)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"egfr": 60}, Reason.OUT_OF_RANGE),
        ({"egfr": 45, "acr_mg_g": None}, Reason.NOT_MEASURED),
        ({"egfr": 40, "history_renal_failure": True}, Reason.KIDNEY_REPLACEMENT),
    ],
)
def test_kfre_refuses_outside_chronic_kidney_disease(changes: dict[str, object], reason: Reason) -> None:
    assert [one.reason for one in kfre(described(**changes), Question()).refusals] == [reason]


def test_ckd_epi_is_its_scale_at_the_knee() -> None:
    # At the knee both powers are one: 142 x 0.9938^age, for women 1.2 % more.
    assert egfr_from_creatinine(0.9, age=50.0, sex=Sex.MALE) == pytest.approx(142 * 0.9938**50)
    assert egfr_from_creatinine(0.7, age=50.0, sex=Sex.FEMALE) == pytest.approx(1.012 * 142 * 0.9938**50)


@pytest.mark.parametrize(
    ("creatinine_mgdl", "age", "sex", "rounded"),
    [(1.0, 50, Sex.MALE, 92), (1.0, 50, Sex.FEMALE, 69), (2.5, 70, Sex.MALE, 27), (0.5, 30, Sex.FEMALE, 129)],
)
def test_ckd_epi_is_as_worked_out_by_hand(creatinine_mgdl: float, age: float, sex: Sex, rounded: int) -> None:
    assert round(egfr_from_creatinine(creatinine_mgdl, age=float(age), sex=sex)) == rounded


@given(egfr=st.floats(5.0, 140.0), age=st.floats(18.0, 95.0), sex=st.sampled_from(Sex))
def test_creatinine_that_an_egfr_implies_gives_it_back(egfr: float, age: float, sex: Sex) -> None:
    creatinine = creatinine_from_egfr(egfr, age=age, sex=sex)
    assert egfr_from_creatinine(creatinine, age=age, sex=sex) == pytest.approx(egfr, rel=1e-9)


@pytest.mark.parametrize(("egfr", "stage"), [(90, "G1"), (89.9, "G2"), (59, "G3a"), (44, "G3b"), (20, "G4"), (9, "G5")])
def test_kidney_function_is_staged(egfr: float, stage: str) -> None:
    assert kidney_stage(described(egfr=egfr), Question()).measures["stage"] == stage


def test_egfr_comes_from_creatinine_where_it_is_not_told() -> None:
    answer = kidney_stage(described(egfr=None, creatinine_mgdl=1.0, age=50, age_at_diagnosis=45), Question())
    assert round(float(str(answer.measures["egfr"]))) == 92
    assert not kidney_stage(described(egfr=None), Question()).valid
