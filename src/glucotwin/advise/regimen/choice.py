"""The choice among plans: what each would do to this person, and what it weighs against the others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from glucotwin.advise.regimen.body import STEP_D
from glucotwin.advise.regimen.option import Ladder, Option, options
from glucotwin.advise.regimen.spell import Spell, as_treatments, taken_on
from glucotwin.advise.regimen.table import numbers
from glucotwin.advise.regimen.twin import RegimenTwin
from glucotwin.months.guideline import Recommendation, Verdict, recommendations
from glucotwin.months.low_glucose import felt_lows_per_y
from glucotwin.months.medicine.registry import MEDICINES
from glucotwin.months.person import MonthsPerson
from glucotwin.months.side_effect import gut_pct
from glucotwin.months.table import read_rows

HORIZON_D = 182
RESERVE_ENDS_PCT, HEAVY_BMI = 6.5, 27.0
ORGANS = frozenset(f"regimen-guideline-{one}" for one in ("heart-failure", "kidney", "albuminuria", "atherosclerosis"))
"""Recommendations that protect heart or kidney whatever HbA1c is."""

QUANTILES = (0.1, 0.3, 0.5, 0.7, 0.9)


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """What a plan would do, over the bodies of a twin.

    Attributes:
        option: the plan.
        hba1c_pct: median at the end, and 10th and 90th percentile.
        change_pct: the same of the change from changing nothing.
        on_target: probability from 0 to 1 of an HbA1c at or below the target.
        weight_change_kg: median from today, and 10th and 90th percentile.
        felt_lows_per_y: rate of felt lows at the end.
        gut_pct: people in a hundred with nausea, vomiting or diarrhoea by what is begun, beside those without.
        cost_class: 1 to 4 of the dearest medicine that is begun, 0 for none.
        recommendations: what guidelines say.
        course_pct: 10th percentile, median and 90th percentile of HbA1c, ``(3, steps)``, in half weeks from today.
        weight_course_kg: the same of the change of weight from today.
        burden: what weighs against it, in % of HbA1c, by name; the plan with the least is chosen.
    """

    option: Option
    hba1c_pct: tuple[float, float, float]
    change_pct: tuple[float, float, float]
    on_target: float
    weight_change_kg: tuple[float, float, float]
    felt_lows_per_y: float
    gut_pct: float
    cost_class: int
    recommendations: tuple[Recommendation, ...]
    course_pct: np.ndarray
    weight_course_kg: np.ndarray
    burden: Mapping[str, float]

    @property
    def total(self) -> float:
        """All that weighs against it."""
        return sum(self.burden.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class RegimenChoice:
    """Plans from the best to the worst.

    Attributes:
        twin: whose.
        person: today.
        target_pct: HbA1c that was aimed at.
        days: horizon.
        ranked: plans; the first one is chosen.
        beats: probability, over the bodies, that the chosen plan weighs no more than each plan, in their order.
    """

    twin: RegimenTwin
    person: MonthsPerson
    target_pct: float
    days: int
    ranked: tuple[Foreseen, ...]
    beats: tuple[float, ...]

    @property
    def chosen(self) -> Foreseen:
        """The best one."""
        return self.ranked[0]

    @property
    def unchanged(self) -> Foreseen:
        """To change nothing."""
        return next(one for one in self.ranked if one.option.changes == 0)


def choose_regimen(
    twin: RegimenTwin,
    person: MonthsPerson,
    *,
    target_pct: float = 7.0,
    days: int = HORIZON_D,
    allowed: Sequence[Ladder] = (),
    values: Mapping[str, float] | None = None,
    classes_taken: frozenset[str] = frozenset(),
) -> RegimenChoice:
    """Ranks every plan that may be proposed.

    Args:
        twin: of the person.
        person: today, for cautions and guidelines.
        target_pct: of HbA1c.
        days: horizon.
        allowed: medicines that may be proposed; all of the table when empty.
        values: what weighs how much; those of ``data/values.csv`` where a name is missing.
        classes_taken: names of drugs beside those of the twin, for guidelines.
    """
    taken = taken_on(twin.spells, twin.today)
    found = options(person, taken, hba1c_pct=_needed_pct(twin, taken, days), target_pct=target_pct, allowed=allowed)
    classes = classes_taken | {one.kind for one in taken}
    said = [_said(person, one, classes) for one in found]
    weighed = _Weighed(
        twin=twin,
        person=person,
        target_pct=target_pct,
        days=days,
        values={**numbers("values.csv"), **(values or {})},
        followed=frozenset(one.code for each in said for one in each if one.verdict is Verdict.FOLLOWS),
    )
    ends = weighed.foresee(found)
    told = [weighed.answer(one, of, ends[0], words) for one, of, words in zip(found, ends, said, strict=True)]
    order = sorted(range(len(told)), key=lambda place: (round(told[place].total, 6), told[place].option.changes))
    best = weighed.burdens(told[order[0]], ends[order[0]])
    beats = [float(np.mean(best <= weighed.burdens(told[one], ends[one]))) for one in order]
    return RegimenChoice(
        twin=twin,
        person=person,
        target_pct=target_pct,
        days=days,
        ranked=tuple(told[one] for one in order),
        beats=tuple(beats),
    )


def _needed_pct(twin: RegimenTwin, taken: Sequence[Spell], days: int) -> float:
    """HbA1c that asks for more: the median of today or, where it is higher, at the end with nothing changed."""
    months = twin.foresee(taken, days=days)
    return max(float(np.median(months.at("hba1c_pct", day))) for day in (twin.today, twin.today + days))


def _said(person: MonthsPerson, option: Option, classes_taken: frozenset[str]) -> tuple[Recommendation, ...]:
    """What guidelines say of a plan; what is taken already counts where the plan goes on with it."""
    taken = classes_taken & {spell.kind for spell in option.plan}
    return recommendations(person, as_treatments(option.plan), taken=taken)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ends:
    """HbA1c and change of weight, by body: at the end, and in their course ``(steps, draws)``."""

    course: np.ndarray
    weight_course: np.ndarray

    @property
    def hba1c(self) -> np.ndarray:
        """HbA1c at the end."""
        return self.course[-1]

    @property
    def weight_change(self) -> np.ndarray:
        """Change of weight at the end."""
        return self.weight_course[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Weighed:
    """What plans are weighed by.

    Attributes:
        twin: of the person.
        person: today.
        target_pct: of HbA1c.
        days: horizon.
        values: what weighs how much.
        followed: codes of recommendations that at least one plan follows; the others cannot be answered here.
    """

    twin: RegimenTwin
    person: MonthsPerson
    target_pct: float
    days: int
    values: Mapping[str, float]
    followed: frozenset[str]

    def foresee(self, found: Sequence[Option]) -> list[_Ends]:
        """What becomes of every body under each plan."""
        first = round(self.twin.today / STEP_D)
        return [
            _Ends(
                course=months.hba1c_pct[first:],
                weight_course=months.weight_kg[first:] - months.weight_kg[first],
            )
            for months in self.twin.foresee_all([one.plan for one in found], days=self.days)
        ]

    def answer(self, option: Option, ends: _Ends, unchanged: _Ends, said: tuple[Recommendation, ...]) -> Foreseen:
        """What a plan would do, and what weighs against it."""
        treatments = as_treatments(option.plan)
        begun = as_treatments([one for one in option.plan if one.medicine in option.begun])
        levels = np.quantile(ends.hba1c, QUANTILES)
        lows = float(np.mean([felt_lows_per_y(self.person, treatments, hba1c_pct=float(one)) for one in levels]))
        gut = gut_pct(self.person, begun)
        cost_class = max((_cost_class(MEDICINES[one].kind) for one in option.begun), default=0)
        return Foreseen(
            option=option,
            hba1c_pct=_spread(ends.hba1c),
            change_pct=_spread(ends.hba1c - unchanged.hba1c),
            on_target=float(np.mean(ends.hba1c <= self.target_pct)),
            weight_change_kg=_spread(ends.weight_change),
            felt_lows_per_y=lows,
            gut_pct=gut,
            cost_class=cost_class,
            recommendations=said,
            course_pct=np.quantile(ends.course, (0.1, 0.5, 0.9), axis=1),
            weight_course_kg=np.quantile(ends.weight_course, (0.1, 0.5, 0.9), axis=1),
            burden={
                **{name: float(np.mean(one)) for name, one in self.by_body(ends).items()},
                **self.alike(option, said, lows_per_y=lows, gut_pct=gut, cost_class=cost_class),
            },
        )

    def by_body(self, ends: _Ends) -> dict[str, np.ndarray]:
        """What weighs differently for each body."""
        value, above = self.values, np.maximum(0.0, ends.hba1c - self.target_pct)
        reserve = np.maximum(0.0, np.minimum(ends.hba1c, self.target_pct) - RESERVE_ENDS_PCT)
        heavy = self.person.bmi >= HEAVY_BMI
        gained = ends.weight_change if heavy else np.maximum(0.0, ends.weight_change)
        return {
            "hba1c": value["hba1c"] * above,
            "reserve": value["reserve"] * reserve,
            "weight": (value["weight"] if heavy else value["weight_lean"]) * gained,
        }

    def alike(
        self,
        option: Option,
        said: Sequence[Recommendation],
        *,
        lows_per_y: float,
        gut_pct: float,
        cost_class: int,
    ) -> dict[str, float]:
        """What weighs alike for all bodies; lows at their mean."""
        value = self.values
        answered = [one for one in said if one.code in self.followed or one.verdict is Verdict.AGAINST]
        left_open = [one.code in ORGANS for one in answered if one.verdict is Verdict.OPEN]
        against = sum(one.verdict is Verdict.AGAINST for one in answered)
        return {
            "lows": value["lows"] * lows_per_y,
            "gut": value["gut"] * gut_pct / 100.0,
            "changes": value["changes"] * option.changes,
            "cost": value["cost"] * cost_class,
            "avoid": value["avoid"] * sum(one.action == "avoid" for one in option.cautions),
            "guideline": value["against"] * against + value["open"] * left_open.count(False),
            "organs": value["organs"] * left_open.count(True),
        }

    def burdens(self, told: Foreseen, ends: _Ends) -> np.ndarray:
        """All that weighs against a plan, by body."""
        by_body = self.by_body(ends)
        alike = sum(size for name, size in told.burden.items() if name not in by_body)
        return sum(by_body.values(), np.zeros_like(ends.hba1c)) + alike


def plan_names(plan: Sequence[Spell]) -> str:
    """A plan as regimens are written."""
    return "+".join(one.name for one in plan)


def _cost_class(kind: str) -> int:
    return int(next(row["cost_class"] for row in read_rows("costs.csv") if row["applies_to"] == kind))


def _spread(values: np.ndarray) -> tuple[float, float, float]:
    low, middle, high = np.quantile(values, (0.1, 0.5, 0.9))
    return float(middle), float(low), float(high)
