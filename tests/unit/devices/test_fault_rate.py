"""Faults drawn by rates: as often as published, at their hours, the same for the same seed."""

from datetime import UTC, datetime

import pytest

from glucotwin.core.error import DataError
from glucotwin.core.random import root_key
from glucotwin.devices.catalogue import FAULT_PRESETS
from glucotwin.devices.fault import SENSOR_FAULTS, Fault, FaultKind
from glucotwin.devices.fault_rate import FaultRate, drawn_faults, fault_preset, faults_named

MIDNIGHT, NOON = datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 1, 1, 12, tzinfo=UTC)


def typical(*, days: float = 7.0, seed: int = 1, own: bool = False, start: datetime = MIDNIGHT) -> tuple[Fault, ...]:
    return faults_named(["typical"], start=start, days=days, key=root_key(seed), sensor_has_own=own)


def test_a_seed_draws_the_same_faults_again_and_another_others() -> None:
    assert typical() == typical() != typical(seed=2)


def test_a_longer_run_begins_as_a_shorter_one() -> None:
    assert set(typical(days=3.0)) <= set(typical(days=7.0))


def test_nothing_begins_outside_the_run_or_over_before_it() -> None:
    faults = typical(days=2.5, start=NOON)
    assert all(0.0 <= one.first_min < 2.5 * 1440.0 for one in faults)


def test_a_sensor_with_disturbances_of_its_own_gets_none_on_top() -> None:
    assert not {one.kind for one in typical(days=30.0, own=True)} & set(SENSOR_FAULTS)


def test_rates_and_lengths_come_out_as_stated() -> None:
    rate = FaultRate(kind=FaultKind.DROPOUT, per_day=1.5, median_min=10.0, range_min=(5.0, 20.0))
    faults = drawn_faults(rate, start=MIDNIGHT, days=120.0, key=root_key(3))
    assert len(faults) == pytest.approx(180, abs=45)
    lengths = sorted(one.last_min - one.first_min for one in faults)
    assert lengths[len(lengths) // 2] == pytest.approx(10.0, rel=0.15)


def test_missed_boluses_fill_their_hours_of_the_local_day() -> None:
    rate = FaultRate(kind=FaultKind.MISSED_BOLUS, per_day=1.0, hours=(17.0, 21.0), all_hours=True)
    faults = drawn_faults(rate, start=NOON, days=2.0, key=root_key(1))
    assert [(one.first_min, one.last_min) for one in faults] == [(300.0, 540.0), (1740.0, 1980.0)]


def test_single_faults_stand_beside_drawn_ones_and_nonsense_is_refused() -> None:
    both = faults_named(["bias:1-2:10", "typical"], start=MIDNIGHT, days=7.0, key=root_key(1))
    assert both[0].kind is FaultKind.BIAS
    assert both[1:] == typical()
    with pytest.raises(DataError, match="is no fault"):
        faults_named(["usual"], start=MIDNIGHT, days=1.0, key=root_key(1))


@pytest.mark.parametrize("name", FAULT_PRESETS)
def test_a_preset_says_where_its_rates_come_from(name: str) -> None:
    about = fault_preset(name).about
    assert about.sources
    assert about.assumed
