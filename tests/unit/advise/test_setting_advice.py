from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from glucotwin.advise.own_days import HISTORY_STEPS, OwnDays, own_days
from glucotwin.advise.setting_advice import CHUNK, Doubt, SettingAdvice, advise_settings
from glucotwin.advise.setting_limit import setting_limits
from glucotwin.advise.setting_replay import TwinDraws, Worlds, prepare, replay_settings, twin_draws
from glucotwin.advise.setting_space import FIELDS, SettingKind, candidates_of, within_step
from glucotwin.advise.setting_today import setting_today
from glucotwin.control.setting import TherapySetting
from glucotwin.domain.insulin import Bolus
from glucotwin.domain.meal import Meal
from glucotwin.domain.timeline import Window
from synthetic_person import DAYS, START, synthetic_timeline, synthetic_twin

LIMITS = replace(setting_limits(), least_days=3.0, least_meals=2.0)
LIVED = Window(start=START.replace(day=2), end=START.replace(day=1 + DAYS))


@cache
def asked() -> tuple[TwinDraws, OwnDays, TherapySetting]:
    twin, timeline = synthetic_twin(), synthetic_timeline()
    return twin_draws(twin, 4), own_days(twin, timeline, LIVED), setting_today(twin, timeline, LIVED)


@cache
def advised() -> SettingAdvice:
    draws, days, today = asked()
    return advise_settings(draws, days, today, LIMITS)


def test_own_days_hold_every_dose_and_what_it_was_for() -> None:
    _, days, today = asked()
    lived = synthetic_timeline().cut(LIVED)
    given = np.asarray(days.bolus_u_per_min)[HISTORY_STEPS:].sum() * 5.0
    assert given == pytest.approx(lived.frame(Bolus)["insulin_u"].sum(), rel=1e-6)
    assert days.announced_g[HISTORY_STEPS:].sum() == pytest.approx(lived.frame(Meal)["carbs_g"].sum())
    assert np.allclose(today.basal_u_per_h, 1.0)


def test_too_few_days_or_meals_are_told_instead_of_advised_on() -> None:
    draws, days, today = asked()
    rules = replace(setting_limits(), least_meals=100.0)
    found = advise_settings(draws, days, today, rules, posterior_width=0.95)
    assert found.plan is None
    assert set(found.withheld) == {Doubt.FEW_DAYS, Doubt.FEW_MEALS, Doubt.POSTERIOR_AS_PRIOR}


def test_todays_settings_give_the_days_as_they_were_and_more_insulin_lowers_them() -> None:
    draws, days, today = asked()
    prepared = prepare(draws.model, draws.points, draws.effects, days)
    stronger = TherapySetting(
        **{
            name: 0.9 * np.asarray(getattr(today, name)) if name == "carb_ratio_g_per_u" else getattr(today, name)
            for name in TherapySetting.__dataclass_fields__
        }
    )
    still = Worlds(np.ones((4, days.steps)), np.zeros((4, days.steps)))
    batch = candidates_of([today, stronger] + [today] * (CHUNK - 2), [0] * CHUNK)
    runs = np.asarray(replay_settings(prepared, days, still, today, batch))
    assert np.abs(runs[0] - np.asarray(prepared.factual_mgdl)[:, HISTORY_STEPS:]).max() < 1e-6
    # Where no low is near, which somebody would treat.
    high = runs[0] > 130.0
    assert runs[1][high].mean() < runs[0][high].mean() - 1.0


def test_what_is_advised_keeps_step_and_lows_and_is_told_with_its_reason() -> None:
    found = advised()
    assert found.day_mgdl is not None
    assert found.day_mgdl.shape == (3, 48)
    for plan in [*([found.plan] if found.plan else []), *found.alternatives]:
        assert plan.keeps_limits
        for kind in SettingKind:
            before, after = (np.asarray(getattr(one, FIELDS[kind])) for one in (found.today, plan.setting))
            assert within_step(before, after, kind, LIMITS)
    assert (found.plan is None) == bool(found.withheld)
    assert (found.plan is None) or found.changes


@pytest.mark.slow
def test_advice_is_the_same_again() -> None:
    draws, days, today = asked()
    again = advise_settings(draws, days, today, LIMITS)
    assert again.withheld == advised().withheld
    assert (again.plan is None) or np.array_equal(again.plan.levels, advised().plan.levels)  # pyright: ignore[reportOptionalMemberAccess]
