"""A person: what is known of them besides their streams; everything but an identifier and a zone is optional."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from zoneinfo import ZoneInfo

from glucotwin.core.zone import find_zone
from glucotwin.domain.record import check_range


class DiabetesType(StrEnum):
    """Type of diabetes."""

    TYPE_1 = "type1"
    TYPE_2 = "type2"
    GESTATIONAL = "gestational"
    OTHER = "other"
    NONE = "none"
    UNKNOWN = "unknown"


class Sex(StrEnum):
    """Sex as it matters for physiology."""

    FEMALE = "female"
    MALE = "male"
    UNKNOWN = "unknown"


class TherapyKind(StrEnum):
    """How insulin, if any, is given."""

    CLOSED_LOOP = "closed-loop"
    PUMP = "pump"
    INJECTIONS = "injections"
    NO_INSULIN = "no-insulin"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightEntry:
    """Body weight in kg on a day."""

    day: date
    weight_kg: float

    def __post_init__(self) -> None:
        check_range("weight_kg", self.weight_kg, 2.0, 400.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A person with diabetes.

    Attributes:
        person_id: pseudonym; never a name.
        zone: IANA zone of the person's local clock.
        adult: True when only "an adult" is known and no birth year (as in many open data sets).
        pregnant, dialysis: conditions for which no model here is validated; None when unknown.
        cgm_device, ethnicity: for comparing performance between groups; optional.

    Raises:
        DataError: the zone does not exist or a value is impossible.
    """

    person_id: str
    zone: str = "UTC"
    birth_year: int | None = None
    adult: bool | None = None
    sex: Sex = Sex.UNKNOWN
    height_cm: float | None = None
    weights: tuple[WeightEntry, ...] = ()
    diabetes_type: DiabetesType = DiabetesType.UNKNOWN
    diagnosis_year: int | None = None
    therapy: TherapyKind = TherapyKind.UNKNOWN
    cgm_device: str = ""
    ethnicity: str = ""
    pregnant: bool | None = None
    dialysis: bool | None = None

    def __post_init__(self) -> None:
        find_zone(self.zone)
        check_range("birth_year", self.birth_year, 1890, 2100)
        check_range("height_cm", self.height_cm, 30.0, 260.0)

    @property
    def zone_info(self) -> ZoneInfo:
        """The zone as an object."""
        return ZoneInfo(self.zone)

    def age_years(self, on: date) -> int | None:
        """Age in whole calendar years on a day, if the birth year is known."""
        return None if self.birth_year is None else on.year - self.birth_year

    def weight_kg(self, on: date) -> float | None:
        """The latest known weight not after the day, else the earliest known one, else None."""
        if not self.weights:
            return None
        entries = sorted(self.weights, key=lambda entry: entry.day)
        earlier = [entry for entry in entries if entry.day <= on]
        return (earlier[-1] if earlier else entries[0]).weight_kg

    def attributes(self, on: date) -> dict[str, str]:
        """What travels into every evaluation row, so that performance can be compared between groups."""
        return {
            "age_band": age_band(self.age_years(on), self.adult),
            "sex": str(self.sex),
            "ethnicity": self.ethnicity or "unknown",
            "therapy": str(self.therapy),
            "device": self.cgm_device or "unknown",
            "diabetes_type": str(self.diabetes_type),
        }


def age_band(age_years: int | None, adult: bool | None = None) -> str:
    """The band of an age: <7, 7-13, 14-17, 18-64, 65+, adult, or unknown."""
    if age_years is None:
        return "adult" if adult else "unknown"
    for limit, band in ((7, "<7"), (14, "7-13"), (18, "14-17"), (65, "18-64")):
        if age_years < limit:
            return band
    return "65+"
