"""Laws of the alarms' state machine under any readings, snoozes, gaps and restarts."""

from datetime import timedelta

from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from glucotwin.forecast.alarm.event import AlarmAction, AlarmEvent
from glucotwin.forecast.alarm.kind import AlarmKind
from glucotwin.forecast.alarm.machine import init_alarms, snooze_alarm, step_alarms
from glucotwin.forecast.alarm.registry import RULES, behaviour_of, check_settings
from glucotwin.forecast.alarm.settings import AlarmSettings
from glucotwin.forecast.alarm.state import AlarmState, alarm_state_from_json
from made_up_moment import NOON, level_outlook, moment, push

URGENT = AlarmKind.URGENT_LOW_SOON

SETTINGS = st.builds(
    lambda quiet, low, margin, contact, raise_at: check_settings(
        AlarmSettings.model_validate(
            {
                "quiet_hours": [{"start": "00:00", "end": "23:59"}] if quiet else [],
                "low_mgdl": low,
                "margin_mgdl": margin,
                "caregivers": [{"contact": "mum", "after_min": 10, "kinds": list(AlarmKind)}] if contact else [],
                "behaviour": {"predicted-low": {"raise_at": raise_at}},
            }
        )
    ),
    st.booleans(),
    st.floats(60.0, 100.0),
    st.floats(0.0, 20.0),
    st.booleans(),
    st.floats(0.35, 1.0),
)


class Alarms(RuleBasedStateMachine):
    """Readings, silences, snoozes and restarts in any order."""

    @initialize(settings=SETTINGS)
    def begin(self, settings: AlarmSettings) -> None:
        """A person's settings, and nothing known yet."""
        self.settings = settings
        self.state: AlarmState = init_alarms()
        self.minute = 0.0
        self.on: dict[AlarmKind, bool] = dict.fromkeys(AlarmKind, False)
        self.passed_on: dict[AlarmKind, set[str]] = {kind: set() for kind in AlarmKind}
        self.last_told: dict[AlarmKind, float] = {}
        self.snoozed_until: dict[AlarmKind, float] = {}

    @rule(
        glucose=st.floats(40.0, 400.0),
        ahead=st.floats(40.0, 400.0) | st.none(),
        unexplained=st.floats(-3.0, 3.0) | st.none(),
        gap=st.sampled_from([1.0, 5.0, 15.0, 90.0]),
        age=st.sampled_from([0.0, 4.0, 25.0, 100.0]),
        carbs=st.sampled_from([0.0, 50.0]),
    )
    def know(
        self, glucose: float, ahead: float | None, unexplained: float | None, gap: float, age: float, carbs: float
    ) -> None:
        """Time passes, and something is known."""
        self.minute += gap
        now = moment(
            glucose,
            minute=self.minute,
            age_min=age,
            outlook=None if ahead is None else level_outlook(ahead),
            push=None if unexplained is None else push(unexplained),
            carbs_g=[carbs] + [0.0] * 6,
            dosed_fraction=0.9,
            uses_pump=True,
        )
        self.state, events = step_alarms(self.settings, self.state, now)
        for event in events:
            self.hear(event)
        if glucose < 54.0 and age <= 30.0:
            assert URGENT in self.state.active()

    def hear(self, event: AlarmEvent) -> None:
        """What may be told, given what was told before."""
        kind = event.kind
        assert 0.0 <= event.probability <= 1.0
        assert event.time == NOON + timedelta(minutes=self.minute)
        assert event.since <= event.time
        if event.contact is not None and event.action is AlarmAction.CLEARED:
            # Those whom it was passed on to hear of its end too, once, after everybody else.
            assert not self.on[kind]
            self.passed_on[kind].remove(event.contact)
            return
        if event.contact is not None:
            self.passed_on[kind].add(event.contact)
        if event.action is AlarmAction.RAISED:
            assert not self.on[kind]
            self.on[kind] = True
        else:
            assert self.on[kind]
            self.on[kind] = event.action is not AlarmAction.CLEARED
        if event.action is not AlarmAction.CLEARED:
            assert self.minute >= self.snoozed_until.get(kind, -1.0)
        elif kind is URGENT:
            self.snoozed_until.pop(kind, None)
        if kind is URGENT:
            assert event.audible == (event.action is not AlarmAction.CLEARED)
        if event.action in {AlarmAction.RAISED, AlarmAction.REPEATED}:
            self.last_told[kind] = self.minute

    @precondition(lambda self: self.state.active())
    @rule(data=st.data(), minutes=st.floats(0.0, 1000.0))
    def snooze(self, data: st.DataObject, minutes: float) -> None:
        """Somebody silences an alarm that is on."""
        kind = data.draw(st.sampled_from(sorted(self.state.active())))
        at = NOON + timedelta(minutes=self.minute)
        self.state = snooze_alarm(self.settings, self.state, kind, at=at, minutes=minutes)
        until = self.state.of(kind).snoozed_until
        assert until is not None
        allowed = behaviour_of(self.settings, kind).longest_snooze_min
        assert until - at <= timedelta(minutes=allowed)
        self.snoozed_until[kind] = (until - NOON) / timedelta(minutes=1)

    @rule()
    def restart(self) -> None:
        """The program ends and begins again."""
        again = alarm_state_from_json(self.state.to_json())
        assert again == self.state
        self.state = again

    @precondition(lambda self: self.state.time is not None)
    @rule(late_by=st.sampled_from([0.0, 1.0, 60.0]), glucose=st.floats(40.0, 400.0))
    def come_late(self, late_by: float, glucose: float) -> None:
        """The newest moment arrives twice, or an older one late."""
        late = moment(glucose, minute=self.minute - late_by)
        assert step_alarms(self.settings, self.state, late) == (self.state, ())

    @invariant()
    def urgent_low_is_repeated_in_time(self) -> None:
        """While it is on it is told at least as often as it should be, but for a snooze."""
        state = self.state.of(URGENT)
        if state.on_since is None or state.told_at is None or self.state.time is None:
            return
        silent_for = (self.state.time - state.told_at) / timedelta(minutes=1)
        repeat = behaviour_of(self.settings, URGENT).repeat_min
        assert repeat is not None
        is_going = state.unlikely_since is not None
        assert silent_for < repeat or is_going or state.is_snoozed(self.state.time)

    @invariant()
    def every_kind_is_known(self) -> None:
        """Only kinds of the registry have a state."""
        assert set(self.state.kinds) <= set(RULES)


TestAlarms = Alarms.TestCase
TestAlarms.settings = hypothesis_settings(max_examples=60, stateful_step_count=40, deadline=None)
