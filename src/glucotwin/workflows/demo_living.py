"""The demo's days after the fit: the twin in step, its forecasts in a ledger, its alarms."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from glucotwin.advise.alarm_replay import AlarmReplay
from glucotwin.core.profile import Authority
from glucotwin.core.progress import ProgressCallback
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.forecast.ledger.ledger import issue_forecasts
from glucotwin.forecast.predict import OLDEST_READING_MIN, reading_age_min
from glucotwin.twin.twin import Twin
from glucotwin.workflows.alarms import replay_person_alarms
from glucotwin.workflows.forecast import days_after_fit, forecast_person
from glucotwin.workflows.ledger import LedgerAnswer, score_issued
from glucotwin.workflows.update import UpdateAnswer, update_person

FORECASTS = 8
EVERY = timedelta(hours=3)
HORIZON_MIN = 120
ALARM_DAYS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class LivingTwin:
    """What the twin says in the days after the fit.

    Attributes:
        update: its state at the last reading.
        ledger: scores of forecasts from one day.
        alarms: alarms of two days.
    """

    update: UpdateAnswer
    ledger: LedgerAnswer
    alarms: AlarmReplay

    def to_json(self) -> dict[str, object]:
        """As JSON values."""
        return {
            "update": self.update.to_json(),
            "ledger": self.ledger.to_json(),
            "alarms": self.alarms.to_json(),
        }


def live_on(
    folder: Path, twin: Twin, timeline: Timeline, *, authority: Authority, progress: ProgressCallback
) -> LivingTwin:
    """Follows the days after the fit.

    Args:
        folder: where the state and the ledger are kept.
        twin: fitted to earlier days.
        timeline: the person's data.
        authority: on whose behalf.
        progress: told how far the work has come.
    """
    name = timeline.person.person_id
    update = update_person(twin, timeline, state=folder / f"{name}.state", authority=authority)
    progress("Issuing forecasts", 0.3)
    days = days_after_fit(twin, timeline)
    origins = [days.start + number * EVERY for number in range(FORECASTS)]
    forecasts = [
        forecast_person(twin, timeline, origin=origin, horizon_min=HORIZON_MIN, authority=authority).payload
        for origin in origins
        if reading_age_min(timeline, origin) <= OLDEST_READING_MIN
    ]
    issue_forecasts(folder / f"{name}.ledger", twin, forecasts)
    ledger = score_issued(folder / f"{name}.ledger", timeline, authority=authority)
    progress("Replaying the alarms", 0.6)
    window = Window(start=days.start, end=min(days.end, days.start + timedelta(days=ALARM_DAYS)))
    alarms = replay_person_alarms(twin, timeline, window=window, authority=authority).payload
    progress("Days followed", 1.0)
    return LivingTwin(update=update, ledger=ledger, alarms=alarms)
