"""The minimal body with insulin of its own as it is fitted to people with type 2 diabetes."""

from glucotwin.physiology.minimal_t2d import NAME, REFERENCES, compose_minimal_t2d, minimal_t2d_parameters
from glucotwin.twin.body.fit_body import FitBody, TimeCourse
from glucotwin.twin.body.minimal import BLOCKS
from glucotwin.twin.evidence import minimal_t2d_surprise

MINIMAL_T2D = FitBody(
    name=NAME,
    summary="type 2 diabetes: insulin of its own, medicines on record, no insulin needed",
    records=minimal_t2d_parameters,
    compose=compose_minimal_t2d,
    population=None,
    scaled_by_daily_insulin=(),
    sensitivity=dict.fromkeys(BLOCKS, "glucose.sensitivity"),
    carb_effect="gut.bioavailability",
    time_courses={
        "glucose.response_per_min": TimeCourse.INSULIN,
        "gut.emptying_per_min": TimeCourse.CARBS,
        "gut.absorption_per_min": TimeCourse.CARBS,
        "glucose.effectiveness_per_min": TimeCourse.PERSISTENCE,
    },
    glucose_volume="glucose.volume_dl_per_kg",
    discrepancy="minimal_t2d_discrepancy.csv",
    discrepancy_learned=False,
    kept_share=1.0,
    own_insulin=True,
    references=REFERENCES,
    surprise=minimal_t2d_surprise,
)
