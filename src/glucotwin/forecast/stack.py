"""Learners on top of the twin, and their mixture: what the mechanism misses, learned from everybody and each person.

Members predict what is left of a base forecast (the twin's, or the last reading). They are first taught without the
last part of the training days, which says how to mix them (``mixture``), and are then taught again on all of it. What
they are told of the twin there comes from twins that were not fitted to those days (``case.BlindStretch``).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import numpy as np

from glucotwin.forecast.case import Case, Sample, training_sample
from glucotwin.forecast.lined_tree import LinedTrees, grow_lined_trees
from glucotwin.forecast.mixture import Mixture, mixture_of
from glucotwin.forecast.ridge import LinearModel, fit_ridge
from glucotwin.forecast.tree import PERSONAL, POOLED, Trees, TreeSettings, grow_trees

Model: TypeAlias = Trees | LinearModel | LinedTrees

EVERYBODY = ""
"""Key of a pooled model."""

HELD_BACK = 0.8
"""Up to here the members are taught at first; the rest of the training part judges them."""

FEWEST_ROWS = 150
"""A person with fewer origins gets no model of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How one member learns.

    Attributes:
        name: of the member.
        kind: for everybody ``pooled`` trees, or ``lined`` ones that correct a line; per person ``personal`` trees or
            ``ridge`` regression.
        base: what it corrects: the ``twin``'s forecast, or the last reading ``held``.
        mechanism: whether it is told the twin's features.
        seed: of the trees.
    """

    name: str
    kind: Literal["pooled", "lined", "personal", "ridge"]
    base: Literal["twin", "held"]
    mechanism: bool
    seed: int = 0


GBM = "gbm"
"""Gradient boosting on everything but the twin: a member of both stacks, and alone a baseline."""

TREES = Recipe(name=GBM, kind="pooled", base="held", mechanism=False)

WITHOUT_MECHANISM = (
    TREES,
    Recipe(name="lined-plain", kind="lined", base="held", mechanism=False, seed=3),
    Recipe(name="personal-plain", kind="personal", base="held", mechanism=False),
    Recipe(name="ridge-plain", kind="ridge", base="held", mechanism=False),
)
"""The same learners without the twin: the ablation."""

HYBRID = (
    Recipe(name="lined", kind="lined", base="held", mechanism=True, seed=1),
    *WITHOUT_MECHANISM,
)
"""What is learned with the twin, and without it where that serves better: the weights decide."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A taught member: its models by person, or one for everybody under ``EVERYBODY``."""

    recipe: Recipe
    models: Mapping[str, Model]

    def predict(self, sample: Sample) -> np.ndarray:
        """Predicted readings, ``(row,)``; the base alone for people it has no model of."""
        features, base = _view(self.recipe, sample)
        predicted = base.copy()
        if EVERYBODY in self.models:
            return predicted + self.models[EVERYBODY].predict(features)
        for number, person in enumerate(sample.people):
            rows = np.flatnonzero(sample.person == number)
            if person in self.models and rows.size:
                predicted[rows] += self.models[person].predict(features[rows])
        return predicted

    def knows(self, person_id: str) -> bool:
        """Whether it has something to say about a person."""
        return EVERYBODY in self.models or person_id in self.models


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """A mixture of members at one horizon.

    Attributes:
        ahead: steps.
        members: taught on all of the training part.
        mixture: how much each counts.
    """

    ahead: int
    members: tuple[Member, ...]
    mixture: Mixture

    @property
    def weights(self) -> np.ndarray:
        """Weights for somebody of whose errors nothing is known yet but whom every member knows."""
        return self.mixture.weights(None, np.ones(len(self.members), dtype=bool))

    def predict(self, sample: Sample) -> np.ndarray:
        """Predicted readings, ``(row,)``; targets, where known, weigh later days' members and nothing else."""
        each = np.stack([member.predict(sample) for member in self.members])
        known = np.array([[member.knows(person) for member in self.members] for person in sample.people])
        return self.mixture.mix(each, sample, known)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taught:
    """A stack, and what its members said of the part that they were not taught on at first.

    Attributes:
        stack: taught on all of the training part.
        held_back: the judged part.
        predicted_mgdl: the mixture's forecasts of it, made without it, ``(row,)``.
    """

    stack: Stack
    held_back: Sample
    predicted_mgdl: np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True)
