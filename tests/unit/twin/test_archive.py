import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from glucotwin.core.error import ConflictError, DataError, ErrorCode, NotFoundError
from glucotwin.domain.imputation import ImputationReason, Imputed, ImputedInput, ImputedSpan
from glucotwin.forecast.predict import forecast_glucose
from glucotwin.twin.archive import load_twin, save_twin
from glucotwin.twin.covariate import Covariates
from glucotwin.twin.latent.estimate import Latent, LatentKind, Latents
from glucotwin.twin.personal_model import free_parameters
from glucotwin.twin.twin import Posterior, Twin
from made_up_person import made_up_twin
from synthetic_person import ORIGIN, synthetic_timeline, synthetic_twin


def saved(folder: Path, twin: Twin | None = None) -> Path:
    return save_twin(made_up_twin() if twin is None else twin, folder / "twin.json")


def edited(path: Path, *where: str | int, value: object) -> Path:
    """The file with one value changed, deep inside."""
    document: Any = json.loads(path.read_text())
    inner = document
    for step in where[:-1]:
        inner = inner[step]
    inner[where[-1]] = value
    path.write_text(json.dumps(document))
    return path


def code_of(path: Path) -> ErrorCode:
    with pytest.raises(DataError) as caught:
        load_twin(path)
    return caught.value.code


@pytest.mark.slow
def test_round_trip_loses_nothing(tmp_path: Path) -> None:
    twin = synthetic_twin()
    back = load_twin(saved(tmp_path, twin))
    assert np.array_equal(back.posterior.mean, twin.posterior.mean)
    assert np.array_equal(back.posterior.covariance, twin.posterior.covariance)
    same = replace(back, posterior=twin.posterior)
    assert same == replace(twin, posterior=twin.posterior)
    assert back.version == twin.version


def test_what_was_imputed_and_how_uncertain_the_weight_is_are_kept(tmp_path: Path) -> None:
    noon = datetime(2024, 3, 1, 12, tzinfo=UTC)
    span = ImputedSpan(start=noon, end=noon + timedelta(hours=1.0 / 3.0))
    imputed = Imputed(
        quantity=ImputedInput.BASAL,
        reason=ImputationReason.BASAL_USUAL,
        spans=(span,),
        hours=1.0 / 3.0,
        sd_fraction=0.35,
    )
    plain = made_up_twin()
    twin = replace(plain, diagnostics=replace(plain.diagnostics, imputed=(imputed,)), weight_log_sd=0.22)
    back = load_twin(saved(tmp_path, twin))
    assert back.diagnostics.imputed == (imputed,)
    assert back.weight_log_sd == 0.22
    assert twin.content_hash() != plain.content_hash()


def test_twin_of_before_the_weight_was_uncertain_is_read_as_it_was(tmp_path: Path) -> None:
    path = saved(tmp_path)
    document = json.loads(path.read_text())
    del document["weight_log_sd"], document["diagnostics"]["imputed"]
    path.write_text(json.dumps(document))
    assert load_twin(path).weight_log_sd == 0.0
    assert load_twin(path).diagnostics.imputed == ()


@pytest.mark.slow
def test_loaded_twin_forecasts_exactly_the_same(tmp_path: Path) -> None:
    twins = (synthetic_twin(), load_twin(saved(tmp_path, synthetic_twin())))
    both = [forecast_glucose(one, synthetic_timeline(), origin=ORIGIN) for one in twins]
    assert both[0].to_json() == both[1].to_json()
    assert np.array_equal(both[0].median_mgdl, both[1].median_mgdl)


def test_file_holds_no_code_and_says_what_it_is(tmp_path: Path) -> None:
    document = json.loads(saved(tmp_path).read_text())
    assert document["schema"] == "glucotwin-twin/3"
    assert document["version"] == made_up_twin().version


def test_saving_does_not_overwrite_unless_told_to(tmp_path: Path) -> None:
    path = saved(tmp_path)
    before = path.read_bytes()
    other = replace(made_up_twin(), daily_insulin_u=50.0)
    with pytest.raises(ConflictError) as caught:
        save_twin(other, path)
    assert caught.value.code is ErrorCode.ALREADY_EXISTS
    assert path.read_bytes() == before
    save_twin(other, path, overwrite=True)
    assert load_twin(path).daily_insulin_u == 50.0


