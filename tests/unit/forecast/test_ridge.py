import numpy as np
import pytest

from glucotwin.forecast.ridge import LinearModel, fit_ridge


def rows() -> tuple[np.ndarray, np.ndarray]:
    first, second = np.meshgrid(np.linspace(-1, 1, 30), np.linspace(5, 9, 30))
    features = np.stack([first.ravel(), second.ravel(), np.full(900, 3.0)], axis=1)
    return features, 2.0 * features[:, 0] - features[:, 1] + 7.0


def test_a_plane_is_found_and_a_constant_column_does_no_harm() -> None:
    features, target = rows()
    assert fit_ridge(features, target, penalty=1e-6).predict(features) == pytest.approx(target, abs=1e-6)


def test_missing_values_count_as_the_mean() -> None:
    features, target = rows()
    model = fit_ridge(features, target)
    unknown = np.full((1, 3), np.nan)
    assert model.predict(unknown) == pytest.approx([model.intercept])


def test_stored_models_answer_the_same() -> None:
    features, target = rows()
    model = fit_ridge(features, target)
    assert np.array_equal(LinearModel.from_arrays(model.to_arrays()).predict(features), model.predict(features))
