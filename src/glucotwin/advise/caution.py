"""What limits a what-if: effects that the data do not know, inputs beyond the record, glucose beyond the model."""

import numpy as np
import polars as pl

from glucotwin.advise.change import Change, apply_changes
from glucotwin.domain.insulin import BasalSegment, Bolus
from glucotwin.domain.meal import Meal
from glucotwin.domain.person import TherapyKind
from glucotwin.domain.record import Record
from glucotwin.domain.timeline import Timeline
from glucotwin.physiology.minimal_lived import EXERCISE, MIXED_MEAL
from glucotwin.twin.body.registry import fit_body
from glucotwin.twin.twin import Twin

LEAST_RELIABLE_BELOW_MGDL = 54.0
BELOW_VALIDATED = "what-if-below-validated"
MORE_THAN_RECORDED = 1.001
"""How much beyond the largest recorded amount counts as beyond the record."""


def cautions_of(
    twin: Twin, timeline: Timeline, changes: tuple[Change, ...], *, after: np.ndarray | None, held: bool
) -> tuple[str, ...]:
    """Message keys of what a reader must know.

    Args:
        twin: the person's twin.
        timeline: as recorded.
        changes: what was asked.
        after: changed glucose of a replay, axes draw, time; None when looking ahead.
        held: whether all other dosing was held as recorded.
    """
    insulin = any(change.is_insulin for change in changes) or not held
    modules = frozenset[str]().union(*(change.modules for change in changes))
    replayed = after is not None
    checks = {
        "what-if-other-dosing-held": replayed and held and twin.person.therapy is TherapyKind.CLOSED_LOOP,
        "what-if-dosing-answered": not held,
        "what-if-effect-from-rule": twin.effect.anchor == "daily-insulin-rule" and insulin,
        "what-if-exercise-from-prior": EXERCISE in modules,
        "what-if-composition-from-prior": MIXED_MEAL in modules,
        "what-if-unexplained-left-out": any(change.leaves_out_unexplained for change in changes),
        "what-if-product-from-prior": any(change.products for change in changes),
        "what-if-beyond-record": exceeds_record(timeline, changes),
        "what-if-bands-learned": fit_body(twin.body).discrepancy_learned,
        "what-if-bands-reasoned": not fit_body(twin.body).discrepancy_learned,
        BELOW_VALIDATED: after is not None and bool(np.median(after, axis=0).min() < LEAST_RELIABLE_BELOW_MGDL),
    }
    return tuple(key for key, applies in checks.items() if applies)


def exceeds_record(timeline: Timeline, changes: tuple[Change, ...]) -> bool:
    """Whether a meal, bolus or basal rate becomes larger than any on record."""
    changed = apply_changes(timeline, changes)
    amounts: dict[type[Record], pl.Expr] = {
        Bolus: pl.col("insulin_u") + pl.col("extended_u"),
        Meal: pl.col("carbs_g"),
        BasalSegment: pl.col("rate_u_per_h"),
    }
    return any(
        _largest(changed, kind, amount) > MORE_THAN_RECORDED * _largest(timeline, kind, amount)
        for kind, amount in amounts.items()
    )


def _largest(timeline: Timeline, kind: type[Record], amount: pl.Expr) -> float:
    values = timeline.frame(kind).select(amount.alias("amount"))["amount"]
    return float(values.max() or 0.0) if len(values) else 0.0  # pyright: ignore[reportArgumentType]
