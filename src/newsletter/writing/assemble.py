"""A model's draft and the extractive words to one story: what is verified stands, what is not goes. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from newsletter.domain.leaning import SIDES, Side
from newsletter.domain.words import Dispute, Place, Question, Statement, StoryWords, WritingLimits
from newsletter.writing.answer import Draft, Proposed
from newsletter.writing.claims import KINDS
from newsletter.writing.facts import share
from newsletter.writing.numbered import Numbered
from newsletter.writing.quantities import quantities
from newsletter.writing.terms import term_set
from newsletter.writing.verify import question_wrong, topic_wrong, verify

REPEATS = 0.8
"""Share of a sentence's content that one sentence before it told already."""
STANDS = 0.5
"""Share of a part's sentences that must be verified for the part to stand; else it is the extractive one."""
FAQ, AGREED, CLAIMS = 3, 2, 3
_COUNTED = frozenset({Place.OVERVIEW, Place.POINT})
"""What of a story counts against an outlet's measure."""


@dataclass
class Assembly:
    """One story while its draft is looked through."""

    rows: Mapping[int, Numbered]
    limits: WritingLimits
    kept: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    said: list[str] = field(default_factory=list)
    taken: Counter[str] = field(default_factory=Counter)
    """Words by outlet, as promise 1 counts them."""

    def part(
        self, proposed: Sequence[Proposed], place: Place, most: int, side: Side | None = None, words: int = 0
    ) -> tuple[Statement, ...]:
        """The verified sentences of one part; none at all where too few of them are."""
        found: list[Statement] = []
        for one in proposed[:most]:
            said, wrong = self._looked_at(one, place, side)
            room = words - sum(len(s.text.split()) for s in found) if words else None
            if not wrong and room is not None and len(one.text.split()) > room:
                wrong = "over the measure of its part"
            if wrong or said is None:
                self.dropped[wrong] += 1
                continue
            found.append(said)
            self._enter(said, place)
        if len(found) < STANDS * len(proposed[:most]):
            return self._none_of(found, place)
        self.kept += len(found)
        return tuple(found)

    def _none_of(self, found: Sequence[Statement], place: Place) -> tuple[Statement, ...]:
        """Take back what was entered."""
        for one in found:
            self.dropped["most of its part was dropped"] += 1
            self.said.remove(one.text)
            if place in _COUNTED:
                self.taken[one.outlets[0]] -= _length(one)
        return ()

    def _looked_at(self, one: Proposed, place: Place, side: Side | None) -> tuple[Statement | None, str]:
        """The statement, and why it does not stand; empty when it does."""
        rows = [self.rows[n] for n in one.cites if n in self.rows]
        if len(rows) < len(one.cites):
            return None, "cites a number that there is not"
        said = _statement(one.text, rows, place)
        wrong = verify(said, [row.cited() for row in rows], place, side)
        if not wrong and place not in {Place.AGREED, Place.CLAIM} and self._repeats(said.text):
            wrong = "repeats what was said"
        if (
            not wrong
            and place in _COUNTED
            and self.taken[said.outlets[0]] + _length(said) > self.limits.outlet_words
        ):
            wrong = "over an outlet's measure"
        return said, wrong

    def _repeats(self, text: str) -> bool:
        return any(share(text, [before]) >= REPEATS for before in self.said)

    def _enter(self, said: Statement, place: Place) -> None:
        self.said.append(said.text)
        if place in _COUNTED:
            self.taken[said.outlets[0]] += _length(said)

    def dispute(self, topic: str, claims: Sequence[Proposed]) -> Dispute | None:
        """Claims of different outlets that contradict each other, under a topic that they hold."""
        found = self.part(claims, Place.CLAIM, CLAIMS)
        texts = [self._text(one) for one in found]
        if len(found) < 2 or topic_wrong(topic, texts) or not _contradict(found):
            self._withdraw(found, "no contradiction of two outlets")
            return None
        return Dispute(topic, found)

    def question(self, question: str, answer: Sequence[Proposed]) -> Question | None:
        found = self.part(answer, Place.ANSWER, 2)
        cited = [text for one in found for text in self._cited(one)]
        wrong = question_wrong(question, cited) if found else ""
        if wrong:
            self._withdraw(found, wrong)
        return Question(question, found) if found and not wrong else None

    def _withdraw(self, found: Sequence[Statement], reason: str) -> None:
        if found:
            self.kept -= len(found)
            self.dropped[reason] += len(found)
        for one in found:
            self.said.remove(one.text)

    def _cited(self, said: Statement) -> list[str]:
        spans = set(said.evidence)
        return [row.text for row in self.rows.values() if row.evidence() in spans]

    def _text(self, said: Statement) -> str:
        return " ".join(self._cited(said))


