import numpy as np
import pytest

from glucotwin.twin import occasion
from glucotwin.twin.fit import model_of
from glucotwin.twin.occasion import FACTORS, occasion_draws, occasion_factors, occasion_rules
from made_up_person import made_up_timeline, made_up_twin

TWIN = made_up_twin(made_up_timeline())


def test_draws_are_the_same_for_the_same_person_and_seed() -> None:
    one, two = (occasion_draws(TWIN, 4, 3) for _ in range(2))
    np.testing.assert_array_equal(one.occasional.carb_time_factor, two.occasional.carb_time_factor)
    other = occasion_draws(TWIN, 4, 3, seed=1)
    assert not np.allclose(one.lasting.carb_time_factor, other.lasting.carb_time_factor)


@pytest.mark.parametrize("name", ["insulin_time_factor", "exercise_factor"])
def test_what_lasts_and_what_differs_share_the_variance_of_a_discrepancy(name: str) -> None:
    draws = occasion_draws(TWIN, 1500, 2)
    lasting, both = (np.log(np.asarray(getattr(one, name))) for one in (draws.lasting, draws.occasional))
    share = occasion_rules()["lasting_fraction"]
    assert lasting.var() == pytest.approx(share * both.var(), rel=0.12)
    assert np.corrcoef(both[:, 0], both[:, 1])[0, 1] == pytest.approx(share, abs=0.07)


@pytest.mark.slow
def test_nothing_differs_where_all_lasts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(occasion, "occasion_rules", lambda: {**occasion_rules(), "lasting_fraction": 1.0})
    draws = occasion_draws(TWIN, 2, 2)
    assert occasion_factors(model_of(TWIN), TWIN.draws(2), draws) == {}


@pytest.mark.slow
def test_only_what_a_discrepancy_concerns_differs() -> None:
    found = occasion_factors(model_of(TWIN), TWIN.draws(2), occasion_draws(TWIN, 2, 3))
    assert {"gut.bioavailability", "gut.absorption_per_min", "glucose.sensitivity_night"} <= found.keys()
    assert "glucose.basal_mgdl" not in found
    assert {values.shape for values in found.values()} == {(2, 3)}
    assert len(FACTORS) == 6
