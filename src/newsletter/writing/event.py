"""Questions after the event itself, which need no name: was anyone hurt, what damage, what came before. Pure.

Each stands in the order in which a reader asks after an accident, an attack, a dispute; the answer says it outright.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from newsletter.writing.asking import Asked, Context
from newsletter.writing.clauses import clause
from newsletter.writing.quotes import without_quotations
from newsletter.writing.terms import term_set
from newsletter.writing.verbs import words

NOBODY = "nobody"
"""What a question asks after whose answer is that there were none: one outlet that knows of some refutes it."""

_SOMEBODY = (
    r"(?:suspects?|gunm[ae]n|shooters?|attackers?|drivers?|m[ae]n|wom[ae]n|boys?|girls?|teen(?:ager)?s?|people|"
    r"persons?|protesters|students|migrants|\d\d?-year-olds?)"
)
_HELD = r"(?:arrested|detained|taken into custody|apprehended)"
_ARRESTED = re.compile(
    rf"^(?:[A-Z][\w’'-]* (?:[\w’'-]+ ){{0,5}}?)?{_SOMEBODY} (?:[\w’'-]+ ){{0,4}}?(?:was|were|has been|have been) "
    rf"(?:\w+ly )?{_HELD}\b"
)
_NO_ARREST = re.compile(
    r"^No (?:arrests|suspects)\b[^,;]{0,40}? (?:made|announced|reported|arrested|identified)\b"
)
_UNHURT = re.compile(
    r"^(?:No (?:injuries|casualties|deaths|fatalities)\b[^,;]{0,40}? reported|"
    r"(?:No one|Nobody) (?:was|has been|else was) (?:hurt|injured|killed)|"
    r"There (?:were|are|have been) no (?:immediate )?(?:reports of )?(?:injuries|casualties|deaths|fatalities))\b"
)
_CONDITION = re.compile(
    r"\b(?:in (?:a )?(?:critical|serious|stable|grave|fair|guarded)(?:,? but stable)? condition|"
    r"(?:non-)?life-threatening (?:injuries|wounds)|critically (?:injured|wounded|hurt)|"
    r"recovering (?:in|at) (?:an? |the )?(?:[\w-]+ )?hospital)\b"
)
_BUILT = (
    r"(?:homes|houses|buildings|roads|bridges|schools|hospitals|churches|businesses|properties|structures|shops|"
    r"crops|vehicles|villages|towns|roofs|trees|apartments|neighborhoods|neighbourhoods|power lines|runways?|"
    r"facilit(?:y|ies)|plants?|customers|rail lines|airports?)"
)
_DAMAGED = re.compile(
    rf"\b{_BUILT}\b[^.;]{{0,60}}?\b(?:destroyed|damaged|flooded|collapsed|washed away|leveled|levelled|burn(?:ed|t)|"
    rf"without (?:power|electricity|water)|cut off|to flood)\b|"
    rf"\b(?:destroy(?:ed|ing)|damag(?:ed|ing)|flood(?:ed|ing)|burn(?:ed|ing)|level(?:ed|ing)|collapsed|toppled|"
    rf"knocked (?:down|out)) (?:[\w,’'-]+ ){{0,4}}?(?:{_BUILT}|power)\b"
)
_AT_RISK = re.compile(
    r"\b(?:people|children|adults|women|men|infants|babies|seniors|patients|workers|residents|teenagers)\b[^.;]{0,60}? "
    r"(?:is|are) (?:\w+ly |most )?"
    r"(?:at (?:a )?(?:greater|greatest|higher|highest|high|increased|most) risk|vulnerable)\b"
)
_CLOSED = re.compile(
    r"^(?:[A-Z][\w’'-]* |\d[\d,]* )(?:[\w,’'-]+ ){0,6}?(?:flights|schools|classes|events|services|trains|ferries|"
    r"offices|airports?|roads|highways?|bridges?|beaches|parks|businesses)(?: [\w’'-]+){0,6}? "
    r"(?:was|were|has been|have been) "
    r"(?:\w+ly )?(?:cancel+ed|closed|suspended|grounded|postponed|halted|shut)\b"
)
_UNSURE = re.compile(
    r"\b(?:could|would|may|might|will|expected|threaten\w*|if|fear\w*|vow\w*|plan\w*|promis\w*|"
    r"rebuild\w*|assess\w*|rescuers?|search\w*|digging|sift\w*|to be)\b"
)
_EARLIER = re.compile(
    r"\b(?:last (?:week|month|year|spring|summer|fall|autumn|winter)|earlier (?:this (?:week|month|year|summer)|in the "
    r"(?:week|month|year))|(?:[a-z]+|\d+) (?:weeks|months|years|decades) (?:ago|earlier)|(?:in|since|back in) "
    r"(?:(?:January|February|March|April|May|June|July|August|September|October|November|December) )?(?:19|20)\d\d|"
    r"the previous (?:week|month|year))\b"
)
_HAD = re.compile(
    r"^(?:previously |recently |already |also |long |once )?(?:been )?\w+(?:ed|en|un|ut|nt|ld|ght|id|ost)\b"
)
_COMPARED = re.compile(
    r"\b(?:than|compared|from|up|down|percent|%|rate|died|dies|told|said|says|will|would)\b|%"
)
_MEASURED = words("rise fall cool slow decline climb increase decrease grow shrink gain drop surge slip ease")
"""What a figure of last month does is the news, not what came before it."""
_LEANS = re.compile(r"\b(?:it|they|them|he|she|him|these|those)\b")
_NOT = re.compile(r"\b(?:not|never|no|nor)\b|n[’']t\b")
_OF_IT = re.compile(r"\b(?:in connection with|related to|linked to|about|accused of|charged with)\b")
"""What is old after these is what the news is about, not what came before it."""
_SIDE = re.compile(r",? (?:that|who|which|whose|where|when|while|but|as)\b|;|—|–")


def of_event(text: str, about: Context) -> Iterator[Asked]:
    """What the text tells of the event, asked without a name."""
    plain = without_quotations(text)
    if _ARRESTED.match(plain):
        yield Asked("arrest", "Has anyone been arrested?")
    if _NO_ARREST.match(plain):
        yield Asked("arrest", "Has anyone been arrested?", NOBODY)
    if _UNHURT.match(plain):
        yield Asked("hurt", "Was anyone hurt?", NOBODY)
    if _CONDITION.search(plain) and not plain.startswith(("Another ", "The other ", "The remaining ")):
        yield Asked("hurt", "What condition are the injured in?")
    if _DAMAGED.search(plain) and not _UNSURE.search(plain):
        yield Asked("damage", "What damage was done?")
    if _AT_RISK.search(plain):
        yield Asked("risk", "Who is most at risk?")
    if _CLOSED.match(plain):
        yield Asked("closed", "What has been closed or canceled?")
    if came_before(text, about):
        yield Asked("past", "What came before?")


def came_before(text: str, about: Context) -> bool:
    """Whether the main clause tells of an earlier time, named, and of something that the headline speaks of."""
    main = clause(text)
    if not main or main.speaks or main.helper not in {"did", "was", "were", "had", "has", "have"}:
        return False
    told = _SIDE.split(f"{main.verb} {main.rest}")[0]
    if (
        main.base in _MEASURED
        or _COMPARED.search(told)
        or _NOT.search(told)
        or _LEANS.search(text)
        or not term_set(text) & about.topics
    ):
        return False
    lead = text.partition(", ")[0]
    if len(lead.split()) < 6 and _EARLIER.match(lead[:1].lower() + lead[1:]):
        return True
    earlier = _EARLIER.search(told)
    return bool(earlier and not _OF_IT.search(told[: earlier.start()])) or (
        main.helper == "had" and bool(_HAD.match(main.rest))
    )
