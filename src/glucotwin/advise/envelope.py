"""The safety envelope: limits that a clinician signs for one person and some weeks, outside whatever optimises.

Whoever advises asks the envelope last; what lies outside is refused with its reasons, never bent to fit. An envelope
ends by itself, and one whose content was altered after it was signed holds for nothing.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from functools import cache
from importlib import resources
from types import MappingProxyType

import numpy as np

from glucotwin.advise.refusal import Refusal, RefusalReason
from glucotwin.advise.setting_space import FIELDS, ROUNDING, SettingKind
from glucotwin.advise.situation import Situation
from glucotwin.control.setting import TherapySetting
from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.message import message
from glucotwin.core.number import moment, plain_number
from glucotwin.core.provenance import sha256_of_json
from glucotwin.domain.record import as_utc

ENVELOPE_SCHEMA = "glucotwin-envelope/1"


@cache
def envelope_rules() -> Mapping[str, float]:
    """The defaults of ``data/envelope_rules.csv``, which gives the source of each."""
    text = (resources.files("glucotwin.advise") / "data" / "envelope_rules.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    return MappingProxyType({row["name"]: float(row["value"]) for row in rows})


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvelopeLimits:
    """What advice may come to.

    Attributes:
        basal_u_per_h, carb_ratio_g_per_u, correction_factor_mgdl_per_u, target_mgdl, insulin_duration_min: lowest and
            highest value at any time of the day.
        max_bolus_u: largest single dose.
        max_daily_change_fraction: by how much insulin of a usual day may change, basal and meals together.
        largest_step_fraction, largest_target_step_mgdl: how far a setting, and the target, may move from today's in one
            review.
        below_54_pct: expected time below 54 mg/dL that settings lead to, or that a dose adds with lows treated as they
            come, at most.
        oldest_reading_min, warm_up_min, falling_mgdl_per_min, low_mgdl: when live insulin advice is given at all.

    Raises:
        DataError: a limit is no number, a range is empty, or a rule is laxer than its default.
    """

    basal_u_per_h: tuple[float, float]
    carb_ratio_g_per_u: tuple[float, float]
    correction_factor_mgdl_per_u: tuple[float, float]
    target_mgdl: tuple[float, float]
    max_bolus_u: float
    insulin_duration_min: tuple[float, float] = (120.0, 480.0)
    max_daily_change_fraction: float = 0.1
    largest_step_fraction: float = 0.1
    largest_target_step_mgdl: float = 10.0
    below_54_pct: float = 1.0
    oldest_reading_min: float = 15.0
    warm_up_min: float = 120.0
    falling_mgdl_per_min: float = 1.0
    low_mgdl: float = 70.0

    def __post_init__(self) -> None:
        """Check the limits."""
        for one in fields(self):
            values = np.atleast_1d(getattr(self, one.name))
            if not (np.all(np.isfinite(values)) and np.all(values >= 0.0) and np.all(np.diff(values) >= 0.0)):
                raise DataError(ErrorCode.INVALID_VALUE, message("envelope-bad-limit", name=one.name))
        for name, stricter_is_less in STRICTNESS.items():
            own, default = float(getattr(self, name)), envelope_rules()[name]
            if own > default + ROUNDING if stricter_is_less else own < default - ROUNDING:
                raise DataError(
                    ErrorCode.INVALID_VALUE,
                    message("envelope-laxer", name=name, value=plain_number(default)),
                    hint=message("envelope-laxer-hint"),
                )


STRICTNESS = {
    "largest_step_fraction": True,
    "largest_target_step_mgdl": True,
    "below_54_pct": True,
    "oldest_reading_min": True,
    "warm_up_min": False,
    "falling_mgdl_per_min": True,
    "low_mgdl": False,
}
"""Rules that a clinician may make stricter than their default, and whether less is stricter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyEnvelope:
    """Limits signed by a clinician for a person, until a time.

    Attributes:
        person_id: for whom.
        limits: what advice may come to.
        signed_by: the clinician's name.
        signed_at, valid_until: aware times.
        why: the clinician's words.
        seal: hash of all of this when it was signed; empty to seal it now.

    Raises:
        DataError: it has no signer, ends before it begins, or lasts too long.
    """

    person_id: str
    limits: EnvelopeLimits
    signed_by: str
    signed_at: datetime
    valid_until: datetime
    why: str
    seal: str = ""

    def __post_init__(self) -> None:
        """Check and seal."""
        for name in ("signed_at", "valid_until"):
            object.__setattr__(self, name, as_utc(getattr(self, name)))
        if not self.signed_by.strip() or not self.why.strip():
            raise DataError(ErrorCode.INVALID_VALUE, message("envelope-unsigned"))
        lasts = self.valid_until - self.signed_at
        longest = envelope_rules()["longest_days"]
        if not timedelta() < lasts <= timedelta(days=longest):
            raise DataError(ErrorCode.INVALID_VALUE, message("envelope-lasts", days=plain_number(longest)))
        if not self.seal:
            object.__setattr__(self, "seal", self.content_hash())

    def content_hash(self) -> str:
        """Hash of everything but the seal."""
        content = {name: value for name, value in self.to_json().items() if name != "seal"}
        return sha256_of_json(content)

    def to_json(self) -> dict[str, object]:
        """As JSON values."""
        return {
            "schema": ENVELOPE_SCHEMA,
            "person_id": self.person_id,
            "limits": {
                name: np.asarray(value, dtype=np.float64).tolist() for name, value in asdict(self.limits).items()
            },
            "signed_by": self.signed_by,
            "signed_at": self.signed_at.isoformat(),
            "valid_until": self.valid_until.isoformat(),
            "why": self.why,
            "seal": self.seal,
        }


