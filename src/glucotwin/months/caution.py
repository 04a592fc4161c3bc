"""Contraindications and cautions of a candidate, from ``data/cautions.csv``."""

from collections.abc import Sequence
from dataclasses import dataclass

from glucotwin.months.medicine.registry import name_of
from glucotwin.months.person import MonthsPerson
from glucotwin.months.table import holds, read_rows
from glucotwin.months.treatment import Treatment


@dataclass(frozen=True, slots=True)
class Caution:
    """What to mind.

    Attributes:
        code: identifier of the message.
        action: ``contraindicated``, ``avoid``, ``dose``, ``watch``, or ``contraindicated-if`` for what a description
            does not tell.
        source: where it is written.
    """

    code: str
    action: str
    source: str


def cautions_of(person: MonthsPerson, treatments: Sequence[Treatment]) -> tuple[Caution, ...]:
    """Every caution that holds, each once, in the order of the treatments.

    Args:
        person: today.
        treatments: taken together; what is stopped needs none.
    """
    taken = [one for one in treatments if not one.stopped]
    found: dict[str, Caution] = {}
    for one in taken:
        names = {name_of(one.medicine), one.medicine.kind}
        beside = frozenset(f"with_{other.medicine.kind}" for other in taken if other is not one)
        for row in read_rows("cautions.csv"):
            if row["applies_to"] in names and holds(row["when"], person, dose=one.dose, facts=beside):
                code = f"regimen-caution-{row['code']}"
                found.setdefault(code, Caution(code, row["action"], row["source"]))
    return tuple(found.values())
