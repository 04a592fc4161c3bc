"""The example situations show what their first lines and the how-to say of them."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from glucotwin.workflows.simulate import Simulation, SimulationRequest, simulate_variants

FOLDER = Path(__file__).parents[3] / "examples" / "situations"
DAY = 1440
KETONES = "ketone_mmoll"
SUBJECTS = {
    "alcohol-evening": "adult#008",
    "basal-switch": "adult#008",
    "exercise-low": "adult#008",
    "missed-bolus": "adult#003",
    "new-insulin": "adult#008",
    "pump-failure": "adult#008",
    "rescue": "adult#008",
    "sick-day": "adult#008",
    "travel": "adult#008",
}
"""Every situation with the person whose figure the how-to shows."""


@cache
def situation(name: str) -> dict[str, Simulation]:
    """The variants of a situation by name."""
    path = FOLDER / f"{name}.yaml"
    simulations = simulate_variants(SimulationRequest(scenario=path, subject=SUBJECTS[name], outputs=(KETONES,)))
    return {one.variant: one for one in simulations}


def glucose(name: str) -> dict[str, np.ndarray]:
    """Plasma glucose of every variant of a situation."""
    return {variant: one.glucose_mgdl[0] for variant, one in situation(name).items()}


def clock_min(simulation: Simulation) -> np.ndarray:
    """The local clock at every minute but the end."""
    return np.asarray(simulation.inputs[0].minute_of_day)


def test_every_situation_is_looked_at() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == set(SUBJECTS)


@pytest.mark.slow
def test_everybody_rests_at_110() -> None:
    assert {round(float(one[0]), 6) for name in ("exercise-low", "travel") for one in glucose(name).values()} == {110.0}


@pytest.mark.slow
def test_run_with_nothing_changed_ends_in_a_low_and_each_way_out_prevents_it() -> None:
    lowest = {variant: one.min() for variant, one in glucose("exercise-low").items()}
    unchanged = lowest.pop("nothing changed")
    assert unchanged < 70.0
    assert len(lowest) == 3
    assert min(lowest.values()) > max(70.0, unchanged + 10.0)


@pytest.mark.slow
def test_later_the_bolus_higher_the_peak() -> None:
    highest = {variant: one.max() for variant, one in glucose("missed-bolus").items()}
    assert highest["bolus missed"] > highest["given 2 h late"] + 20.0
    assert highest["given 2 h late"] > highest["given 15 min ahead"] + 10.0


@pytest.mark.slow
def test_illness_needs_more_insulin_and_stopped_basal_brings_ketones() -> None:
    mean = {variant: one.mean() for variant, one in glucose("sick-day").items()}
    assert mean["basal at 120 % while ill"] < mean["insulin as always"] - 5.0
    ketones = {variant: one.outputs[KETONES].max() for variant, one in situation("sick-day").items()}
    assert ketones.pop("basal stopped, as nothing is eaten") > 3.0
    assert max(ketones.values()) < 0.6


@pytest.mark.slow
def test_illness_raises_glucose_from_the_second_morning_on() -> None:
    always = glucose("sick-day")["insulin as always"]
    assert always[2 * DAY : 3 * DAY].mean() > always[:DAY].mean() + 10.0


@pytest.mark.slow
def test_faster_the_insulin_lower_glucose_two_hours_after_breakfast() -> None:
    at = {variant: one[9 * 60 + 30] for variant, one in glucose("new-insulin").items()}
    assert sorted(at, key=lambda variant: at[variant]) == [
        "URLi at the meal",
        "lispro 15 min ahead",
        "lispro at the meal",
        "regular at the meal",
    ]
    assert at["regular at the meal"] > at["URLi at the meal"] + 10.0


@pytest.mark.slow
def test_regular_insulin_is_still_at_work_at_night() -> None:
    at_midnight = {variant: one[-1] for variant, one in glucose("new-insulin").items()}
    assert min(at_midnight, key=lambda variant: at_midnight[variant]) == "regular at the meal"


@pytest.mark.slow
def test_forgotten_dose_tells_more_with_glargine_than_with_degludec() -> None:
    forgotten = 4 * DAY + 22 * 60
    rise = {
        variant: one[forgotten : forgotten + DAY].mean() - one[forgotten - DAY : forgotten].mean()
        for variant, one in glucose("basal-switch").items()
    }
    glargine, degludec = rise["glargine U100, dose of day 5 forgotten"], rise["degludec, dose of day 5 forgotten"]
    assert glargine > 1.5 * degludec > 15.0
    assert abs(rise["NPH twice a day"]) < 5.0


@pytest.mark.slow
def test_degludec_is_the_most_even_basal_insulin() -> None:
    spread = {variant: np.ptp(one[2 * DAY : 4 * DAY]) for variant, one in glucose("basal-switch").items()}
    degludec = spread.pop("degludec, dose of day 5 forgotten")
    assert degludec < 0.75 * min(spread.values())


@pytest.mark.slow
def test_low_of_alcohol_comes_the_next_morning_and_can_be_prevented() -> None:
    found, drunk = glucose("alcohol-evening"), situation("alcohol-evening")["four drinks"]
    course = found["four drinks"]
    assert course.min() < 70.0
    assert course.argmin() > 12 * 60
    assert 2 * 60 < clock_min(drunk)[course.argmin()] < 12 * 60
    assert found["no alcohol"].min() > 70.0
    assert found["four drinks, 25 g snack at bedtime, basal at 70 %"].min() > max(70.0, course.min() + 10.0)


@pytest.mark.slow
def test_sglt2_inhibitor_hides_a_blocked_set_behind_lower_glucose_and_more_ketones() -> None:
    variants = situation("pump-failure")
    blocked, hidden = variants["set blocked"], variants["set blocked, dapagliflozin 10 mg"]
    assert hidden.outputs[KETONES].max() > blocked.outputs[KETONES].max() + 1.0
    assert hidden.glucose_mgdl.max() < blocked.glucose_mgdl.max() - 30.0
    assert variants["set works"].outputs[KETONES].max() < 0.6
    assert variants["set works"].glucose_mgdl.max() < 180.0


@pytest.mark.slow
def test_blocked_set_is_made_good_by_the_correction_of_the_next_morning() -> None:
    blocked = situation("pump-failure")["set blocked"]
    found_at = 16 * 60
    assert blocked.glucose_mgdl[0, found_at] > 250.0
    assert blocked.glucose_mgdl[0, found_at + 8 * 60] < 180.0
    assert blocked.outputs[KETONES][0, -1] < 0.6


@pytest.mark.slow
def test_changed_pump_clock_brings_lower_nights_than_a_flat_rate() -> None:
    nights = {variant: nightly_lowest(one) for variant, one in situation("travel").items()}
    changed, flat = nights["pump clock changed on arrival"], nights["flat basal rate after arrival"]
    assert len(changed) == len(flat) == 4
    assert (changed < flat - 3.0).all()
    assert changed.argmin() <= 1, "the body's day follows the journey"
    assert changed[-1] > changed.min()


def nightly_lowest(simulation: Simulation) -> np.ndarray:
    """The lowest glucose from midnight to noon of each day after the day of arrival."""
    # The journey ends at 14:00 of the second day in Berlin, so its next midnight is 19 hours later.
    first = DAY + 14 * 60 + 19 * 60
    assert clock_min(simulation)[first] == 0.0
    course = simulation.glucose_mgdl[0]
    return np.array([course[start : start + 12 * 60].min() for start in range(first, course.size - 1, DAY)])


@pytest.mark.slow
def test_every_rescue_has_raised_glucose_after_half_an_hour() -> None:
    later = {variant: one[(15 - 11) * 60 + 45 + 30] for variant, one in glucose("rescue").items()}
    nothing = later.pop("nothing done")
    assert set(later) == {"2 x 15 g of glucose", "nasal glucagon 3 mg", "glucagon 1 mg injected"}
    assert all(one > nothing + 20.0 for one in later.values())
    assert nothing < 70.0


@pytest.mark.slow
def test_tablets_raise_glucose_within_a_quarter_of_an_hour() -> None:
    eaten = (15 - 11) * 60 + 15
    tablets, nothing = (glucose("rescue")[variant] for variant in ("2 x 15 g of glucose", "nothing done"))
    assert tablets[eaten] == nothing[eaten]
    assert tablets[eaten + 15] > nothing[eaten + 15] + 10.0
