"""A plan of medicines: what it changes, in words."""

from datetime import date

import pytest

from glucotwin.advise.medicine_plan import MedicineProposal, MedicineStep, medicine_changes
from glucotwin.advise.regimen.option import ladders
from glucotwin.advise.regimen.spell import Spell
from glucotwin.core.error import DataError
from glucotwin.months.medicine.registry import MEDICINES


def _spell(medicine: str, dose: float = 0.0) -> Spell:
    return Spell(medicine=medicine, dose=dose, titrated=dose == 0.0)


def test_changes_are_told_in_the_order_in_which_they_matter() -> None:
    taken = [_spell("metformin", 1000.0), _spell("glimepiride", 2.0), _spell("sitagliptin", 100.0)]
    plan = [_spell("metformin", 2000.0), _spell("glimepiride", 1.0), _spell("semaglutide", 1.0), _spell("glargine")]
    changes = medicine_changes(taken, plan)
    assert [(one.medicine, one.step) for one in changes] == [
        ("sitagliptin", MedicineStep.STOP),
        ("metformin", MedicineStep.RAISE),
        ("glimepiride", MedicineStep.LOWER),
        ("semaglutide", MedicineStep.START),
        ("glargine", MedicineStep.START),
    ]
    made = MedicineProposal(from_day=date(2026, 3, 9), plan="", changes=changes, why="Above the target.")
    assert made.sentence() == (
        "From 9 March 2026 on: stop sitagliptin; raise metformin from 1000 mg a day to 2000 mg a day; "
        "lower glimepiride from 2 mg a day to 1 mg a day; start semaglutide (1 mg a week); "
        "start glargine (by fasting glucose)"
    )


def test_a_plan_that_changes_nothing_is_refused() -> None:
    taken = [_spell("metformin", 1000.0)]
    with pytest.raises(DataError, match="changes nothing"):
        MedicineProposal(from_day=date(2026, 3, 9), plan="", changes=medicine_changes(taken, taken), why="So.")


def test_every_medicine_that_may_be_proposed_has_a_dose_by_the_day_or_the_week() -> None:
    assert all(MEDICINES[one.medicine].unit.rpartition("/")[2] in {"day", "week"} for one in ladders())
