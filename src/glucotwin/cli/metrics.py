"""``glucotwin metrics``: the consensus CGM metrics of a file or a timeline."""

import math
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

import click

from glucotwin.cli.command import Command
from glucotwin.cli.console import Console
from glucotwin.cli.option import PersonArguments, import_options, person_options
from glucotwin.cli.table import aligned
from glucotwin.core.unit import GlucoseUnit

if TYPE_CHECKING:
    from glucotwin.metrics.panel import MetricsPanel
    from glucotwin.workflows.metrics import MetricsAnswer

TARGET_NAMES = ("standard", "older", "pregnancy-type-1", "gestational")
TIGHT_HIGH_MGDL = 140.0
CV_GOAL_PCT = 36.0


@click.command(
    "metrics",
    cls=Command,
    examples=("glucotwin metrics my-timeline", "glucotwin metrics cgm.csv --zone Europe/Berlin --units mmol/L"),
)
@click.argument("source", type=click.Path(path_type=Path))
@click.option("--from", "first_day", type=click.DateTime(["%Y-%m-%d"]), help="First local day to count.")
@click.option("--to", "last_day", type=click.DateTime(["%Y-%m-%d"]), help="Last local day to count.")
@click.option(
    "--units",
    type=click.Choice([str(unit) for unit in GlucoseUnit]),
    default=str(GlucoseUnit.MGDL),
    show_default=True,
    help="Unit of glucose in the table; JSON is always in mg/dL.",
)
@click.option(
    "--target",
    metavar="NAME|LOW-HIGH",
    default="standard",
    show_default=True,
    help=f"Target range and goals: {', '.join(TARGET_NAMES)}, or your own range in mg/dL, such as 80-160.",
)
@person_options
@click.pass_obj
def command(
    console: Console,
    source: Path,
    first_day: datetime | None,
    last_day: datetime | None,
    units: str,
    target: str,
    **person: Unpack[PersonArguments],
) -> None:
    """Work out the consensus CGM metrics of SOURCE, a timeline's folder or any file that can be imported."""
    from glucotwin.core.message import message
    from glucotwin.workflows.metrics import metrics_of

    with console.progress(message("metrics-progress", name=source.name)) as progress:
        answer = metrics_of(
            source,
            import_options(**person),
            first_day=None if first_day is None else first_day.date(),
            last_day=None if last_day is None else last_day.date(),
            target_name=target,
            progress=progress,
        )
    if console.as_json:
        console.write_json(answer.to_json())
        return
    console.write(_page(answer, GlucoseUnit(units)))


def _page(answer: "MetricsAnswer", unit: GlucoseUnit) -> str:
    from glucotwin.core.message import message

    panel = answer.panel
    period = message(
        "metrics-period",
        person=answer.person.person_id,
        readings=panel.reading_count,
        start=f"{panel.start_local:%Y-%m-%d %H:%M}",
        end=f"{panel.end_local:%Y-%m-%d %H:%M}",
        days=f"{panel.sufficiency.day_count:.1f}",
        active=f"{panel.sufficiency.active_pct:.1f}",
    )
    header = tuple(message(f"metrics-column-{name}") for name in ("metric", "value", "goal"))
    table = aligned([(*header, ""), *_rows(panel, unit)], right=frozenset({1}))
    warning = [] if panel.sufficiency.is_sufficient else ["", message("metrics-insufficient")]
    return "\n".join([period, "", table, *warning])


def _rows(panel: "MetricsPanel", unit: GlucoseUnit) -> list[tuple[str, str, str, str]]:
    from glucotwin.core.message import message

    summary, risk = panel.summary, panel.risk
    gmi = "-" if panel.gmi_pct is None else f"{panel.gmi_pct:.1f} %"
    return [
        _row(message("metrics-mean"), _level(summary.mean_mgdl, unit)),
        _row(message("metrics-gmi"), gmi),
        _row(message("metrics-sd"), _level(summary.sd_mgdl, unit)),
        _row(message("metrics-cv"), _percent(summary.cv_pct), f"<= {CV_GOAL_PCT:.0f} %", summary.cv_pct <= CV_GOAL_PCT),
        *_share_rows(panel, unit),
        _row(message("metrics-gri"), f"{risk.gri:.0f} ({risk.gri_zone})"),
        _row(message("metrics-lbgi"), _plain(risk.lbgi)),
        _row(message("metrics-hbgi"), _plain(risk.hbgi)),
        _row(message("metrics-mage"), _level(panel.variability.mage_mgdl, unit)),
        _row(message("metrics-modd"), _level(panel.variability.modd_mgdl, unit)),
        *_episode_rows(panel, unit),
    ]