@pytest.mark.parametrize(
    ("where", "value"),
    [
        (("posterior", "mean", 3), 0.25),
        (("posterior", "covariance", 2), [0.0] * 16),
        (("effect", "correction_factor_mgdl_per_u"), 60.0),
        (("band_factors", "30"), 0.1),
        (("person", "pregnant"), True),
        (("person", "zone"), "Europe/Berlin"),
        (("weight_kg",), 50.0),
        (("basal_u_per_min",), 0.1),
        (("content_hash",), "0" * 64),
    ],
)
def test_changed_number_is_noticed(tmp_path: Path, where: tuple[str | int, ...], value: object) -> None:
    assert code_of(edited(saved(tmp_path), *where, value=value)) is ErrorCode.DAMAGED_ARTEFACT


@pytest.mark.parametrize(
    ("where", "value"),
    [
        (("posterior", "mean"), [0.0, 1.0]),
        (("posterior", "mean", 0), "many"),
        (("posterior",), None),
        (("posterior",), []),
        (("window", "start"), "yesterday"),
        (("window", "end"), "1999-01-01T00:00:00+00:00"),
        (("window",), "always"),
        (("person", "zone"), "Mars/Olympus"),
        (("person",), 7),
        (("effect",), {}),
        (("band_factors",), {"soon": 1.0}),
        (("band_factors",), None),
        (("parameters",), ["one", "two"]),
        (("manifest",), None),
        (("diagnostics",), "good"),
    ],
)
def test_impossible_content_is_a_damaged_twin(tmp_path: Path, where: tuple[str | int, ...], value: object) -> None:
    assert code_of(edited(saved(tmp_path), *where, value=value)) is ErrorCode.DAMAGED_ARTEFACT


def test_missing_part_is_a_damaged_twin(tmp_path: Path) -> None:
    path = saved(tmp_path)
    whole = json.loads(path.read_text())
    for name in set(whole) - {"schema", "version", "weight_log_sd"}:
        path.write_text(json.dumps({key: value for key, value in whole.items() if key != name}))
        assert code_of(path) is ErrorCode.DAMAGED_ARTEFACT, name


def test_truncated_file_is_not_a_twin(tmp_path: Path) -> None:
    path = saved(tmp_path)
    path.write_text(path.read_text()[:-200])
    assert code_of(path) is ErrorCode.UNRECOGNISED_FORMAT


@pytest.mark.parametrize("content", [b"", b"twin", b"[]", b"7", b"\xff\xfe\x00", b"PAR1", b"[" * 100_000])
def test_file_that_is_not_a_twin_says_so(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "twin.json"
    path.write_bytes(content)
    assert code_of(path) is ErrorCode.UNRECOGNISED_FORMAT


def test_other_format_version_is_named(tmp_path: Path) -> None:
    path = edited(saved(tmp_path), "schema", value="glucotwin-twin/99")
    with pytest.raises(DataError, match="glucotwin-twin/99") as caught:
        load_twin(path)
    assert caught.value.code is ErrorCode.UNSUPPORTED_VERSION


def test_huge_file_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "twin.json"
    with path.open("wb") as file:
        file.truncate(3 * 2**30)
    assert code_of(path) is ErrorCode.FILE_TOO_LARGE


@pytest.mark.parametrize("name", ["absent.json", "."])
def test_missing_file_and_folder_are_unreadable(tmp_path: Path, name: str) -> None:
    assert code_of(tmp_path / name) is ErrorCode.UNREADABLE_FILE


def test_saving_where_there_is_no_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="There is no folder"):
        save_twin(made_up_twin(), tmp_path / "absent" / "twin.json")


def test_failed_save_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(DataError, match="No space left"):
        save_twin(made_up_twin(), tmp_path / "twin.json")
    assert list(tmp_path.iterdir()) == []


