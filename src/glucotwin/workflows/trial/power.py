"""Use case: the power of trials of several sizes, by drawing them from the outcomes of one that was run."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.message import message
from glucotwin.core.progress import ProgressCallback, silent
from glucotwin.trial.check import ErrorRate, rejection_rate
from glucotwin.trial.credibility import check_sources
from glucotwin.trial.part import PeriodKind
from glucotwin.workflows.trial.folder import design_of_run
from glucotwin.workflows.trial.run import run_trial


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerRow:
    """A size of the trial.

    Attributes:
        people: of two arms together.
        analysis: ``unadjusted``, ``adjusted`` or ``with-score``.
        error: how often something is found where nothing is.
        power: how often the effect is found.
    """

    people: int
    analysis: str
    error: ErrorRate
    power: ErrorRate

    def to_json(self) -> dict[str, object]:
        """As JSON values."""
        return {
            "people": self.people,
            "analysis": self.analysis,
            "error": self.error.share,
            "power": self.power.share,
            "replicates": self.power.replicates,
        }


def power_of_run(
    folder: Path, *, effect: float, people: Sequence[int], replicates: int, progress: ProgressCallback = silent
) -> tuple[PowerRow, ...]:
    """Error and power for each size and analysis.

    Args:
        folder: of a run.
        effect: on the scale of the analysis of the first primary endpoint.
        people: of two arms together.
        replicates: trials that are drawn for each.
        progress: told how far it is.

    Raises:
        ConflictError: the folder is no run.
        DataError: the trial has no parallel arms, or too few outcomes.
    """
    design = design_of_run(folder)
    if design.period.kind is not PeriodKind.PARALLEL:
        raise DataError(
            ErrorCode.INVALID_VALUE, message("trial-power-parallel"), hint=message("trial-power-parallel-hint")
        )
    main = run_trial(design, folder).main
    sources = check_sources(design, main.people, main.seen)
    rows: list[PowerRow] = []
    for count in sorted(set(people)):
        for name, stored in sources.items():
            progress(message("trial-power-running"), len(rows) / (len(sources) * len(people)))
            error, power = (
                rejection_rate(
                    design,
                    stored,
                    people=count,
                    effect=added,
                    errors=design.analysis.errors,
                    replicates=replicates,
                )
                for added in (0.0, effect)
            )
            rows.append(PowerRow(people=count, analysis=name, error=error, power=power))
    return tuple(rows)
