from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from glucotwin.core.message import message
from glucotwin.reports.section.latent import latent_sentences
from glucotwin.twin.latent.estimate import Latent, LatentKind, Latents

START = datetime(2026, 3, 8, 7, 0, tzinfo=UTC)
ZONE = ZoneInfo("America/Phoenix")


def latent(kind: LatentKind, mean: float, sd: float, *, prior_sd: float = 1.0, hours: float = 0.0) -> Latent:
    start = START + timedelta(hours=hours)
    end = start + timedelta(minutes=5)
    return Latent(kind=kind, start=start, end=end, mean=mean, sd=sd, prior_mean=0.0, prior_sd=prior_sd)


SPREADS = {LatentKind.DAY_SENSITIVITY: 0.2, LatentKind.MEAL_CARBS: 0.3, LatentKind.MEAL_ABSORPTION: 0.25}


def sentences(*estimates: Latent, settled: bool = True) -> tuple[str, ...]:
    return latent_sentences(Latents(estimates=estimates, spreads=SPREADS, settled=settled), ZONE)


def test_days_and_meals_tell_how_many_of_them_the_data_inform() -> None:
    days = [latent(LatentKind.DAY_SENSITIVITY, np.log(factor), sd) for factor, sd in ((0.8, 0.1), (1.25, 1.0))]
    meals = [latent(LatentKind.MEAL_CARBS, 0.1, 0.99), latent(LatentKind.MEAL_ABSORPTION, 0.1, 0.99)]
    by_day, apart, by_meal = sentences(*days, *meals)
    assert "0.80 to 1.25 times as strongly" in by_day
    assert "spread 20 %" in by_day
    assert "1 of 2 days" in by_day
    assert apart.strip() == "8 March 2026: 0.80 times (0.68 to 0.94)"
    assert "by 30 % from meal to meal" in by_meal
    assert "0 of 1 meals" in by_meal


def test_only_unlogged_meals_that_are_all_but_certain_are_told_and_many_are_cut_short() -> None:
    sure = [latent(LatentKind.UNLOGGED_MEAL, 40.0, 8.0, prior_sd=40.0, hours=4.0 * index) for index in range(12)]
    told = sentences(*sure, latent(LatentKind.UNLOGGED_MEAL, 16.0, 15.0, prior_sd=40.0))
    assert told[0] == message("latent-unlogged", meals="12")
    assert "about 40 g (27 to 53)" in told[1]
    assert len(told) == 12
    assert told[-1].strip() == message("latent-unlogged-more", meals="2")


@pytest.mark.parametrize(("sd", "words"), [(3.0, "+10 mg/dL too much"), (9.9, "do not tell whether")])
def test_sensor_of_which_nothing_is_known_is_not_said_to_be_right(sd: float, words: str) -> None:
    (told,) = sentences(latent(LatentKind.SENSOR_OFFSET, 10.0, sd, prior_sd=10.0))
    assert words in told


def test_effects_are_told_beside_what_is_usual_and_a_search_without_rest_is_rough() -> None:
    ill, moving, rough = sentences(
        latent(LatentKind.ILLNESS, np.log(0.6), 0.1, prior_sd=0.25),
        latent(LatentKind.EXERCISE, 1.4, 0.3, prior_sd=0.7),
        settled=False,
    )
    assert ill.startswith("Ill: insulin acts 0.60 times as strongly (0.51 to 0.71; usually 1.00)")
    assert "Exercise does 1.40 times" in moving
    assert rough == message("latent-unsettled")


def test_nothing_is_said_of_what_the_record_has_no_occasion_for() -> None:
    assert sentences() == ()
