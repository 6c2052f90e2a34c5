"""Questions after what somebody says, asks, calls, denies: always with whom or what it is about. Pure."""

from __future__ import annotations

import re

from newsletter.writing.amounts import of_what
from newsletter.writing.asking import Asked, Told, ask, somebody, sound
from newsletter.writing.clauses import Clause, clause, clause_subject, deed
from newsletter.writing.inner import complement
from newsletter.writing.lexicon import STOP_WORDS, VERBS, WEAK_ENDS
from newsletter.writing.speakers import GROUPS, short_name
from newsletter.writing.terms import term_set
from newsletter.writing.topics import OWNER, topic
from newsletter.writing.verbs import AUXILIARIES, PAST, words

SAYING = words(
    "say warn argue insist tell write suggest claim believe note add announce acknowledge admit conclude find "
    "rule reveal show report estimate promise pledge vow signal allege contend testify"
)
"""Verbs that a "that …" may follow."""
_AGAINST = words(
    "deny reject dismiss dispute condemn rebuke denounce downplay blast slam criticize criticise welcome"
)
"""Verbs whose object is what somebody responds to."""
_ANSWERS = words("respond apologize apologise")
_REACTS = re.compile(r"(?:by|with|in a)\b")
_ASKS = words("ask encourage urge order tell direct instruct press push call advise warn")
_MEANS = words(
    "plan want vow promise pledge threaten hope seek agree offer decide decline refuse try intend propose vote"
)
"""Verbs that a "to do something" may follow."""
_SILENT = re.compile(r"\b(?:yet to|(?:not|declined to) (?:immediately )?(?:respond|comment))\b")
VACUOUS = re.compile(
    r"^(?:the|his|her|their|its|this|that|a) (?:news|move|decision|announcement|departure|plan|"
    r"it)\b(?! to\b| of\b| that\b)"
)
"""An object that says nothing by itself."""
_OWN = re.compile(r"^(?:that )?(?P<who>he|she|it|they) (?P<verb>\w+) (?P<rest>.+)$")
_BACK = re.compile(r"\b(?:it|them|him|so|that|this|comment)\b")
_EXPECTED = re.compile(r"(?:expected|likely|due|set|scheduled|poised) to(?= (?!be\b)[a-z]+ \w)")
_TRAILING = re.compile(
    r"^(?P<what>.{20,}?),[”\"]? (?P<who>(?:[A-Z]|the |an? |(?:[a-z-]+ ){0,2}(?:"
    + "|".join(sorted(GROUPS))
    + r"))(?:[^,;“”\"]{2,60}?)?) "
    r"(?P<verb>said|says|say|wrote|added|told|warn|warned)"
    r"(?: (?:[A-Z]|reporters)[^“”\",]{2,30}| (?:in|on|at|during|after|to) [^“”\",]{3,50}| \w+day)?[.]?$"
)
_WHOM = re.compile(
    r"^(?P<on>on )?(?P<whom>(?!for )(?:(?:the|its|all|coastal|local) )?[\w.’'-]+(?: [\w.’'-]+){0,4}?) to (?=[a-z])"
)
_CALLED = re.compile(r"^(?P<what>[\w.’'-]+(?: [\w.’'-]+){0,6}?) (?=“|\"|an? [a-z“\"])")
_DESCRIBED = re.compile(r"^(?P<what>[\w.’'-]+(?: [\w.’'-]+){0,6}?) as ")
_ACCUSED = re.compile(r"^(?P<whom>[\w.’'-]+(?: [\w.’'-]+){0,8}?) (?P<joint>of|for) ")
_OBJECT_ENDS = re.compile(
    r"[,:](?!\d)|[;—–“”\"]|\b(?:that|which|who|over|in|as|calling|saying|after|while|during|at|by|with|and|but|amid|"
    r"on|to|for|when|against|aboard)\b"
)
_PLACED = re.compile(r" (?:on|in|at) [A-Z][\w’'-]*(?: [A-Z][\w’'-]*)*$")
"""Where somebody rejects a thing is no part of it: "the claim on Chirper"."""
_COMMENT = re.compile(
    r"\b(?:declined to (?:immediately )?comment|(?:has|have) (?:not|yet to) (?:yet )?comment(?:ed)?\b|"
    r"did not (?:immediately )?(?:respond|reply|return) (?:to )?(?:an? |[A-Z][\w.’']* ){0,4}"
    r"(?:requests?|emails?|calls?|messages?)\b)"
)


