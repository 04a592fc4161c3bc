"""Sign-ins that wait for a browser's return from the provider. Kept in memory, for ten minutes, and good for once."""

import hmac
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from glucotwin.store.session import hashed

LIFE_S = 600.0
MOST = 10_000
SECRET_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Whose account is to be linked; the strict cookie of a session does not come with the provider's return.

    Attributes:
        account_id: the account.
        session_hash: of the session that asked for it, which has to be open still.
    """

    account_id: str
    session_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """One sign-in that was begun.

    Attributes:
        state: by which the return is recognised.
        nonce: what the provider's token has to repeat.
        verifier: the secret whose hash went to the provider (PKCE, RFC 7636).
        browser: hash of the secret in the cookie of the browser that began.
        link: the account to link; None for a sign-in.
        until: on the clock that only rises.
    """

    state: str
    nonce: str
    verifier: str = field(repr=False)
    browser: str
    link: Link | None
    until: float


@dataclass(slots=True)
class PendingSignIns:
    """What was begun and did not come back yet.

    Attributes:
        clock: seconds that only rise.
    """

    clock: Callable[[], float] = time.monotonic
    _by_state: OrderedDict[str, Pending] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, link: Link | None = None) -> tuple[str, Pending]:
        """Begins one: the secret for the browser's cookie, and what is kept."""
        browser = secrets.token_urlsafe(SECRET_BYTES)
        made = Pending(
            state=secrets.token_urlsafe(SECRET_BYTES),
            nonce=secrets.token_urlsafe(SECRET_BYTES),
            verifier=secrets.token_urlsafe(SECRET_BYTES),
            browser=hashed(browser),
            link=link,
            until=self.clock() + LIFE_S,
        )
        with self._lock:
            self._by_state[made.state] = made
            while len(self._by_state) > MOST:
                self._by_state.popitem(last=False)
        return browser, made

    def take(self, state: str, browser: str) -> Pending | None:
        """What was begun under a state by the browser with this secret; None when nothing was, or no longer.

        It is taken out whoever asks, so that no state is good twice.
        """
        with self._lock:
            found = self._by_state.pop(state, None)
        if found is None or found.until < self.clock():
            return None
        return found if hmac.compare_digest(found.browser, hashed(browser)) else None
