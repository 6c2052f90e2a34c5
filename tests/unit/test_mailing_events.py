"""Only what the provider signed, lately, is believed; nothing a client sends breaks the check."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st
from sendgrid.helpers.eventwebhook import EventWebhook

from newsletter.errors import SettingsError
from newsletter.mailing.events import Verdict, verify_signature

PRIVATE = ec.generate_private_key(ec.SECP256R1())
NOW = datetime(2026, 8, 20, 9, 0, tzinfo=UTC)
STAMP = str(int(NOW.timestamp()))
BODY = '[{"event":"bounce","reason":"caf\u00e9"}]\r\n'.encode()


def key_of(public: ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey) -> str:
    return base64.b64encode(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()


def sign(body: bytes = BODY, stamp: str = STAMP) -> str:
    return base64.b64encode(PRIVATE.sign(stamp.encode() + body, ec.ECDSA(hashes.SHA256()))).decode()


KEY = key_of(PRIVATE.public_key())


def test_what_the_provider_signed_is_genuine_and_its_own_package_agrees() -> None:
    assert verify_signature(KEY, sign(), STAMP, BODY, NOW) is Verdict.GENUINE
    webhook = EventWebhook()
    assert webhook.verify_signature(BODY.decode(), sign(), STAMP, webhook.convert_public_key_to_ecdsa(KEY))


def test_bytes_that_are_no_text_are_verified_as_they_came() -> None:
    assert verify_signature(KEY, sign(b"\xff\x00"), STAMP, b"\xff\x00", NOW) is Verdict.GENUINE


@pytest.mark.parametrize(
    ("signature", "stamp", "body", "verdict", "status"),
    [
        ("", STAMP, BODY, Verdict.MISSING, 400),
        (sign(), "", BODY, Verdict.MISSING, 400),
        ("not base64!", STAMP, BODY, Verdict.MALFORMED, 400),
        ("größe", STAMP, BODY, Verdict.MALFORMED, 400),
        (sign(stamp="soon"), "soon", BODY, Verdict.MALFORMED, 400),
        (sign(), "-5", BODY, Verdict.MALFORMED, 400),
        (sign(stamp="9" * 13), "9" * 13, BODY, Verdict.MALFORMED, 400),
        (base64.b64encode(b"no DER").decode(), STAMP, BODY, Verdict.FORGED, 403),
        (sign(), STAMP, BODY + b" ", Verdict.FORGED, 403),
        (sign(), str(int(STAMP) + 1), BODY, Verdict.FORGED, 403),
    ],
    ids=range(10),  # a signature differs each time: as a name it would make every worker's tests its own
)
def test_anything_else_is_not(signature: str, stamp: str, body: bytes, verdict: Verdict, status: int) -> None:
    found = verify_signature(KEY, signature, stamp, body, NOW)
    assert (found, found.status) == (verdict, status)


@pytest.mark.parametrize(
    ("later", "verdict"),
    [
        (timedelta(hours=24, minutes=30), Verdict.GENUINE),
        (timedelta(hours=25, seconds=1), Verdict.STALE),
        (-timedelta(minutes=9), Verdict.GENUINE),
        (-timedelta(minutes=11), Verdict.STALE),
    ],
)
def test_a_replay_is_stale(later: timedelta, verdict: Verdict) -> None:
    assert verify_signature(KEY, sign(), STAMP, BODY, NOW + later) is verdict


@pytest.mark.parametrize(
    "key",
    ["", "?", base64.b64encode(b"x").decode(), key_of(ed25519.Ed25519PrivateKey.generate().public_key())],
    ids=["empty", "no base64", "no key", "another curve"],
)
def test_a_wrong_public_key_is_the_operators_to_fix(key: str) -> None:
    with pytest.raises(SettingsError, match="WEBHOOK_PUBLIC_KEY"):
        verify_signature(key, sign(), STAMP, BODY, NOW)


@settings(deadline=None)
@given(st.text(), st.text(), st.binary())
def test_no_request_breaks_the_check(signature: str, stamp: str, body: bytes) -> None:
    assert verify_signature(KEY, signature, stamp, body, NOW) is not Verdict.GENUINE
