"""Questions after what somebody did, plans, is charged with; what a law would do; who did it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from newsletter.writing.asking import Asked, Told, ask, named, somebody, sound
from newsletter.writing.clauses import deed, opening
from newsletter.writing.speakers import short_name
from newsletter.writing.speech import VACUOUS
from newsletter.writing.verbs import words

_CHARGED = re.compile(r"^(?:been )?(?:accused of|charged with|facing|indicted on)\b")
_FACES = re.compile(r"\b(?:charges?|counts?)\b")
_SENTENCE = re.compile(
    r"\b(?:in prison|in jail|life sentence|behind bars|death penalty|years[’']? imprisonment)\b"
)
_DOING = words(
    "propose demand recommend request investigate declare approve order sign launch impose introduce unveil suspend "
    "seize ban cancel publish release issue file lift announce block pass reveal test build close"
)
_ABOUT = {
    ("call", "for"),
    ("ask", "for"),
    ("push", "for"),
    ("warn", "of"),
    ("apologize", "for"),
    ("apologise", "for"),
}
"""Verbs that need their preposition in a question."""
_RULES = words(
    "allow require ban create give limit bar raise cut protect prohibit permit restrict extend end expand block force "
    "lower make impose let add"
)
"""What laws and plans do."""
_BY = re.compile(
    r"^(?P<verb>founded|co-founded|started|led|written|built|owned|run|created|bought|appointed|nominated|designed|managed|"
    r"organi[sz]ed|discovered|produced|operated|filed|brought|signed|backed|funded|sponsored|chosen|elected|sued|shot|"
    r"represented|made) by (?!(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)\b)(?=[A-Z])"
)
_UNDER_WAY = re.compile(
    r"^(?P<verb>(?:send|build|buy|sell|fight|investigat|propos|consider|test|seek|launch|deploy|prepar)ing) "
    r"(?:the|a|an|its|their|more|\d+|[A-Za-z][\w-]*) (?:[\w’'.$-]+ ){0,4}?(?P<tail>(?:to|from|against|into|over) .*)"
)
_LAWS = re.compile(
    r"\b(?:[Aa]ct|[Bb]ill|[Ll]aw|[Oo]rder|[Pp]lan|[Pp]roposal|[Mm]easure|[Rr]ule|[Dd]eal|[Aa]greement|"
    r"[Aa]mendment|[Pp]olicy|[Rr]esolution|[Tt]reaty|[Pp]rogram(?:me)?|[Ll]awsuit|[Bb]an|[Rr]eform|[Tt]ax|[Ee]xemption|[Rr]uling|[Ii]njunction|[Bb]udget|[Mm]ap|[Ss]tatute|"
    r"[Dd]ecree|[Cc]harter|[Ss]cheme|[Ff]und)$"
)
_ACTORS = words(
    "criticize criticise condemn oppose support endorse praise back defend sue investigate lead "
    "defeat replace found block veto sign win"
)
_COMPARED = re.compile(
    r"^(?:one of )?the (?:[a-z]+est|worst|first|most \w+) .*\b(?:since|in (?:years|decades|history)|ever|this century|"
    r"on record|in (?:more than |nearly |over )?\w+ (?:years|decades))\b"
)
_CHARGES = re.compile(
    r"(?:\b(?:is|are) charging|(?<!was )(?<!were )(?<!been )(?<!is )(?<!are )\bcharged) "
    r"(?:[A-Z][\w’'-]* [a-z-]+ )?(?P<whom>[A-Z][\w’'.-]+(?: [A-Z][\w’'.-]*){1,3}) with "
)
_NEXT = re.compile(
    r"^[A-Z][\w’'-]+ [A-Z][^“”\"]* (?:are|is) (?:[a-z]+ )*(?:frontrunners?|front-runners?|favou?rites?|contenders?|"
    r"candidates?|names|shortlist|choices?|picks?)\b[^“”\"]*? to (?:replace|succeed) "
    r"(?P<whom>[A-Z][\w’'-]+(?: [A-Z][\w’'-]+){0,2})"
)
_LIABLE = re.compile(r"^(?!that )[\w’'.-]+(?: [\w’'.-]+){0,4}? (?:guilty of|liable for)(?= )")
_WORRIES = re.compile(r"^(?:concerns?|questions?|doubts?|fears?|alarm|worries) (?:about|over)(?= )")
_MEETS = {"meet"}
_TAKES_PERSON = _MEETS | words("arrest detain name identify charge appoint nominate")
_PERSON = re.compile(
    r"^(?:an? (?:[\w’'-]+ ){0,3}?(?:man|woman|suspect|expert|teenager|student|official|leader|lawyer|driver|"
    r"\w+(?:ist|eer))\b|(?:[A-Z][\w’'.-]+ )+[A-Z]?)"
)
_SUFFERS = re.compile(
    r"(?:been )?(?:shot|killed|kidnapped|abducted|seized|hospitali[sz]ed|rescued|released|freed|stabbed|struck|"
    r"pronounced dead|found (?:dead|guilty|liable|alive)|sentenced|convicted|acquitted|fired|suspended)\b"
)
_OBJECT_ENDS = re.compile(
    r"\b(?:after|before|as|while|when|who|which|that|amid|for|in|on|over|saying|with|by|to)\b"
)


def charged(told: Told) -> Asked | None:
    name = told.of.subject
    if not named(told):
        return None
    base, form, tail = deed(told.of)
    found = _CHARGED.match(told.of.rest)
    if found and told.of.helper in {"is", "was", "has"}:
        word = found.group().replace("been ", "")
        if word in {"accused of", "charged with"}:
            helper = "was" if told.of.helper == "was" else "is"
            return Asked("charge", f"What {helper} {name} {word}?", name)
    if base == "plead" and tail.startswith("guilty to ") and not form.endswith("ing"):
        return Asked("charge", ask("What", told.of, f"{form} guilty to", told.about.common), name)
    if base == "plead" and tail.startswith(("not guilty", "no contest")) and not form.endswith("ing"):
        return Asked("charge", ask("How", told.of, form, told.about.common), name)
    if told.of.base == "face" and _SENTENCE.search(told.of.rest):
        return Asked("penalty", f"What sentence could {name} face?", name)
    if told.of.base == "face" and _FACES.search(told.of.rest):
        return Asked("charge", f"What charges does {name} face?", name)
    return None


def charges(text: str) -> Iterator[Asked]:
    """What a person is charged with, where the sentence says who charges him."""
    for found in _CHARGES.finditer(text):
        yield Asked("charge", f"What is {found.group('whom')} charged with?", found.group("whom"))


def liable(told: Told) -> Asked | None:
    """What a court found somebody guilty of or liable for."""
    base, form, tail = deed(told.of)
    found = _LIABLE.match(tail) if base == "find" else None
    if not found:
        return None
    return Asked(
        "charge", ask("What", told.of, f"{form} {found.group()}", told.about.common), told.of.subject
    )


def successors(text: str) -> Iterator[Asked]:
    """Who could replace somebody, where the sentence opens with those who are spoken of."""
    found = _NEXT.match(text)
    if found:
        yield Asked("doer", f"Who could replace {short_name(found.group('whom'))}?", found.group("whom"))


def worries(told: Told) -> Asked | None:
    """What somebody raised concerns about."""
    base, form, tail = deed(told.of)
    found = _WORRIES.match(tail) if base in {"raise", "voice", "express"} else None
    if not found or not (somebody(told) or told.of.subject.startswith("The ")):
        return None
    return Asked("act", ask("What", told.of, f"{form} {found.group()}", told.about.common), told.of.subject)


def does(told: Told) -> Asked | None:
    """What somebody proposes, orders, is sending where."""
    base, form, tail = deed(told.of)
    words = tail.split()
    if not somebody(told) or len(words) < 4 or VACUOUS.match(told.of.rest):
        return None
    if (
        base in _DOING
        and told.of.helper != "had"
        and words[0] in {"the", "a", "an"}
        and not form.endswith("ing")
    ):
        return Asked("act", ask("What", told.of, form, told.about.common), told.of.subject)
    if (base, words[0]) in _ABOUT:
        return Asked("act", ask("What", told.of, f"{form} {words[0]}", told.about.common), told.of.subject)
    found = _UNDER_WAY.match(opening(told.of.rest))
    if found and told.of.helper in {"is", "are", "was", "were"}:
        rest = f"{found.group('verb')} {found.group('tail')}"
        return Asked("act", ask("What", told.of, rest, told.about.common), told.of.subject)
    return None


def would(told: Told) -> Asked | None:
    if not _LAWS.search(told.of.subject):
        return None
    if told.of.base in _RULES and told.of.helper in {"does", "did"}:
        return Asked(
            "does",
            ask("What", told.of, "", told.about.common).replace(f" {told.of.base}?", " do?"),
            told.of.subject,
        )
    if told.of.helper not in {"would", "will"}:
        return None
    if told.of.rest.startswith("be "):
        return None
    done = "have done" if told.of.rest.startswith("have ") else "do"
    return Asked("does", ask("What", told.of, done, told.about.common), told.of.subject)


def doer(told: Told) -> Asked | None:
    """Who did what, where the doer is named."""
    what = _OBJECT_ENDS.split(opening(told.of.rest))[0].strip()
    if not named(told) or told.of.base not in _ACTORS or not re.search(r"[A-Z]", what):
        return None
    return Asked("doer", f"Who {told.of.verb} {what}?", told.of.subject) if len(what.split()) > 1 else None


def by_whom(told: Told) -> Asked | None:
    """Who started, leads, owns a thing, where a passive names him."""
    found = _BY.match(told.of.rest) if told.of.helper in {"is", "are", "was", "were"} else None
    if not found or not (named(told) or told.of.subject.startswith("The ")):
        return None
    return Asked("doer", ask("Who", told.of, f"{found.group('verb')} by", told.about.common), told.of.subject)


def whom(told: Told) -> Asked | None:
    """Whom somebody met, arrested, named; a person follows the verb."""
    base, form, tail = deed(told.of)
    found = _PERSON.match(tail) if base in _TAKES_PERSON else None
    if not found or not somebody(told) or (base in _MEETS) == bool(re.match(r"an? ", tail)):
        return None
    return Asked("doer", ask("Whom", told.of, form, told.about.common), told.of.subject)


def fate(told: Told) -> Asked | None:
    """What happened to somebody: he was kidnapped, shot, released."""
    helped = told.of.helper in {"was", "were", "has", "have"} and _SUFFERS.match(told.of.rest)
    if (
        not helped
        or not named(told)
        or told.of.subject.split()[-1] not in told.about.central | told.about.shared
    ):
        return None
    question = f"What happened to {short_name(told.of.subject)}?"
    return Asked("fate", question, told.of.subject) if sound(question) else None


def compared(told: Told) -> Asked | None:
    """How a thing compares, where it is the strongest, the first since, the worst in years."""
    if told.of.helper not in {"is", "was"} or told.of.subject.split()[-1][:1].isupper():
        return None
    if not _COMPARED.match(told.of.rest):
        return None
    subject = (
        told.of.subject[0].lower() + told.of.subject[1:]
        if told.of.subject.startswith("The ")
        else told.of.subject
    )
    helper = "does" if told.of.helper == "is" else "did"
    return Asked("before", f"How {helper} {subject} compare with others?", told.of.subject)
