"""Use case: create a cohort of virtual people and say how it compares with the published populations."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from glucotwin.core.error import ConflictError, DataError, ErrorCode, NotFoundError
from glucotwin.core.message import message
from glucotwin.core.progress import ProgressCallback, part_of, silent
from glucotwin.core.provenance import make_manifest
from glucotwin.physiology.cohort_file import SCHEMA, Cohort, load_cohort, save_cohort
from glucotwin.physiology.subject import Subject
from glucotwin.simulate.excursion import Excursion, spread_of
from glucotwin.workflows.cohort_population import QUANTITIES, Population, population_of, quantity_of

__all__ = ["QUANTITIES", "CohortReport", "CohortRequest", "create_cohort", "describe_cohort", "quantity_of"]

TYPE1_BODY = "padova-t1d"
NUMBERS = ("mean", "sd", "published_mean", "published_sd")
COMPARED_PEOPLE = 100
"""People of each group whose standard meals are simulated for the comparison: as many as were published."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortRequest:
    """What cohort to create.

    Attributes:
        count: how many people.
        body: whose people; one with a population.
        age_mix: shares of ``adult``, ``adolescent`` and ``child`` of the type 1 body; they add up to one.
        group_mix: shares of the groups of another body; empty for its usual ones.
        ethnicity_mix: shares of labels, of anybody's choice; what is left has none. A label moves only parameters with
            a cited effect (``physiology/data/ethnicity_effects.csv``).
        seed: of all randomness.
    """

    count: int
    body: str = TYPE1_BODY
    age_mix: Mapping[str, float] | None = None
    group_mix: Mapping[str, float] = field(default_factory=dict)
    ethnicity_mix: Mapping[str, float] = field(default_factory=dict)
    seed: int = 1

    @property
    def body_name(self) -> str:
        """The body's name as it is registered."""
        return self.body.replace("_", "-")

    @property
    def mixed_by(self) -> str:
        """What the mix is of: ``age`` or ``group``."""
        return "age" if self.body_name == TYPE1_BODY else "group"

    @property
    def mix(self) -> Mapping[str, float]:
        """Shares of groups, the usual ones when none were asked for.

        Raises:
            DataError: the body has no population, or the mix is another body's.
        """
        population, type1 = population_of(self.body), self.mixed_by == "age"
        if (self.group_mix and type1) or (self.age_mix is not None and not type1):
            what, other = ("group", "age") if type1 else ("age", "group")
            raise DataError(
                ErrorCode.INVALID_VALUE,
                f"People of {self.body} are not drawn by a mix of {what}s.",
                hint=f"Give a mix of {other}s: {', '.join(population.groups)}.",
            )
        asked = self.age_mix if type1 else self.group_mix or None
        return population.usual_mix if asked is None else asked

    def settings(self) -> dict[str, object]:
        """What was asked for, as JSON values."""
        return {"count": self.count, f"{self.mixed_by}_mix": dict(self.mix), "ethnicity_mix": dict(self.ethnicity_mix)}


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupStatistics:
    """Means and standard deviations of a group beside the published subjects.

    Attributes:
        group: name of the group.
        count, published_count: how many people; 0 published ones where figures are those of studies.
        values: by quantity ``(mean, sd, published mean, published sd)``; not a number where nothing is published.
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
                        name: dict(zip(NUMBERS, (_told(number) for number in numbers), strict=True))
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


def _told(number: float) -> float | None:
    return None if math.isnan(number) else number


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
    population, counts = population_of(request.body), _counts(request)
    _check_place(path, overwrite=overwrite)
    subjects: list[Subject] = []
    refused: dict[str, Mapping[str, int]] = {}
    done = 0
    for group, count in counts.items():
        share = part_of(progress, start=0.9 * done / request.count, end=0.9 * (done + count) / request.count)
        people, refused[group] = population.accept(group, count, request.seed, request.ethnicity_mix, share)
        subjects += people
        done += count
    manifest = make_manifest(SCHEMA, settings=request.settings(), seed=request.seed)
    save_cohort(subjects, path, body=request.body_name, manifest=manifest)
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
    what, mix = request.mixed_by, request.mix
    groups = population_of(request.body).groups
    unknown = sorted(set(mix) - set(groups))
    if unknown:
        kind = "age group" if what == "age" else "group"
        raise DataError(
            ErrorCode.UNKNOWN_NAME, f"There is no {kind} {unknown[0]!r}.", hint=f"Groups: {', '.join(groups)}."
        )
    if request.count < 1:
        raise DataError(ErrorCode.INVALID_VALUE, f"A cohort of {request.count} people cannot be made.")
    _check_shares(f"{what} mix", mix, exactly_one=True)
    _check_shares("ethnicity mix", request.ethnicity_mix, exactly_one=False)
    exact = {group: request.count * share for group, share in mix.items() if share > 0.0}
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
    population = population_of(cohort.body)
    groups = list(dict.fromkeys(one.group for one in cohort.subjects))
    excursions: list[Excursion] = []
    for number, group in enumerate(groups):
        progress(message("cohort-comparing"), number / len(groups))
        compared = [one for one in cohort.subjects if one.group == group][:COMPARED_PEOPLE]
        excursions += population.excursions(cohort.body, group, compared)
    progress(message("cohort-comparing"), 1.0)
    return CohortReport(
        cohort=cohort,
        statistics=tuple(_statistics(population, group, cohort.subjects) for group in groups),
        excursions=tuple(excursions),
        refused=refused,
    )


def _statistics(population: Population, group: str, subjects: Sequence[Subject]) -> GroupStatistics:
    own = [one for one in subjects if one.group == group]
    published, published_count = population.published(group)
    columns = {name: quantity_of(own, name) for name in population.quantities}
    unknown = (math.nan, math.nan)
    return GroupStatistics(
        group=group,
        count=len(own),
        published_count=published_count,
        values={
            name: (float(ours.mean()), spread_of(ours), *published.get(name, unknown)) for name, ours in columns.items()
        },
    )
