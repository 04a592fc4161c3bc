"""Settings that were advised, held against a safety envelope: what it refuses is not advised."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import NotRequired

from glucotwin.advise.envelope import EnvelopeLimits, SafetyEnvelope, setting_refusals, standing_refusals
from glucotwin.advise.refusal import Refusal
from glucotwin.advise.setting_plan import SettingAdvice, SettingAdviceJson, SettingPlan
from glucotwin.advise.setting_space import ROUNDING
from glucotwin.advise.sick_day import Titration, TitrationJson
from glucotwin.advise.what_if import Outcome
from glucotwin.core.json_value import Instant
from glucotwin.domain.timeline import Window


class EnvelopedSettingsJson(SettingAdviceJson):
    """An advice on settings with what the envelope said."""

    start: Instant
    end: Instant
    refusals: list[dict[str, str]]
    titration: TitrationJson | None
    envelope: NotRequired[dict[str, object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvelopedSettings:
    """An advice on settings with what the envelope said.

    Attributes:
        advice: without what was refused.
        window: the days that were replayed.
        envelope: that it was held against; None where there was none, as for a proposal that a clinician signs.
        refusals: why a plan is not advised.
        titration: what the table says of long-acting insulin; None for a pump, with few mornings, or where the envelope
            allows no such step.
    """

    advice: SettingAdvice
    window: Window
    envelope: SafetyEnvelope | None = None
    refusals: tuple[Refusal, ...] = ()
    titration: Titration | None = None

    def to_json(self) -> EnvelopedSettingsJson:
        """As JSON values."""
        told: EnvelopedSettingsJson = {
            **self.advice.to_json(),
            "start": self.window.start.isoformat(),
            "end": self.window.end.isoformat(),
            "refusals": [one.to_json() for one in self.refusals],
            "titration": None if self.titration is None else self.titration.to_json(),
        }
        return told if self.envelope is None else {**told, "envelope": self.envelope.to_json()}


def within_envelope(
    advice: SettingAdvice,
    window: Window,
    envelope: SafetyEnvelope | None,
    *,
    person_id: str,
    given_at: datetime,
    titration: Titration | None = None,
) -> EnvelopedSettings:
    """An advice without what an envelope refuses.

    Args:
        advice: as it was found.
        window: the days that were replayed.
        envelope: to hold it against; None where there is none.
        person_id: whose advice it is.
        given_at: aware time at which the envelope has to hold.
        titration: what the table says of long-acting insulin.
    """
    if envelope is None:
        return EnvelopedSettings(advice=advice, window=window, titration=titration)
    standing = standing_refusals(envelope, person_id=person_id, at=given_at)
    refused = [(plan, (*standing, *_refusals(envelope.limits, advice, plan))) for plan in _plans(advice)]
    kept = {id(plan) for plan, why in refused if not why}
    plan = advice.plan if advice.plan is not None and id(advice.plan) in kept else None
    held = replace(
        advice,
        plan=plan,
        changes=advice.changes if plan is not None else (),
        alternatives=tuple(one for one in advice.alternatives if id(one) in kept),
    )
    against = next((why for one, why in refused if one is advice.plan), ())
    return EnvelopedSettings(
        advice=held,
        window=window,
        envelope=envelope,
        refusals=against or standing,
        titration=None if standing or not _allows(envelope.limits, titration) else titration,
    )


def _allows(limits: EnvelopeLimits, titration: Titration | None) -> bool:
    """Whether a step of long-acting insulin is no larger than a step of settings may be."""
    return titration is None or abs(titration.rule.change_fraction) <= limits.largest_step_fraction + ROUNDING


def _plans(advice: SettingAdvice) -> list[SettingPlan]:
    return [*([] if advice.plan is None else [advice.plan]), *advice.alternatives]


def _refusals(limits: EnvelopeLimits, advice: SettingAdvice, plan: SettingPlan) -> tuple[Refusal, ...]:
    lows = _very_low(plan.outcomes)
    return setting_refusals(
        limits,
        advice.today,
        plan.setting,
        below_54_pct=lows.changed.expected or 0.0,
        was_below_54_pct=lows.baseline.expected or 0.0,
    )


def _very_low(outcomes: tuple[Outcome, ...]) -> Outcome:
    return next(one for one in outcomes if one.name == "time_below_54_pct")
