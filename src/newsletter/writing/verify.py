"""The verifier: whether a sentence that a model wrote stands in the sentences it cites. Pure.

The model proposes, this file decides. A sentence that fails any rule is dropped, never mended:

- *form*: no link, markup or hidden character; nothing that reads like an instruction; it can stand alone (`fit`)
- *quotations* stand letter by letter inside a quotation of one cited sentence
- *numbers* have the same value, unit, month, bound ("at least") and thing counted; "two" is 2
- *names* stand in a cited sentence word for word, in the same order, with the office they have there
- *wording*: at least ``BAR`` of its content is the evidence's (stems); no verb, time, relation ("because",
  "against", "all") or word chosen to stir that the evidence does not use
- *certainty*: alleged, denied, not, may, will and "said" are kept where the evidence has them, and not added
- *who did what*: the words around a verb are not exchanged
- *place*: a side's point cites that side alone; what is agreed stands in the left's and the right's sentences
  each by themselves; each place has its length

It compares words and knows no meaning: see docs/design/0009-model-as-writer.md for what it cannot see.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence

from newsletter.domain.leaning import SIDES, Side
from newsletter.domain.words import Cited, Place, Statement, WritingLimits
from newsletter.writing.claims import (
    KINDS,
    OFFICES,
    WINDOW,
    names,
    names_in,
    negated,
    offices_of,
    plain,
    quotations,
    speakers,
    tokens,
)
from newsletter.writing.fit import refusal
from newsletter.writing.lexicon import CALENDAR, LOADED, VERBS
from newsletter.writing.quantities import quantities
from newsletter.writing.terms import stem, term_set, terms

BAR = 0.85
"""Least share of a statement's content (stems, numbers) that its cited sentences hold."""
USED = 0.5
"""Share of a clause's content from which a statement counts as made from it."""
ROOM = 4
"""Words by which a point may pass its measure, as an extractive one may."""
AGREED_WORDS = 20

_MARKUP = re.compile(
    r"https?:|www\.|\b[\w-]+\.(?:com|org|net|io|ru|co|info)\b|@\w|<[^>]*>|\]\(|[*_`#|{}\\]{1,}|\[\d+\]|&\w+;"
)
INSTRUCTION = re.compile(
    r"\b(?:ignore|disregard|forget|override)\b.{0,40}\b(?:instructions?|prompts?|rules?|above|previous|prior|"
    r"messages?)\b"
    r"|\b(?:system|developer) (?:prompt|message)\b|\bas an? (?:ai|language model|assistant)\b"
    r"|\blanguage models?\b.{0,40}\b(?:must|should|write|say|answer|reply|respond|output)\b"
    r"|\b(?:you are|act as|pretend|respond with|reply with|answer with|output only|write that|say that the story)\b"
    r"|\bnew instructions?\b|\b(?:assistant|system|user)\s*:|<\|",
    re.IGNORECASE,
)
"""What a feed may hold to steer a model. No such sentence is shown to one, cited, or let through."""
_BOUND_WORDS = frozenset(
    "because due caused cause causes causing led prompted therefore despite although after before until since "
    "against without instead unless only all every most many few several both always half quarter dozen dozens "
    "hundreds thousands millions twice double doubled triple majority minority unanimous unanimously more less fewer "
    "higher lower above below up down yesterday today tomorrow tonight next last daily weekly monthly yearly annually "
    "day week month year hour minute over under during amid guilty innocent legal illegal lawful unlawful true false "
    "dead alive safe unsafe public private major minor serious severe historic unprecedented record biggest largest "
    "smallest worst best good bad strong weak controversial failed successful popular foreign domestic".split()
)
"""Words that turn, date or judge a claim: the evidence must use them too."""


def verify(said: Statement, cited: Sequence[Cited], place: Place, side: Side | None = None) -> str:
    """`newsletter.ports.Verifier`: why the statement does not stand; empty when it does."""
    if not cited:
        return "no sentence cited"
    if set(said.outlets) != {one.outlet for one in cited}:
        return "names other outlets than it cites"
    texts = [one.text for one in cited]
    return (
        _too_long(said.text, place)
        or _misplaced(said.text, cited, place, side)
        or unsupported(said.text, texts, title=place is Place.HEADLINE)
    )


def unsupported(text: str, cited: Sequence[str], *, title: bool = False) -> str:
    """Why a text does not stand in those sentences, as a short reason that can be counted; empty when it does."""
    if unsafe(text):
        return "link, markup or instruction"
    if any(INSTRUCTION.search(one) for one in cited):
        return "cites an instruction"
    found = next((reason for reason, wrong in _RULES if wrong(text, cited)), "")
    return found or refusal(text, _TITLE if title else _WRITTEN)


_WRITTEN = frozenset({"no clause", "ends in the middle", "run-on"})
"""Reasons that guess whether a feed cut a text: a model's sentence was not cut."""
_TITLE = _WRITTEN | {"too short"}


