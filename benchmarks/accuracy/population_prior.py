"""Makes the joint prior of the minimal body's parameters and what is known of a person: ``minimal_population.json``.

Virtual adults of ``padova-t1d`` live by a behaviour profile (``lived_record.py``): they miscount, forget and snack, and
wear a noisy sensor. The minimal body is fitted to each record with independent priors; of each fit the likelihood alone
is kept (the prior is divided out), weakened by how far the composite likelihood overstates what the data say. The mean
by covariates and the covariance among people then come from these by the global two-stage method (Davidian and
Giltinan, Nonlinear Models for Repeated Measurement Data, 1995, section 5.3): expectation and maximisation for a
multivariate regression whose outcomes are known with error. What the body leaves unexplained keeps its own priors:
the simulator's sensor is none of the real ones.

    uv run python benchmarks/accuracy/population_prior.py fits FITS.npz [--people 75]
    uv run python benchmarks/accuracy/population_prior.py table FITS.npz src/glucotwin/twin/data/minimal_population.json
"""

import argparse
import json
import sys
from pathlib import Path

import jax
import numpy as np
from lived_record import LivedLife, lives_of

from glucotwin.core.error import GlucoTwinError
from glucotwin.core.progress import silent
from glucotwin.simulate.population import accepted_people
from glucotwin.twin.grid import daily_insulin_u, grid_data
from glucotwin.twin.mode import find_mode
from glucotwin.twin.objective import day_batch, filled_up
from glucotwin.twin.personal_model import free_parameters, personal_model

COHORT_SEED, LIFE_SEED, DAYS, AT_ONCE = 101, 102, 14, 3
COVARIATES = (
    "weight_kg",
    "age_years",
    "daily_insulin_u",
    "carb_ratio_g_per_u",
    "correction_factor_mgdl_per_u",
    "duration_years",
)
OBSERVATION_LOG_SD = {
    "daily_insulin_u": 0.1,
    "carb_ratio_g_per_u": 0.3,
    "correction_factor_mgdl_per_u": 0.3,
}
"""How far real settings lie from what they stand for here (``effect.ANCHOR_LOG_SD``), and two weeks from the usual."""

STEPS = 200
RIDGE_PEOPLE = 5.0
"""Weight of "no dependence on a covariate" in people."""
SHRINKAGE_PEOPLE = 10.0
"""Weight of "no correlation" in people."""


def fit_one(life: LivedLife) -> dict[str, np.ndarray]:
    """One person's likelihood about the mode, on the unconstrained scale, and their covariates."""
    timeline, subject = life.record.timeline, life.subject
    window = timeline.window()
    total_u, basal_u = daily_insulin_u(timeline, window)
    data = grid_data(timeline, window, usual_basal_u_per_min=basal_u / 1440.0)
    model = personal_model(
        weight_kg=subject.weight_kg, daily_insulin_u=total_u, basal_u_per_min=basal_u / 1440.0, covariates=None
    )
    mode = find_mode(model, filled_up(day_batch(data)), silent)
    known = {
        "weight_kg": subject.weight_kg,
        "age_years": subject.age_years,
        "daily_insulin_u": total_u,
        "carb_ratio_g_per_u": subject.carb_ratio_g_per_u,
        "correction_factor_mgdl_per_u": subject.correction_factor_mgdl_per_u,
        "duration_years": subject.values["duration_years"],
    }
    return {
        "point": mode.point,
        "information": np.asarray(mode.evaluated.information) - np.eye(mode.point.size),
        "gradient": np.asarray(mode.evaluated.gradient) - mode.point,
        "day_gradients": np.asarray(mode.evaluated.day_gradients),
        "typical": np.asarray(model.typical),
        "spread": np.asarray(model.spread),
        "settled": np.asarray(mode.settled),
        "covariates": np.array([known[name] for name in COVARIATES], dtype=np.float64),
    }


def fit_people(count: int, path: Path) -> None:
    """Fits everybody and keeps what the second stage needs."""
    subjects, _ = accepted_people("adult", count, seed=COHORT_SEED)
    kept: list[dict[str, np.ndarray]] = []
    for first in range(0, count, AT_ONCE):
        for life in lives_of(subjects[first : first + AT_ONCE], seed=LIFE_SEED, days=DAYS):
            try:
                kept.append(fit_one(life))
            except GlucoTwinError as error:
                print(f"{life.subject.name}: {error}", file=sys.stderr)
        print(f"{first + AT_ONCE} of {count}", file=sys.stderr, flush=True)
        together = {name: np.stack([one[name] for one in kept]) for name in kept[0]}
        np.savez(path, allow_pickle=False, **together)