def standing_refusals(envelope: SafetyEnvelope | None, *, person_id: str, at: datetime) -> tuple[Refusal, ...]:
    """Why an envelope does not hold for a person at a time; empty where it does."""
    if envelope is None:
        return (Refusal(reason=RefusalReason.NO_ENVELOPE),)
    at = as_utc(at)
    checks = {
        RefusalReason.ALTERED: envelope.seal != envelope.content_hash(),
        RefusalReason.OTHER_PERSON: envelope.person_id != person_id,
        RefusalReason.EXPIRED: at >= envelope.valid_until,
        RefusalReason.NOT_YET_VALID: at < envelope.signed_at,
    }
    until = {"until": f"{moment(envelope.valid_until)} UTC"}
    return tuple(Refusal(reason=reason, found=until) for reason, applies in checks.items() if applies)


def bounds_of(limits: EnvelopeLimits) -> Mapping[SettingKind, tuple[float, float]]:
    """Lowest and highest value of each kind of setting."""
    return {kind: getattr(limits, FIELDS[kind]) for kind in SettingKind}


def setting_refusals(
    limits: EnvelopeLimits,
    today: TherapySetting,
    advised: TherapySetting,
    *,
    below_54_pct: float,
    was_below_54_pct: float,
) -> tuple[Refusal, ...]:
    """Why settings lie outside limits; empty where they don't.

    Args:
        limits: of the envelope.
        today: settings now.
        advised: settings instead.
        below_54_pct: expected time below 54 mg/dL with them.
        was_below_54_pct: with today's; a plan may always have less than today.
    """
    found = [*_value_refusals(limits, today, advised)]
    change = abs(_daily_change(today, advised))
    if not change <= limits.max_daily_change_fraction + ROUNDING:
        found.append(Refusal(reason=RefusalReason.MAX_DAILY_CHANGE, found={"percent": f"{100.0 * change:.0f}"}))
    if not below_54_pct <= max(limits.below_54_pct, was_below_54_pct) + ROUNDING:
        found.append(Refusal(reason=RefusalReason.VERY_LOW_LIKELY, found={"percent": f"{below_54_pct:.1f}"}))
    return tuple(found)