def unsafe(text: str) -> bool:
    """Whether a text holds what no sentence of an issue may hold, whatever it says."""
    hidden = any(unicodedata.category(c) in {"Cc", "Cf", "Co", "Cs"} for c in text)
    return hidden or bool(_MARKUP.search(text) or INSTRUCTION.search(text))


def question_wrong(question: str, cited: Sequence[str]) -> str:
    """Why a question cannot stand over an answer that cites those sentences; empty when it can."""
    if unsafe(question) or not question.endswith("?") or not 3 <= len(question.split()) <= 15:
        return "no plain question"
    if question.count("?") > 1 or quotations(question):
        return "no plain question"
    wrong = _new_number(question, cited) or _new_name(question, cited) or _loaded(question, cited)
    return "question says more than its answer" if wrong else ""


def topic_wrong(topic: str, cited: Sequence[str]) -> str:
    """Why a dispute cannot stand under that topic; empty when it can."""
    own = term_set(topic)
    held = frozenset[str]().union(*map(term_set, cited))
    if unsafe(topic) or not own or len(topic.split()) > 10 or _new_name(topic, cited):
        return "no plain topic"
    return "" if len(own & held) >= BAR * len(own) else "topic not in the sources"


def _too_long(text: str, place: Place) -> str:
    limits = WritingLimits()
    most = {
        Place.HEADLINE: limits.headline_words,
        Place.DEK: limits.dek_words,
        Place.POINT: limits.point_words + ROOM,
        Place.AGREED: AGREED_WORDS,
    }.get(place, limits.excerpt_words)
    return "too long for its place" if len(text.split()) > most else ""


def _misplaced(text: str, cited: Sequence[Cited], place: Place, side: Side | None) -> str:
    sides = {one.side for one in cited}
    if place in {Place.POINT, Place.ONLY} and sides != {side}:
        return "cites another side"
    if place is not Place.AGREED:
        return ""
    if not {Side.LEFT, Side.RIGHT} <= sides:
        return "not agreed: a side is missing"
    apart = ([one.text for one in cited if one.side is each] for each in sides & set(SIDES))
    return "not agreed: a side does not say it" if any(unsupported(text, own) for own in apart) else ""


Rule = Callable[[str, Sequence[str]], bool]


def _new_quotation(text: str, cited: Sequence[str]) -> bool:
    held = [quotation for one in cited for quotation in quotations(one)]
    return any(not any(quotation in one for one in held) for quotation in quotations(text))


def _new_number(text: str, cited: Sequence[str]) -> bool:
    held = [quantity for one in cited for quantity in quantities(one)]
    return any(not any(own.borne_out_by(other) for other in held) for own in quantities(text))


def _new_name(text: str, cited: Sequence[str]) -> bool:
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
    return any(verb not in _PLAIN_VERBS and stem(verb) not in held for verb in verbs)


_PLAIN_VERBS = frozenset(
    "is are was were be been am has have had do did does will would can could may might must shall should say says "
    "said tell tells told".split()
)
"""Auxiliaries, and verbs of saying: `KINDS` watches over both."""


def _new_relation(text: str, cited: Sequence[str]) -> bool:
    held = {stem(t.word) for one in cited for t in tokens(one)}
    return any(t.word in _BOUND_WORDS and stem(t.word) not in held for t in tokens(text))


def _loaded(text: str, cited: Sequence[str]) -> bool:
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
    if rest and share(text, rest) >= BAR and not _new_number(text, rest):
        return False
    whole = kind in {"allegation", "attribution"}
    clauses = holders if whole else [c for one in holders for c in _CLAUSE.split(one) if pattern.search(c)]
    return any(whole or _uses(text, clause) for clause in clauses)


_CLAUSE = re.compile(r"[,;:—–]|\b(?:but|and|while|although|though|whereas|that|which|who|whose)\b")


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
        if word in VERBS and word not in _PLAIN_VERBS:
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
    return any(min(order[a]) > max(order[b]) for a, b in zip(known, known[1:], strict=False))


def _places(source: str) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for i, token in enumerate(tokens(source)):
        found.setdefault(stem(token.word), []).append(i)
    return found


def _new_speaker(text: str, cited: Sequence[str]) -> bool:
    held = frozenset[str]().union(*map(speakers, cited))
    return bool(speakers(text)) and not speakers(text) & held


_RULES: tuple[tuple[str, Rule], ...] = (
    ("quotation not in the source", _new_quotation),
    ("number not in the source", _new_number),
    ("date not in the source", _new_date),
    ("name not in the source", _new_name),
    ("office not as in the source", _new_office),
    ("certainty changed", _surer),
    ("certainty changed", _less_sure),
    ("said by somebody else", _new_speaker),
    ("loaded word not in the source", _loaded),
    ("verb not in the source", _new_verb),
    ("relation or time not in the source", _new_relation),
    ("wording not in the source", _new_wording),
    ("who did what is exchanged", _exchanged),
)
