"""What a long import has to remember, on disk: memory stays flat however long the file is."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import tempfile
from collections.abc import Iterator
from types import TracebackType
from typing import Self

from newsletter.mailing.csvfile import RejectedRow

_CACHE_KIB = 16_384  # of the scratch file's pages in memory


class ImportScratch:
    """First lines and rejected rows of one import, in a file without a name that is gone when it is closed."""

    def __init__(self) -> None:
        # An empty name: SQLite makes a private temporary file and spills to it beyond the cache.
        self._db = sqlite3.connect("", isolation_level=None)
        for pragma in ("journal_mode=OFF", "synchronous=OFF", f"cache_size=-{_CACHE_KIB}"):
            self._db.execute(f"PRAGMA {pragma}")
        self._db.execute("CREATE TABLE seen (key BLOB PRIMARY KEY, line INTEGER) WITHOUT ROWID")
        self._db.execute("BEGIN")
        self._rejected = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 - closed by `__exit__`
        self.rejected = 0

    def first_line(self, address_key: str, line: int) -> int:
        """A `csvfile.FirstLines`; a digest of 128 bits tells addresses apart."""
        key = hashlib.blake2b(address_key.encode(), digest_size=16).digest()
        if self._db.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", (key, line)).rowcount:
            return line
        return int(self._db.execute("SELECT line FROM seen WHERE key = ?", (key,)).fetchone()[0])

    def reject(self, row: RejectedRow) -> None:
        """Keep a rejected row until the end of the import."""
        self.rejected += 1
        self._rejected.write(json.dumps([row.line, row.reason]) + "\n")

    def rows(self) -> Iterator[RejectedRow]:
        """The rejected rows, in file order."""
        self._rejected.seek(0)
        for line in self._rejected:
            number, reason = json.loads(line)
            yield RejectedRow(number, reason)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._db.close()
        self._rejected.close()
