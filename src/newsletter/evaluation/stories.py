"""Scores of a grouping against labels: B-cubed, pairs, purity. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

OUTLETS = 5
"""Stories of at least so many outlets lead an issue: their purity is what readers notice."""


@dataclass(frozen=True, slots=True)
class Label:
    """What a person said of one article."""

    story: str
    merge_group: str = ""
    """Stories of one merge group may stand together or apart: pairs between them are not scored."""
    outlet: str = ""

    @property
    def event(self) -> str:
        return self.merge_group or self.story


@dataclass(frozen=True, slots=True)
class PRF:
    """Precision, recall and their harmonic mean, 0 to 1."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


@dataclass(frozen=True, slots=True)
class GroupingScore:
    """One labelled day."""

    articles: int
    stories: int
    bcubed: PRF
    pairs: PRF
    purity: float | None
    """Mean over the guessed stories of `OUTLETS` outlets and more; None when there is none."""


def score_grouping(gold: Mapping[str, Label], guess: Mapping[str, str]) -> GroupingScore:
    """``gold`` by article id; ``guess`` article id -> story. An article that is not in it is a story of its own.

    B-cubed: Bagga & Baldwin 1998, the mean over articles of the share of its guessed (labelled) story's articles
    that belong to its labelled (guessed) story; as extended and compared by Amigó et al. 2009.
    """
    by_gold, by_guess = defaultdict(list), defaultdict(list)
    for article, label in gold.items():
        by_gold[label.story].append(article)
        by_guess[guess.get(article, f"alone {article}")].append(article)
    counts = [_counts(article, rows, gold) for rows in by_guess.values() for article in rows]
    sizes = [len(by_gold[gold[article].story]) for rows in by_guess.values() for article in rows]
    n = len(gold) or 1
    bcubed = PRF(
        sum(right / mates for right, mates in counts) / n,
        sum(right / size for (right, _), size in zip(counts, sizes, strict=True)) / n,
    )
    together = sum(right - 1 for right, _ in counts)
    pairs = PRF(
        together / (sum(mates - 1 for _, mates in counts) or 1), together / (sum(s - 1 for s in sizes) or 1)
    )
    return GroupingScore(len(gold), len(by_gold), bcubed, pairs, _purity(list(by_guess.values()), gold))


def _counts(article: str, rows: Sequence[str], gold: Mapping[str, Label]) -> tuple[int, int]:
    """How many of the guessed story's articles are of this one's story, and how many are scored at all."""
    own = gold[article]
    right = sum(gold[other].story == own.story for other in rows)
    forgiven = sum(
        gold[other].story != own.story and gold[other].merge_group == own.merge_group for other in rows
    )
    forgiven = forgiven if own.merge_group else 0
    return right, len(rows) - forgiven


def _purity(guessed: Sequence[Sequence[str]], gold: Mapping[str, Label]) -> float | None:
    """Share of the commonest event among a story's labelled articles, mean over the large stories."""
    large = [rows for rows in guessed if len({gold[row].outlet or row for row in rows}) >= OUTLETS]
    shares = [Counter(gold[row].event for row in rows).most_common(1)[0][1] / len(rows) for rows in large]
    return sum(shares) / len(shares) if shares else None
