"""The reduced UVA/Padova body as it is fitted: ten parameters free, the others tied to them by the joint prior."""

from glucotwin.physiology.padova.reduced import BLOCKS, NAME, compose_reduced, reduced_parameters
from glucotwin.twin.body.fit_body import FitBody, TimeCourse
from glucotwin.twin.population_prior import read_population_prior

FRACTIONS = frozenset({"gut.emptying_share", "gut.falling_fraction", "gut.rising_fraction"})

PADOVA_T1D_REDUCED = FitBody(
    name=NAME,
    summary="the structure of the UVA/Padova simulator, what is not fitted tied by the population's joint prior",
    records=reduced_parameters,
    compose=compose_reduced,
    population=lambda: read_population_prior("padova_t1d_reduced_population.json"),
    scaled_by_daily_insulin=tuple(f"glucose.sensitivity_{block}" for block in BLOCKS),
    sensitivity={block: f"glucose.sensitivity_{block}" for block in BLOCKS},
    carb_effect="gut.bioavailability",
    time_courses={
        "insulin.dissociation_per_min": TimeCourse.INSULIN,
        "insulin.injected_absorption_per_min": TimeCourse.INSULIN,
        "insulin.dissociated_absorption_per_min": TimeCourse.INSULIN,
        "insulin.uptake_rate_per_min": TimeCourse.INSULIN,
        "insulin.production_rate_per_min": TimeCourse.INSULIN,
        "gut.emptying_max_per_min": TimeCourse.CARBS,
        "gut.absorption_per_min": TimeCourse.CARBS,
        "glucose.production_glucose_effect_per_min": TimeCourse.PERSISTENCE,
    },
    glucose_volume="glucose.volume_dl_per_kg",
    joint_only=True,
    fractions=FRACTIONS,
    discrepancy="padova_t1d_reduced_discrepancy.csv",
    discrepancy_learned=False,
)
