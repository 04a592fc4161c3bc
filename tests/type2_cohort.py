"""A small cohort of the type 2 population whose people were drawn but not simulated."""

from pathlib import Path

import numpy as np

from glucotwin.core.provenance import make_manifest
from glucotwin.months.person import hba1c_from_mean_glucose
from glucotwin.physiology.cohort_file import SCHEMA, save_cohort
from glucotwin.physiology.population_t2d import draw_type2_candidates
from glucotwin.physiology.subject import Subject

PEOPLE = 40


def type2_subjects() -> list[Subject]:
    """Drawn people with the glucose that a test would have shown, so that nobody has to be simulated."""
    drawn = draw_type2_candidates("obese-early", np.arange(PEOPLE), seed=3)
    rows = [{name: float(values[place]) for name, values in drawn.values.items()} for place in range(PEOPLE)]
    subjects: list[Subject] = []
    for place, values in enumerate(rows):
        fasting = values["basal_glucose_mgdl"]
        mean = fasting + 25.0
        hba1c = float(hba1c_from_mean_glucose(mean / 18.0156)) + values["glycation_gap_pct"]
        told = {"fasting_glucose_mgdl": fasting, "mean_glucose_mgdl": mean, "hba1c_pct": hba1c}
        subjects.append(
            Subject(
                name=f"obese-early#{place:05d}",
                weight_kg=values["weight_kg"],
                basal_u_per_min=0.0,
                values=values | told,
            )
        )
    return subjects


def write_type2_cohort(path: Path) -> Path:
    """Writes the cohort and answers its path."""
    save_cohort(type2_subjects(), path, body="padova-t2d", manifest=make_manifest(SCHEMA, seed=3))
    return path
