"""Use case: the fewest medicines with which a person reaches HbA1c, blood pressure and LDL targets together."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, combinations
from pathlib import Path

from typing_extensions import TypedDict

from glucotwin.core.message import message
from glucotwin.core.progress import ProgressCallback, silent
from glucotwin.core.yaml_file import read_yaml_text
from glucotwin.months.caution import cautions_of
from glucotwin.months.course import Life, SlowDay, months_courses
from glucotwin.months.guideline import Verdict
from glucotwin.months.person import MonthsPerson
from glucotwin.months.table import read_rows
from glucotwin.months.target import DEFAULT_TARGETS, Targets
from glucotwin.months.treatment import Treatment
from glucotwin.prognosis.person import HINT, DescribedPerson, parse_person
from glucotwin.workflows.recorded_person import described_at
from glucotwin.workflows.regimen_answer import CandidateCourse, CandidateJson
from glucotwin.workflows.regimen_candidate import candidate_course
from glucotwin.workflows.regimen_parse import DAYS_PER_MONTH, parse_candidate
from glucotwin.workflows.regimen_person import months_person

MOST_FOR_GLUCOSE, MOST_FOR_PRESSURE, MOST_FOR_LDL = 3, 3, 2
TOLD = 3
KEPT = 12
"""Sets of the smallest size that are compared in full, the cheapest first."""

REFUSED = frozenset({"contraindicated", "avoid"})
TAKEN_BY_FACT = {"statin": "statin", "blood_pressure_treated": "renin_angiotensin_blocker"}
SURE = {"hba1c": 0.05, "sbp": 1.0, "ldl": 0.05}
"""Distance below each target that counts as one unit of shortfall where no set reaches all of them."""


class LeftOutJson(TypedDict):
    """A medicine that was not thought of, and why."""

    name: str
    code: str
    text: str


class PlanJson(TypedDict):
    """Sets that reach the targets, the best first; whether they do, in words too; what is left out and why."""

    reached: bool
    text: str
    sets: list[CandidateJson]
    serves: dict[str, str]
    left_out: list[LeftOutJson]


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """A medicine at its usual dose, as a candidate is written, and the target it is for."""

    name: str
    serves: str
    treatment: Treatment


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The smallest sets of medicines.

    Attributes:
        sets: the best first, in full.
        reached: whether the average person reaches every target with them.
        serves: target by medicine of all sets.
        left_out: code of the reason by medicine that was not thought of.
        targets: values to be below.
        months: when.
    """

    sets: tuple[CandidateCourse, ...]
    reached: bool
    serves: dict[str, str]
    left_out: dict[str, str]
    targets: Targets
    months: int

    @property
    def sentence(self) -> str:
        """Whether the targets are reached, in words."""
        return message(
            "regimen-plan-reached" if self.reached else "regimen-plan-short",
            months=self.months,
            hba1c=f"{self.targets.hba1c_pct:g}",
            sbp=f"{self.targets.sbp_mmhg:g}",
            ldl=f"{self.targets.ldl_mmoll:g}",
        )

    def to_json(self) -> PlanJson:
        """As JSON values."""
        return {
            "reached": self.reached,
            "text": self.sentence,
            "sets": [one.to_json() for one in self.sets],
            "serves": self.serves,
            "left_out": [{"name": name, "code": code, "text": message(code)} for name, code in self.left_out.items()],
        }


def plan_regimen(
    path: Path,
    *,
    months: int = 12,
    height_m: float | None = None,
    targets: Targets = DEFAULT_TARGETS,
    facts: Path | None = None,
    progress: ProgressCallback = silent,
) -> Plan:
    """The smallest set of medicines for the person of a file or a timeline's folder.

    Args:
        path: JSON or YAML with the keys of ``glucotwin.prognosis.schema.person_schema``, or a timeline's folder.
        months: when the targets are to be reached.
        height_m: of the person; default by sex.
        targets: values to be below.
        facts: for a folder: YAML or JSON with keys that the record does not hold.
        progress: told how far the work has come.

    Raises:
        DataError: a file does not hold what it should, or the person has no type 2 diabetes.
    """
    recorded = described_at(path, facts)
    described = (
        parse_person(read_yaml_text(path, hint=HINT), name=path.name) if recorded is None else recorded.described
    )
    person = months_person(described, height_m=height_m or (None if recorded is None else recorded.height_m))
    return plan_for_person(described, person, months=months, targets=targets, progress=progress)


def plan_for_person(
    described: DescribedPerson,
    person: MonthsPerson,
    *,
    months: int = 12,
    targets: Targets = DEFAULT_TARGETS,
    progress: ProgressCallback = silent,
) -> Plan:
    """The same for a described person; arguments as in ``plan_regimen``.

    Among sets of the same size, those come first that go against fewer guidelines and follow more, have a better
    chance of all targets, cost less and bring fewer lows. Falls of blood pressure add up and those of LDL multiply, so
    each group is followed once.
    """
    options, left_out = _options(described, person)
    days = round(months * DAYS_PER_MONTH)
    found = _search(person, options, targets, days=days, progress=progress)
    least = min((short, size) for short, size, _ in found)
    smallest = sorted(
        (one for short, size, one in found if (short, size) == least), key=lambda one: sum(map(_cost, one))
    )
    full = [
        candidate_course(
            described, person, _name(one), [each.treatment for each in one], months=months, targets=targets
        )
        for one in smallest[:KEPT]
    ]
    best = sorted(full, key=_rank)[:TOLD]
    names = {each.name: each.serves for one in smallest for each in one}
    return Plan(
        sets=tuple(best), reached=least[0] == 0.0, serves=names, left_out=left_out, targets=targets, months=months
    )


