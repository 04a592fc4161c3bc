"""Web push: an alarm to a browser or phone through its maker's push service, which cannot read it.

Encryption of messages: RFC 8291 with ``aes128gcm`` of RFC 8188. Who sends: RFC 8292 (VAPID), a token signed with the
installation's key.
"""

import base64
import json
import secrets
import time
from collections.abc import Mapping

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.message import message
from glucotwin.workflows.channel.address import check_address, post
from glucotwin.workflows.channel.channel import Channel, Notice, Outgoing, Settings

CURVE = ec.SECP256R1()
RECORD_BYTES, SALT_BYTES, AUTH_BYTES, KEY_BYTES = 4096, 16, 16, 65
LONGEST_TEXT = 3000
USEFUL_S = 900
"""An alarm that a phone gets later than this is of no use."""
TOKEN_S = 12 * 3600


class Push(Channel):
    """Sends to a browser's subscription."""

    kind = "push"
    fields = ("endpoint", "p256dh", "auth")

    def check(self, settings: Settings, outgoing: Outgoing) -> None:
        """Passes for a subscription as browsers make them."""
        if not outgoing.push_key:
            raise DataError(ErrorCode.INVALID_VALUE, message("channel-no-push"))
        check_address(settings["endpoint"], allow_private=outgoing.allow_private)
        _receiver(settings)

    def send(self, settings: Settings, notice: Notice, outgoing: Outgoing) -> None:
        """Encrypts the alarm for the browser and hands it to its push service."""
        told = {
            "kind": notice.text("kind"),
            "title": notice.text("title")[:200],
            "body": f"{notice.text('person')}: {notice.text('sentence')}"[: LONGEST_TEXT // 4],
            "urgent": notice.content.get("urgent") is True,
            "silent": notice.content.get("audible") is False,
            "time": notice.text("time"),
        }
        receiver, auth = _receiver(settings)
        body = encrypted(json.dumps(told).encode(), receiver, auth)
        headers = {
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(USEFUL_S),
            "Urgency": "high" if told["urgent"] else "normal",
            "Authorization": authorization(settings["endpoint"], outgoing, now_s=int(time.time())),
        }
        post(settings["endpoint"], body, headers, outgoing)


def made_push_key() -> bytes:
    """A new private key of an installation (PEM)."""
    return ec.generate_private_key(CURVE).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def public_key(push_key: bytes) -> str:
    """What browsers need to subscribe: the public point, base64url."""
    return _text(_point(_own(push_key).public_key()))


def encrypted(
    content: bytes,
    receiver: ec.EllipticCurvePublicKey,
    auth: bytes,
    *,
    sender: ec.EllipticCurvePrivateKey | None = None,
    salt: bytes | None = None,
) -> bytes:
    """A message that the receiver alone can read (RFC 8291).

    Args:
        content: less than 4 kB.
        receiver: the browser's public key.
        auth: the secret of its subscription, 16 bytes.
        sender: key of this message alone; default a new one.
        salt: 16 bytes; default new ones.
    """
    sender = sender or ec.generate_private_key(CURVE)
    salt = salt or secrets.token_bytes(SALT_BYTES)
    theirs, ours = _point(receiver), _point(sender.public_key())
    shared = _derived(sender.exchange(ec.ECDH(), receiver), auth, b"WebPush: info\x00" + theirs + ours, 32)
    key = _derived(shared, salt, b"Content-Encoding: aes128gcm\x00", 16)
    nonce = _derived(shared, salt, b"Content-Encoding: nonce\x00", 12)
    header = salt + RECORD_BYTES.to_bytes(4, "big") + bytes([len(ours)]) + ours
    return header + AESGCM(key).encrypt(nonce, content + b"\x02", None)


def authorization(endpoint: str, outgoing: Outgoing, *, now_s: int) -> str:
    """The header by which a push service knows the installation (RFC 8292).

    Args:
        endpoint: of the subscription; the token is good for its service alone.
        outgoing: with the installation's key.
        now_s: seconds since 1970.
    """
    url = check_address(endpoint, allow_private=outgoing.allow_private)
    port = f":{url.port}" if url.port is not None else ""
    claims = {"aud": f"{url.scheme}://{url.host}{port}", "exp": now_s + TOKEN_S, "sub": outgoing.contact}
    signed = f"{_json({'typ': 'JWT', 'alg': 'ES256'})}.{_json(claims)}"
    own = _own(outgoing.push_key)
    first, second = decode_dss_signature(own.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
    mark = _text(first.to_bytes(32, "big") + second.to_bytes(32, "big"))
    return f"vapid t={signed}.{mark}, k={_text(_point(own.public_key()))}"


def _receiver(settings: Settings) -> tuple[ec.EllipticCurvePublicKey, bytes]:
    """Key and secret of a subscription.

    Raises:
        DataError: they cannot be read.
    """
    try:
        key, auth = _bytes(settings["p256dh"]), _bytes(settings["auth"])
        if len(key) != KEY_BYTES or len(auth) != AUTH_BYTES:
            raise ValueError(len(key))
        return ec.EllipticCurvePublicKey.from_encoded_point(CURVE, key), auth
    except (ValueError, InvalidKey) as error:
        raise DataError(ErrorCode.INVALID_VALUE, message("channel-bad-subscription")) from error


def _own(push_key: bytes) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(push_key, None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)  # noqa: S101  # made here
    return key


def _derived(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=length, salt=salt, info=info).derive(secret)


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


def _json(value: Mapping[str, object]) -> str:
    return _text(json.dumps(value, separators=(",", ":")).encode())


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4))