def regression(fits: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray, float]:
    """Coefficients ``(1 + covariate, parameter)`` and covariance about them, of logarithms; and the overstatement."""
    points, information = fits["point"], fits["information"]
    people, count = points.shape
    scores = np.einsum("idk,idl->kl", fits["day_gradients"], fits["day_gradients"])
    # Magnitude adjustment of a composite likelihood (Ribatet, Cooley and Davison 2012), pooled over people.
    overstated = float(np.trace(np.linalg.solve(information.sum(axis=0), scores)) / count)
    spread = fits["spread"][0]
    precision = information / overstated / np.outer(spread, spread)
    centre = np.log(fits["typical"])
    known = (np.einsum("ikl,il->ik", information, points) - fits["gradient"]) / overstated / spread
    known = known + np.einsum("ikl,il->ik", precision, centre)
    covariates = np.log(fits["covariates"])
    off = covariates - covariates.mean(axis=0)
    design = np.column_stack([np.ones(people), off])
    ridge = np.diag(np.concatenate([[0.0], RIDGE_PEOPLE * off.var(axis=0)]))
    coefficients = np.zeros((design.shape[1], count))
    coefficients[0] = centre.mean(axis=0)
    covariance = np.diag(spread**2)
    for _ in range(STEPS):
        inverse = np.linalg.inv(covariance)
        each = np.linalg.inv(inverse[None] + precision)
        means = np.einsum("ikl,il->ik", each, known + design @ coefficients @ inverse)
        coefficients = np.linalg.solve(design.T @ design + ridge, design.T @ means)
        residual = means - design @ coefficients
        covariance = residual.T @ residual + each.sum(axis=0)
        covariance = (covariance + SHRINKAGE_PEOPLE * np.diag(np.diag(covariance)) / people) / (
            people + SHRINKAGE_PEOPLE
        )
    return coefficients, covariance, overstated


def make_table(fits_path: Path, out: Path) -> None:
    """Writes the joint distribution of the body's parameters and the covariates."""
    with np.load(fits_path) as file:
        fits = {name: file[name] for name in file.files}
    fits = {name: values[fits["settled"]] for name, values in fits.items()}
    coefficients, covariance, overstated = regression(fits)
    names = [name for name in free_parameters() if not name.startswith("noise.")]
    own = np.arange(len(names))
    covariates = np.log(fits["covariates"])
    among = np.cov(covariates.T)
    slope = coefficients[1:, own]
    joint = np.block(
        [[covariance[np.ix_(own, own)] + slope.T @ among @ slope, slope.T @ among], [among @ slope, among]]
    )
    document = {
        "source": "benchmarks/accuracy/population_prior.py: global two-stage estimate from minimal bodies fitted to "
        f"{len(covariates)} virtual adults of padova-t1d (cohort seed {COHORT_SEED}, life seed {LIFE_SEED}, "
        f"{DAYS} lived days each); logarithms",
        "likelihood_overstated_by": round(overstated, 3),
        "parameters": names,
        "covariates": list(COVARIATES),
        "observation_log_sd": OBSERVATION_LOG_SD,
        "mean": [round(float(one), 5) for one in [*coefficients[0, own], *covariates.mean(axis=0)]],
        "covariance": [[round(float(one), 6) for one in row] for row in 0.5 * (joint + joint.T)],
    }
    out.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    print(f"{len(covariates)} people, likelihood overstated {overstated:.2f} times")


def main() -> None:
    """Runs one of the two stages."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    stages = parser.add_subparsers(dest="stage", required=True)
    first = stages.add_parser("fits")
    first.add_argument("fits", type=Path)
    first.add_argument("--people", type=int, default=75)
    second = stages.add_parser("table")
    second.add_argument("fits", type=Path)
    second.add_argument("out", type=Path)
    asked = parser.parse_args()
    if asked.stage == "fits":
        fit_people(asked.people, asked.fits)
    else:
        make_table(asked.fits, asked.out)


if __name__ == "__main__":
    jax.config.update("jax_enable_x64", True)
    main()
