"""The table of those who are sending a mailing just now; beside `tables`, whose metadata it shares."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Table, Text

from newsletter.storage.columns import BigId, Utc
from newsletter.storage.tables import mailings, metadata

workers = Table(
    "workers",
    metadata,
    # One row a run, for as long as it is known to live; a batch under way names the one that claimed it.
    Column("owner", Text, primary_key=True),
    Column("mailing_id", BigId, ForeignKey(mailings.c.id, ondelete="CASCADE"), nullable=False, index=True),
    Column("began_at", Utc, nullable=False),
    Column("heard_at", Utc, nullable=False),
)
