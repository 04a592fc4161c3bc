"""A provider of identities that is set wrongly, or without what it needs, ends the service before it begins."""

import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

Invoke = Callable[..., CompletedProcess[str]]


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GLUCOTWIN_OIDC_ISSUER", "https://login.clinic.example")
    monkeypatch.setenv("GLUCOTWIN_OIDC_CLIENT_ID", "glucotwin")
    monkeypatch.setenv("GLUCOTWIN_PUBLIC_URL", "https://twin.clinic.example")


@pytest.mark.usefixtures("provider")
def test_a_missing_setting_is_named(invoke: Invoke, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("GLUCOTWIN_OIDC_CLIENT_ID")
    finished = invoke("serve", "--data", tmp_path / "data", "--port", 0, "--no-browser")
    assert finished.returncode == 2
    assert "error[invalid-value]" in finished.stderr
    assert "GLUCOTWIN_OIDC_CLIENT_ID" in finished.stderr
    assert not (tmp_path / "data").exists()


@pytest.mark.usefixtures("provider")
def test_the_extra_that_it_needs_is_named(invoke: Invoke, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "glucotwin.service.identity.provider", None)
    finished = invoke("serve", "--data", tmp_path / "data", "--port", 0, "--no-browser")
    assert finished.returncode == 2
    assert "glucotwin[oidc]" in finished.stderr
