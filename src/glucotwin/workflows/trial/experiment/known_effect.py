"""An experiment without a body: HbA1c from a formula with a known effect, to try the engine and measure its errors."""

from collections.abc import Sequence
from typing import Annotated

import numpy as np
import polars as pl
from pydantic import Field

from glucotwin.trial.chance import person_normals
from glucotwin.trial.conduct import adherence_of
from glucotwin.trial.design import Design
from glucotwin.trial.experiment import AbstractExperiment, Covariate, Unit
from glucotwin.trial.part import Part, read_options

ENDPOINT = "hba1c_pct"


class KnownPopulation(Part):
    """Options of the population.

    Attributes:
        mean_hba1c_pct, sd_hba1c_pct: before the trial.
        lowest_hba1c_pct: of the eligible.
        foreseen: correlation of the outcome with what the baseline foresees.
        noise_pct: standard deviation of the outcome around the person's own level.
    """

    mean_hba1c_pct: Annotated[float, Field(gt=4.0, lt=15.0)] = 8.4
    sd_hba1c_pct: Annotated[float, Field(gt=0.0, lt=4.0)] = 0.9
    lowest_hba1c_pct: Annotated[float, Field(ge=0.0, lt=15.0)] = 7.0
    foreseen: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.6
    noise_pct: Annotated[float, Field(gt=0.0, lt=4.0)] = 0.8


class KnownArm(Part):
    """Options of an arm: by how much it changes HbA1c at the end, in percent of hemoglobin."""

    effect_pct: Annotated[float, Field(ge=-5.0, le=5.0)] = 0.0


class KnownEffect(AbstractExperiment):
    """HbA1c at visits: the person's level, moved by the arm's effect times adherence, plus noise.

    Effects arrive linearly over the weeks of the arm. Not a body and not about real people.
    """

    name = "known-effect"
    summary = "Made-up HbA1c with a known effect, to try the engine and measure the errors of its analyses."

    def check(self, design: Design) -> None:
        """Passes when the options are possible."""
        _population(design)
        for arm in design.arms:
            _effect_pct(design, arm.name)

    def covariates(self, design: Design) -> tuple[Covariate, ...]:
        """HbA1c before the trial, age group, and what the baseline foresees."""
        return (
            Covariate(name="baseline_hba1c_pct", label="HbA1c", unit="%", decimals=2),
            Covariate(name="score_pct", label="Foreseen HbA1c", unit="%", decimals=2),
            Covariate(name="age_group", label="Age", kind="category"),
        )

    def recruit(self, design: Design, numbers: Sequence[int]) -> pl.DataFrame:
        """People with an HbA1c; those below the lowest are not eligible."""
        options = _population(design)
        drawn = person_normals(design.seed, numbers, stream="known-effect-person", count=3)
        baseline = options.mean_hba1c_pct + options.sd_hba1c_pct * drawn[:, 0]
        score = options.mean_hba1c_pct + options.sd_hba1c_pct * drawn[:, 1]
        eligible = baseline >= options.lowest_hba1c_pct
        return pl.DataFrame(
            {
                "person": np.asarray(numbers, dtype=np.int64),
                "eligible": eligible,
                "reason": np.where(eligible, "", f"HbA1c below {options.lowest_hba1c_pct:g} %"),
                "baseline_hba1c_pct": baseline,
                "score_pct": score,
                "age_group": np.where(drawn[:, 2] < 0.0, "18 to 44", "45 and above"),
            }
        )

    def live(self, design: Design, unit: Unit, people: pl.DataFrame) -> pl.DataFrame:
        """HbA1c at every visit."""
        options, visits = _population(design), np.asarray(design.period.visits)
        score = (people["score_pct"].to_numpy() - options.mean_hba1c_pct) / options.sd_hba1c_pct
        # A paired trial keeps the chance of a person in all arms; in a crossover each period has its own.
        stream = f"known-effect-outcome-{unit.period}"
        drawn = person_normals(design.seed, unit.people, stream=stream, count=visits.size)
        own = options.foreseen * score[:, None] + np.sqrt(1.0 - options.foreseen**2) * drawn
        effect = _effect_pct(design, unit.arm) * adherence_of(design, unit.people)[:, None]
        value = people["baseline_hba1c_pct"].to_numpy()[:, None] + options.noise_pct * own
        value = value + effect * (visits / design.period.weeks)[None, :]
        return pl.DataFrame(
            {
                "person": np.repeat(np.asarray(unit.people, dtype=np.int64), visits.size),
                "arm": unit.arm,
                "period": unit.period,
                "visit": np.tile(visits, len(unit.people)),
                "endpoint": ENDPOINT,
                "value": value.ravel(),
            }
        )


def _population(design: Design) -> KnownPopulation:
    return read_options(design.population, KnownPopulation, place="population")


def _effect_pct(design: Design, arm: str) -> float:
    options = read_options(design.arm(arm).options, KnownArm, place=f"arms.{arm}.options")
    return options.effect_pct
