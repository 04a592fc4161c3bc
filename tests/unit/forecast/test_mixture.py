from dataclasses import replace

import jax
import numpy as np
import pytest

from glucotwin.core.random import root_key
from glucotwin.forecast.case import Sample
from glucotwin.forecast.mixture import EVEN_SHARE, Mixture, Moment, mixture_of

DAYS = 12
ROWS = DAYS * 288
ALL = np.ones((1, 3), dtype=bool)


def sample() -> Sample:
    noise = np.asarray(jax.random.normal(root_key(5), (ROWS,)))
    return Sample(
        ahead=6,
        people=("one",),
        person=np.zeros(ROWS, dtype=int),
        step=np.arange(ROWS),
        features=np.zeros((ROWS, 1), dtype=np.float32),
        plain_features=1,
        held_mgdl=np.full(ROWS, 140.0),
        base_mgdl=np.full(ROWS, 140.0),
        target_mgdl=140.0 + 20.0 * noise,
    )


def members(sds: tuple[float, float, float], seed: int = 6) -> np.ndarray:
    noise = np.asarray(jax.random.normal(root_key(seed), (3, ROWS)))
    return sample().target_mgdl + np.array(sds)[:, None] * noise


def test_weights_are_those_of_the_best_mixture_some_way_towards_equal_ones() -> None:
    weights = mixture_of(members((10.0, 10.0, 80.0)), sample()).weights(None, ALL[0])
    assert weights.sum() == pytest.approx(1.0)
    assert weights == pytest.approx(EVEN_SHARE / 3 + (1 - EVEN_SHARE) * np.array([0.496, 0.496, 0.008]), abs=0.02)


def test_a_member_that_goes_wrong_for_a_person_loses_its_say() -> None:
    mixture = replace(mixture_of(members((10.0, 10.0, 80.0)), sample()), people={})
    turned = members((80.0, 10.0, 10.0), seed=7)
    error = np.abs(mixture.mix(turned, sample(), ALL) - sample().target_mgdl)
    assert error[-3 * 288 :].mean() < 0.6 * error[:288].mean()


def test_errors_weigh_only_days_that_begin_after_they_were_known() -> None:
    mixture = mixture_of(members((10.0, 10.0, 80.0)), sample())
    known = mixture.mix(members((80.0, 10.0, 10.0)), sample(), ALL)
    changed_from = 5 * 288
    target = np.where(np.arange(ROWS) + 6 >= changed_from, 300.0, sample().target_mgdl)
    other = mixture.mix(members((80.0, 10.0, 10.0)), replace(sample(), target_mgdl=target), ALL)
    assert np.array_equal(known[:changed_from], other[:changed_from])
    assert not np.allclose(known, other)


def test_unknown_targets_teach_nothing() -> None:
    mixture = mixture_of(members((10.0, 20.0, 80.0)), sample())
    nobody = replace(sample(), target_mgdl=np.full(ROWS, np.nan))
    mixed = replace(mixture, people={}).mix(members((10.0, 20.0, 80.0)), nobody, ALL)
    assert mixed == pytest.approx(mixture.weights(None, ALL[0]) @ members((10.0, 20.0, 80.0)))


def test_members_that_do_not_know_the_person_have_no_say() -> None:
    mixture = Mixture(everybody=np.eye(3), people={"one": Moment(np.eye(3), 10.0)})
    weights = mixture.weights(mixture.people["one"], np.array([True, False, True]))
    assert weights == pytest.approx([0.5, 0.0, 0.5])
