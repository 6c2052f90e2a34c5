"""The table of single facts about an installation; beside `tables`, whose metadata it shares."""

from __future__ import annotations

from sqlalchemy import Column, Table, Text

from newsletter.storage.columns import Utc
from newsletter.storage.tables import metadata

marks = Table(
    "marks",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
    Column("at", Utc, nullable=False),
)
