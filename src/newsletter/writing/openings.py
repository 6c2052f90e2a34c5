"""Where a text's first sentence really begins.

Feeds and pages glue things before it without a stop: the title once more, a sub-heading, the time of writing, a
byline, a dateline. What is left of them is never part of a statement.
"""

from __future__ import annotations

import re

from newsletter.writing.fit import opens_midway
from newsletter.writing.sentences import Span, stripped

REACH = 280
"""Characters within which glued matter ends."""
LEAST = 7
"""Words that a sentence must have left."""
WHOLE = 4
"""Words from which on a title that stands in a text is that title."""

_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?"
_STAMP = re.compile(
    r"^(?:(?:Last )?(?:Updated|Published|Posted|Modified)(?: on| at)?:? )?"
    rf"(?:{_MONTH} \d{{1,2}},? \d{{4}}|\d{{1,2}} {_MONTH} \d{{4}})"
    r"(?:,? (?:at |Hour: )?\d{1,2}[:.]\d{2} ?(?:[ap]\.?m\.?)?(?: [A-Z]{2,4}\b)?)?[,:|]? (?=[A-Z“\"])"
)
_BYLINE = re.compile(
    r"^By (?:[A-Z][\w.’'-]+ ){1,3}?[A-Z][\w’'-]+(?:(?:,| and) (?:[A-Z][\w.’'-]+ ){1,3}?[A-Z][\w’'-]+)*"
    r"(?:,? (?:The )?(?:Associated Press|Reuters|(?:Contributing|Staff) (?:Writers?|Reporters?)))? "
    r"(?=(?:A|An|The) [a-z])"
)
_PLACED = re.compile(
    r"(?:^|(?<=[a-z0-9’”'?:] ))[A-Z][A-Z’'-]{2,}(?: [A-Z][A-Z.’'-]+)*"
    rf"(?:, (?!{_MONTH} \d)[A-Z][\w.]*(?: [A-Z][\w.]*){{0,2}})?(?:, {_MONTH} \d{{1,2}})?"
    r"(?: \([^()]{2,30}\))?(?: ?(?:—|--) ?| ?[–-] |(?<=\)) -)(?=[A-Z“\"])"
)
"""A dateline, also behind a heading: the place in capitals, perhaps region, day and agency, then a dash."""
_DATED_PLACE = re.compile(rf"^[A-Z][\w’'-]+(?: [A-Z][\w’'-]+){{0,2}}, {_MONTH} \d{{1,2}}: (?=[A-Z])")
_LURE = re.compile(
    r"^(?:Sign up|Subscribe)\b[^.]{0,80}?(?:inbox|newsletters?|topic|now)[: ]+(?:Follow topic: )?(?=[A-Z])"
)
_CREDIT = re.compile(
    r"^[\w’'&/ ]{3,80}?/ ?(?:YouTube|Instagram|TikTok|Facebook|X|Getty(?: Images)?|Reuters|AFP|AP|Pool) (?=[A-Z])"
)
"""Whose picture stood above the text: "The Evening Show/YouTube"."""
_BULLET = re.compile(r"^(?:[-–—•*] ?(?:Share via )?)+(?=[A-Z“\"])")
_AGAIN = re.compile(
    r"^(?P<name>[A-Z][\w’'-]+ [A-Z][\w’'-]+)\b[^.!?]{20,}?[\w’”] "
    r"(?=(?P=name) (?:has|had|is|was|said|says|will)\b)"
)
"""A standfirst and the text behind it, that both begin with one name."""
_GLUED = re.compile(r"(?<=[a-z0-9’”)] )(?=(?:A|An|The|It|There|After|While|When|With|For|As|At|By|In) [a-z])")
"""A heading runs into a sentence: a word that opens sentences, in a place where nothing closed one."""
_BARRED = re.compile(r" \| (?=[A-Z])")
_PLAIN = str.maketrans("‘’“”", "''\"\"")


def unglued(title: str, field: str, span: Span) -> Span:
    """A field's first sentence without what was glued before it; the same span where nothing was."""
    rest = span
    for _ in range(4):
        after = _without_furniture(field, _without_title(title, field, rest))
        if after == rest:
            break
        rest = after
    return rest


def beside_title(title: str, glued: str) -> str:
    """What was glued before a sentence, the title aside: that is a text of its own."""
    return _plain(glued).replace(_plain(title), " ") if len(title.split()) >= WHOLE else glued


def _without_title(title: str, field: str, span: Span) -> Span:
    start = field[span.start : span.start + len(title)]
    if len(title.split()) < WHOLE or _plain(start) != _plain(title):
        return span
    rest = _from(field, span, len(title))
    return span if opens_midway(field[rest.start : rest.end]) else rest


def _without_furniture(field: str, span: Span) -> Span:
    text = field[span.start : span.start + REACH]
    for pattern in (_STAMP, _BYLINE, _DATED_PLACE, _LURE, _CREDIT, _BULLET, _AGAIN):
        found = pattern.match(text)
        if found:
            return _from(field, span, found.end())
    for pattern in (_PLACED, _BARRED, _GLUED):
        ends = [m.end() for m in pattern.finditer(text, 0, span.end - span.start) if _outside(text, m.end())]
        if ends:
            return _from(field, span, ends[-1])
    return span


def _outside(text: str, place: int) -> bool:
    """Whether no quotation is open there."""
    before = text[:place]
    return before.count("“") <= before.count("”") and before.count('"') % 2 == 0


def _from(field: str, span: Span, offset: int) -> Span:
    rest = stripped(field, span.start + offset, span.end)
    return rest if len(field[rest.start : rest.end].split()) >= LEAST else span


def _plain(text: str) -> str:
    return text.translate(_PLAIN).lower()
