"""Insulin in scenarios: products, pens, the pump's basal, and what keeps insulin from arriving."""

import numpy as np
import pytest

from glucotwin.core.error import DataError
from glucotwin.domain.inputs import Inputs
from glucotwin.domain.insulin import BasalKind, BasalSegment, DosePurpose, PenDose
from glucotwin.domain.observation import DeviceEvent
from glucotwin.domain.rasterise import CATHETER_AGE
from glucotwin.scenario.dosing import Dosing
from glucotwin.scenario.event import inputs_from_scenario, timeline_from_scenario
from glucotwin.scenario.product import basal_insulin, scenario_products
from glucotwin.scenario.reader import parse_scenario

DOSING = Dosing(subject="adult#001", basal_u_per_min=0.02, carb_ratio_g_per_u=10.0)
PROFILE = tuple(0.5 + 0.05 * hour for hour in range(24))
WITH_PROFILE = Dosing(subject="adult#001", basal_u_per_min=0.02, basal_profile_u_per_h=PROFILE)


def inputs_of(text: str, dosing: Dosing = DOSING) -> Inputs:
    return inputs_from_scenario(parse_scenario(text), dosing)


def insulin_of(text: str, product: str = "rapid", dosing: Dosing = DOSING) -> np.ndarray:
    return np.asarray(inputs_of(text, dosing).insulin_u_per_min[product])


def test_bolus_and_pump_may_hold_named_products() -> None:
    text = "basal_product: lispro\nboluses: [{time: '07:00', u: 3, product: faster-aspart}, {time: '12:00', u: 2}]"
    insulin = inputs_of(text).insulin_u_per_min
    totals = {product: float(np.sum(rate)) for product, rate in insulin.items()}
    assert totals == pytest.approx({"faster-aspart": 3.0, "lispro": 28.8, "rapid": 2.0})
    assert scenario_products(parse_scenario(text)) == tuple(sorted(totals))


def test_pen_doses_arrive_in_their_minute_and_replace_the_pump() -> None:
    text = "days: 2\nbasal: none\ninjections: [{time: '22:00', u: 24, product: degludec}]"
    insulin = inputs_of(text).insulin_u_per_min
    assert set(insulin) == {"degludec"}
    np.testing.assert_array_equal(np.flatnonzero(insulin["degludec"]), [1320, 2760])
    assert np.sum(insulin["degludec"]) == pytest.approx(48.0)


@pytest.mark.parametrize(("dosing", "daily_u"), [(DOSING, 28.8), (WITH_PROFILE, sum(PROFILE))])
def test_automatic_injection_is_the_daily_basal_or_a_share(dosing: Dosing, daily_u: float) -> None:
    text = "basal: none\ninjections: [{time: '08:00', u: auto, product: nph, share: 0.75}]"
    scenario = parse_scenario(text)
    dose = next(iter(timeline_from_scenario(scenario, dosing).records(PenDose)))
    assert dose.insulin_u == pytest.approx(0.75 * daily_u)
    assert dose.purpose is DosePurpose.BASAL


@pytest.mark.parametrize("basal", ["none", "0", "[{from: '00:00', u_per_h: 0}]"])
def test_no_basal_gives_no_insulin(basal: str) -> None:
    insulin = inputs_of(f"basal: {basal}").insulin_u_per_min
    assert list(insulin) == ["rapid"]
    assert not np.any(insulin["rapid"])


def test_automatic_basal_follows_the_subjects_hourly_profile() -> None:
    insulin = insulin_of("days: 2", dosing=WITH_PROFILE).reshape(2, 24, 60)
    np.testing.assert_allclose(60.0 * insulin, np.broadcast_to(np.array(PROFILE)[:, None], (2, 24, 60)))


def test_profile_needs_twenty_four_rates() -> None:
    with pytest.raises(DataError, match="24 hourly rates"):
        Dosing(subject="adult#001", basal_u_per_min=0.02, basal_profile_u_per_h=(1.0, 2.0))


def test_temporary_basal_scales_the_rate_until_it_ends_or_is_replaced() -> None:
    text = """
basal: 1.2
temp_basal:
  - {time: '10:00', duration_min: 120, fraction: 0.5}
  - {time: '11:00', duration_min: 30.5, fraction: 2}
"""
    insulin = 60.0 * insulin_of(text)
    np.testing.assert_allclose(insulin[599:691], [1.2] + [0.6] * 60 + [2.4] * 30 + [1.8])
    np.testing.assert_allclose(insulin[691:], 1.2)
    segments = list(timeline_from_scenario(parse_scenario(text), DOSING).records(BasalSegment))
    kinds = [segment.kind for segment in segments]
    assert kinds == [BasalKind.SCHEDULED, *[BasalKind.TEMPORARY] * 3, BasalKind.SCHEDULED]


