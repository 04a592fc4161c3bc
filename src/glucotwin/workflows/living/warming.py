"""Use case: questions asked beforehand, so that the first one that a person asks finds its programs compiled."""

from datetime import timedelta

from glucotwin.advise.activity_change import AddExercise
from glucotwin.advise.change import AddMeal
from glucotwin.core.profile import Authority
from glucotwin.workflows.what_if import OpenProspect, ask_open_prospect

AHEAD = timedelta(minutes=30)


def warm_what_ifs(opened: OpenProspect, *, authority: Authority) -> None:
    """Asks about food and about a walk, for each of which there is a program of its own; the answers are thrown away.

    Args:
        opened: the hours ahead of a person.
        authority: on whose behalf.

    Raises:
        SafetyError, DataError: see ``ask_open_prospect``.
    """
    at = opened.prospect.coming.start + AHEAD
    for change in (AddMeal(at=at, carbs_g=20.0), AddExercise(at=at, duration_min=30.0)):
        ask_open_prospect(opened, [change], authority=authority)
