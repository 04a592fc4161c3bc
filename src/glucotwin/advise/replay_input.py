"""What goes into a replay: the hours as they were and with the changes, on the grid, insulins told apart if need be."""

from datetime import timedelta

import equinox as eqx
import numpy as np
import polars as pl

from glucotwin.advise.change import Change
from glucotwin.domain.inputs import Inputs
from glucotwin.domain.insulin import Bolus
from glucotwin.domain.rasterise import inputs_from_timeline, lookback
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.physiology.insulin_product import REFERENCE, InsulinKind, insulin_products
from glucotwin.twin.grid import DAY_MIN, GriddedData, coarse_inputs, grid_data
from glucotwin.twin.intervention import Addition
from glucotwin.twin.latent.explained import explained_data, explained_timeline
from glucotwin.twin.state_space import STEP_MIN
from glucotwin.twin.twin import Twin


def addition_of(timeline: Timeline, changes: tuple[Change, ...]) -> Addition:
    """The organs and insulins that changes need beyond the fitted body."""
    modules = frozenset(module for change in changes for module in change.modules)
    others = {product for change in changes for product in change.products}
    usual = usual_product(timeline)
    products = (usual, *sorted(others - {usual})) if others else (REFERENCE,)
    return Addition(modules=modules, products=products)


def usual_product(timeline: Timeline) -> str:
    """The mealtime insulin that most boluses are of."""
    known = {name for name, one in insulin_products().items() if one.kind is InsulinKind.PRANDIAL}
    counts = timeline.frame(Bolus).filter(pl.col("product").is_in(list(known)))["product"].value_counts(sort=True)
    return str(counts["product"][0]) if len(counts) else REFERENCE


def replay_data(twin: Twin, timeline: Timeline, span: Window) -> GriddedData:
    """A span on the grid with everything as the twin was fitted to it, and every day as the twin found it to be."""
    data = grid_data(timeline, span, usual_basal_u_per_min=twin.basal_u_per_min)
    return data if twin.latents is None else explained_data(data, timeline, twin.latents)


def as_lived(twin: Twin, timeline: Timeline) -> Timeline:
    """The records with what was probably eaten, as far as the twin tells; changes are made to these."""
    return timeline if twin.latents is None else explained_timeline(timeline, twin.latents)


def with_products(inputs: Inputs, timeline: Timeline, span: Window, addition: Addition) -> Inputs:
    """The inputs with insulins told apart as far as the addition does.

    Args:
        inputs: of the span, all insulin as one product.
        timeline: with the products of doses.
        span: that the inputs cover.
        addition: what the body is given.
    """
    if addition.products == (REFERENCE,):
        return inputs
    usual, *others = addition.products
    raster = inputs_from_timeline(timeline, lookback(span, DAY_MIN)).inputs
    own = coarse_inputs(raster.cut(DAY_MIN, DAY_MIN + inputs.minutes * int(STEP_MIN))).insulin_u_per_min
    nothing = np.zeros(inputs.minutes)
    told = {name: np.asarray(own.get(name, nothing)) for name in others}
    rest = np.maximum(np.asarray(inputs.insulin_u_per_min[REFERENCE]) - sum(told.values()), 0.0)
    return eqx.tree_at(lambda one: one.insulin_u_per_min, inputs, {usual: rest, **told})


def history_of(window: Window, history_min: float) -> Window:
    """The window with the hours before it from which insulin and meals still act."""
    return Window(start=window.start - timedelta(minutes=history_min), end=window.end)
