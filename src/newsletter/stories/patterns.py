"""Word lists as patterns: written in lines, read as one choice."""

from __future__ import annotations


def either(*blocks: str) -> str:
    """The alternatives of blocks of lines, each line holding patterns between ``|``, as one pattern without a group."""
    return "|".join(line.strip() for block in blocks for line in block.strip().splitlines())
