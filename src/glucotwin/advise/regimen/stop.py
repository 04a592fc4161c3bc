"""Who stops a medicine by themselves, and when: for gut trouble early, for other reasons at any time."""

from functools import cache

from glucotwin.advise.regimen.table import read_rows

HALF_YEAR_D = 182.0
EARLY_HALF_D = 56.0
"""Half of those who stop for gut trouble do so within eight weeks, while the dose goes up (chosen: most events begin
within two weeks of the first dose, AWARD-11)."""

OTHER = "other"


def stopped_share(kind: str, days: float) -> float:
    """Part of people who have stopped a medicine that many days after they began it, 0 to 1.

    Args:
        kind: class of the medicine.
        days: since the beginning.
    """
    gut, usual = _shares(kind)
    early = (1.0 - 2.0 ** (-days / EARLY_HALF_D)) / (1.0 - 2.0 ** (-HALF_YEAR_D / EARLY_HALF_D))
    return 1.0 - (1.0 - usual) ** (days / HALF_YEAR_D) * (1.0 - gut * early)


@cache
def _shares(kind: str) -> tuple[float, float]:
    """For gut trouble and for other reasons within half a year."""
    rows = {row["kind"]: row for row in read_rows("stops.csv")}
    row = rows.get(kind, rows[OTHER])
    return float(row["gut_26w"]), float(row["other_26w"])
