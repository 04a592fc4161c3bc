"""Acetaminophen (paracetamol): some sensors take it for glucose and read too high for hours.

Which sensors, and how much:

| Sensor | Effect | Source |
|---|---|---|
| Dexcom Seven, G4, G5 | reads too high, by about 61 mg/dL 2 h after 1 g | Basu 2016; G5 user guide: contraindicated |
| Medtronic Enlite, Guardian | reads too high | Galindo and Aleppo 2020, Endocr Rev 41:756, table 4 (Guardian 3) |
| Dexcom G6, G7, ONE, Stelo | only above 1 g per 6 h | G6 and G7 user guides |
| FreeStyle Libre, Eversense, others | hardly any | Galindo and Aleppo 2020 |

The window of 6 h is reasoned: three half-lives of about 2 h (clearance 0.441 L/min, distribution volume 68 L).
"""

import re
from datetime import datetime, timedelta
from enum import Enum
from typing import Final

import polars as pl

from glucotwin.core.message import message
from glucotwin.domain.glucose import GlucoseReading
from glucotwin.domain.observation import MedicationDose, Note
from glucotwin.domain.timeline import Timeline
from glucotwin.ingest.detect.detection import Detection, DetectionKind

WINDOW: Final = timedelta(hours=6)
TOLERATED_MG: Final = 1000.0
"""Within six hours, by sensors that are nearly immune."""
NAMES: Final = (
    r"(?i)\b(acetaminophen|paracetamol|apap|tylenol|panadol|dafalgan|doliprane|efferalgan|ben-?u-?ron|tachipirina|excedrin"
    r"|calpol|crocin|dolo ?650|parac[ée]tamol|nyquil|dayquil|theraflu|percocet|vicodin|co-?codamol)\b"
)


class Interference(Enum):
    """How a sensor answers acetaminophen, with the score of a detection."""

    STRONG = 0.9
    ABOVE_TOLERATED = 0.5
    UNKNOWN_SENSOR = 0.3
    HARDLY = 0.0


_SENSORS: Final = (
    (r"(?i)enlite|guardian|simplera|medtronic|ipro|minimed|\bg[45]\b|seven", Interference.STRONG),
    (r"(?i)\bg[67]\b|dexcom one|stelo", Interference.ABOVE_TOLERATED),
    (r"(?i)libre|eversense|sibionics|aidex|caresens", Interference.HARDLY),
)


def interference_of(sensor: str) -> Interference:
    """How a sensor of this name answers acetaminophen."""
    return next((answer for words, answer in _SENSORS if re.search(words, sensor)), Interference.UNKNOWN_SENSOR)


def find_acetaminophen(timeline: Timeline) -> tuple[Detection, ...]:
    """Hours after every recorded dose in which the person's sensor may read too high."""
    sensor = _sensor(timeline)
    answer = interference_of(sensor)
    doses = _doses(timeline)
    if answer is Interference.HARDLY or timeline.frame(GlucoseReading).is_empty():
        return ()
    return tuple(
        Detection(
            kind=DetectionKind.ACETAMINOPHEN,
            start=time,
            end=time + WINDOW,
            score=answer.value,
            text=_text(answer, sensor),
        )
        for time, _ in doses
        if answer is not Interference.ABOVE_TOLERATED or _recent_mg(doses, time) > TOLERATED_MG
    )


def _text(answer: Interference, sensor: str) -> str:
    hours = WINDOW // timedelta(hours=1)
    if answer is Interference.STRONG:
        return message("detect-acetaminophen-strong", sensor=sensor, hours=hours)
    if answer is Interference.ABOVE_TOLERATED:
        grams = f"{TOLERATED_MG / 1000.0:.0f}"
        return message("detect-acetaminophen-above-tolerated", sensor=sensor, hours=hours, grams=grams)
    return message("detect-acetaminophen-unknown-sensor", hours=hours)


def _sensor(timeline: Timeline) -> str:
    """The sensor's name: the person's, else what the readings' sources name."""
    if timeline.person.cgm_device:
        return timeline.person.cgm_device
    sources = timeline.frame(GlucoseReading)["source"].unique().sort().to_list()
    named = [source for source in sources if interference_of(source) is not Interference.UNKNOWN_SENSOR]
    return named[0] if named else ""


def _doses(timeline: Timeline) -> list[tuple[datetime, float | None]]:
    """When and how many mg, from medicines and notes; None when a note does not say."""
    taken = timeline.frame(MedicationDose).filter(pl.col("medication").str.contains(NAMES))
    noted = timeline.frame(Note).filter(pl.col("text").str.contains(NAMES))
    doses: list[tuple[datetime, float | None]] = [*taken.select("time", "dose_mg").iter_rows()]
    return sorted([*doses, *((time, None) for time in noted["time"])], key=lambda dose: dose[0])


def _recent_mg(doses: list[tuple[datetime, float | None]], time: datetime) -> float:
    """What was taken in the six hours up to a time, as far as it is known."""
    return sum(amount or 0.0 for taken, amount in doses if time - WINDOW < taken <= time)
