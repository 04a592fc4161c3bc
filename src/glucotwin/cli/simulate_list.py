"""What a simulation can be made of: subjects, modules, insulin products, behaviours, changes, signals."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from glucotwin.cli.console import Console
from glucotwin.cli.table import aligned

Row = dict[str, object]


def show_list(console: Console, what: str, *, body: str) -> None:
    """Writes one of the lists.

    Args:
        console: where to.
        what: a key of ``LISTS``.
        body: name of the body it is about.

    Raises:
        NotFoundError: there is no such body.
    """
    rows = LISTS[what](body)
    if console.as_json:
        console.write_json(rows)
    elif rows:
        numbers = {index for index, value in enumerate(rows[0].values()) if isinstance(value, float)}
        cells = [tuple(rows[0]), *(tuple(map(_cell, row.values())) for row in rows)]
        console.write(aligned(cells, right=frozenset(numbers)))


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    return "-" if value is None else str(value)


def _subjects(body: str) -> Sequence[Row]:
    from glucotwin.workflows.simulate import subjects_named

    return [
        {
            "subject": one.name,
            "age_years": one.age_years,
            "weight_kg": one.weight_kg,
            "basal_u_per_h": one.basal_u_per_min * 60.0,
            "carb_ratio_g_per_u": one.carb_ratio_g_per_u,
            "correction_factor_mgdl_per_u": one.correction_factor_mgdl_per_u,
            "total_daily_insulin_u": one.total_daily_insulin_u,
        }
        for one in subjects_named(body, "all")
    ]


def _modules(body: str) -> Sequence[Row]:
    from glucotwin.physiology.registry import body_entry

    return [{"module": name, "title": module.title} for name, module in body_entry(body).modules.items()]


def _products(body: str) -> Sequence[Row]:
    from glucotwin.physiology.insulin_product import insulin_products

    return [
        {"product": name, "kind": str(one.kind), "route": str(one.route), "brands": one.brands}
        for name, one in insulin_products().items()
    ]


def _behaviours(body: str) -> Sequence[Row]:
    from glucotwin.scenario.behaviour_profile import behaviour_profiles

    return [
        {
            "behaviour": name,
            "missed_breakfast_bolus_pct": 100.0 * one.bolus.missed_breakfast_probability,
            "late_bolus_pct": 100.0 * one.bolus.late_probability,
            "snacks_per_day": one.eating.snacks_per_day,
            "sessions_per_week": one.exercise.sessions_per_week,
            "treats_below_mgdl": one.care.low_mgdl,
            "corrects_above_mgdl": one.care.high_mgdl,
        }
        for name, one in behaviour_profiles().items()
    ]


def _changes(body: str) -> Sequence[Row]:
    from glucotwin.physiology.registry import body_entry

    entry = body_entry(body)
    named: list[Row] = [{"name": name, "low": None, "high": None, "unit": ""} for name in entry.changes]
    return named + [
        {"name": name, "low": one.low, "high": one.high, "unit": one.unit} for name, one in entry.parameters().items()
    ]


def _signals(body: str) -> Sequence[Row]:
    from glucotwin.physiology.registry import make_body
    from glucotwin.simulate.trajectory import output_names

    return [{"output": name} for name in output_names(make_body(body))]


LISTS: Mapping[str, Callable[[str], Sequence[Row]]] = MappingProxyType(
    {
        "subjects": _subjects,
        "modules": _modules,
        "insulin": _products,
        "behaviours": _behaviours,
        "changes": _changes,
        "outputs": _signals,
    }
)
"""Every list by what --list calls it."""
