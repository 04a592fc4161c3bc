"""Web push: the example of the RFC, and tokens that push services can check."""

import base64
import json

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from glucotwin.core.error import DataError
from glucotwin.workflows.channel.channel import Outgoing
from glucotwin.workflows.channel.push import Push, authorization, encrypted, made_push_key, public_key

# RFC 8291, appendix A.
PLAIN = "V2hlbiBJIGdyb3cgdXAsIEkgd2FudCB0byBiZSBhIHdhdGVybWVsb24"
SENDER_PRIVATE = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
RECEIVER_PUBLIC = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
SALT = "DGv6ra1nlYgDCS1FRnbzlw"
AUTH = "BTBZMqHH6r4Tts7J_aSIgg"
MESSAGE = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6Tlz"
    "AC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


def plain(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def test_the_example_of_the_rfc() -> None:
    sender = ec.derive_private_key(int.from_bytes(plain(SENDER_PRIVATE), "big"), ec.SECP256R1())
    receiver = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), plain(RECEIVER_PUBLIC))
    made = encrypted(plain(PLAIN), receiver, plain(AUTH), sender=sender, salt=plain(SALT))
    assert made == plain(MESSAGE)


def test_every_message_has_a_key_and_a_salt_of_its_own() -> None:
    receiver = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), plain(RECEIVER_PUBLIC))
    first, second = (encrypted(b"alarm", receiver, plain(AUTH)) for _ in range(2))
    assert first[:16] != second[:16]
    assert first[21:86] != second[21:86]


def test_a_push_service_can_check_who_sends() -> None:
    key = made_push_key()
    outgoing = Outgoing(push_key=key, contact="mailto:team@example.org")
    header = authorization("https://push.example.org/send/abc", outgoing, now_s=1_710_936_000)
    token, shown = (part.partition("=")[2] for part in header.removeprefix("vapid ").split(", "))
    assert shown == public_key(key)
    signed, _, mark = token.rpartition(".")
    claims = json.loads(plain(signed.split(".")[1]))
    assert claims == {"aud": "https://push.example.org", "exp": 1_710_979_200, "sub": "mailto:team@example.org"}
    raw = plain(mark)
    signature = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    own = serialization.load_pem_private_key(key, None)
    assert isinstance(own, ec.EllipticCurvePrivateKey)
    own.public_key().verify(signature, signed.encode(), ec.ECDSA(hashes.SHA256()))


@pytest.mark.parametrize(
    "changed",
    [
        {"endpoint": "http://push.example.org"},
        {"endpoint": "https://10.0.0.1/x"},
        {"p256dh": "AAAA"},
        {"p256dh": "B" + "A" * 86},
        {"auth": "AAAA"},
        {"auth": "ä"},
    ],
)
def test_subscriptions_that_no_browser_makes_are_refused(changed: dict[str, str]) -> None:
    settings = {"endpoint": "https://push.example.org/1", "p256dh": RECEIVER_PUBLIC, "auth": AUTH}
    outgoing = Outgoing(push_key=made_push_key())
    Push().check(settings, outgoing)
    with pytest.raises(DataError):
        Push().check(settings | changed, outgoing)
    with pytest.raises(DataError):
        Push().check(settings, Outgoing())
