"""Every experiment by name; a new one is a file in ``experiment`` and a line here."""

from collections.abc import Mapping
from types import MappingProxyType

from glucotwin.core.error import ErrorCode, NotFoundError
from glucotwin.trial.experiment import ExperimentPlace

_FOLDER = "glucotwin.workflows.trial.experiment"

EXPERIMENTS: Mapping[str, ExperimentPlace] = MappingProxyType(
    {
        "decision-support": ExperimentPlace(module=f"{_FOLDER}.decision_support", attribute="DecisionSupport"),
        "dosing": ExperimentPlace(module=f"{_FOLDER}.dosing", attribute="Dosing"),
        "known-effect": ExperimentPlace(module=f"{_FOLDER}.known_effect", attribute="KnownEffect"),
        "guided-t2d": ExperimentPlace(module="glucotwin.workflows.trial.guided.experiment", attribute="GuidedT2d"),
        "night-alarm": ExperimentPlace(module=f"{_FOLDER}.night_alarm", attribute="NightAlarm"),
    }
)


def experiment_place(name: str) -> ExperimentPlace:
    """Where an experiment is.

    Raises:
        NotFoundError: there is none of this name.
    """
    if name not in EXPERIMENTS:
        hint = f"There are: {', '.join(EXPERIMENTS)}."
        raise NotFoundError(ErrorCode.UNKNOWN_NAME, f"There is no experiment {name!r}.", hint=hint)
    return EXPERIMENTS[name]
