"""Whether an event webhook's request really comes from the provider. Pure: bytes and a time in, a verdict out.

SendGrid signs SHA-256(timestamp + raw body) with ECDSA; the signature is base64 DER, the key base64 DER SPKI
(docs/rules.md). The `sendgrid` package's own check wants text, raises on bad base64 and ignores the age.
"""

from __future__ import annotations

import base64
import binascii
from datetime import datetime, timedelta
from enum import StrEnum

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key

from newsletter.errors import SettingsError

SIGNATURE_HEADER = "X-Twilio-Email-Event-Webhook-Signature"
TIMESTAMP_HEADER = "X-Twilio-Email-Event-Webhook-Timestamp"
MAX_AGE = timedelta(hours=25)
"""SendGrid repeats an undelivered event for 24 hours; older than that is a replay."""
_AHEAD = timedelta(minutes=10)  # of the provider's clock before ours


class Verdict(StrEnum):
    """What to make of a webhook request; `status` is what to answer where it is not GENUINE."""

    GENUINE = "genuine"
    MISSING = "a signature header is missing"
    MALFORMED = "a signature header cannot be read"
    STALE = "the timestamp is too old or in the future"
    FORGED = "the signature does not fit"

    @property
    def status(self) -> int:
        """400 for what is no signed request at all, 403 for one that must not be believed."""
        return {
            Verdict.GENUINE: 200,
            Verdict.MISSING: 400,
            Verdict.MALFORMED: 400,
        }.get(self, 403)


def verify_signature(
    public_key_b64: str,
    signature_b64: str,
    timestamp: str,
    body: bytes,
    now: datetime,
    max_age: timedelta = MAX_AGE,
) -> Verdict:
    """The verdict on one request; ``body`` is the bytes as received, the headers are "" where missing.

    Raises `SettingsError` when the operator's public key is no ECDSA key; never for anything a client sends.
    """
    key = public_key(public_key_b64)
    if not signature_b64 or not timestamp:
        return Verdict.MISSING
    try:
        signature = base64.b64decode(signature_b64, validate=True)
    except (binascii.Error, ValueError):  # ValueError: letters outside ASCII
        return Verdict.MALFORMED
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        return Verdict.MALFORMED
    try:
        key.verify(signature, timestamp.encode() + body, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return Verdict.FORGED
    age = now.timestamp() - int(timestamp)
    return Verdict.GENUINE if -_AHEAD.total_seconds() <= age <= max_age.total_seconds() else Verdict.STALE


def public_key(public_key_b64: str) -> ec.EllipticCurvePublicKey:
    """The operator's setting as a key. Raises `SettingsError`."""
    try:
        key = load_der_public_key(base64.b64decode(public_key_b64, validate=True))
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise SettingsError(
            "The webhook's public key is not an ECDSA key.",
            todo="Copy NEWSLETTER_WEBHOOK_PUBLIC_KEY from SendGrid's Event Webhook settings.",
            setting="WEBHOOK_PUBLIC_KEY",
        )
    return key
