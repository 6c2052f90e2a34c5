"""Count in how many articles each term stands: makes the table `src/newsletter/data/terms.tsv`.

    python -m benchmarks.count_terms CORPUS.jsonl [CORPUS.jsonl …] > terms.tsv

Each file is a corpus of its own time: JSON lines with ``title`` and ``description``. A term is kept when at least two
corpora have it and five articles do: the names of one week are no knowledge of the language. Terms are stems
and pairs of stems as `newsletter.stories.terms` makes them; the table holds them and their counts, nothing else.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path

from newsletter.stories.background import document_counts
from newsletter.stories.terms import terms_of

LEAST_ARTICLES, LEAST_CORPORA = 5, 2


def main(paths: list[str]) -> None:
    total: Counter[str] = Counter()
    corpora: Counter[str] = Counter()
    documents = 0
    for path in paths:
        rows = [json.loads(line) for line in Path(path).read_text(encoding="utf-8").splitlines()]
        counts = document_counts([terms_of(row["title"], row.get("description") or "") for row in rows])
        total.update(counts)
        corpora.update(counts.keys())
        documents += len(rows)
    kept = [t for t in total if total[t] >= LEAST_ARTICLES and corpora[t] >= LEAST_CORPORA]
    print(f"#\t{documents}")
    for term in sorted(kept, key=lambda term: (-total[term], term)):
        print(f"{term}\t{total[term]}")


if __name__ == "__main__":
    main(sys.argv[1:])
