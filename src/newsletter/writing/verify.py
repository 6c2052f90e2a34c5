"""The verifier: whether a sentence that a model wrote stands in the sentences it cites. Pure.

The model proposes, this file decides. A sentence that fails any rule is dropped, never mended:

- *form*: no link, markup or hidden character; nothing that reads like an instruction; it can stand alone (`fit`)
- *quotations* stand letter by letter inside a quotation of one cited sentence
- *numbers* have the same value, unit, month, bound ("at least") and thing counted; "two" is 2
- *names* stand in a cited sentence word for word, in the same order, with the office they have there
- *wording*: at least ``BAR`` of its content is the evidence's (stems); no verb, time, relation ("because",
  "against", "all") or word chosen to stir that the evidence does not use
- *certainty*: alleged, denied, not, may, will and "said" are kept where the evidence has them, and not added
- *who did what*: the words around a verb are not exchanged, nor taken from two clauses (`roles`)
- *quotation marks*: what a source only quotes is not told as a fact
- *place*: a side's point cites that side alone; what is agreed stands in the left's and the right's sentences
  each by themselves; each place has its length

It compares words and knows no meaning: see docs/design/0009-model-as-writer.md for what it cannot see.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from newsletter.domain.leaning import SIDES, Side
from newsletter.domain.words import Cited, Place, Statement, WritingLimits
from newsletter.writing.claims import quotations
from newsletter.writing.debris import mixes_scripts, undressed
from newsletter.writing.facts import BAR, RULES, loaded_word, new_name, new_number
from newsletter.writing.fit import refusal
from newsletter.writing.terms import term_set

ROOM = 4
"""Words by which a point may pass its measure, as an extractive one may."""
AGREED_WORDS = 20
CITED = 8
"""Sentences that one statement may cite: who cites all of them cites none."""

_UNUSUAL = re.compile(r"[^A-Za-z0-9 .,;:!?()'\"%$£€&/’‘“”–—…-]")
"""Another script, a sign, an emoji: the rules do not read them, so they stand only where a source has them."""
_MARKUP = re.compile(
    r"https?:|www\.|\b[\w-]+\.(?:com|org|net|io|ru|co|info)\b|@\w|<[^>]*>|\]\(|[*_`#|{}\\]{1,}|\[\d+\]|&\w+;"
)
_INSTRUCTION = re.compile(
    r"\b(?:ignore|disregard|forget|override)\b.{0,40}\b(?:instructions?|prompts?|rules?|above|previous|prior|"
    r"messages?)\b"
    r"|\b(?:system|developer) (?:prompt|message)\b|\bas an? (?:ai|language model|assistant)\b"
    r"|\blanguage models?\b.{0,40}\b(?:must|should|write|say|answer|reply|respond|output)\b"
    r"|\b(?:you are|act as|pretend|respond with|reply with|answer with|output only|write that|say that the story)\b"
    r"|\b(?:ai|llm|chatbot|summari[sz]er|(?:ai|language) model|assistant)s?\b.{0,40}\b(?:must|should|cite|"
    r"include|lead with|print)\b|\b(?:note|attention|message|memo)\b.{0,12}\b(?:ai|llm|chatbot|"
    r"summari[sz]er|assistant)s?\b"
    r"|\bcite (?:this|sentence)\b|\bwhen summari[sz]ing\b|\bnew task\b|\bfrom now on,? you\b|\bforget everything\b"
    r"|\bfollow the instructions\b|\[/?INST\]|</?(?:system|user|assistant)\b|^#+ *instruction"
    r"|\bnew instructions?\b|\b(?:assistant|system|user)\s*:|<\|",
    re.IGNORECASE | re.DOTALL,
)


def instructs(text: str) -> bool:
    """Whether a text may be meant to steer a model: more is doubted here than in an outlet's own sentence."""
    return bool(_INSTRUCTION.search(undressed(text))) or mixes_scripts(text)


