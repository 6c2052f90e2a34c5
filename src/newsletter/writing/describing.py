"""Sentences that say who somebody or what something is: an apposition, "who …", or "X is a …". Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from newsletter.writing.asking import Asked
from newsletter.writing.lexicon import CALENDAR, PERSON_NOUNS
from newsletter.writing.verbs import words

_RUN = re.compile(
    r"[A-Z][\w’'-]*\w(?:(?: [A-Z]\.)?(?: (?:de|van|von|bin|al|el|da|di|la|of the|of))? [A-Z][\w’'-]*\w)*"
)
_APPOSED = re.compile(
    r"^, (?:\d\d, )?(?P<what>(?:a|an|the|one of|former|who|"
    r"whose) [^,;:—–“”\"]{8,140}?)(?:,(?! and\b)|\.?$| —| –)"
)
_OWNED = re.compile(
    r"^, (?P<what>(?:(?:[\w.-]+ ){0,3}[\w.-]+['’]s? |(?:deputy |senior |chief |acting |"
    r"executive )?[a-z]+ (?:of|at|for|with) )"
    r"[^,;:—–“”\"]{6,100}),(?! and\b)"
)
_IS = re.compile(
    r"^(?:, \d\d,)? (?:is|was|became) (?:currently |now |also )?"
    r"(?P<what>(?:a|an|the|one of|[A-Z][\w.-]+[’']s?) [^;:“”\"]{8,140})"
)
_HEAD_ENDS = re.compile(
    r",| (?:who|whom|whose|that|which|of|in|for|at|from|and|with|to|on|by|known|based|accused|charged|"
    r"serving|since|as|behind|under|over|between|\w+ing)\b"
)
_PERSONS = PERSON_NOUNS | words(
    "ceo chair chairman chairwoman head founder co-founder chief boss aide ally wife widow "
    "brother sister uncle aunt "
    "cousin nephew niece child expert executive spokesman spokeswoman spokesperson politician "
    "member socialist "
    "democrat republican representative congressman congresswoman attorney prosecutor architect "
    "envoy diplomat "
    "general admiral colonel captain commander sheriff guard host critic activist author poet "
    "athlete champion star "
    "celebrity billionaire millionaire magnate tycoon investor capitalist entrepreneur veteran "
    "refugee immigrant "
    "migrant citizen resident native graduate nurse surgeon scholar academic fellow analyst "
    "consultant lobbyist "
    "strategist official employee agent detective inspector comedian rapper musician influencer "
    "pastor priest bishop "
    "imam rabbi militant gunman attacker friend partner couple twin survivor witness nominee "
    "appointee successor "
    "secretary-general vice-president assemblyman assemblywoman assemblymember councilman "
    "councilwoman alderman "
    "mathematician sociologist economist physicist historian"
)
_THINGS = words(
    "act law bill statute rule treaty agreement pact amendment provision program programme "
    "agency organization "
    "organisation group party coalition alliance union movement militia network foundation "
    "nonprofit charity company "
    "firm corporation startup maker manufacturer retailer bank fund platform app tool software "
    "drug medicine vaccine "
    "disease virus infection disorder syndrome condition weapon missile drone bomb ship vessel "
    "destroyer submarine "
    "aircraft jet plane helicopter waterway strait canal channel pipeline route base facility "
    "center centre venue "
    "museum school university college institute institution commission committee council board "
    "court panel body "
    "exercise operation doctrine practice procedure process system technology device substance "
    "chemical site "
    "addition airline newspaper magazine outlet think-tank tank watchdog regulator index award festival"
)
_TITLES = words("mr mrs ms miss dr sir sen rep gov adm gen lt col capt justice")
_PLACES = words(
    "city town village suburb island archipelago region province district county enclave exclave neighborhood "
    "neighbourhood port peninsula state territory municipality hamlet settlement township resort valley commune"
)
_LIES = re.compile(r"\b(?:in|of|near|on|off|outside|between|west|east|north|south)\b")
_CALLED = re.compile(
    r"\b(?:an?|the) (?:[a-z-]+ ){0,3}(?P<noun>[a-z]+),? (?:known as|called|named|dubbed|codenamed) [“\"]?"
    r"(?P<name>[A-Z][\w’'-]+(?: (?:of |the )?[A-Z][\w’'-]+){0,4})"
)
_NO_PERSON = words(
    "paper newspaper carrier order number center river tower letter chapter matter quarter "
    "power border harbor error "
    "sector motor reactor factor water winter summer offer server computer helicopter disaster "
    "shelter cluster corner "
    "theater barrier container tanker freighter bomber tumor mirror labor labour favor chamber "
    "cover danger layer "
    "register counter computer router scooter trailer charter quarter weather feather leather "
    "ladder indicator "
    "generator elevator escalator transformer boulder shoulder folder cylinder manner dinner "
    "banner former latter "
    "other another rather further later earlier larger smaller greater newer older higher lower "
    "maker retailer "
    "manufacturer regulator"
)
_PERSON_END = re.compile(r"(?:er|or|ist|eer|man|woman|cian|person)$")
_DEFINES = re.compile(
    r"who (?:also )?(?:(?:is|was) (?:also |now |once |then )?(?:a|an|the|one|among|head|chief)|"
    r"has (?:been (?:a|an|the)|served|led|worked|represented)|leads?|led|serve[sd]|"
    r"became|founded|co-founded|runs|"
    r"ran|heads|headed|works|worked|represents|represented|won|owns|owned|bought|wrote|created|"
    r"plays|played|starred|"
    r"commands|commanded|oversees|oversaw|chairs|chaired|teaches|taught|survived) "
)
_KNOWN = re.compile(r"(?:the )?(?:president|prime minister|first lady)(?: of .*)?$")


def describes(text: str, known: frozenset[str]) -> Iterator[Asked]:
    """ "Who is X?" and "What is X?" where the sentence tells; ``known`` are names that the story's texts use alone."""
    yield from _known_as(text)
    for run in _RUN.finditer(text):
        after = text[run.end() :]
        found = (
            _APPOSED.match(after) or _OWNED.match(after) or (_IS.match(after) if run.start() == 0 else None)
        )
        name = _name(run.group(), known) if found else ""
        if not found:
            continue
        what = found.group("what")
        if _head(what) in _PLACES and _LIES.search(what) and _is_place(run.group()):
            yield Asked("place", f"Where is {run.group()}?", run.group())
        if not name:
            continue
        if _of_person(what) and 2 <= len(name.split()) <= 3 and not _KNOWN.match(_bare(what)):
            yield Asked("who", f"Who is {name}?", name)
        elif _head(what) in _THINGS and len(what.split()) > 3:
            article = "the " if text[: run.start()].lower().endswith("the ") else ""
            yield Asked("what", f"What is {article}{name}?", name)


