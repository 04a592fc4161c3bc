"""Behaviour profiles: the shipped ones, and what their table may hold."""

import csv
from importlib import resources

import pytest

from glucotwin.core.error import DataError
from glucotwin.scenario.behaviour_profile import behaviour_profiles, parse_profiles

FILES = ("behaviours.csv", "habits.csv", "habit_by_age.csv")


def shipped(name: str) -> str:
    return (resources.files("glucotwin.scenario") / "data" / name).read_text(encoding="utf-8")


def test_four_profiles_are_shipped() -> None:
    assert set(behaviour_profiles()) == {"adherent", "typical", "careless", "still"}


@pytest.mark.parametrize("name", FILES)
def test_every_number_has_a_source(name: str) -> None:
    rows = list(csv.DictReader(line for line in shipped(name).splitlines() if not line.startswith("#")))
    assert rows
    assert [row for row in rows if not row["source"].strip() or None in row] == []


def test_care_falls_from_adherent_over_typical_to_careless() -> None:
    adherent, typical, careless = (behaviour_profiles()[name] for name in ("adherent", "typical", "careless"))
    for better, worse in ((adherent, typical), (typical, careless)):
        assert better.bolus.missed_dinner_probability < worse.bolus.missed_dinner_probability
        assert better.bolus.late_probability < worse.bolus.late_probability
        assert better.counting.meal_log_sd < worse.counting.meal_log_sd
        assert better.eating.size_log_sd < worse.eating.size_log_sd
        assert better.exercise.sessions_per_week > worse.exercise.sessions_per_week
        assert better.catheter.change_days < worse.catheter.change_days
        assert better.care.low_mgdl >= worse.care.low_mgdl
        assert better.care.wakes_below_mgdl > worse.care.wakes_below_mgdl
        assert better.care.high_mgdl < worse.care.high_mgdl
        assert better.settings.basal_log_sd < worse.settings.basal_log_sd
        assert better.settings.carb_ratio_log_sd < worse.settings.carb_ratio_log_sd


def test_a_profile_lists_what_differs_from_typical() -> None:
    text = shipped("behaviours.csv") + "night-shift,sleep.short_nights_per_week,3,made up\n"
    profiles = parse_profiles(text)
    assert profiles["night-shift"].sleep.short_nights_per_week == 3.0
    assert profiles["night-shift"].eating == profiles["typical"].eating


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ("new,sleep.short_nights_per_week,3,", "has no source"),
        ("new,sleep.short_nights_per_week,many,made up", "'many', which is no number"),
        ("new,sleep.naps_per_day,1,made up", "unknown or missing quantity"),
        ("new,mood.good_days,1,made up", "unknown quantity 'mood.good_days'"),
        ("new,bolus.late_probability,1.5,made up", "late_probability is 1.5"),
        ("new,eating.time_sd_min,-1,made up", "time_sd_min is -1"),
        ("new,catheter.change_days,30,made up", "change_days is 30"),
        ("new,eating.snacks_per_day,9,made up", "snacks_per_day is 9"),
        ("new,exercise.aerobic_share,0.9,made up", "kinds of exercise is 1.1"),
        ("typical,sleep.time_sd_min,40,made up", "is given twice"),
    ],
)
def test_impossible_rows_are_refused(row: str, complaint: str) -> None:
    with pytest.raises(DataError, match=complaint):
        parse_profiles(f"{shipped('behaviours.csv')}{row}\n")
