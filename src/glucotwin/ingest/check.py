"""What is irregular in any import, whatever its format: repeats, gaps, jumps, and totals nobody would believe."""

from collections.abc import Iterable, Mapping
from datetime import datetime

import polars as pl

from glucotwin.domain.frame import is_repeat
from glucotwin.domain.glucose import Censoring, GlucoseKind, GlucoseReading
from glucotwin.domain.insulin import BasalSegment, Bolus, PenDose
from glucotwin.domain.meal import Meal
from glucotwin.domain.segment import without_overlaps
from glucotwin.domain.timeline import Timeline
from glucotwin.ingest.correction import left_out, taken_back, with_steps
from glucotwin.ingest.limit import RANGES, possible
from glucotwin.ingest.milliunit import in_units
from glucotwin.ingest.quality import Action, Coverage, Finding, FindingCode, Severity, findings_in

GAP_MIN = 15.0
"""A longer stretch without data is a gap."""
JUMP_MGDL_PER_MIN = 10.0
"""A faster change between neighbouring sensor readings is not physiology."""
JUMP_WITHIN_MIN = 6.0
LARGE_BOLUS_U = 25.0
"""Largest single bolus of common pumps."""
LARGE_MEAL_G = 200.0
IMPLAUSIBLE_BOLUS_U_PER_DAY = 70.0
"""More bolus insulin a day than this means resistance, another unit, or repeated rows."""
IMPLAUSIBLE_TOTAL_U_PER_DAY = 150.0
FEW_MEALS_PER_DAY = 2.0
UNKNOWN_BASAL_FRACTION = 0.05
FITS = "__fits__"


def cleaned(streams: Mapping[str, pl.DataFrame]) -> tuple[dict[str, pl.DataFrame], tuple[Finding, ...]]:
    """The streams in their units, without exact repeats of records and without impossible values.

    Records with impossible values stand as left out in the stream ``correction``; those of which that was taken back
    stay.

    Args:
        streams: tables by stream, each with equal rows beside each other, as ``joined`` gives them.
    """
    streams, told = in_units(streams)
    clean: dict[str, pl.DataFrame] = {}
    findings: list[Finding] = list(told)
    steps: list[pl.DataFrame] = []
    for name, frame in streams.items():
        fits = frame.with_columns(possible(name, frame.columns).alias(FITS))[FITS]
        if not fits.all():
            fits |= taken_back(frame, streams.get("correction"), stream=name, code=FindingCode.IMPOSSIBLE_VALUES)
            steps.append(_impossible(name, frame.filter(~fits)))
        fitting = frame if fits.all() else frame.filter(fits)
        repeated = is_repeat(fitting)
        clean[name] = fitting.filter(~repeated) if repeated.any() else fitting
        findings += findings_in(
            frame.filter(~fits),
            FindingCode.IMPOSSIBLE_VALUES,
            severity=Severity.WARNING,
            action=Action.DROPPED,
            stream=name,
        )
        findings += findings_in(
            fitting.filter(repeated),
            FindingCode.DUPLICATE_ROWS,
            severity=Severity.INFO,
            action=Action.DROPPED,
            stream=name,
        )
    if any(len(one) for one in steps):
        clean["correction"] = with_steps(clean.get("correction"), steps)
    return clean, tuple(findings)


def _impossible(name: str, rows: pl.DataFrame) -> pl.DataFrame:
    """Steps that leave rows out, each for the first of its values that is impossible."""
    steps: list[pl.DataFrame] = []
    for quantity, limit in RANGES.get(name, {}).items():
        if quantity in rows.columns:
            fits = rows[quantity].cast(pl.Float64).is_between(limit.low, limit.high).fill_null(True)
            wrong, rows = rows.filter(~fits), rows.filter(fits)
            steps.append(left_out(wrong, stream=name, code=FindingCode.IMPOSSIBLE_VALUES, quantity=quantity))
    return pl.concat(steps)


def coverage_of(timeline: Timeline) -> tuple[Coverage, ...]:
    """How much there is of every stream that has records."""
    return tuple(_coverage(timeline, name, frame) for name, frame in timeline.streams.items())


