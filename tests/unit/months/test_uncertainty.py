"""Draws of what the model does not know and of what differs between people."""

from statistics import fmean, pstdev

import pytest

from glucotwin.months.medicine.registry import MEDICINES
from glucotwin.months.table import read_rows
from glucotwin.months.treatment import RESPONSE_SPREAD, Treatment
from glucotwin.months.uncertainty import DECLINE, draw_many, with_strengths


def test_every_uncertain_class_is_one_of_the_registry_and_told_with_its_source() -> None:
    rows = {row["quantity"] for row in read_rows("uncertainty.csv")}
    assert DECLINE in rows
    assert rows - {DECLINE} <= {one.kind for one in MEDICINES.values()}
    assert all(row["source"] for row in read_rows("uncertainty.csv"))


def test_draws_have_the_spread_that_is_written_down() -> None:
    draws = draw_many(400)
    metformin = [one.strengths["biguanide"] for one in draws]
    assert fmean(metformin) == pytest.approx(1.0, abs=0.02)
    assert pstdev(metformin) == pytest.approx(0.09, abs=0.01)
    answers = [one.response * one.own["biguanide"] for one in draws]
    assert fmean(answers) == pytest.approx(1.0, abs=0.05)
    assert pstdev(answers) == pytest.approx(RESPONSE_SPREAD, abs=0.06)
    assert draw_many(400)[3] == draws[3] != draw_many(400, seed=1)[3]


def test_parts_count_apart() -> None:
    draw = draw_many(400)[0]
    taken = [Treatment(medicine=MEDICINES["metformin"], dose=2000.0)]
    model, person = draw.strengths["biguanide"], draw.own["biguanide"]
    strengths = [with_strengths(taken, draw, model=m, person=p)[0].strength for m, p in ((True, False), (False, True))]
    assert strengths == [model, person]
    assert with_strengths(taken, draw)[0].strength == pytest.approx(model * person)
