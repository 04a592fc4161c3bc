"""The state of a followed twin in the words of its readers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from glucotwin.domain.inputs import QUIET_FIELDS, Inputs, clock_arrays
from glucotwin.twin.grid import STEPS_PER_DAY
from glucotwin.twin.online.fault import Fault
from glucotwin.twin.online.follow import Followed
from glucotwin.twin.online.on_board import HOURS_AHEAD, on_board
from glucotwin.twin.online.step import track
from glucotwin.twin.state_space import STEP_MIN
from glucotwin.twin.twin import Twin

FAULT_NAMES: Mapping[Fault, str] = {
    Fault.STUCK: "stuck",
    Fault.JUMP: "jump",
    Fault.COMPRESSION_LOW: "compression-low",
    Fault.RECOVERY: "after-a-gap",
}

FAULTS_OF_STEPS = STEPS_PER_DAY
"""Faults of the last day are told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultReport:
    """Readings in a row with the same fault."""

    fault: str
    start: datetime
    end: datetime
    readings: int

    def to_json(self) -> dict[str, object]:
        """As JSON values."""
        return {
            "fault": self.fault,
            "start": self.start.isoformat(),
            "end": self.end.isoformat(),
            "readings": self.readings,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class StateSummary:
    """What is believed of a person at the newest reading.

    Attributes:
        time: of the state.
        steps: steps since the stream began.
        glucose_mgdl, glucose_sd_mgdl: plasma glucose.
        trend_mgdl_per_min: how fast it changes.
        unexplained_mgdl_per_min, unexplained_sd_mgdl_per_min: the part of it that nothing recorded explains.
        insulin_on_board_u, carbs_on_board_g: see ``OnBoard``.
        insulin_effect_mgdl, carb_effect_mgdl: still to come of them.
        faults: of the last day, oldest first.
        residual_score_sd: SD of the last day's standardised one-step residuals; near 1 when the filter is calibrated.
    """

    time: datetime
    steps: int
    glucose_mgdl: float
    glucose_sd_mgdl: float
    trend_mgdl_per_min: float
    unexplained_mgdl_per_min: float
    unexplained_sd_mgdl_per_min: float
    insulin_on_board_u: float
    carbs_on_board_g: float
    insulin_effect_mgdl: float
    carb_effect_mgdl: float
    faults: tuple[FaultReport, ...]
    residual_score_sd: float

    def to_json(self) -> dict[str, object]:
        """As JSON values."""
        plain: dict[str, object] = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return plain | {"time": self.time.isoformat(), "faults": [fault.to_json() for fault in self.faults]}


def summarise(twin: Twin, followed: Followed) -> StateSummary:
    """The summary of a followed twin."""
    told = followed.history
    board = on_board(track(twin, draws=followed.draws), followed.state, usual_coming(twin, followed.now))
    return StateSummary(
        time=followed.now,
        steps=followed.rows.steps,
        glucose_mgdl=float(told.glucose_mgdl[-1]),
        glucose_sd_mgdl=float(told.glucose_sd_mgdl[-1]),
        trend_mgdl_per_min=float(board.trend_mgdl_per_min),
        unexplained_mgdl_per_min=float(told.flux_mgdl_per_min[-1]),
        unexplained_sd_mgdl_per_min=float(told.flux_sd_mgdl_per_min[-1]),
        insulin_on_board_u=float(board.insulin_u),
        carbs_on_board_g=float(board.carbs_g),
        insulin_effect_mgdl=float(board.insulin_effect_mgdl),
        carb_effect_mgdl=float(board.carb_effect_mgdl),
        faults=faults_of(followed, first=max(followed.rows.steps - FAULTS_OF_STEPS, 0)),
        residual_score_sd=_score_sd(followed),
    )


def usual_coming(twin: Twin, start: datetime, *, steps: int = HOURS_AHEAD * 12) -> Inputs:
    """No food, no bolus, the usual basal rate over the coming steps."""
    clock = clock_arrays(start, steps * int(STEP_MIN), twin.person.zone)
    zeros = np.zeros(steps)
    return Inputs(
        minute_utc=clock["minute_utc"][:: int(STEP_MIN)],
        minute_of_day=clock["minute_of_day"][:: int(STEP_MIN)],
        carbs_g_per_min=zeros,
        insulin_u_per_min={"rapid": zeros + twin.basal_u_per_min},
        medication_mg_per_min={},
        condition_level={},
        parameter_factor={},
        imputed_flux_power=zeros,
        **dict.fromkeys(QUIET_FIELDS, zeros),
    )


def faults_of(followed: Followed, *, first: int = 0) -> tuple[FaultReport, ...]:
    """Runs of readings with one fault from a step on."""
    faults = np.asarray(followed.history.fault)[first:]
    edges = np.flatnonzero(np.diff(faults, prepend=-1))
    return tuple(
        FaultReport(
            fault=FAULT_NAMES[Fault(int(faults[begin]))],
            start=followed.time(first + int(begin)),
            end=followed.time(first + int(end)) - timedelta(minutes=STEP_MIN),
            readings=int(end - begin),
        )
        for begin, end in zip(edges, [*edges[1:], len(faults)], strict=True)
        if faults[begin] != Fault.NONE
    )


def _score_sd(followed: Followed) -> float:
    used = np.asarray(followed.history.used)[-STEPS_PER_DAY:]
    score = (followed.history.residual_mgdl / np.sqrt(followed.history.variance))[-STEPS_PER_DAY:]
    return float(np.std(score[used])) if used.any() else float("nan")
