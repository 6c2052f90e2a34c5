"""The tables of signing up by oneself: what was asked, what answers it, and the limits. Beside `tables`.

An address stands here only as long as its request waits; everything else knows a subscriber's number, or a keyed
digest from which no address can be told.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, ForeignKey, Index, Integer, Table, Text, false, text

from newsletter.storage.columns import BigId, Utc
from newsletter.storage.tables import metadata, subscribers


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False, server_default=text("''"))


def _number(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False, server_default=text("0"))


signup_requests = Table(
    "signup_requests",
    metadata,
    # The queue that the form fills: one line an address, the newest word counts.
    Column("id", BigId, primary_key=True),
    Column("address_key", Text, nullable=False, unique=True),
    Column("email", Text, nullable=False),
    _text("name"),
    _text("timezone"),
    _text("deliver_at"),
    _text("consent_text"),
    _text("source"),
    Column("at", Utc, nullable=False),
    # How often looking at it broke: one that does not let itself be taken must not hold up the others.
    _number("tries"),
)

signups = Table(
    "signups",
    metadata,
    # Asked, and not confirmed yet: what becomes true with the button.
    Column(
        "subscriber_id",
        BigId,
        ForeignKey(subscribers.c.id, ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    _text("name"),
    _text("timezone"),
    _text("deliver_at"),
    _text("consent_text"),
    _text("source"),
    Column("asked_at", Utc, nullable=False, index=True),
    # The person stands on the list only for this: unconfirmed, they are forgotten again.
    Column("fresh", Boolean, nullable=False, server_default=false()),
)

list_mails = Table(
    "list_mails",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("mail_id", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    # No foreign key: that somebody was written to stays known when the person is removed.
    Column("subscriber_id", BigId, nullable=False, index=True),
    Column("address_digest", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("claimed_at", Utc, index=True),
    Column("settled_at", Utc),
    Column("retry_at", Utc),
    _number("tries"),
    _text("reason"),
    _text("provider"),
    _text("message_id"),
    Index(None, "address_digest", "created_at"),
    Index(None, "state", "id"),
)

consent_texts = Table(
    "consent_texts",
    metadata,
    # The very words that people agreed to, by the name they stand under with a subscriber.
    Column("version", Text, primary_key=True),
    Column("words", Text, nullable=False),
    Column("first_at", Utc, nullable=False),
)

limit_marks = Table(
    "limit_marks",
    metadata,
    # Who did something when, by a keyed digest; kept for a day.
    Column("id", BigId, primary_key=True),
    Column("who", Text, nullable=False),
    Column("at", Utc, nullable=False, index=True),
    Index(None, "who", "at"),
)

leave_reasons = Table(
    "leave_reasons",
    metadata,
    # How many gave which reason on which day; nobody's own.
    Column("day", Date, primary_key=True),
    Column("reason", Text, primary_key=True),
    _number("people"),
)
