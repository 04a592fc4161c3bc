"""FIB-4: advanced liver fibrosis from age, transaminases and platelets (Sterling 2006, Hepatology 43:1317)."""

import math

from glucotwin.prognosis.answer import Question, ScoreAnswer
from glucotwin.prognosis.person import DescribedPerson
from glucotwin.prognosis.validity import measured, missing, outside

KEYS = ("ast_u_l", "alt_u_l", "platelets_1e9_l")
RANGES = {"age": (35.0, 110.0)}
"""Below 35 years it is no better than chance (McPherson 2017)."""
LOW, LOW_FROM_65, HIGH = 1.30, 2.00, 2.67
"""Cut-offs: below the first advanced fibrosis is unlikely, above the last it is likely."""


def fib4(person: DescribedPerson, question: Question) -> ScoreAnswer:
    """The index and its reading."""
    refusals = missing(person, KEYS) + outside({"age": person.age}, RANGES)
    if refusals:
        return ScoreAnswer(refusals=tuple(refusals))
    lab = measured(person, KEYS)
    index = person.age * lab["ast_u_l"] / (lab["platelets_1e9_l"] * math.sqrt(lab["alt_u_l"]))
    low = LOW_FROM_65 if person.age >= 65.0 else LOW
    reading = "unlikely" if index < low else "likely" if index > HIGH else "unclear"
    return ScoreAnswer(measures={"index": index, "advanced_fibrosis": reading, "lower_cut_off": low})
