"""Forecasts for people of whom little or nothing is known: left out of the training, or with a short history."""

from collections.abc import Sequence
from dataclasses import replace

import jax.numpy as jnp
import numpy as np

from glucotwin.core.progress import ProgressCallback, silent
from glucotwin.forecast.case import Case, Sample, ahead_steps, case_of, judged_sample, training_sample
from glucotwin.forecast.comparison import NO_MECHANISM, TWIN, TWIN_ONLY, Comparison, Shown, scored
from glucotwin.forecast.mechanism import see_with
from glucotwin.forecast.person_profile import PersonProfile, mean_profile
from glucotwin.forecast.record import PersonRecord
from glucotwin.forecast.stack import GBM, HYBRID, school_members, teach_member
from glucotwin.forecast.tree import POOLED, TreeSettings
from glucotwin.twin.personal_model import free_parameters, personal_model

MINUTES_PER_DAY = 1440.0
LEAST_DAILY_INSULIN_U = 5.0
PROFILE_FEATURES = ("person_", "usual_in_")
"""How the names of features begin that come from a person's training days."""


def usual_basal_u_per_min(profile: PersonProfile) -> float:
    """The basal rate that is usual among people with a profile."""
    return profile.daily_basal_u / MINUTES_PER_DAY


def stranger_case(
    record: PersonRecord, others: Sequence[Case], *, cut: int, train_from: int = 0, announced: bool = False
) -> Case:
    """Somebody's days as they are seen without knowing them: a twin of the population, the insulin of other people.

    Args:
        record: theirs, unrecorded basal insulin filled with what is usual among the others.
        others: everybody else.
        cut: first step of the test part.
        train_from: first step that others' training may use.
        announced: whether what comes after an origin is told.
    """
    profile = mean_profile([one.profile for one in others])
    basal = usual_basal_u_per_min(profile)
    daily = max(profile.daily_bolus_u + profile.daily_basal_u, LEAST_DAILY_INSULIN_U)
    population = personal_model(weight_kg=None, daily_insulin_u=daily, basal_u_per_min=basal)
    seen = see_with(
        population,
        jnp.zeros(len(free_parameters())),
        record,
        basal_u_per_min=basal,
        future=record.data.inputs if announced else None,
    )
    return case_of(record, seen, profile, cut=cut, train_from=train_from, announced=announced)


def compare_strangers(
    strangers: Sequence[Case],
    horizons: Sequence[int],
    *,
    groups: int | None = None,
    settings: TreeSettings = POOLED,
    progress: ProgressCallback = silent,
) -> Comparison:
    """Leaves each person out of the training in turn and judges forecasts for them; bands are not judged.

    What is taught must be what is asked: the others are strangers too, and nothing of a person's profile is told.

    Args:
        strangers: everybody as a stranger.
        horizons: minutes ahead.
        groups: leave people out in so many groups, which is cheaper and a little harder; None leaves out one at a time.
        settings: of the trees, the same for all forecasters.
        progress: told the person and the fraction done.
    """
    shown: dict[int, list[dict[str, np.ndarray]]] = {horizon: [] for horizon in horizons}
    for group in np.array_split(np.arange(len(strangers)), min(groups or len(strangers), len(strangers))):
        progress(strangers[group[0]].person_id, group[0] / len(strangers))
        left_out = strangers[group[0] : group[-1] + 1]
        others = [*strangers[: group[0]], *strangers[group[-1] + 1 :]]
        for horizon in horizons:
            shown[horizon].append(_forecasts(others, left_out, ahead_steps(horizon), settings))
    return scored(
        strangers,
        {
            horizon: Shown(
                sample=judged_sample(strangers, ahead_steps(horizon)),
                points={name: np.concatenate([one[name] for one in each]) for name in each[0]},
                quantiles={},
            )
            for horizon, each in shown.items()
        },
    )


def _forecasts(
    others: Sequence[Case], left_out: Sequence[Case], ahead: int, settings: TreeSettings
) -> dict[str, np.ndarray]:
    known = _without_profile(training_sample(others, ahead), others[0])
    sample = _without_profile(judged_sample(left_out, ahead), others[0])
    pooled = [recipe for recipe in HYBRID if recipe.kind in ("pooled", "lined")]
    each = {recipe.name: teach_member(recipe, known, settings).predict(sample) for recipe in pooled}
    return {
        "persistence": sample.held_mgdl,
        GBM: each[GBM],
        NO_MECHANISM: np.mean([each[recipe.name] for recipe in pooled if not recipe.mechanism], axis=0),
        TWIN_ONLY: sample.base_mgdl,
        TWIN: np.mean(list(each.values()), axis=0),
    }


def _without_profile(sample: Sample, case: Case) -> Sample:
    """The same without what only training days can tell."""
    told = [name.startswith(PROFILE_FEATURES) for name in (*case.plain.names, *case.mechanism.names)]
    return replace(sample, features=np.where(told, np.float32(np.nan), sample.features))


def compare_briefly(cases: Sequence[Case], horizons: Sequence[int], *, settings: TreeSettings = POOLED) -> Comparison:
    """The hybrid beside gradient boosting and the last reading, without bands: for learning curves."""
    shown: dict[int, Shown] = {}
    for horizon in horizons:
        ahead = ahead_steps(horizon)
        sample = judged_sample(cases, ahead)
        school = school_members(cases, ahead, HYBRID, settings)
        points = {
            "persistence": sample.held_mgdl,
            GBM: school.members[GBM].predict(sample),
            TWIN_ONLY: sample.base_mgdl,
            TWIN: school.mix(HYBRID).stack.predict(sample),
        }
        shown[horizon] = Shown(sample=sample, points=points, quantiles={})
    return scored(cases, shown)
