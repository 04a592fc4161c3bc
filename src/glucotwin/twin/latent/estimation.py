"""Use of the pieces: from a person's fitted parameters and days to every latent input with its uncertainty."""

from collections.abc import Sequence

import jax.numpy as jnp
import numpy as np

from glucotwin.domain.timeline import Timeline, Window
from glucotwin.twin.grid import GriddedData
from glucotwin.twin.latent.estimate import Latent, LatentKind, Latents
from glucotwin.twin.latent.influence import SideSlopes, can_estimate, side_slopes
from glucotwin.twin.latent.layout import Layout, lay_out
from glucotwin.twin.latent.solve import Solution, added_by_person, solve, values_of_slots
from glucotwin.twin.latent.unlogged import unlogged_steps
from glucotwin.twin.objective import WARM_UP_STEPS
from glucotwin.twin.personal_model import PersonalModel
from glucotwin.twin.twin import Posterior


def estimate_latents(
    model: PersonalModel,
    person: Posterior,
    timeline: Timeline,
    data: GriddedData,
    window: Window,
    *,
    find_meals: bool = True,
    exercise: bool = False,
) -> Latents | None:
    """Every latent input of the fitted days; None for a body that lacks what they act on.

    Args:
        model: the family of bodies.
        person: what is believed of the unconstrained parameters.
        timeline: the person's data.
        data: the fitted days on the grid, with the warm-up before them.
        window: the fitted days.
        find_meals: whether meals that nobody logged are looked for.
        exercise: whether the person's answer to exercise is asked for.
    """
    if not can_estimate(model.build(jnp.asarray(person.mean))[0]):
        return None
    layout = lay_out(timeline, data, window, exercise=exercise)
    solution, sides = _solved(model, person, layout)
    steps = unlogged_steps(layout, solution, np.asarray(sides.meal)) if find_meals else ()
    if steps:
        layout = lay_out(timeline, data, window, unlogged_steps=steps, exercise=exercise)
        solution, sides = _solved(model, person, layout)
    added = added_by_person(layout, solution, np.asarray(sides.person), person.covariance)
    solution = solution._replace(covariance=solution.covariance + added)
    if not np.all(np.isfinite(solution.mean)) or not np.all(np.isfinite(solution.covariance)):
        return None
    return Latents(
        estimates=_in_order(_estimates(layout, solution)),
        spreads=solution.spreads,
        weight=solution.weight,
        settled=solution.settled,
    )


def _solved(model: PersonalModel, person: Posterior, layout: Layout) -> tuple[Solution, SideSlopes]:
    solution = solve(model, person.mean, layout)
    values = values_of_slots(layout, solution.mean)
    return solution, side_slopes(model, jnp.asarray(person.mean), values, layout.blocks, WARM_UP_STEPS)


def _estimates(layout: Layout, solution: Solution) -> list[Latent]:
    sd = np.sqrt(np.maximum(np.diag(solution.covariance), 0.0))
    return [
        Latent(
            kind=place.kind,
            start=layout.time(place.first),
            end=layout.time(place.last),
            mean=float(solution.mean[index]),
            sd=float(min(sd[index], solution.prior_sd[index])),
            prior_mean=place.prior_mean,
            prior_sd=float(solution.prior_sd[index]),
            recorded_g=place.recorded_g,
        )
        for index, place in enumerate(layout.places)
    ]


def _in_order(estimates: Sequence[Latent]) -> tuple[Latent, ...]:
    order = list(LatentKind)
    return tuple(sorted(estimates, key=lambda one: (order.index(one.kind), one.start)))
