"""Glucose metrics beside the consensus goals."""

from glucotwin.core.message import message
from glucotwin.core.number import number
from glucotwin.metrics.panel import MetricsPanel
from glucotwin.reports.content import ReportContent
from glucotwin.reports.figure.style import LEVEL_COLOURS
from glucotwin.reports.number import Numbers, capitalised, percent, time_per_day
from glucotwin.reports.view import Bar, Block, Part, Row, Section, Table, Text

CV_GOAL_PCT = 36.0
"""Coefficient of variation that marks stable glucose (2019 consensus)."""
SMALLEST_LABELLED_PCT = 6.0
"""A narrower part of the bar carries no text of its own; the table does."""
EPISODES = (("hypo", 70.0, "hypo_level1"), ("hypo", 54.0, "hypo_level2"), ("hyper", 250.0, "hyper_level2"))


def glucose_section(content: ReportContent) -> Section:
    """Shares of time as a bar and table, then level, variability, risk and episodes."""
    title = message("report-glucose")
    panel, numbers = content.panel, Numbers(content.unit)
    if panel is None:
        return Section(identifier="glucose", title=title, blocks=(Text(text=message("report-no-glucose")),))
    levels = _levels(panel, numbers)
    blocks: tuple[Block, ...] = (_bar(levels), _level_table(levels, panel), _metric_table(panel, numbers))
    if not panel.sufficiency.is_sufficient:
        blocks = (*blocks, Text(text=message("metrics-insufficient"), tone="caution"))
    return Section(identifier="glucose", title=title, blocks=blocks)


def _levels(panel: MetricsPanel, numbers: Numbers) -> list[tuple[str, str, float]]:
    """Identifier, name with its range, and percent of time of each level, from high to low."""
    target, shares, unit = panel.target, panel.time_in_range, str(numbers.unit)
    low, high, very_low = (numbers.threshold(one) for one in (target.low_mgdl, target.high_mgdl, target.very_low_mgdl))
    levels = [
        ("in-range", message("report-level-in-range", low=low, high=high, unit=unit), shares.tir_pct),
        ("low", message("report-level-low", low=very_low, high=low, unit=unit), shares.tbr_level1_pct),
        ("very-low", message("report-level-very-low", limit=very_low, unit=unit), shares.tbr_level2_pct),
    ]
    if target.very_high_mgdl is None or shares.tar_level2_pct is None:
        return [("high", message("report-level-very-high", limit=high, unit=unit), shares.tar_pct), *levels]
    very_high = numbers.threshold(target.very_high_mgdl)
    return [
        ("very-high", message("report-level-very-high", limit=very_high, unit=unit), shares.tar_level2_pct),
        ("high", message("report-level-high", low=high, high=very_high, unit=unit), shares.tar_level1_pct),
        *levels,
    ]


def _bar(levels: list[tuple[str, str, float]]) -> Bar:
    parts = tuple(
        Part(
            share_pct=share,
            colour=LEVEL_COLOURS[level],
            text=percent(share, 0) if share >= SMALLEST_LABELLED_PCT else "",
            on_light=level in {"high", "very-high"},
        )
        for level, _, share in reversed(levels)
    )
    spoken = "; ".join(f"{name}: {percent(share)}" for _, name, share in levels)
    return Bar(alt=f"{message('report-time-in-ranges')}: {spoken}.", parts=parts)


def _level_table(levels: list[tuple[str, str, float]], panel: MetricsPanel) -> Table:
    header = tuple(message(f"report-levels-{name}") for name in ("level", "share", "time", "goal"))
    return Table(header=header, rows=tuple(_level_row(level, panel) for level in levels))


def _level_row(named: tuple[str, str, float], panel: MetricsPanel) -> Row:
    level, name, share = named
    goal, met = _goal(level, panel)
    return Row(
        cells=(name, percent(share), time_per_day(share), goal),
        colour=LEVEL_COLOURS[level],
        verdict="" if met is None else ("good" if met else "poor"),
    )


def _goal(level: str, panel: MetricsPanel) -> tuple[str, bool | None]:
    """The goal that is stated at a level; goals of the first levels include the second ones."""
    target, goals = panel.target, panel.goals
    stated = {
        "in-range": ("more", target.tir_goal_pct, goals.tir),
        "low": ("less-below", target.tbr_goal_pct, goals.tbr),
        "very-low": ("less", target.tbr_level2_goal_pct, goals.tbr_level2),
        "high": ("less-above" if target.very_high_mgdl else "less", target.tar_goal_pct, goals.tar),
        "very-high": ("less", target.tar_level2_goal_pct, goals.tar_level2),
    }
    kind, goal_pct, met = stated[level]
    return ("", None) if goal_pct is None else (message(f"report-goal-{kind}", goal=percent(goal_pct, 0)), met)


def _metric_table(panel: MetricsPanel, numbers: Numbers) -> Table:
    summary, unit = panel.summary, str(numbers.unit)
    cv_met = summary.cv_pct <= CV_GOAL_PCT
    gmi = (
        Row(cells=(message("report-gmi"), message("report-withheld"), ""), note=message("report-gmi-withheld"))
        if panel.gmi_pct is None
        else Row(cells=(message("report-gmi"), percent(panel.gmi_pct), ""), note=message("report-gmi-note"))
    )
    rows = (
        Row(cells=(capitalised(message("metrics-mean")), numbers.glucose_with_unit(summary.mean_mgdl), "")),
        gmi,
        Row(
            cells=(message("report-cv"), percent(summary.cv_pct), message("report-goal-cv")),
            note=message("report-cv-note"),
            verdict="good" if cv_met else "poor",
        ),
        Row(
            cells=(message("report-gri"), number(panel.risk.gri, 0), ""),
            note=message("report-gri-note", zone=panel.risk.gri_zone),
        ),
        *_episode_rows(panel, numbers, unit),
    )
    header = tuple(message(f"report-metric-{name}") for name in ("name", "value", "goal"))
    return Table(header=header, rows=rows)


def _episode_rows(panel: MetricsPanel, numbers: Numbers, unit: str) -> tuple[Row, ...]:
    rows: list[Row] = []
    for kind, threshold_mgdl, name in EPISODES:
        episodes = getattr(panel.episodes, name)
        limit = f"{numbers.threshold(threshold_mgdl)} {unit}"
        note = message("report-episodes-note", count=episodes.count, minutes=number(episodes.mean_duration_min, 0))
        rows.append(
            Row(
                cells=(
                    message(f"report-episodes-{kind}", limit=limit),
                    message("metrics-per-week", value=number(episodes.per_week, 1)),
                    "",
                ),
                note=note if episodes.count else message("report-episodes-none"),
            )
        )
    return tuple(rows)
