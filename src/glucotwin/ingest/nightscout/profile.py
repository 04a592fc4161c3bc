"""Nightscout's profiles and switches between them, as therapy settings with the time from which each holds.

A profile document holds named profiles and which of them is the default; older ones are a profile themselves. A switch
of profile may bring its own profile, last only some minutes, and scale it: basal by the percentage, carbohydrate ratio
and correction factor by its inverse, all of them shifted by some hours (the "circadian percentage profile"). A switch
that is older than the profile document in force has no effect, as on the site.
"""

import json
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from glucotwin.core.error import DataError, ErrorCode, UnitError
from glucotwin.core.unit import MINUTES_PER_DAY, GlucoseUnit, mgdl_from
from glucotwin.core.zone import find_zone
from glucotwin.domain.therapy import DailySchedule, TherapySettings
from glucotwin.ingest.nightscout.document import Documents, Fields, number_of, text_of, times_of

SHORTEST_ACTION_MIN, LONGEST_ACTION_MIN = 60.0, 720.0
"""Durations of insulin action that can be; others are not taken over."""
ANY_NAME = ""
"""Name of the only profile of an older document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One profile.

    Attributes:
        zone: IANA zone of its clock times; None when it names none.
        settings: its schedules, from 1970 on.
    """

    zone: str | None
    settings: TherapySettings


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileRecord:
    """A profile document: named profiles, and the one that holds unless a switch says otherwise."""

    valid_from: datetime
    default: str
    store: Mapping[str, Profile]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileSwitch:
    """A change to another profile.

    Attributes:
        duration_min: 0 for good.
        profile: brought by the switch itself; None to look ``name`` up.
        percentage: of the basal rates.
        shift_h: the profile is read this many hours ahead.
    """

    time: datetime
    name: str
    duration_min: float = 0.0
    profile: Profile | None = None
    percentage: float = 100.0
    shift_h: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ActiveProfile:
    """A profile and the time from which it holds, until the next one."""

    since: datetime
    profile: Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadProfiles:
    """Profile documents that could be read, and how many could not."""

    records: tuple[ProfileRecord, ...] = ()
    unread: int = 0


def profiles_of(documents: Documents, *, zone: str | None = None) -> ReadProfiles:
    """Profile documents, in order of the time from which they hold.

    Args:
        documents: of the collection ``profile``.
        zone: IANA name for times without an offset.

    Raises:
        UnitError: a profile has correction factors or targets, and no known unit.
    """
    if not documents:
        return ReadProfiles()
    starts = times_of(
        documents, epochs=("mills", "date"), written=("startDate", "created_at"), zone=zone, written_first=True
    )
    since = [start if start is not None else _EPOCH for start in starts]
    records = [_record(document, start) for document, start in zip(documents, since, strict=True)]
    read = sorted((one for one in records if one is not None), key=lambda one: one.valid_from)
    return ReadProfiles(records=tuple(read), unread=len(records) - len(read))


_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


def _record(document: Fields, start: datetime) -> ProfileRecord | None:
    unit = text_of(document.get("units"))
    store = document.get("store")
    if not isinstance(store, Mapping):
        profile = profile_of(document, unit)
        return None if profile is None else ProfileRecord(valid_from=start, default=ANY_NAME, store={ANY_NAME: profile})
    profiles = {
        str(name): profile
        for name, fields in store.items()
        if isinstance(fields, Mapping) and (profile := profile_of(fields, unit)) is not None
    }
    default = text_of(document.get("defaultProfile")) or next(iter(profiles), ANY_NAME)
    return ProfileRecord(valid_from=start, default=default, store=profiles) if profiles else None


