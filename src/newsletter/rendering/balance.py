"""The balance audit: what each side got in the mail, against what it was due. Pure.

**Due.** A side is due a hearing in every main story that at least two of its independent outlets cover; the
share due to it is its hearings out of all. So a side with nothing to say about a story is not "short" of
words there, and ten outlets of one side do not earn it ten times the room.

**Given.** ``words`` counts the words of a side's own column in those stories (its points), ``frame_words``
those its outlets supplied to the rest (headline, dek, overview, agreed, disputed); a statement of outlets of
several sides is shared out evenly. ``quotations`` are excerpts and ``links`` links to articles, anywhere in the
main stories. ``first`` counts the stories in which the side spoke first, ``position`` is its mean place among
those that spoke (1 = first). The order rotates from issue to issue (`side_order`), so one issue leans by design.

``gap`` is the share of the words given over the share due, less one: -0.25 is a quarter short.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field

from newsletter.domain.issue import Issue, IssueStory
from newsletter.domain.leaning import SIDES, Side
from newsletter.domain.words import Statement
from newsletter.rendering.shown import credited, shown

INDEPENDENT = 2
"""Independent outlets that make a side's voice: promise 3, "the left says" needs at least two."""


@dataclass(frozen=True, slots=True)
class SideFigures:
    """One side's line of the audit; the field names are the keys in issue.json."""

    hearings_due: int
    words: int
    frame_words: int
    quotations: int
    links: int
    first: int
    position: float | None
    share: float
    share_due: float
    gap: float

    @property
    def mean_words(self) -> int:
        """Words a hearing, rounded."""
        return round(self.words / self.hearings_due) if self.hearings_due else 0


@dataclass
class _Tally:
    """One side's sums while counting."""

    due: int = 0
    words: int = 0
    frame_words: float = 0
    quotations: int = 0
    links: int = 0
    positions: list[int] = field(default_factory=list)


def balance_of(issue: Issue) -> dict[str, object]:
    """The audit's figures: ``{"stories": n, "order": [...], "left": {...}, "center": {...}, "right": {...}}``."""
    return {
        "stories": len(issue.stories),
        "order": [side.value for side in issue.order],
        **{side.value: asdict(figures) for side, figures in audit(issue).items()},
    }


def audit(issue: Issue) -> dict[Side, SideFigures]:
    """The three sides' figures, left to right."""
    tallies = {side: _Tally() for side in SIDES}
    for story in issue.stories:
        _count(story, issue, tallies)
    due = sum(tally.due for tally in tallies.values())
    words = sum(tally.words for tally in tallies.values())
    return {side: _figures(tally, words, due) for side, tally in tallies.items()}


def out_of_balance(issue: Issue, tolerance: float) -> dict[Side, float]:
    """The sides whose gap is beyond the tolerance, with the gap."""
    return {side: row.gap for side, row in audit(issue).items() if abs(row.gap) > tolerance}


def frame_gap(issue: Issue) -> float:
    """How far headlines, overviews and the like lean to outlets of the left (+) or the right (-), -1 to 1.

    The difference of the two sides' words there over all words there, the center's too.
    """
    frames = {side: row.frame_words for side, row in audit(issue).items()}
    total = sum(frames.values())
    return round((frames[Side.LEFT] - frames[Side.RIGHT]) / total, 3) if total else 0.0


def _count(story: IssueStory, issue: Issue, tallies: Mapping[Side, _Tally]) -> None:
    mail = shown(story)
    for side in SIDES:
        if story.coverage.of(side) >= INDEPENDENT:
            tallies[side].due += 1
            tallies[side].words += _length(mail.points[side])
    voiced = {id(point) for side in SIDES for point in mail.points[side]}
    for statement in mail.statements():
        _attribute(statement, issue, tallies, framed=id(statement) not in voiced)
    speaking = [side for side in issue.order if mail.points.get(side)]
    for place, side in enumerate(speaking, start=1):
        tallies[side].positions.append(place)


def _attribute(statement: Statement, issue: Issue, tallies: Mapping[Side, _Tally], *, framed: bool) -> None:
    sides = [issue.outlets[key].side for key in statement.outlets if key in issue.outlets]
    named = [issue.outlets[key].side for key in credited(statement, issue) if key in issue.outlets]
    for side in set(sides) & set(SIDES):
        tallies[side].quotations += 1
        tallies[side].links += named.count(side)
        if framed:
            tallies[side].frame_words += _length([statement]) * sides.count(side) / len(sides)


def _length(statements: Iterable[Statement]) -> int:
    return sum(len(statement.text.split()) for statement in statements)


def _figures(tally: _Tally, words: int, due: int) -> SideFigures:
    share = round(tally.words / words, 3) if words else 0.0
    share_due = round(tally.due / due, 3) if due else 0.0
    return SideFigures(
        hearings_due=tally.due,
        words=tally.words,
        frame_words=round(tally.frame_words),
        quotations=tally.quotations,
        links=tally.links,
        first=tally.positions.count(1),
        position=round(sum(tally.positions) / len(tally.positions), 2) if tally.positions else None,
        share=share,
        share_due=share_due,
        gap=round(share / share_due - 1, 3) if words and share_due else 0.0,
    )
