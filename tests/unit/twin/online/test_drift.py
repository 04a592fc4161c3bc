"""Lasting changes, told from the filter's history."""

from dataclasses import replace

import jax.numpy as jnp
import numpy as np
import pytest

from glucotwin.twin.grid import STEPS_PER_DAY
from glucotwin.twin.online.drift import DriftKind, called_at, find_drift
from glucotwin.twin.online.follow import Followed, follow
from glucotwin.twin.online.step import StepInfo
from glucotwin.twin.online.stream import Rows
from made_up_person import made_up_timeline, made_up_twin

DAYS = 20


@pytest.fixture(scope="module")
def followed() -> Followed:
    timeline = made_up_timeline()
    return follow(made_up_twin(timeline), timeline, draws=2).followed


def with_days(followed: Followed, flux: np.ndarray, error: np.ndarray | None = None) -> Followed:
    """The same stream with a mean flux and a size of errors per day."""
    steps = flux.size * STEPS_PER_DAY
    rows = Rows(**{name: np.resize(getattr(followed.rows, name), steps) for name in Rows.__dataclass_fields__})
    size = np.ones(flux.size) if error is None else error
    wave = np.resize([1.0, -1.0], steps)
    history = StepInfo(**{name: jnp.zeros(steps) for name in StepInfo._fields})._replace(
        used=jnp.ones(steps, dtype=bool),
        variance=jnp.ones(steps),
        residual_mgdl=jnp.asarray(wave * np.repeat(size, STEPS_PER_DAY)),
        flux_mgdl_per_min=jnp.asarray(np.repeat(flux, STEPS_PER_DAY)),
    )
    return replace(followed, rows=rows, history=history)


def noise(days: int = DAYS) -> np.ndarray:
    return 0.05 * np.resize([0.5, -1.0, 0.8, -0.2, 0.1, -0.6, 0.4], days)


def test_a_steady_person_has_not_changed(followed: Followed) -> None:
    assert find_drift(with_days(followed, noise())) == ()


@pytest.mark.parametrize(("change", "kind"), [(0.2, DriftKind.MORE_GLUCOSE), (-0.2, DriftKind.LESS_GLUCOSE)])
def test_a_lasting_change_is_called_soon_and_dated(followed: Followed, change: float, kind: DriftKind) -> None:
    flux = noise()
    flux[10:] += change
    (drift,) = find_drift(with_days(followed, flux))
    assert drift.kind is kind
    assert abs((drift.since - followed.start).days - 10) <= 1
    assert (drift.noticed - followed.start).days <= 13
    assert drift.change == pytest.approx(change, abs=0.1)


def test_a_single_odd_day_is_no_change(followed: Followed) -> None:
    flux = noise()
    flux[10] += 0.2
    assert find_drift(with_days(followed, flux)) == ()


def test_larger_errors_are_called_too(followed: Followed) -> None:
    error = np.ones(DAYS)
    error[10:] = 1.5
    (drift,) = find_drift(with_days(followed, noise(), error))
    assert drift.kind is DriftKind.LARGER_ERRORS


def test_too_few_days_tell_nothing(followed: Followed) -> None:
    assert find_drift(with_days(followed, noise(7) + 1.0)) == ()


def test_the_sum_begins_anew_when_it_falls_to_zero() -> None:
    assert called_at([1.0, -2.0, 3.0, 3.0]) == (2, 3)
    assert called_at([0.4] * 50) is None