def dose_refusals(
    limits: EnvelopeLimits, situation: Situation, dose_u: float, *, correction_u: float, very_low_probability: float
) -> tuple[Refusal, ...]:
    """Why a dose is not given now; empty where it may be. No dose at all is always within.

    Args:
        limits: of the envelope.
        situation: what is known now.
        dose_u: of rapid insulin.
        correction_u: how much of it is there to lower glucose.
        very_low_probability: what it adds to the expected share of the coming hours below 54 mg/dL, 0-1.
    """
    if dose_u == 0.0:
        return ()
    checks = {
        RefusalReason.NOT_A_NUMBER: not np.isfinite(dose_u) or dose_u < 0.0 or not np.isfinite(very_low_probability),
        RefusalReason.MAX_BOLUS: dose_u > limits.max_bolus_u + ROUNDING,
        RefusalReason.VERY_LOW_LIKELY: 100.0 * very_low_probability > limits.below_54_pct + ROUNDING,
        # An unknown trend may be a fall.
        RefusalReason.FALLING: correction_u > 0.0 and not situation.trend_mgdl_per_min >= -limits.falling_mgdl_per_min,
    }
    found = {
        "units": f"{dose_u:.2f}",
        "most": plain_number(limits.max_bolus_u),
        "percent": f"{100.0 * very_low_probability:.1f}",
    }
    own = [Refusal(reason=reason, found=found) for reason, applies in checks.items() if applies]
    return (*situation_refusals(limits, situation), *own)


def situation_refusals(limits: EnvelopeLimits, situation: Situation) -> tuple[Refusal, ...]:
    """Why no live advice on insulin is given now, whatever it would be."""
    checks = {
        RefusalReason.NO_READING: not np.isfinite(situation.glucose_mgdl),
        RefusalReason.DATA_TOO_OLD: not situation.age_min <= limits.oldest_reading_min,
        RefusalReason.SENSOR_WARM_UP: situation.sensor_age_min < limits.warm_up_min,
        RefusalReason.SUSPECTED_ARTEFACT: bool(situation.artefacts),
        RefusalReason.LOW_NOW: situation.glucose_mgdl < limits.low_mgdl,
    }
    age = "-" if not np.isfinite(situation.age_min) else f"{situation.age_min:.0f}"
    found = {
        "age": age,
        "oldest": plain_number(limits.oldest_reading_min),
        "what": ", ".join(message(f"artefact-{one}") for one in situation.artefacts),
    }
    return tuple(Refusal(reason=reason, found=found) for reason, applies in checks.items() if applies)


def _value_refusals(limits: EnvelopeLimits, today: TherapySetting, advised: TherapySetting) -> Iterator[Refusal]:
    for kind in SettingKind:
        before, after = (np.asarray(getattr(one, FIELDS[kind]), dtype=np.float64) for one in (today, advised))
        if not np.all(np.isfinite(after)):
            yield Refusal(reason=RefusalReason.NOT_A_NUMBER)
            continue
        low, high = getattr(limits, FIELDS[kind])
        outside = (np.abs(after - before) > ROUNDING) & ((after < low - ROUNDING) | (after > high + ROUNDING))
        if np.any(outside):
            span = {"kind": message(f"setting-{kind}"), "low": plain_number(low), "high": plain_number(high)}
            yield Refusal(reason=RefusalReason.OUTSIDE_LIMITS, found=span)
        target = kind is SettingKind.TARGET
        largest = limits.largest_target_step_mgdl if target else limits.largest_step_fraction * np.abs(before)
        if np.any(np.abs(after - before) > largest + 1e-6):
            percent = f"{100.0 * limits.largest_step_fraction:.0f}"
            moved = {"kind": message(f"setting-{kind}"), "percent": percent}
            yield Refusal(reason=RefusalReason.STEP_TOO_LARGE, found=moved)


def _daily_change(today: TherapySetting, advised: TherapySetting) -> float:
    """By which share insulin of a usual day changes: basal as set, the rest by the carb ratios."""
    daily = float(np.asarray(today.daily_insulin_u))
    basal, basal_after = (24.0 * float(np.mean(np.asarray(one.basal_u_per_h))) for one in (today, advised))
    ratio = float(np.mean(np.asarray(today.carb_ratio_g_per_u) / np.asarray(advised.carb_ratio_g_per_u)))
    meals = max(daily - basal, 0.0)
    whole = max(basal + meals, 1e-9)
    return (basal_after - basal + meals * (ratio - 1.0)) / whole