def profile_of(fields: Fields, unit: str | None = None) -> Profile | None:
    """One profile; None when none of it can be read.

    Args:
        fields: ``basal``, ``carbratio``, ``sens``, ``target_low``, ``target_high``, ``dia``, ``units``, ``timezone``.
        unit: of glucose, when the profile itself names none.

    Raises:
        UnitError: there are correction factors or targets, and no known unit.
    """
    glucose = {name: _values(fields, name) for name in ("sens", "target_low", "target_high")}
    factor = _glucose_factor(text_of(fields.get("units")) or unit) if any(glucose.values()) else 1.0
    action_h = number_of(fields.get("dia"))
    action_min = None if action_h is None else action_h * 60.0
    try:
        settings = TherapySettings(
            valid_from=_EPOCH,
            basal_u_per_h=_daily(_values(fields, "basal")),
            carb_ratio_g_per_u=_positive(_values(fields, "carbratio")),
            correction_factor_mgdl_per_u=_positive(glucose["sens"], factor),
            target_low_mgdl=_positive(glucose["target_low"], factor),
            target_high_mgdl=_positive(glucose["target_high"], factor),
            insulin_duration_min=action_min
            if action_min is not None and SHORTEST_ACTION_MIN <= action_min <= LONGEST_ACTION_MIN
            else None,
        )
    except DataError:
        return None
    if settings == TherapySettings(valid_from=_EPOCH):
        return None
    return Profile(zone=zone_of(text_of(fields.get("timezone"))), settings=settings)


def zone_of(name: str | None) -> str | None:
    """The IANA zone of a profile; Loop writes ``ETC/GMT+8``, which lies eight hours behind UTC. None when unknown."""
    if name is None:
        return None
    for spelling in (name, name.title() if name.upper() == name else name, f"Etc/{name[4:]}"):
        try:
            find_zone(spelling)
        except DataError:
            continue
        return spelling
    return None


def _glucose_factor(unit: str | None) -> float:
    plain = (unit or "").lower().replace(" ", "")
    if plain.startswith("mmol"):
        return float(mgdl_from(1.0, GlucoseUnit.MMOLL))
    if plain in {"mg/dl", "mgdl", "mg"}:
        return 1.0
    code = ErrorCode.UNKNOWN_UNIT if unit else ErrorCode.MISSING_UNIT
    raise UnitError(
        code,
        f"A Nightscout profile gives glucose in the unit {unit!r}." if unit else "A Nightscout profile names no unit.",
        hint="Its field 'units' must be mg/dl or mmol.",
    )


def _values(fields: Fields, name: str) -> dict[time, float]:
    """Values by the clock time at which they begin; a single number holds all day."""
    entries = fields.get(name)
    if not isinstance(entries, list):
        single = number_of(entries)
        return {} if single is None else {time(0): single}
    values: dict[time, float] = {}
    for entry in entries:
        if isinstance(entry, Mapping):
            start, value = _clock(entry), number_of(entry.get("value"))
            if start is not None and value is not None:
                values[start] = value
    return values


