"""Opaque link tokens: ``<public id>.<signature>``, never stored.

The signature is HMAC-SHA-256 over purpose, public id and version with the installation's secret key, cut to
160 bits (RFC 8058 asks for an unguessable URI; docs/rules.md for at least 128 bits). A copy of the database hands
out no token, and raising a subscriber's ``token_version`` voids the ones handed out.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from enum import StrEnum


class Purpose(StrEnum):
    """A token made for one purpose opens nothing else."""

    UNSUBSCRIBE = "unsubscribe"
    CONFIRM = "confirm"


def sign(key: bytes, purpose: Purpose, public_id: str, version: int) -> str:
    """The token to stand in a link."""
    return f"{public_id}.{_signature(key, purpose, public_id, version)}"


def public_id_of(token: str) -> str:
    """The public id a token claims; check the claim with `verify` before acting on it."""
    return token.partition(".")[0]


def verify(keys: Sequence[bytes], purpose: Purpose, token: str, version: int) -> bool:
    """Whether the token was signed by one of the keys (the current one or an old one) for that version."""
    public_id, _, signature = token.partition(".")
    given = signature.encode("utf-8", "replace")
    return any(
        hmac.compare_digest(given, _signature(key, purpose, public_id, version).encode()) for key in keys
    )


def _signature(key: bytes, purpose: Purpose, public_id: str, version: int) -> str:
    message = f"{purpose}\n{public_id}\n{version}".encode()
    digest = hmac.digest(key, message, "sha256")[:20]
    return base64.b32encode(digest).decode("ascii").lower()


ERASED = "erased:"
"""What an erased address's key begins with. No address key does: each has an @ in it."""


def erased_key(key: bytes, address_key: str) -> str:
    """What stands for an address that was erased: a keyed digest, of use only to whoever has address and key."""
    return ERASED + keyed_digest(key, "erased", address_key)


def keyed_digest(key: bytes, *parts: str) -> str:
    """HMAC-SHA-256 over the parts, 160 bits in lower-case base32; no two lists of parts are alike."""
    message = "".join(f"{len(part)}:{part}" for part in parts).encode("utf-8", "surrogatepass")
    digest = hmac.new(key, message, hashlib.sha256).digest()[:20]
    return base64.b32encode(digest).decode("ascii").lower()
