import polars as pl
import pytest

from glucotwin.core.error import DataError
from glucotwin.trial.experiment import Unit, checked_outcomes
from glucotwin.workflows.trial.design_file import find_design
from glucotwin.workflows.trial.experiment.night_alarm import NightAlarm
from glucotwin.workflows.trial.t1d.evening import night_numbers

DESIGN = find_design("alarms-t1d").made_quick()


def test_nights_are_not_compared_one_after_the_other():
    period = DESIGN.period.model_copy(update={"run_in_weeks": 1.0})
    with pytest.raises(DataError, match="run-in"):
        NightAlarm().check(DESIGN.model_copy(update={"period": period}))


def test_what_wakes_lies_below_what_is_treated():
    known = night_numbers()
    assert known["symptoms_mgdl"] < known["urgent_alarm_mgdl"] < known["low_alarm_mgdl"]


@pytest.mark.slow
def test_only_who_is_told_of_a_low_eats_against_it():
    experiment, numbers = NightAlarm(), (0, 2)
    people = experiment.recruit(DESIGN, numbers)

    def eaten(arm: str) -> float:
        unit = Unit(arm=arm, people=numbers)
        rows = checked_outcomes(experiment.live(DESIGN, unit, people), DESIGN, unit, experiment="night-alarm")
        value = rows.filter(pl.col("endpoint") == "eaten_g_per_night")["value"].sum()
        return float(value)

    assert eaten("none") == 0.0
    # Not as much in both: what was eaten in one night changes what is foreseen in the next.
    assert eaten("foreseen") > 0.0
    assert eaten("sham") > 0.0
