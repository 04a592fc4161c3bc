"""What guidelines say of a candidate, from ``data/guidelines.csv``."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from glucotwin.months.medicine.registry import name_of
from glucotwin.months.person import MonthsPerson
from glucotwin.months.table import holds, read_rows
from glucotwin.months.treatment import Treatment

NOT_FOR_GLUCOSE = frozenset(
    {
        "statin", "cholesterol_absorption_inhibitor", "renin_angiotensin_blocker", "calcium_channel_blocker",
        "diuretic", "finerenone", "lifestyle", "low_carbohydrate",
    }
)  # fmt: skip
AGAINST, TWO = "not:", "two"


class Verdict(StrEnum):
    """How a candidate stands to a recommendation."""

    FOLLOWS = "follows"
    OPEN = "open"
    AGAINST = "against"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommendation:
    """A recommendation that holds for the person, and how the candidate stands to it.

    Attributes:
        code: identifier of the message with the reason.
        verdict: whether the candidate follows it, leaves it open, or goes against it.
        source: where it is written.
    """

    code: str
    verdict: Verdict
    source: str


def recommendations(
    person: MonthsPerson, treatments: Sequence[Treatment], *, taken: frozenset[str] = frozenset()
) -> tuple[Recommendation, ...]:
    """Every recommendation that holds for the person.

    Args:
        person: today.
        treatments: the candidate.
        taken: classes that are taken today and go on.
    """
    begun = [one.medicine for one in treatments if not one.stopped]
    names = {name for one in begun for name in (one.kind, name_of(one))}
    for_glucose = {one.kind for one in begun} - NOT_FOR_GLUCOSE
    stopped = {one.medicine.kind for one in treatments if one.stopped}
    present = names | (taken - stopped)
    return tuple(
        Recommendation(
            code=f"regimen-guideline-{row['code']}",
            verdict=_verdict(row["recommends"], begun=names, present=present, drugs=len(for_glucose)),
            source=row["source"],
        )
        for row in read_rows("guidelines.csv")
        if holds(row["when"], person)
    )


def _verdict(recommends: str, *, begun: set[str], present: set[str] | frozenset[str], drugs: int) -> Verdict:
    if recommends == TWO:
        return Verdict.FOLLOWS if drugs >= 2 else Verdict.OPEN
    classes = set(recommends.removeprefix(AGAINST).split("|"))
    if recommends.startswith(AGAINST):
        return Verdict.AGAINST if classes & begun else Verdict.FOLLOWS
    return Verdict.FOLLOWS if classes & present else Verdict.OPEN