def says(told: Told) -> Asked | None:
    """What somebody said about a name or a thing of the headline."""
    base, form, tail = deed(told.of)
    if base not in SAYING or len(tail.split()) < 5 or not somebody(told) or form.endswith("ing"):
        return None
    about = topic(told) if base in _FREELY or _that(told) else ""
    if not about or VACUOUS.match(told.of.rest) or _SILENT.search(told.of.rest):
        return None
    said = base if base in _ASKED_AS else "say"
    speaks = told.of if form else Clause(told.of.subject, "", told.of.helper, said, "")
    return Asked("say", ask("What", speaks, f"{form} about {about}", told.about.common), told.of.subject)


def _that(told: Told) -> bool:
    """Whether a clause follows: "found that the cables …"; not "added police"."""
    return "that" in told.of.rest.split()[:9] or bool(
        clause(complement(told.of)) if complement(told.of) else None
    )


def trailing(text: str) -> Clause | None:
    """The clause of a sentence that names its speaker at the end: "“…,” Orrin said"."""
    found = _TRAILING.match(text)
    if not found or re.search(r"\b(?:who|which|that|when|as|and|but)\b", found.group("who")):
        return None
    helper = {"says": "does", "say": "do", "warn": "do"}.get(found.group("verb"), "did")
    who = found.group("who")
    return Clause(
        who[0].upper() + who[1:], found.group("verb"), helper, "say", found.group("what").lstrip('“"')
    )


_FREELY = words("say tell warn write argue claim show")
_ASKED_AS = words(
    "promise pledge vow announce acknowledge admit conclude find reveal show report signal allege contend estimate"
)


def asked_to(told: Told) -> Asked | None:
    """What somebody asks others to do, or means to do."""
    base, form, tail = deed(told.of)
    if not (somebody(told) or told.of.subject.startswith(("The ", "A "))):
        return None
    if _BACK.search(" ".join(tail.split()[:7])):
        return None
    if told.of.helper in {"is", "are"} and (found := _EXPECTED.match(told.of.rest)):
        return Asked("act", ask("What", told.of, f"{found.group()} do", told.about.common), told.of.subject)
    if base in _MEANS and re.match(r"to [a-z]+ \w", tail) and not tail.startswith("to be "):
        return Asked("act", ask("What", told.of, f"{form} to do", told.about.common), told.of.subject)
    whom = _WHOM.match(tail) if base in _ASKS else None
    if not whom or bool(whom.group("on")) != (base == "call") or OWNER.search(whom.group("whom")):
        return None
    if any(t in (STOP_WORDS | VERBS | {"that", "is"}) - {"the", "all"} for t in whom.group("whom").split()):
        return None
    rest = f"{form} {whom.group('on') or ''}{short_name(whom.group('whom'))} to do"
    return Asked("act", ask("What", told.of, rest, told.about.common), told.of.subject)


def pledges(told: Told) -> Asked | None:
    """What somebody says he would do, or how many of what he did."""
    found = _OWN.match(told.of.rest) if told.of.speaks and somebody(told) else None
    if not found:
        return None
    says = Clause(told.of.subject, "", told.of.helper, "say", "")
    whose = f"{found.group('who')} {found.group('verb')}"
    if found.group("verb") in {"will", "would"} and re.match(r"(?!be\b|not\b)[a-z]+ \w", found.group("rest")):
        return Asked("act", ask("What", says, f"{whose} do", told.about.common), told.of.subject)
    if (found.group("verb") in PAST or found.group("verb").endswith("ed")) and (
        many := of_what(found.group("rest"))
    ):
        return Asked("many", ask(f"How many {many}", says, whose, told.about.common), many)
    return None


