"""Who can speak: offices, groups, papers; and a person's name without what describes him. Pure."""

from __future__ import annotations

import re

from newsletter.writing.lexicon import PERSON_NOUNS
from newsletter.writing.verbs import words

_OFFICIALS = PERSON_NOUNS | words(
    "official commander spokesman spokeswoman spokesperson analyst expert attorney prosecutor director critic "
    "executive envoy diplomat agency campaign ministry department office government university company court "
    "board party council jury"
)
_TITLES = words("sen rep gov adm gen dr lt col capt mr mrs ms sir justice attorney admiral envoy")
_DESCRIBED = re.compile(
    r"^(?:[A-Z0-9][\w’'.-]* )(?:[\w’'-]+ )*?(?!(?:of|the|and|for|in|to|on|de|at|von|van|al|with|by|from|as|who|"
    r"that|about|against|over|near|behind|under|among|\w+ed)\b)[a-z][\w’'-]* "
    r"(?P<name>[A-Z][\w’'-]+(?: [A-Z][\w’'.-]*){1,2})$"
)
_OF_OFFICE = re.compile(r"\b[A-Z]\w+ of [A-Z]\w+ [A-Z]")
PAPERS = words(
    "guide report notice statement filing complaint indictment affidavit lawsuit study poll "
    "survey memo letter manual ruling surveys polls documents records filings studies"
)
"""Papers that say something."""
_SPOKEN_FOR = words("spokesman spokeswoman spokesperson")
_OFFICES = re.compile(
    r"^(?:The|A) (?:federal |state |district )?(?:judge|court|president|prime minister|white "
    r"house|board|mayor|governor|company|panel|council|jury|"
    r"commission|university|agency|department|ministry|[\w’' ]{0,30}(?:court|department|ministry|"
    r"administration))$",
    re.IGNORECASE,
)
GROUPS = words(
    "surveys polls documents records families officials police prosecutors critics supporters "
    "investigators lawyers attorneys lawmakers democrats "
    "republicans experts scientists authorities senators residents unions doctors researchers "
    "analysts relatives "
    "witnesses members politicians leaders ministers organizers protesters advocates opponents allies "
    "forecasters firefighters groups voters economists diplomats aides agencies organizations organisations engineers "
    "campaigners commentators observers watchdogs workers teachers farmers rescuers survivors"
)
"""Nouns for people or papers that speak for themselves, without an article."""


PARTIES = words("democrats republicans")
"""Groups whose name keeps its capital."""


def speaks_for_itself(subject: str) -> bool:
    """Whether a subject without a name is somebody all the same: "Prosecutors", "The report", "The city's lawyer"."""
    tokens = subject.split()
    last = tokens[-1].lower()
    official = last in _OFFICIALS and (tokens[0] in {"The", "A", "An"} or bool(re.search(r"['’]s ", subject)))
    known = last in GROUPS | PAPERS | _SPOKEN_FOR or bool(_OFFICES.match(subject))
    return known or official or (tokens[0] == "The" and tokens[-1][:1].isupper())


def described(subject: str) -> bool:
    """Whether a plain description stands before the name: "Corvane woman Ines Talbot"."""
    return bool(_DESCRIBED.match(subject))


def short_name(name: str) -> str:
    """A person's name without what describes him before it, where there is such."""
    return untitled(name) or name


def untitled(subject: str) -> str:
    """The person's name without the office before it; empty where no office stands there."""
    if described := _DESCRIBED.match(subject):
        return _plain(described.group("name"))
    run = subject.split(" of ")[0].split() if not _OF_OFFICE.search(subject) else subject.split()
    name = run[-_name_length(run) :]
    titled = any(t.lower().strip(".") in PERSON_NOUNS | _TITLES for t in run[: -len(name)])
    plain = all(t[:1].isupper() and not t.endswith(("’s", "'s")) for t in name)
    return " ".join(name) if titled and plain and ("and" not in run or name != run[-2:]) else ""


def _plain(name: str) -> str:
    """A name without the office that it begins with: "President Ines Talbot"."""
    first, _, rest = name.partition(" ")
    return rest if " " in rest and first.lower().strip(".") in PERSON_NOUNS | _TITLES else name


def _name_length(run: list[str]) -> int:
    """Words of the person's name that a run ends with: "Talbot Jr." and "Ines F. Talbot" have three."""
    size = 3 if run[-1] in {"Jr.", "Jr", "Sr.", "II", "III"} else 2
    return size + 1 if len(run) > size and re.fullmatch(r"[A-Z]\.", run[-size]) else size
