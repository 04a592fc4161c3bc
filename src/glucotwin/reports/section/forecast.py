"""The held-out forecast: scores beside persistence, and examples beside what then happened."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from zoneinfo import ZoneInfo

import numpy as np

from glucotwin.core.message import message
from glucotwin.core.number import moment, number
from glucotwin.core.unit import GlucoseUnit
from glucotwin.domain.timeline import Window
from glucotwin.forecast.evaluation import Evaluation, HorizonScore
from glucotwin.forecast.forecast import Forecast
from glucotwin.reports.content import ForecastExample, ReportContent
from glucotwin.reports.figure.fan import draw_fan
from glucotwin.reports.figure.style import BLUE, BLUE_LIGHT, BLUE_MIDDLE, HALF_PX, INK, NARROW_PX, Canvas, render
from glucotwin.reports.number import Numbers, fraction_as_percent, percent, window_days
from glucotwin.reports.section.summary import verdict_sentence
from glucotwin.reports.view import Block, Figure, Figures, Key, Row, Section, Table, Text


def forecast_section(content: ReportContent) -> Section:
    """Scores and examples; says plainly where the twin is no better than persistence."""
    title, numbers = message("report-forecast"), Numbers(content.unit)
    evaluation = content.evaluation
    blocks: list[Block] = []
    if evaluation is None or not evaluation.horizons:
        blocks.append(Text(text=message("report-no-forecast")))
    else:
        blocks += [
            Text(text=_period_sentence(evaluation, content)),
            Text(text=verdict_sentence(evaluation, numbers)),
            score_table(evaluation, numbers),
            Text(text=message("report-future-inputs", text=evaluation.future_inputs), tone="note"),
        ]
    if content.examples:
        blocks.append(Figures(figures=tuple(_example_figure(example, content) for example in content.examples)))
    return Section(identifier="forecast", title=title, blocks=tuple(blocks))


def _period_sentence(evaluation: Evaluation, content: ReportContent) -> str:
    held_out = Window(start=evaluation.start, end=evaluation.end)
    return message("report-forecast-period", days=window_days(held_out, content.person.zone_info))


def score_table(evaluation: Evaluation, numbers: Numbers) -> Table:
    """One column per horizon, one row per score."""
    unit = str(numbers.unit)
    fine = numbers.glucose_fine
    lines: tuple[tuple[str, Callable[[HorizonScore], str]], ...] = (
        (message("report-score-rmse", unit=unit), lambda one: fine(one.rmse_mgdl)),
        (message("report-score-persistence"), lambda one: fine(one.rmse_persistence_mgdl)),
        (message("report-score-mae", unit=unit), lambda one: fine(one.mae_mgdl)),
        (message("report-score-persistence"), lambda one: fine(one.mae_persistence_mgdl)),
        (message("report-score-mard"), lambda one: percent(one.mard_pct)),
        (message("report-score-persistence"), lambda one: percent(one.mard_persistence_pct)),
        (message("report-score-bias", unit=unit), lambda one: _signed(one.bias_mgdl, numbers)),
        (message("report-score-coverage-50"), lambda one: fraction_as_percent(one.coverage_50)),
        (message("report-score-coverage-90"), lambda one: fraction_as_percent(one.coverage_90)),
        (message("report-score-width", unit=unit), lambda one: numbers.glucose(one.width_90_mgdl)),
        (message("report-score-dts"), lambda one: fraction_as_percent(one.dts_zone_a_fraction)),
        (message("report-score-pairs"), lambda one: number(one.pairs, 0)),
    )
    scores = evaluation.horizons
    ahead = tuple(message("report-minutes-ahead", minutes=score.horizon_min) for score in scores)
    verdicts = tuple(message("report-yes" if score.beats_persistence else "report-no") for score in scores)
    rows = (Row(cells=(text, *(cell(score) for score in scores))) for text, cell in lines)
    return Table(header=("", *ahead), rows=(Row(cells=(message("report-score-better"), *verdicts)), *rows))


def _signed(bias_mgdl: float, numbers: Numbers) -> str:
    return numbers.of(bias_mgdl, "mg/dL", signed=True)


def _example_figure(example: ForecastExample, content: ReportContent) -> Figure:
    numbers = Numbers(content.unit)
    start = example.forecast.origin.astimezone(content.person.zone_info)
    title = message("report-example-title", moment=moment(start))
    draw = partial(draw_fan, example=example, numbers=numbers, now=f"{start:%H:%M}")
    return Figure(
        title=title,
        alt=f"{title}. {example_sentence(example, numbers)}",
        wide=render(draw, Canvas(HALF_PX, 270)),
        narrow=render(draw, Canvas(NARROW_PX, 240)),
        legend=fan_legend(),
        table=_example_table(example, numbers),
        table_title=message("report-example-table", unit=str(numbers.unit)),
        half=True,
    )


def example_sentence(example: ForecastExample, numbers: Numbers) -> str:
    """Forecast and reading at the last time that has one, and how many readings lay within the widest band."""
    forecast = example.forecast
    after = (example.observed_t_min > 0.0) & (example.observed_t_min <= forecast.t_min[-1])
    t_min, observed = example.observed_t_min[after], example.observed_mgdl[after]
    if not t_min.size:
        return message("report-example-no-readings")
    widest = max(forecast.bands, key=lambda band: band.level)
    low, high = (np.interp(t_min, forecast.t_min, edge) for edge in (widest.low_mgdl, widest.high_mgdl))
    return message(
        "report-example-sentence",
        minutes=number(float(t_min[-1]), 0),
        forecast=numbers.glucose(float(np.interp(t_min[-1], forecast.t_min, forecast.median_mgdl))),
        observed=numbers.glucose(float(observed[-1])),
        unit=str(numbers.unit),
        inside=fraction_as_percent(float(np.mean((observed >= low) & (observed <= high)))),
        level=fraction_as_percent(widest.level),
    )


def forecast_rows(forecast: Forecast, zone: ZoneInfo, unit: GlucoseUnit, *, every_min: int) -> list[tuple[str, ...]]:
    """A forecast as lines of text with a header, for a terminal: clock, median, bands, probability of a low."""
    numbers = Numbers(unit)
    low = f"{numbers.threshold(70.0)} {unit}"
    bands = [message("forecast-column-band", level=number(100.0 * band.level, 0)) for band in forecast.bands]
    names = [message(f"forecast-column-{name}") for name in ("minute", "clock", "median")]
    rows = [(*names, *bands, message("forecast-column-low", limit=low))]
    for index in np.flatnonzero(np.asarray(forecast.t_min) % every_min == 0):
        clock = (forecast.origin + timedelta(minutes=float(forecast.t_min[index]))).astimezone(zone)
        edges = ((band.low_mgdl[index], band.high_mgdl[index]) for band in forecast.bands)
        ranges = tuple(f"{numbers.glucose(float(down))}-{numbers.glucose(float(up))}" for down, up in edges)
        median = numbers.glucose(float(forecast.median_mgdl[index]))
        chance = fraction_as_percent(float(forecast.probability_below_70[index]))
        rows.append((f"{forecast.t_min[index]:.0f}", f"{clock:%H:%M}", median, *ranges, chance))
    return rows


def fan_legend() -> tuple[Key, ...]:
    """What the marks of a forecast's figure mean."""
    return (
        Key(mark="dot", colour=INK, text=message("report-key-before")),
        Key(mark="ring", colour=INK, text=message("report-key-after")),
        Key(mark="line", colour=BLUE, text=message("report-key-forecast")),
        Key(mark="area", colour=BLUE_MIDDLE, text=message("report-key-band-50")),
        Key(mark="area", colour=BLUE_LIGHT, text=message("report-key-band-90")),
    )


def _example_table(example: ForecastExample, numbers: Numbers) -> Table:
    forecast = example.forecast
    widest = max(forecast.bands, key=lambda band: band.level)
    curves = (widest.low_mgdl, forecast.median_mgdl, widest.high_mgdl)
    rows: list[Row] = []
    for minute in np.arange(30.0, forecast.t_min[-1] + 1.0, 30.0):
        values = [numbers.glucose(float(np.interp(minute, forecast.t_min, curve))) for curve in curves]
        rows.append(Row(cells=(f"{minute:.0f}", *values, _reading(example, minute, numbers))))
    names = ("minute", "low", "median", "high", "observed")
    return Table(header=tuple(message(f"report-example-{name}") for name in names), rows=tuple(rows))


def _reading(example: ForecastExample, minute: float, numbers: Numbers) -> str:
    distance = np.abs(example.observed_t_min - minute)
    if not distance.size or distance.min() > 5.0:
        return number(float("nan"), 0)
    return numbers.glucose(float(example.observed_mgdl[int(distance.argmin())]))
