"""Use case: create a cohort of virtual people and say how it compares with the published populations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from glucotwin.core.error import ConflictError, DataError, ErrorCode, NotFoundError
from glucotwin.core.message import message
from glucotwin.core.progress import ProgressCallback, part_of, silent
from glucotwin.core.provenance import make_manifest
from glucotwin.core.unit import MINUTES_PER_DAY
from glucotwin.physiology.cohort_file import SCHEMA, Cohort, load_cohort, save_cohort
from glucotwin.physiology.padova.t1d_2008 import padova_t1d_2008_subjects
from glucotwin.physiology.population import GROUPS
from glucotwin.physiology.subject import Subject
from glucotwin.simulate.excursion import Excursion, meal_excursions, spread_of
from glucotwin.simulate.population import accepted_people

BODY = "padova-t1d"
COMPARED_PEOPLE = 100
"""People of each group whose standard meals are simulated for the comparison: as many as were published."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortRequest:
    """What cohort to create.

    Attributes:
        count: how many people.
        age_mix: shares of ``adult``, ``adolescent`` and ``child``; they add up to one.
        ethnicity_mix: shares of labels, of anybody's choice; what is left has none. A label moves only parameters with
            a cited effect (``physiology/data/ethnicity_effects.csv``).
        seed: of all randomness.
    """

    count: int
    age_mix: Mapping[str, float] = field(default_factory=lambda: {"adult": 1.0})
    ethnicity_mix: Mapping[str, float] = field(default_factory=dict)
    seed: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupStatistics:
    """Means and standard deviations of a group beside the published subjects.

    Attributes:
        group: adult, adolescent or child.
        count, published_count: how many people.
        values: by quantity ``(mean, sd, published mean, published sd)``.
    """

    group: str
    count: int
    published_count: int
    values: Mapping[str, tuple[float, float, float, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortReport:
    """A cohort and how it compares.

    Attributes:
        cohort: the people.
        statistics: of every group in it.
        excursions: after standard meals, beside the 2017 population.
        refused: candidates drawn, and refused by each rule, by group; empty for a cohort read from a file.
    """

    cohort: Cohort
    statistics: tuple[GroupStatistics, ...]
    excursions: tuple[Excursion, ...]
    refused: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def to_json(self) -> dict[str, object]:
        """As JSON values."""
        return {
            "body": self.cohort.body,
            "people": len(self.cohort.subjects),
            "refused": {group: dict(rules) for group, rules in self.refused.items()},
            "groups": [
                {
                    "group": one.group,
                    "people": one.count,
                    "published_people": one.published_count,
                    **{
                        name: dict(zip(("mean", "sd", "published_mean", "published_sd"), numbers, strict=True))
                        for name, numbers in one.values.items()
                    },
                }
                for one in self.statistics
            ],
            "excursions": [
                {
                    "group": one.group,
                    "signal": one.signal,
                    "meal": one.meal,
                    "mean": one.mean,
                    "sd": one.sd,
                    "published_mean": one.published_mean,
                    "published_sd": one.published_sd,
                }
                for one in self.excursions
            ],
        }


def create_cohort(
    request: CohortRequest, path: Path, *, overwrite: bool = False, progress: ProgressCallback = silent
) -> CohortReport:
    """Draws, accepts and writes virtual people.

    Args:
        request: whom.
        path: the Parquet file.
        overwrite: whether a file that is there may be replaced.
        progress: told how far it is.

    Raises:
        DataError: the request is impossible.
        NotFoundError: the folder of the path does not exist.
        ConflictError: the file exists.
    """
    counts = _counts(request)
    _check_place(path, overwrite=overwrite)
    subjects: list[Subject] = []
    refused: dict[str, Mapping[str, int]] = {}
    done = 0
    for group, count in counts.items():
        share = part_of(progress, start=0.9 * done / request.count, end=0.9 * (done + count) / request.count)
        people, refused[group] = accepted_people(
            group, count, seed=request.seed, ethnicity_mix=request.ethnicity_mix, progress=share
        )
        subjects += people
        done += count
    settings = {
        "count": request.count,
        "age_mix": dict(request.age_mix),
        "ethnicity_mix": dict(request.ethnicity_mix),
    }
    save_cohort(subjects, path, body=BODY, manifest=make_manifest(SCHEMA, settings=settings, seed=request.seed))
    return _report(load_cohort(path), refused, part_of(progress, start=0.9, end=1.0))


def _check_place(path: Path, *, overwrite: bool) -> None:
    """Drawing takes minutes, so what would stop the writing is told first."""
    if not path.parent.is_dir():
        raise NotFoundError(ErrorCode.UNKNOWN_NAME, f"There is no folder {path.parent}.", hint="Make it first.")
    if path.exists() and not overwrite:
        raise ConflictError(
            ErrorCode.ALREADY_EXISTS, message("answer-exists", path=str(path)), hint=message("answer-exists-hint")
        )


def describe_cohort(path: Path, *, progress: ProgressCallback = silent) -> CohortReport:
    """A cohort's file compared with the published populations.

    Raises:
        NotFoundError, DataError: see ``load_cohort``.
    """
    return _report(load_cohort(path), {}, progress)


def _counts(request: CohortRequest) -> dict[str, int]:
    """How many people of each group, adding up to the count (largest remainders)."""
    unknown = sorted(set(request.age_mix) - set(GROUPS))
    if unknown:
        raise DataError(
            ErrorCode.UNKNOWN_NAME, f"There is no age group {unknown[0]!r}.", hint=f"Groups: {', '.join(GROUPS)}."
        )
    if request.count < 1:
        raise DataError(ErrorCode.INVALID_VALUE, f"A cohort of {request.count} people cannot be made.")
    _check_shares("age mix", request.age_mix, exactly_one=True)
    _check_shares("ethnicity mix", request.ethnicity_mix, exactly_one=False)
    exact = {group: request.count * share for group, share in request.age_mix.items() if share > 0.0}
    counts = {group: int(number) for group, number in exact.items()}
    by_remainder = sorted(exact, key=lambda group: counts[group] - exact[group])
    for group in by_remainder[: request.count - sum(counts.values())]:
        counts[group] += 1
    return {group: count for group, count in counts.items() if count}


def _check_shares(name: str, mix: Mapping[str, float], *, exactly_one: bool) -> None:
    total = sum(mix.values())
    whole = abs(total - 1.0) <= 1e-6 if exactly_one else total <= 1.0 + 1e-6  # never true of NaN
    if not whole or any(share < 0.0 for share in mix.values()):
        what = "add up to 1" if exactly_one else "add up to at most 1"
        raise DataError(ErrorCode.INVALID_VALUE, f"The shares of the {name} must {what}, not to {total:g}.")


def _report(cohort: Cohort, refused: Mapping[str, Mapping[str, int]], progress: ProgressCallback) -> CohortReport:
    groups = list(dict.fromkeys(one.group for one in cohort.subjects))
    excursions: list[Excursion] = []
    for number, group in enumerate(groups):
        progress(message("cohort-comparing"), number / len(groups))
        compared = [one for one in cohort.subjects if one.group == group][:COMPARED_PEOPLE]
        excursions += meal_excursions(cohort.body, group, compared)
    progress(message("cohort-comparing"), 1.0)
    return CohortReport(
        cohort=cohort,
        statistics=tuple(_statistics(group, cohort.subjects) for group in groups),
        excursions=tuple(excursions),
        refused=refused,
    )


def _statistics(group: str, subjects: Sequence[Subject]) -> GroupStatistics:
    own = [one for one in subjects if one.group == group]
    published = [one for one in padova_t1d_2008_subjects() if one.group == group]
    quantities = {name: (quantity_of(own, name), quantity_of(published, name)) for name in QUANTITIES}
    return GroupStatistics(
        group=group,
        count=len(own),
        published_count=len(published),
        values={
            name: (float(ours.mean()), spread_of(ours), float(theirs.mean()), spread_of(theirs))
            for name, (ours, theirs) in quantities.items()
        },
    )


QUANTITIES = (
    "age_years",
    "weight_kg",
    "carb_ratio_g_per_u",
    "correction_factor_mgdl_per_u",
    "total_daily_insulin_u",
    "daily_insulin_u_per_kg",
    "basal_u_per_h",
    "basal_share_pct",
)


def quantity_of(subjects: Sequence[Subject], name: str) -> np.ndarray:
    """A quantity of every subject, one of ``QUANTITIES``."""
    derived = {
        "daily_insulin_u_per_kg": lambda one: (one.total_daily_insulin_u or 0.0) / one.weight_kg,
        "basal_u_per_h": lambda one: 60.0 * one.basal_u_per_min,
        "basal_share_pct": lambda one: (
            100.0 * one.basal_u_per_min * MINUTES_PER_DAY / (one.total_daily_insulin_u or float("nan"))
        ),
    }
    compute = derived.get(name, lambda one: getattr(one, name))
    return np.array([compute(one) for one in subjects], dtype=np.float64)
