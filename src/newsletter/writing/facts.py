"""The verifier's rules on what a sentence says, each a question with a yes when something is wrong. Pure."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Sequence

from newsletter.domain.loaded import LOADED
from newsletter.writing.claims import (
    KINDS,
    WINDOW,
    names,
    names_in,
    negated,
    offices_of,
    qualified,
    quotations,
    speakers,
    tokens,
)
from newsletter.writing.laid import put_together_otherwise
from newsletter.writing.lexicon import CALENDAR, VERBS
from newsletter.writing.quantities import quantities
from newsletter.writing.quotes import without_quotations
from newsletter.writing.roles import who_differs
from newsletter.writing.terms import stem, term_set, terms
from newsletter.writing.turns import CHANGING, OFFICES, PLAIN_VERBS, TURNS

BAR = 0.85
"""Least share of a statement's content (stems, numbers) that its cited sentences hold."""
USED = 0.5
"""Share of a clause's content from which a statement counts as made from it."""

TOLD = 2
"""Content words that a source has in a quotation alone; one may be a name or a title."""

Rule = Callable[[str, Sequence[str]], bool]


def _new_quotation(text: str, cited: Sequence[str]) -> bool:
    held = [quotation for one in cited for quotation in quotations(one)]
    return any(not any(quotation in one for one in held) for quotation in quotations(text))


def _unquoted(text: str, cited: Sequence[str]) -> bool:
    """Whether the text tells as a fact what its evidence has between quotation marks alone."""
    if quotations(text) or KINDS["attribution"].search(text):
        return False
    plain = frozenset[str]().union(*(term_set(without_quotations(one)) for one in cited))
    own = term_set(text)
    quoted = (term_set(one) - plain for source in cited for one in quotations(source))
    return any(len(words) >= TOLD and words <= own for words in quoted)


def new_number(text: str, cited: Sequence[str]) -> bool:
    held = [quantity for one in cited for quantity in quantities(one)]
    return any(not any(own.borne_out_by(other) for other in held) for own in quantities(text))


def new_name(text: str, cited: Sequence[str]) -> bool:
    return any(not _stands(run, cited) for run in names(text))


def _stands(run: Sequence[str], cited: Sequence[str]) -> bool:
    """A name, or a title and a name ("Housing Minister" + "Lucan Averill"), each word for word in a sentence."""
    while len(run) > 1 and run[0] in OFFICES:  # whose office it is, `_new_office` asks
        run = run[1:]
    if any(names_in(run, one) for one in cited):
        return True
    cuts = (n for n in range(1, len(run)) if run[n - 1] in OFFICES)
    return any(
        any(names_in(run[:n], one) for one in cited) and any(names_in(run[n:], one) for one in cited)
        for n in cuts
    )


def _new_date(text: str, cited: Sequence[str]) -> bool:
    held = {_date(t.word) for one in cited for t in tokens(one)}
    dates = {_date(t.word) for t in tokens(text) if t.capital and t.word in CALENDAR}
    return not dates <= held


def _date(word: str) -> str:
    return word[:3] if word in CALENDAR else word


def _new_office(text: str, cited: Sequence[str]) -> bool:
    """An office nobody has in the evidence, or one that this person has differently there."""
    held = {t.word for one in cited for t in tokens(one)}
    if any(t.word in OFFICES and t.word not in held for t in tokens(text)):
        return True
    said = {stem(t.word) for t in tokens(text)}
    lost = frozenset[tuple[str, str]]().union(*map(qualified, cited)) - qualified(text)
    if any(of in said for kind, of in lost if kind in CHANGING):
        return True
    return any(
        offices and not any(_same_office(offices, kind, run[-1], one) for one in cited)
        for run in names(text)
        if run[-1] not in OFFICES
        for offices, kind in offices_of(run[-1], text)
    )


def _same_office(offices: frozenset[str], kind: frozenset[str], surname: str, source: str) -> bool:
    return any(offices <= held and kind == of_kind for held, of_kind in offices_of(surname, source))


def share(text: str, cited: Sequence[str]) -> float:
    """Share of a text's content that those sentences hold, 0 to 1."""
    own = term_set(text)
    held = frozenset[str]().union(*map(term_set, cited))
    return len(own & held) / len(own) if own else 0.0


def _new_wording(text: str, cited: Sequence[str]) -> bool:
    return share(text, cited) < BAR


def _new_verb(text: str, cited: Sequence[str]) -> bool:
    held = {stem(t.word) for one in cited for t in tokens(one)}
    verbs = (t.word for t in tokens(text) if t.word in VERBS or t.word.endswith(("ed", "ing")))
    return any(verb not in PLAIN_VERBS and stem(verb) not in held for verb in verbs)


