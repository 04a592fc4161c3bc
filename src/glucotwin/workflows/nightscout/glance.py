"""Use case: the newest reading at a glance, as watches and displays ask a Nightscout site for it."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from glucotwin.core.unit import MGDL_PER_MMOLL
from glucotwin.workflows.nightscout.document import Document, epoch_ms

TRENDS: Mapping[str, int] = {
    "DoubleUp": 1,
    "SingleUp": 2,
    "FortyFiveUp": 3,
    "Flat": 4,
    "FortyFiveDown": 5,
    "SingleDown": 6,
    "DoubleDown": 7,
}
NO_TREND = 8
LABELS: Mapping[str, str] = {
    "DoubleUp": "⇈",
    "SingleUp": "↑",
    "FortyFiveUp": "↗",
    "Flat": "→",
    "FortyFiveDown": "↘",
    "SingleDown": "↓",
    "DoubleDown": "⇊",
}
NO_LABEL = "-"
MS_PER_MIN = 60_000
RECENT_MIN = 15.0
"""A reading older than this is not what is now."""


def pebble_of(entries: Sequence[Document], *, count: int, now: datetime, is_mmoll: bool) -> Document:
    """The newest readings as ``/pebble`` tells them.

    Args:
        entries: readings of the sensor, the newest first; one more than is told, for the last change.
        count: how many to tell.
        now: aware time.
        is_mmoll: whether glucose is told in mmol/L.
    """
    earlier = [*entries[1:], None][: len(entries)]
    told = [_bg(entry, before, is_mmoll) for entry, before in zip(entries, earlier, strict=True)]
    return {"status": [{"now": epoch_ms(now)}], "bgs": told[:count], "cals": []}


def properties_of(entries: Sequence[Document], *, now: datetime, is_mmoll: bool) -> Document:
    """``bgnow``, ``delta`` and ``direction`` as ``/api/v2/properties`` tells them; without a recent reading none.

    Args:
        entries: readings of the sensor, the newest first.
        now: aware time.
        is_mmoll: whether glucose is told in mmol/L.
    """
    if not entries or epoch_ms(now) - _int(entries[0], "mills") > RECENT_MIN * MS_PER_MIN:
        return {}
    newest, direction = entries[0], str(entries[0].get("direction", ""))
    told: Document = {
        "bgnow": {
            "mean": _value(_int(newest, "sgv"), is_mmoll),
            "last": _value(_int(newest, "sgv"), is_mmoll),
            "mills": newest["mills"],
            "sgvs": [_sgv(newest, is_mmoll)],
        },
        "direction": {"display": direction, "value": direction, "label": LABELS.get(direction, NO_LABEL)},
    }
    return told | ({"delta": _delta(newest, entries[1], is_mmoll)} if len(entries) > 1 else {})


def _delta(newest: Document, before: Document, is_mmoll: bool) -> Document:
    elapsed_min = (_int(newest, "mills") - _int(before, "mills")) / MS_PER_MIN
    change = _int(newest, "sgv") - _int(before, "sgv")
    per_five = change if elapsed_min <= 0.0 else 5.0 * change / elapsed_min
    scaled = _value(per_five, is_mmoll)
    return {
        "absolute": change,
        "elapsedMins": round(elapsed_min, 2),
        # A gap is told as what it would be in five minutes, as a Nightscout site does.
        "interpolated": elapsed_min > 9.0,
        "mean5MinsAgo": round(_int(newest, "sgv") - per_five, 1),
        "mgdl": round(per_five),
        "scaled": scaled,
        "display": f"{scaled:+g}",
        "previous": {"mean": before["sgv"], "last": before["sgv"], "mills": before["mills"], "sgvs": [before]},
    }


def _sgv(entry: Document, is_mmoll: bool) -> Document:
    names = ("_id", "mills", "device", "direction", "noise", "type")
    value = _int(entry, "sgv")
    return {name: entry.get(name) for name in names} | {"mgdl": value, "scaled": _value(value, is_mmoll)}


def _bg(entry: Document, before: Document | None, is_mmoll: bool) -> Document:
    value, direction = _int(entry, "sgv"), str(entry.get("direction", ""))
    change = 0 if before is None else value - _int(before, "sgv")
    return {
        "sgv": str(_value(value, is_mmoll)),
        "trend": TRENDS.get(direction, NO_TREND),
        "direction": direction,
        "datetime": entry["mills"],
        "bgdelta": f"{_value(change, True):.1f}" if is_mmoll else change,
    }


def _value(mgdl: float, is_mmoll: bool) -> float | int:
    return round(mgdl / MGDL_PER_MMOLL, 1) if is_mmoll else round(mgdl)


def _int(entry: Document, name: str) -> int:
    value = entry[name]
    assert isinstance(value, int)  # noqa: S101  # written so by entries_of
    return value
