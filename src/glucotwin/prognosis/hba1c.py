"""What an HbA1c says: the mean glucose that it stands for, the person's glycation gap, and when not to trust it.

Mean glucose by the ADAG study (Nathan 2008, Diabetes Care 31:1473): 28.7 HbA1c - 46.7 mg/dL. The glycation gap is the
measured HbA1c less the one that the sensor's mean glucose stands for (after Cohen 2003): people whose red cells take up
more or less sugar than most keep theirs over years. A gap beyond one percentage point is told as large.
"""

from glucotwin.core.unit import hba1c_mmol_per_mol_from_pct, mmoll_from_mgdl
from glucotwin.metrics.summary import ea1c_pct_from_mean
from glucotwin.prognosis.answer import Question, ScoreAnswer
from glucotwin.prognosis.person import DescribedPerson
from glucotwin.prognosis.table import read_rows
from glucotwin.prognosis.validity import missing

ADAG_SLOPE_MGDL_PER_PCT, ADAG_OFFSET_MGDL = 28.7, 46.7
LARGE_GAP_PCT = 1.0
CAUTION = "prognosis-caution-hba1c"


def mean_glucose_from_hba1c(hba1c_pct: float) -> float:
    """The mean glucose in mg/dL that an HbA1c in percent stands for in most people (ADAG)."""
    return ADAG_SLOPE_MGDL_PER_PCT * hba1c_pct - ADAG_OFFSET_MGDL


def hba1c_doubts(person: DescribedPerson) -> tuple[dict[str, str], ...]:
    """Conditions of the person in which HbA1c misleads: name, direction in which it errs, and who says so."""
    return tuple(
        {"name": row["name"], "key": row["key"], "direction": row["direction"], "source": row["source"]}
        for row in read_rows("hba1c_doubts.csv", delimiter=";")
        if _holds(row, person)
    )


def hba1c_cautions(person: DescribedPerson) -> tuple[str, ...]:
    """The caution of a score that asks for HbA1c; empty when nothing speaks against it."""
    return (CAUTION,) if person.hba1c_pct is not None and hba1c_doubts(person) else ()


def hba1c_reading(person: DescribedPerson, question: Question) -> ScoreAnswer:
    """HbA1c in both units, the glucose that it stands for, the glycation gap, and doubts."""
    if person.hba1c_pct is None:
        return ScoreAnswer(refusals=tuple(missing(person, ("hba1c_pct",))))
    mean_mgdl = mean_glucose_from_hba1c(person.hba1c_pct)
    doubts = hba1c_doubts(person)
    measures: dict[str, object] = {
        "hba1c_mmol_per_mol": hba1c_mmol_per_mol_from_pct(person.hba1c_pct),
        "estimated_mean_glucose_mgdl": mean_mgdl,
        "estimated_mean_glucose_mmoll": mmoll_from_mgdl(mean_mgdl),
        "reliable": not doubts,
        "doubts": list(doubts),
    }
    return ScoreAnswer(measures=measures | _gap(person, person.hba1c_pct), cautions=hba1c_cautions(person))


def _gap(person: DescribedPerson, hba1c_pct: float) -> dict[str, object]:
    if person.mean_glucose_mgdl is None:
        return {}
    expected = ea1c_pct_from_mean(person.mean_glucose_mgdl)
    gap = hba1c_pct - expected
    return {
        "expected_hba1c_pct": expected,
        "glycation_gap_pct": gap,
        "glycation_ratio": hba1c_pct / expected,
        "gap_is_large": abs(gap) > LARGE_GAP_PCT,
    }


def _holds(row: dict[str, str], person: DescribedPerson) -> bool:
    value = getattr(person, row["key"])
    if row["kind"] == "flag":
        return bool(value)
    return value is not None and value < float(row["female_limit" if person.is_female else "male_limit"])
