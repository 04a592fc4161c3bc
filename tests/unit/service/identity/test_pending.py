"""What waits for a browser's return."""

import pytest

from glucotwin.service.identity import pending
from glucotwin.service.identity.pending import Link, PendingSignIns


def test_what_was_begun_is_taken_once_by_who_began() -> None:
    waiting, link = PendingSignIns(), Link(account_id="a", session_hash="h")
    browser, begun = waiting.begin(link)
    assert waiting.take(begun.state, browser) == begun
    assert begun.link == link
    assert waiting.take(begun.state, browser) is None
    assert browser not in repr(begun)
    assert begun.verifier not in repr(begun)


def test_another_browser_takes_nothing_and_leaves_nothing() -> None:
    waiting = PendingSignIns()
    browser, begun = waiting.begin()
    assert waiting.take(begun.state, "another") is None
    assert waiting.take(begun.state, browser) is None


def test_the_oldest_goes_when_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pending, "MOST", 2)
    waiting = PendingSignIns()
    begun = [waiting.begin() for _ in range(3)]
    assert [waiting.take(made.state, browser) is not None for browser, made in begun] == [False, True, True]
