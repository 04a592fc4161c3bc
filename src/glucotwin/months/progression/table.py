"""Parameters and published courses of the models of beta cells over years."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType

from glucotwin.core.error import ErrorCode, NotFoundError

BOTH = "both"


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """Where insulin sensitivity goes from a day on.

    Attributes:
        from_day: when it begins.
        sensitivity: of muscle and fat, in the model's own unit.
        hepatic_sensitivity: of the liver; None in the model that has none.
        time_constant_d: of the way there.
    """

    from_day: float
    sensitivity: float
    hepatic_sensitivity: float | None
    time_constant_d: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedCourse:
    """A course of a paper.

    Attributes:
        name: of the course.
        model: ``daily`` or ``meals``.
        phases: in order.
        source: figure of the paper.
    """

    name: str
    model: str
    phases: tuple[Phase, ...]
    source: str


@cache
def progression_parameters(model: str) -> Mapping[str, float]:
    """Parameters of a model, and those that both share, by name."""
    rows = _rows("progression_parameters.csv")
    return MappingProxyType({row["name"]: float(row["value"]) for row in rows if row["model"] in (model, BOTH)})


@cache
def published_courses() -> Mapping[str, PublishedCourse]:
    """Courses by name."""
    by_name: dict[str, list[dict[str, str]]] = {}
    for row in _rows("progression_courses.csv"):
        by_name.setdefault(row["course"], []).append(row)
    return MappingProxyType(
        {
            name: PublishedCourse(
                name=name, model=rows[0]["model"], phases=tuple(_phase(row) for row in rows), source=rows[0]["source"]
            )
            for name, rows in by_name.items()
        }
    )


def find_course(name: str) -> PublishedCourse:
    """A course by its name.

    Raises:
        NotFoundError: there is none.
    """
    found = published_courses().get(name)
    if found is None:
        raise NotFoundError(
            ErrorCode.UNKNOWN_NAME,
            f"There is no course {name!r} into type 2 diabetes.",
            hint=f"Courses: {', '.join(published_courses())}.",
        )
    return found


def _phase(row: Mapping[str, str]) -> Phase:
    hepatic = row["hepatic_sensitivity"]
    return Phase(
        from_day=float(row["from_day"]),
        sensitivity=float(row["sensitivity"]),
        hepatic_sensitivity=float(hepatic) if hepatic else None,
        time_constant_d=float(row["time_constant_d"]),
    )


def _rows(file_name: str) -> list[dict[str, str]]:
    text = (resources.files("glucotwin.months") / "data" / file_name).read_text(encoding="utf-8")
    return list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))
