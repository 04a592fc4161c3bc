"""The synthetic person as a case of a comparison of forecasters, made once per test run."""

from functools import cache

from glucotwin.domain.timeline import Timeline
from glucotwin.forecast.case import Case, make_case
from glucotwin.forecast.record import PersonRecord, person_record, whole_window
from synthetic_person import synthetic_timeline, synthetic_twin

CUT = 4 * 288


def record_of(timeline: Timeline) -> PersonRecord:
    """A record of the whole timeline."""
    return person_record(timeline, whole_window(timeline), usual_basal_u_per_min=synthetic_twin().basal_u_per_min)


@cache
def synthetic_case() -> Case:
    """Four days to learn from, one to judge."""
    return make_case(record_of(synthetic_timeline()), synthetic_twin(), cut=CUT)
