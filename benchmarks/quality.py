"""How well stories are grouped and words are chosen, beside what one would take off the shelf, in the same run.

    python -m benchmarks.quality [--data DIR] [--embeddings FOLDER] [--json]

The sample newsroom (175 labelled items) is always measured. DIR may hold more labelled news, which is nobody's to
ship: ``newsdays/gold/DATE/labels.jsonl`` with ``newsdays/articles.jsonl``, ``groundnews/days_with_background.jsonl``,
``roundups/triples_val.jsonl``; what is missing is left out. The peers need scikit-learn; without it only ours is
measured.

Peers, each with its usual settings: plain TF-IDF (words and pairs, English stop words) with average link; HDBSCAN on
TF-IDF reduced to 100 dimensions, groups of five at least; a pipeline as BERTopic builds it: embeddings (without
``--embeddings`` TF-IDF) reduced to 5 dimensions by UMAP (or, where that is not installed, by PCA), then HDBSCAN with
groups of ten at least. An article that a peer leaves out stands alone.
"""

from __future__ import annotations

import argparse
import json
import time
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from newsletter.evaluation.stories import Label, score_grouping
from newsletter.evaluation.words import rouge
from newsletter.locate import folder
from newsletter.ports import Vectors, no_progress
from newsletter.stories.rows import articles_of, group_rows
from newsletter.writing.rows import write_row

BESIDE = Path("../shared/data")
"""Labelled news beside the checkout, where there is some."""
Row = Mapping[str, Any]
Grouped = Mapping[str, str]
ALIKE = 0.06
"""Plain TF-IDF's bar on the mean cosine, missing words and all: the best one on the sample."""


@dataclass(frozen=True)
class Labelled:
    """Articles of one period and the story of those that are labelled."""

    name: str
    rows: tuple[Row, ...]
    gold: Mapping[str, Label]


def sample() -> Labelled:
    rows = []
    for path in sorted((folder("sample") / "days").glob("*.toml")):
        for number, item in enumerate(tomllib.loads(path.read_text(encoding="utf-8"))["item"]):
            rows.append(
                {
                    "id": f"{path.stem}-{number}", "title": item["title"], "description": item.get("summary", ""),
                    "outlet": item["outlet"], "published": item["at"].isoformat(), "story_id": item["story"],
                }
            )  # fmt: skip
    return _labelled("sample newsroom", rows)


def found_in(data: Path) -> Iterator[Labelled]:
    """Whatever labelled days are there."""
    articles = data / "newsdays" / "articles.jsonl"
    for labels in sorted(data.glob("newsdays/gold/*/labels.jsonl")):
        by_id = {row["id"]: row for row in _read(articles)} if articles.exists() else {}
        rows = [{**by_id.get(row["id"], {}), **row} for row in _read(labels)]
        yield _labelled(f"news day {labels.parent.name}", [row for row in rows if row.get("title")])
    days = data / "groundnews" / "days_with_background.jsonl"
    if days.exists():
        yield _labelled("stories in background days", list(_read(days)))


def _labelled(name: str, rows: Sequence[Row]) -> Labelled:
    gold = {
        row["id"]: Label(row["story_id"], row.get("merge_group") or "", row.get("outlet") or "")
        for row in rows
        if row.get("story_id")
    }
    plain = ("id", "title", "description", "url", "outlet", "published")
    return Labelled(name, tuple({key: row.get(key) for key in plain} for row in rows), gold)


def _read(path: Path) -> Iterator[Row]:
    with path.open(encoding="utf-8") as file:
        yield from map(json.loads, file)


def ours(rows: Sequence[Row]) -> Grouped:
    from newsletter.wiring import bundled_grouping

    return {row["id"]: row["story_id"] for row in group_rows(rows, bundled_grouping())}


def with_embeddings(model: str) -> Callable[[Sequence[Row]], Grouped]:
    """Ours beside the vectors of a sentence model in a local folder; its computing is part of the time."""

    def method(rows: Sequence[Row]) -> Grouped:
        from newsletter.wiring import bundled_grouping

        vectors = _vectors(rows, model)
        return {row["id"]: row["story_id"] for row in group_rows(rows, bundled_grouping(), vectors)}

    return method


def _vectors(rows: Sequence[Row], model: str) -> Vectors:
    from newsletter.settings import load
    from newsletter.wiring import House

    with TemporaryDirectory() as home:
        given = {"HOME": home, "EMBEDDINGS": str(Path(model).absolute())}
        with House(load({}, Path(home), given).settings) as house:
            embedded = house.vector_source(house.vector_store)(articles_of(rows), no_progress)
    if not embedded.vectors:
        raise SystemExit(f"{model}: {embedded.used}")
    return embedded.vectors


def plain_tfidf(rows: Sequence[Row]) -> Grouped:
    from sklearn.cluster import AgglomerativeClustering

    matrix = _tfidf(rows)
    distances = np.clip(1 - (matrix @ matrix.T).toarray(), 0, 1)
    labels = AgglomerativeClustering(
        n_clusters=None, metric="precomputed", linkage="average", distance_threshold=1 - ALIKE
    ).fit_predict(distances)
    return _named(rows, labels)


def hdbscan(rows: Sequence[Row]) -> Grouped:
    return _named(rows, _dense_groups(_reduced(rows, 100), 5))


def bertopic_like(rows: Sequence[Row], model: str = "") -> Grouped:
    vectors = _matrix(rows, model) if model else _reduced(rows, 100)
    try:
        from umap import UMAP

        low = UMAP(
            n_neighbors=15, n_components=5, min_dist=0.0, metric="cosine", random_state=1
        ).fit_transform(vectors)
    except ImportError:
        from sklearn.decomposition import PCA

        low = PCA(5, random_state=1).fit_transform(vectors)
    return _named(rows, _dense_groups(low, 10))


