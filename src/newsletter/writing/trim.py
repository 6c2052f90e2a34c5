"""Cuts at clause borders: the shorter texts that a sentence honestly contains.

A cut drops a dateline, a label, a leading connective, an aside or a trailing subordinate clause. It never opens a
quotation, and never drops a word that qualifies or attributes the claim: an allegation keeps its "alleged".
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from newsletter.writing.asides import keeps_hedges, lead, without_asides
from newsletter.writing.evidence import joined
from newsletter.writing.finite import has_verb
from newsletter.writing.fit import MIN_WORDS, breaks_off
from newsletter.writing.lexicon import CONNECTIVES, FOLLOWS_VERB, SUBORDINATORS, VERBS
from newsletter.writing.quotes import balanced
from newsletter.writing.sentences import Span, stripped
from newsletter.writing.verbs import words

Spans = tuple[Span, ...]

_DATELINE = re.compile(
    r"^[A-Z][A-Z.’' -]+(?:, [A-Z][\w.]+(?: [A-Z][\w.]+)?)?(?: \((?:AP|Reuters|AFP|UPI|CN|KNX|"
    r"[A-Z]{2,6})\))? ?(?:[—–]|--| - ) ?"
    r"|^[A-Z][\w.’' ]{2,30}(?:, [A-Z][\w. ]{1,20})? \((?:AP|Reuters|AFP|UPI|[A-Z]{2,6})\) ?(?:[—–]|--|-) ?"
    r"|^(?:[A-Z][\w.’' ]{2,30}(?:, [A-Z][\w. ]{1,20})? ?)?\((?:AP|Reuters|AFP|UPI|CNN|[A-Z]{2,6})\)(?=[A-Z])"
    r"|^\((?:AP|Reuters|AFP|UPI|CNN|[A-Z]{2,6}|The [A-Z]\w+(?: [A-Z]\w+)?)\) ?(?:[—–]|--|-)? ?"
    r"|^.{0,180}?\b[A-Z][A-Z.’' ]{2,}(?:, [A-Z][\w. ]{1,20})? \((?:AP|Reuters|AFP|UPI|Xinhua|"
    r"[A-Z]{2,6})\) ?(?:[—–]|--|-) ?"
    r"|^[A-Z]{4,}(?:[ ,][A-Z ]+)?: (?=[A-Z][a-z])"
)
_LABELS = re.compile(
    r"^(?:why it matters|driving the news|the big picture|zoom (?:in|out)|catch up quick|state of play|"
    r"what (?:they|he|she)['’](?:re|s) saying|"
    r"between the lines|the latest|context|by the numbers|what['’]s next|what's new|flashback|"
    r"the intrigue|what happened|"
    r"how it works|the other side|threat level|follow the money|of note|background|breaking(?: news)?|"
    r"exclusive|update|"
    r"watch|video|just in|new)\s?: ",
    re.IGNORECASE,
)
_CONNECTIVE = re.compile(r"^(?:" + "|".join(CONNECTIVES) + r")\b,? (?=\w)", re.IGNORECASE)
_SHOUT = re.compile(r"^(?:[A-Z0-9][A-Z0-9’'.,:;&-]+[ ,:;]+){4,}(?=[A-Z][a-z]|[A-Z] [a-z])")
_TAIL = re.compile(
    r",? (?=amid\b)|; (?=\w)|,? ?(?:[—–]|--) ?(?=\w)|,? (?=(?:in a (?:move|decision|ruling|sign|case|"
    r"speech|bid|step)|in what|"
    r"in an? (?:effort|attempt|interview|statement)|in (?:exchange|return|response|retaliation|protest|"
    r"hopes|order|part|defiance)|"
    r"at a time|as part of|as well as|along with|even as|just (?:days|hours|weeks)|"
    r"in the wake|ahead of|by \w+ing|as (?:\w+ ){1,5}(?:is|was|are|were|has|have|had|will)\b|"
    r"as (?:he|she|they|it|the|a|[A-Z]\w+)\b (?:\w+ ){0,3}(?:is|was|are|were|has|have|had|\w+s|"
    r"\w+ed))\b)|"
    r", (?=(?:as|while|after|before|with|which|who|where|when|whose|a|an|the|one of|part of|days|weeks|"
    r"months|hours|years|"
    r"even|about|roughly|nearly|including|citing|and|aimed at|designed to|intended to|based on|(?:\w+ly )?"
    r"(?!building|morning|evening|meeting|hearing|wing|king|wedding|housing)\w+ing)\b)"
)
_RELATIVE = re.compile(r"\b(?:who|whom|whose|which|that|as|after|when|while)\b.*")
_LOOSE_TAIL = re.compile(r" (?=(?:after|before|when|while|following|during|because of|due to|amid)\b)")
_BEFORE_NOUN = re.compile(r"(?:during|following|because of|due to|amid)\b")
_DESCRIBED = re.compile(
    r"\b(?:a|an) (?:[\w$.,’'%-]+ ){1,5}?(?=(?:that|which) (?:is|was|are|were|has|had|will|would|could|can|"
    r"may|\w+s|\w+ed)\b)"
)
_TIMED = re.compile(r"\b(?:moments?|minutes?|hours?|days?|weeks?|months?|years?|long|right)$")
_ACCORDING = re.compile(r"[,;]? ?(?P<who>according to [^,;“”\"]{3,80}?)[.]?$")
_CLOSING = re.compile(
    r", (?P<who>(?:[\w’'.&-]+ ){1,9}?(?:said|says|reported|reports|announced|estimated|found|showed)"
    r"(?: (?:on )?\w+day)?(?: in an? (?:statement|report|interview|survey))?)[.]?$"
)
"""Who says all that stands before: "…, the labor office reported Friday."."""
_NEGATED = re.compile(
    r"\b(?:not|never|no|nobody|none|without|only|until|unless|if|whether)\b|n['’]t\b", re.IGNORECASE
)
_DASH = re.compile(r"[—–]|--| - ")
_HALF = re.compile(r"(?:\bnot|n['’]t) (?:just|only|merely|simply|so much)\b", re.IGNORECASE)
"""The first half of "not just this but that"."""
_NAMING = re.compile(
    r"\b(?:call(?:s|ed|ing)?|dubbed|label(?:s|l?ed)|brand(?:s|ed)|deem(?:s|ed)|describ(?:es|ed|ing)) "
    r"(?!on\b|for\b|off\b|out\b|in\b|to\b|up\b|him|her|them|it\b)[^“\"‘']*$"
)
"""A thing is called, and what it is called comes later."""
_EQUAL = re.compile(r"\b(?:as|so) (?!a\b|an\b|the\b|of\b|part\b|many as\b|much as\b)[a-z]+\b(?!.* as )")
"""The first half of "as wary of this as others are of that"."""
_JOINT = re.compile(r" and (?P<verb>[\w’']+) (?P<next>\S+)")
_AUXILIARIES = frozenset(["is", "are", "was", "were", "has", "have", "had", "will", "would", "can", "could"])
_PAIRED = re.compile(r"\b(?:between|both|either)\b(?: [\w’'$.-]+){0,6}$", re.IGNORECASE)
_APART = frozenset(["after", "as"])
_QUALIFIES = re.compile(
    r",[^,]*\b(?:said|says|told|reported|reports|announced|wrote|according)\b|\baccording to\b|"
    r"\b(?:den(?:y|ies|ied|ying|ial)|reject\w*|disput\w+|refut\w+|debunk\w*|false\w*|wrong\w*|unproven|innocen\w+|"
    r"guilty|alleg\w+|reportedly|without|if|whether|but|though|although|however|despite|except|unless|until|only)\b",
    re.IGNORECASE,
)
"""What in a trailing clause may speak of the whole sentence: its source, a denial, a turn."""
_ASIDE = re.compile(r"(?:not|and|or|including|such|with|which|who|whose)\b")
_SUBJECT = re.compile(r"[^,]{2,60}(?P<aside>, (?:which|who|whose)\b[^,]*)")
"""A sentence that begins "The suit, which …": its verb comes after that."""
_GOES_ON = re.compile(
    r", (?:is|are|was|were|has|have|had|will|would|can|could|may|might|must|do|does|did|said|says)\b"
)
"""The main clause goes on behind an aside: its verb must not fall with it."""
_JOINING = words(
    "comes came become becomes became seem seems seemed mean means meant mark marks marked follows"
)
"""Verbs that only join a subject to what follows: without it nothing is told."""
_VERBAL = re.compile(r"\b\w+ing\b")
_REPORTED = re.compile(r"\b(?:reported|reports|said|says)\b")


def opened(field: str, span: Span) -> Span:
    """The sentence without what only leads in: dateline, section label, capitals of a link, connective."""
    for pattern in (_SHOUT, _DATELINE, _LABELS, _CONNECTIVE, _CONNECTIVE):
        found = pattern.match(field[span.start : span.end])
        if found and (pattern is _CONNECTIVE or keeps_hedges(found.group())):
            span = stripped(field, span.start + found.end(), span.end)
    while field[span.start : span.end].endswith((" .", " …")):  # a link's markup left a gap before the stop
        span = stripped(field, span.start, span.end - 1)
    return span


def shortenings(field: str, span: Span) -> tuple[Spans, ...]:
    """The sentence itself and every honest shortening of it, longest first; each is one or a few spans."""
    whole = [(span,), *_without_lead(field, span)]
    found: list[Spans] = list(whole)
    for (only,) in whole:
        found += [spans for spans in without_asides(field, only) if _sound(field, spans)]
    for spans in tuple(found):
        found += _heads(field, spans)
    for (only,) in whole:
        found += _attributed_heads(field, only)
    unique = dict.fromkeys(found)
    return tuple(sorted(unique, key=lambda spans: -len(joined(field, spans))))


def _without_lead(field: str, span: Span) -> Iterator[tuple[Span]]:
    """The main clause alone, where a clause of circumstance leads in."""
    begins = lead(field[span.start : span.end])
    if begins and _sound(field, (Span(span.start + begins, span.end),)):
        yield (Span(span.start + begins, span.end),)


def _heads(field: str, spans: Spans) -> Iterator[Spans]:
    """What stays when trailing clauses fall, one after the other from the right."""
    last = spans[-1]
    end = last.end
    for border, loose in _borders(field[last.start : last.end]):
        cut = last.start + border
        dropped = field[cut:end]
        head = (*spans[:-1], stripped(field, last.start, cut))
        if head[-1].start >= head[-1].end or not _droppable(joined(field, head), dropped):
            continue
        text = joined(field, head)
        if balanced(text) and _complete(text) and not (loose and _leans(text, dropped)):
            yield head
            end = cut


def _attributed_heads(field: str, span: Span) -> Iterator[Spans]:
    """The main clause and its "according to …" or ", the ministry said", without the clauses between them."""
    text = field[span.start : span.end]
    found = _ACCORDING.search(text) or _CLOSING.search(text)
    if not found:
        return
    source = Span(span.start + found.start("who"), span.start + found.end("who"))
    comma = found.re is _CLOSING
    for head in _heads(field, (stripped(field, span.start, span.start + found.start()),)):
        if not comma:
            yield (*head, source)
        elif field[head[-1].end] == ",":  # the comma before the source is that of what was cut
            yield (*head[:-1], Span(head[-1].start, head[-1].end + 1), source)


def _borders(text: str) -> list[tuple[int, bool]]:
    """Places where a trailing clause may begin, rightmost first, and whether no comma marks them."""
    dashes = len(_DASH.findall(text))
    firm = {
        m.start(): False
        for m in _TAIL.finditer(text)
        if dashes == 1 or not _DASH.match(m.group().lstrip(" ,"))
    }
    loose = {m.start(): True for m in _LOOSE_TAIL.finditer(text)}
    described = {m.end() - 1: True for m in _DESCRIBED.finditer(text)}
    joint = {
        m.start(): True for m in _JOINT.finditer(text) if _predicate(m.group("verb").lower(), m.group("next"))
    }
    return sorted((joint | loose | described | firm).items(), reverse=True)


def _predicate(verb: str, following: str) -> bool:
    """Whether "and" joins a second predicate ("and closed the road") and no adjective ("and broken roads")."""
    if verb in _AUXILIARIES:
        return True
    return verb in VERBS and (
        following.lower() in FOLLOWS_VERB or following[0].isupper() or following[0].isdigit()
    )


def _leans(text: str, dropped: str) -> bool:
    """Whether a clause that no comma sets off may not be dropped behind this text."""
    if _TIMED.search(text):
        return True
    if dropped.split(maxsplit=1)[0] in {"after", "before", "when", "while"} and not _VERBAL.search(dropped):
        return not has_verb(dropped)
    if _BEFORE_NOUN.match(dropped.lstrip()) and has_verb(_RELATIVE.sub("", dropped)):
        return True  # the verb of the main clause would fall with it
    return bool(_NEGATED.search(text) or _PAIRED.search(text))


def _droppable(head: str, dropped: str) -> bool:
    """Whether a tail only adds: it hides no hedge, no list's last member and no main clause."""
    rest = dropped.lstrip(" ,")
    opens, _, more = rest.partition(" ")
    if _NAMING.search(head) and re.search(r"[“\"‘]|, an? ", dropped):
        return False
    if _HALF.search(head) or (opens == "as" and _EQUAL.search(head)):
        return False
    if opens == "citing" and _REPORTED.search(head):
        rest = more
    elif not (keeps_hedges(dropped) or (dropped[:1] == "," and _tells_apart(opens, more))):
        return False
    if _GOES_ON.search(rest):
        return False
    if opens in {"that", "which"} and dropped[:1] == " ":
        return True
    if "," in rest and not (opens.endswith("ing") and has_verb(_RELATIVE.sub("", head))):
        return False
    if opens == "and":
        if head.split()[-1].lower() in VERBS:  # "shot and killed the guard": the object is both verbs'
            return False
        return len(rest.split()) > 3 and has_verb(rest)
    return opens not in {"a", "an", "the"} or not has_verb(
        re.split(r"\b(?:that|which|who|whose|where|when|after|as|to)\b", rest)[0]
    )


