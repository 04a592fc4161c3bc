"""From a person's own timeline to the person of the published equations: what the record says, and what it lacks.

Each key comes from one place: the profile (age, sex, diagnosis, height and weight), laboratory results, medicines on
record, insulin, or the sensor. Told facts (a YAML file of the same keys) stand above the record, for what no record
holds: smoking, region, history.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from importlib import resources
from pathlib import Path
from types import MappingProxyType

import polars as pl
from pydantic import ValidationError
from typing_extensions import TypedDict

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.message import message
from glucotwin.core.yaml_file import read_yaml_text
from glucotwin.domain.archive import load_timeline
from glucotwin.domain.insulin import LONG_ACTING, PenDose
from glucotwin.domain.observation import LabResult, MedicationDose
from glucotwin.domain.person import DiabetesType, Person
from glucotwin.domain.person import Sex as RecordedSex
from glucotwin.domain.timeline import Timeline
from glucotwin.ingest.diary.analyte import names_of_analytes
from glucotwin.prognosis.ckd_epi import egfr_from_creatinine
from glucotwin.prognosis.person import HINT, REQUIRED, DescribedPerson, Ethnicity, Sex, parse_facts
from glucotwin.workflows.recorded_glucose import recorded_glucose

TAKEN_WITHIN = timedelta(days=35)
"""Medicines count as taken when a dose is on record so shortly before the record's end: monthly entries suffice."""
INSULIN_WITHIN = timedelta(days=14)
OLD_AFTER = timedelta(days=365)
NOT_NULL = ("age", "sex", "smoker", "region")
"""Keys of which the equations need a value: what the record does not say has to be told."""


