"""Every table there is: `tables` has the first ones, later rooms a module each beside it.

Import this one where all of them are needed: to compare them with a database, or to empty it.
"""

from __future__ import annotations

from newsletter.storage import tables_corrections, tables_desk, tables_marks, tables_signups, tables_workers
from newsletter.storage.tables import metadata

__all__ = [
    "metadata",
    "tables_corrections",
    "tables_desk",
    "tables_marks",
    "tables_signups",
    "tables_workers",
]