def _coverage(timeline: Timeline, stream: str, frame: pl.DataFrame) -> Coverage:
    gaps: int | None = None
    gap_min: float | None = None
    active_percent: float | None = None
    if stream == "glucose":
        times = frame.filter(pl.col("kind") == str(GlucoseKind.CGM))["time"]
        stretches = _minutes_between(times)
        gaps, gap_min = int((stretches > GAP_MIN).sum()), float(stretches.filter(stretches > GAP_MIN).sum())
        active_percent = _active_percent(stretches)
    elif stream == "basal":
        unknown = _unknown_basal_min(frame, None)
        gaps, gap_min = int((unknown > GAP_MIN).sum()), float(unknown.filter(unknown > GAP_MIN).sum())
        span_min = float(_minutes_between(frame["time"]).sum())
        active_percent = 100.0 * (1.0 - float(unknown.sum()) / span_min) if span_min > 0 else None
    return Coverage(
        stream=stream,
        records=len(frame),
        first=frame["time"][0],
        last=frame["time"][-1],
        gaps=gaps,
        gap_min=gap_min,
        active_percent=active_percent,
    )


def _minutes_between(times: pl.Series) -> pl.Series:
    return times.diff().drop_nulls().dt.total_microseconds() / 60e6


def _active_percent(stretches_min: pl.Series) -> float | None:
    """Share of the expected readings that are there, the interval being the median spacing."""
    if stretches_min.is_empty():
        return None
    interval = stretches_min.filter(stretches_min > 0).median()
    if not isinstance(interval, float):
        return None
    expected = float(stretches_min.sum()) / interval + 1.0
    return min(100.0, 100.0 * (stretches_min.len() + 1) / expected)


def _unknown_basal_min(basal: pl.DataFrame, end: datetime | None) -> pl.Series:
    """Minutes without a known rate after each segment, until the next one or the end."""
    segments = without_overlaps(basal)
    until_next = (pl.col("time").shift(-1, fill_value=end) - pl.col("time")).dt.total_microseconds() / 60e6
    return segments.select((until_next - pl.col("duration_min")).clip(0.0).alias("unknown"))["unknown"].drop_nulls()


def common_findings(timeline: Timeline) -> tuple[Finding, ...]:
    """Irregularities that any import can have."""
    return tuple(
        finding for check in (_gaps, _jumps, _censored, _large, _meals, _insulin, _basal) for finding in check(timeline)
    )


def _sensor(timeline: Timeline) -> pl.DataFrame:
    return timeline.frame(GlucoseReading).filter(pl.col("kind") == str(GlucoseKind.CGM))


def _gaps(timeline: Timeline) -> Iterable[Finding]:
    edges = _sensor(timeline).select("time", minutes=_until_next_min()).filter(pl.col("minutes") > GAP_MIN)
    hours = float(edges["minutes"].sum()) / 60.0
    return findings_in(
        edges,
        FindingCode.GLUCOSE_GAPS,
        severity=Severity.INFO,
        action=Action.KEPT,
        stream="glucose",
        hours=f"{hours:.1f}",
        minutes=f"{GAP_MIN:.0f}",
    )


def _until_next_min() -> pl.Expr:
    return (pl.col("time").shift(-1) - pl.col("time")).dt.total_microseconds() / 60e6


def _jumps(timeline: Timeline) -> Iterable[Finding]:
    rate = (pl.col("glucose_mgdl").shift(-1) - pl.col("glucose_mgdl")).abs() / pl.col("minutes").clip(1.0)
    near = _sensor(timeline).with_columns(minutes=_until_next_min()).with_columns(rate=rate)
    jumps = near.filter((pl.col("minutes") <= JUMP_WITHIN_MIN) & (pl.col("rate") > JUMP_MGDL_PER_MIN))
    return findings_in(
        jumps,
        FindingCode.GLUCOSE_JUMPS,
        severity=Severity.INFO,
        action=Action.KEPT,
        stream="glucose",
        limit=f"{JUMP_MGDL_PER_MIN:.0f}",
    )


def _censored(timeline: Timeline) -> Iterable[Finding]:
    bounds = timeline.frame(GlucoseReading).filter(pl.col("censoring") != str(Censoring.NONE))
    return findings_in(
        bounds, FindingCode.CENSORED_GLUCOSE, severity=Severity.INFO, action=Action.KEPT, stream="glucose"
    )


