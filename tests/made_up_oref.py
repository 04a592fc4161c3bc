"""A made-up person on oref0: a steady profile, and readings and records on demand."""

from collections.abc import Sequence
from typing import Any

CLOCK = "2025-03-10T12:30:00Z"
NOW_MS = 1741609800000
MINUTE_MS = 60_000

Record = dict[str, Any]

PROFILE: Record = {
    "max_iob": 3,
    "dia": 6,
    "curve": "rapid-acting",
    "current_basal": 0.9,
    "max_daily_basal": 1.1,
    "max_basal": 3,
    "basalprofile": [
        {"i": 0, "start": "00:00:00", "minutes": 0, "rate": 0.9},
        {"i": 1, "start": "16:00:00", "minutes": 960, "rate": 1.1},
    ],
    "min_bg": 100,
    "max_bg": 110,
    "sens": 50,
    "isfProfile": {"sensitivities": [{"i": 0, "offset": 0, "sensitivity": 50}]},
    "carb_ratio": 10,
    "maxCOB": 120,
    "carbsReqThreshold": 1,
    "enableUAM": True,
}


def readings(
    glucose_mgdl: float = 140, slope: float = 1.5, *, count: int = 289, wobble_mgdl: float = 2, noise: int = 1
) -> list[Record]:
    """Readings every five minutes, newest first, that end at a level with a slope in mg/dL per 5 minutes."""
    values = [
        glucose_mgdl - slope * min(place, 12) + wobble_mgdl * ((place * 7) % 3 - 1) * (place > 0)
        for place in range(count)
    ]
    return [
        {"date": NOW_MS - (1 + 5 * place) * MINUTE_MS, "sgv": max(1, round(value)), "noise": noise, "device": "made up"}
        for place, value in enumerate(values)
    ]


def bolus(units: float, minutes_ago: float) -> Record:
    """A bolus in the pump's history."""
    return {"_type": "Bolus", "amount": units, "timestamp": time_text(minutes_ago)}


def temp(rate: float, minutes_ago: float, duration_min: float) -> list[Record]:
    """A temporary rate in the pump's history."""
    return [
        {"_type": "TempBasalDuration", "duration (min)": duration_min, "timestamp": time_text(minutes_ago)},
        {"_type": "TempBasal", "temp": "absolute", "rate": rate, "timestamp": time_text(minutes_ago)},
    ]


def pump_event(kind: str, minutes_ago: float) -> Record:
    """Any other record of a pump."""
    return {"_type": kind, "timestamp": time_text(minutes_ago)}


def meal(grams: float, minutes_ago: float) -> Record:
    """Carbs entered in an app."""
    return {"eventType": "Meal Bolus", "carbs": grams, "created_at": time_text(minutes_ago)}


def time_text(minutes_ago: float) -> str:
    """A moment before now, as ISO 8601."""
    seconds = round((12.5 * 60 - minutes_ago) * 60) % 86400
    day = 10 if minutes_ago <= 12.5 * 60 else 9
    return f"2025-03-{day:02d}T{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}Z"


def request(history: Sequence[Record] = (), profile: Record | None = None, **fields: object) -> Record:
    """The input of a decision."""
    document: Record = {
        "clock": CLOCK,
        "profile": {**PROFILE, **(profile or {})},
        "pumphistory": list(history) or temp(0.9, 400, 30),
        "glucose": readings(),
        "carbs": [],
        "temptargets": [],
        "currenttemp": {"rate": 0, "duration": 0, "temp": "absolute"},
        "microBolusAllowed": False,
    }
    return {**document, **fields}
