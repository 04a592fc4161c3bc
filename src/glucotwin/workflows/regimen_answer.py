"""What is told of one candidate regimen, and which candidates no other beats."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from typing_extensions import TypedDict

from glucotwin.core.message import message
from glucotwin.months.caution import Caution
from glucotwin.months.course import SlowDay
from glucotwin.months.guideline import Recommendation
from glucotwin.months.low_glucose import LowGlucose
from glucotwin.months.table import read_rows
from glucotwin.workflows.regimen_risk import LivedYears
from glucotwin.workflows.regimen_uncertainty import BandsJson, Uncertainty, best_of_draws_pct

COURSE_STEP_D = 7
"""Days between points of a course that is told."""


class SpanJson(TypedDict):
    """A median with the 10th and 90th percentile."""

    median: float
    low: float
    high: float


class CourseBandJson(TypedDict):
    """A quantity from today on: days from today, 10th percentile, median and 90th percentile."""

    day: list[float]
    low: list[float]
    median: list[float]
    high: list[float]


class GuidelineJson(TypedDict):
    """A recommendation and how the candidate stands to it: ``follows``, ``open`` or ``against``."""

    code: str
    text: str
    verdict: str
    source: str


class CautionJson(TypedDict):
    """What to mind."""

    code: str
    text: str
    action: str
    source: str


class LowsJson(TypedDict):
    """What low glucose is to be expected; attributes as in ``glucotwin.months.low_glucose.LowGlucose``."""

    felt_per_y: float
    below_3_per_y: float
    any_in_a_year_pct: float
    severe_per_y: float
    severe_10y_pct: float


class UncertaintyJson(TypedDict):
    """Intervals by draws, 10th and 90th percentile, and how often the candidate ends with the lowest HbA1c."""

    draws: int
    hba1c_pct: dict[str, BandsJson]
    weight_change_kg: BandsJson
    time_in_range_pct: tuple[float, float]
    felt_lows_per_y: tuple[float, float]
    severe_lows_10y_pct: tuple[float, float]
    risks_10y: dict[str, dict[str, tuple[float, float]]]
    lowest_hba1c_pct: float


class LivedJson(TypedDict):
    """Means over simulated lives within a horizon of years."""

    years: int
    life_years: float
    qalys: float


class CandidateJson(TypedDict):
    """What one candidate would do; attributes as in ``CandidateCourse``."""

    name: str
    hba1c_pct: dict[str, SpanJson]
    course: CourseBandJson
    weight_change_kg: float
    time_in_range_pct: float
    felt_lows_per_y: float
    severe_lows_10y_pct: float
    lows: LowsJson
    side_effects_pct: dict[str, float]
    gut_pct: float
    cost_class: int
    risks_10y: dict[str, dict[str, float]]
    targets_met: dict[str, float]
    unbeaten: bool
    end: dict[str, float]
    guidelines: list[GuidelineJson]
    cautions: list[CautionJson]
    uncertainty: UncertaintyJson | None
    lived: LivedJson | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateCourse:
    """What one candidate would do.

    Attributes:
        name: as asked, for example ``metformin:2000+empagliflozin:10``; empty for no change.
        hba1c_pct: median, and the 10th and 90th percentile of how people respond (with draws of people and model), by
            months.
        course_pct: the same by day, a strong response second and a weak one third.
        end: the last day of the median course.
        weight_change_kg: at the end.
        time_in_range_pct: percent of time at 70 to 180 mg/dL at the end.
        lows: low glucose at the HbA1c of the end.
        side_effects_pct: people in a hundred with each event while it is begun.
        gut_pct: people in a hundred with the most frequent of nausea, vomiting and diarrhoea.
        cost_class: 1 (cheapest) to 4 of the most expensive part; 0 for nothing.
        risks_10y: risks from 0 to 1 by score and event.
        targets_met: probability of each target and of all.
        recommendations: what guidelines say for this person.
        cautions: what to mind.
        unbeaten: whether it is not contraindicated, and no other such candidate is as good in HbA1c, weight, lows, cost
            and what is better avoided, and better in one of them.
        uncertainty: intervals by draws; None where none were asked for.
        lived: life-years and QALYs; None where they were not asked for or no equation answers.
        lowest_pct: percent of draws in which it ends with the lowest HbA1c.
    """

    name: str
    hba1c_pct: dict[int, tuple[float, float, float]]
    course_pct: tuple[tuple[float, float, float], ...]
    end: SlowDay
    weight_change_kg: float
    time_in_range_pct: float
    lows: LowGlucose
    side_effects_pct: dict[str, float]
    gut_pct: float
    cost_class: int
    risks_10y: dict[str, dict[str, float]]
    targets_met: dict[str, float]
    recommendations: tuple[Recommendation, ...]
    cautions: tuple[Caution, ...]
    unbeaten: bool = False
    uncertainty: Uncertainty | None = None
    lived: LivedYears | None = None
    lowest_pct: float = 0.0

    def to_json(self) -> CandidateJson:
        """As JSON values."""
        return {
            "name": self.name,
            "hba1c_pct": {
                str(month): {"median": median, "low": low, "high": high}
                for month, (median, low, high) in self.hba1c_pct.items()
            },
            "course": self._course(),
            "weight_change_kg": self.weight_change_kg,
            "time_in_range_pct": self.time_in_range_pct,
            "felt_lows_per_y": self.lows.felt_per_y,
            "severe_lows_10y_pct": self.lows.severe_10y_pct,
            "lows": {
                "felt_per_y": self.lows.felt_per_y,
                "below_3_per_y": self.lows.below_3_per_y,
                "any_in_a_year_pct": self.lows.any_in_a_year_pct,
                "severe_per_y": self.lows.severe_per_y,
                "severe_10y_pct": self.lows.severe_10y_pct,
            },
            "side_effects_pct": self.side_effects_pct,
            "gut_pct": self.gut_pct,
            "cost_class": self.cost_class,
            "risks_10y": self.risks_10y,
            "targets_met": self.targets_met,
            "unbeaten": self.unbeaten,
            "end": asdict(self.end),
            "guidelines": [
                {"code": one.code, "text": message(one.code), "verdict": str(one.verdict), "source": one.source}
                for one in self.recommendations
            ],
            "cautions": [
                {"code": one.code, "text": message(one.code), "action": one.action, "source": one.source}
                for one in self.cautions
            ],
            "uncertainty": self._uncertainty(),
            "lived": self._lived(),
        }

    def _course(self) -> CourseBandJson:
        days = sorted({*range(0, len(self.course_pct), COURSE_STEP_D), len(self.course_pct) - 1})
        rows = [self.course_pct[day] for day in days]
        return {
            "day": [float(day) for day in days],
            "low": [round(min(row), 2) for row in rows],
            "median": [round(row[0], 2) for row in rows],
            "high": [round(max(row), 2) for row in rows],
        }

    def _lived(self) -> LivedJson | None:
        if self.lived is None:
            return None
        return {"years": self.lived.years, "life_years": self.lived.life_years, "qalys": self.lived.qalys}

    def _uncertainty(self) -> UncertaintyJson | None:
        if self.uncertainty is None:
            return None
        bands = zip(self.hba1c_pct, self.uncertainty.hba1c_pct.values(), strict=True)
        return {
            "draws": self.uncertainty.draws,
            "hba1c_pct": {str(month): one.to_json() for month, one in bands},
            "weight_change_kg": self.uncertainty.weight_change_kg.to_json(),
            "time_in_range_pct": self.uncertainty.time_in_range_pct,
            "felt_lows_per_y": self.uncertainty.felt_lows_per_y,
            "severe_lows_10y_pct": self.uncertainty.severe_lows_10y_pct,
            "risks_10y": {score: dict(events) for score, events in self.uncertainty.risks_10y.items()},
            "lowest_hba1c_pct": self.lowest_pct,
        }


def cost_class(kind: str) -> int:
    """Cost of a class of medicines, 1 (cheapest) to 4."""
    return int(next(row["cost_class"] for row in read_rows("costs.csv") if row["applies_to"] == kind))


def with_best_share(answers: Sequence[CandidateCourse]) -> list[CandidateCourse]:
    """The candidates with the share of draws in which each ends with the lowest HbA1c, where there are draws."""
    drawn = [one.uncertainty for one in answers if one.uncertainty is not None]
    if len(drawn) < len(answers):
        return list(answers)
    return [replace(one, lowest_pct=share) for one, share in zip(answers, best_of_draws_pct(drawn), strict=True)]


def pareto(answers: Sequence[CandidateCourse]) -> tuple[CandidateCourse, ...]:
    """The candidates with ``unbeaten`` set; what is contraindicated neither beats nor stands unbeaten."""
    allowed = [one for one in answers if not any(caution.action == "contraindicated" for caution in one.cautions)]
    return tuple(
        replace(one, unbeaten=one in allowed and not any(_beats(other, one) for other in allowed)) for one in answers
    )


def _beats(first: CandidateCourse, second: CandidateCourse) -> bool:
    pairs = list(zip(_aims(first), _aims(second), strict=True))
    return all(one <= other for one, other in pairs) and any(one < other for one, other in pairs)


def _aims(answer: CandidateCourse) -> tuple[float, ...]:
    """Less is better; differences that nobody would notice are rounded away."""
    avoided = sum(one.action == "avoid" for one in answer.cautions)
    return (
        round(answer.end.hba1c_pct, 1),
        round(answer.weight_change_kg, 0),
        round(answer.lows.felt_per_y, 1),
        answer.cost_class,
        avoided,
    )
