"""A provider of OpenID Connect on this machine: it asks nobody for a password, and can be told to misbehave.

Its tokens are signed with the cryptography library alone, so that what reads them is checked by something else.
"""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import quote, urlencode

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from local_server import Asked, LocalServer, Reply, serving

CLIENT_ID, CLIENT_SECRET = "glucotwin", "a secret of/the client"  # made up
Json = dict[str, Any]
Change = Callable[[Json], Json]


@cache
def made_up_key(name: str) -> rsa.RSAPrivateKey:
    """A key, made once per process."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def public_key(name: str) -> Json:
    """The public half of a key as a JWK."""
    numbers = made_up_key(name).public_key().public_numbers()
    n, e = (encoded(number.to_bytes(size, "big")) for number, size in ((numbers.n, 256), (numbers.e, 3)))
    return {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": name, "n": n, "e": e}


def signed(header: Json, claims: Json, key: str) -> str:
    """A token signed as its header says, with RS256, HS256 by the public key as everybody has it, or not at all."""
    content = ".".join(encoded(json.dumps(part).encode()) for part in (header, claims))
    private = made_up_key(key)
    if header["alg"] == "RS256":
        signature = private.sign(content.encode(), padding.PKCS1v15(), hashes.SHA256())
    elif header["alg"] == "HS256":
        form = (serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        signature = hmac.digest(private.public_key().public_bytes(*form), content.encode(), "sha256")
    else:
        signature = b""
    return f"{content}.{encoded(signature)}"


def same(content: Json) -> Json:
    return content


@dataclass
class MadeUpProvider:
    """Whoever comes is somebody; codes are good once, with the secret of whom they were given for."""

    subject: str = "subject-1"
    more: Json = field(default_factory=dict)
    """Claims of the token besides those that it has to have."""
    user: Json = field(default_factory=dict)
    key: str = "first"
    published: tuple[str, ...] = ("first",)
    change_claims: Change = same
    change_header: Change = same
    change_description: Change = same
    is_shown: bool = False
    """Whether a page asks before it goes back, as for a browser."""
    url: str = ""
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def __call__(self, asked: Asked) -> Reply:
        answers: dict[str, Callable[[Asked], Reply]] = {
            "/.well-known/openid-configuration": self._description,
            "/keys": lambda _: Reply(value={"keys": [public_key(name) for name in self.published]}),
            "/authorize": self._authorize,
            "/token": self._token,
            "/userinfo": self._userinfo,
            "/end": self._end,
        }
        return answers.get(asked.path, lambda _: Reply(status=404))(asked)

    def _description(self, asked: Asked) -> Reply:
        told = {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            "userinfo_endpoint": f"{self.url}/userinfo",
            "end_session_endpoint": f"{self.url}/end?theme=plain",
            "authorization_response_iss_parameter_supported": True,
        }
        return Reply(value=self.change_description(told))

    def _authorize(self, asked: Asked) -> Reply:
        query = asked.query
        assert (query["client_id"], query["response_type"]) == (CLIENT_ID, "code")
        assert query["code_challenge_method"] == "S256"
        assert "openid" in query["scope"].split()
        code = f"code-{len(self.codes)}"
        self.codes[code] = query
        back = {"code": code, "state": query["state"], "iss": self.url}
        address = f"{query['redirect_uri']}?{urlencode(back)}"
        if self.is_shown:
            page = f'<!doctype html><title>Provider</title><a href="{address.replace("&", "&amp;")}">Continue</a>'
            return Reply(raw=page.encode(), headers={"content-type": "text/html"})
        return Reply(status=302, raw=b"", headers={"location": address})

    def _token(self, asked: Asked) -> Reply:
        secret = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        form_encoded = base64.b64encode(f"{CLIENT_ID}:{quote(CLIENT_SECRET)}".encode()).decode()
        if asked.headers.get("authorization") not in {f"Basic {secret}", f"Basic {form_encoded}"}:
            return Reply(status=401, value={"error": "invalid_client"})
        begun = self.codes.pop(asked.body["code"], None)
        if begun is None or begun["redirect_uri"] != asked.body["redirect_uri"]:
            return Reply(status=400, value={"error": "invalid_grant"})
        if encoded(hashlib.sha256(asked.body["code_verifier"].encode()).digest()) != begun["code_challenge"]:
            return Reply(status=400, value={"error": "invalid_grant"})
        now = int(time.time())
        claims = {
            "iss": self.url,
            "sub": self.subject,
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 300,
            "nonce": begun["nonce"],
            **self.more,
        }
        header = self.change_header({"alg": "RS256", "kid": self.key})
        token = signed(header, self.change_claims(claims), self.key)
        return Reply(value={"access_token": "opaque", "token_type": "Bearer", "expires_in": 300, "id_token": token})

    def _end(self, asked: Asked) -> Reply:
        assert asked.query["client_id"] == CLIENT_ID
        return Reply(status=302, raw=b"", headers={"location": asked.query["post_logout_redirect_uri"]})

    def _userinfo(self, asked: Asked) -> Reply:
        if asked.headers.get("authorization") != "Bearer opaque":
            return Reply(status=401)
        return Reply(value={"sub": self.subject, **self.user})


@contextmanager
def made_up_provider() -> Generator[tuple[MadeUpProvider, LocalServer]]:
    """Runs one."""
    made = MadeUpProvider()
    with serving(made) as server:
        made.url = server.url
        yield made, server