class School:
    """Members taught once, to be mixed in several ways.

    Attributes:
        ahead: steps from origin to target.
        held_back: the part of the training days that judges members.
        said: what each member said of it when taught without it, by name, ``(row,)``.
        members: by name, taught on all of the training part.
    """

    ahead: int
    held_back: Sample
    said: Mapping[str, np.ndarray]
    members: Mapping[str, Member]

    def mix(self, recipes: Sequence[Recipe]) -> Taught:
        """A mixture of some of the members."""
        each = np.stack([self.said[recipe.name] for recipe in recipes])
        mixture = mixture_of(each, self.held_back)
        members = tuple(self.members[recipe.name] for recipe in recipes)
        known = np.array([[member.knows(person) for member in members] for person in self.held_back.people])
        # On the held-back days themselves nobody's own errors there are known beforehand.
        predicted = replace(mixture, people={}).mix(each, self.held_back, known)
        stack = Stack(ahead=self.ahead, members=members, mixture=mixture)
        return Taught(stack=stack, held_back=self.held_back, predicted_mgdl=predicted)


def school_members(
    cases: Sequence[Case], ahead: int, recipes: Sequence[Recipe], settings: TreeSettings = POOLED
) -> School:
    """Teaches members at one horizon on everybody's training part, first without its last fifth and then on all of it.

    Args:
        cases: the people.
        ahead: steps from origin to target.
        recipes: of the members; one that occurs twice is taught once.
        settings: of pooled trees.
    """
    early = training_sample(cases, ahead, last=HELD_BACK)
    late = training_sample(cases, ahead, first=HELD_BACK)
    every = training_sample(cases, ahead)
    by_name = {recipe.name: recipe for recipe in recipes}
    return School(
        ahead=ahead,
        held_back=late,
        said={name: teach_member(recipe, early, settings).predict(late) for name, recipe in by_name.items()},
        members={name: teach_member(recipe, every, settings) for name, recipe in by_name.items()},
    )


def teach_stack(
    cases: Sequence[Case], ahead: int, recipes: Sequence[Recipe], settings: TreeSettings = POOLED
) -> Taught:
    """Teaches a stack at one horizon; the arguments are those of ``school_members``."""
    return school_members(cases, ahead, recipes, settings).mix(recipes)


def teach_member(recipe: Recipe, sample: Sample, settings: TreeSettings = POOLED) -> Member:
    """Teaches one member on a sample with known targets."""
    if recipe.kind != "ridge":
        sample = sample.chosen(sample.step % settings.every_steps == 0)
    features, base = _view(recipe, sample)
    left = sample.target_mgdl - base
    if recipe.kind in ("pooled", "lined"):
        grow = grow_trees if recipe.kind == "pooled" else grow_lined_trees
        return Member(recipe=recipe, models={EVERYBODY: grow(features, left, settings, seed=recipe.seed)})
    models: dict[str, Model] = {}
    for number, person in enumerate(sample.people):
        rows = np.flatnonzero(sample.person == number)
        if rows.size >= FEWEST_ROWS:
            models[person] = _personal_model(recipe, features[rows], left[rows])
    return Member(recipe=recipe, models=models)


def _personal_model(recipe: Recipe, features: np.ndarray, left: np.ndarray) -> Model:
    if recipe.kind == "ridge":
        return fit_ridge(features, left)
    return grow_trees(features, left, replace(PERSONAL, leaf_rows=min(PERSONAL.leaf_rows, len(left) // 10)))


def _view(recipe: Recipe, sample: Sample) -> tuple[np.ndarray, np.ndarray]:
    features = sample.features if recipe.mechanism else sample.features[:, : sample.plain_features]
    return features, sample.base_mgdl if recipe.base == "twin" else sample.held_mgdl
