"""Tables in ``data``: rows, and conditions that hold for a person and a dose."""

import csv
import re
from collections.abc import Mapping
from functools import cache
from importlib import resources

from glucotwin.months.person import MonthsPerson

COMPARED = re.compile(r"(\w+)(<|>=|>)(\d+(?:\.\d+)?)")


@cache
def read_rows(name: str) -> tuple[Mapping[str, str], ...]:
    """The rows of a table.

    Args:
        name: of the file in ``data``.
    """
    text = (resources.files("glucotwin.months") / "data" / name).read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines(), delimiter=";"))


def holds(condition: str, person: MonthsPerson, *, dose: float = 0.0, facts: frozenset[str] = frozenset()) -> bool:
    """Whether a condition holds.

    Args:
        condition: facts and comparisons joined by ``&``; an empty one always holds.
        person: whose quantities and facts are asked.
        dose: of the medicine in question.
        facts: beside those of the person.

    Raises:
        KeyError: a quantity is unknown: the table is wrong.
    """
    known = person.facts | facts
    quantities = _quantities(person) | {"dose": dose}
    for part in filter(None, (one.strip() for one in condition.split("&"))):
        found = COMPARED.fullmatch(part)
        if found is None:
            if part not in known:
                return False
            continue
        value, limit = quantities[found[1]], float(found[3])
        if not {"<": value < limit, ">=": value >= limit, ">": value > limit}[found[2]]:
            return False
    return True


def _quantities(person: MonthsPerson) -> dict[str, float]:
    return {
        "age": person.age_y,
        "egfr": person.egfr,
        "bmi": person.bmi,
        "hba1c": person.hba1c_pct,
        "acr": person.acr_mg_g,
        "sbp": person.sbp_mmhg,
        "ldl": person.ldl_mmoll,
    }
