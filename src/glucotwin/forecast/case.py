"""One person in a comparison of forecasters: their record, what is known at each origin, and where the test begins."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from glucotwin.forecast.feature import FeatureTable, announced_table, feature_table
from glucotwin.forecast.mechanism import LOOK_AHEAD_STEPS, Seen, mechanism_names, mechanism_table, see
from glucotwin.forecast.person_profile import PersonProfile, person_profile
from glucotwin.forecast.record import PersonRecord
from glucotwin.twin.state_space import STEP_MIN
from glucotwin.twin.twin import Twin

STARTING_SPREAD_MGDL = 30.0
"""Stands in for a twin's own spread where there is no twin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A person's record with features at every step.

    Attributes:
        person_id: who.
        attributes: groups the person belongs to.
        record: on the grid.
        profile: what is known of them beforehand.
        plain: features without the mechanism, ``(step, feature)``.
        mechanism: the twin's features; nan for somebody without a twin.
        seen: the twin's own forecasts; None without a twin.
        train_from: first step that training may use.
        cut: first step of the test part.
    """

    person_id: str
    attributes: Mapping[str, str]
    record: PersonRecord
    profile: PersonProfile
    plain: FeatureTable
    mechanism: FeatureTable
    seen: Seen | None
    train_from: int
    cut: int

    def base_mgdl(self, ahead: int) -> np.ndarray:
        """The twin's forecast so many steps ahead from every step; the last reading without a twin."""
        return self.record.held_mgdl if self.seen is None else self.seen.mean_at(ahead)

    def spread_mgdl(self, ahead: int) -> np.ndarray:
        """The twin's SD of it."""
        unknown = np.full(self.record.steps, STARTING_SPREAD_MGDL)
        return unknown if self.seen is None else self.seen.sd_at(ahead)

    def target_mgdl(self, ahead: int) -> np.ndarray:
        """What was measured so many steps later, nan where nothing was."""
        later = np.full(self.record.steps, np.nan)
        later[: self.record.steps - ahead] = self.record.measured_mgdl[ahead:]
        return later


class BlindStretch(NamedTuple):
    """Training steps, and a twin that was not fitted to them: its misses there are those of days to come."""

    steps: slice
    twin: Twin


def make_case(
    record: PersonRecord,
    twin: Twin | None,
    *,
    cut: int,
    train_from: int = 0,
    announced: bool = False,
    blind: Sequence[BlindStretch] = (),
) -> Case:
    """A person's case.

    Args:
        record: the person's record.
        twin: fitted to steps before ``cut`` only; None when none could be fitted.
        cut: first step of the test part.
        train_from: first step that training may use.
        announced: whether what was eaten and given after each origin is told to everybody.
        blind: stretches of the training part that are foreseen by twins which were not fitted to them.
    """
    future = record.data.inputs if announced else None
    seen = None if twin is None else see(twin, record, future=future)
    for one in blind:
        other = see(one.twin, record, future=future)
        seen = other if seen is None else seen.with_stretch(one.steps, other)
    return case_of(
        record,
        seen,
        person_profile(record, slice(train_from, cut)),
        cut=cut,
        train_from=train_from,
        announced=announced,
    )


