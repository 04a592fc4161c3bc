"""Trials of dosing algorithms and insulins: whole designs, fair arms, titration that goes where it should."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from glucotwin.core.error import DataError, GlucoTwinError
from glucotwin.physiology.registry import find_subject
from glucotwin.trial.design import Design
from glucotwin.trial.experiment import Unit, checked_outcomes
from glucotwin.workflows.loop.person import FITTING
from glucotwin.workflows.trial.design_file import find_design
from glucotwin.workflows.trial.experiment.dosing import Dosing, _setting_factors, _stepped, _with_mealtime
from glucotwin.workflows.trial.experiment.dosing import DosingPopulation as Population

SHIPPED = ("algorithms-under-faults", "basal-insulins", "ultra-rapid-insulin")
SUBJECT = find_subject("padova-t1d", "adult#001")


def changed(design: Design, **changes: object) -> Design:
    return Design.model_validate({**design.model_dump(), **changes})


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_designs_are_possible_in_every_variant(name: str) -> None:
    design = find_design(name)
    for variant in design.variants:
        Dosing().check(design.of_variant(variant.name))
    Dosing().check(design.made_quick())


def test_unknown_insulin_is_named() -> None:
    design = find_design("basal-insulins")
    arms = [{**one.model_dump(), "options": {**one.options, "long_acting": "lantus-forte"}} for one in design.arms]
    with pytest.raises(GlucoTwinError, match="lantus-forte"):
        Dosing().check(changed(design, arms=arms))


def test_unknown_group_is_refused_with_its_place() -> None:
    design = find_design("basal-insulins")
    with pytest.raises(DataError, match=r"population\.group"):
        Dosing().check(changed(design, population={"group": "grown-up"}))


def test_settings_are_each_persons_own_and_right_on_average() -> None:
    design = find_design("algorithms-under-faults")
    options = Population.model_validate(design.population)
    drawn = _setting_factors(design, options, range(400))
    assert drawn[7] == _setting_factors(design, options, [7])[0]
    logs = np.log([[one.basal, one.carb_ratio, one.correction_factor] for one in drawn])
    np.testing.assert_allclose(logs.mean(axis=0), 0.0, atol=0.03)
    np.testing.assert_allclose(logs.std(axis=0), [0.15, 0.15, 0.2], rtol=0.12)


def test_basal_insulin_goes_down_after_a_low_night_and_up_after_high_mornings() -> None:
    assert _stepped(FITTING, SUBJECT, 65.0, 180.0) == replace(FITTING, basal=0.9)
    raised = _stepped(FITTING, SUBJECT, 110.0, 140.0)
    assert (raised.basal - 1.0) * 1440.0 * SUBJECT.basal_u_per_min == pytest.approx(2.0)
    assert _stepped(FITTING, SUBJECT, 110.0, 120.0) == FITTING
    assert _stepped(FITTING, SUBJECT, np.inf, np.inf) == FITTING


def test_mealtime_insulin_goes_down_after_a_low_and_up_above_the_goal() -> None:
    assert _with_mealtime(FITTING, 62.0, 180.0).carb_ratio == pytest.approx(1.0 / 0.9)
    assert _with_mealtime(FITTING, 90.0, 150.0).carb_ratio == pytest.approx(1.0 / 1.1)
    assert _with_mealtime(FITTING, 90.0, 120.0) == FITTING
    assert _with_mealtime(FITTING, np.nan, np.nan) == FITTING


@pytest.mark.slow
@pytest.mark.parametrize("name", SHIPPED)
def test_quick_trial_gives_every_endpoint_in_every_arm(name: str) -> None:
    design = find_design(name).made_quick()
    numbers = tuple(range(design.people))
    people = Dosing().recruit(design, numbers)
    lived = [
        checked_outcomes(Dosing().live(design, unit, people), design, unit, experiment="dosing")
        for unit in (Unit(arm=arm.name, people=numbers) for arm in design.arms)
    ]
    counted = pl.concat(lived).group_by("arm", "endpoint").len()
    assert counted.height == len(design.arms) * len(design.endpoints)
    assert (counted["len"] == design.people).all()
    means = [one.filter(endpoint="time_in_range_pct")["value"].mean() for one in lived]
    assert len(set(means)) == len(means)


@pytest.mark.slow
def test_a_person_alone_lives_as_in_company() -> None:
    design = find_design("ultra-rapid-insulin").made_quick()
    arm = "ultra-rapid-lispro"
    together = Dosing().live(design, Unit(arm=arm, people=(0, 1, 2)), Dosing().recruit(design, (0, 1, 2)))
    alone = Dosing().live(design, Unit(arm=arm, people=(1,)), Dosing().recruit(design, (1,)))
    both = alone.join(together, on=["person", "endpoint", "visit"], suffix="_in_company")
    assert both.height == alone.height
    np.testing.assert_allclose(both["value"], both["value_in_company"], rtol=1e-9)
