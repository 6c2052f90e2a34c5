"""How long grouping takes, beside scikit-learn's TF-IDF of the same rows, in turns on the same machine.

    python -m benchmarks.speed [--sizes 2000 20000] [--embeddings FOLDER] [--rounds 3] [--json]

Rows are made up (`benchmarks.synthetic`). Each measurement is a process of its own, so that its peak of memory is its
own too; imports do not count. Prints seconds on the clock, seconds of processor time, both as a multiple of the
peer's (medians of the rounds), and the peak of memory. Asserts nothing about time.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from benchmarks import synthetic

Row = Mapping[str, Any]
OUTLETS = 170
PEER = "TfidfVectorizer alone"


def ours(rows: Sequence[Row], _model: str) -> None:
    from newsletter.stories.rows import group_rows
    from newsletter.wiring import bundled_grouping

    group_rows(rows, bundled_grouping())


def with_embeddings(rows: Sequence[Row], model: str) -> None:
    """Every vector computed, none kept from before."""
    from benchmarks.quality import with_embeddings

    with_embeddings(model)(rows)


def peer(rows: Sequence[Row], _model: str) -> None:
    from sklearn.feature_extraction.text import TfidfVectorizer

    texts = [f"{row['title']} {row['title']} {row['description']}" for row in rows]
    TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, stop_words="english").fit_transform(texts)


METHODS: Mapping[str, Callable[[Sequence[Row], str], None]] = {
    "ours": ours,
    "ours, embeddings": with_embeddings,
    PEER: peer,
}


def measure_here(method: str, size: int, model: str) -> dict[str, float]:
    """Once, in this process: seconds, processor seconds, megabytes."""
    work = METHODS[method]
    work(list(synthetic.day(50, OUTLETS)), model)  # imports
    rows = list(synthetic.day(size, OUTLETS))
    clock, processor = time.perf_counter(), time.process_time()
    work(rows, model)
    return {
        "seconds": time.perf_counter() - clock,
        "processor": time.process_time() - processor,
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def measure(method: str, size: int, model: str) -> dict[str, float]:
    """Once, in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.speed", "--one", method, "--sizes", str(size)]
    told = subprocess.run([*command, "--embeddings", model], check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(told.stdout)
    return found


def report(sizes: Sequence[int], model: str, rounds: int) -> list[dict[str, Any]]:
    """By size and method, in turns."""
    methods = [name for name in METHODS if model or name != "ours, embeddings"]
    figures: list[dict[str, Any]] = []
    for size in sizes:
        turns = [{name: measure(name, size, model) for name in methods} for _ in range(rounds)]
        for name in methods:
            median = {key: statistics.median(turn[name][key] for turn in turns) for key in turns[0][name]}
            ratio = {
                f"{key}_ratio": statistics.median(turn[name][key] / turn[PEER][key] for turn in turns)
                for key in ("seconds", "processor")
            }
            figures.append({"articles": size, "method": name, **median, **ratio})
    return figures


def show(figures: Sequence[Mapping[str, Any]]) -> None:
    print(f"{'articles':>8} {'':<22} {'seconds':>8} {'processor':>10} {'× the peer':>15} {'MB':>6}")
    for row in figures:
        print(
            f"{row['articles']:>8} {row['method']:<22} {row['seconds']:8.2f} {row['processor']:10.2f}"
            f" {row['seconds_ratio']:7.2f} {row['processor_ratio']:7.2f} {row['megabytes']:6.0f}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", type=int, nargs="+", default=[2_000, 20_000])
    parser.add_argument("--embeddings", default="", help="folder of a sentence model")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--one", choices=METHODS, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.one:
        print(json.dumps(measure_here(chosen.one, chosen.sizes[0], chosen.embeddings)))
        return
    figures = report(chosen.sizes, chosen.embeddings, chosen.rounds)
    print(json.dumps(figures, indent=1)) if chosen.json else show(figures)


if __name__ == "__main__":
    main()
