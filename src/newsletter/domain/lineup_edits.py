"""An editor's changes to the day's stories and their order, applied to what the rules chose. Pure.

Order of things: articles change stories first, then stories change places; the log's own order within each. A
change that finds its story no more changes nothing and says so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from newsletter.domain.article import Article
from newsletter.domain.edits import Edit, Merge, Move, Put, Section, Split, Swap
from newsletter.domain.story import Chosen, LineUp, Story

MAIN_MOST, BRIEFS_MOST = 5, 6
"""What the five minutes have room for (look.md's order); beyond it a story falls into the next section."""
NO_STORY = "the day has no such story (any more)"
NO_ARTICLE = "the story has no such article (any more)"
WHOLE = "that would leave a story without an article"
SAME = "that is one story already"
UNTOLD = "nothing of it can be told honestly"

StoryMaker = Callable[[Sequence[Article], Story], Story]
"""Articles, and the story they come from, to a story of their own."""
Missed = dict[int, str]
"""Edit's number -> why it found nothing to change."""


@dataclass(frozen=True, slots=True)
class Regrouped:
    stories: tuple[Story, ...]
    missed: Missed


def regrouped(stories: Sequence[Story], edits: Sequence[Edit], make: StoryMaker) -> Regrouped:
    """The stories after every merge, split and move, sorted by key; still a partition of the same articles."""
    found, missed = {story.key: story for story in stories}, Missed()
    for edit in edits:
        match edit.change:
            case Merge(story, other):
                problem = _merge(found, story, other, make)
            case Split(story, articles):
                problem = _split(found, story, articles, make)
            case Move(article, story):
                problem = _move(found, article, story, make)
            case _:
                continue
        if problem:
            missed[edit.id] = problem
    return Regrouped(tuple(sorted(found.values(), key=lambda story: story.key)), missed)


def _holder(stories: dict[str, Story], article: str) -> Story | None:
    return next((s for s in stories.values() if any(a.id == article for a in s.articles)), None)


def _merge(stories: dict[str, Story], first: str, second: str, make: StoryMaker) -> str:
    one, other = _holder(stories, first), _holder(stories, second)
    if one is None or other is None:
        return NO_STORY
    if one.key == other.key:
        return SAME
    del stories[one.key], stories[other.key]
    _put(stories, make((*one.articles, *other.articles), one))
    return ""


def _split(stories: dict[str, Story], name: str, articles: Sequence[str], make: StoryMaker) -> str:
    story = _holder(stories, name)
    if story is None:
        return NO_STORY
    taken = [article for article in story.articles if article.id in articles]
    rest = [article for article in story.articles if article.id not in articles]
    if not taken:
        return NO_ARTICLE
    if not rest:
        return WHOLE
    del stories[story.key]
    _put(stories, make(taken, story))
    _put(stories, make(rest, story))
    return ""


def _move(stories: dict[str, Story], article: str, name: str, make: StoryMaker) -> str:
    old, new = _holder(stories, article), _holder(stories, name)
    if new is None:
        return NO_STORY
    if old is None:
        return NO_ARTICLE
    if old.key == new.key:
        return SAME
    moved = [one for one in old.articles if one.id == article]
    rest = [one for one in old.articles if one.id != article]
    del stories[old.key], stories[new.key]
    if rest:
        _put(stories, make(rest, old))
    _put(stories, make((*new.articles, *moved), new))
    return ""


def _put(stories: dict[str, Story], story: Story) -> None:
    stories[story.key] = story


@dataclass(frozen=True, slots=True)
class Replaced:
    line_up: LineUp
    missed: Missed


@dataclass(slots=True)
class _Places:
    """The sections while they are being changed; blindspots are left, never joined, by hand."""

    main: list[Chosen]
    briefs: list[Chosen]
    blindspots: list[Chosen]
    waiting: list[Chosen]

    def sections(self) -> tuple[list[Chosen], ...]:
        return self.main, self.briefs, self.blindspots, self.waiting

    def find(self, article: str) -> tuple[list[Chosen], int] | None:
        for section in self.sections():
            for index, one in enumerate(section):
                if any(a.id == article for a in one.story.articles):
                    return section, index
        return None

    def of(self, section: Section) -> list[Chosen]:
        return {Section.MAIN: self.main, Section.BRIEF: self.briefs, Section.OUT: self.waiting}[section]


def placed(line_up: LineUp, edits: Sequence[Edit]) -> Replaced:
    """The line-up after every change of place. Each story given comes out once.

    A section that grows over its room passes the last story that nobody put there on to the next section.
    """
    places = _Places(*map(list, (line_up.main, line_up.briefs, line_up.blindspots, line_up.waiting)))
    missed, pinned = Missed(), set[str]()
    for edit in edits:
        match edit.change:
            case Put(story, section, index):
                problem = _put_at(places, story, section, index, pinned)
            case Swap(story, other):
                problem = _swap(places, story, other, pinned)
            case _:
                continue
        if problem:
            missed[edit.id] = problem
        _make_room(places, pinned)
    changed = replace(
        line_up,
        main=tuple(places.main),
        briefs=tuple(places.briefs),
        blindspots=tuple(places.blindspots),
        waiting=tuple(places.waiting),
    )
    return Replaced(changed, missed)


def _put_at(places: _Places, story: str, section: Section, index: int, pinned: set[str]) -> str:
    found = places.find(story)
    if found is None:
        return NO_STORY
    one = found[0].pop(found[1])
    places.of(section).insert(index, _by_hand(one))
    pinned.add(one.story.key)
    return ""


def _swap(places: _Places, first: str, second: str, pinned: set[str]) -> str:
    one, other = places.find(first), places.find(second)
    if one is None or other is None:
        return NO_STORY
    (section, index), (other_section, other_index) = one, other
    if (section, index) == (other_section, other_index):
        return SAME
    if any(found[0] is places.blindspots for found in (one, other)):
        return "a blindspot is counted, not chosen: put the story where it shall stand"
    a, b = section[index], other_section[other_index]
    section[index], other_section[other_index] = _by_hand(b), _by_hand(a)
    pinned |= {a.story.key, b.story.key}
    return ""


def _by_hand(one: Chosen) -> Chosen:
    """A story placed by a person is no measured blindspot any more; what the rules said of it stays readable."""
    rules = one.why.partition(_BY_RULE)[2] or one.why
    return replace(one, why=f"Placed by an editor.{_BY_RULE}{rules}", missing=None, could_have=0)


_BY_RULE = " By rule: "


def _make_room(places: _Places, pinned: set[str]) -> None:
    for section, most, following in (
        (places.main, MAIN_MOST, places.briefs),
        (places.briefs, BRIEFS_MOST, places.waiting),
    ):
        while len(section) > most:
            last = [i for i, one in enumerate(section) if one.story.key not in pinned] or [len(section) - 1]
            following.insert(0, section.pop(last[-1]))
