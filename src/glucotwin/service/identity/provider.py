"""A provider of OpenID Connect: found by its own description, asked by code with PKCE, believed by its signed token.

Authlib makes the requests (RFC 6749, 7636) and knows an ID token's claims, joserfc its signature; both come with the
extra ``oidc``. Sources: OpenID Connect Core 1.0 (3.1.3.7: what has to be checked of a token), Discovery 1.0, RFC 9207.
"""

import ssl
import threading
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2
from authlib.common.urls import add_params_to_uri
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from glucotwin.service.identity.answer import Identity, refused, strange, unreachable
from glucotwin.service.identity.pending import Pending
from glucotwin.service.identity.setting import ProviderSettings, is_safe

WELL_KNOWN = "/.well-known/openid-configuration"
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
SCOPE = "openid profile email"
ALGORITHMS = ("RS256", "ES256")
"""Only these: a token without a signature, or signed with what everybody may read as a secret, is none."""
LEEWAY_S = 60
TIMEOUT_S = 5.0
KEPT_S = 3600.0
"""For how long the provider's description and keys are believed."""
PAUSE_S = 10.0
"""For how long it is not asked again after it failed, or for a key that it did not have."""

Json = dict[str, Any]
Client = Any
"""``OAuth2Client``, which inherits from either of two libraries, as is decided while it is loaded."""


