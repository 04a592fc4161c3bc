"""Use case: every published figure of type 2 trials simulated as that trial, with hits and misses."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from itertools import pairwise
from statistics import fmean
from types import MappingProxyType

import numpy as np

from glucotwin.core.error import ErrorCode, NotFoundError
from glucotwin.core.message import message
from glucotwin.core.progress import ProgressCallback, silent
from glucotwin.months.course import Course, Life, months_courses
from glucotwin.months.low_glucose import LowGlucose, felt_lows_per_y, low_glucose, people_with_lows_pct, severe_lows_pct
from glucotwin.months.treatment import Treatment
from glucotwin.months.trial import Participant, Target, Trial, trial_targets, trials
from glucotwin.workflows.regimen_parse import parse_candidate
from glucotwin.workflows.regimen_rule import RuleResult, rules_markdown

NO_COMPARATOR, PLACEBO = "none", ""
HBA1C_BAND, WEIGHT_BAND, RATE_FACTOR = 0.2, 0.25, 1.5
"""A change of HbA1c is hit within its interval or 0.2 %, weight within a quarter (1 kg at least), rates within 1.5."""

FAILURE_HBA1C_PCT, FAILURE_FASTING_MMOLL, REMISSION_PCT = 7.0, 10.0, 6.5
VISIT_D = 91
SMALL = 0.05
Courses = tuple[Course, ...]

COLUMNS = (
    "| row | study | arm | against | endpoint | published | model | | |",
    "|---|---|---|---|---|---|---|---|---|",
)
HEAD = """# Trials of type 2 medicines beside the model

Made by `glucotwin regimen validate --page docs/reference/regimen-trials.md`; how people are described and medicines act: [Compare medicines over months](../how-to/regimen.md).

Each published figure is simulated as that trial, 23 people spread around its baseline, **one set of parameters for all**: {hits} of {figures} figures are hit in studies that parameters were chosen with, {apart_hits} of {apart} in the studies whose
names were drawn (`sha256(name) mod 3 = 0`) to be scored apart. Those are not clean: whoever chose the parameters had read their figures too, and the first version was sized by some of them.

