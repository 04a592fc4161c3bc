"""The synthetic person as a case of a comparison of forecasters, made once per test run."""

from dataclasses import replace
from functools import cache

from glucotwin.domain.timeline import Timeline
from glucotwin.forecast.case import Case, make_case
from glucotwin.forecast.learned import Learned, learn
from glucotwin.forecast.record import PersonRecord, person_record, whole_window
from glucotwin.forecast.tree import TreeSettings
from synthetic_person import synthetic_timeline, synthetic_twin

CUT = 4 * 288
FEW = TreeSettings(rounds=20, leaves=8, leaf_rows=20, every_steps=1)


def record_of(timeline: Timeline) -> PersonRecord:
    """A record of the whole timeline."""
    return person_record(timeline, whole_window(timeline), usual_basal_u_per_min=synthetic_twin().basal_u_per_min)


@cache
def synthetic_case() -> Case:
    """Four days to learn from, one to judge."""
    return make_case(record_of(synthetic_timeline()), synthetic_twin(), cut=CUT)


@cache
def synthetic_learned() -> Learned:
    """What was learned on top of the synthetic twin, quickly."""
    case = synthetic_case()
    return learn([replace(case, cut=case.record.steps)], (30, 60), settings=FEW, inputs={"synthetic": "0"})
