"""Questions after reasons, causes and effects, and after what came before. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from newsletter.writing.asking import Asked, Told, ask, named, somebody, sound
from newsletter.writing.clauses import Clause, clause, clause_subject, deed, opening
from newsletter.writing.lexicon import BARE_VERBS
from newsletter.writing.terms import term_set
from newsletter.writing.verbs import PAST, PRESENT, words

_REASON = re.compile(
    r",? (?:because|due to|in response to|in retaliation for|in protest (?:of|at|against|over)|"
    r"in (?:an?|the) (?:effort|attempt|bid) to|in order to|so that|so (?:he|she|it|they) can|citing|"
    r"on suspicion of|"
    r"amid (?:growing |rising |widespread )?(?=(?:fears|concerns|suggestions|reports|threats|warnings|pressure|"
    r"anger)\b)) ?"
)
_DUE = re.compile(r",? due to (?:" + "|".join(sorted(BARE_VERBS | frozenset(PAST.values()))) + r")\b")
""" "due to begin" is no reason."""
_REASON_FIRST = re.compile(
    r"^(?:In response to|Because of|Due to|In retaliation for|In protest (?:of|at|against)|"
    r"Citing) [^,]{5,90}, "
)
_BASES = BARE_VERBS | frozenset(PAST.values()) | frozenset(PRESENT.values())
_PURPOSE = re.compile(r"^(?P<before>[^,;:—–“”\"]+?) to (?P<verb>[a-z]+) \w")
_MOVES = words(
    "go travel head leave depart step resign quit meet arrive fly visit gather return close shut deploy send "
    "move join withdraw march rally launch create stage"
)
"""Verbs of which a "to …" that follows tells the purpose."""
_MOVING = words("headed heading traveling travelling leaving departing stepping closing sending moving")
_FOR = re.compile(r"^(?P<before>[^,;:—–“”\"]+?) (?:for|over) (?P<deed>\w+ing|(?:his|her|its|their) )")
_JUDGES = words(
    "criticize criticise praise blame thank sue fine condemn rebuke punish arrest honor honour fire"
)
_TROUBLE = re.compile(
    r"^(?P<what>(?:face )?(?:\w+ )?(?:criticism|backlash|scrutiny|pressure|calls|questions|lawsuits?|legal action|"
    r"protests)) (?:over|for|because of|after) "
)
_CAUSES = words("help cause prompt force trigger spark drive allow raise lead hamper complicate fuel delay")
_CAUSING = re.compile(
    r"^[A-Z][^“”\"]{8,90}? (?P<helper>is|are|was|were) (?:still |now )?(?P<verb>causing|hampering|"
    r"complicating|fueling|fuelling|delaying|threatening|driving) (?!to\b)(?P<what>[a-z][^,;:—–“”\"]+)"
)
_ACTS = re.compile(
    r"\b(?:plea|ruling|decision|move|vote|deal|agreement|strike|ban|law|bill|order|plan|tariffs?|"
    r"sanctions|closure|sale|verdict|resignation|departure|merger|cuts?|changes?|reduction|shutdown|attack|storm|"
    r"hurricane|loss|win|victory)\b"
)
_LATER = re.compile(
    r"\b(?:hours|days|weeks|months|years|shortly|soon|minutes|moments|day|week|month|year|right|"
    r"just)$|\b(?:look|name)\w*$"
)
_LASTS = re.compile(
    r"^(?:more than |over |nearly |about |almost |some )?(?:\d+|[a-z]+) (?:days|weeks|months|years)\b"
)


def why(told: Told) -> Asked | None:
    lead = _REASON_FIRST.match(told.text)
    if lead and not told.of.speaks and '"' not in told.of.rest and " that " not in told.of.rest:
        return Asked("why", ask("Why", told.of, opening(told.of.rest), told.about.common), told.of.subject)
    reason = _REASON.search(told.text)
    head = clause(told.text[: reason.start()]) if reason and '"' not in told.text[: reason.start()] else None
    if reason and _DUE.match(told.text[reason.start() :]):
        return None
    if not head or head.speaks or head.base == "come" or "said" in head.rest or " that " in head.rest:
        return None
    if re.search(r"[,;—–] (?:and|but)\b", head.rest):
        return None
    rest = re.sub(r" (?:shortly )?(?:before|after)(?= with\b)", "", opening(head.rest))
    return Asked("why", ask("Why", head, rest, told.about.common), told.of.subject)


def purpose(told: Told) -> Asked | None:
    """Why somebody went, left, met: to do what."""
    moving = told.of.rest.split(" ", 1)[0] in _MOVING and told.of.helper in {"is", "are", "was", "were"}
    future = told.of.helper in {"will", "would"} and told.of.rest.split(" ", 1)[0] in _MOVES
    found = _PURPOSE.match(told.of.rest) if moving or future or told.of.base in _MOVES else None
    if not found or found.group("before") in {"on", "ahead", "back"} or found.group("verb") not in _BASES:
        return None
    if re.search(r"\b(?:that|who|which|and)\b", found.group("before")) or re.search(
        r"\b(?:is|are|was|were|set|due|expected|able|plans?|calls?|efforts?|bid)$", found.group("before")
    ):
        return None
    return Asked("why", ask("Why", told.of, found.group("before"), told.about.common), told.of.subject)


def judged(told: Told) -> Asked | None:
    """Why somebody criticises, sues, praises another: for what."""
    base, form, tail = deed(told.of)
    found = _FOR.match(tail) if base in _JUDGES else None
    trouble = _TROUBLE.match(told.of.rest) if base == "face" or told.of.rest.startswith("face ") else None
    if trouble and somebody(told):
        return Asked("why", ask("Why", told.of, trouble.group("what"), told.about.common), told.of.subject)
    if not found or not somebody(told) or form.endswith("ing") or len(found.group("before").split()) > 5:
        return None
    return Asked(
        "why", ask("Why", told.of, f"{form} {found.group('before')}", told.about.common), told.of.subject
    )


def before(told: Told) -> Asked | None:
    """What came before an act, where the sentence says after what it came; a cause is not claimed."""
    head, joint, tail = re.split(r"[,;—–]", told.text)[0].partition(" after ")
    if (
        not joint
        or len(tail.split()) < 4
        or tail.split()[0].endswith("ing")
        or _LATER.search(head)
        or _LASTS.match(tail)
    ):
        return None
    act = clause(head)
    if not act or act.speaks or act.helper not in {"did", "was", "were"}:
        return None
    if len(term_set(f"{act.verb} {act.rest}") & told.about.topics) < 2:
        return None
    inner = clause_subject(act.subject, told.about.common)
    return Asked("before", f"What happened before {inner} {act.verb} {act.rest}?", act.subject)


def cause(told: Told) -> Asked | None:
    """What caused or helped something: the doer is a thing."""
    what = opening(told.of.rest).split(" and ")[0]
    if (
        len(told.of.subject.split()) < 3
        or told.of.base not in _CAUSES
        or named(told)
        or somebody(told)
        or told.of.helper not in {"did", "does"}
    ):
        return None
    return Asked("cause", f"What {told.of.verb} {what}?", told.of.subject) if len(what.split()) > 2 else None


def causing(text: str) -> Iterator[Asked]:
    """What is causing what, however long the list of causes."""
    found = _CAUSING.match(text)
    if not found or re.search(r"\b(?:who|that|which|said|says)\b", found.group()[: found.start("helper")]):
        return
    helper = "was" if found.group("helper") in {"was", "were"} else "is"
    what = re.split(r"\b(?:as|and|after|while|across|that|which)\b", found.group("what").rstrip("."))[
        0
    ].strip()
    question = f"What {helper} {found.group('verb')} {what}?"
    if sound(question) and len(what.split()) > 1:
        yield Asked("cause", question)


def effect(told: Told) -> Asked | None:
    """What an act, a ruling, a plea could bring about."""
    if told.of.helper not in {"could", "would", "may", "might"} or named(told) or somebody(told):
        return None
    thing = re.match(r"The (?:[a-z][\w-]+ ?){1,3}$", told.of.subject) and told.of.helper in {"could", "might"}
    if not (thing or _ACTS.search(told.of.subject)) or told.of.rest.startswith(("be ", "have been", "not ")):
        return None
    has = Clause(told.of.subject, "", told.of.helper, "have", "")
    return Asked("effect", ask("What effect", has, "", told.about.common), told.of.subject)
