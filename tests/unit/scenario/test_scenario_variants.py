"""Variants: several plans in one file, to compare."""

from pathlib import Path

import numpy as np
import pytest

from glucotwin.core.error import DataError
from glucotwin.scenario.definition import Plan, Scenario, scenario_variants
from glucotwin.scenario.dosing import Dosing
from glucotwin.scenario.event import inputs_from_scenario
from glucotwin.scenario.product import scenario_products
from glucotwin.scenario.reader import parse_scenario, read_scenario

DOSING = Dosing(subject="adult#001", basal_u_per_min=0.02)
EXAMPLES = Path(__file__).parents[3] / "examples"
RUN = """
name: A run after lunch
base_name: insulin not reduced
meals: [{time: '12:00', carbs_g: 60}]
boluses: [{time: '12:00', u: 6}]
variants:
  - name: basal halved
    temp_basal: [{time: '13:00', duration_min: 120, fraction: 0.5}]
  - name: on pens
    basal: none
    injections: [{time: '08:00', u: auto, product: degludec}]
    body: {without: [circadian]}
"""


def test_base_comes_first_and_variants_replace_only_what_they_give() -> None:
    variants = dict(scenario_variants(parse_scenario(RUN)))
    assert list(variants) == ["insulin not reduced", "basal halved", "on pens"]
    base, halved, pens = variants.values()
    assert base.temp_basal == ()
    assert halved == base.model_copy(update={"temp_basal": halved.temp_basal})
    assert (pens.meals, pens.boluses, pens.name) == (base.meals, base.boluses, "A run after lunch")
    assert pens.without == {"circadian"}
    assert scenario_products(pens) == ("degludec", "rapid")
    assert all(one.variants == () for one in variants.values())


def test_variants_differ_by_what_they_say() -> None:
    totals = [
        sum(float(np.sum(rate)) for rate in inputs_from_scenario(one, DOSING).insulin_u_per_min.values())
        for _, one in scenario_variants(parse_scenario(RUN))
    ]
    np.testing.assert_allclose(totals, [34.8, 33.6, 34.8])


def test_field_of_a_variant_replaces_the_whole_field() -> None:
    text = "meals: [{time: '12:00', carbs_g: 60}, {time: '18:00', carbs_g: 70}]\nvariants: [{name: none, meals: []}]"
    (_, base), (_, fasting) = scenario_variants(parse_scenario(text))
    assert len(base.meals) == 2
    assert fasting.meals == ()


def test_value_equal_to_the_default_still_replaces() -> None:
    text = "basal: 1.5\nvariants: [{name: own rate, basal: auto}]"
    assert scenario_variants(parse_scenario(text))[1][1].basal == "auto"


def test_scenario_without_variants_is_as_planned() -> None:
    scenario = read_scenario(EXAMPLES / "one-day.yaml")
    assert scenario_variants(scenario) == (("as planned", scenario),)


def test_every_field_of_a_plan_can_be_replaced() -> None:
    assert set(Scenario.model_fields) - set(Plan.model_fields) == {"name", "base_name", "variants"}


@pytest.mark.parametrize(
    ("variant", "line", "words"),
    [
        ("    meals:\n      - {time: '07:00', carbs_g: -1}", 6, "variants.1.meals.1.carbs_g (variant 'pens'): Input"),
        ("    meels: []", 5, "variants.1.meels (variant 'pens'): Extra inputs"),
        ("    basal: none", 4, "variants.1.set_changes (variant 'pens'): with basal: none there is no pump"),
        ("    zone: Mars/Base", 5, "variants.1.zone (variant 'pens'): there is no time zone 'Mars/Base'"),
        ("    travel:\n      - {day: 9, time: '07:00', zone: UTC}", 6, "variants.1.travel.1 (variant 'pens'): this"),
        ("  - name: pens", 5, "variants.2.name (variant 'pens'): the name 'pens' is taken"),
        ("  - basal: 1", 5, "variants.2.name: Field required"),
        ("    variants: []", 5, "variants.1.variants (variant 'pens'): Extra inputs"),
    ],
)
def test_complaints_name_the_variant(variant: str, line: int, words: str) -> None:
    text = f"days: 2\nset_changes: [{{time: '07:00'}}]\nvariants:\n  - name: pens\n{variant}\n"
    with pytest.raises(DataError) as caught:
        parse_scenario(text, name="arms.yaml")
    assert caught.value.message.startswith(f"arms.yaml, line {line}, {words}")


def test_variant_may_not_be_called_like_the_base() -> None:
    with pytest.raises(DataError, match=r"line 2, variants.1.name \(variant 'as planned'\): the name"):
        parse_scenario("variants:\n  - name: as planned\n")
