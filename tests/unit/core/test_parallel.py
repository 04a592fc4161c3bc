import threading

import pytest

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.parallel import call_side_by_side, usual_workers


def refuse() -> int:
    raise DataError(ErrorCode.TOO_LITTLE_DATA, "Nothing there.")


def test_answers_come_in_the_order_of_the_calls() -> None:
    assert call_side_by_side([lambda value=value: value for value in range(20)], workers=3) == tuple(range(20))


def test_a_call_that_fails_gives_its_error_and_stops_no_other() -> None:
    first, error, last = call_side_by_side([lambda: 1, refuse, lambda: 3], workers=2)
    assert (first, last) == (1, 3)
    assert isinstance(error, DataError)


def test_a_defect_is_not_taken_for_an_answer() -> None:
    with pytest.raises(ZeroDivisionError):
        call_side_by_side([lambda: 1, lambda: 1 // 0], workers=2)


def test_the_first_call_goes_alone_and_the_others_together() -> None:
    together, before = threading.Barrier(2, timeout=10.0), list[int]()

    def first() -> int:
        before.append(threading.active_count())
        return 0

    assert call_side_by_side([first, together.wait, together.wait], workers=2)[0] == 0
    assert before == [threading.active_count()]


def test_progress_never_falls_and_ends_at_one() -> None:
    told: list[tuple[str, float]] = []
    call_side_by_side([lambda: 0] * 9, workers=3, stage="Counting", progress=lambda *told_now: told.append(told_now))
    assert [stage for stage, _ in told] == ["Counting"] * 9
    assert [fraction for _, fraction in told] == pytest.approx([one / 9 for one in range(1, 10)])


def test_nothing_to_call_gives_nothing() -> None:
    assert call_side_by_side([], workers=2) == ()


def test_there_is_at_least_one_worker() -> None:
    assert usual_workers() >= 1