def case_of(
    record: PersonRecord, seen: Seen | None, profile: PersonProfile, *, cut: int, train_from: int, announced: bool
) -> Case:
    """A case from what a twin has seen; the arguments are those of ``make_case``."""
    names = mechanism_names()
    unknown = FeatureTable(names=names, values=np.full((record.steps, len(names)), np.nan))
    plain = feature_table(record, profile)
    return Case(
        person_id=record.person.person_id,
        attributes=record.person.attributes(record.time_of(cut).date()),
        record=record,
        profile=profile,
        plain=plain.joined(announced_table(record)) if announced else plain,
        mechanism=unknown if seen is None else mechanism_table(seen, record),
        seen=seen,
        train_from=train_from,
        cut=cut,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Origins of one or several people, one per row.

    Attributes:
        ahead: steps from origin to target.
        people: whose cases, in order; ``person`` counts in it.
        person: index of the person, ``(row,)``.
        step: the origin's step in the person's record, ``(row,)``.
        features: ``(row, feature)``, the mechanism's last.
        plain_features: how many columns come before the mechanism's.
        held_mgdl: last reading, ``(row,)``.
        base_mgdl: the twin's forecast, ``(row,)``.
        target_mgdl: what was measured at the target, ``(row,)``.
    """

    ahead: int
    people: tuple[str, ...]
    person: np.ndarray
    step: np.ndarray
    features: np.ndarray
    plain_features: int
    held_mgdl: np.ndarray
    base_mgdl: np.ndarray
    target_mgdl: np.ndarray

    @property
    def rows(self) -> int:
        """Number of origins."""
        return self.step.size

    def chosen(self, rows: np.ndarray) -> "Sample":
        """Some rows, by a mask or by their numbers."""
        names = ("person", "step", "features", "held_mgdl", "base_mgdl", "target_mgdl")
        return replace(self, **{name: getattr(self, name)[rows] for name in names})

    def of(self, person_id: str) -> "Sample":
        """One person's rows."""
        return self.chosen(self.person == self.people.index(person_id))


def training_sample(cases: Sequence[Case], ahead: int, *, first: float = 0.0, last: float = 1.0) -> Sample:
    """Origins whose targets too lie in the training part, or in a stretch of it.

    Args:
        cases: the people.
        ahead: steps from origin to target.
        first: where the stretch begins, as a fraction of each person's training part.
        last: where it ends.
    """

    def within(case: Case) -> np.ndarray:
        length = case.cut - case.train_from
        low, high = case.train_from + int(first * length), case.train_from + int(last * length)
        steps = np.arange(case.record.steps)
        return (steps >= low) & (steps + ahead < high)

    return _sample(cases, ahead, [within(case) for case in cases])


def judged_sample(cases: Sequence[Case], ahead: int) -> Sample:
    """Every origin of the test part with a target that was measured."""
    return _sample(cases, ahead, [np.arange(case.record.steps) >= case.cut for case in cases])


def live_sample(case: Case, ahead: int) -> Sample:
    """Every origin with a reading, whether or not the target is known yet."""
    return _sample([case], ahead, [np.ones(case.record.steps, dtype=bool)], known_target=False)


def _sample(cases: Sequence[Case], ahead: int, within: Sequence[np.ndarray], *, known_target: bool = True) -> Sample:
    parts = [_rows(case, ahead, inside, known_target) for case, inside in zip(cases, within, strict=True)]
    person = np.concatenate([np.full(len(part["step"]), number) for number, part in enumerate(parts)])
    joined = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    return Sample(
        ahead=ahead,
        people=tuple(case.person_id for case in cases),
        person=person,
        plain_features=len(cases[0].plain.names),
        **joined,
    )


def _rows(case: Case, ahead: int, within: np.ndarray, known_target: bool) -> dict[str, np.ndarray]:
    target = case.target_mgdl(ahead)
    usable = within & ~np.isnan(case.record.held_mgdl)
    rows = np.flatnonzero(usable & ~np.isnan(target) if known_target else usable)
    # Single precision halves the memory of the largest arrays; trees only compare.
    values = np.concatenate([case.plain.values[rows], case.mechanism.values[rows]], axis=1).astype(np.float32)
    return {
        "step": rows,
        "features": values,
        "held_mgdl": case.record.held_mgdl[rows],
        "base_mgdl": case.base_mgdl(ahead)[rows],
        "target_mgdl": target[rows],
    }


def ahead_steps(horizon_min: int) -> int:
    """Steps of a horizon."""
    return int(horizon_min / STEP_MIN)


LONGEST_AHEAD = int(LOOK_AHEAD_STEPS[-1])
