import pytest
from pydantic import BaseModel

from glucotwin.core.error import DataError, NotFoundError
from glucotwin.trial.design import Design, parse_design
from glucotwin.trial.part import Period, read_options

TEXT = """
format: glucotwin-trial/1
name: small
title: A small trial
question: Does it work?
experiment: known-effect
seed: 7
people: 20
population: {noise_pct: 0.5}
arms:
  - {name: usual, label: Usual, role: control}
  - {name: guided, label: Guided, role: treatment, options: {effect_pct: -0.4}}
period: {weeks: 8}
endpoints:
  - {name: hba1c_pct, label: HbA1c, role: primary, better: lower, baseline: baseline_hba1c_pct}
variants:
  - {name: none, label: No effect, people: 30, population: {noise_pct: 1.0}, arms: {guided: {effect_pct: 0.0}}}
quick: {people: 10, weeks: 2, population: {sd_hba1c_pct: 0.5}, variants: [none]}
"""


def small() -> Design:
    return parse_design(TEXT, name="small.yaml")


def test_comments_and_order_of_fields_leave_the_hash_alone():
    first, *others = TEXT.strip().splitlines()
    again = parse_design("\n".join(["# said again", *others[:2], first, *others[2:]]), name="again.yaml")
    assert again.sha256 == small().sha256


def test_a_changed_number_changes_the_hash():
    assert parse_design(TEXT.replace("seed: 7", "seed: 8"), name="other.yaml").sha256 != small().sha256


def test_every_other_arm_is_compared_with_the_control_unless_said_otherwise():
    assert [(one.arm, one.versus) for one in small().comparisons] == [("guided", "usual")]


def test_a_variant_keeps_what_it_does_not_change():
    variant = small().of_variant("none")
    assert variant.people == 30
    assert variant.population == {"noise_pct": 1.0}
    assert variant.arm("guided").options == {"effect_pct": 0.0}
    assert variant.seed == 7
    assert small().of_variant("main") == small()


def test_a_quick_trial_is_smaller_and_has_a_hash_of_its_own():
    quick = small().made_quick()
    assert quick.people == 10
    assert quick.period.visits == (2.0,)
    assert quick.population == {"noise_pct": 0.5, "sd_hba1c_pct": 0.5}
    assert quick.variants[0].people == 10
    assert quick.sha256 != small().sha256


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("role: treatment", "role: control"), "exactly one arm"),
        (("role: primary", "role: secondary"), "must be primary"),
        (("arms: {guided:", "arms: {guide:"), "no arm 'guide'"),
        (("name: guided", "name: usual"), "the same name"),
        (("variants: [none]", "variants: [other]"), "no variant 'other'"),
        (("seed: 7", "seed: seven"), "line 7, seed"),
        (("people: 20", "people: 20\nfolk: 3"), "no such field"),
    ],
)
def test_a_design_that_contradicts_itself_is_refused(change: tuple[str, str], words: str):
    with pytest.raises(DataError, match=words):
        parse_design(TEXT.replace(*change), name="wrong.yaml")


def test_visits_rise_to_the_end():
    assert Period(weeks=8.0).visits == (8.0,)
    with pytest.raises(ValueError, match="visits must rise"):
        Period(weeks=8.0, visit_weeks=(4.0, 6.0))


def test_an_unknown_name_lists_the_known():
    with pytest.raises(NotFoundError, match="usual, guided"):
        small().arm("other")


def test_options_that_do_not_fit_say_where():
    class Wanted(BaseModel):
        days: int

    assert read_options({"days": 3}, Wanted, place="population").days == 3
    with pytest.raises(DataError, match=r"population\.days"):
        read_options({"days": "many"}, Wanted, place="population")