def _options(described: DescribedPerson, person: MonthsPerson) -> tuple[list[Option], dict[str, str]]:
    """Medicines that may be thought of, and why others are not."""
    taken = {kind for fact, kind in TAKEN_BY_FACT.items() if fact in person.facts} | set(map(str, described.drugs))
    taken |= {"biguanide"} if "no_tablets" not in person.facts else set()
    options: list[Option] = []
    left_out: dict[str, str] = {}
    for row in read_rows("plan_options.csv"):
        name = f"{row['name']}:{row['dose']}"
        (treatment,) = parse_candidate(name)
        refused = [one.code for one in cautions_of(person, [treatment]) if one.action in REFUSED]
        if treatment.medicine.kind in taken:
            left_out[name] = "regimen-plan-taken"
        elif refused:
            left_out[name] = refused[0]
        else:
            options.append(Option(name=name, serves=row["serves"], treatment=treatment))
    return options, left_out


def _search(
    person: MonthsPerson, options: Sequence[Option], targets: Targets, *, days: int, progress: ProgressCallback
) -> list[tuple[float, int, tuple[Option, ...]]]:
    """Every set with its shortfall (0 where all targets are reached) and its size."""
    groups = {
        serves: list(_sets([one for one in options if one.serves == serves], most))
        for serves, most in (("hba1c", MOST_FOR_GLUCOSE), ("sbp", MOST_FOR_PRESSURE), ("ldl", MOST_FOR_LDL))
    }
    ends = _ends(person, chain.from_iterable(groups.values()), days=days)
    today = ends[()]
    falls = {one: today.sbp_mmhg - ends[one].sbp_mmhg for one in groups["sbp"]}
    shares = {one: ends[one].ldl_mmoll / today.ldl_mmoll for one in groups["ldl"]}
    found: list[tuple[float, int, tuple[Option, ...]]] = []
    for done, glucose in enumerate(groups["hba1c"]):
        progress(message("regimen-progress"), done / len(groups["hba1c"]))
        if any(one.action in REFUSED for one in cautions_of(person, [each.treatment for each in glucose])):
            continue
        end = ends[glucose]
        pressure = min(falls, key=lambda one: (_over(end.sbp_mmhg - falls[one], targets.sbp_mmhg, "sbp"), len(one)))
        lipid = min(shares, key=lambda one: (_over(end.ldl_mmoll * shares[one], targets.ldl_mmoll, "ldl"), len(one)))
        short = _over(end.hba1c_pct, targets.hba1c_pct, "hba1c")
        short += _over(end.sbp_mmhg - falls[pressure], targets.sbp_mmhg, "sbp")
        short += _over(end.ldl_mmoll * shares[lipid], targets.ldl_mmoll, "ldl")
        whole = (*glucose, *pressure, *lipid)
        found.append((round(short, 3), len(whole), whole))
    return found


def _sets(options: Sequence[Option], most: int) -> Iterator[tuple[Option, ...]]:
    """Every set of options, none included, without two of one class."""
    for chosen in chain.from_iterable(combinations(options, size) for size in range(most + 1)):
        if len({one.treatment.medicine.kind for one in chosen}) == len(chosen):
            yield chosen


def _ends(person: MonthsPerson, sets: Iterable[tuple[Option, ...]], *, days: int) -> dict[tuple[Option, ...], SlowDay]:
    """The last day under each set, all at once."""
    asked = tuple(dict.fromkeys(sets))
    courses = months_courses(
        [Life(person=person, treatments=[one.treatment for one in each]) for each in asked], days=days
    )
    return {each: course.end for each, course in zip(asked, courses, strict=True)}


def _over(value: float, target: float, quantity: str) -> float:
    return max(0.0, value - target) / SURE[quantity]


def _cost(option: Option) -> int:
    kind = option.treatment.medicine.kind
    return int(next(row["cost_class"] for row in read_rows("costs.csv") if row["applies_to"] == kind))


def _name(chosen: Sequence[Option]) -> str:
    return "+".join(one.name for one in chosen)


def _rank(answer: CandidateCourse) -> tuple[float, ...]:
    verdicts = [one.verdict for one in answer.recommendations]
    return (
        verdicts.count(Verdict.AGAINST),
        -verdicts.count(Verdict.FOLLOWS),
        -round(answer.targets_met["all"], 1),
        answer.cost_class,
        round(answer.lows.felt_per_y, 1),
        answer.end.hba1c_pct,
    )
