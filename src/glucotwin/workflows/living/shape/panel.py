"""Shapes of the panel: everybody whom an account follows, those first who need a look first."""

from typing_extensions import TypedDict

from glucotwin.core.profile import Role
from glucotwin.workflows.living.shape.now import NewestReading, NextRisk


class PanelRow(TypedDict):
    """One person in a line: what needs a twin is None without one, or without the consent to it."""

    person_id: str
    display_name: str
    role: Role
    has_twin: bool
    reading: NewestReading | None
    active_pct: float | None
    next_risk: NextRisk | None
    alarms_on: int
    alarms_urgent: int
    urgency: float


class PanelPage(TypedDict):
    """A page of the panel: how many people there are, how many more do not let themselves be seen, and what follows."""

    items: list[PanelRow]
    total: int
    hidden: int
    next_cursor: str | None
