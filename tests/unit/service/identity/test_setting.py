"""What an operator says of a provider, and what is refused of it."""

from pathlib import Path

import pytest

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.service.identity.setting import is_safe, provider_settings_of

WHOLE = {
    "GLUCOTWIN_OIDC_ISSUER": "https://login.clinic.example/realms/clinic",
    "GLUCOTWIN_OIDC_CLIENT_ID": "glucotwin",
    "GLUCOTWIN_PUBLIC_URL": "https://twin.clinic.example/",
}


def test_nothing_set_is_no_provider() -> None:
    assert provider_settings_of({"GLUCOTWIN_PUBLIC_URL": "https://twin.clinic.example"}) is None


def test_what_is_set_and_what_follows_from_it(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("hidden\n", encoding="utf-8")
    found = provider_settings_of({**WHOLE, "GLUCOTWIN_OIDC_SECRET_FILE": str(secret)})
    assert found is not None
    assert (found.name, found.client_secret) == ("login.clinic.example", "hidden")
    assert found.redirect_uri == "https://twin.clinic.example/api/v1/session/provider/callback"
    assert "hidden" not in repr(found)
    named = provider_settings_of({**WHOLE, "GLUCOTWIN_OIDC_NAME": "Clinic"})
    assert named is not None
    assert (named.name, named.client_secret) == ("Clinic", "")


@pytest.mark.parametrize("name", ["GLUCOTWIN_OIDC_CLIENT_ID", "GLUCOTWIN_PUBLIC_URL"])
def test_a_missing_part_is_named(name: str) -> None:
    with pytest.raises(DataError, match=name):
        provider_settings_of({**WHOLE, name: " "})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GLUCOTWIN_OIDC_ISSUER", "http://login.clinic.example"),
        ("GLUCOTWIN_OIDC_ISSUER", "login.clinic.example"),
        ("GLUCOTWIN_OIDC_ISSUER", "https://login.clinic.example?x=1"),
        ("GLUCOTWIN_PUBLIC_URL", "http://twin.clinic.example"),
        ("GLUCOTWIN_PUBLIC_URL", "https://twin.clinic.example/somewhere"),
        ("GLUCOTWIN_PUBLIC_URL", "https://user@twin.clinic.example"),
        ("GLUCOTWIN_PUBLIC_URL", "https://twin.clinic.example:port"),
    ],
)
def test_an_address_that_gives_secrets_away_is_refused(name: str, value: str) -> None:
    with pytest.raises(DataError, match=name) as caught:
        provider_settings_of({**WHOLE, name: value})
    assert caught.value.code is ErrorCode.INVALID_VALUE


def test_a_secret_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="nothing") as caught:
        provider_settings_of({**WHOLE, "GLUCOTWIN_OIDC_SECRET_FILE": str(tmp_path / "nothing")})
    assert caught.value.code is ErrorCode.UNREADABLE_FILE


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://a.example/x?y=1", True),
        ("http://127.0.0.1:8000/x", True),
        ("http://localhost.example", False),
        ("https://a.example/#x", False),
        ("javascript:alert(1)", False),
        (None, False),
    ],
)
def test_which_addresses_are_safe(address: object, expected: bool) -> None:
    assert is_safe(address) is expected
