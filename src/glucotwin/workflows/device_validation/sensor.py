"""A sensor's readings beside glucose in blood: its accuracy, the memory of its error, and the rules for it."""

import numpy as np

from glucotwin.core.message import message
from glucotwin.devices.device_file import MeterFile, PublishedAccuracy
from glucotwin.devices.registry import find_sensor, sensor_file
from glucotwin.metrics.error_grid import parkes_type1_zones
from glucotwin.metrics.icgm import BAND_RULES, IcgmRow, ReadingPairs, icgm_rows
from glucotwin.metrics.sensor_accuracy import (
    accuracy_by_range,
    error_memory,
    sensor_accuracy,
    shown_delay_min,
    within_pct,
)
from glucotwin.workflows.device_validation.course import LOOKS_EVERY_MIN, LivedCourses, shown_mgdl
from glucotwin.workflows.device_validation.finding import (
    MARD_TOLERANCE_PCT,
    SHARE_TOLERANCE_PCT,
    Finding,
    near,
    verdict_of,
)

ICGM_SOURCE = "21 CFR 862.1355 (b)(1)(v), Federal Register 87:9237"
ISO_SOURCE = "ISO 15197:2013, 6.3.3"
MEMORY_MIN = (15, 60, 240)
MINUTES_PER_DAY = 1440
FIRST_DAYS = 1


def sensor_findings(name: str, courses: LivedCourses, *, seed: int) -> tuple[Finding, ...]:
    """Every figure of a sensor.

    Raises:
        NotFoundError: there is no such sensor.
    """
    is_meter = isinstance(sensor_file(name), MeterFile)
    shown = shown_mgdl(courses, find_sensor(name), name, in_blood=is_meter, seed=seed)
    published = sensor_file(name).published
    limit = 100.0 if published is None else published.limit_mgdl
    at = slice(0, None, LOOKS_EVERY_MIN)
    seen, plasma = shown[:, at], courses.plasma_mgdl[:, at]
    pairs = np.isfinite(seen)
    findings = _accuracy(plasma[pairs], seen[pairs], published, limit)
    if is_meter:
        return (*findings, *_iso_15197(plasma[pairs], seen[pairs]))
    findings += _by_day(plasma, seen)
    findings += _over_time(seen - plasma, courses.plasma_mgdl, shown)
    return (*findings, *(_icgm(row) for row in icgm_rows(reading_pairs(plasma, seen))))


def reading_pairs(plasma_mgdl: np.ndarray, seen_mgdl: np.ndarray) -> ReadingPairs:
    """Readings of every quarter of an hour with their rates over it; arrays ``(wearers, looks)``."""
    pairs = np.isfinite(seen_mgdl)
    rates = [np.diff(one, axis=1, prepend=np.nan) / LOOKS_EVERY_MIN for one in (plasma_mgdl, seen_mgdl)]
    return ReadingPairs(
        wearer=np.nonzero(pairs)[0],
        reference_mgdl=plasma_mgdl[pairs],
        shown_mgdl=seen_mgdl[pairs],
        reference_rate_mgdl_per_min=rates[0][pairs],
        shown_rate_mgdl_per_min=rates[1][pairs],
    )


def _accuracy(
    plasma: np.ndarray, seen: np.ndarray, published: PublishedAccuracy | None, limit_mgdl: float
) -> list[Finding]:
    overall = sensor_accuracy(plasma, seen, limit_mgdl=limit_mgdl)
    known = published or PublishedAccuracy(study="")
    rows = [
        near("mard", overall.mard_pct, known.mard_pct, tolerance=MARD_TOLERANCE_PCT, source=known.study),
        _share("within-15", overall.within_15_pct, known.within_15_pct, known),
        _share("within-20", overall.within_20_pct, known.within_20_pct, known),
        Finding(name="within-40", unit="%", measured=overall.within_40_pct),
        Finding(name="bias", unit="mg/dL", measured=overall.bias_mgdl),
    ]
    for place, part in accuracy_by_range(plasma, seen, limit_mgdl=limit_mgdl).items():
        error = part.mean_absolute_mgdl if place == "low" else part.mard_pct
        rows.append(Finding(name=f"error-{place}", unit="mg/dL" if place == "low" else "%", measured=error))
        rows.append(Finding(name=f"bias-{place}", unit="mg/dL", measured=part.bias_mgdl))
    return rows


def _share(name: str, measured: float, published: float | None, known: PublishedAccuracy) -> Finding:
    return near(name, measured, published, tolerance=SHARE_TOLERANCE_PCT, source=known.study)


def _by_day(plasma: np.ndarray, seen: np.ndarray) -> list[Finding]:
    """The mean absolute relative difference of the first day and of all later ones."""
    first = np.arange(seen.shape[1]) < FIRST_DAYS * MINUTES_PER_DAY // LOOKS_EVERY_MIN
    rows: list[Finding] = []
    for name, days in (("mard-day-1", first), ("mard-later", ~first)):
        pairs = np.isfinite(seen) & days
        if pairs.any():
            measured = sensor_accuracy(plasma[pairs], seen[pairs]).mard_pct
            rows.append(Finding(name=name, unit="%", measured=measured))
    return rows


def _over_time(error_mgdl: np.ndarray, plasma_mgdl: np.ndarray, shown: np.ndarray) -> list[Finding]:
    memories = [
        Finding(
            name="memory",
            details={"minutes": str(minutes)},
            unit="",
            measured=error_memory(error_mgdl, minutes // LOOKS_EVERY_MIN),
        )
        for minutes in MEMORY_MIN
    ]
    return [*memories, Finding(name="delay", unit="min", measured=float(shown_delay_min(plasma_mgdl, shown)))]


def _icgm(row: IcgmRow) -> Finding:
    details = {"letter": row.letter}
    rule = BAND_RULES.get(row.letter)
    if rule is not None:
        kind, expected = "icgm-band", message("device-expected-above", required=f"{rule.required_pct:g}")
        unit = "mg/dL" if rule.where == "low" else "%"
        details |= {"where": message(f"device-range-{rule.where}"), "band": f"{rule.band:g} {unit}"}
    elif row.letter in "HI":
        kind, expected = f"icgm-{row.letter.lower()}", message("device-expected-none")
    else:
        kind, expected = f"icgm-{row.letter.lower()}", message("device-expected-at-most", required=f"{row.required:g}")
    return Finding(
        name=kind,
        details=details,
        unit="" if row.letter in "HI" else "%",
        measured=row.measured,
        bound=None if row.letter in "HI" else row.bound,
        expected=expected,
        verdict=verdict_of(row.is_met),
        source=ICGM_SOURCE,
    )


def _iso_15197(plasma: np.ndarray, seen: np.ndarray) -> list[Finding]:
    """What a meter sold in Europe has to keep."""
    within = within_pct(plasma, seen, 15.0, limit_mgdl=100.0)
    zones = parkes_type1_zones(plasma, seen)
    safe = 100.0 * float(np.mean(np.isin(zones, ("A", "B"))))
    rows = (("iso-within-15", within, 95.0), ("iso-zones", safe, 99.0))
    return [
        Finding(
            name=name,
            unit="%",
            measured=measured,
            expected=message("device-expected-at-least", required=f"{required:g}"),
            verdict=verdict_of(measured >= required),
            source=ISO_SOURCE,
        )
        for name, measured, required in rows
    ]
