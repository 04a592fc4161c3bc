"""The minimal body as it is fitted."""

from glucotwin.physiology.minimal import compose_minimal, minimal_parameters
from glucotwin.physiology.minimal_causal import minimal_causal_body, minimal_causal_parameters
from glucotwin.twin.body.fit_body import FitBody, TimeCourse
from glucotwin.twin.population_prior import read_population_prior

BLOCKS = ("night", "morning", "afternoon", "evening")

MINIMAL = FitBody(
    name="minimal",
    summary="few identifiable parameters: the default",
    records=minimal_parameters,
    compose=compose_minimal,
    population=lambda: read_population_prior("minimal_population.json"),
    scaled_by_daily_insulin=tuple(f"glucose.sensitivity_{block}" for block in BLOCKS),
    sensitivity={block: f"glucose.sensitivity_{block}" for block in BLOCKS},
    carb_effect="gut.bioavailability",
    time_courses={
        "subcutis.transfer_per_min": TimeCourse.INSULIN,
        "subcutis.absorption_per_min": TimeCourse.INSULIN,
        "glucose.action_rate_per_min": TimeCourse.INSULIN,
        "gut.emptying_per_min": TimeCourse.CARBS,
        "gut.absorption_per_min": TimeCourse.CARBS,
        "glucose.effectiveness_per_min": TimeCourse.PERSISTENCE,
    },
    glucose_volume="glucose.volume_dl_per_kg",
    causal=minimal_causal_body,
    causal_rates=minimal_causal_parameters,
    kept_share=0.0,
)