def _share_rows(panel: "MetricsPanel", unit: GlucoseUnit) -> list[tuple[str, str, str, str]]:
    from glucotwin.core.message import message

    target, share, goals = panel.target, panel.time_in_range, panel.goals
    bounds = {"low": _threshold(target.low_mgdl, unit), "unit": str(unit)}
    in_range = message("metrics-tir", high=_threshold(target.high_mgdl, unit), **bounds)
    in_tight = message("metrics-titr", high=_threshold(TIGHT_HIGH_MGDL, unit), **bounds)
    below, very_below = _limit("metrics-tbr", target.low_mgdl, unit), _limit("metrics-tbr", target.very_low_mgdl, unit)
    rows = [
        _row(in_range, _percent(share.tir_pct), _goal(">", target.tir_goal_pct), goals.tir),
        _row(in_tight, _percent(share.titr_pct)),
        _row(below, _percent(share.tbr_pct), _goal("<", target.tbr_goal_pct), goals.tbr),
        _row(very_below, _percent(share.tbr_level2_pct), _goal("<", target.tbr_level2_goal_pct), goals.tbr_level2),
        _row(
            _limit("metrics-tar", target.high_mgdl, unit),
            _percent(share.tar_pct),
            _goal("<", target.tar_goal_pct),
            goals.tar,
        ),
    ]
    if target.very_high_mgdl is not None and share.tar_level2_pct is not None:
        very_above = _limit("metrics-tar", target.very_high_mgdl, unit)
        goal = _goal("<", target.tar_level2_goal_pct)
        rows.append(_row(very_above, _percent(share.tar_level2_pct), goal, goals.tar_level2))
    return rows


def _episode_rows(panel: "MetricsPanel", unit: GlucoseUnit) -> list[tuple[str, str, str, str]]:
    from glucotwin.core.message import message

    episodes = panel.episodes
    listed = (
        ("metrics-hypo-episodes", 70.0, episodes.hypo_level1),
        ("metrics-hypo-episodes", 54.0, episodes.hypo_level2),
        ("metrics-hyper-episodes", 180.0, episodes.hyper_level1),
        ("metrics-hyper-episodes", 250.0, episodes.hyper_level2),
    )
    return [
        _row(_limit(name, limit, unit), message("metrics-per-week", value=_plain(one.per_week)))
        for name, limit, one in listed
    ]


def _row(name: str, value: str, goal: str = "", met: bool | None = None) -> tuple[str, str, str, str]:
    from glucotwin.core.message import message

    verdict = "" if met is None or not goal else message("metrics-met" if met else "metrics-not-met")
    return name, value, goal, verdict


def _limit(identifier: str, limit_mgdl: float, unit: GlucoseUnit) -> str:
    from glucotwin.core.message import message

    return message(identifier, limit=_threshold(limit_mgdl, unit), unit=str(unit))


def _threshold(threshold_mgdl: float, unit: GlucoseUnit) -> str:
    from glucotwin.core.unit import threshold_in

    value = threshold_in(threshold_mgdl, unit)
    return f"{value:.0f}" if unit is GlucoseUnit.MGDL else f"{value:.1f}"


def _level(glucose_mgdl: float, unit: GlucoseUnit) -> str:
    from glucotwin.core.unit import glucose_in

    if not math.isfinite(glucose_mgdl):
        return "-"
    return f"{glucose_in(glucose_mgdl, unit):.{unit.decimals}f} {unit}"


def _percent(value: float) -> str:
    return f"{value:.1f} %"


def _plain(value: float) -> str:
    return f"{value:.1f}" if math.isfinite(value) else "-"


def _goal(sign: str, goal_pct: float | None) -> str:
    return "" if goal_pct is None else f"{sign} {goal_pct:.0f} %"
