"""The slow body and its medicines against published figures."""

import pytest

from glucotwin.months.course import hba1c_from_mean_glucose, months_course
from glucotwin.months.medicine.registry import MEDICINES
from glucotwin.months.person import MonthsPerson


def _person(hba1c_pct: float, egfr: float = 90.0) -> MonthsPerson:
    return MonthsPerson(age_y=55.0, female=False, weight_kg=92.0, height_m=1.70, hba1c_pct=hba1c_pct, egfr=egfr)


def _less_placebo(person: MonthsPerson, weeks: int, **doses: float) -> float:
    taken = [(MEDICINES[name], dose) for name, dose in doses.items()]
    with_them = months_course(person, taken, days=7 * weeks).hba1c_pct[-1]
    return with_them - months_course(person, [], days=7 * weeks).hba1c_pct[-1]


@pytest.mark.parametrize(
    ("doses", "low", "high"),
    [
        ({"sitagliptin": 100.0}, -1.06, -0.60),
        ({"metformin": 1000.0}, -1.22, -0.75),
        ({"metformin": 2000.0}, -1.53, -1.06),
        ({"metformin": 1000.0, "sitagliptin": 100.0}, -1.80, -1.34),
        ({"metformin": 2000.0, "sitagliptin": 100.0}, -2.30, -1.84),
    ],
)
def test_goldsteins_arms_fall_within_their_intervals(doses: dict[str, float], low: float, high: float) -> None:
    assert low <= _less_placebo(_person(8.8), 24, **doses) <= high


def test_empagliflozin_loses_effect_with_kidney_function() -> None:
    healthy, ill = (_less_placebo(_person(8.0, egfr), 24, empagliflozin=25.0) for egfr in (90.0, 45.0))
    assert ill / healthy < 0.8


def test_stronger_classes_stay_stronger() -> None:
    person = _person(8.3)
    falls = [
        _less_placebo(person, 40, **{name: dose})
        for name, dose in (("sitagliptin", 100.0), ("semaglutide", 1.0), ("tirzepatide", 15.0))
    ]
    assert falls == sorted(falls, reverse=True)


def test_eating_less_takes_weight_as_halls_whole_model_does() -> None:
    person = MonthsPerson(age_y=40.0, female=False, weight_kg=100.0, height_m=1.75, hba1c_pct=7.4, egfr=90.0)
    course = months_course(person, [(MEDICINES["diet"], 500.0)], days=1095)
    changes = [course.weight_kg[day] - 100.0 for day in (182, 365, 730, 1095)]
    assert changes == pytest.approx([-8.1, -13.6, -19.9, -22.6], abs=0.6)


def test_steady_hba1c_is_that_of_adag() -> None:
    assert hba1c_from_mean_glucose(154.2 / 18.0156) == pytest.approx(7.0, abs=0.01)


@pytest.mark.parametrize(
    ("name", "dose", "hba1c_pct", "weeks", "egfr", "fall"),
    [
        ("empagliflozin", 10.0, 7.9, 76, 90.0, -0.73),
        ("empagliflozin", 25.0, 7.9, 76, 90.0, -0.84),
        ("empagliflozin", 25.0, 8.0, 24, 45.0, -0.58),
    ],
)
def test_the_page_tells_falls_less_placebo_as_they_are(
    name: str, dose: float, hba1c_pct: float, weeks: int, egfr: float, fall: float
) -> None:
    assert _less_placebo(_person(hba1c_pct, egfr), weeks, **{name: dose}) == pytest.approx(fall, abs=0.006)


@pytest.mark.parametrize(
    ("name", "dose", "hba1c_pct", "weeks", "change"),
    [
        ("glimepiride", 8.0, 8.2, 52, -0.57),
        ("semaglutide", 1.0, 8.28, 40, -1.72),
        ("tirzepatide", 5.0, 8.28, 40, -2.00),
        ("tirzepatide", 10.0, 8.28, 40, -2.27),
        ("tirzepatide", 15.0, 8.28, 40, -2.38),
        ("tirzepatide", 10.0, 7.9, 40, -2.13),
    ],
)
def test_the_page_tells_changes_as_they_are(
    name: str, dose: float, hba1c_pct: float, weeks: int, change: float
) -> None:
    course = months_course(_person(hba1c_pct), [(MEDICINES[name], dose)], days=7 * weeks)
    assert course.hba1c_pct[-1] - hba1c_pct == pytest.approx(change, abs=0.006)
