"""Whose text may be used: one voice per near-copy, no outlet that forbids quoting, news apart from opinion."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from newsletter.domain.article import Article, Kind
from newsletter.domain.leaning import Side
from newsletter.domain.outlet import Registry
from newsletter.domain.story import Story, Voice

_NEVER = {Kind.SPONSORED, Kind.ROUNDUP, Kind.SERVICE}


@dataclass(frozen=True, slots=True)
class Source:
    """One article as a source of text."""

    article: Article
    name: str
    """The outlet's name, which a title may carry at its end."""
    side: Side
    """The side it may speak for; UNRATED where the printer's side is not the text's own (a reprinted wire copy)."""
    news: bool
    live: bool
    told: bool = False
    """An earlier issue of the story's thread had the article: a reader of that issue knows it."""

    @property
    def outlet(self) -> str:
        return self.article.outlet


def sources_of(story: Story, registry: Registry, *, quoted: bool = True) -> tuple[Source, ...]:
    """The story's usable sources, in the order of its voices; for titles alone, ``quoted`` is False."""
    articles = {article.id: article for article in story.articles}
    found = [s for voice in story.voices for s in _of_voice(voice, articles, registry, quoted)]
    every = {source.article.id: source for source in found}
    return tuple(replace(source, told=_told(story, id_)) for id_, source in every.items())


def _told(story: Story, article: str) -> bool:
    return story.continued is not None and article not in story.continued.fresh


def _of_voice(
    voice: Voice, articles: dict[str, Article], registry: Registry, quoted: bool
) -> Iterator[Source]:
    """The originator's own pieces speak; where it is not among them, the first printing of its text does."""
    if quoted and _forbids(voice.outlet, registry):
        return
    pieces = [articles[i] for i in voice.article_ids if i in articles]
    for article in [a for a in pieces if a.outlet == voice.outlet] or pieces[:1]:
        if article.kind in _NEVER or (quoted and _forbids(article.outlet, registry)):
            continue
        outlet = registry.get(article.outlet)
        side = registry.side_of(article.outlet)
        yield Source(
            article,
            outlet.name if outlet else article.outlet,
            side if side == voice.side else Side.UNRATED,
            article.kind != Kind.OPINION,
            article.kind == Kind.LIVE,
        )


def _forbids(domain: str, registry: Registry) -> bool:
    outlet = registry.get(domain)
    return outlet is not None and not outlet.quote
