"""The person of a timeline that goes on: what is stored, what the source says, and what the syncing person says."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

import polars as pl

from glucotwin.domain.person import DiabetesType, Person, Sex, TherapyKind, WeightEntry
from glucotwin.ingest.format import ImportOptions, PersonHints

UNKNOWN_ZONE = "UTC"

Known = TypeVar("Known", Sex, DiabetesType, TherapyKind)


def continued_person(
    before: Person, hints: PersonHints, options: ImportOptions, streams: Mapping[str, pl.DataFrame]
) -> Person:
    """The person as stored, completed by what the source says and overridden by what the syncing person says.

    Args:
        before: as stored.
        hints: of the source.
        options: of the syncing person.
        streams: all data; a weight holds from their first day.
    """
    zone = before.zone if before.zone != UNKNOWN_ZONE else hints.zone or UNKNOWN_ZONE
    return replace(
        before,
        person_id=options.person_id or before.person_id,
        zone=options.zone or zone,
        adult=before.adult if before.adult is not None else hints.adult,
        birth_year=options.birth_year or before.birth_year,
        sex=options.sex or before.sex,
        weights=before.weights if options.weight_kg is None else _weights(options.weight_kg, streams),
        diabetes_type=options.diabetes_type or _either(before.diabetes_type, hints.diabetes_type, DiabetesType.UNKNOWN),
        therapy=options.therapy or _either(before.therapy, hints.therapy, TherapyKind.UNKNOWN),
        cgm_device=before.cgm_device or hints.cgm_device,
    )


def _either(before: Known, hint: Known | None, unknown: Known) -> Known:
    return before if before is not unknown or hint is None else hint


def _weights(weight_kg: float, streams: Mapping[str, pl.DataFrame]) -> tuple[WeightEntry, ...]:
    times = [frame["time"].min() for frame in streams.values()]
    first = min((one for one in times if isinstance(one, datetime)), default=None)
    return () if first is None else (WeightEntry(day=first.date(), weight_kg=weight_kg),)
