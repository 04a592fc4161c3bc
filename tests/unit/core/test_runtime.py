"""How JAX is set up."""

from pathlib import Path

import jax
import jax.numpy as jnp
import pytest

from glucotwin.core.runtime import CACHE_VARIABLE, cache_directory, configure_jax


def test_numbers_are_in_double_precision() -> None:
    configure_jax()
    assert jnp.asarray(1.0).dtype == jnp.float64


def test_the_cache_goes_where_the_variable_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path))
    assert cache_directory() == tmp_path


def test_the_compilation_cache_can_be_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    before = jax.config.values["jax_compilation_cache_dir"]
    monkeypatch.setenv(CACHE_VARIABLE, "off")
    configure_jax()
    assert jax.config.values["jax_compilation_cache_dir"] == before
