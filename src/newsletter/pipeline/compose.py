"""Compose: a line-up and its words to the stories of an issue. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from newsletter.domain.article import Article
from newsletter.domain.issue import (
    IssueArticle,
    IssueOutlet,
    IssueStory,
    PastMention,
    ThreadEnd,
    ThreadNote,
    Waiting,
    WireNote,
)
from newsletter.domain.leaning import Leaning
from newsletter.domain.outlet import Outlet, Registry
from newsletter.domain.story import Chosen, Continuation, LineUp, PastStory, Voice
from newsletter.domain.words import StoryWords
from newsletter.ports import Writer

HISTORY = 5
"""Earlier stories of the thread that are listed with a story."""
WAITING = 20
"""Stories that were not chosen and are listed all the same."""


@dataclass(frozen=True, slots=True)
class Composed:
    stories: tuple[IssueStory, ...]
    in_brief: tuple[IssueStory, ...]
    blindspots: tuple[IssueStory, ...]
    quiet: bool
    waiting: tuple[Waiting, ...] = ()


Reworder = Callable[[Chosen, StoryWords | None], StoryWords | None]
"""A story's words after an editor's changes to them."""


def compose(line_up: LineUp, writer: Writer, registry: Registry, day: date, reword: Reworder) -> Composed:
    """Write every chosen story; one for which nothing honest can be said is left out."""

    def told(chosen: Sequence[Chosen], *, brief: bool) -> tuple[IssueStory, ...]:
        pairs = ((one, reword(one, writer.write(one, registry, brief=brief))) for one in chosen)
        return tuple(issue_story(one, words, registry, day) for one, words in pairs if words)

    return Composed(
        stories=told(line_up.main, brief=False),
        in_brief=told(line_up.briefs, brief=True),
        blindspots=told(line_up.blindspots, brief=True),
        quiet=line_up.quiet,
        waiting=tuple(_waiting(one) for one in line_up.waiting[:WAITING]),
    )


def _waiting(chosen: Chosen) -> Waiting:
    story = chosen.story
    return Waiting(chosen.title, story.coverage, len(story.articles), chosen.score, chosen.why, story.key)


def story_id(day: date, key: str) -> str:
    """A story's permanent name: its issue's date and eight digits of its earliest article's id."""
    return f"{day.isoformat()}-{key.removeprefix('a-')[:8]}"


def issue_story(chosen: Chosen, words: StoryWords, registry: Registry, day: date) -> IssueStory:
    """One story as it stands in the issue, with its articles, voices and its thread's last days."""
    story = chosen.story
    name, continued = story_id(day, story.key), story.continued
    return IssueStory(
        id=name,
        thread_id=(continued.thread_id if continued else "") or f"t-{name}",
        words=words,
        coverage=story.coverage,
        articles=tuple(_article(article, registry) for article in story.articles),
        why=chosen.why,
        wires=tuple(_wire(voice, registry) for voice in story.voices if len(voice.carriers) > 1),
        history=tuple(mention(one, "thread") for one in continued.earlier[:HISTORY]) if continued else (),
        new_articles=chosen.new_articles,
        thread=_note(continued),
        missing=chosen.missing,
        could_have=chosen.could_have,
        confidence=story.confidence,
    )


def _article(article: Article, registry: Registry) -> IssueArticle:
    outlet = registry.get(article.outlet)
    return IssueArticle(
        id=article.id,
        guid=article.guid,
        url=article.url,
        outlet=article.outlet,
        leaning=outlet.leaning if outlet else Leaning.UNRATED,
        side=registry.side_of(article.outlet),
        title=article.title,
        published=article.published,
        kind=article.kind.value,
        wire=article.wire,
        text=article.text if outlet is None or outlet.quote else "",
    )


def _wire(voice: Voice, registry: Registry) -> WireNote:
    """A text that began at an agency's own feed is its copy, whether or not the carriers say so."""
    origin = registry.get(voice.outlet)
    agency = voice.wire or (origin.name if origin and origin.wire else "")
    return WireNote(voice.outlet, agency, voice.carriers)


def mention(past: PastStory, kind: str) -> PastMention:
    """An earlier story as a line of history."""
    return PastMention(past.date, past.story_id, past.headline, past.articles, kind)


def _note(continued: Continuation | None) -> ThreadNote:
    if continued is None:
        return ThreadNote()
    split = None if continued.thread_id else _end(continued.past)
    return ThreadNote(tuple(map(_end, continued.merged)), split)


def _end(past: PastStory) -> ThreadEnd:
    return ThreadEnd(past.thread_id, past.date, past.story_id, past.headline)


def outlets_named(composed: Composed, registry: Registry) -> dict[str, IssueOutlet]:
    """Every outlet that the stories name, as rated on this day."""
    names: set[str] = set()
    for story in (*composed.stories, *composed.in_brief, *composed.blindspots):
        names |= {article.outlet for article in story.articles}
        for wire in story.wires:
            names |= {wire.outlet, *wire.carriers}
    return {name: _named(name, registry.get(name), registry) for name in sorted(names)}


def _named(domain: str, outlet: Outlet | None, registry: Registry) -> IssueOutlet:
    if outlet is None:
        return IssueOutlet(domain, domain, Leaning.UNRATED, registry.side_of(domain))
    return IssueOutlet(domain, outlet.name, outlet.leaning, outlet.side, outlet.owner, outlet.paywall)
