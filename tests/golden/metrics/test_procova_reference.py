from pathlib import Path

import numpy as np
import polars as pl
import pytest

from glucotwin.trial.procova import people_per_arm
from glucotwin.trial.regression import Errors, fit_least_squares

HERE = Path(__file__).parent
TRIAL = pl.read_csv(HERE / "procova_input.csv")
ANSWERS = {row["model"]: row for row in pl.read_csv(HERE / "procova_reference.csv").iter_rows(named=True)}
SIZES = pl.read_csv(HERE / "procova_sample_size.csv")


def terms_of(model: str) -> np.ndarray:
    arm = TRIAL["arm"].to_numpy().astype(float)
    score = TRIAL["prognostic_score"].to_numpy()
    around = score - score.mean()
    more = {"unadjusted": [], "PROCOVA": [score], "ANCOVA2": [around, arm * around]}[model.split()[0]]
    return np.column_stack([np.ones(arm.size), arm, *more])


@pytest.mark.parametrize("model", ANSWERS)
@pytest.mark.parametrize(("errors", "column"), [("OLS", "ols"), ("HC0", "HC0"), ("HC1", "HC1"), ("HC3", "HC3")])
def test_estimates_and_errors_are_those_of_r(model: str, errors: Errors, column: str):
    fit = fit_least_squares(terms_of(model), TRIAL["outcome"].to_numpy(), errors=errors)
    assert float(fit.coefficients[1]) == pytest.approx(ANSWERS[model]["ate"], rel=1e-9)
    assert float(fit.se(1)) == pytest.approx(ANSWERS[model][f"se_{column}"], rel=1e-9)


def test_many_replicates_at_once_give_what_each_gives_alone():
    terms, outcome = terms_of("PROCOVA"), TRIAL["outcome"].to_numpy()
    both = fit_least_squares(np.stack([terms, terms]), np.stack([outcome, 2.0 * outcome]))
    alone = fit_least_squares(terms, outcome)
    np.testing.assert_allclose(both.coefficients, [alone.coefficients, 2.0 * alone.coefficients], rtol=1e-12)
    np.testing.assert_allclose(both.covariance[1], 4.0 * alone.covariance, rtol=1e-9)


def test_sample_sizes_are_those_of_r():
    found = [
        people_per_arm(
            sd=row["sigma"],
            effect=row["tau"],
            correlation=row["rho"],
            deflation=row["lambda"],
            inflation=row["gamma"],
        )
        for row in SIZES.iter_rows(named=True)
    ]
    assert found == SIZES["n_per_arm"].to_list()
    assert len(found) == 64
