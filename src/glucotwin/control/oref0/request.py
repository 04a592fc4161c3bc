"""The input of a whole decision, as a caller writes it."""

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from glucotwin.control.oref0.autosens import TempTarget
from glucotwin.control.oref0.decision_input import CurrentTemp
from glucotwin.control.oref0.dynamic_sensitivity import DynamicSettings
from glucotwin.control.oref0.glucose_status import GlucoseEntry
from glucotwin.control.oref0.local_clock import LocalClock
from glucotwin.control.oref0.profile import Profile
from glucotwin.control.oref0.pump_event import PumpEvent
from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.zone import find_zone

_UTC = "UTC"


class AutosensRatio(BaseModel):
    """A sensitivity that the caller knows already."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    ratio: float = Field(gt=0, le=10)


class GlucoseTable(BaseModel):
    """Readings as a table, newest first, with the columns ``date_ms``, ``sgv`` and ``noise``."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    columns: tuple[str, ...]
    rows: tuple[tuple[float | None, ...], ...] = Field(max_length=100_000)

    @model_validator(mode="after")
    def _has_full_rows(self) -> "GlucoseTable":
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError("every row needs a value for each column")
        self.entries()
        return self

    def entries(self) -> list[GlucoseEntry]:
        """The rows as entries of one sensor."""
        names = {"date_ms": "date", "sgv": "sgv", "noise": "noise"}
        columns = [names.get(column, column) for column in self.columns]
        return [
            GlucoseEntry.model_validate({**dict(zip(columns, row, strict=True)), "device": "cgm", "type": "sgv"})
            for row in self.rows
        ]


class OrefRequest(BaseModel):
    """Everything that oref0 reads from its files for one decision.

    Attributes:
        clock: time of the decision.
        profile: settings and schedules.
        pumphistory: the pump's records, newest first.
        glucose: readings, newest first, as entries of Nightscout or as a table.
        carbs: treatments with carbs.
        temptargets: temporary targets.
        currenttemp: what the pump runs.
        microBolusAllowed: whether super micro boluses can be given now.
        reservoir: what is left in the pump, handed through.
        autosens: sensitivity, if it is not to be worked out.
        timezone: zone of the schedules, by IANA name.
        dynamic: dynamic sensitivity of Trio or AndroidAPS, if it is wanted.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    clock: str
    profile: Profile
    pumphistory: tuple[PumpEvent, ...] = ()
    glucose: GlucoseTable | tuple[GlucoseEntry, ...]
    carbs: tuple[PumpEvent, ...] = ()
    temptargets: tuple[TempTarget, ...] = ()
    currenttemp: CurrentTemp = CurrentTemp()
    microBolusAllowed: bool = False  # noqa: N815 - the name in the files
    reservoir: str | float | None = None
    autosens: AutosensRatio | None = None
    timezone: str = _UTC
    dynamic: DynamicSettings | None = None

    def local_clock(self) -> LocalClock:
        """The clock of the zone.

        Raises:
            DataError: the zone does not exist.
        """
        zone: ZoneInfo = find_zone(self.timezone)
        return LocalClock(zone=zone)

    def glucose_entries(self) -> Sequence[GlucoseEntry]:
        """The readings as entries."""
        return self.glucose.entries() if isinstance(self.glucose, GlucoseTable) else self.glucose


def request_from_json(document: Mapping[str, object]) -> OrefRequest:
    """Check a document and read it.

    Fields that are null count as absent.

    Raises:
        DataError: a field is missing, or not what it should be; the message says which.
    """
    try:
        return OrefRequest.model_validate(_without_nulls(document))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise DataError(
            ErrorCode.INVALID_VALUE,
            f"The input of oref0 is wrong at {place}: {first['msg']}.",
            hint="It needs clock, profile and glucose, and mostly pumphistory, carbs and currenttemp.",
        ) from error


def _without_nulls(value: object) -> object:
    if isinstance(value, Mapping):
        return {name: _without_nulls(one) for name, one in value.items() if one is not None}
    if isinstance(value, list | tuple):
        return [_without_nulls(one) for one in value]
    return value
