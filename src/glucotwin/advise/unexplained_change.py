"""Leaving out what nothing on record explains, so that it can be seen by itself."""

from dataclasses import dataclass

from glucotwin.advise.change import Change
from glucotwin.core.message import message
from glucotwin.domain.timeline import Timeline


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveOutUnexplained(Change):
    """The hours of a replay without what the twin cannot explain by food, insulin and exercise on record.

    A replay holds the unexplained flux of glucose that makes the twin follow the readings; here it is nothing from the
    replay's start on. What was before stays.
    """

    @property
    def is_insulin(self) -> bool:
        """It does not."""
        return False

    @property
    def leaves_out_unexplained(self) -> bool:
        """It does."""
        return True

    def apply(self, timeline: Timeline) -> Timeline:
        """Nothing on record changes."""
        return timeline

    def sentence(self, timeline: Timeline) -> str:
        """In words."""
        return message("change-leave-out-unexplained")
