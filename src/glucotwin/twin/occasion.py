"""What differs from occasion to occasion: effects of a draw on each part of each day, and what lasts over all of them.

A discrepancy (``discrepancy``) is told per occasion. Over several days part of its variance is the same all the time,
as the body's errors are; the rest is drawn anew on each occasion, so that it averages out.
"""

import csv
from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from glucotwin.core.array import Array, Float
from glucotwin.core.random import root_key, stream_key
from glucotwin.twin.body.registry import fit_body
from glucotwin.twin.discrepancy import discrepancies
from glucotwin.twin.intervention import NO_ADDITION, Addition, EffectDraws, body_of_draw
from glucotwin.twin.personal_model import PersonalModel
from glucotwin.twin.twin import Twin

OCCASION_STREAM = "occasion-draws"

FACTORS = ("insulin_effect", "carb_effect", "insulin_time", "carb_time", "persistence", "exercise_effect")
"""Names of the discrepancies, in the order of ``EffectDraws``."""

SAME = 1e-9


class OccasionDraws(NamedTuple):
    """What interventions do in each draw.

    Attributes:
        lasting: over all occasions; axis draw.
        occasional: on each; axes draw, occasion.
        composition_factor: what added protein, fat and fibre do, likewise.
    """

    lasting: EffectDraws
    occasional: EffectDraws
    composition_factor: Float[Array, "draw occasion"]


@cache
def occasion_rules() -> Mapping[str, float]:
    """The numbers of ``data/occasion.csv`` by name."""
    text = (resources.files("glucotwin.twin") / "data" / "occasion.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    return MappingProxyType({row["name"]: float(row["value"]) for row in rows})


def occasion_draws(twin: Twin, count: int, occasions: int, *, seed: int = 0) -> OccasionDraws:
    """Draws of what interventions do on several occasions; the same for the same person and seed.

    Args:
        twin: of the person.
        count: how many draws.
        occasions: in each.
        seed: of the draws.
    """
    rules, known = occasion_rules(), discrepancies(fit_body(twin.body).discrepancy)
    log_sd = jnp.asarray([*(known[name].log_sd for name in FACTORS), rules["composition_log_sd"]])
    log_median = jnp.asarray([*(known[name].log_median for name in FACTORS), rules["composition_log_median"]])
    key = stream_key(root_key(seed), subject=twin.person.person_id, stream=OCCASION_STREAM)
    own_key, lasting_key, occasion_key = jax.random.split(key, 3)
    stays = _own_log_effects(twin, count, own_key, log_sd.size) + log_median
    lasting = np.sqrt(rules["lasting_fraction"]) * log_sd * jax.random.normal(lasting_key, stays.shape)
    changing = np.sqrt(1.0 - rules["lasting_fraction"]) * log_sd
    own = changing * jax.random.normal(occasion_key, (count, occasions, log_sd.size))
    stays = stays + lasting
    differs = stays[:, None, :] + own
    return OccasionDraws(_effects(stays), _effects(differs), jnp.exp(differs[..., -1]))


def _effects(log_values: Float[Array, "*draw factor"]) -> EffectDraws:
    return EffectDraws(*jnp.moveaxis(jnp.exp(log_values[..., :-1]), -1, 0))


def _own_log_effects(twin: Twin, count: int, key: Array, columns: int) -> Float[Array, "draw factor"]:
    """Logarithms of how strongly insulin and carbohydrate are thought to act in this person; 0 for what is a factor."""
    effect = twin.effect
    middle = jnp.log(jnp.asarray([effect.correction_factor_mgdl_per_u, effect.carb_factor_mgdl_per_g]))
    spread = jnp.asarray([effect.correction_factor_log_sd, effect.carb_factor_log_sd])
    both = middle + spread * jax.random.normal(key, (count, 2))
    return jnp.concatenate([both, jnp.zeros((count, columns - 2))], axis=1)


def occasion_factors(
    model: PersonalModel, points: Float[Array, "draw parameter"], draws: OccasionDraws, addition: Addition = NO_ADDITION
) -> dict[str, np.ndarray]:
    """By how much each parameter of a draw's body differs on each occasion from what lasts.

    Args:
        model: the family of bodies.
        points: unconstrained parameters of each draw.
        draws: what interventions do.
        addition: organs that are added to the body.

    Returns:
        factors ``(draw, occasion)`` by the parameter's name, of those alone that differ.
    """
    found = {name: np.asarray(values) for name, values in _factors(model, points, draws, addition).items()}
    return {name: values for name, values in found.items() if np.any(np.abs(values - 1.0) > SAME)}


@eqx.filter_jit
def _factors(
    model: PersonalModel, points: Float[Array, "draw parameter"], draws: OccasionDraws, addition: Addition
) -> dict[str, Array]:
    def parameters(point: Array, effect: EffectDraws) -> dict[str, Array]:
        return body_of_draw(model, point, effect, addition).parameters()

    def draw(point: Array, lasting: EffectDraws, occasional: EffectDraws) -> dict[str, Array]:
        usual = parameters(point, lasting)
        own = jax.vmap(lambda effect: parameters(point, effect))(occasional)
        # What is nothing stays nothing.
        return {name: jnp.where(usual[name] == 0.0, 1.0, values / usual[name]) for name, values in own.items()}

    return jax.vmap(draw)(points, draws.lasting, draws.occasional)
