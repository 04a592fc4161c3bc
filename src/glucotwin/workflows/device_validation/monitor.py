"""Ketone monitors and watches on made-up courses whose truth is known."""

import numpy as np

from glucotwin.core.message import message
from glucotwin.core.random import stream_keys
from glucotwin.devices.catalogue import KETONE, TRACKER
from glucotwin.devices.device_file import KetoneFile, TrackerFile, read_device_file
from glucotwin.devices.ketone_monitor import KetoneMonitor
from glucotwin.devices.registry import find_ketone_monitor, find_tracker
from glucotwin.devices.tracker import ActivityTracker
from glucotwin.simulate.wear import worn_values
from glucotwin.workflows.device_validation.finding import SHARE_TOLERANCE_PCT, Finding, near

START_MINUTE = 28_400_000
WEARERS = 200
DAYS = 14
KETONE_LIMIT_MMOLL, KETONE_BAND_MMOLL, KETONE_BAND_PCT = 1.5, 0.225, 20.0
KETONE_LOW_MMOLL, KETONE_HIGH_MMOLL, KETONE_PERIOD_MIN = 0.1, 4.0, 1440.0
BOUT_MIN, BOUT_ACTIVITY_FRACTION = 40, 0.6


def ketone_findings(name: str, *, seed: int) -> tuple[Finding, ...]:
    """Agreement of a ketone monitor with ketones that rise from normal to 4 mmol/L and fall again every day.

    Raises:
        NotFoundError: there is no such monitor.
    """
    monitor, file = find_ketone_monitor(name), read_device_file(KETONE, name, KetoneFile)
    minutes = np.arange(DAYS * 1440)
    middle, swing = (KETONE_LOW_MMOLL + KETONE_HIGH_MMOLL) / 2.0, (KETONE_HIGH_MMOLL - KETONE_LOW_MMOLL) / 2.0
    truth = middle - swing * np.cos(2.0 * np.pi * minutes / KETONE_PERIOD_MIN)

    shown = _worn(monitor, name, truth, seed)
    seen = np.isfinite(shown)
    reference = np.broadcast_to(truth, shown.shape)[seen]
    error = np.abs(shown[seen] - reference)
    width = np.where(reference < KETONE_LIMIT_MMOLL, KETONE_BAND_MMOLL, KETONE_BAND_PCT * reference / 100.0)
    within = 100.0 * float(np.mean(error <= width))
    return (
        near(
            "ketone-within",
            within,
            file.published_within_pct,
            tolerance=SHARE_TOLERANCE_PCT,
            source=file.about.sources[0],
        ),
        Finding(name="ketone-error", unit="mmol/L", measured=float(np.mean(error))),
    )


def tracker_findings(name: str, *, seed: int) -> tuple[Finding, ...]:
    """What a watch makes of one bout of 40 min a day.

    Raises:
        NotFoundError: there is no such watch.
    """
    tracker, file = find_tracker(name), read_device_file(TRACKER, name, TrackerFile)
    minutes = np.arange(DAYS * 1440)
    moves = (minutes % 1440 >= 600) & (minutes % 1440 < 600 + BOUT_MIN)
    truth = np.where(moves, BOUT_ACTIVITY_FRACTION, 0.0)

    shown = _worn(tracker, name, truth, seed).reshape(WEARERS, DAYS, 1440)
    bout = moves.reshape(DAYS, 1440)[0]
    in_bout = shown[:, :, bout]
    seen = np.median(in_bout, axis=2) > 0.0
    begun = np.diff((shown[:, :, ~bout] > 0.0).astype(int), axis=2) > 0
    error = 100.0 * np.mean(np.abs(np.median(in_bout, axis=2)[seen] / BOUT_ACTIVITY_FRACTION - 1.0))
    assumed = message("device-expected-assumed", assumed=f"{100.0 * file.missed_fraction:g}")
    return (
        Finding(name="tracker-missed", unit="%", measured=100.0 * float(np.mean(~seen)), expected=assumed),
        Finding(
            name="tracker-phantom",
            unit="",
            measured=float(begun.sum()) / (WEARERS * DAYS),
            expected=message("device-expected-assumed", assumed=f"{file.phantom_per_day:g}"),
        ),
        near(
            "tracker-error",
            float(error),
            file.published_error_pct,
            tolerance=SHARE_TOLERANCE_PCT,
            source=file.about.sources[0],
        ),
    )


def _worn(device: KetoneMonitor | ActivityTracker, name: str, truth: np.ndarray, seed: int) -> np.ndarray:
    """What every wearer's device shows of the same course, ``(wearers, minutes)``."""
    keys = stream_keys(seed, (str(row) for row in range(WEARERS)), stream=name)
    minute_utc = START_MINUTE + np.arange(truth.size)
    return worn_values(device, keys, np.broadcast_to(truth, (WEARERS, truth.size)), minute_utc)
