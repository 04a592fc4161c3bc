"""Which provider of identities an installation trusts, as its operator says in the environment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.message import message

ISSUER, CLIENT = "GLUCOTWIN_OIDC_ISSUER", "GLUCOTWIN_OIDC_CLIENT_ID"
SECRET_FILE, NAME = "GLUCOTWIN_OIDC_SECRET_FILE", "GLUCOTWIN_OIDC_NAME"
PUBLIC = "GLUCOTWIN_PUBLIC_URL"
CALLBACK = "/api/v1/session/provider/callback"
LOCAL = frozenset({"127.0.0.1", "localhost", "::1"})
"""Names of this machine, to which the way needs no encryption."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderSettings:
    """A provider, and as whom this installation is registered there.

    Attributes:
        issuer: the provider's identifier, an address; what it says of itself has to be the same, letter by letter.
        client_id: as whom this installation is registered.
        client_secret: what it proves that with; blank for one that is registered as public.
        name: what people know the provider as.
        public_url: where browsers find this installation, without a path.
    """

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    name: str
    public_url: str

    @property
    def redirect_uri(self) -> str:
        """Where the provider sends browsers back to; to be registered there. Never made from a request's words."""
        return self.public_url + CALLBACK


def provider_settings_of(environment: Mapping[str, str]) -> ProviderSettings | None:
    """The provider that an operator set; None when there is none.

    Args:
        environment: variables of the operator.

    Raises:
        DataError: a part is missing, an address is not one of HTTPS, or the secret cannot be read.
    """
    issuer = environment.get(ISSUER, "").strip()
    if not issuer:
        return None
    client_id, public = (environment.get(name, "").strip() for name in (CLIENT, PUBLIC))
    for name, value in ((CLIENT, client_id), (PUBLIC, public)):
        if not value:
            raise DataError(ErrorCode.INVALID_VALUE, message("provider-setting-missing", name=name), hint=ISSUER)
    public = public.rstrip("/")
    if not is_safe(public) or urlsplit(public).path or "?" in public:
        raise _bad_address(PUBLIC)
    if not is_safe(issuer) or "?" in issuer:
        raise _bad_address(ISSUER)
    return ProviderSettings(
        issuer=issuer,
        client_id=client_id,
        client_secret=_secret(environment.get(SECRET_FILE, "")),
        name=environment.get(NAME, "").strip() or str(urlsplit(issuer).hostname),
        public_url=public,
    )


def is_safe(address: object) -> bool:
    """Whether an address is one of HTTPS, or of this machine; without a fragment or a password."""
    if not isinstance(address, str):
        return False
    try:
        parts = urlsplit(address)
        known = parts.hostname is not None and (parts.port or 1) > 0
    except ValueError:
        return False
    is_local = parts.scheme == "http" and parts.hostname in LOCAL
    return known and "@" not in parts.netloc and not parts.fragment and (parts.scheme == "https" or is_local)


def _secret(path: str) -> str:
    if not path:
        return ""
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(ErrorCode.UNREADABLE_FILE, message("provider-secret-unreadable", path=path)) from error


def _bad_address(name: str) -> DataError:
    return DataError(ErrorCode.INVALID_VALUE, message("provider-bad-address", name=name))
