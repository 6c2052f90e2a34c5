"""A sentence model on disk: which files of a folder it is made of."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from newsletter.errors import EmbeddingError

GRAPHS = (
    "model_quantized.onnx",
    "onnx/model_quantized.onnx",
    "model.onnx",
    "onnx/model.onnx",
)
"""Where a model's graph may stand, the best first: in int8 it is four times as small, and groups as well."""
TOKENIZER = "tokenizer.json"
POOLING = "1_Pooling/config.json"
"""How sentence-transformers says that the first token stands for the sentence, and not the mean of all."""


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """The files to load, found and not yet looked into."""

    graph: Path
    tokenizer: Path
    first_token: bool
    """Where the graph gives a vector a token: the first one stands for the sentence (else their mean)."""


def find_model(folder: Path) -> ModelFiles:
    """The model in that folder. Raises `EmbeddingError` saying what is not there."""
    if not folder.is_dir():
        raise _wrong(f"There is no folder {folder}.")
    graph = next((folder / name for name in GRAPHS if (folder / name).is_file()), None)
    if graph is None:
        raise _wrong(f"{folder} holds no {' or '.join(GRAPHS)}.")
    tokenizer = folder / TOKENIZER
    if not tokenizer.is_file():
        raise _wrong(f"{folder} holds no {TOKENIZER}.")
    return ModelFiles(graph, tokenizer, _first_token(folder / POOLING))


def digest_of(files: ModelFiles) -> str:
    """SHA-256 of graph and tokenizer: two folders of one name may hold two models."""
    found = hashlib.sha256()
    try:
        for path in (files.graph, files.tokenizer):
            with path.open("rb") as file:
                found.update(hashlib.file_digest(file, "sha256").digest())
    except OSError as problem:
        raise _wrong(f"{problem.filename} cannot be read: {problem.strerror}.") from None
    return found.hexdigest()


def _first_token(path: Path) -> bool:
    try:
        return bool(json.loads(path.read_text(encoding="utf-8")).get("pooling_mode_cls_token"))
    except (OSError, ValueError, AttributeError):
        return False


def _wrong(message: str) -> EmbeddingError:
    return EmbeddingError(
        message,
        reason="folder wrong",
        todo="Name a folder with an ONNX sentence model and its tokenizer.json in NEWSLETTER_EMBEDDINGS.",
    )
