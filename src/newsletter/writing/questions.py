"""The questions that one sentence answers, each with its kind. Templates over the evidence's own names and terms.

The kind of answer is part of every pattern: "who" needs a description, "how many" a number, "when" a time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from newsletter.writing.amounts import long_span, margin, of_numbers, paid, voted
from newsletter.writing.asking import (
    GROUPS,
    Asked,
    Clause,
    Context,
    Told,
    ask,
    clause,
    clause_subject,
    named,
    opening,
    sound,
)
from newsletter.writing.describing import describes
from newsletter.writing.quotes import without_quotations
from newsletter.writing.verbs import PAST, words

_REASON = re.compile(
    r",? (?:because|due to|in response to|in retaliation for|in protest (?:of|at|against|over)|"
    r"in (?:an?|the) (?:effort|attempt|bid) to|in order to|so that|so (?:he|she|it|they) can|citing) "
)
_REASON_FIRST = re.compile(
    r"^(?:In response to|Because of|Due to|In retaliation for|In protest (?:of|at|against)|"
    r"Citing) [^,]{5,90}, "
)
_CHARGED = re.compile(r"^(?:been )?(?:accused of|charged with|facing|indicted on)\b")
_FACES = re.compile(r"\b(?:charges?|counts?)\b")
_SENTENCE = re.compile(
    r"\b(?:in prison|in jail|life sentence|behind bars|death penalty|years[’']? imprisonment)\b"
)
_REACTS = re.compile(r"(?:to (?:the|a|his|her|their|its) (?!scene|report|call|911)\w+|by|with|in a)\b")
_RESPONSES = words(
    "deny reject dismiss dispute defend respond condemn criticize criticise rebuke denounce "
    "apologize apologise"
)
_SAYING = words("warn say argue insist tell write call describe praise accuse blame claim")
_DOING = words(
    "announce propose demand reveal admit acknowledge order recommend request conclude rule "
    "promise vow plan want seek "
    "allege decide investigate declare approve"
)
_FINDING = words("rule conclude find determine")
_DOING_NOW = words("demanding planning seeking proposing considering investigating")
_UNDER_WAY = re.compile(
    r"(?!being|accusing|departing|joining|going|leaving|returning|facing|having|making|taking|becoming|running|"
    r"leading|giving|getting|losing)\w{2,}ing "
    r"(?:the|a|an|its|their|more|\d+|[A-Z]\w+(?! [A-Z]\w+ to\b)) ?"
)
_DONE = words(
    "shown found said announced ordered proposed warned demanded promised vowed pledged ruled urged"
)
_CAUSES = words("help cause prompt force trigger spark drive allow raise lead")
_PAPERS = words(
    "guide report notice statement filing complaint indictment affidavit lawsuit study poll "
    "survey memo letter manual "
    "ruling spokesman spokeswoman spokesperson"
)
_OFFICES = re.compile(
    r"^(?:The|A) (?:federal |state |district )?(?:judge|court|president|prime minister|white "
    r"house|board|mayor|governor|company|panel|council|jury|"
    r"commission|university|agency|department|ministry|[\w’' ]{0,30}(?:court|department|ministry|"
    r"administration))$",
    re.IGNORECASE,
)
_TOPIC = re.compile(r"(?:\bthe )?\b[A-Z][\w-]{2,}(?:(?: of(?: the)?)? [A-Z][\w-]+)*(?![\w.’'-])")
_VACUOUS = re.compile(
    r"^(?:the|his|her|their|its|this|that|a) (?:news|move|decision|announcement|departure|plan|"
    r"it)\b(?! to\b| of\b| that\b)"
)
_ACTORS = words(
    "criticize criticise condemn oppose support endorse praise back defend sue investigate lead "
    "defeat replace own found "
    "block veto sign"
)
_ACTS = re.compile(
    r"\b(?:plea|ruling|decision|move|vote|deal|agreement|strike|ban|law|bill|order|plan|tariffs?|"
    r"sanctions|closure|sale|"
    r"verdict|resignation|departure|merger|cuts?|changes?|reduction|shutdown|attack|storm|"
    r"hurricane|loss|win|victory)\b"
)
_LATER = re.compile(
    r"\b(?:hours|days|weeks|months|years|shortly|soon|minutes|moments|day|week|month|year|right|"
    r"just)$|\b(?:look|name)\w*$"
)
_AROUND = (
    r"(?:in|near|at|outside|off|inside) "
    r"(?!(?:early |late |mid-)?(?:Jan|Feb|Mar|Apr|May\b|Jun|Jul|Aug|Sep|Oct|Nov|Dec))"
    r"(?:the |a )?(?:[\w’'-]+ ){0,4}?[A-Z]"
)
_PLACE = re.compile(rf"^(?P<verb>\w+(?:ed|ot|nd|ld|en|ken)) {_AROUND}")
_AT = re.compile(rf"^{_AROUND}")
_HAPPENS = words("strike crash collide explode erupt land happen occur begin open sink")
_LAWS = re.compile(
    r"\b(?:[Aa]ct|[Bb]ill|[Ll]aw|[Oo]rder|[Pp]lan|[Pp]roposal|[Mm]easure|[Rr]ule|[Dd]eal|[Aa]greement|"
    r"[Aa]mendment|[Pp]olicy|[Rr]esolution|[Tt]reaty|[Pp]rogram(?:me)?|[Ll]awsuit)$"
)
_DATE = re.compile(
    r",? (?:(?:in|on|since) )?(?:(?:January|February|March|April|May|June|July|August|September|"
    r"October|November|December|"
    r"Jan\.|Feb\.|Aug\.|Sept\.|Oct\.|Nov\.|Dec\.)(?: \d{1,2}\b)?(?:,? (?:19|20)\d\d\b)?|"
    r"\d{1,2} (?:January|February|March|April|May|June|July|August|September|October|November|December)\b|"
    r"(?<=in )(?:19|20)\d\d\b)"
)
_UNKNOWN = re.compile(
    r"\b(?:(?:is|was|were|are|remains?|remained|it['’]s) (?:still )?(?:unclear|unknown|"
    r"not (?:yet |immediately |"
    r"publicly )?(?:clear|known|been (?:identified|named|released|disclosed|determined)))|"
    r"(?:has|have|had) (?:not|yet to) (?:yet )?(?:been |be )?(?:publicly )?(?:named|released?|"
    r"identif\w+|said|say|"
    r"disclosed?|determined?|announced?|confirm\w*|explain\w*)|"
    r"did not (?:immediately )?(?:say|give|specify|explain|disclose|provide|elaborate)|"
    r"(?:has|have)n['’]t yet\b|(?:is|are|was|were) no confirmed\b|"
    r"(?:gave|given|offered|provided) no (?:date|details?|reason|explanation|timeline|motive)|"
    r"no (?:known )?motive)\b"
)


def questions(text: str, about: Context) -> Iterator[Asked]:
    """Every question that the sentence answers outright."""
    yield from describes(text, about.known)
    if _UNKNOWN.search(without_quotations(text)):
        yield Asked("unknown", "What is not known yet?")
    yield from of_numbers(text)
    found = clause(text)
    if not found:
        return
    told = Told(text, found, about)
    for template in _TEMPLATES:
        question = template(told)
        if question and question.text and sound(question.text):
            yield question


def _why(told: Told) -> Asked | None:
    lead = _REASON_FIRST.match(told.text)
    if lead and not told.of.speaks and '"' not in told.of.rest and " that " not in told.of.rest:
        return Asked("why", ask("Why", told.of, opening(told.of.rest), told.about.common), told.of.subject)
    reason = _REASON.search(told.text)
    head = clause(told.text[: reason.start()]) if reason and '"' not in told.text[: reason.start()] else None
    if not head or head.speaks or "said" in head.rest or " that " in head.rest:
        return None
    return Asked("why", ask("Why", head, opening(head.rest), told.about.common), told.of.subject)


def _charged(told: Told) -> Asked | None:
    name = told.of.subject
    if not named(told):
        return None
    charged = _CHARGED.match(told.of.rest)
    if charged and told.of.helper in {"is", "was", "has"}:
        word = charged.group().replace("been ", "")
        if word in {"accused of", "charged with"}:
            helper = "was" if told.of.helper == "was" else "is"
            return Asked("charge", f"What {helper} {name} {word}?", name)
    if told.of.base == "face" and _SENTENCE.search(told.of.rest):
        return Asked("penalty", f"What sentence could {name} face?", name)
    if told.of.base == "face" and _FACES.search(told.of.rest):
        return Asked("charge", f"What charges does {name} face?", name)
    return None


def _responds(told: Told) -> Asked | None:
    if told.of.base == "respond" and not _REACTS.match(told.of.rest):
        return None
    if _somebody(told) and (told.of.base in _RESPONSES or told.of.rest.startswith("back against")):
        return Asked(
            "respond",
            ask("How", Clause(told.of.subject, "", told.of.helper, "respond", ""), "", told.about.common),
            told.of.subject,
        )
    answered = PAST.get(told.of.rest.split(" ", 1)[0]) in _RESPONSES | {"appeal"}
    if _somebody(told) and told.of.helper in {"has", "have"} and answered:
        return Asked("respond", ask("How", told.of, "responded", told.about.common), told.of.subject)
    return None


def _says(told: Told) -> Asked | None:
    """What somebody said, about whom where another name follows."""
    if told.of.base not in _SAYING or len(told.of.rest.split()) < 5 or not _somebody(told):
        return None
    topic = next(
        (
            m.group()
            for m in _TOPIC.finditer(" " + told.of.rest)
            if _central(m.group(), told.of, told.about.central)
        ),
        "",
    )
    speaks = Clause(told.of.subject, "", told.of.helper, "say", "")
    return Asked(
        "say", ask("What", speaks, f"about {topic}" if topic else "", told.about.common), told.of.subject
    )


def _does(told: Told) -> Asked | None:
    """What somebody announced, demands, is planning …"""
    words = told.of.rest.split()
    if not _somebody(told) or len(words) < 4 or _VACUOUS.match(told.of.rest):
        return None
    if told.of.base in _FINDING and " that " in told.of.rest:
        return Asked("act", ask("What", told.of, "", told.about.common), told.of.subject)
    if told.of.base in _DOING and words[0] not in {"for", "of", "on", "in", "by", "and", "against"}:
        return Asked("act", ask("What", told.of, "", told.about.common), told.of.subject)
    if told.of.base in {"call", "ask", "push"} and words[0] == "for":
        return Asked("act", ask("What", told.of, "for", told.about.common), told.of.subject)
    if (
        told.of.helper in {"is", "are", "was", "were"}
        and (words[0] in _DOING_NOW or _UNDER_WAY.match(told.of.rest))
    ) or (told.of.helper in {"has", "have", "had"} and words[0] in _DONE):
        return Asked("act", ask("What", told.of, words[0], told.about.common), told.of.subject)
    return None


def _before(told: Told) -> Asked | None:
    """What came before an act, where the sentence says after what it came; a cause is not claimed."""
    head, joint, tail = re.split(r"[,;—–]", told.text)[0].partition(" after ")
    act = (
        clause(head)
        if joint and len(tail.split()) > 3 and not tail.split()[0].endswith("ing") and not _LATER.search(head)
        else None
    )
    if not act or act.speaks or act.helper in {"will", "would", "can", "could", "may", "might"}:
        return None
    inner = clause_subject(act.subject, told.about.common)
    return Asked("before", f"What happened before {inner} {act.verb} {act.rest}?", act.subject)


def _where(told: Told) -> Asked | None:
    place = (
        _PLACE.match(told.of.rest)
        if told.of.helper in {"was", "were"}
        else _AT.match(told.of.rest)
        if told.of.base in _HAPPENS
        else None
    )
    if not place:
        return None
    return Asked(
        "where",
        ask("Where", told.of, place.groupdict().get("verb") or "", told.about.common),
        told.of.subject,
    )


def _would(told: Told) -> Asked | None:
    if (
        _LAWS.search(told.of.subject)
        and told.of.helper in {"would", "will"}
        and not told.of.rest.startswith("be ")
    ):
        return Asked("does", ask("What", told.of, "do", told.about.common), told.of.subject)
    return None


def _when(told: Told) -> Asked | None:
    date = _DATE.search(f" {told.of.rest}")
    head = f" {told.of.rest}"[: date.start()].strip() if date else ""
    if (
        not date
        or told.of.speaks
        or not (head or told.of.base)
        or told.of.helper in {"has", "have", "had"}
        or re.search(r"\b(?:since|until|from|by|before|after|last|late|early|mid|on|in|of|the|a|\d+)$", head)
    ):
        return None
    return Asked(
        "when", ask("When", told.of, re.sub(r" back$", "", head), told.about.common), told.of.subject
    )


def _whose(told: Told) -> Asked | None:
    """Who did what, where the doer is named."""
    deed = opening(told.of.rest)
    if not named(told) or told.of.base not in _ACTORS or not re.search(r"[A-Z]", deed):
        return None
    deed = re.split(r"\b(?:after|before|as|while|when|who|which|that|amid|for|in|on|over|saying)\b", deed)[
        0
    ].strip()
    return Asked("doer", f"Who {told.of.verb} {deed}?", told.of.subject) if len(deed.split()) > 1 else None


def _cause(told: Told) -> Asked | None:
    """What caused or helped something: the doer is a thing."""
    deed = opening(told.of.rest)
    if told.of.base not in _CAUSES or named(told) or _somebody(told) or told.of.helper not in {"did", "does"}:
        return None
    return Asked("cause", f"What {told.of.verb} {deed}?", told.of.subject) if len(deed.split()) > 2 else None


def _effect(told: Told) -> Asked | None:
    """What an act, a ruling, a plea could bring about."""
    if told.of.helper not in {"could", "would", "may", "might"} or named(told) or _somebody(told):
        return None
    if not _ACTS.search(told.of.subject) or told.of.rest.startswith(("be ", "have been", "not ")):
        return None
    return Asked(
        "effect",
        ask("What effect", Clause(told.of.subject, "", told.of.helper, "have", ""), "", told.about.common),
        told.of.subject,
    )


def _central(name: str, of: Clause, central: frozenset[str]) -> bool:
    """Whether a name plays a part in the headline and is not the speaker."""
    return name.split()[-1] in central and not set(name.removeprefix("the ").split()) & set(
        of.subject.split()
    )


def _somebody(told: Told) -> bool:
    """A named subject, or a group or paper that speaks for itself ("Prosecutors", "The report")."""
    tokens = told.of.subject.split()
    spoken = tokens[-1].lower() in GROUPS | _PAPERS or bool(_OFFICES.match(told.of.subject))
    return named(told) or spoken or (tokens[0] == "The" and tokens[-1][:1].isupper())


Template = Callable[[Told], Asked | None]
_TEMPLATES: tuple[Template, ...] = (
    _why,
    _charged,
    paid,
    long_span,
    voted,
    margin,
    _responds,
    _would,
    _before,
    _where,
    _when,
    _whose,
    _cause,
    _effect,
    _says,
    _does,
)