def _tells_apart(opens: str, more: str) -> bool:
    """Whether a clause tells of another event: what is negated or reported within it says nothing of what stands."""
    if opens not in _APART and not (opens.endswith("ing") and keeps_hedges(f"so {opens}")):
        return False
    return keeps_hedges(" ".join(more.split()[:2])) and not _QUALIFIES.search(f" {more}")


def _sound(field: str, spans: Spans) -> bool:
    return all(s.start < s.end for s in spans) and balanced(joined(field, spans))


def _says_nothing(text: str) -> bool:
    """Whether somebody "says that" and what he says has lost its verb."""
    speaker, _, told = text.rpartition(" that ")
    return speaker.rpartition(" ")[2].lower() in VERBS and not has_verb(told)


def _complete(text: str) -> bool:
    """A main clause with its verb, not broken off."""
    tokens = text.split()
    if len(tokens) < MIN_WORDS or breaks_off(text) or _says_nothing(text) or tokens[-1].lower() in _JOINING:
        return False
    if tokens[0].lower() in SUBORDINATORS or tokens[0].lower().endswith("ing"):
        main = text.partition(", ")[2]
        return has_verb(main) and not _ASIDE.match(main)
    subject = _SUBJECT.match(text)
    return has_verb(text[subject.end("aside") :] if subject else " ".join(tokens[1:]))