def adds(told: Told) -> Asked | None:
    """What somebody said when he confirmed, rejected, announced a thing."""
    base, form, tail = deed(told.of)
    what, joint, said = tail.partition(", saying ")
    if not joint or base in SAYING or len(what.split()) > 7 or len(said.split()) < 4 or not somebody(told):
        return None
    if (
        told.of.helper not in {"did", "does", "do", "has", "have"}
        or not _is_object(what)
        or form.endswith("ing")
    ):
        return None
    says = Clause(told.of.subject, "", told.of.helper, "said" if form else "say", "")
    return Asked("say", ask("What", says, f"about {what}", told.about.common), told.of.subject)


def described(told: Told) -> Asked | None:
    """How somebody describes a thing, what he calls it."""
    base, form, tail = deed(told.of)
    pattern = {"call": _CALLED, "describe": _DESCRIBED}.get(base)
    found = pattern.match(tail) if pattern else None
    if not found or not somebody(told):
        return None
    what = found.group("what")
    if not term_set(what) & told.about.topics:
        return None
    if OWNER.match(what) or what.split()[0] in WEAK_ENDS - {"the", "a"} or what.split()[-1] in WEAK_ENDS:
        return None
    word = "What" if base == "call" else "How"
    return Asked("say", ask(word, told.of, f"{form} {what}", told.about.common), told.of.subject)


def accuses(told: Told) -> Asked | None:
    """What somebody accuses another of, or blames him for."""
    base, form, tail = deed(told.of)
    found = _ACCUSED.match(tail) if base in {"accuse", "blame"} else None
    if not found or not somebody(told) or (found.group("joint") == "of") != (base == "accuse"):
        return None
    rest = f"{form} {short_name(found.group('whom'))} {found.group('joint')}"
    return Asked("act", ask("What", told.of, rest, told.about.common), told.of.subject)


def responds(told: Told) -> Asked | None:
    """How somebody responded to what he rejects, condemns, denies."""
    base, _form, tail = deed(told.of)
    if not somebody(told) or (base == "respond" and not _REACTS.match(tail)):
        return None
    if told.of.helper not in {"did", "does", "do", "has", "have"}:
        return None
    perfect = told.of.helper in {"has", "have"}
    act = Clause(told.of.subject, "", told.of.helper, "responded" if perfect else "respond", "")
    if base in _ANSWERS:
        return Asked("respond", ask("How", act, "", told.about.common), told.of.subject)
    if base == "brush" and tail.startswith("off "):
        base, tail = "dismiss", tail[4:]
    if base == "push" and tail.startswith("back against "):
        base, tail = "dismiss", tail[13:]
    if base not in _AGAINST:
        return None
    whole = _PLACED.sub("", re.split(r"[,:](?!\d)|[;—–“”\"]", tail)[0].strip())
    for what in (whole, whole.split(" and ")[0], _OBJECT_ENDS.split(tail)[0].strip()):
        if _is_object(what) and (question := ask("How", act, f"to {what}", told.about.common)):
            return Asked("respond", question, told.of.subject)
    return None


def _is_object(text: str) -> bool:
    """A thing, not a person: a noun written small stands in it, and it ends on a word that needs no more."""
    tokens = text.split()
    if not tokens or OWNER.search(text) or tokens[-1] in WEAK_ENDS or tokens[0] in {"that", "any", "to"}:
        return False
    if (
        tokens[0] in {"a", "an"}
        or tokens[-1] in {"calls", "demands", "requests", "efforts", "attempts"}
        or " that " in text
        or " as " in text
        or " after " in text
        or any(t in PAST or t in AUXILIARIES for t in tokens[1:])
    ):
        return False
    return any(t[:1].islower() and t not in STOP_WORDS for t in tokens)


def comments(told: Told) -> Asked | None:
    """Whether somebody has commented, where the sentence says that he has not."""
    if not (somebody(told) or told.of.subject.startswith("The ")) or not _COMMENT.search(
        f"{told.of.verb} {told.of.rest}"
    ):
        return None
    subject = clause_subject(told.of.subject, told.about.common)
    many = told.of.helper in {"have", "do"} or (subject == subject.lower() and subject.endswith("s"))
    question = f"{'Have' if many else 'Has'} {subject} commented?"
    return Asked("respond", question, told.of.subject) if sound(question) else None
