from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from glucotwin.cli.fit import METHODS
from glucotwin.core.error import ErrorCode, ModelError
from glucotwin.twin.diagnostic import Diagnostics, Sampling, Verdict
from glucotwin.twin.fit import fit_twin
from glucotwin.twin.method import FIT_METHODS, fit_method
from glucotwin.twin.problem import FitSettings
from glucotwin.twin.twin import Twin
from synthetic_person import FITTED, synthetic_timeline, synthetic_twin


@cache
def sampled(method: str) -> Twin:
    settings = FitSettings(chains=2, warm_up=60, draws=60)
    return fit_twin(synthetic_timeline(), window=FITTED, method=method, settings=settings)


def diagnostics(warnings: tuple[str, ...]) -> Diagnostics:
    return replace(synthetic_twin().diagnostics, warnings=warnings)


def test_commands_methods_are_those_of_the_registry() -> None:
    assert tuple(FIT_METHODS) == METHODS


def test_unknown_method_is_refused() -> None:
    with pytest.raises(ModelError) as caught:
        fit_method("guess")
    assert caught.value.code is ErrorCode.UNKNOWN_NAME
    assert "nuts" in caught.value.hint


@pytest.mark.parametrize(
    ("warnings", "verdict"),
    [
        ((), Verdict.PASS),
        (("fit-many-gaps",), Verdict.CAUTION),
        (("fit-many-gaps", "fit-chains-disagree"), Verdict.FAIL),
        (("fit-not-converged",), Verdict.FAIL),
    ],
)
def test_warnings_decide_the_verdict(warnings: tuple[str, ...], verdict: Verdict) -> None:
    assert diagnostics(warnings).verdict is verdict


@pytest.mark.parametrize(
    ("changes", "warning"),
    [
        ({"largest_r_hat": 1.06}, "fit-chains-disagree"),
        ({"largest_r_hat": float("nan")}, "fit-chains-disagree"),
        ({"smallest_tail_ess": 99.0}, "fit-few-effective-draws"),
        ({"divergent_fraction": 0.03}, "fit-divergences"),
    ],
)
def test_bad_samples_are_told_of(changes: dict[str, float], warning: str) -> None:
    good = Sampling(chains=4, draws=500, largest_r_hat=1.01, smallest_bulk_ess=400.0, smallest_tail_ess=300.0)
    assert good.warnings() == ()
    assert replace(good, **changes).warnings() == (warning,)


@pytest.mark.slow
def test_samples_agree_with_the_normal_posterior() -> None:
    posterior, normal = sampled("nuts").posterior, synthetic_twin().posterior
    assert posterior.sample is not None
    sd = np.sqrt(np.diag(normal.covariance))
    assert np.all(np.abs(posterior.mean - normal.mean) < 1.0 * sd + 0.2)
    ratio = np.sqrt(np.diag(posterior.covariance)) / sd
    assert 0.6 < float(np.median(ratio)) < 1.5
    assert sampled("nuts").diagnostics.method == "nuts"
    assert sampled("nuts").diagnostics.sampling is not None
