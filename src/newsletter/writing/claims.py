"""What else a sentence claims besides its numbers: names, offices, quotations, and how sure it is."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from newsletter.writing.lexicon import CALENDAR, OPENERS, PERSON_NOUNS, STOP_WORDS, SUBORDINATORS, VERBS
from newsletter.writing.terms import stem, terms
from newsletter.writing.turns import OFFICES, QUALIFIERS

_TOKEN = re.compile(r"(?:[A-Z]\.){2,}|[^\W_][\w’'-]*|[.,;:!?()—–“”\"]")
_CLOCK = re.compile(r"\b([ap])\.m\b\.?", re.IGNORECASE)
_POSSESSIVE = re.compile(r"['’]s?$")
_OWNER = re.compile(r"(?:['’]s|s['’])$")
_QUOTED = re.compile(r"“([^“”]+)”|\"([^\"]+)\"|(?<!\w)[‘']([^‘’']*\s[^‘’']*?)[’'](?!\w)")

KINDS: dict[str, re.Pattern[str]] = {
    "allegation": re.compile(
        r"\b(?:alleg\w+|accus\w+|suspect\w*|reportedly|purported\w*|claim\w*|unconfirmed|charged with|indicted|"
        r"apparent(?:ly)?|supposed(?:ly)?|believed to|rumou?r\w*|unproven|"
        r"(?:appear|seem|fear)(?:s|ed)? that)\b",
        re.IGNORECASE,
    ),
    "denial": re.compile(r"\b(?:den(?:y|ies|ied|ying|ial)|disput(?:e|es|ed|ing))\b", re.IGNORECASE),
    "negation": re.compile(
        r"\b(?:not|no|never|none|nobody|nothing|without|neither|nor|cannot|fail(?:s|ed)? to|refus(?:e|es|ed) to|"
        r"false(?:ly)?|un(?:able|likely|known)|hardly|barely|nearly (?=\w+ed\b)|scarcely|rarely|seldom|almost|scant|"
        r"insufficient|yet to|hoax\w*|(?:little|few|lack of) (?:evidence|proof|sign|reason|chance|hope|doubt))\b|"
        r"n['’]t\b",
        re.IGNORECASE,
    ),
    "opposition": re.compile(r"\b(?:against|versus|anti-\w+)\b", re.IGNORECASE),
    "possibility": re.compile(
        r"\b(?:may(?! \d)|might|could|possibl[ey]|perhaps|likely|potential(?:ly)?|if|unless|whether|"
        r"appear(?:s|ed)? to|seem(?:s|ed)?|fear(?:s|ed)? to|(?:would|should) have)\b"
    ),
    "intention": re.compile(
        r"\b(?:will|would|plan(?:s|ned|ning)?|propos\w+|expect\w*|intend\w*|aim(?:s|ed|ing)? to|hop(?:e|es|ed|ing)|"
        r"scheduled|set to|due to (?!the\b|an?\b|[A-Z])|seek(?:s|ing)?|sought|consider\w*|vow\w*|pledg\w+|promis\w+|"
        r"want(?:s|ed)?|(?:ask|call)(?:s|ed)? for|threaten\w*|should|must)\b",
        re.IGNORECASE,
    ),
    "attribution": re.compile(
        r"\b(?:said|says|say|told|tells|according to|argu(?:e|es|ed)|insist(?:s|ed)?|testif(?:y|ies|ied)|wrote|"
        r"maintain(?:s|ed)|warn(?:s|ed)|(?-i:stat(?:es|ed))|assert(?:s|ed)?|contend(?:s|ed)?|estimat(?:es|ed)|thinks?|believes?|"
        r"call(?:s|ed) (?:it|the)|alleg\w+|accus\w+|claim\w*|reportedly|den(?:y|ies|ied)|promis(?:es|ed)|puts? it)\b",
        re.IGNORECASE,
    ),
}
"""How sure a sentence is, and whose word it is. A statement is as sure as its evidence, never surer."""


@dataclass(frozen=True, slots=True)
class Token:
    """A word as it stands and as it is compared; ``capital`` where it may be part of a name."""

    word: str
    capital: bool
    opens: bool
    """Whether it opens a sentence or a quotation, where any word is capitalised."""
    owns: bool = False
    """Whether it is a possessive: of "Arden's lawyer", Arden."""


@lru_cache(maxsize=8192)
def tokens(text: str) -> tuple[Token, ...]:
    """Words and stops of a text; "U.S." is "us", a possessive is its noun."""
    found: list[Token] = []
    for raw in _TOKEN.findall(_CLOCK.sub(r"\1-m", text)):
        bare = _POSSESSIVE.sub("", raw)
        opens = not found or found[-1].word in {".", "!", "?", ":", "“", '"'}
        word = bare.replace(".", "").lower() or raw
        found.append(Token(word, bare[:1].isupper(), opens, owns=bool(_OWNER.search(raw))))
    return tuple(found)


@lru_cache(maxsize=8192)
def quotations(text: str) -> tuple[str, ...]:
    """What a text puts between quotation marks, compared letter by letter but for the shape of apostrophes."""
    return tuple(plain(next(filter(None, groups))) for groups in _QUOTED.findall(text))


def plain(text: str) -> str:
    """One kind of apostrophe and single spaces; a comma or stop that a quotation closes with is not its own."""
    return " ".join(text.replace("’", "'").replace("‘", "'").split()).rstrip(",.")


@lru_cache(maxsize=8192)
def names(text: str) -> tuple[tuple[str, ...], ...]:
    """Runs of capitalised words, dates aside; a common word that merely opens the text is none."""
    runs: list[tuple[str, ...]] = []
    run: list[str] = []
    for token in (*tokens(text), Token(".", False, False)):
        if token.capital and token.word not in CALENDAR and not (token.opens and _common(token.word)):
            run.append(token.word)
        elif run:
            runs.append(tuple(run))
            run = []
    return tuple(runs)


def _common(word: str) -> bool:
    """A word that opens sentences without being a name."""
    usual = STOP_WORDS | OPENERS | SUBORDINATORS | PERSON_NOUNS | OFFICES | VERBS
    return word in usual or word.removesuffix("s") in usual or word.endswith(("ing", "ly"))


def names_in(run: Sequence[str], sentence: str) -> bool:
    """Whether the words of a name stand in a sentence, one after the other."""
    words = tuple(token.word for token in tokens(sentence))
    size = len(run)
    return any(words[i : i + size] == tuple(run) for i in range(len(words) - size + 1))


def qualified(text: str) -> frozenset[tuple[str, str]]:
    """Each word that "former" and its like stand before, with it: ("former", "diplomat")."""
    words = [stem(token.word) if token.word not in QUALIFIERS else token.word for token in tokens(text)]
    return frozenset((a, b) for a, b in itertools.pairwise(words) if a in QUALIFIERS)


def offices_of(surname: str, text: str) -> Iterator[tuple[frozenset[str], frozenset[str]]]:
    """For each mention of a name, the offices and the qualifiers that stand with it."""
    words = tokens(text)
    for i, token in enumerate(words):
        if token.word == surname:
            beside = {*_before(words, i), *_after(words, i)}
            yield frozenset(beside & OFFICES), frozenset(beside & QUALIFIERS)


def _before(words: Sequence[Token], i: int) -> Iterator[str]:
    """The words of the name and of the title before it: "former housing minister Lucan Averill"."""
    titled = 0
    for token in reversed(words[max(0, i - 7) : i]):
        if token.word in OFFICES or token.word in QUALIFIERS:
            titled = 3
        elif titled:
            titled -= 1
        elif not token.capital and token.word != ",":
            return
        if not token.word[0].isalnum() and token.word != ",":
            return
        if titled and (token.word in STOP_WORDS or token.word in VERBS) and token.word not in OFFICES:
            return
        yield from token.word.split("-")


def _after(words: Sequence[Token], i: int) -> Iterator[str]:
    """The apposition after a name: ", the former housing minister,"."""
    if i + 1 >= len(words) or words[i + 1].word not in {",", "("}:
        return
    for token in words[i + 2 : i + 9]:
        if not token.word[0].isalnum() or token.word in VERBS:
            return
        yield from token.word.split("-")


def speakers(text: str) -> frozenset[str]:
    """Capitalised words that stand right at a verb of saying: whose word it is."""
    words = [t for t in tokens(text) if t.word not in CALENDAR and t.word != "on"]
    said = {"said", "says", "told", "argued", "insisted", "warned", "testified", "wrote"}
    found: set[str] = set()
    for i, token in enumerate(words):
        if token.word in said:
            found |= _before_aside(words, i)
            found |= {t.word for t in (*words[max(0, i - 1) : i], *words[i + 1 : i + 3]) if t.capital}
        if token.word == "according":
            found |= {t.word for t in words[i + 2 : i + 6] if t.capital}
    return frozenset(found)


def _before_aside(words: Sequence[Token], i: int) -> set[str]:
    """The name before an aside that ends at a place: "Talbot, who left in May, said"."""
    if not i or words[i - 1].word != ",":
        return set()
    opens = next((n for n in reversed(range(1, i - 1)) if words[n].word == ","), 0)
    return {words[opens - 1].word} if opens and words[opens - 1].capital else set()


WINDOW = 6
"""Content words after a "not" in a source among which a statement's "not" must find its word."""


def negated(text: str, reach: int = 1) -> frozenset[str]:
    """The first ``reach`` content stems after each word that says no. A no that says no to a no is "no" itself."""
    found: set[str] = set()
    for no in KINDS["negation"].finditer(text):
        rest = text[no.end() :]
        nearest = terms(rest)[:reach]
        again = KINDS["negation"].search(rest)
        close = again is not None and not terms(rest[: again.start()])
        found |= {"no", *nearest} if close else set(nearest)
    return frozenset(found)
