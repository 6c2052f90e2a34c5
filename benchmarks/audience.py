"""A made-up list and issue for measuring mailings: people are numbers, so that counting them takes a byte each."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime

import sqlalchemy as sa

from newsletter.domain.issue import UNSUBSCRIBE_SLOT
from newsletter.ports import StoredIssue
from newsletter.storage.engine import Database

DAY = date(2026, 8, 14)
SECRET = "a-secret-for-measuring-that-signs-the-links"
PUBLIC_URL = "https://news.example.com"
DOMAINS = 50
_PARAGRAPH = (
    "<p style='margin:0 0 12px'>The council of a made-up town has heard both sides of a made-up question.</p>"
)


def number_of(address: str) -> int:
    """The number in ``reader0000017@mail17.example``; 0 for another address."""
    local = address.partition("@")[0]
    digits = local.removeprefix("reader")
    return int(digits) if local.startswith("reader") and digits.isdigit() else 0


def address_of(number: int) -> str:
    return f"reader{number:07d}@mail{number % DOMAINS}.example"


def issue() -> StoredIssue:
    """About as large as a real one: 50 kB of HTML, 6 kB of text."""
    link = f"{PUBLIC_URL}/u/{UNSUBSCRIBE_SLOT}"
    html = f'<html lang="en"><body>{_PARAGRAPH * 500}<a href="{link}">Unsubscribe</a></body></html>'
    text = "The council has heard both sides of a made-up question.\n" * 110 + f"\nUnsubscribe: {link}\n"
    document = {"subject": "Both sides of a made-up question", "checks": []}
    at = datetime(2026, 8, 14, 9, tzinfo=UTC)
    return StoredIssue(DAY, 1, 1, at, False, hashlib.sha256(html.encode()).hexdigest(), document, html, text)


def enrol(database: Database, people: int) -> None:
    """So many active subscribers, made by the database itself: what is measured comes after."""
    if database.postgres:
        numbers, padded = "SELECT generate_series(1, :people) AS n", "lpad(n::text, 7, '0')"
    else:
        numbers = "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < :people) SELECT n FROM s"
        padded = "printf('%07d', n)"
    address = f"'reader' || {padded} || '@mail' || (n % {DOMAINS}) || '.example'"
    columns = "public_id, email, address_key, name, status, timezone, deliver_at, created_at, token_version"
    joined = "2026-01-01T00:00:00.000000Z"
    insert = (
        f"INSERT INTO subscribers ({columns}) SELECT 'p' || {padded} || 'qf3k9x2m7w5', {address}, {address},"  # noqa: S608
        f" 'Reader ' || n, 'active', '', '', '{joined}', 1 FROM ({numbers}) AS them"
    )
    with database.write() as connection:
        connection.execute(sa.text(insert), {"people": people})
        if database.postgres:
            connection.execute(sa.text("ANALYZE subscribers"))
