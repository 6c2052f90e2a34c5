"""The balance audit: what each side got in the mail, against what it was due. Pure.

**Due.** A side is due a hearing in every main story that at least two of its independent outlets cover; the
share due to it is its hearings out of all. So a side with nothing to say about a story is not "short" of
words there, and ten outlets of one side do not earn it ten times the room.

**Given.** ``words`` counts the words of a side's own column in those stories (its points), ``frame_words``
those its outlets supplied to the rest (headline, dek, overview, agreed, disputed); a statement of outlets of
several sides is shared out evenly. ``quotations`` are excerpts and ``links`` links to articles, anywhere in
those stories. ``first`` counts the stories in which the side spoke first, ``position`` is its mean place among
those that spoke (1 = first). The order rotates from issue to issue (`side_order`), so one issue leans by design.

**Wording.** ``loaded`` is how many of 100 words in the side's column are loaded (`domain.loaded`, our own open
list), ``loaded_in_coverage`` the same of everything its outlets said about those stories: a column may be as
shrill as its outlets are, but our choice must not make it shriller.

A gap is the share given over the share due, less one: -0.25 is a quarter short. It is 0 where nothing was due.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

from newsletter.domain.issue import Issue, IssueStory
from newsletter.domain.leaning import SIDES, Side
from newsletter.domain.loaded import loaded_words
from newsletter.domain.words import Statement
from newsletter.rendering.shown import Shown, credited, shown

INDEPENDENT = 2
"""Independent outlets that make a side's voice: promise 3, "the left says" needs at least two."""


@dataclass(frozen=True, slots=True)
class Given:
    """What one side was given in one story; the field names are the keys in issue.json."""

    due: bool
    """Whether two or more of its outlets told the story."""
    words: int
    frame_words: float
    quotations: int
    links: int
    position: int | None
    """Its place among the sides that spoke, 1 first; None when it did not."""
    loaded_words: int
    """Loaded words in its column."""
    coverage_words: int
    """Words that its outlets' titles and feed texts have, and how many of them are loaded."""
    coverage_loaded: int


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
    quotations_gap: float
    links_gap: float
    loaded: float
    loaded_in_coverage: float

    @property
    def mean_words(self) -> int:
        """Words a hearing, rounded."""
        return round(self.words / self.hearings_due) if self.hearings_due else 0


def balance_of(issue: Issue) -> dict[str, object]:
    """``{"stories": n, "order": [...], "left": {...}, "center": {...}, "right": {...}, "by_story": {id: …}}``."""
    return {
        "stories": len(issue.stories),
        "order": [side.value for side in issue.order],
        **{side.value: asdict(figures) for side, figures in audit(issue).items()},
        "by_story": {
            story.id: {side.value: asdict(given) for side, given in given_in(story, issue).items()}
            for story in issue.stories
        },
    }


def audit(issue: Issue) -> dict[Side, SideFigures]:
    """The three sides' figures, left to right."""
    stories = [given_in(story, issue) for story in issue.stories]
    given = {side: [story[side] for story in stories] for side in SIDES}
    total = {name: sum(_sum(given[side], name) for side in SIDES) for name in _SUMMED}
    return {side: _figures(given[side], total) for side in SIDES}


def given_in(story: IssueStory, issue: Issue) -> dict[Side, Given]:
    """What the mail gives each side in one story."""
    mail = shown(story)
    speaking = [side for side in issue.order if mail.points.get(side)]
    return {side: _given(side, story, mail, issue, speaking) for side in SIDES}


def _given(side: Side, story: IssueStory, mail: Shown, issue: Issue, speaking: list[Side]) -> Given:
    points = mail.points[side]
    voiced = {id(point) for each in SIDES for point in mail.points[each]}
    quoted = [one for one in mail.statements() if side in _sides(one.outlets, issue)]
    told = [text for one in story.articles if one.side is side for text in (one.title, one.text)]
    return Given(
        due=story.coverage.of(side) >= INDEPENDENT,
        words=_length(point.text for point in points),
        frame_words=sum(_share(one, side, issue) for one in quoted if id(one) not in voiced),
        quotations=len(quoted),
        links=sum(_sides(credited(one, issue), issue).count(side) for one in quoted),
        position=speaking.index(side) + 1 if side in speaking else None,
        loaded_words=sum(len(loaded_words(point.text)) for point in points),
        coverage_words=_length(told),
        coverage_loaded=sum(len(loaded_words(text)) for text in told),
    )


def frame_gap(issue: Issue) -> float:
    """How far headlines, overviews and the like lean to outlets of the left (+) or the right (-), -1 to 1.

    The difference of the two sides' words there over all words there, the center's too.
    """
    frames = {side: row.frame_words for side, row in audit(issue).items()}
    total = sum(frames.values())
    return round((frames[Side.LEFT] - frames[Side.RIGHT]) / total, 3) if total else 0.0


def _sides(outlets: Iterable[str], issue: Issue) -> list[Side]:
    return [issue.outlets[key].side for key in outlets if key in issue.outlets]


def _share(statement: Statement, side: Side, issue: Issue) -> float:
    """A side's part of a statement's words, as many as its outlets among those that say it."""
    sides = _sides(statement.outlets, issue)
    return _length([statement.text]) * sides.count(side) / len(sides)


def _length(texts: Iterable[str]) -> int:
    return sum(len(text.split()) for text in texts)


_SUMMED = ("due", "words", "quotations", "links")


def _sum(given: list[Given], name: str) -> float:
    """Over the stories in which the side was due a hearing: one excerpt of a lone outlet tips no balance."""
    return float(sum(getattr(one, name) for one in given if one.due))


def _figures(given: list[Given], total: Mapping[str, float]) -> SideFigures:
    own = {name: int(_sum(given, name)) for name in _SUMMED}
    places = [one.position for one in given if one.position]
    share = {name: round(own[name] / total[name], 3) if total[name] else 0.0 for name in _SUMMED}
    gaps = {name: _gap(share[name], share["due"]) if total[name] else 0.0 for name in _SUMMED}
    column, coverage = sum(one.words for one in given), sum(one.coverage_words for one in given)
    return SideFigures(
        hearings_due=own["due"],
        words=own["words"],
        frame_words=round(sum(one.frame_words for one in given)),
        quotations=own["quotations"],
        links=own["links"],
        first=places.count(1),
        position=round(sum(places) / len(places), 2) if places else None,
        share=share["words"],
        share_due=share["due"],
        gap=gaps["words"],
        quotations_gap=gaps["quotations"],
        links_gap=gaps["links"],
        loaded=_rate(sum(one.loaded_words for one in given), column),
        loaded_in_coverage=_rate(sum(one.coverage_loaded for one in given), coverage),
    )


def _gap(share: float, due: float) -> float:
    return round(share / due - 1, 3) if due else 0.0


def _rate(loaded: int, words: int) -> float:
    """Loaded words in a hundred."""
    return round(100 * loaded / words, 2) if words else 0.0
