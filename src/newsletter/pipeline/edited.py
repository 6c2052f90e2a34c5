"""An editor's changes on their way through a build: each step asks here what to change, and what came of it is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from newsletter.domain.article import Article
from newsletter.domain.document import iso
from newsletter.domain.edits import Applied, Edit, Put, Reword, Section, standing
from newsletter.domain.leaning import Side
from newsletter.domain.lineup_edits import NO_STORY, UNTOLD, Missed, placed, regrouped
from newsletter.domain.outlet import Registry
from newsletter.domain.story import Chosen, LineUp, Story
from newsletter.domain.telling_edits import told
from newsletter.domain.word_edits import reworded
from newsletter.domain.words import Cited, Place, Statement, StoryWords
from newsletter.ports import StoryRemaker, Verifier


@dataclass(slots=True)
class Editing:
    """The changes of one build, in the order they were made. ``missed`` fills as the steps go by."""

    edits: tuple[Edit, ...]
    registry: Registry
    remake: StoryRemaker
    verifier: Verifier
    missed: Missed = field(default_factory=dict)

    def stories(self, stories: Sequence[Story]) -> tuple[Story, ...]:
        """The day's stories after merges, splits and moves."""
        if not self.edits:
            return tuple(stories)
        found = regrouped(stories, self.edits, self._remade)
        self.missed |= found.missed
        return found.stories

    def line_up(self, line_up: LineUp) -> LineUp:
        """The line-up after changes of place."""
        if not self.edits:
            return line_up
        found = placed(line_up, self.edits)
        self.missed |= found.missed
        return found.line_up

    def words(self, chosen: Chosen, words: StoryWords | None) -> StoryWords | None:
        """A story's words after the editor's; None stays None, and changes that wanted it told say so."""
        mine = [edit for edit in self.edits if _speaks_of(edit, chosen.story)]
        if words is None:
            self.missed |= {edit.id: UNTOLD for edit in mine if _wants_told(edit)}
            return None
        words, missed = reworded(words, mine, lambda *said: self._supported(chosen.story, *said))
        self.missed |= missed
        return words

    def applied(self, line_up: LineUp) -> tuple[Applied, ...]:
        """The changes as the issue records them, with the reason of those that found nothing to change."""
        tales = [*line_up.main, *line_up.briefs, *line_up.blindspots]
        for edit in self.edits:
            if isinstance(edit.change, Reword) and not any(_speaks_of(edit, one.story) for one in tales):
                self.missed.setdefault(edit.id, NO_STORY)
        named = [*tales, *line_up.waiting]
        titles = {article.id: one.title for one in named for article in one.story.articles}
        return tuple(
            Applied(
                edit.by,
                iso(edit.at),
                told(edit.change, lambda key: titles.get(key, "")),
                self.missed.get(edit.id, ""),
            )
            for edit in self.edits
        )

    def _remade(self, articles: Sequence[Article], base: Story) -> Story:
        return self.remake(articles, base, self.registry)

    def _supported(self, story: Story, said: Statement, place: Place, side: Side | None) -> bool:
        articles = {article.id: article for article in story.articles}
        cited = [
            _cited(articles[span.article], span.field, span.start, span.end, self.registry)
            for span in said.evidence
            if span.article in articles
        ]
        return len(cited) == len(said.evidence) and not self.verifier(said, cited, place, side)


def editing(edits: Sequence[Edit], registry: Registry, remake: StoryRemaker, verifier: Verifier) -> Editing:
    """For one build: the changes that stand."""
    return Editing(standing(edits), registry, remake, verifier)


def _speaks_of(edit: Edit, story: Story) -> bool:
    name = getattr(edit.change, "story", "")
    return any(article.id == name for article in story.articles)


def _wants_told(edit: Edit) -> bool:
    match edit.change:
        case Put(_, section, _):
            return section is not Section.OUT
        case _:
            return isinstance(edit.change, Reword)


def _cited(article: Article, name: str, start: int, end: int, registry: Registry) -> Cited:
    text = (article.title if name == "title" else article.text)[start:end]
    return Cited(" ".join(text.split()), article.outlet, registry.side_of(article.outlet))
