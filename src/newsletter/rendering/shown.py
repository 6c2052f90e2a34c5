"""What of a story the mail shows; the rest stands on the story's page. Pure.

The view, the balance audit and the checks all ask here, so they speak of the same words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from newsletter.domain.issue import Issue, IssueStory
from newsletter.domain.leaning import SIDES, Side
from newsletter.domain.words import Dispute, Place, Statement, WritingLimits

POINTS = WritingLimits().points_per_side
"""Points a side gets in the mail."""

CREDITS = 4
"""Outlets named with one statement in the mail; its page names them all."""

CLAIMS = 2
"""Claims of a dispute that the mail sets side by side."""

OVERVIEW = (3, 2)
"""Sentences of overview at most, and once the story is shortened to step 2."""

BRIEFER, WITHOUT_FACTS = 2, 3

LAST_STEP = WITHOUT_FACTS


@dataclass(frozen=True, slots=True)
class Shown:
    """The statements of one story that stand in the mail."""

    headline: Statement
    dek: Statement | None
    overview: tuple[Statement, ...]
    points: Mapping[Side, tuple[Statement, ...]]
    agreed: Statement | None
    disputed: Dispute | None

    def statements(self) -> tuple[Statement, ...]:
        """All of them, in reading order but for the order of sides."""
        frame = (self.headline, *([self.dek] if self.dek else []), *self.overview)
        voices = tuple(point for side in SIDES for point in self.points[side])
        agreed = (self.agreed,) if self.agreed else ()
        return (*frame, *voices, *agreed, *(self.disputed.claims if self.disputed else ()))

    def written(self) -> frozenset[Place]:
        """The places of what a model wrote."""
        placed = (
            (Place.HEADLINE, (self.headline,)),
            (Place.DEK, (self.dek,) if self.dek else ()),
            (Place.OVERVIEW, self.overview),
            (Place.POINT, tuple(point for points in self.points.values() for point in points)),
            (Place.AGREED, (self.agreed,) if self.agreed else ()),
            (Place.CLAIM, self.disputed.claims if self.disputed else ()),
        )
        return frozenset(place for place, said in placed if any(one.made == "model" for one in said))


def shown(story: IssueStory) -> Shown:
    """The mail's version of a main story, at its step of shortening.

    Step 0 shows all; 1 leaves out what is agreed where something is disputed; 2 cuts the overview to two
    sentences; 3 leaves out what is agreed and disputed.
    """
    words, step = story.words, story.shortened
    disputed = words.disputed[0] if words.disputed and step < WITHOUT_FACTS else None
    agreed = words.agreed[0] if words.agreed and step < WITHOUT_FACTS and not (disputed and step) else None
    return Shown(
        headline=words.headline,
        dek=words.dek,
        overview=words.overview[: OVERVIEW[step >= BRIEFER]],
        points={side: words.sides.get(side, ())[:POINTS] for side in SIDES},
        agreed=agreed,
        disputed=replace(disputed, claims=disputed.claims[:CLAIMS]) if disputed else None,
    )


def credited(statement: Statement, issue: Issue) -> tuple[str, ...]:
    """The outlets that the mail names with a statement: all of up to four, else first one of each side.

    Sides come in the issue's order, so that no side's outlets crowd out another's.
    """
    if len(statement.outlets) <= CREDITS:
        return statement.outlets
    sides = [outlet.side if (outlet := issue.outlets.get(key)) else Side.UNRATED for key in statement.outlets]
    first = [sides.index(side) for side in issue.order if side in sides]
    rest = [n for n in range(len(sides)) if n not in first]
    chosen = (*first, *rest)[:CREDITS]
    return tuple(statement.outlets[n] for n in chosen)


def shorter(story: IssueStory, most: int = LAST_STEP) -> IssueStory | None:
    """The story at the next step that changes what is shown, up to ``most``; None where none does."""
    now = shown(story)
    for step in range(story.shortened + 1, most + 1):
        after = replace(story, shortened=step)
        if shown(after) != now:
            return after
    return None