def _large(timeline: Timeline) -> Iterable[Finding]:
    boluses = timeline.frame(Bolus).filter(pl.col("insulin_u") + pl.col("extended_u") > LARGE_BOLUS_U)
    meals = timeline.frame(Meal).filter(pl.col("carbs_g") > LARGE_MEAL_G)
    for frame, code, stream, limit in (
        (boluses, FindingCode.LARGE_BOLUSES, "bolus", LARGE_BOLUS_U),
        (meals, FindingCode.LARGE_MEALS, "meal", LARGE_MEAL_G),
    ):
        yield from findings_in(
            frame, code, severity=Severity.WARNING, action=Action.KEPT, stream=stream, limit=f"{limit:.0f}"
        )


def _meals(timeline: Timeline) -> Iterable[Finding]:
    doses = timeline.frame(Bolus)
    if doses.is_empty():
        return ()
    meals = timeline.frame(Meal)
    if meals.is_empty():
        return findings_in(
            doses, FindingCode.NO_MEALS, severity=Severity.PROBLEM, action=Action.KEPT, stream="meal", count=0
        )
    per_day = len(meals) / max(1.0, _days(doses["time"]))
    if per_day >= FEW_MEALS_PER_DAY:
        return ()
    return findings_in(
        meals,
        FindingCode.FEW_MEALS,
        severity=Severity.WARNING,
        action=Action.KEPT,
        stream="meal",
        per_day=f"{per_day:.1f}",
    )


def _days(times: pl.Series) -> float:
    return float(_minutes_between(times).sum()) / 1440.0


def _insulin(timeline: Timeline) -> Iterable[Finding]:
    doses, pens, basal = timeline.frame(Bolus), timeline.frame(PenDose), timeline.frame(BasalSegment)
    readings = timeline.frame(GlucoseReading)
    if doses.is_empty() and pens.is_empty() and basal.is_empty():
        yield from findings_in(
            readings, FindingCode.NO_INSULIN, severity=Severity.WARNING, action=Action.KEPT, stream="bolus", count=0
        )
        return
    bolus_u = float((doses["insulin_u"] + doses["extended_u"]).sum()) / max(1.0, _days(doses["time"]))
    pen_u = float(pens["insulin_u"].sum()) / max(1.0, _days(pens["time"]))
    segments = without_overlaps(basal)
    running_days = float(segments["duration_min"].sum()) / 1440.0
    basal_u = float((segments["rate_u_per_h"] * segments["duration_min"]).sum()) / 60.0 / max(1.0, running_days)
    if bolus_u > IMPLAUSIBLE_BOLUS_U_PER_DAY or bolus_u + pen_u + basal_u > IMPLAUSIBLE_TOTAL_U_PER_DAY:
        yield from findings_in(
            next(frame for frame in (doses, pens, basal) if len(frame)),
            FindingCode.IMPLAUSIBLE_INSULIN,
            severity=Severity.PROBLEM,
            action=Action.KEPT,
            stream="bolus",
            bolus=f"{bolus_u:.0f}",
            total=f"{bolus_u + pen_u + basal_u:.0f}",
        )


def _basal(timeline: Timeline) -> Iterable[Finding]:
    """The share of the time with boluses or sensor readings in which a pump's rate is unknown."""
    basal, others = timeline.frame(BasalSegment), [timeline.frame(Bolus), timeline.frame(GlucoseReading)]
    spans = [(frame["time"][0], frame["time"][-1]) for frame in others if len(frame)]
    if basal.is_empty() or not spans:
        return ()
    first, last = min(start for start, _ in spans), max(end for _, end in spans)
    total_min = (last - first).total_seconds() / 60.0
    before_min = max(0.0, (basal["time"][0] - first).total_seconds() / 60.0)
    unknown_min = before_min + float(_unknown_basal_min(basal, max(last, basal["time"][-1])).sum())
    if total_min <= 0 or unknown_min / total_min <= UNKNOWN_BASAL_FRACTION:
        return ()
    return findings_in(
        basal,
        FindingCode.BASAL_UNKNOWN,
        severity=Severity.WARNING,
        action=Action.KEPT,
        stream="basal",
        days=f"{unknown_min / 1440.0:.1f}",
        percent=f"{100.0 * unknown_min / total_min:.0f}",
    )