A change of HbA1c is hit within the published interval or 0.2 %, weight within a quarter (1 kg at least), rates and ratios within a factor of 1.5. Figures that a parameter was chosen for (`chosen`) count for nothing. Baselines other than HbA1c are
mostly from memory (`src/glucotwin/months/data/trials.csv`). Rows 52 and 53 (coached programmes) are not simulated.
"""  # noqa: E501


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetResult:
    """What the model says to a published figure.

    Attributes:
        target: the figure.
        held_out: whether its study is scored apart.
        measured: the same by the model.
        hit: whether that counts as reproduced.
    """

    target: Target
    held_out: bool
    measured: float
    hit: bool

    @property
    def verdict(self) -> str:
        """``hit``, ``miss`` or, where a parameter was chosen for it, ``chosen``."""
        if not self.target.counts:
            return "chosen"
        return "hit" if self.hit else "miss"

    @property
    def measured_text(self) -> str:
        """The same to read: two decimals, or one digit where these would hide how small it is."""
        return f"{self.measured:.2f}" if abs(self.measured) >= SMALL else f"{self.measured:.1g}"

    def to_json(self) -> dict[str, object]:
        """As JSON values."""
        one = self.target
        return {
            "row": one.row,
            "study": one.study,
            "held_out": self.held_out,
            "arm": one.arm,
            "comparator": one.comparator or "placebo",
            "endpoint": one.endpoint,
            "published": one.value,
            "low": one.low,
            "high": one.high,
            "measured": self.measured,
            "hit": self.hit,
            "counts": one.counts,
            "note": one.note,
        }


def validate_regimens(*, study: str | None = None, progress: ProgressCallback = silent) -> tuple[TargetResult, ...]:
    """Simulates every trial, or one study's, with one set of parameters.

    Args:
        study: only studies whose name contains this.
        progress: told how far the work has come.

    Raises:
        NotFoundError: no study has such a name.
    """
    chosen = [one for one in trial_targets() if study is None or study.lower() in one.study.lower()]
    if not chosen:
        raise NotFoundError(
            ErrorCode.UNKNOWN_NAME,
            message("regimen-trial-unknown", name=repr(study)),
            hint=message("regimen-trial-known", names="; ".join(trials())),
        )
    results: list[TargetResult] = []
    for done, target in enumerate(chosen):
        progress(f"{target.study}: {target.arm}", done / len(chosen))
        trial = trials()[target.study]
        measured = MEASURES[target.endpoint](target, trial)
        results.append(
            TargetResult(target=target, held_out=trial.held_out, measured=measured, hit=_hit(target, measured))
        )
    return tuple(results)


def score(results: Sequence[TargetResult], *, held_out: bool) -> tuple[int, int]:
    """Hits and figures that count, of the studies that are scored apart or of the others.

    Args:
        results: of ``validate_regimens``.
        held_out: which studies.
    """
    counted = [one for one in results if one.target.counts and one.held_out == held_out]
    return sum(one.hit for one in counted), len(counted)


def markdown(results: Sequence[TargetResult], rules: Sequence[RuleResult] = ()) -> str:
    """The page of all figures, generated.

    Args:
        results: of ``validate_regimens``.
        rules: of ``check_rules``.
    """
    (hits, figures), (apart_hits, apart) = (score(results, held_out=one) for one in (False, True))
    parts = [HEAD.format(hits=hits, figures=figures, apart_hits=apart_hits, apart=apart)]
    for held_out, title in ((False, "Studies used to choose parameters"), (True, "Studies scored apart")):
        rows = [_line(one) for one in results if one.held_out == held_out]
        parts.append("\n".join([f"## {title}\n", *COLUMNS, *rows, ""]))
    return "\n".join([*parts, rules_markdown(rules)] if rules else parts)


def _line(result: TargetResult) -> str:
    one = result.target
    interval = "" if one.low is None or one.high is None else f" ({one.low:g} to {one.high:g})"
    against = {NO_COMPARATOR: "start", PLACEBO: "placebo"}.get(one.comparator, one.comparator)
    verdict = f"**{result.verdict}**" if result.verdict == "miss" else result.verdict
    cells = (one.row, one.study, f"`{one.arm}`", against, one.endpoint, f"{one.value:g}{interval}")
    return f"| {' | '.join(cells)} | {result.measured_text} | {verdict} | {one.note} |"


def _hit(target: Target, measured: float) -> bool:
    if target.low is not None and target.high is not None and target.low <= measured <= target.high:
        return True
    if target.endpoint in {"hba1c_change", "hba1c_end"}:
        return abs(measured - target.value) <= HBA1C_BAND + 1e-9
    if target.endpoint.startswith("weight"):
        return abs(measured - target.value) <= max(1.0, WEIGHT_BAND * abs(target.value))
    return measured > 0.0 and 1.0 / RATE_FACTOR <= measured / target.value <= RATE_FACTOR


@cache
def _courses(study: str, arm: str, weeks: int) -> Courses:
    trial = trials()[study]
    return months_courses([_life(trial, one, arm) for one in trial.people], days=7 * weeks)


def _life(trial: Trial, one: Participant, arm: str) -> Life:
    treatments = list(parse_candidate(arm)) if arm else []
    if one.prior:
        treatments += parse_candidate(f"stop-{trial.prior}")
    return Life(person=one.person, treatments=treatments, response=one.response, decline=one.decline)


def _ends(target: Target, trial: Trial, arm: str, of: Callable[[Course], float]) -> float:
    return fmean(of(one) for one in _courses(target.study, arm, trial.weeks))


def _difference(target: Target, trial: Trial, *, of: Callable[[Course], float]) -> float:
    arm = _ends(target, trial, target.arm, of)
    return arm if target.comparator == NO_COMPARATOR else arm - _ends(target, trial, target.comparator, of)


def _hba1c_change(course: Course) -> float:
    return float(course.hba1c_pct[-1] - course.hba1c_pct[0])


def _weight_change(course: Course) -> float:
    return float(course.weight_kg[-1] - course.weight_kg[0])


def _hba1c_end(course: Course) -> float:
    return float(course.hba1c_pct[-1])


def _remission(target: Target, trial: Trial, *, years: int) -> float:
    courses = _courses(target.study, target.arm, 52 * years)
    return 100.0 * fmean(bool(one.hba1c_pct[-1] < REMISSION_PCT) for one in courses)


def _above_7(target: Target, trial: Trial, *, arm: str | None = None) -> float:
    """Events per 100 person-years: two visits in a row, three months apart, at 7 % or more."""
    courses = _courses(target.study, target.arm if arm is None else arm, trial.weeks)
    failed, years = 0, 0.0
    for course in courses:
        visits = course.hba1c_pct[VISIT_D::VISIT_D].tolist()
        pairs = pairwise(visits)
        at = next((n for n, pair in enumerate(pairs) if min(pair) >= FAILURE_HBA1C_PCT), None)
        failed += at is not None
        years += (len(visits) if at is None else at + 1) * VISIT_D / 365.0
    return 100.0 * failed / years


def _above_7_ratio(target: Target, trial: Trial) -> float:
    return _above_7(target, trial) / _above_7(target, trial, arm=target.comparator)


def _fasting_failure(target: Target, trial: Trial) -> float:
    courses = _courses(target.study, target.arm, trial.weeks)
    failed = [bool(np.any(one.of("fasting_mmoll")[VISIT_D:] > FAILURE_FASTING_MMOLL)) for one in courses]
    return 100.0 * fmean(failed)


def _felt(target: Target, trial: Trial, arm: str) -> float:
    taken = parse_candidate(arm) if arm else ()
    ends = _courses(target.study, arm, min(52, trial.weeks))
    pairs = zip(trial.people, ends, strict=True)
    return fmean(felt_lows_per_y(one.person, taken, hba1c_pct=float(end.hba1c_pct[-1])) for one, end in pairs)


def _lows_ratio(target: Target, trial: Trial) -> float:
    """People with a low, on the arm and on placebo."""
    years = trial.weeks / 52.0
    arms = (target.arm, PLACEBO)
    with_lows = [people_with_lows_pct(_felt(target, trial, arm), years=years) for arm in arms]
    return with_lows[0] / with_lows[1]


def _felt_5y(target: Target, trial: Trial) -> float:
    return people_with_lows_pct(_felt(target, trial, target.arm), years=5.0)


def _severe_5y(target: Target, trial: Trial) -> float:
    return severe_lows_pct(_felt(target, trial, target.arm), years=5.0)


def _told_per_y(target: Target, trial: Trial, *, of: Callable[[LowGlucose], float]) -> float:
    """A rate of people who take the arm already, at their HbA1c."""
    taken = parse_candidate(target.arm)
    people = (one.person for one in trial.people)
    return fmean(of(low_glucose(one, taken, hba1c_pct=one.hba1c_pct)) for one in people)


def _severe_ratio(target: Target, trial: Trial) -> float:
    """Severe lows at two values of HbA1c that a trial reached, under the same medicines."""
    taken: Sequence[Treatment] = parse_candidate(target.arm)
    levels = [float(one) for one in target.comparator.split(" against ")]
    low, high = (fmean(felt_lows_per_y(one.person, taken, hba1c_pct=level) for one in trial.people) for level in levels)
    return low / high


MEASURES: Mapping[str, Callable[[Target, Trial], float]] = MappingProxyType(
    {
        "hba1c_change": partial(_difference, of=_hba1c_change),
        "hba1c_end": partial(_difference, of=_hba1c_end),
        "weight_change_kg": partial(_difference, of=_weight_change),
        "weight_change_pct": partial(
            _difference, of=lambda course: 100.0 * _weight_change(course) / float(course.weight_kg[0])
        ),
        "remission_pct": partial(_remission, years=1),
        "remission_2y_pct": partial(_remission, years=2),
        "above_7_per_100y": _above_7,
        "above_7_ratio": _above_7_ratio,
        "fasting_failure_pct": _fasting_failure,
        "lows_ratio": _lows_ratio,
        "felt_lows_5y_pct": _felt_5y,
        "severe_lows_5y_pct": _severe_5y,
        "severe_lows_per_y": partial(_told_per_y, of=lambda lows: lows.severe_per_y),
        "felt_lows_per_y": partial(_told_per_y, of=lambda lows: lows.felt_per_y),
        "severe_ratio": _severe_ratio,
    }
)
"""How each endpoint of the table is counted."""
