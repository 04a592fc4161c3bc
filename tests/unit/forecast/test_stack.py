from dataclasses import replace

import numpy as np
import pytest

from glucotwin.forecast.case import judged_sample, training_sample
from glucotwin.forecast.stack import HYBRID, WITHOUT_MECHANISM, Recipe, mixture_weights, teach_member, teach_stack
from glucotwin.forecast.tree import TreeSettings
from synthetic_case import synthetic_case

FEW = TreeSettings(rounds=30, leaves=8, leaf_rows=20)


def test_weights_are_those_of_the_best_mixture() -> None:
    truth = 100.0 + 50.0 * np.sin(np.arange(400) / 9.0)
    noise = 10.0 * np.cos(np.arange(400) * 1.7)
    weights = mixture_weights(np.stack([truth + noise, truth - noise, truth + 80.0]), truth)
    assert weights.sum() == pytest.approx(1.0)
    # Half way from equal weights to the best ones.
    assert weights == pytest.approx([0.5 * (0.5 + 1 / 3), 0.5 * (0.5 + 1 / 3), 0.5 / 3], abs=0.01)


def test_members_without_the_mechanism_are_not_told_the_twins_features() -> None:
    case = synthetic_case()
    sample = training_sample([case], 6)
    member = teach_member(Recipe(name="one", kind="pooled", base="held", mechanism=False), sample, FEW)
    blind = judged_sample([case], 6)
    features = blind.features.copy()
    features[:, blind.plain_features :] = 1e9
    other = replace(blind, features=features, base_mgdl=blind.base_mgdl + 50.0)
    assert np.array_equal(member.predict(blind), member.predict(other))


def test_a_stack_is_at_least_as_good_as_its_base_and_learns_nothing_from_the_judged_part() -> None:
    case = synthetic_case()
    taught = teach_stack([case], 6, HYBRID, FEW)
    judged = judged_sample([case], 6)
    error = np.std(taught.stack.predict(judged) - judged.target_mgdl)
    assert error < 1.05 * np.std(judged.base_mgdl - judged.target_mgdl)
    assert taught.held_back.step.max() + 6 < case.cut
    assert sum(taught.stack.weights) == pytest.approx(1.0)


def test_strangers_are_forecast_by_what_everybody_has_in_common() -> None:
    case = synthetic_case()
    taught = teach_stack([case], 6, WITHOUT_MECHANISM, FEW)
    judged = judged_sample([case], 6)
    stranger = replace(judged, people=("somebody-else",))
    pooled = [member for member in taught.stack.members if member.recipe.kind == "pooled"]
    expected = sum(
        weight * member.predict(stranger)
        for weight, member in zip(taught.stack.general_weights, pooled, strict=False)
        if weight > 0.0
    )
    assert taught.stack.predict(stranger) == pytest.approx(expected)
    assert [
        weight
        for weight, member in zip(taught.stack.general_weights, taught.stack.members, strict=True)
        if member.recipe.kind != "pooled"
    ] == [0.0, 0.0]