@dataclass(slots=True)
class Provider:
    """One provider, of whom the description and the keys are kept for an hour.

    Attributes:
        settings: of the operator.
        clock: the present in seconds since 1970, by which tokens are judged.
        steady: seconds that only rise, for what is kept.
    """

    settings: ProviderSettings
    clock: Callable[[], float] = time.time
    steady: Callable[[], float] = time.monotonic
    _kept: dict[str, tuple[float, Json]] = field(default_factory=dict)
    _pause_until: float = 0.0
    _keys_after: float = 0.0
    _tls: ssl.SSLContext = field(default_factory=httpx2.create_ssl_context)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def address(self, pending: Pending) -> str:
        """Where a browser has to go to sign in.

        Raises:
            ProviderError: the provider's description cannot be had.
        """
        told = self._description()
        with self._client(told) as client:
            made, _ = client.create_authorization_url(
                told["authorization_endpoint"],
                state=pending.state,
                code_verifier=pending.verifier,
                nonce=pending.nonce,
            )
        return str(made)

    def end_address(self) -> str | None:
        """Where a browser has to go to sign out there (RP-Initiated Logout 1.0); None where there is no such place.

        Raises:
            ProviderError: the provider's description cannot be had.
        """
        told = self._description().get("end_session_endpoint")
        if told is None:
            return None
        if not is_safe(told):
            raise strange()
        back = self.settings.public_url + "/"
        words = {"client_id": self.settings.client_id, "post_logout_redirect_uri": back}
        return str(add_params_to_uri(told, list(words.items())))

    def identity(self, code: str, pending: Pending, *, issuer: str = "", wants_name: bool = True) -> Identity:
        """Who came back.

        Args:
            code: with which they came back.
            pending: what was begun.
            issuer: who sent them back, where the provider says so (RFC 9207); blank otherwise.
            wants_name: whether to ask the provider once more when its token tells no name.

        Raises:
            NotSignedInError: the provider does not know the code, or its token is not for this sign-in.
            ProviderError: the provider cannot be reached, or answers what no provider does.
        """
        told = self._description()
        says = told.get("authorization_response_iss_parameter_supported") is True
        if (issuer or says) and issuer != self.settings.issuer:
            raise refused()
        with self._client(told) as client:
            token = self._token(client, told["token_endpoint"], code, pending)
            claims = self._claims(token, pending)
            if wants_name and not claims.get("name") and "userinfo_endpoint" in told:
                claims = self._with_user(client, told["userinfo_endpoint"], claims)
        return self._identity(claims)

    @contextmanager
    def _client(self, told: Mapping[str, Any]) -> Generator[Client]:
        ways = told.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        way = "client_secret_basic" if "client_secret_basic" in ways else "client_secret_post"
        made: Client = OAuth2Client(
            self.settings.client_id,
            self.settings.client_secret or None,
            token_endpoint_auth_method=way if self.settings.client_secret else "none",
            scope=SCOPE,
            redirect_uri=self.settings.redirect_uri,
            code_challenge_method="S256",
            timeout=TIMEOUT_S,
            trust_env=False,
            verify=self._tls,
        )
        with made as client:
            yield client

    def _token(self, client: Client, endpoint: str, code: str, pending: Pending) -> Json:
        try:
            token = client.fetch_token(
                endpoint, grant_type="authorization_code", code=code, code_verifier=pending.verifier
            )
        except OAuthError as error:
            raise refused() from error
        except httpx2.HTTPError as error:
            raise unreachable() from error
        except ValueError as error:
            raise strange() from error
        if not isinstance(token.get("id_token"), str):
            raise strange()
        return dict(token)

    def _claims(self, token: Json, pending: Pending) -> CodeIDToken:
        """What the token says, when it is signed by the provider, for us, for this sign-in, and holds now."""
        try:
            opened = self._opened(token["id_token"])
            claims = CodeIDToken(
                opened.claims,
                opened.header,
                options={
                    "iss": {"essential": True, "value": self.settings.issuer},
                    "aud": {"essential": True, "value": self.settings.client_id},
                    "sub": {"essential": True},
                },
                params={
                    "nonce": pending.nonce,
                    "client_id": self.settings.client_id,
                    "access_token": token.get("access_token"),
                },
            )
            claims.validate(now=int(self.clock()), leeway=LEEWAY_S)
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise refused() from error
        return claims

    def _opened(self, text: str) -> jwt.Token:
        """A token whose signature is right. A key that is not known yet is asked for, once in a while."""
        try:
            return jwt.decode(text, self._keys(), algorithms=ALGORITHMS)
        except InvalidKeyIdError:
            now = self.steady()
            if now < self._keys_after:
                raise
            self._keys_after = now + PAUSE_S
            self._kept.pop("keys", None)
        return jwt.decode(text, self._keys(), algorithms=ALGORITHMS)

    def _with_user(self, client: Client, endpoint: str, claims: CodeIDToken) -> Json:
        """The claims with what the provider tells beside its token, if it tells of the same subject."""
        try:
            told = client.get(endpoint).json()
        except (OAuthError, httpx2.HTTPError, ValueError):
            return dict(claims)
        is_same = isinstance(told, dict) and told.get("sub") == claims["sub"]
        return {**told, **claims} if is_same else dict(claims)

    def _identity(self, claims: Mapping[str, Any]) -> Identity:
        def text(name: str) -> str:
            value = claims.get(name)
            return value.strip() if isinstance(value, str) else ""

        return Identity(
            issuer=self.settings.issuer,
            subject=claims["sub"],
            name=text("name") or text("preferred_username"),
            mail=text("email") if claims.get("email_verified") is True else "",
            locale=text("locale"),
        )

    def _keys(self) -> KeySet:
        found = self._get("keys", self._description()["jwks_uri"])
        try:
            return KeySet.import_key_set({"keys": found["keys"]})
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise strange() from error

    def _description(self) -> Json:
        told = self._get("description", self.settings.issuer.rstrip("/") + WELL_KNOWN)
        if told.get("issuer") != self.settings.issuer or not all(is_safe(told.get(name)) for name in ENDPOINTS):
            raise strange()
        if not is_safe(told.get("userinfo_endpoint", self.settings.issuer)):
            raise strange()
        return told

    def _get(self, name: str, url: str) -> Json:
        """What stands at an address, kept for a while; after a failure nobody waits for another one at once."""
        with self._lock:
            now = self.steady()
            until, found = self._kept.get(name, (0.0, {}))
            if until > now:
                return found
            if self._pause_until > now:
                raise unreachable()
            try:
                answer = httpx2.get(url, timeout=TIMEOUT_S, trust_env=False, verify=self._tls)
                answer.raise_for_status()
                found = answer.json()
            except httpx2.HTTPError as error:
                self._pause_until = now + PAUSE_S
                raise unreachable() from error
            except ValueError as error:
                raise strange() from error
            if not isinstance(found, dict):
                raise strange()
            self._kept[name] = (now + KEPT_S, found)
            return found