class Origin(StrEnum):
    """Where a fact of a description comes from."""

    PROFILE = "profile"
    LABORATORY = "laboratory"
    MEDICINE = "medicine"
    INSULIN = "insulin"
    SENSOR = "sensor"
    TOLD = "told"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One key of a description.

    Attributes:
        key: of ``DescribedPerson``.
        value: as it is there.
        origin: where it comes from.
        on: the day of the record; None where it has none.
    """

    key: str
    value: object
    origin: Origin
    on: date | None = None

    def to_json(self) -> dict[str, object]:
        """As JSON values."""
        on = None if self.on is None else self.on.isoformat()
        return {"key": self.key, "value": self.value, "origin": str(self.origin), "on": on}


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedPerson:
    """A described person with where every fact came from.

    Attributes:
        described: what the equations are asked about.
        facts: everything that was found or told.
        absent: required keys that nobody measured; scores that need them refuse.
        cautions: sentences on facts that are old or stand in for others.
        height_m: where it is on record.
    """

    described: DescribedPerson
    facts: tuple[Fact, ...] = ()
    absent: tuple[str, ...] = ()
    cautions: tuple[str, ...] = ()
    height_m: float | None = None

    def to_json(self) -> dict[str, object]:
        """As JSON values; the description in full beside."""
        return {
            "described": self.described.model_dump(mode="json"),
            "facts": [one.to_json() for one in self.facts],
            "not_on_record": list(self.absent),
            "cautions": list(self.cautions),
        }


def described_at(path: Path, facts: Path | None = None) -> RecordedPerson | None:
    """The person of a timeline's folder; None where the path is a file that describes one.

    Args:
        path: what a command was given.
        facts: YAML or JSON with keys that the record does not hold.

    Raises:
        DataError: see ``recorded_person``; or facts are told beside a description, where they belong into the file.
    """
    if not path.is_dir():
        if facts is not None:
            raise DataError(ErrorCode.INVALID_VALUE, message("recorded-facts-beside-file"), hint=HINT)
        return None
    told = {} if facts is None else parse_facts(read_yaml_text(facts, hint=HINT), name=facts.name)
    return recorded_person(load_timeline(path), told)


def recorded_person(timeline: Timeline, told: Mapping[str, object] = MappingProxyType({})) -> RecordedPerson:
    """What a record and told facts say of a person, today being the record's last day.

    Args:
        timeline: the person's data.
        told: keys of a description; they stand above the record.

    Raises:
        DataError: a key without which no equation answers is neither on record nor told; every such key is named.
    """
    found = _found(timeline, told)
    absent = tuple(key for key in REQUIRED if found.value(key) is None and key not in NOT_NULL)
    height = timeline.person.height_cm
    return RecordedPerson(
        described=_described(found, absent),
        facts=tuple(found.facts.values()),
        absent=absent,
        cautions=tuple(found.cautions),
        height_m=None if height is None else height / 100.0,
    )


class RecordedFactsJson(TypedDict):
    """What a record tells of a description, key by key, with origins and days, and what limits it."""

    values: dict[str, bool | float | str | list[str]]
    origins: dict[str, str]
    days: dict[str, str]
    cautions: list[str]


def recorded_facts(timeline: Timeline) -> RecordedFactsJson:
    """What a record says of a person, as far as it goes: to fill in a form; nothing where there are no records.

    Args:
        timeline: the person's data.
    """
    if not any(len(frame) for frame in timeline.streams.values()):
        return {"values": {}, "origins": {}, "days": {}, "cautions": []}
    found = _found(timeline, {})
    facts = found.facts
    return {
        "values": {key: _plain(one.value) for key, one in facts.items()},
        "origins": {key: str(one.origin) for key, one in facts.items()},
        "days": {key: one.on.isoformat() for key, one in facts.items() if one.on is not None},
        "cautions": list(found.cautions),
    }


def _plain(value: object) -> bool | float | str | list[str]:
    if isinstance(value, tuple):
        return [str(one) for one in value]
    return value if isinstance(value, bool | int | float) else str(value)


def _found(timeline: Timeline, told: Mapping[str, object]) -> "_Found":
    today = timeline.window().end.astimezone(timeline.person.zone_info).date()
    found = _Found(facts=dict[str, Fact]())
    found.add(_of_profile(timeline.person, today))
    found.add(laboratory_facts(timeline))
    found.add(_of_medicines(timeline))
    found.add(_of_insulin(timeline))
    found.add(Fact(key=key, value=value, origin=Origin.TOLD) for key, value in told.items())
    _derive_egfr(found)
    glucose = recorded_glucose(timeline, found.day_of("hba1c_pct"))
    found.add_missing(Fact(key=key, value=value, origin=Origin.SENSOR, on=today) for key, value in glucose.facts())
    if found.value("hba1c_pct") is None and glucose.equivalent_hba1c_pct is not None:
        found.add([Fact(key="hba1c_pct", value=round(glucose.equivalent_hba1c_pct, 1), origin=Origin.SENSOR, on=today)])
        found.cautions.append(message("recorded-hba1c-from-sensor"))
    found.cautions.extend(
        message("recorded-old", key=one.key, day=one.on.isoformat())
        for one in found.facts.values()
        if one.on is not None and today - one.on > OLD_AFTER
    )
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """Facts by key; what is added later stands above."""

    facts: dict[str, Fact]
    cautions: list[str] = field(default_factory=list[str])

    def add(self, facts: Iterator[Fact] | Sequence[Fact]) -> None:
        self.facts.update({one.key: one for one in facts})

    def add_missing(self, facts: Iterator[Fact]) -> None:
        self.add([one for one in facts if self.value(one.key) is None])

    def value(self, key: str) -> object | None:
        found = self.facts.get(key)
        return None if found is None else found.value

    def day_of(self, key: str) -> date | None:
        found = self.facts.get(key)
        return None if found is None else found.on


def _of_profile(person: Person, today: date) -> Iterator[Fact]:
    age, weight, height = person.age_years(today), person.weight_kg(today), person.height_cm
    known: dict[str, object | None] = {
        "age": age,
        "sex": None if person.sex is RecordedSex.UNKNOWN else Sex(str(person.sex)),
        "diabetes_duration_y": None if person.diagnosis_year is None else max(today.year - person.diagnosis_year, 0),
        "bmi": None if weight is None or height is None else round(weight / (height / 100.0) ** 2, 1),
        "diabetes_type": _type_of(person),
        "ethnicity": _ethnicity_of(person),
        "pregnant": person.pregnant,
        "history_renal_failure": person.dialysis,
    }
    for key, value in known.items():
        if value is not None:
            weighed = max((one.day for one in person.weights if one.day <= today), default=None)
            yield Fact(key=key, value=value, origin=Origin.PROFILE, on=weighed if key == "bmi" else None)


def _type_of(person: Person) -> str | None:
    kinds = {DiabetesType.TYPE_1: "type1", DiabetesType.TYPE_2: "type2"}
    if person.diabetes_type in (DiabetesType.UNKNOWN, *kinds):
        return kinds.get(person.diabetes_type)
    raise DataError(ErrorCode.INVALID_VALUE, message("recorded-other-type", kind=str(person.diabetes_type)), hint=HINT)


def _ethnicity_of(person: Person) -> str | None:
    if not person.ethnicity:
        return None
    written = person.ethnicity.strip().lower().replace(" ", "_")
    return written if written in set(map(str, Ethnicity)) else str(Ethnicity.OTHER)


def laboratory_facts(timeline: Timeline) -> Iterator[Fact]:
    """Every laboratory value that is a key of a described person, in the order of the record; impossible ones left out.

    Args:
        timeline: the person's data; only values up to its last day are read.
    """
    today = timeline.window().end.astimezone(timeline.person.zone_info).date()
    rules = {(row["analyte"], row["unit"]): row for row in _table("recorded_analytes.csv")}
    names = names_of_analytes()
    zone = timeline.person.zone_info
    for one in timeline.records(LabResult):
        rule = rules.get((names.get(one.analyte.lower(), names.get(one.analyte, one.analyte)), one.unit))
        if rule is None or one.time.astimezone(zone).date() > today:
            continue
        value = float(rule["factor"]) * one.value + float(rule["offset"])
        if _is_possible(rule["key"], value):
            on = one.time.astimezone(zone).date()
            yield Fact(key=rule["key"], value=float(f"{value:.4g}"), origin=Origin.LABORATORY, on=on)


def _is_possible(key: str, value: float) -> bool:
    return all(
        getattr(bound, "ge", value) <= value <= getattr(bound, "le", value)
        for bound in DescribedPerson.model_fields[key].metadata
    )


def _derive_egfr(found: _Found) -> None:
    """EGFR by CKD-EPI 2021 where the laboratory told creatinine alone, or told it later."""
    creatinine, age, sex = (found.value(key) for key in ("creatinine_mgdl", "age", "sex"))
    if not isinstance(creatinine, float) or not isinstance(age, int | float) or sex not in set(map(str, Sex)):
        return
    on, known = found.day_of("creatinine_mgdl"), found.day_of("egfr")
    if found.value("egfr") is None or (on is not None and known is not None and on > known):
        value = egfr_from_creatinine(creatinine, age=float(age), sex=Sex(str(sex)))
        found.add([Fact(key="egfr", value=round(value, 1), origin=Origin.LABORATORY, on=on)])


def _of_medicines(timeline: Timeline) -> Iterator[Fact]:
    frame = timeline.frame(MedicationDose)
    if frame.is_empty():
        return
    end = timeline.window().end
    recent = frame.filter(pl.col("time") > end - TAKEN_WITHIN)
    last: dict[str, date] = {
        str(name).lower(): time.astimezone(timeline.person.zone_info).date()
        for name, time in recent.select("medication", "time").iter_rows()
    }
    drugs = dict[str, date]()
    for name, on in last.items():
        for row in _table("recorded_medicines.csv"):
            if row["part"] not in name:
                continue
            if row["key"] == "drugs":
                drugs[row["drug"]] = on
            else:
                yield Fact(key=row["key"], value=True, origin=Origin.MEDICINE, on=on)
    if drugs:
        yield Fact(key="drugs", value=tuple(drugs), origin=Origin.MEDICINE, on=max(drugs.values()))


def _of_insulin(timeline: Timeline) -> Iterator[Fact]:
    """Long-acting insulin a day, of the last two weeks of doses."""
    frame = timeline.frame(PenDose).filter(pl.col("product").is_in(list(LONG_ACTING)))
    if frame.is_empty():
        return
    end = timeline.window().end
    recent = frame.filter(pl.col("time") > end - INSULIN_WITHIN)
    if recent.is_empty():
        return
    days = max(1.0, (end - recent["time"][0]) / timedelta(days=1))
    daily = round(float(recent["insulin_u"].sum()) / days, 1)
    on = recent["time"][-1].astimezone(timeline.person.zone_info).date()
    yield Fact(key="basal_insulin_u_per_d", value=daily, origin=Origin.INSULIN, on=on)


def _described(found: _Found, absent: Sequence[str]) -> DescribedPerson:
    lacking = [key for key in NOT_NULL if found.value(key) is None]
    if found.value("diabetes_duration_y") is None and found.value("age_at_diagnosis") is None:
        lacking.append("diabetes_duration_y")
    if lacking:
        told = "; ".join(message(f"recorded-add-{key.replace('_', '-')}") for key in lacking)
        raise DataError(
            ErrorCode.INVALID_VALUE,
            message("recorded-lacks", keys=", ".join(lacking)),
            hint=message("recorded-lacks-hint", add=told),
        )
    values = {key: one.value for key, one in found.facts.items()} | dict.fromkeys(absent)
    try:
        return DescribedPerson.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or message("recorded-whole")
        text = message("recorded-impossible", key=place, reason=first["msg"].removeprefix("Value error, "))
        raise DataError(ErrorCode.INVALID_VALUE, text, hint=HINT) from error


@cache
def _table(name: str) -> tuple[Mapping[str, str], ...]:
    text = (resources.files("glucotwin.workflows") / "data" / name).read_text(encoding="utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    return tuple(csv.DictReader(lines, delimiter=";"))