def _tfidf(rows: Sequence[Row]) -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer

    texts = [f"{row['title']} {row['title']} {row['description'] or ''}" for row in rows]
    return TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, stop_words="english").fit_transform(texts)


def _reduced(rows: Sequence[Row], dimensions: int) -> NDArray[np.float64]:
    from sklearn.decomposition import TruncatedSVD
    from sklearn.preprocessing import normalize

    matrix = _tfidf(rows)
    size = min(dimensions, min(matrix.shape) - 1)
    found: NDArray[np.float64] = normalize(TruncatedSVD(size, random_state=1).fit_transform(matrix))
    return found


def _matrix(rows: Sequence[Row], model: str) -> NDArray[np.float64]:
    vectors = _vectors(rows, model)
    return np.stack([np.asarray(vectors[row["id"]], np.float64) for row in rows])


def _dense_groups(vectors: NDArray[np.float64], least: int) -> NDArray[np.int64]:
    from sklearn.cluster import HDBSCAN

    found: NDArray[np.int64] = HDBSCAN(min_cluster_size=least, copy=True).fit_predict(vectors)
    return found


def _named(rows: Sequence[Row], labels: Sequence[int] | NDArray[np.int64]) -> Grouped:
    return {
        row["id"]: row["id"] if label < 0 else f"story {label}"
        for row, label in zip(rows, labels, strict=True)
    }


PEERS: dict[str, Callable[[Sequence[Row]], Grouped]] = {
    "ours": ours,
    "plain TF-IDF": plain_tfidf,
    "HDBSCAN": hdbscan,
    "BERTopic-like": bertopic_like,
}


def grouping_figures(
    days: Sequence[Labelled], methods: Mapping[str, Callable[[Sequence[Row]], Grouped]]
) -> list[dict[str, Any]]:
    figures: list[dict[str, Any]] = []
    for day in days:
        for name, method in methods.items():
            began = time.perf_counter()
            try:
                guess = method(day.rows)
            except ImportError as missing:
                figures.append({"day": day.name, "method": name, "missing": missing.name})
                continue
            score = score_grouping(day.gold, guess)
            figures.append(
                {
                    "day": day.name, "articles": len(day.rows), "method": name, "f1": score.bcubed.f1,
                    "precision": score.bcubed.precision, "recall": score.bcubed.recall, "purity": score.purity,
                    "seconds": time.perf_counter() - began,
                }
            )  # fmt: skip
    return figures


def words_figures(data: Path) -> list[dict[str, Any]]:
    """Overviews against neutral summaries by people, beside the first words of each story's first outlet."""
    path = data / "roundups" / "triples_val.jsonl"
    if not path.exists():
        return []
    sides = ("left", "center", "right")
    totals: dict[str, list[tuple[float, float, float]]] = {"ours": [], "first outlet's lead": []}
    for story in _read(path):
        row = {
            "id": story["id"],
            "articles": [
                {
                    "id": str(n), "title": a["title"], "text": a["text"] or "", "outlet": f"outlet{n}.example",
                    "leaning": a.get("leaning") or sides[n % 3], "url": "https://a.example", "published": "2021-01-01",
                }
                for n, a in enumerate(story["articles"])
            ],
        }  # fmt: skip
        said = " ".join(item["text"] for item in write_row(row)["overview"])
        for name, text in (("ours", said), ("first outlet's lead", row["articles"][0]["text"])):
            found = rouge(_joined(story["gold_summary"]), " ".join(text.split()[:60]))
            totals[name].append((found.one, found.two, found.longest))
    return [{"method": name, "rouge": np.mean(rows, axis=0).tolist()} for name, rows in totals.items()]


def _joined(text: str | list[str]) -> str:
    return text if isinstance(text, str) else " ".join(text)


def report(data: Path | None, model: str = "") -> dict[str, Any]:
    days = [sample(), *(found_in(data) if data else ())]
    extra: dict[str, Callable[[Sequence[Row]], Grouped]] = (
        {"ours, embeddings": with_embeddings(model), "BERTopic-like": partial(bertopic_like, model=model)}
        if model
        else {}
    )
    return {
        "grouping": grouping_figures(days, {**PEERS, **extra}),
        "overviews": words_figures(data) if data else [],
    }


def show(figures: Mapping[str, Any]) -> None:
    print(
        f"\n{'grouping':<28} {'method':<17} {'F1':>6} {'prec.':>6} {'recall':>6} {'purity':>6} {'seconds':>8}"
    )
    for row in figures["grouping"]:
        if "missing" in row:
            print(f"{row['day']:<28} {row['method']:<17} needs {row['missing']}")
            continue
        purity = "–" if row["purity"] is None else f"{row['purity']:.3f}"
        print(
            f"{row['day']:<28} {row['method']:<17} {row['f1']:6.3f} {row['precision']:6.3f} {row['recall']:6.3f}"
            f" {purity:>6} {row['seconds']:8.2f}"
        )
    if figures["overviews"]:
        print(f"\n{'overview, first 60 words':<28} {'ROUGE-1':>8} {'ROUGE-2':>8} {'ROUGE-L':>8}")
        for row in figures["overviews"]:
            print(f"{row['method']:<28} " + " ".join(f"{100 * value:8.1f}" for value in row["rouge"]))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=BESIDE if BESIDE.is_dir() else None)
    parser.add_argument("--embeddings", default="", help="folder of a sentence model")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    figures = report(chosen.data, chosen.embeddings)
    if chosen.json:
        print(json.dumps(figures, indent=1))
    else:
        show(figures)


if __name__ == "__main__":
    main()