def assemble(draft: Draft, extract: StoryWords, work: Assembly) -> StoryWords:
    """The story: the draft's verified parts, and the extractive ones where the draft has none."""
    limits = work.limits
    titles = work.part([draft.headline] if draft.headline else [], Place.HEADLINE, 1)
    work.said.clear()  # an overview may tell what the headline does
    overview = work.part(draft.overview, Place.OVERVIEW, 4, words=limits.overview_words)
    sides = {
        side: work.part(draft.points[side], Place.POINT, limits.page_points, side)
        or extract.sides.get(side, ())
        for side in SIDES
    }
    agreed = work.part(draft.agreed, Place.AGREED, AGREED)
    disputes = [found for one in draft.disputed[:2] if (found := work.dispute(*one))]
    faq = [asked for one in draft.faq[:FAQ] if (asked := work.question(*one))]
    words = replace(
        extract,
        headline=titles[0] if titles else extract.headline,
        overview=overview or extract.overview,
        sides={side: points for side, points in sides.items() if points},
        agreed=agreed or extract.agreed,
        disputed=tuple(disputes) or extract.disputed,
        faq=tuple(faq) or extract.faq,
    )
    return _bounded(_unrepeated(words, extract), limits)


def _statement(text: str, rows: Sequence[Numbered], place: Place) -> Statement:
    """What the model proposed, as a statement; a cited sentence that it only copied stays the outlet's own."""
    outlets = tuple(dict.fromkeys(row.source.outlet for row in rows))
    stopped = text if place is Place.HEADLINE or text[-1:] in '.!?…”"' else f"{text}."
    copied = len(rows) == 1 and _bare(stopped) == _bare(rows[0].text)
    return Statement(
        stopped, outlets, tuple(row.evidence() for row in rows), "extract" if copied else "model"
    )


def _bare(text: str) -> str:
    """Without what the law of evidence lets differ: white space, the initial capital, the final stop."""
    plain = " ".join(text.split()).rstrip(".!?…").rstrip()
    return plain[:1].lower() + plain[1:]


def _length(said: Statement) -> int:
    return len(said.text.split())


def _contradict(claims: Sequence[Statement]) -> bool:
    """Two outlets' claims about one thing: other numbers of the same, or what one says and the other denies."""
    one, other = claims[0], claims[1]
    if set(one.outlets) & set(other.outlets) or len(term_set(one.text) & term_set(other.text)) < 2:
        return False
    counts = [
        (a, b) for a in quantities(one.text) for b in quantities(other.text) if a.counts[:1] == b.counts[:1]
    ]
    numbers = any(a.value != b.value for a, b in counts) and not any(a == b for a, b in counts)
    denied = (KINDS["denial"], KINDS["negation"])
    return numbers or any(bool(p.search(one.text)) != bool(p.search(other.text)) for p in denied)


def _unrepeated(words: StoryWords, extract: StoryWords) -> StoryWords:
    """Without an extractive dek or answer that the model's overview tells already."""
    if words.overview == extract.overview:
        return words

    def new(said: Statement) -> bool:
        return not any(share(said.text, [one.text]) >= REPEATS for one in words.overview)

    dek = words.dek if words.dek and new(words.dek) else None
    kept = tuple(q for q in words.faq if q not in extract.faq or all(map(new, q.answer)))
    return replace(words, dek=dek, faq=kept)


def _bounded(words: StoryWords, limits: WritingLimits) -> StoryWords:
    """Without page points that would take an outlet over its measure: parts of two makers were put together."""
    taken: Counter[str] = Counter()
    for one in (*words.overview, *(points[0] for points in words.sides.values())):
        taken[one.outlets[0]] += _length(one)
    sides: dict[Side, tuple[Statement, ...]] = {}
    for side, points in words.sides.items():
        kept = [points[0]]
        for one in points[1:]:
            if taken[one.outlets[0]] + _length(one) <= limits.outlet_words:
                taken[one.outlets[0]] += _length(one)
                kept.append(one)
        sides[side] = tuple(kept)
    return replace(words, sides=sides)