def _clock(entry: Fields) -> time | None:
    """When an entry begins: ``6:00``, or seconds from midnight."""
    hour, _, minute = (text_of(entry.get("time")) or "").partition(":")
    seconds = number_of(entry.get("timeAsSeconds"))
    minutes = seconds // 60 if seconds is not None else None
    if hour.isdecimal() and minute[:2].isdecimal():
        minutes = int(hour) * 60 + int(minute[:2])
    if minutes is None or not 0 <= minutes < MINUTES_PER_DAY:
        return None
    return time(int(minutes) // 60, int(minutes) % 60)


def _positive(values: Mapping[time, float], factor: float = 1.0) -> DailySchedule | None:
    """A schedule in which a zero is no setting."""
    if any(value <= 0 for value in values.values()):
        return None
    return _daily({start: round(value * factor, 2) for start, value in values.items()})


def _daily(values: Mapping[time, float]) -> DailySchedule | None:
    known = sorted(values.items())
    if not known or known[0][0] != time(0):
        return None
    return DailySchedule(starts=tuple(start for start, _ in known), values=tuple(value for _, value in known))


def switch_of(document: Fields, moment: datetime) -> ProfileSwitch:
    """A switch of profile.

    Args:
        document: a treatment of the type ``Profile Switch``.
        moment: when.

    Raises:
        UnitError: the profile that it brings names no known unit.
    """
    percentage = number_of(document.get("percentage"))
    return ProfileSwitch(
        time=moment,
        name=(text_of(document.get("profile")) or ANY_NAME).partition("@@@@@")[0],
        duration_min=max(0.0, number_of(document.get("duration")) or 0.0),
        profile=_own_profile(document.get("profileJson")),
        percentage=percentage if percentage is not None and 0 < percentage <= _LARGEST_PERCENTAGE else 100.0,
        shift_h=(number_of(document.get("timeshift")) or 0.0) % 24.0,
    )


_LARGEST_PERCENTAGE = 500.0


def _own_profile(value: object) -> Profile | None:
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return None
    return profile_of(value) if isinstance(value, Mapping) else None


def active_profiles(records: Sequence[ProfileRecord], switches: Sequence[ProfileSwitch]) -> tuple[ActiveProfile, ...]:
    """The profiles in force, in order of time.

    Args:
        records: profile documents.
        switches: between profiles.
    """
    moments = {one.valid_from for one in records} | {one.time for one in switches}
    moments |= {one.time + timedelta(minutes=one.duration_min) for one in switches if one.duration_min < _LONG_MIN}
    ordered = sorted(switches, key=lambda one: one.time)
    found: list[ActiveProfile] = []
    for moment in sorted(moments):
        profile = _profile_at(moment, records, ordered)
        if profile is not None and (not found or found[-1].profile != profile):
            found.append(ActiveProfile(since=moment, profile=profile))
    return tuple(found)


_LONG_MIN = 525_600.0


def _profile_at(
    moment: datetime, records: Iterable[ProfileRecord], switches: Sequence[ProfileSwitch]
) -> Profile | None:
    """The profile in force at a moment; switches are in order of time."""
    record = max((one for one in records if one.valid_from <= moment), key=lambda one: one.valid_from, default=None)
    default = None if record is None else record.store.get(record.default)
    switch = _switch_at(moment, switches)
    if switch is None or (record is not None and switch.time < record.valid_from):
        return default
    profile = switch.profile or (None if record is None else record.store.get(switch.name))
    return default if profile is None else _scaled(profile, switch)


def _switch_at(moment: datetime, switches: Sequence[ProfileSwitch]) -> ProfileSwitch | None:
    """The latest switch that holds."""
    for switch in reversed(switches[: bisect_right(switches, moment, key=lambda one: one.time)]):
        if switch.duration_min == 0 or moment < switch.time + timedelta(minutes=min(switch.duration_min, _LONG_MIN)):
            return switch
    return None


def _scaled(profile: Profile, switch: ProfileSwitch) -> Profile:
    if switch.percentage == 100.0 and switch.shift_h == 0.0:
        return profile
    basal, inverse = switch.percentage / 100.0, 100.0 / switch.percentage
    settings = profile.settings
    return Profile(
        zone=profile.zone,
        settings=replace(
            settings,
            basal_u_per_h=_changed(settings.basal_u_per_h, basal, switch.shift_h),
            carb_ratio_g_per_u=_changed(settings.carb_ratio_g_per_u, inverse, switch.shift_h),
            correction_factor_mgdl_per_u=_changed(settings.correction_factor_mgdl_per_u, inverse, switch.shift_h),
        ),
    )


def _changed(schedule: DailySchedule | None, factor: float, shift_h: float) -> DailySchedule | None:
    """A schedule times a factor, read some hours ahead."""
    if schedule is None:
        return None
    shift_min = round(shift_h * 60.0) % MINUTES_PER_DAY
    minutes = {(start.hour * 60 + start.minute - shift_min) % MINUTES_PER_DAY for start in schedule.starts} | {0}
    return DailySchedule(
        starts=tuple(time(minute // 60, minute % 60) for minute in sorted(minutes)),
        values=tuple(round(schedule.at(minute + shift_min) * factor, 4) for minute in sorted(minutes)),
    )


def settings_of(active: Iterable[ActiveProfile]) -> tuple[TherapySettings, ...]:
    """The profiles in force as therapy settings."""
    return tuple(replace(one.profile.settings, valid_from=one.since) for one in active)


def main_zone(active: Iterable[ActiveProfile]) -> str | None:
    """The zone of the latest profile that names one; None when none does."""
    return next((one.profile.zone for one in reversed(tuple(active)) if one.profile.zone is not None), None)
