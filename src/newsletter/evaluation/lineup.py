"""Scores of a line-up against an editor's own of the same day. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from newsletter.evaluation.stories import Label

TOP, MOST = 5, 12


@dataclass(frozen=True, slots=True)
class GoldLineUp:
    """An editor's choice, as events (a merge group, or a story without one)."""

    wanted: tuple[str, ...]
    """In order, the most important first; twelve say enough."""
    alternates: frozenset[str] = frozenset()
    """Events that could as well have stood there."""


@dataclass(frozen=True, slots=True)
class LineUpScore:
    """One day. Shares are 0 to 1."""

    mains: int
    briefs: int
    precision: float
    """Main stories that stand in the editor's line-up or its alternates."""
    top5: float
    top12: float
    """Of the editor's first five and twelve, what main stories and briefs together hold."""
    purity: float
    """Mean share of a story's labelled articles that tell its event."""
    repeats: int
    """Stories that tell an event which another one tells already."""


def score_line_up(
    gold: GoldLineUp,
    labels: Mapping[str, Label],
    mains: Sequence[Collection[str]],
    briefs: Sequence[Collection[str]],
) -> LineUpScore:
    """``mains`` and ``briefs``: each story's article ids, as ``labels`` names them; others are not looked at."""
    found = [_event([labels[one] for one in story if one in labels]) for story in (*mains, *briefs)]
    fair = {*gold.wanted, *gold.alternates}
    told = [event for event, _ in found if event]
    shares = [share for event, share in found if event]
    return LineUpScore(
        len(mains),
        len(briefs),
        sum(event in fair for event, _ in found[: len(mains)]) / max(1, len(mains)),
        _held(gold.wanted[:TOP], told),
        _held(gold.wanted[:MOST], told),
        sum(shares) / max(1, len(shares)),
        len(told) - len(set(told)),
    )


def _event(labels: Sequence[Label]) -> tuple[str, float]:
    if not labels:
        return "", 0.0
    event, count = Counter(label.event for label in labels).most_common(1)[0]
    return event, count / len(labels)


def _held(wanted: Sequence[str], told: Sequence[str]) -> float:
    return len({*wanted} & {*told}) / max(1, len({*wanted}))
