from dataclasses import replace

import numpy as np
import pytest

from glucotwin.forecast.case import judged_sample, training_sample
from glucotwin.forecast.stack import HYBRID, WITHOUT_MECHANISM, Recipe, teach_member, teach_stack
from glucotwin.forecast.tree import TreeSettings
from synthetic_case import synthetic_case

FEW = TreeSettings(rounds=30, leaves=8, leaf_rows=20)


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
    assert taught.stack.weights.sum() == pytest.approx(1.0)


def test_strangers_are_forecast_by_what_everybody_has_in_common() -> None:
    case = synthetic_case()
    taught = teach_stack([case], 6, WITHOUT_MECHANISM, FEW)
    judged = judged_sample([case], 6)
    stranger = replace(judged, people=("somebody-else",))
    common = [member.knows("somebody-else") for member in taught.stack.members]
    assert [member.recipe.kind for member in taught.stack.members if member.knows("somebody-else")] == [
        "pooled",
        "lined",
    ]
    weights = taught.stack.mixture.weights(None, np.array(common))
    unknown = replace(stranger, target_mgdl=np.full(stranger.rows, np.nan))
    expected = sum(
        weight * member.predict(unknown) for weight, member in zip(weights, taught.stack.members, strict=True)
    )
    assert taught.stack.predict(unknown) == pytest.approx(expected)
