"""Opaque link tokens: ``<public id>.<signature>``, never stored.

The signature is HMAC-SHA-256 over purpose, public id and version with the installation's secret key, cut to
160 bits (RFC 8058 asks for an unguessable URI; docs/rules.md for at least 128 bits). A copy of the database hands
out no token, and raising a subscriber's ``token_version`` voids the ones handed out.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from enum import StrEnum
from functools import lru_cache


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
    signing = _begun(key, purpose).copy()
    signing.update(f"{public_id}\n{version}".encode())
    return _base32(signing.digest()[:20])


@lru_cache(16)
def _begun(key: bytes, purpose: Purpose) -> hmac.HMAC:
    """What all of a mailing's tokens have in common; to be copied."""
    return hmac.new(key, f"{purpose}\n".encode(), hashlib.sha256)


_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
_PAIRS = [first + second for first in _LETTERS for second in _LETTERS]
_SHIFTS = range(150, -1, -10)


def _base32(digest: bytes) -> str:
    """160 bits as 32 letters (RFC 4648, in lower case): what `base64` makes of them, in half the time."""
    number = int.from_bytes(digest, "big")
    return "".join([_PAIRS[number >> shift & 1023] for shift in _SHIFTS])


ERASED = "erased:"
"""What an erased address's key begins with. No address key does: each has an @ in it."""


def erased_key(key: bytes, address_key: str) -> str:
    """What stands for an address that was erased: a keyed digest, of use only to whoever has address and key."""
    return ERASED + keyed_digest(key, "erased", address_key)


def keyed_digest(key: bytes, *parts: str) -> str:
    """HMAC-SHA-256 over the parts, 160 bits in lower-case base32; no two lists of parts are alike."""
    message = "".join(f"{len(part)}:{part}" for part in parts).encode("utf-8", "surrogatepass")
    return _base32(hmac.new(key, message, hashlib.sha256).digest()[:20])
