"""Writes timelines of virtual people of whom weight, age, settings and duration are on record, to judge priors with.

Adults of ``padova-t1d`` that the population's table (``population_prior.py``) was not made from: other people, other
lives. Their records are those of ``lived_record.py`` with what a clinic knows added; the settings are told
``SETTING_LOG_SD`` (log) off, as real ones are.

    uv run python benchmarks/accuracy/virtual_timelines.py FOLDER [--people 16] [--days 18]
"""

import argparse
from dataclasses import replace
from pathlib import Path

import jax
import numpy as np
from lived_record import START, lives_of

from glucotwin.core.random import root_key, stream_key
from glucotwin.domain.archive import save_timeline
from glucotwin.domain.therapy import DailySchedule, TherapySettings
from glucotwin.domain.timeline import Timeline
from glucotwin.physiology.subject import Subject
from glucotwin.simulate.population import accepted_people

COHORT_SEED, LIFE_SEED, AT_ONCE = 211, 212, 4
SETTING_LOG_SD = 0.3


def told(timeline: Timeline, subject: Subject) -> Timeline:
    """The record with what is known of the person."""
    age, ratio, factor = subject.age_years, subject.carb_ratio_g_per_u, subject.correction_factor_mgdl_per_u
    assert age is not None
    assert ratio is not None
    assert factor is not None
    key = stream_key(root_key(LIFE_SEED), subject=subject.name, stream="settings")
    off = np.exp(SETTING_LOG_SD * np.asarray(jax.random.normal(key, (2,))))
    settings = TherapySettings(
        valid_from=START,
        carb_ratio_g_per_u=DailySchedule.constant(ratio * float(off[0])),
        correction_factor_mgdl_per_u=DailySchedule.constant(factor * float(off[1])),
    )
    person = replace(
        timeline.person,
        birth_year=START.year - round(age),
        diagnosis_year=START.year - round(subject.values["duration_years"]),
    )
    return replace(timeline, person=person, settings=(settings,))


def main() -> None:
    """Writes one folder per person."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--people", type=int, default=16)
    parser.add_argument("--days", type=int, default=18)
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    subjects, _ = accepted_people("adult", asked.people, seed=COHORT_SEED)
    for first in range(0, len(subjects), AT_ONCE):
        for life in lives_of(subjects[first : first + AT_ONCE], seed=LIFE_SEED, days=asked.days):
            timeline = told(life.record.timeline, life.subject)
            save_timeline(timeline, asked.folder / timeline.person.person_id, overwrite=True)


if __name__ == "__main__":
    main()
