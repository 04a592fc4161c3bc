"""Buckets fill again with time; waits after failures double, have an end, and are forgotten by a success."""

import pytest

from glucotwin.service.limit import FREE_FAILURES, LONGEST_WAIT_S, BackOff, RateLimit
from glucotwin.service.problem import TooManyRequestsError


class Clock:
    """Seconds that the test moves."""

    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def test_a_bucket_gives_a_burst_and_then_its_rate() -> None:
    clock = Clock()
    limit = RateLimit(burst=3.0, per_s=0.5, clock=clock)
    for _ in range(3):
        limit.take("a")
    with pytest.raises(TooManyRequestsError) as refused:
        limit.take("a")
    assert refused.value.retry_after_s == pytest.approx(2.0)
    limit.take("b")
    clock.now_s = 2.0
    limit.take("a")
    with pytest.raises(TooManyRequestsError):
        limit.take("a")


def test_waits_double_up_to_the_longest() -> None:
    clock = Clock()
    back_off = BackOff(clock=clock)
    waits: list[float] = []
    for count in range(1, 20):
        back_off.failed("a")
        if count <= FREE_FAILURES:
            back_off.check("a")
            continue
        with pytest.raises(TooManyRequestsError) as refused:
            back_off.check("a")
        waits.append(refused.value.retry_after_s)
    assert waits[:3] == [2.0, 4.0, 8.0]
    assert waits[-1] == LONGEST_WAIT_S
    clock.now_s = LONGEST_WAIT_S + 1.0
    back_off.check("a")


def test_a_success_forgets_failures() -> None:
    back_off = BackOff(clock=Clock())
    for _ in range(10):
        back_off.failed("a")
    back_off.succeeded("a")
    back_off.check("a")
    back_off.failed("a")
    back_off.check("a")
