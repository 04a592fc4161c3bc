"""Makes the joint prior of the reduced UVA/Padova body: ``padova_t1d_reduced_population.json``.

Accepted virtual adults (``glucotwin.simulate.population``) carry the parameters themselves, so nothing is fitted: the
table is the mean and covariance, on the logarithm (logit of fractions), of what is fitted, what is tied to it, and what
may be known of a person. What is fitted is then given the spread that real records add (``EXTRA_LOG_SD``): meals are
miscounted, the usual basal rate need not hold glucose level, and the body that predicts is not the body that acts.

    uv run python benchmarks/accuracy/reduced_prior.py src/glucotwin/twin/data/padova_t1d_reduced_population.json
        [--people 500]
"""

import argparse
import json
from pathlib import Path

import numpy as np
from population_prior import COHORT_SEED, COVARIATES, OBSERVATION_LOG_SD

from glucotwin.physiology.padova.reduced import BLOCKS, reduced_parameters, reduced_values
from glucotwin.physiology.parameter import PriorKind
from glucotwin.physiology.subject import Subject
from glucotwin.simulate.population import accepted_people
from glucotwin.twin.body.padova_t1d_reduced import FRACTIONS

PERIOD_OF_BLOCK = {
    "night": (("dinner", 4.0), ("breakfast", 2.0)),
    "morning": (("breakfast", 1.0),),
    "afternoon": (("lunch", 1.0),),
    "evening": (("dinner", 1.0),),
}
"""Periods of the simulator's intraday pattern in each block of the day, with their hours."""

EXTRA_LOG_SD = {
    "insulin.dissociated_absorption_per_min": 0.2,
    "insulin.production_rate_per_min": 0.2,
    "gut.emptying_max_per_min": 0.3,
    "glucose.volume_dl_per_kg": 0.25,
    "glucose.basal_mgdl": 0.2,
    "glucose.production_glucose_effect_per_min": 0.3,
    **{f"glucose.sensitivity_{block}": 0.3 for block in BLOCKS},
}
EXTRA_SENSITIVITY_LOG_SD = 0.5
"""Shared by all blocks: fits to predictions find weaker insulin than doses have (docs/decisions/0006)."""


def row_of(subject: Subject) -> dict[str, float]:
    """A person's parameters and covariates."""
    values = reduced_values(subject.values)
    for block, periods in PERIOD_OF_BLOCK.items():
        hours = sum(length for _, length in periods)
        log_factor = sum(length * np.log(subject.values[f"circadian.sensitivity_{name}"]) for name, length in periods)
        values[f"glucose.sensitivity_{block}"] *= float(np.exp(log_factor / hours))
    known = {name: getattr(subject, name, None) for name in COVARIATES}
    known["daily_insulin_u"] = subject.total_daily_insulin_u
    known["duration_years"] = subject.values["duration_years"]
    return values | {name: float(value) for name, value in known.items() if value is not None}


def transformed(name: str, values: np.ndarray) -> np.ndarray:
    """Logarithm, of fractions the logit."""
    return np.log(values / (1.0 - values)) if name in FRACTIONS else np.log(values)


def make_table(count: int, out: Path) -> None:
    """Writes the joint distribution."""
    subjects, _ = accepted_people("adult", count, seed=COHORT_SEED)
    rows = [row_of(one) for one in subjects]
    free = [name for name, record in reduced_parameters().items() if record.prior is not PriorKind.FIXED]
    columns = {name: np.array([row[name] for row in rows]) for name in (*reduced_parameters(), *COVARIATES)}
    tied = [
        name
        for name in reduced_parameters()
        if name not in free and np.ptp(columns[name]) > 1e-9 * abs(columns[name].mean())
    ]
    names = [*free, *tied]
    table = np.stack([transformed(name, columns[name]) for name in (*names, *COVARIATES)], axis=1)
    covariance = np.cov(table.T)
    extra = np.diag([EXTRA_LOG_SD.get(name, 0.0) ** 2 for name in (*names, *COVARIATES)])
    blocks = [names.index(f"glucose.sensitivity_{block}") for block in BLOCKS]
    extra[np.ix_(blocks, blocks)] += EXTRA_SENSITIVITY_LOG_SD**2
    covariance = covariance + extra
    document = {
        "source": f"benchmarks/accuracy/reduced_prior.py: {count} accepted virtual adults of padova-t1d (cohort seed "
        f"{COHORT_SEED}), widened for real records; logarithms, logits of {', '.join(sorted(FRACTIONS))}",
        "parameters": names,
        "covariates": list(COVARIATES),
        "observation_log_sd": OBSERVATION_LOG_SD,
        "mean": [round(float(one), 5) for one in table.mean(axis=0)],
        "covariance": [[round(float(one), 6) for one in row] for row in 0.5 * (covariance + covariance.T)],
    }
    out.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    print(f"{count} people, {len(free)} fitted, {len(tied)} tied")


def main() -> None:
    """Makes the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--people", type=int, default=500)
    asked = parser.parse_args()
    make_table(asked.people, asked.out)


if __name__ == "__main__":
    main()
