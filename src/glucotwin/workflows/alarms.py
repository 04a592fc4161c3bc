"""Use case: replay the alarms of past days, and say what alarms there are."""

from dataclasses import dataclass

from glucotwin.advise.alarm_replay import AlarmReplay, replay_alarms
from glucotwin.advise.pre_emptive import StepKind
from glucotwin.core.answer import Answer, ContextOfUse
from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.message import message
from glucotwin.core.profile import RESEARCHER, Authority, Capability
from glucotwin.core.progress import ProgressCallback, silent
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.forecast.alarm.behaviour import Behaviour
from glucotwin.forecast.alarm.kind import AlarmKind
from glucotwin.forecast.alarm.registry import RULES, behaviour_of, check_settings
from glucotwin.forecast.alarm.settings import AlarmSettings
from glucotwin.forecast.learned import Learned
from glucotwin.twin.twin import Twin
from glucotwin.workflows.answer import require_same_person, require_valid, wrap_answer
from glucotwin.workflows.forecast import days_after_fit

LONGEST_DAYS = 92.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedAlarm:
    """A kind of alarm as it behaves with a person's settings."""

    kind: AlarmKind
    behaviour: Behaviour
    is_urgent: bool

    def to_json(self) -> dict[str, object]:
        """As JSON values."""
        return {
            "kind": str(self.kind),
            "title": message(f"alarm-{self.kind}-title"),
            "about": message(f"alarm-{self.kind}-about"),
            "urgent": self.is_urgent,
            **self.behaviour.model_dump(mode="json"),
        }


def listed_alarms(settings: AlarmSettings | None = None) -> tuple[ListedAlarm, ...]:
    """Every kind of alarm, the most pressing first.

    Raises:
        DataError: the settings contradict the rest of a kind's behaviour.
    """
    known = settings or AlarmSettings()
    return tuple(
        ListedAlarm(kind=kind, behaviour=behaviour_of(known, kind), is_urgent=rule.is_urgent)
        for kind, rule in RULES.items()
    )


def replay_person_alarms(
    twin: Twin,
    timeline: Timeline,
    *,
    window: Window | None = None,
    settings: AlarmSettings | None = None,
    suggest: bool = True,
    learned: Learned | None = None,
    authority: Authority = RESEARCHER,
    progress: ProgressCallback = silent,
) -> Answer[AlarmReplay]:
    """The alarms of past days in their envelope.

    Args:
        twin: of the timeline's person.
        timeline: their data.
        window: when to look; default everything after the fit.
        settings: the person's; default the safe ones.
        suggest: whether steps against lows are worked out; what may be suggested depends on the authority.
        learned: what was learned on top of twins; None looks ahead with the twin alone.
        authority: on whose behalf.
        progress: told how far the work has come.

    Raises:
        NotAllowedError: the authority may not be given forecasts.
        SafetyError: the model was not validated for this person.
        DataError: there are no days after the fit, or the window is too long or begins before the fit ended.
    """
    authority.require(Capability.FORECAST)
    require_same_person(twin, timeline)
    window = window or days_after_fit(twin, timeline)
    _check_window(window)
    validity = require_valid(timeline.person, window.end.date())
    replay = replay_alarms(
        twin,
        timeline,
        window=window,
        settings=check_settings(settings or AlarmSettings()),
        steps=allowed_steps(authority) if suggest else frozenset(),
        learned=learned,
        progress=progress,
    )
    seen = window.start < twin.window.end
    return wrap_answer(
        replay,
        context=ContextOfUse.ALARM,
        authority=authority,
        timeline=timeline,
        window=window,
        twin=twin,
        validity=validity,
        uncertainty=message("alarm-uncertainty-seen" if seen else "alarm-uncertainty"),
        limits=message("alarm-limits"),
    )


def allowed_steps(authority: Authority) -> frozenset[StepKind]:
    """Steps that an authority may be shown: food is a matter of lifestyle, less insulin one of dosing."""
    needed = {StepKind.CARBS: Capability.WHAT_IF_LIFESTYLE, StepKind.NO_BASAL: Capability.ADVISE_DOSE}
    return frozenset(kind for kind, capability in needed.items() if authority.allows(capability))


def _check_window(window: Window) -> None:
    if window.days > LONGEST_DAYS:
        raise DataError(
            ErrorCode.INVALID_VALUE,
            message("alarm-window-too-long", days=f"{window.days:.0f}", longest=f"{LONGEST_DAYS:.0f}"),
            hint=message("alarm-window-too-long-hint"),
        )