def test_twin_that_is_not_finite_is_not_saved(tmp_path: Path) -> None:
    with pytest.raises((DataError, ValueError)):
        save_twin(replace(made_up_twin(), basal_u_per_min=float("nan")), tmp_path / "twin.json")
    assert list(tmp_path.iterdir()) == []


def test_file_of_the_first_version_is_still_read() -> None:
    twin = load_twin(Path(__file__).parents[2] / "golden" / "archive" / "twin-1.json")
    assert twin.posterior.sample is None
    assert twin.diagnostics.method == "map"
    assert twin.version.endswith(twin.content_hash()[:8])


def test_file_of_the_second_version_is_still_read() -> None:
    twin = load_twin(Path(__file__).parents[2] / "golden" / "archive" / "twin-2.json")
    assert twin.posterior.sample is not None
    assert (twin.body, twin.covariates) == ("minimal", None)
    assert twin.version.endswith(twin.content_hash()[:8])


def test_what_the_prior_was_conditioned_on_is_kept_and_counts_for_the_hash(tmp_path: Path) -> None:
    plain = made_up_twin()
    twin = replace(plain, covariates=Covariates(weight_kg=70.0, daily_insulin_u=34.0))
    assert load_twin(saved(tmp_path, twin)).covariates == twin.covariates
    assert twin.content_hash() != plain.content_hash()


def test_twin_of_another_body_has_its_own_parameters(tmp_path: Path) -> None:
    count = len(free_parameters("padova-t1d-reduced"))
    posterior = Posterior(mean=np.zeros(count), covariance=0.01 * np.eye(count))
    twin = replace(made_up_twin(), body="padova-t1d-reduced", posterior=posterior, covariates=Covariates())
    path = saved(tmp_path, twin)
    assert load_twin(path).body == "padova-t1d-reduced"
    assert code_of(edited(path, "body", value="minimal")) is ErrorCode.DAMAGED_ARTEFACT
    assert code_of(edited(path, "body", value="golem")) is ErrorCode.DAMAGED_ARTEFACT


def with_sample(twin: Twin) -> Twin:
    sample = np.round(np.asarray(twin.draws(40)), 5)
    return replace(twin, posterior=Posterior(mean=sample.mean(axis=0), covariance=np.cov(sample.T), sample=sample))


def test_sample_survives_and_counts_for_the_hash(tmp_path: Path) -> None:
    twin = with_sample(made_up_twin())
    back = load_twin(saved(tmp_path, twin))
    assert back.posterior.sample is not None
    assert np.array_equal(back.posterior.sample, np.asarray(twin.posterior.sample))
    assert np.array_equal(np.asarray(back.draws(5)), np.asarray(twin.draws(5)))
    assert replace(twin, posterior=replace(twin.posterior, sample=None)).content_hash() != twin.content_hash()


@pytest.mark.parametrize("sample", [[], [[0.0]], [0.0], [[float("1e999")] * 16]])
def test_sample_that_does_not_fit_its_parameters_is_damage(tmp_path: Path, sample: object) -> None:
    assert code_of(edited(saved(tmp_path), "posterior", "sample", value=sample)) is ErrorCode.DAMAGED_ARTEFACT


def test_what_differed_from_day_to_day_is_kept_and_told_apart(tmp_path: Path) -> None:
    noon = datetime(2024, 3, 1, 12, tzinfo=UTC)
    meal = Latent(
        kind=LatentKind.MEAL_CARBS,
        start=noon,
        end=noon + timedelta(minutes=5),
        mean=0.2,
        sd=0.1,
        prior_mean=0.0,
        prior_sd=0.3,
        recorded_g=40.0,
    )
    latents = Latents(estimates=(meal,), spreads={LatentKind.MEAL_CARBS: 0.3}, weight=0.8)
    twin = replace(made_up_twin(), latents=latents)
    back = load_twin(saved(tmp_path, twin))
    assert back.latents == latents
    assert twin.version != made_up_twin().version
    path = edited(tmp_path / "twin.json", "latents", "estimates", 0, "mean", value=0.3)
    assert code_of(path) is ErrorCode.DAMAGED_ARTEFACT
