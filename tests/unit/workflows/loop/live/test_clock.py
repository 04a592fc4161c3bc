"""When the steps of a live run fall due."""

from glucotwin.workflows.loop.live.clock import AbstractClock, Pace


class SetClock(AbstractClock):
    """A clock that moves when it is told to, and by what is slept."""

    def __init__(self) -> None:
        self.now_s = 1000.0
        self.slept: list[float] = []

    def elapsed_s(self) -> float:
        return self.now_s

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now_s += seconds


def test_the_first_step_is_due_at_once_and_the_others_every_so_many_seconds_of_the_clock() -> None:
    clock = SetClock()
    pace = Pace(clock, step_s=300.0, speed=60.0)
    assert [pace.wait() for _ in range(3)] == [0.0, 0.0, 0.0]
    assert clock.slept == [5.0, 5.0]


def test_a_late_step_is_made_at_once_and_the_time_is_made_up() -> None:
    clock = SetClock()
    pace = Pace(clock, step_s=300.0, speed=60.0)
    pace.wait()
    clock.now_s += 12.0
    assert pace.wait() == 7.0
    assert pace.wait() == 2.0
    assert clock.slept == []
    assert pace.wait() == 0.0
    assert clock.slept == [3.0]
