"""The questions that one sentence answers, each with its kind. Templates over the evidence's own names and terms.

The kind of answer is part of every pattern: "who" needs a description, "how many" a number, "when" a time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from newsletter.writing.asking import Asked, Clause, ask, clause, clause_subject, sound
from newsletter.writing.counts import counts
from newsletter.writing.describing import describes
from newsletter.writing.quotes import without_quotations


_REASON = re.compile(
    r",? (?:because|due to|in response to|in retaliation for|in protest (?:of|at|against|over)|"
    r"in (?:an?|the) (?:effort|attempt|bid) to|in order to|so that|so (?:he|she|it|they) can|citing) "
)
_MONEY = r"(?:[$£€]\d[\d,.]*(?: ?(?:million|billion|trillion|bn|m|k))?)"
_BOUNDS = r"(?:at least |more than |over |as many as |up to |nearly |almost |about |around |some |roughly |approximately )?"
_PAID = re.compile(rf"^(?P<before>[\w’' -]{{0,40}}?)\b{_BOUNDS}{_MONEY}(?P<after> (?:for|on|in|to) .*)?$")
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
_SAYING = frozenset("say argue insist tell write call describe praise accuse blame claim".split())
_DOING = frozenset(
    "announce propose demand reveal admit acknowledge order recommend request conclude rule promise vow plan want seek "
    "urge allege decide investigate warn declare approve".split()
)
_DOING_NOW = frozenset("demanding planning seeking proposing considering investigating".split())
_GROUPS = frozenset(
    "families officials police prosecutors critics supporters investigators lawyers attorneys lawmakers democrats "
    "republicans experts scientists authorities senators residents unions doctors researchers analysts relatives "
    "witnesses organizers protesters advocates opponents allies forecasters firefighters".split()
)
_OFFICES = re.compile(r"^(?:The|A) (?:federal |state |district )?(?:judge|court|board|mayor|governor|company|panel|council|jury|"
                      r"commission|university|agency|department|ministry|[\w’' ]{0,30}(?:court|department|ministry|administration))$", re.I)
_TOPIC = re.compile(r"(?<=[a-z,“] )(?!I\b)[A-Z][\w’'-]*\w(?: [A-Z][\w’'-]*\w)*(?![’'])")
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


def questions(text: str, common: frozenset[str], known: frozenset[str]) -> Iterator[Asked]:
    """Every question that the sentence answers outright.

    ``common`` are words written small inside a sentence, ``known`` names that stand alone in the story's texts.
    """
    yield from describes(text, known)
    if _UNKNOWN.search(without_quotations(text)):
        yield Asked("unknown", "What is not known yet?")
    yield from _of_numbers(text)
    found = clause(text)
    if not found:
        return
    for template in _TEMPLATES:
        question = template(text, found, common)
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


def _why(text: str, of: Clause, common: frozenset[str]) -> Asked | None:
    reason = _REASON.search(text)
    head = clause(text[: reason.start()]) if reason and '"' not in text[: reason.start()] else None
    if not head or head.speaks or "said" in head.rest or " that " in head.rest:
        return None
    return Asked("why", ask("Why", head, _first(head.rest), common), of.subject)


def _paid(text: str, of: Clause, common: frozenset[str]) -> Asked | None:
    found = _PAID.search(_first(of.rest)) if of.base in _PAYS or of.helper in {"will", "would"} else None
    if found and (of.base in _PAYS or found.group("before").split()[-1:] and found.group("before").split()[-1] in _PAYS):
        rest = found.group("before").strip() + (found.group("after") or "")
        return Asked("many", ask("How much", of, rest, common), "money")
    price = _PRICE.search(of.rest)
    if price and (of.base in _TRADES or re.search(r"\b(?:buying|selling|sold|bought)\b", price.group("before"))):
        return Asked("many", ask("For how much", of, price.group("before"), common), "money")
    return None


def _long(text: str, of: Clause, common: frozenset[str]) -> Asked | None:
    found = _SPAN.search(of.rest)
    if not found or of.speaks:
        return None
    return Asked("many", ask("How long", of, found.group("before"), common), "time")


def _voted(text: str, of: Clause, common: frozenset[str]) -> Asked | None:
    if of.base == "vote" and _VOTED.search(text):
        return Asked("many", ask("How", of, "", common), "vote")
    return None


def _charged(text: str, of: Clause, common: frozenset[str]) -> Asked | None:
    name = _named(of)
    if not name:
        return None
    charged = _CHARGED.match(of.rest)
    if charged and of.helper in {"is", "was", "has"}:
        word = charged.group().replace("been ", "")
        if word in {"accused of", "charged with"}:
            return Asked("charge", f"What is {name} {word}?", name)
    if of.base == "face" and _SENTENCE.search(of.rest):
        return Asked("penalty", f"What sentence could {name} face?", name)
    if of.base == "face" and _FACES.search(of.rest):
        return Asked("charge", f"What charges does {name} face?", name)
    return None


def _responds(text: str, of: Clause, common: frozenset[str]) -> Asked | None:
    name = _named(of)
    if name and (of.base in _RESPONSES or of.rest.startswith("back against")):
        return Asked("respond", ask("How", Clause(of.subject, "", of.helper, "respond", ""), "", common), name)
    return None


def _says(text: str, of: Clause, common: frozenset[str]) -> Asked | None:
    """What somebody said, about whom where another name follows."""
    if of.base not in _SAYING or len(of.rest.split()) < 5 or not _somebody(of):
        return None
    topic = next((m.group() for m in _TOPIC.finditer(of.rest) if m.group().split()[-1] not in of.subject), "")
    speaks = Clause(of.subject, "", of.helper, "say", "")
    return Asked("say", ask("What", speaks, f"about {topic}" if topic else "", common), of.subject)


def _does(text: str, of: Clause, common: frozenset[str]) -> Asked | None:
    """What somebody announced, demands, is planning …"""
    words = of.rest.split()
    if not _somebody(of) or len(words) < 3:
        return None
    if of.base in _DOING and words[0] not in {"for", "of", "on", "in", "by", "and", "against"}:
        return Asked("act", ask("What", of, "", common), of.subject)
    if of.base in {"call", "ask", "push"} and words[0] == "for":
        return Asked("act", ask("What", of, "for", common), of.subject)
    if of.helper in {"is", "are", "was", "were"} and words[0] in _DOING_NOW:
        return Asked("act", ask("What", of, words[0], common), of.subject)
    return None


def _before(text: str, of: Clause, common: frozenset[str]) -> Asked | None:
    """What came before an act, where the sentence says after what it came; a cause is not claimed."""
    head, joint, tail = re.split(r"[,;—–]", text)[0].partition(" after ")
    act = clause(head) if joint and len(tail.split()) > 3 and not _LATER.search(head) else None
    if not act or act.speaks or act.helper in {"will", "would", "can", "could", "may", "might"}:
        return None
    inner = clause_subject(act.subject, common)
    return Asked("before", f"What happened before {inner} {act.verb} {act.rest}?", act.subject)


def _where(text: str, of: Clause, common: frozenset[str]) -> Asked | None:
    place = _PLACE.match(of.rest) if of.helper in {"was", "were"} else _AT.match(of.rest) if of.base in _HAPPENS else None
    if not place:
        return None
    return Asked("where", ask("Where", of, place.groupdict().get("verb") or "", common), of.subject)


def _votes(text: str, of: Clause, common: frozenset[str]) -> Asked | None:
    if of.base in {"win", "lose", "defeat", "beat"} and (margin := _MARGIN.search(of.rest)):
        head = of.rest[: margin.start()]
        return Asked("many", ask(f"By how many {margin.group('unit')}", of, _first(head), common), "margin")
    if of.base in {"win", "get", "receive", "take"} and _SHARE.match(of.rest):
        return Asked("many", ask("What share of the vote", of, "", common), "share")
    return None


def _would(text: str, of: Clause, common: frozenset[str]) -> Asked | None:
    if _LAWS.search(of.subject) and of.helper in {"would", "will"} and not of.rest.startswith("be "):
        return Asked("does", ask("What", of, "do", common), of.subject)
    return None


def _when(text: str, of: Clause, common: frozenset[str]) -> Asked | None:
    date = _DATE.search(of.rest)
    head = of.rest[: date.start()] if date else ""
    if not date or of.speaks or len(head.split()) < 1 or re.search(r"\b(?:since|until|from|by|before|after)$", head):
        return None
    return Asked("when", ask("When", of, head, common), of.subject)


def _somebody(of: Clause) -> bool:
    """A named subject, or a group that speaks for itself ("Prosecutors")."""
    return bool(_named(of)) or of.subject.split()[-1].lower() in _GROUPS or bool(_OFFICES.match(of.subject))


def _first(rest: str) -> str:
    """The rest of a clause up to its first comma or dash."""
    return re.split(r"[,;:—–]| - ", rest)[0]


def _named(of: Clause) -> str:
    """The subject where it is a name."""
    tokens = of.subject.split()
    return of.subject if tokens[0] not in {"The", "A", "An"} and tokens[-1][:1].isupper() else ""


Template = Callable[[str, Clause, frozenset[str]], Asked | None]
_TEMPLATES: tuple[Template, ...] = (
    _why, _charged, _paid, _long, _voted, _votes, _responds, _would, _before, _where, _when, _says, _does
)
