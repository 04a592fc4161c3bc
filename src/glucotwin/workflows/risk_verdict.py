"""Whether Loop mitigates: scores by kind of hazard and arm, of the same people under the same scenarios."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import fmean, median

from glucotwin.scenario.risk_hazard import Hazard, hazard_of
from glucotwin.scenario.risk_set import Arm
from glucotwin.simulate.risk.course import RiskCourse

SERIOUS = 3
"""Severity from which on a course counts as serious."""

Trio = Mapping[Arm, RiskCourse]
"""One person under one scenario, by arm."""


class Verdict(StrEnum):
    """What an arm does against settings alone.

    It mitigates when fewer courses are serious and more are less severe than more severe; it worsens when both are the
    other way round.
    """

    MITIGATES = "mitigates"
    UNCLEAR = "unclear"
    WORSENS = "worsens"


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmScore:
    """Scores of an arm under a kind of hazard.

    Attributes:
        lbgi: median index of low glucose; a mean would be that of the few who fall without end.
        dkai_h: mean hours with too little insulin.
        serious_pct: percent of courses of severity 3 or more.
        better, worse: courses less and more severe than with settings alone.
        verdict: against settings alone; None for them.
    """

    lbgi: float
    dkai_h: float
    serious_pct: float
    better: int
    worse: int
    verdict: Verdict | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HazardScore:
    """Scores of a kind of hazard.

    Attributes:
        hazard: the kind.
        trios: people under scenarios for whom all three arms ran; only they count.
        arms: scores by arm.
    """

    hazard: Hazard
    trios: int
    arms: Mapping[Arm, ArmScore]

    def to_json(self) -> dict[str, object]:
        """The scores as JSON values."""
        scores = {
            str(arm): {
                "median_lbgi": one.lbgi,
                "mean_dkai_h": one.dkai_h,
                "serious_pct": one.serious_pct,
                "better": one.better,
                "worse": one.worse,
                "verdict": None if one.verdict is None else str(one.verdict),
            }
            for arm, one in self.arms.items()
        }
        return {"hazard": str(self.hazard), "trios": self.trios, "arms": scores}


def scores_by_hazard(courses: Iterable[RiskCourse]) -> tuple[HazardScore, ...]:
    """Scores of every kind of hazard of which there are people with all three arms."""
    found: dict[tuple[str, str], dict[Arm, RiskCourse]] = {}
    for one in courses:
        found.setdefault((one.simulation.scenario, one.simulation.profile), {})[one.simulation.arm] = one
    kinds: dict[Hazard, list[Trio]] = {hazard: [] for hazard in Hazard}
    for (scenario, _), trio in found.items():
        if len(trio) == len(Arm):
            kinds[hazard_of(scenario)].append(trio)
    return tuple(
        HazardScore(hazard=hazard, trios=len(trios), arms={arm: _score(trios, arm) for arm in Arm})
        for hazard, trios in kinds.items()
        if trios
    )


def _score(trios: Sequence[Trio], arm: Arm) -> ArmScore:
    serious, alone = _serious_pct(trios, arm), _serious_pct(trios, Arm.NO_LOOP)
    changes = [one[arm].risk.severity - one[Arm.NO_LOOP].risk.severity for one in trios]
    better, worse = sum(change < 0 for change in changes), sum(change > 0 for change in changes)
    verdict = Verdict.UNCLEAR
    if serious < alone and better > worse:
        verdict = Verdict.MITIGATES
    elif serious > alone and worse > better:
        verdict = Verdict.WORSENS
    return ArmScore(
        lbgi=median(one[arm].risk.lbgi for one in trios),
        dkai_h=fmean(one[arm].risk.dkai_h for one in trios),
        serious_pct=serious,
        better=better,
        worse=worse,
        verdict=None if arm is Arm.NO_LOOP else verdict,
    )


def _serious_pct(trios: Sequence[Trio], arm: Arm) -> float:
    return 100.0 * fmean(one[arm].risk.severity >= SERIOUS for one in trios)
