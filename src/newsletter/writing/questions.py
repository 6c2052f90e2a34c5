"""The questions that one sentence answers, each with its kind. Templates over the evidence's own names and terms.

The kind of answer is part of every pattern: "who" needs a description, "how many" a number, "when" a time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from newsletter.writing.asking import GROUPS, Asked, Clause, ask, clause, clause_subject, sound
from newsletter.writing.counts import counts
from newsletter.writing.describing import describes
from newsletter.writing.verbs import PAST
from newsletter.writing.quotes import without_quotations


_REASON = re.compile(
    r",? (?:because|due to|in response to|in retaliation for|in protest (?:of|at|against|over)|"
    r"in (?:an?|the) (?:effort|attempt|bid) to|in order to|so that|so (?:he|she|it|they) can|citing) "
)
_REASON_FIRST = re.compile(r"^(?:In response to|Because of|Due to|In retaliation for|In protest (?:of|at|against)|Citing) [^,]{5,90}, ")
_MONEY = r"(?:[$£€]\d[\d,.]*(?: ?(?:million|billion|trillion|bn|m|k))?)"
_BOUNDS = r"(?:at least |more than |over |as many as |up to |nearly |almost |about |around |some |roughly |approximately )?"
_PAID = re.compile(rf"^(?P<before>[\w’' -]{{0,40}}?)\b{_BOUNDS}{_MONEY}(?P<after> (?:for|on|in|to) .*)?$")
_SPENDS = re.compile(rf"^(?P<verb>spending|paying|raising|seeking|offering|investing) {_BOUNDS}{_MONEY}(?P<after> (?:for|on|in|to) .*)?$")
_PRICE = re.compile(rf"^(?P<before>.+?) for (?:a (?:reported |record )*)?{_BOUNDS}{_MONEY}(?:\W|$)")
_PAYS = frozenset("pay spend donate raise cost invest give owe win receive award".split())
_TRADES = frozenset("buy sell purchase acquire".split())
_SPAN = re.compile(
    rf"^(?P<before>.+?) for (?:the past |the last )?{_BOUNDS}(?:a (?:record )?)?"
    r"(?:\d[\d,.]*|two|three|four|five|six|seven|eight|nine|ten)(?: and a half)?"
    r"(?: consecutive| straight| uninterrupted)? (?:minutes|hours|days|weeks|months|years|decades)\b"
)
_MANY = re.compile(
    r"^(?:At least |More than |Over |As many as |Up to |Nearly |Almost |About |Around |Some |Roughly |An estimated )?"
    r"(?:\d[\d,]*(?:\.\d+)?|Two|Three|Four|Five|Six|Seven|Eight|Nine|Ten|Eleven|Twelve|(?<= )[a-z]+)"
    r"(?: million| thousand)? (?P<what>(?!of\b|years?\b|days?\b|weeks?\b|months?\b|hours?\b|percent\b|in\b|out\b)"
    r"(?:[\w’'-]+ ){0,3}?(?:people|[a-z]+s)) "
    r"(?P<verb>(?:are|were|have been|have|had been|had|will|would|could|lost|died|cross|live|voted|signed|fled|said) .*)$"
)
_VOTED = re.compile(r"\bvoted? (?:by )?\(?\d{1,3}[-–]\d{1,3}\b")
_STRENGTH = re.compile(r"\b(?:\d(?:\.\d)?[- ]magnitude|magnitude[- ](?:of )?\d(?:\.\d)?)\b[^.]*?\b(?P<what>earthquake|quake)|"
                       r"\b(?P<quake>earthquake|quake)\b[^.]*? magnitude (?:of )?\d")
_CHARGED = re.compile(r"^(?:been )?(?:accused of|charged with|facing|indicted on)\b")
_FACES = re.compile(r"\b(?:charges?|counts?)\b")
_SENTENCE = re.compile(r"\b(?:in prison|in jail|life sentence|behind bars|death penalty|years[’']? imprisonment)\b")
_RESPONSES = frozenset(
    "deny reject dismiss dispute defend respond condemn criticize criticise rebuke denounce apologize apologise".split()
)
_SAYING = frozenset("warn say argue insist tell write call describe praise accuse blame claim".split())
_DOING = frozenset(
    "announce propose demand reveal admit acknowledge order recommend request conclude rule promise vow plan want seek "
    "urge allege decide investigate declare approve".split()
)
_FINDING = frozenset("rule conclude find determine".split())
_DOING_NOW = frozenset("demanding planning seeking proposing considering investigating".split())
_UNDER_WAY = re.compile(
    r"(?!being|accusing|going|leaving|returning|facing|having|making|taking|becoming|running|leading|giving|getting|losing)\w{2,}ing "
    r"(?:the|a|an|its|their|more|\d+|[A-Z]\w+(?! [A-Z]\w+ to\b)) ?"
)
_DONE = frozenset("shown found said announced ordered proposed warned demanded promised vowed pledged ruled urged".split())
_CAUSES = frozenset("help cause prompt force trigger spark drive allow raise lead push".split())
_PAPERS = frozenset(
    "guide report notice statement filing complaint indictment affidavit lawsuit study poll survey memo letter manual "
    "ruling spokesman spokeswoman spokesperson".split()
)
_OFFICES = re.compile(r"^(?:The|A) (?:federal |state |district )?(?:judge|court|president|prime minister|white house|board|mayor|governor|company|panel|council|jury|"
                      r"commission|university|agency|department|ministry|[\w’' ]{0,30}(?:court|department|ministry|administration))$", re.I)
_TOPIC = re.compile(r"(?<=[a-z,“ ] )?\b[A-Z][\w-]{2,}(?: [A-Z][\w-]+)*(?![\w.’'-])")
_VACUOUS = re.compile(r"^(?:the|his|her|their|its|this|that|a) (?:news|move|decision|announcement|departure|plan|it)\b(?! to\b| of\b| that\b)")
_ACTORS = frozenset(
    "criticize criticise condemn oppose support endorse praise back defend sue investigate lead defeat replace own found "
    "block veto sign".split()
)
_ACTS = re.compile(
    r"\b(?:plea|ruling|decision|move|vote|deal|agreement|strike|ban|law|bill|order|plan|tariffs?|sanctions|closure|sale|"
    r"verdict|resignation|departure|merger|cuts?|changes?|reduction|shutdown|attack|storm|hurricane|loss|win|victory)\b"
)
_LATER = re.compile(r"\b(?:hours|days|weeks|months|years|shortly|soon|minutes|moments|day|week|month|year|right|just)$|\b(?:look|name)\w*$")
_PLACE = re.compile(r"^(?P<verb>\w+(?:ed|ot|nd|ld|en|ken)) (?:in|near|at|outside|off|inside) (?:the |a )?(?:[\w’'-]+ ){0,4}?[A-Z]")
_AT = re.compile(r"^(?:in|near|at|outside|off|inside) (?:the |a )?(?:[\w’'-]+ ){0,4}?[A-Z]")
_HAPPENS = frozenset("strike crash collide explode erupt land happen occur begin open sink".split())
_MARGIN = re.compile(r"\bby (?:about |less than |fewer than |more than |just |nearly |around )?\d[\d,.]* (?P<unit>votes|percentage points|points|seats)\b")
_SHARE = re.compile(r"^(?:about |nearly |just |only |more than |over )?\d[\d.]*(?:%| percent) of the (?:vote|ballots)")
_LAWS = re.compile(r"\b(?:[Aa]ct|[Bb]ill|[Ll]aw|[Oo]rder|[Pp]lan|[Pp]roposal|[Mm]easure|[Rr]ule|[Dd]eal|[Aa]greement|"
                   r"[Aa]mendment|[Pp]olicy|[Rr]esolution|[Tt]reaty|[Pp]rogram(?:me)?|[Ll]awsuit)$")
_DATE = re.compile(
    r",? (?:(?:in|on|since) )?(?:(?:January|February|March|April|May|June|July|August|September|October|November|December|"
    r"Jan\.|Feb\.|Aug\.|Sept\.|Oct\.|Nov\.|Dec\.)(?: \d{1,2}\b)?(?:,? (?:19|20)\d\d\b)?|(?<=in )(?:19|20)\d\d\b)"
)
_UNKNOWN = re.compile(
    r"\b(?:(?:is|was|were|are|remains?|remained|it['’]s) (?:still )?(?:unclear|unknown|not (?:yet |immediately |"
    r"publicly )?(?:clear|known|been (?:identified|named|released|disclosed|determined)))|"
    r"(?:has|have|had) (?:not|yet to) (?:yet )?(?:been |be )?(?:publicly )?(?:named|released?|identif\w+|said|say|"
    r"disclosed?|determined?|announced?|confirm\w*|explain\w*)|"
    r"did not (?:immediately )?(?:say|give|specify|explain|disclose|provide|elaborate)|"
    r"(?:has|have)n['’]t yet\b|(?:is|are|was|were) no confirmed\b|"
    r"(?:gave|given|offered|provided) no (?:date|details?|reason|explanation|timeline|motive)|no (?:known )?motive)\b"
)


@dataclass(frozen=True, slots=True)
class Context:
    """What a sentence's story says of words: those written small inside sentences, names that stand alone, the headline's."""

    common: frozenset[str]
    known: frozenset[str]
    central: frozenset[str]


def questions(text: str, about: Context) -> Iterator[Asked]:
    """Every question that the sentence answers outright."""
    yield from describes(text, about.known)
    if _UNKNOWN.search(without_quotations(text)):
        yield Asked("unknown", "What is not known yet?")
    yield from _of_numbers(text)
    found = clause(text)
    if not found:
        return
    for template in _TEMPLATES:
        question = template(text, found, about)
        if question and sound(question.text):
            yield question


def _of_numbers(text: str) -> Iterator[Asked]:
    for count in counts(text):
        if count.who in {"", "person"}:
            yield Asked("many", count.topic + "?", count.measure)
    found = _MANY.search(text.rstrip("."))
    if found:
        rest = re.split(r",|\b(?:that|who|which|after|when|as|while|because|according|amid)\b", found.group("verb"))[0]
        question = f"How many {found.group('what')} {rest.strip()}?"
        if sound(question) and len(rest.split()) > 1:
            yield Asked("many", question, found.group("what"))
    strength = _STRENGTH.search(text)
    if strength:
        yield Asked("many", f"How strong was the {strength.group('what') or strength.group('quake')}?", "strength")


def _why(text: str, of: Clause, about: Context) -> Asked | None:
    lead = _REASON_FIRST.match(text)
    if lead and not of.speaks and '"' not in of.rest and " that " not in of.rest:
        return Asked("why", ask("Why", of, _first(of.rest), about.common), of.subject)
    reason = _REASON.search(text)
    head = clause(text[: reason.start()]) if reason and '"' not in text[: reason.start()] else None
    if not head or head.speaks or "said" in head.rest or " that " in head.rest:
        return None
    return Asked("why", ask("Why", head, _first(head.rest), about.common), of.subject)


def _paid(text: str, of: Clause, about: Context) -> Asked | None:
    found = _PAID.search(_first(of.rest)) if of.base in _PAYS or of.helper in {"will", "would"} else None
    if found and (of.base in _PAYS or found.group("before").split()[-1:] and found.group("before").split()[-1] in _PAYS):
        rest = found.group("before").strip() + (found.group("after") or "")
        return Asked("many", ask("How much", of, rest, about.common), "money")
    spends = _SPENDS.match(_first(of.rest)) if of.helper in {"is", "are", "was", "were"} else None
    if spends:
        rest = spends.group("verb") + (spends.group("after") or "")
        return Asked("many", ask("How much", of, rest, about.common), "money")
    price = _PRICE.search(of.rest)
    if price and (of.base in _TRADES or re.search(r"\b(?:buying|selling|sold|bought)\b", price.group("before"))):
        return Asked("many", ask("For how much", of, price.group("before"), about.common), "money")
    return None


def _long(text: str, of: Clause, about: Context) -> Asked | None:
    found = _SPAN.search(of.rest)
    if not found or of.speaks or re.search(r"\bto\b", found.group("before")):
        return None
    return Asked("many", ask("How long", of, found.group("before"), about.common), "time")


def _voted(text: str, of: Clause, about: Context) -> Asked | None:
    if of.base == "vote" and _VOTED.search(text):
        return Asked("many", ask("How", of, "", about.common), "vote")
    return None


def _charged(text: str, of: Clause, about: Context) -> Asked | None:
    name = _named(of)
    if not name:
        return None
    charged = _CHARGED.match(of.rest)
    if charged and of.helper in {"is", "was", "has"}:
        word = charged.group().replace("been ", "")
        if word in {"accused of", "charged with"}:
            return Asked("charge", f"What {'was' if of.helper == 'was' else 'is'} {name} {word}?", name)
    if of.base == "face" and _SENTENCE.search(of.rest):
        return Asked("penalty", f"What sentence could {name} face?", name)
    if of.base == "face" and _FACES.search(of.rest):
        return Asked("charge", f"What charges does {name} face?", name)
    return None


def _responds(text: str, of: Clause, about: Context) -> Asked | None:
    if _somebody(of) and (of.base in _RESPONSES or of.rest.startswith("back against")):
        return Asked("respond", ask("How", Clause(of.subject, "", of.helper, "respond", ""), "", about.common), of.subject)
    answered = PAST.get(of.rest.split(" ", 1)[0]) in _RESPONSES | {"appeal"}
    if _somebody(of) and of.helper in {"has", "have"} and answered:
        return Asked("respond", ask("How", of, "responded", about.common), of.subject)
    return None


def _says(text: str, of: Clause, about: Context) -> Asked | None:
    """What somebody said, about whom where another name follows."""
    if of.base not in _SAYING or len(of.rest.split()) < 5 or not _somebody(of):
        return None
    topic = next((m.group() for m in _TOPIC.finditer(" " + of.rest) if _central(m.group(), of, about.central)), "")
    speaks = Clause(of.subject, "", of.helper, "say", "")
    return Asked("say", ask("What", speaks, f"about {topic}" if topic else "", about.common), of.subject)


def _does(text: str, of: Clause, about: Context) -> Asked | None:
    """What somebody announced, demands, is planning …"""
    words = of.rest.split()
    if not _somebody(of) or len(words) < 4 or _VACUOUS.match(of.rest):
        return None
    if of.base in _FINDING and " that " in of.rest:
        return Asked("act", ask("What", of, "", about.common), of.subject)
    if of.base in _DOING and words[0] not in {"for", "of", "on", "in", "by", "and", "against"}:
        return Asked("act", ask("What", of, "", about.common), of.subject)
    if of.base in {"call", "ask", "push"} and words[0] == "for":
        return Asked("act", ask("What", of, "for", about.common), of.subject)
    if of.helper in {"is", "are", "was", "were"} and (words[0] in _DOING_NOW or _UNDER_WAY.match(of.rest)) or (
        of.helper in {"has", "have", "had"} and words[0] in _DONE
    ):
        return Asked("act", ask("What", of, words[0], about.common), of.subject)
    return None


def _before(text: str, of: Clause, about: Context) -> Asked | None:
    """What came before an act, where the sentence says after what it came; a cause is not claimed."""
    head, joint, tail = re.split(r"[,;—–]", text)[0].partition(" after ")
    act = clause(head) if joint and len(tail.split()) > 3 and not tail.split()[0].endswith("ing") and not _LATER.search(head) else None
    if not act or act.speaks or act.helper in {"will", "would", "can", "could", "may", "might"}:
        return None
    inner = clause_subject(act.subject, about.common)
    return Asked("before", f"What happened before {inner} {act.verb} {act.rest}?", act.subject)


def _where(text: str, of: Clause, about: Context) -> Asked | None:
    place = _PLACE.match(of.rest) if of.helper in {"was", "were"} else _AT.match(of.rest) if of.base in _HAPPENS else None
    if not place:
        return None
    return Asked("where", ask("Where", of, place.groupdict().get("verb") or "", about.common), of.subject)


def _votes(text: str, of: Clause, about: Context) -> Asked | None:
    if of.base in {"win", "lose", "defeat", "beat"} and (margin := _MARGIN.search(of.rest)):
        head = of.rest[: margin.start()]
        return Asked("many", ask(f"By how many {margin.group('unit')}", of, _first(head), about.common), "margin")
    if of.base in {"win", "get", "receive", "take"} and _SHARE.match(of.rest):
        return Asked("many", ask("What share of the vote", of, "", about.common), "share")
    return None


def _would(text: str, of: Clause, about: Context) -> Asked | None:
    if _LAWS.search(of.subject) and of.helper in {"would", "will"} and not of.rest.startswith("be "):
        return Asked("does", ask("What", of, "do", about.common), of.subject)
    return None


def _when(text: str, of: Clause, about: Context) -> Asked | None:
    date = _DATE.search(of.rest)
    head = of.rest[: date.start()] if date else ""
    if not date or of.speaks or len(head.split()) < 1 or re.search(r"\b(?:since|until|from|by|before|after)$", head):
        return None
    return Asked("when", ask("When", of, re.sub(r" back$", "", head), about.common), of.subject)


def _whose(text: str, of: Clause, about: Context) -> Asked | None:
    """Who did what, where the doer is named."""
    deed = _first(of.rest)
    if not _named(of) or of.base not in _ACTORS or not re.search(r"[A-Z]", deed):
        return None
    deed = re.split(r"\b(?:after|before|as|while|when|who|which|that|amid|for|in|on|over|saying)\b", deed)[0].strip()
    return Asked("doer", f"Who {of.verb} {deed}?", of.subject) if len(deed.split()) > 1 else None


def _cause(text: str, of: Clause, about: Context) -> Asked | None:
    """What caused or helped something: the doer is a thing."""
    deed = _first(of.rest)
    if of.base not in _CAUSES or _named(of) or _somebody(of) or of.helper not in {"did", "does"}:
        return None
    return Asked("cause", f"What {of.verb} {deed}?", of.subject) if len(deed.split()) > 2 else None


def _effect(text: str, of: Clause, about: Context) -> Asked | None:
    """What an act, a ruling, a plea could bring about."""
    if of.helper not in {"could", "would", "may", "might"} or _named(of) or _somebody(of):
        return None
    if not _ACTS.search(of.subject) or of.rest.startswith(("be ", "have been", "not ")):
        return None
    return Asked("effect", ask("What effect", Clause(of.subject, "", of.helper, "have", ""), "", about.common), of.subject)


def _central(name: str, of: Clause, central: frozenset[str]) -> bool:
    """Whether a name plays a part in the headline and is not the speaker."""
    return name.split()[-1] in central and not set(name.split()) & set(of.subject.split())


def _somebody(of: Clause) -> bool:
    """A named subject, or a group that speaks for itself ("Prosecutors")."""
    last = of.subject.split()[-1]
    known = last[:1].isupper() or last.lower() in GROUPS | _PAPERS
    return known or bool(_OFFICES.match(of.subject))


def _first(rest: str) -> str:
    """The rest of a clause up to its first comma or dash."""
    return re.split(r"[,;:—–]| - ", rest)[0]


def _named(of: Clause) -> str:
    """The subject where it is a name."""
    tokens = of.subject.split()
    return of.subject if tokens[0] not in {"The", "A", "An"} and tokens[-1][:1].isupper() else ""


Template = Callable[[str, Clause, Context], Asked | None]
_TEMPLATES: tuple[Template, ...] = (
    _why, _charged, _paid, _long, _voted, _votes, _responds, _would, _before, _where, _when, _whose, _cause, _effect, _says, _does
)