def _new_relation(text: str, cited: Sequence[str]) -> bool:
    held = {stem(t.word) for one in cited for t in tokens(one)}
    return any(t.word in TURNS and stem(t.word) not in held for t in tokens(text))


def loaded_word(text: str, cited: Sequence[str]) -> bool:
    held = {t.word for one in cited for t in tokens(one)}
    return any(t.word in LOADED and t.word not in held for t in tokens(text))


def _surer(text: str, cited: Sequence[str]) -> bool:
    return any(_dropped(kind, text, cited) for kind in KINDS)


def _less_sure(text: str, cited: Sequence[str]) -> bool:
    added = any(p.search(text) and not any(p.search(one) for one in cited) for p in KINDS.values())
    no = KINDS["negation"]
    if added or len(no.findall(text)) > sum(len(no.findall(one)) for one in cited):
        return True
    return not negated(text) <= frozenset[str]().union(*(negated(one, WINDOW) for one in cited))


def _dropped(kind: str, text: str, cited: Sequence[str]) -> bool:
    """Whether the evidence is less sure than the text in that way, where the text leans on it."""
    pattern = KINDS[kind]
    holders = [one for one in cited if pattern.search(one)]
    if not holders or pattern.search(text):
        return False
    rest = [one for one in cited if one not in holders]
    if rest and share(text, rest) >= BAR and not new_number(text, rest):
        return False
    worded = kind in {"allegation", "attribution"}
    parts = _BESIDE if worded else _CLAUSE
    return any(
        (worded and len(clauses) == 1) or _uses(text, clause)
        for clauses in map(parts.split, holders)
        for clause in clauses
        if pattern.search(clause)
    )


_CLAUSE = re.compile(
    r"[,;:—–]|\b(?:but|and|while|although|though|whereas|that|which|who|whose|because|after|amid|"
    r"ahead of|in hopes|in an effort)\b"
)

_BESIDE = re.compile(r"\b(?:as|but|while|although|though|whereas)\b")
"""Between these stands a clause of its own: whose word the other is says nothing of it."""


def _uses(text: str, clause: str) -> bool:
    own = term_set(clause)
    return len(own & term_set(text)) >= max(min(2, len(own)), USED * len(own))


def _exchanged(text: str, cited: Sequence[str]) -> bool:
    """Who did what to whom: the words on both sides of a verb stand on the other side in the evidence."""
    return any(_swaps(text, one) for one in cited) and not any(_keeps(text, one) for one in cited)


def _around(text: str) -> list[tuple[str, str, str]]:
    """(stem before, verb, stem after) for each verb of a text."""
    words = [t.word for t in tokens(text) if t.word[0].isalnum()]
    found = []
    for i, word in enumerate(words):
        if word in VERBS and word not in PLAIN_VERBS:
            before = next((s for w in reversed(words[:i]) for s in terms(w)), "")
            after = next((s for w in words[i + 1 :] for s in terms(w)), "")
            found.append((before, stem(word), after))
    return [f for f in found if all(f)]


def _swaps(text: str, source: str) -> bool:
    order = _places(source)
    for before, verb, after in _around(text):
        if {before, verb, after} <= order.keys():
            at = order[verb]
            if min(order[before]) > max(at) and max(order[after]) < min(at):
                return True
    return _turned_names(text, source)


def _keeps(text: str, source: str) -> bool:
    return share(text, [source]) >= BAR and not _swaps(text, source)


def _turned_names(text: str, source: str) -> bool:
    """Whether two names stand in the other order, the speaker of an "X said" aside."""
    aside = speakers(source) | speakers(text)
    order = _places(source)
    mine = [stem(run[-1]) for run in names(text) if not aside & set(run)]
    known = list(dict.fromkeys(name for name in mine if name in order))
    return any(min(order[a]) > max(order[b]) for a, b in itertools.pairwise(known))


def _places(source: str) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for i, token in enumerate(tokens(source)):
        found.setdefault(stem(token.word), []).append(i)
    return found


def _new_speaker(text: str, cited: Sequence[str]) -> bool:
    held = frozenset[str]().union(*map(speakers, cited))
    return bool(speakers(text)) and not speakers(text) & held


RULES: tuple[tuple[str, Rule], ...] = (
    ("quotation not in the source", _new_quotation),
    ("quotation told as a fact", _unquoted),
    ("number not in the source", new_number),
    ("date not in the source", _new_date),
    ("name not in the source", new_name),
    ("office not as in the source", _new_office),
    ("certainty changed", _surer),
    ("certainty changed", _less_sure),
    ("said by somebody else", _new_speaker),
    ("loaded word not in the source", loaded_word),
    ("verb not in the source", _new_verb),
    ("relation or time not in the source", _new_relation),
    ("wording not in the source", _new_wording),
    ("who did what is exchanged", _exchanged),
    ("who did what is exchanged", who_differs),
    ("cut or put together otherwise", put_together_otherwise),
)
