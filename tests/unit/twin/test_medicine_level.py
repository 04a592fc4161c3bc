"""What medicines on record do to a body of type 2 diabetes, by day."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from glucotwin.domain.meal import Meal
from glucotwin.domain.observation import MedicationDose
from glucotwin.domain.person import DiabetesType
from glucotwin.domain.record import Record
from glucotwin.domain.timeline import Timeline
from glucotwin.months.acute import fasting_factor
from glucotwin.months.effect import Effect
from glucotwin.months.people import people_of
from glucotwin.physiology.minimal_t2d import FASTING, MEAL, RESPONSE
from glucotwin.twin.medicine_level import TYPICAL, known_medicine, medicine_levels
from t2d_person import START, t2d_person

PEOPLE = people_of([TYPICAL])
TEN_DAYS = np.arange(0.0, 10 * 1440.0, 60.0)


def _line(name: str, dose_mg: float, *, from_day: int = 0, until_day: int = 10) -> Timeline:
    days = [START + timedelta(days=day, hours=8) for day in range(10)]
    records: list[Record] = [Meal(time=at, carbs_g=50.0) for at in days]
    records += [MedicationDose(time=at, medication=name, dose_mg=dose_mg) for at in days[from_day:until_day]]
    return Timeline.from_records(t2d_person(), records)


def _levels(line: Timeline) -> dict[str, np.ndarray]:
    start = line.window().start
    return medicine_levels(line, start, TEN_DAYS)


def test_what_was_taken_from_the_first_day_on_is_level() -> None:
    fasting = _levels(_line("Metformin 1000", 2000.0))[FASTING]
    assert np.ptp(fasting) < 0.01
    assert -0.25 < fasting[-1] < -0.1, "a fall of fasting glucose by 10 to 22 %"


def test_what_begins_later_is_felt_with_its_onset_and_fades_when_it_ends() -> None:
    begun = _levels(_line("sitagliptin", 100.0, from_day=4))
    assert begun[FASTING][: 4 * 24] == pytest.approx(0.0)
    assert begun[RESPONSE][-1] > 0.1
    assert begun[MEAL][-1] < -0.2
    stopped = _levels(_line("metformin", 2000.0, until_day=4))[FASTING]
    assert stopped[0] < stopped[-1] < 0.0


@pytest.mark.parametrize(
    ("name", "dose", "level", "first_day", "third_day"),
    [
        ("acarbose", 300.0, MEAL, 0.8, 0.99),
        ("sitagliptin", 100.0, MEAL, 0.3, 0.85),
        ("gliclazide", 60.0, RESPONSE, 0.3, 0.8),
        ("empagliflozin", 10.0, FASTING, 0.2, 0.7),
        ("metformin", 1000.0, FASTING, 0.05, 0.35),
    ],
)
def test_medicines_that_act_from_the_first_doses_are_felt_within_days(
    name: str, dose: float, level: str, first_day: float, third_day: float
) -> None:
    begun = _levels(_line(name, dose, from_day=4))[level]
    full = _levels(_line(name, dose))[level][-1]
    after_a_day, after_three = begun[5 * 24] / full, begun[7 * 24] / full
    assert first_day < after_a_day < after_three
    assert third_day < after_three <= 1.0 + 1e-9


def test_a_day_that_is_cut_at_its_end_ends_no_medicine() -> None:
    line = _line("acarbose", 300.0)
    start = line.window().start
    early = medicine_levels(line, start, np.arange(0.0, 9 * 1440.0 + 60.0, 60.0))[MEAL]
    assert np.ptp(early) < 0.01


def test_other_people_and_other_medicines_have_no_levels() -> None:
    line = _line("metformin", 2000.0)
    type_1 = replace(line, person=replace(line.person, diabetes_type=DiabetesType.TYPE_1))
    assert _levels(type_1) == {}
    assert _levels(_line("levothyroxine", 0.1)) == {}
    assert known_medicine("Gliclazide MR 30") == "gliclazide"
    assert known_medicine("aspirin") is None


def test_fasting_glucose_is_in_balance_without_an_effect_and_falls_with_less_production() -> None:
    assert fasting_factor(PEOPLE, Effect()) == pytest.approx(1.0)
    assert fasting_factor(PEOPLE, Effect(production=0.7)) < 0.9
    assert fasting_factor(PEOPLE, Effect(excretion=0.1)) == pytest.approx(1.0 / 1.1)
