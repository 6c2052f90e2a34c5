"""A body read piece by piece, decompressed as it comes, never past its limit (a gzip bomb stops there)."""

from __future__ import annotations

import zlib

from newsletter.feeds.failures import BrokenBody, TooLarge

ACCEPTED = "gzip, deflate"

_AUTO = zlib.MAX_WBITS | 32  # gzip or zlib header, told apart by zlib itself
_RAW = -zlib.MAX_WBITS  # some servers send "deflate" without the zlib header
_GZIP = b"\x1f\x8b"


class Body:
    """Collects one answer's body. ``limit`` in bytes counts both what came and what it unpacked to."""

    def __init__(self, encoding: str, limit: int) -> None:
        encoding = encoding.strip().lower()
        if encoding not in ("", "identity", "gzip", "x-gzip", "deflate"):
            raise BrokenBody(f"it is compressed as {encoding[:40]!r}, which was not asked for")
        self._packed = encoding in ("gzip", "x-gzip", "deflate")
        self._deflate = encoding == "deflate"
        self._limit = limit
        self._came = 0
        self._out = bytearray()
        self._inflate = zlib.decompressobj(_AUTO) if self._packed else None
        self._started = False

    def feed(self, piece: bytes) -> None:
        """Raises `TooLarge` or `BrokenBody`."""
        self._came += len(piece)
        if self._came > self._limit:
            raise TooLarge(f"over {self._limit:,} bytes")
        if not self._started and not self._packed and piece.startswith(_GZIP):
            # A .xml.gz handed out as it lies on disk, without saying so.
            self._packed, self._inflate = True, zlib.decompressobj(_AUTO)
        self._started = self._started or bool(piece)
        if self._packed:
            self._unpack(piece)
        else:
            self._out += piece

    def close(self) -> bytes:
        """The whole body. Raises `BrokenBody` when a compressed one ends in its middle."""
        if self._inflate is not None and self._started and not self._inflate.eof:
            raise BrokenBody("its compressed content breaks off")
        return bytes(self._out)

    def _unpack(self, piece: bytes) -> None:
        while piece:
            if self._inflate is None or self._inflate.eof:
                if not piece.startswith(_GZIP):
                    return  # padding after the last gzip member
                self._inflate = zlib.decompressobj(_AUTO)
            self._out += self._some(piece)
            if len(self._out) > self._limit:
                raise TooLarge(f"over {self._limit:,} bytes")
            piece = self._inflate.unconsumed_tail or self._inflate.unused_data

    def _some(self, piece: bytes) -> bytes:
        assert self._inflate is not None  # noqa: S101 - for the type checker
        room = self._limit + 1 - len(self._out)
        try:
            return self._inflate.decompress(piece, room)
        except zlib.error as error:
            if not self._deflate or self._out:
                raise BrokenBody("its compressed content is damaged") from error
        self._deflate = False
        self._inflate = zlib.decompressobj(_RAW)
        try:
            return self._inflate.decompress(piece, room)
        except zlib.error as error:
            raise BrokenBody("its compressed content is damaged") from error
