"""The flow of people tells who left from who only missed a visit, also in the later periods of a crossover."""

import polars as pl
import pytest

from glucotwin.trial.conduct import leaving_week, observed
from glucotwin.trial.design import Design
from glucotwin.trial.flow import flow_of
from glucotwin.trial.lot import draw_lots
from glucotwin.workflows.trial.design_file import find_design

PEOPLE = 200


@pytest.fixture(scope="module")
def design() -> Design:
    known = find_design("known-effect").model_dump()
    changes = {
        "arms": known["arms"][:2],
        "period": {"kind": "crossover", "weeks": 4, "washout_weeks": 2},
        "dropout": {"share": 0.2},
        "missingness": {"share": 0.0},
        "randomisation": {},
        "analysis": {},
        "claims": [],
        "variants": [],
        "quick": {},
    }
    return Design.model_validate({**known, **changes})


def test_who_leaves_a_crossover_is_told_as_left_in_every_arm_that_they_did_not_finish(design: Design) -> None:
    recruited = pl.DataFrame({"person": range(PEOPLE), "eligible": True, "reason": "", "baseline_hba1c_pct": 8.0})
    people = draw_lots(design, recruited)
    rows = [
        {"person": person, "arm": arm, "period": period, "visit": 4.0, "endpoint": "hba1c_pct", "value": 8.0}
        for person, sequence in people.select("person", "sequence").iter_rows()
        for period, arm in enumerate(sequence)
    ]
    seen = observed(design, pl.DataFrame(rows), people)
    flow = flow_of(design, recruited, people, seen)
    leaves = leaving_week(design, people["person"].to_list(), people["arm"].to_list())
    unfinished = int((leaves < 4.0).sum()) + int((leaves < 10.0).sum())
    assert sum(one.left for one in flow.arms.values()) == unfinished > 60
    assert [one.missed for one in flow.arms.values()] == [0, 0]
    assert all(one.allocated == PEOPLE == one.left + one.complete for one in flow.arms.values())
