"""Use case: run a set of risk scenarios and score every arm."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import polars as pl

from glucotwin.core.error import ConflictError, DataError, ErrorCode
from glucotwin.core.file import replace_file
from glucotwin.core.message import message
from glucotwin.core.profile import RESEARCHER, Authority, Capability
from glucotwin.core.progress import ProgressCallback, part_of, silent
from glucotwin.core.provenance import sha256_of_file
from glucotwin.metrics.device_risk import Harm
from glucotwin.physiology.tidepool_simple import BODY
from glucotwin.scenario.risk_hazard import hazard_of
from glucotwin.scenario.risk_set import Arm, read_risk_set
from glucotwin.simulate.risk.course import RiskCourse
from glucotwin.simulate.risk.person import find_risk_body
from glucotwin.workflows.risk_part import RiskSettings, run_parts
from glucotwin.workflows.risk_verdict import HazardScore, scores_by_hazard

PUBLISHED_BODY = BODY
SEVERITIES = range(6)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RiskReport:
    """Scores of a set of scenarios.

    Attributes:
        body: that they ran on.
        courses: every arm that was run.
        left_out: arms that were not, by name, with why.
    """

    body: str
    courses: tuple[RiskCourse, ...]
    left_out: Mapping[str, str]

    def severities(self, arm: Arm) -> Mapping[int, int]:
        """How many courses of an arm there are of each severity."""
        found = Counter(one.risk.severity for one in self.courses if one.simulation.arm is arm)
        return {severity: found[severity] for severity in SEVERITIES}

    def harms(self, arm: Arm) -> Mapping[Harm, int]:
        """How many courses of an arm there are of each kind of harm."""
        found = Counter(one.risk.harm for one in self.courses if one.simulation.arm is arm)
        return {harm: found[harm] for harm in Harm}

    def hazards(self) -> tuple[HazardScore, ...]:
        """Scores by kind of hazard, and whether Loop mitigates it."""
        return scores_by_hazard(self.courses)

    def table(self) -> pl.DataFrame:
        """One row per arm: who, what, and every score."""
        return pl.DataFrame([_row(one, self.body) for one in self.courses])

    def to_json(self) -> dict[str, object]:
        """The report as JSON values."""
        return {
            "body": self.body,
            "arms": [_row(one, self.body) for one in self.courses],
            "severities": {str(arm): {str(k): v for k, v in self.severities(arm).items()} for arm in Arm},
            "harms": {str(arm): {str(k): v for k, v in self.harms(arm).items()} for arm in Arm},
            "hazards": [one.to_json() for one in self.hazards()],
            "left_out": dict(self.left_out),
        }


def run_risk_set(
    path: Path,
    *,
    scenarios: Sequence[str] = (),
    profiles: Sequence[str] = (),
    body: str = PUBLISHED_BODY,
    folder: Path | None = None,
    processes: int = 1,
    out: Path | None = None,
    overwrite: bool = False,
    authority: Authority = RESEARCHER,
    progress: ProgressCallback = silent,
) -> RiskReport:
    """Runs a file of risk scenarios as published.

    Args:
        path: the file.
        scenarios: identifiers of those to run; all when empty.
        profiles: parts of the names of the people to run, in any case; everybody when empty.
        body: that they run on, by name; the one that the set was published with unless another is asked for.
        folder: where finished parts are kept, so that a killed run goes on from there; None keeps nothing.
        processes: how many to run beside each other.
        out: CSV file for the scores of every arm.
        overwrite: replace an existing file.
        authority: on whose behalf.
        progress: told how far the work has come.

    Raises:
        NotAllowedError: the authority may not simulate.
        NotFoundError: risk scenarios do not run on this body.
        ConflictError: ``out`` exists, or ``folder`` holds something else.
        DataError: the file is no such set, has no such scenario, or nobody is left to run.
    """
    authority.require(Capability.SIMULATE_VIRTUAL)
    if out is not None and out.exists() and not overwrite:
        raise ConflictError(
            ErrorCode.ALREADY_EXISTS, message("answer-exists", path=str(out)), hint=message("answer-exists-hint")
        )
    lived = find_risk_body(body)
    found = read_risk_set(path, scenarios=frozenset(scenarios))
    wanted = [one for one in found.simulations if _is_wanted(one.profile, profiles)]
    if not wanted:
        raise DataError(
            ErrorCode.INVALID_VALUE,
            f"{path} has no arm that can be run for {', '.join(profiles) or 'anybody'}.",
            hint=f"Its profiles are {', '.join(sorted({one.profile for one in found.simulations})[:20])}.",
        )
    settings = RiskSettings(
        sha256=sha256_of_file(path), scenarios=tuple(scenarios), profiles=tuple(profiles), body=lived.name
    )
    part = part_of(progress, start=0.02, end=0.98)
    courses, left_out = run_parts(wanted, settings, folder=folder, processes=processes, progress=part)
    report = RiskReport(body=lived.name, courses=courses, left_out={**found.left_out, **left_out})
    if out is not None:
        replace_file(out, report.table().write_csv)
    progress("Scored", 1.0)
    return report


def _is_wanted(profile: str, parts: Sequence[str]) -> bool:
    return not parts or any(part.lower() in profile.lower() for part in parts)


def _row(course: RiskCourse, body: str) -> dict[str, object]:
    simulation = course.simulation
    named: dict[str, object] = {
        "body": body,
        "scenario": simulation.scenario,
        "hazard": str(hazard_of(simulation.scenario)),
        "description": simulation.description,
        "profile": simulation.profile,
        "arm": str(simulation.arm),
        "hours": simulation.duration_hours,
    }
    scores = asdict(course.risk) | {"harm": str(course.risk.harm)}
    basal_u = float(course.rate_u_per_h[:-1].sum()) * 5.0 / 60.0
    ketones = float(course.ketone_mmoll.max()) if find_risk_body(body).has_ketones else None
    return {
        **named,
        **scores,
        "highest_ketone_mmoll": ketones,
        "basal_u": basal_u,
        "bolus_u": float(course.bolus_u.sum()),
    }
