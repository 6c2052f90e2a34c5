"""The vectors of a day's articles: each text through the model once, then from the store.

A vector is ``norm(e(title. text) + .7 e(title))``: descriptions vary from nothing to the whole article, so that
the title counts again. It is kept as float16 and always used as kept, so that a first build and a rebuild see
the same numbers (rounding moves a cosine by less than .001).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from newsletter.domain.article import Article
from newsletter.errors import EmbeddingError
from newsletter.ports import LEXICAL, Clock, Embedded, Embedder, Progress, VectorStore, no_progress

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

RECIPE = "1"
"""Part of the name that vectors are kept under: a change below makes all of them anew."""
TITLE_WEIGHT = 0.7
TEXT_CHARACTERS = 1_000
"""Read of a text: more than the model's tokens hold."""


@dataclass(frozen=True)
class KeptVectors:
    """A `ports.VectorSource`. Where ``open`` or the model raises `EmbeddingError` there are no vectors at all."""

    open: Callable[[Progress], Embedder]
    store: VectorStore
    clock: Clock
    say: Callable[[str], None]
    """Told why, when the grouping falls back to words alone."""

    def __call__(self, articles: Sequence[Article], progress: Progress = no_progress) -> Embedded:
        try:
            embedder = self.open(progress)
            return Embedded(self._vectors(embedder, articles, progress), f"embeddings {embedder.name}")
        except EmbeddingError as problem:
            self.say(f"Grouped by words alone, without the sentence model: {problem}")
            return Embedded({}, f"{LEXICAL} (embeddings: {problem.reason})")

    def _vectors(
        self, embedder: Embedder, articles: Sequence[Article], progress: Progress
    ) -> dict[str, NDArray[np.float32]]:
        import numpy as np

        given = {article.id: (article.title, article.text[:TEXT_CHARACTERS]) for article in articles}
        texts = {name: text for name, text in given.items() if any(text)}
        digest = {name: _digest(*text) for name, text in texts.items()}
        model = f"{embedder.name} {RECIPE}"
        kept = dict(self.store.get(model, sorted(set(digest.values()))))
        missing = {digest[name]: text for name, text in texts.items() if digest[name] not in kept}
        if missing:
            new = compute(embedder, missing, progress)
            self.store.keep(model, new, self.clock())
            kept |= new
        return {name: np.frombuffer(kept[key], "<f2").astype(np.float32) for name, key in digest.items()}


def compute(
    embedder: Embedder, texts: Mapping[str, tuple[str, str]], progress: Progress = no_progress
) -> dict[str, bytes]:
    """For each key its (title, text) as a vector's float16 bytes. Longest first: the threads end together."""
    import numpy as np

    whole = {key: ". ".join(filter(None, text)) for key, text in texts.items()}
    wanted = {*whole.values(), *(title for title, _ in texts.values() if title)}
    ordered = sorted(wanted, key=lambda text: (-len(text), text))
    vector = dict(zip(ordered, embedder.embed(ordered, progress), strict=True))
    made = {}
    for key, (title, _) in texts.items():
        both = vector[whole[key]] + (TITLE_WEIGHT * vector[title] if title else 0)
        made[key] = (both / np.linalg.norm(both)).astype("<f2").tobytes()
    return made


def _digest(title: str, text: str) -> str:
    return hashlib.sha256(f"{title}\0{text}".encode("utf-8", "replace")).hexdigest()


class MemoryStore:
    """A `ports.VectorStore` of one run, for work without a database."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], tuple[bytes, datetime]] = {}

    def get(self, model: str, digests: Sequence[str]) -> Mapping[str, bytes]:
        return {key: self._kept[model, key][0] for key in digests if (model, key) in self._kept}

    def keep(self, model: str, vectors: Mapping[str, bytes], at: datetime) -> None:
        for key, vector in vectors.items():
            self._kept.setdefault((model, key), (vector, at))

    def purge(self, before: datetime) -> int:
        old = [key for key, (_, at) in self._kept.items() if at < before]
        for key in old:
            del self._kept[key]
        return len(old)
