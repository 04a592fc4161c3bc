from pathlib import Path

import numpy as np
import polars as pl

from glucotwin.trial.mixed import fit_mixed

HERE = Path(__file__).parent
ROWS = pl.read_csv(HERE / "mixed_model_input.csv")
ANSWER = pl.read_csv(HERE / "mixed_model_reference.csv")


def test_a_mixed_model_is_that_of_statsmodels():
    visit, arm = ROWS["visit"].to_numpy(), ROWS["arm"].to_numpy()
    baseline = ROWS["baseline"].to_numpy()
    at = [visit == one for one in range(3)]
    terms = np.column_stack([*at, *(one * arm for one in at), baseline - baseline.mean()]).astype(float)
    fit = fit_mixed(terms, ROWS["outcome"].to_numpy(), ROWS["person"].to_numpy())
    np.testing.assert_allclose(fit.coefficients, ANSWER["estimate"].to_numpy(), rtol=0.0, atol=1e-5)
    np.testing.assert_allclose(np.sqrt(np.diag(fit.model_covariance)), ANSWER["se"].to_numpy(), rtol=1e-3)
    np.testing.assert_allclose(fit.ratio, ANSWER["ratio"][0], rtol=1e-3)
    # The data were made with just that correlation, so that errors without that assumption are near.
    np.testing.assert_allclose(np.sqrt(np.diag(fit.robust_covariance)), ANSWER["se"].to_numpy(), rtol=0.35)