def _known_as(text: str) -> Iterator[Asked]:
    """What a thing is that the sentence gives with its kind: "an exercise known as …"."""
    for found in _CALLED.finditer(text):
        if found.group("noun") in _THINGS:
            yield Asked("what", f"What is {found.group('name')}?", found.group("name"))
            yield Asked("called", f"What is the {found.group('noun')} called?", found.group("name"))


def capital_runs(texts: tuple[str, ...]) -> frozenset[str]:
    """Runs of capitalised words that stand in the texts without another capital before them."""
    return frozenset(run.group() for text in texts for run in _RUN.finditer(text))


def _name(run: str, known: frozenset[str]) -> str:
    """The part of a run that is the name: the shortest ending of two words or more that is known by itself."""
    words = run.split()
    if len(words) == 1:
        full = {k for k in known if k.endswith(" " + run) and len(k.split()) == 2 and not _is_title(k)}
        return full.pop() if len(full) == 1 else ""
    if any(w.lower() in CALENDAR for w in words):
        return ""
    for size in range(2, len(words)):
        ending = " ".join(words[-size:])
        if ending in known:
            return ending
    return run if len(words) <= 4 else ""


def _is_place(run: str) -> bool:
    """Whether a run of capitals can be a place: short, no month, no person's office."""
    tokens = [t.lower() for t in run.split()]
    return len(tokens) < 4 and not any(t in CALENDAR or t in _PERSONS for t in tokens)


def _is_title(name: str) -> bool:
    first = name.split()[0].lower().strip(".")
    return first in _PERSONS or first in _TITLES


def _of_person(what: str) -> bool:
    if what.startswith("who "):
        return len(what.split()) > 4 and bool(_DEFINES.match(what))
    head = _head(what)
    if re.match(r"the (?:latest|last) .*\bto\b", what):
        return False
    if head in _NO_PERSON or head in _THINGS or what.startswith("whose "):
        return False
    return len(what.split()) > 2 and (head in _PERSONS or bool(_PERSON_END.search(head)))


def _head(what: str) -> str:
    """The noun that a description turns on: the last word before its first "of", "who" or comma."""
    words = _HEAD_ENDS.split(_bare(what), maxsplit=1)[0].split()
    if what.startswith("one of"):
        words = re.split(r" (?:who|that|in|of|to)\b", what[7:])[0].split()
        return words[-1].lower().removesuffix("s") if words else ""
    return words[-1].lower().strip("’'.") if words else ""


def _bare(what: str) -> str:
    """A description without its article or owner."""
    return re.sub(r"^(?:(?:a|an|the|former) |(?:[\w.-]+ ){0,3}[\w.-]+['’]s? )", "", what)
