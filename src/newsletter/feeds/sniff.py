"""What an answer is, whatever its Content-Type claims (feeds come as text/html, web pages as 200)."""

from __future__ import annotations

import re
from datetime import datetime
from email.utils import parsedate_to_datetime

LOOK = 4096
"""How much of a body's beginning is looked at, in bytes."""
LONGEST_PAUSE = 24 * 3600.0

_PAGE = re.compile(rb"<(?:!doctype\s+html|html|head|body|title|meta|script|noscript)[\s>/]", re.IGNORECASE)
_PROLOGUE = re.compile(rb"<\?xml[^>]{0,300}\?>\s*", re.IGNORECASE)
_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


def is_web_page(body: bytes) -> bool:
    """Whether bytes begin as an HTML page does (rule 7). A feed that merely contains HTML is none."""
    start = body[:LOOK]
    if start.startswith(_BOMS[1:]):
        start = start.replace(b"\x00", b"")
    for bom in _BOMS:
        start = start.removeprefix(bom)
    start = _PROLOGUE.sub(b"", start.lstrip(), count=1).lstrip()
    while start.startswith(b"<!--"):
        end = start.find(b"-->")
        if end < 0:
            return False
        start = start[end + 3 :].lstrip()
    return _PAGE.match(start) is not None


def retry_seconds(value: str, now: datetime) -> float:
    """Retry-After in seconds from ``now``: a number or an HTTP date, within [0, 24 h]; 0 when unreadable."""
    value = value.strip()
    if re.fullmatch(r"\d{1,12}(\.\d{0,6})?", value, re.ASCII):
        return min(float(value), LONGEST_PAUSE)
    try:
        moment = parsedate_to_datetime(value)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=now.tzinfo)
        return min(max((moment - now).total_seconds(), 0.0), LONGEST_PAUSE)
    except (ValueError, TypeError, OverflowError):
        return 0.0