def verify(said: Statement, cited: Sequence[Cited], place: Place, side: Side | None = None) -> str:
    """`newsletter.ports.Verifier`: why the statement does not stand; empty when it does.

    Of an editor's sentence it asks only whether the passages bear it out: its length and place are the editor's.
    """
    if not cited:
        return "no sentence cited"
    if said.made == "editor":
        return unsupported(said.text, [one.text for one in cited], title=place is Place.HEADLINE)
    if len(cited) > CITED:
        return "cites too many sentences"
    if set(said.outlets) != {one.outlet for one in cited}:
        return "names other outlets than it cites"
    texts = [one.text for one in cited]
    return (
        _too_long(said.text, place)
        or _misplaced(said.text, cited, place, side)
        or unsupported(said.text, texts, title=place is Place.HEADLINE)
    )


def unsupported(text: str, cited: Sequence[str], *, title: bool = False) -> str:
    """Why a text does not stand in those sentences, as a short reason that can be counted; empty when it does."""
    if unsafe(text):
        return "link, markup or instruction"
    if _new_sign(text, cited):
        return "character not in the source"
    if any(map(instructs, cited)):
        return "cites an instruction"
    found = next((reason for reason, wrong in RULES if wrong(text, cited)), "")
    return found or refusal(text, _TITLE if title else _WRITTEN)


_WRITTEN = frozenset({"no clause", "ends in the middle", "run-on"})
"""Reasons that guess whether a feed cut a text: a model's sentence was not cut."""
_TITLE = _WRITTEN | {"too short"}


def unsafe(text: str) -> bool:
    """Whether a text holds what no sentence of an issue may hold, whatever it says."""
    hidden = any(unicodedata.category(c) in {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"} for c in text)
    return hidden or bool(_MARKUP.search(text)) or instructs(text)


def _new_sign(text: str, cited: Sequence[str]) -> bool:
    return not set(_UNUSUAL.findall(text)) <= set("".join(cited))


_ASKS = re.compile(r"(?:\w+ ){0,2}(?:who|whom|whose|what|when|where|why|how|which)\b", re.IGNORECASE)
"""How a question opens that asks for something; "Is he corrupt?" only hints."""
_ASKING = term_set("much many long often far large people happen happens next mean change known say")
"""What a question says of its own."""


def question_wrong(question: str, cited: Sequence[str]) -> str:
    """Why a question cannot stand over an answer that cites those sentences; empty when it can."""
    if unsafe(question) or not question.endswith("?") or not 3 <= len(question.split()) <= 15:
        return "no plain question"
    if question.count("?") > 1 or quotations(question):
        return "no plain question"
    if not _ASKS.match(question):
        return "no plain question"
    held = frozenset[str]().union(_ASKING, *map(term_set, cited))
    wrong = (
        new_number(question, cited)
        or new_name(question, cited)
        or _new_sign(question, cited)
        or loaded_word(question, cited)
        or not term_set(question) <= held
    )
    return "question says more than its answer" if wrong else ""


def topic_wrong(topic: str, cited: Sequence[str]) -> str:
    """Why a dispute cannot stand under that topic; empty when it can."""
    own = term_set(topic)
    held = frozenset[str]().union(*map(term_set, cited))
    if (
        unsafe(topic)
        or "?" in topic
        or _new_sign(topic, cited)
        or not own
        or len(topic.split()) > 10
        or new_name(topic, cited)
    ):
        return "no plain topic"
    return "" if len(own & held) >= BAR * len(own) else "topic not in the sources"


def _too_long(text: str, place: Place) -> str:
    limits = WritingLimits()
    most = {
        Place.HEADLINE: limits.headline_words,
        Place.DEK: limits.dek_words,
        Place.POINT: limits.point_words + ROOM,
        Place.AGREED: AGREED_WORDS,
    }.get(place, limits.excerpt_words)
    return "too long for its place" if len(text.split()) > most else ""


def _misplaced(text: str, cited: Sequence[Cited], place: Place, side: Side | None) -> str:
    sides = {one.side for one in cited}
    if place in {Place.POINT, Place.ONLY} and sides != {side}:
        return "cites another side"
    if place is not Place.AGREED:
        return ""
    if not {Side.LEFT, Side.RIGHT} <= sides:
        return "not agreed: a side is missing"
    apart = ([one.text for one in cited if one.side is each] for each in sides & set(SIDES))
    return "not agreed: a side does not say it" if any(unsupported(text, own) for own in apart) else ""
