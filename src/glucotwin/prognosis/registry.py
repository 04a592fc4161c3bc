"""Every score by name: one line for a new one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from glucotwin.prognosis.answer import Question, ScoreAnswer
from glucotwin.prognosis.ckd_epi import kidney_stage
from glucotwin.prognosis.fib4 import fib4
from glucotwin.prognosis.hba1c import hba1c_reading
from glucotwin.prognosis.kfre import kfre
from glucotwin.prognosis.person import DescribedPerson
from glucotwin.prognosis.prevent import prevent
from glucotwin.prognosis.recode import recode
from glucotwin.prognosis.score2_diabetes import score2_diabetes
from glucotwin.prognosis.ukpds.score import ukpds_om2


@dataclass(frozen=True, slots=True)
class Score:
    """A published equation.

    Attributes:
        title: what it is called.
        answer: what it says of a person.
    """

    title: str
    answer: Callable[[DescribedPerson, Question], ScoreAnswer]


SCORES: Mapping[str, Score] = MappingProxyType(
    {
        "ckd_epi_2021": Score("CKD-EPI 2021", kidney_stage),
        "kfre": Score("KFRE", kfre),
        "score2_diabetes": Score("SCORE2-Diabetes", score2_diabetes),
        "prevent": Score("PREVENT", prevent),
        "recode": Score("RECODe", recode),
        "ukpds_om2": Score("UKPDS Outcomes Model 2", ukpds_om2),
        "fib4": Score("FIB-4", fib4),
        "hba1c": Score("HbA1c", hba1c_reading),
    }
)
"""Scores in the order in which they are told."""
