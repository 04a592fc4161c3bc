"""A made-up person for the tests of workflows and commands: five days by formula, and a twin that was never fitted."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import numpy as np

from glucotwin.core.provenance import make_manifest
from glucotwin.domain.archive import timeline_hash
from glucotwin.domain.glucose import GlucoseReading
from glucotwin.domain.insulin import BasalSegment, Bolus
from glucotwin.domain.meal import Meal
from glucotwin.domain.person import DiabetesType, Person, TherapyKind
from glucotwin.domain.record import Record
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.twin.diagnostic import Diagnostics, ParameterSummary
from glucotwin.twin.personal_model import free_parameters
from glucotwin.twin.twin import TWIN_SCHEMA, EffectEstimate, Posterior, Twin

START = datetime(2024, 3, 1, tzinfo=UTC)
DAYS = 5
FITTED = Window(start=START, end=START + timedelta(days=3))
DINNER = START + timedelta(days=3, hours=19)
"""A meal of 60 g with a bolus of 6 U; it comes after the fit."""
PERSON = Person(
    person_id="made-up",
    birth_year=1980,
    diabetes_type=DiabetesType.TYPE_1,
    therapy=TherapyKind.PUMP,
    pregnant=False,
    dialysis=False,
)


def made_up_timeline(person: Person = PERSON) -> Timeline:
    """Readings every five minutes, three meals with their boluses a day, a constant basal rate."""
    return Timeline.from_records(person, _records())


def _records() -> Iterator[Record]:
    for step in range(DAYS * 288):
        minute = 5.0 * step
        level = 135.0 + 35.0 * np.sin(minute / 229.0) + 15.0 * np.sin(minute / 61.0)
        yield GlucoseReading(time=START + timedelta(minutes=minute), glucose_mgdl=round(float(level), 0))
    for day in range(DAYS):
        midnight = START + timedelta(days=day)
        yield BasalSegment(time=midnight, duration_min=1440.0, rate_u_per_h=0.8)
        for hour, carbs_g in ((8, 40.0), (13, 50.0), (19, 60.0)):
            at = midnight + timedelta(hours=hour)
            yield Meal(time=at, carbs_g=carbs_g)
            yield Bolus(time=at, insulin_u=carbs_g / 10.0)


def made_up_twin(timeline: Timeline | None = None) -> Twin:
    """A twin at its priors' middle with a narrow posterior."""
    timeline = timeline or made_up_timeline()
    count = len(free_parameters())
    return Twin(
        person=timeline.person,
        body="minimal",
        window=FITTED,
        data_hash=timeline_hash(timeline),
        weight_kg=None,
        daily_insulin_u=34.0,
        basal_u_per_min=0.8 / 60.0,
        posterior=Posterior(mean=np.zeros(count), covariance=0.01 * np.eye(count)),
        effect=EffectEstimate(
            correction_factor_mgdl_per_u=45.0,
            correction_factor_log_sd=0.2,
            carb_factor_mgdl_per_g=4.0,
            carb_factor_log_sd=0.2,
            anchored_share=0.5,
            anchor="therapy-settings",
        ),
        band_factors={5: 1.0, 30: 1.0, 120: 1.1},
        diagnostics=_diagnostics(),
        manifest=make_manifest(TWIN_SCHEMA),
    )


def _diagnostics() -> Diagnostics:
    parameter = ParameterSummary(
        name="glucose.sensitivity_night",
        description="insulin sensitivity from midnight to 6",
        unit="/min per mU/L",
        prior_median=0.0009,
        prior_low=0.0003,
        prior_high=0.0024,
        median=0.0011,
        low=0.0008,
        high=0.0015,
        informed_fraction=0.7,
    )
    return Diagnostics(
        converged=True,
        iterations=20,
        readings=864,
        residual_sd_mgdl=6.1,
        residual_autocorrelation=0.1,
        parameters=(parameter,),
        warnings=("fit-many-gaps",),
    )