def test_interruption_keeps_basal_and_boluses_from_the_body_but_no_pen() -> None:
    text = """
basal: 0.6
boluses:
  - {time: '09:59', u: 1}
  - {time: '10:30', u: 5}
  - {time: '10:30', extended_u: 6, extended_min: 60}
injections: [{time: '10:45', u: 4, product: rapid}]
"""
    fault = "interruptions: [{time: '10:00', duration_min: 60, remaining_fraction: 0.25}]"
    planned, arrived = insulin_of(text), insulin_of(text + fault)
    during = np.zeros(1440, dtype=bool)
    during[600:660] = True
    pen = np.where(np.arange(1440) == 645, 4.0, 0.0)
    np.testing.assert_allclose(arrived[~during], planned[~during])
    np.testing.assert_allclose(arrived[during], (0.25 * (planned - pen) + pen)[during])
    assert np.sum(planned - arrived) == pytest.approx(0.75 * (0.6 + 5.0 + 3.0))


def test_full_interruption_leaves_nothing_and_parts_of_minutes_count() -> None:
    whole = insulin_of("basal: 0.6\ninterruptions: [{time: '10:00', duration_min: 10}]")
    assert not np.any(whole[600:610])
    part = insulin_of("basal: 0.6\ninterruptions: [{time: '10:00:30', duration_min: 10}]")
    np.testing.assert_allclose(100.0 * part[599:612], [1.0, 0.5, *[0.0] * 9, 0.5, 1.0], atol=1e-12)


def test_interruptions_reach_over_midnight_and_compound() -> None:
    text = """
days: 2
basal: 0.6
interruptions:
  - {time: '23:30', duration_min: 60, remaining_fraction: 0.5, day: 1}
  - {time: '23:45', duration_min: 60, remaining_fraction: 0.5, day: 1}
"""
    insulin = 100.0 * insulin_of(text)
    np.testing.assert_allclose(insulin[1410:1490], [0.5] * 15 + [0.25] * 45 + [0.5] * 15 + [1.0] * 5)


def test_set_change_starts_the_age_of_the_catheter() -> None:
    text = "days: 3\nset_changes: [{time: '12:00', days: [1, 3]}]"
    age_days = np.asarray(inputs_of(text).condition_level[CATHETER_AGE])
    assert age_days[719] == 0.0
    assert age_days[720 + 1440] == pytest.approx(1.0)
    assert age_days[720 + 2 * 1440] == 0.0
    assert len(list(timeline_from_scenario(parse_scenario(text), DOSING).records(DeviceEvent))) == 2


@pytest.mark.parametrize(
    ("text", "product", "products"),
    [
        ("name: x", "rapid", ("rapid",)),
        ("basal_product: aspart", "aspart", ("aspart",)),
        ("basal: none", "rapid", ("rapid",)),
        ("basal: 0\nboluses: [{time: '07:00', u: 1, product: lispro}]", "rapid", ("lispro", "rapid")),
        ("basal: none\ninjections: [{time: '07:00', u: 9, product: nph}]", "nph", ("nph",)),
        (
            "injections: [{time: '07:00', u: 9, product: nph}]\nboluses: [{time: '07:00', u: 1, product: lispro}]",
            "rapid",
            ("lispro", "nph", "rapid"),
        ),
    ],
)
def test_products_include_what_keeps_the_person_at_rest(text: str, product: str, products: tuple[str, ...]) -> None:
    scenario = parse_scenario(text)
    assert basal_insulin(scenario) == product
    assert scenario_products(scenario) == products


@pytest.mark.parametrize(
    ("basal_product", "glargine_u", "product"),
    [("", "9", "glargine-u100"), ("", "auto", "glargine-u100"), ("", "3", "lispro"), ("lispro", "9", "lispro")],
)
def test_basal_among_several_injections(basal_product: str, glargine_u: str, product: str) -> None:
    named = f"basal_product: {basal_product}\n" if basal_product else ""
    text = f"""{named}
basal: none
injections:
  - {{time: '07:00', u: 6, product: lispro}}
  - {{time: '22:00', u: {glargine_u}, product: glargine-u100}}
"""
    assert basal_insulin(parse_scenario(text)) == product


def test_part_of_the_basal_may_come_from_a_pen() -> None:
    text = """
temp_basal: [{time: '00:00', duration_min: 1440, fraction: 0.5}]
injections: [{time: '08:00', u: auto, share: 0.5, product: degludec}]
"""
    insulin = inputs_of(text).insulin_u_per_min
    totals = {product: float(np.sum(rate)) for product, rate in insulin.items()}
    assert totals == pytest.approx({"degludec": 14.4, "rapid": 14.4})
