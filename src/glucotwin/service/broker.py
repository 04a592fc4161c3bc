"""Live updates: what is told of a person reaches all who listen, in order, and latecomers what they missed."""

import asyncio
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

KEPT = 200
"""So many messages per person are kept for those who come back."""
WAITING = 500
"""A listener that is this far behind is let go; it comes back and asks anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One message: a rising number, a name and JSON values."""

    number: int
    name: str
    content: Mapping[str, object]


@dataclass(slots=True, eq=False)
class Listener:
    """Somebody who listens, within an event loop."""

    loop: asyncio.AbstractEventLoop
    queue: "asyncio.Queue[Told | None]" = field(default_factory=lambda: asyncio.Queue(WAITING))

    def put(self, told: Told | None) -> None:
        """Hands a message over from any thread."""
        self.loop.call_soon_threadsafe(self._put, told)

    def _put(self, told: Told | None) -> None:
        if self.queue.full():
            while not self.queue.empty():
                self.queue.get_nowait()
            told = None
        self.queue.put_nowait(told)


class Broker:
    """Who listens to whom."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._number = 0
        self._kept: dict[str, deque[Told]] = {}
        self._listeners: dict[str, set[Listener]] = {}

    def tell(self, person_id: str, name: str, content: Mapping[str, object]) -> None:
        """Tells everybody who listens to a person; callable from any thread."""
        with self._lock:
            self._number += 1
            told = Told(number=self._number, name=name, content=content)
            self._kept.setdefault(person_id, deque(maxlen=KEPT)).append(told)
            listeners = list(self._listeners.get(person_id, ()))
        for one in listeners:
            one.put(told)

    def listen(self, person_id: str, *, after: int | None = None) -> Listener:
        """A listener that also gets what was told after a message, as far as it is kept.

        Args:
            person_id: to whom.
            after: number of the last message that was received; None for only what comes.
        """
        listener = Listener(asyncio.get_running_loop())
        with self._lock:
            self._listeners.setdefault(person_id, set()).add(listener)
            missed = [] if after is None else [one for one in self._kept.get(person_id, ()) if one.number > after]
        for one in missed:
            listener.put(one)
        return listener

    def leave(self, person_id: str, listener: Listener) -> None:
        """Ends listening."""
        with self._lock:
            self._listeners.get(person_id, set()).discard(listener)

    def forget(self, person_id: str) -> None:
        """Drops what is kept of a person; whoever listens is let go after what they were told."""
        with self._lock:
            self._kept.pop(person_id, None)
            listeners = list(self._listeners.get(person_id, ()))
        for one in listeners:
            one.put(None)

    def close(self) -> None:
        """Lets everybody go."""
        with self._lock:
            listeners = [one for group in self._listeners.values() for one in group]
        for one in listeners:
            one.put(None)

    @property
    def listening(self) -> int:
        """How many listen."""
        with self._lock:
            return sum(len(group) for group in self._listeners.values())
