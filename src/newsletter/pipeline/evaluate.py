"""Evaluate: the engine's grouping, line-up and words against labelled days. Reads the archive, keeps nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import fmean
from typing import Any

from newsletter.domain.article import Article
from newsletter.evaluation.gold import GoldDay, Reference
from newsletter.evaluation.lineup import LineUpScore, score_line_up
from newsletter.evaluation.stories import GroupingScore, Label, score_grouping
from newsletter.evaluation.words import Rouge, rouge
from newsletter.pipeline.build import BuildRoom, chosen, grouped
from newsletter.ports import Progress, no_progress

OVERVIEW_WORDS = 60
"""An overview is scored on its first words, so that a longer one has no advantage."""

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class DayScore:
    """One labelled day; a part is None where it has no labels or where the archive has none of its articles."""

    day: str
    grouping: GroupingScore | None = None
    line_up: LineUpScore | None = None
    unknown: int = 0
    """Labelled articles that the archive does not hold."""


@dataclass(frozen=True, slots=True)
class WordsScore:
    """All references together. ROUGE as mean F1."""

    overviews: int
    overview: Rouge
    sides: int
    side: Rouge
    own_minus_other: float
    """How much more (ROUGE-2) a side's points resemble its own reference than the other sides'."""
    items: int
    unsupported: int
    """Statements whose text is not exactly its evidence."""


def evaluate_day(
    room: BuildRoom, gold: GoldDay, at: datetime, group_rows: Callable[[Sequence[Row]], Mapping[str, str]]
) -> DayScore:
    """Group and choose as a build as of ``at`` would; rows that bring their own titles are grouped by themselves."""
    name = gold.day.isoformat()
    grouping = (
        score_grouping(gold.labels, group_rows(gold.articles)) if gold.articles and gold.labels else None
    )
    articles = room.archive.articles(at, at - room.rules.window)
    known = _known(gold.labels, articles)
    if not known:
        return DayScore(name, grouping, unknown=len(gold.labels))
    stories, _ = grouped(room, articles, at)
    if grouping is None:
        story_of = {article.id: story.key for story in stories for article in story.articles}
        grouping = score_grouping(
            {name: label for name, (_, label) in known.items()},
            {name: story_of[article] for name, (article, _) in known.items()},
        )
    line_up = None
    if gold.line_up:
        found = chosen(room, articles, stories, gold.day, at)
        labels = dict(known.values())
        line_up = score_line_up(
            gold.line_up,
            labels,
            [[article.id for article in one.story.articles] for one in found.main],
            [[article.id for article in one.story.articles] for one in found.briefs],
        )
    return DayScore(name, grouping, line_up, len(gold.labels) - len(known))


def _known(labels: Mapping[str, Label], articles: Iterable[Article]) -> dict[str, tuple[str, Label]]:
    """Label name -> (article id, label), the name being an article's id, guid or address."""
    found: dict[str, tuple[str, Label]] = {}
    for article in articles:
        for name in (article.id, article.guid, article.url):
            if name in labels and name not in found:
                label = labels[name]
                found[name] = (article.id, Label(label.story, label.merge_group, article.outlet))
    return found


def evaluate_words(
    references: Sequence[Reference],
    write: Callable[[Row], Mapping[str, Any]],
    supported: Callable[[Row, Mapping[str, Any]], tuple[int, int]],
    progress: Progress = no_progress,
) -> WordsScore:
    """``write`` makes a row of words (docs/contract.md); ``supported`` counts its items and those without support."""
    overviews: list[Rouge] = []
    sides: list[Rouge] = []
    own: list[float] = []
    items = wrong = 0
    for number, reference in enumerate(references, start=1):
        progress(number, len(references), "writing")
        words = write(reference.row)
        counted, bad = supported(reference.row, words)
        items, wrong = items + counted, wrong + bad
        if reference.overview:
            overviews.append(rouge(reference.overview, _first(_said(words["overview"]), OVERVIEW_WORDS)))
        for side, text in reference.sides.items():
            given = _said(words["sides"].get(side, ()))
            if given:
                sides.append(rouge(text, _first(given, len(text.split()))))
                own.append(_own_minus_other(reference.sides, side, given))
    return WordsScore(
        len(overviews), _mean(overviews), len(sides), _mean(sides), fmean(own) if own else 0.0, items, wrong
    )


def _own_minus_other(sides: Mapping[str, str], side: str, given: str) -> float:
    text = _first(given, len(sides[side].split()))
    others = [rouge(reference, text).two for other, reference in sides.items() if other != side]
    return rouge(sides[side], text).two - fmean(others) if others else 0.0


def _said(items: Iterable[Mapping[str, Any]]) -> str:
    return " ".join(item["text"] for item in items)


def _first(text: str, words: int) -> str:
    return " ".join(text.split()[:words])


def _mean(scores: Sequence[Rouge]) -> Rouge:
    if not scores:
        return Rouge(0.0, 0.0, 0.0)
    return Rouge(
        *(fmean(values) for values in zip(*((s.one, s.two, s.longest) for s in scores), strict=True))
    )
