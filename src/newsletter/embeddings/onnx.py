"""A sentence model run by onnxruntime, one text at a time.

One at a time, because a graph in int8 scales its numbers by the largest in the whole batch: beside other texts
(or beside padding) the same text got another vector (cosine down to .977), and a story could depend on what else
was computed with it. Each text by itself, on as many threads as there are cores, takes no longer: there is no
padding to compute.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from newsletter.cores import cores
from newsletter.embeddings.folder import ModelFiles, digest_of, find_model
from newsletter.errors import EmbeddingError
from newsletter.ports import Progress, no_progress

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

TOKENS = 96
"""Tokens read of a text: title and lead. 64 group a little worse, 128 no better at a tenth more time."""
STEP = 64
"""Texts between two words of progress."""
_INPUTS = frozenset({"input_ids", "attention_mask", "token_type_ids"})
_PROBE = "The ferry did not sail today."


class OnnxEmbedder:
    """A `ports.Embedder`. Made by `open_folder`."""

    def __init__(self, name: str, session: Any, tokenizer: Any, *, first_token: bool) -> None:
        self.name = name
        self._session, self._tokenizer, self._first_token = session, tokenizer, first_token
        self.asks_for = [given.name for given in session.get_inputs()]
        outputs = [given.name for given in session.get_outputs()]
        self._output = "sentence_embedding" if "sentence_embedding" in outputs else outputs[0]

    def embed(self, texts: Sequence[str], progress: Progress = no_progress) -> Sequence[NDArray[np.float32]]:
        """See `ports.Embedder`."""
        found: list[NDArray[np.float32]] = []
        with ThreadPoolExecutor(cores()) as pool:
            for start in range(0, len(texts), STEP):
                progress(start, len(texts), "embedding")
                found.extend(pool.map(self._one, texts[start : start + STEP]))
        return found

    def _one(self, text: str) -> NDArray[np.float32]:
        import numpy as np

        ids = np.array([self._tokenizer.encode(text).ids], np.int64)
        given = {
            "input_ids": ids,
            "attention_mask": np.ones_like(ids),
            "token_type_ids": np.zeros_like(ids),
        }
        try:
            (value,) = self._session.run([self._output], {name: given[name] for name in self.asks_for})
        except Exception as problem:  # noqa: BLE001 the runtime's exceptions have no common base
            raise _broken(f"The sentence model failed ({type(problem).__name__}).") from None
        return self._unit(np.asarray(value, np.float32))

    def _unit(self, value: NDArray[np.float32]) -> NDArray[np.float32]:
        """The graph's answer for one text as one vector of length one."""
        import numpy as np

        if value.ndim == 3 and value.shape[0] == 1:  # a vector a token
            value = value[:, 0] if self._first_token else value.mean(axis=1)
        if value.ndim != 2 or value.shape[0] != 1 or value.shape[1] < 2:
            raise _shape(f"The sentence model's answer has the shape {value.shape}, not one vector a text.")
        length = float(np.linalg.norm(value[0]))
        if not np.isfinite(length) or length == 0:
            raise _shape("The sentence model answers with numbers that are none.")
        return np.asarray(value[0] / length, np.float32)


def open_folder(folder: Path, label: str = "") -> OnnxEmbedder:
    """The model in that folder, tried on one sentence.

    Raises `EmbeddingError`: package missing, folder wrong, model broken, wrong output.
    """
    packages()
    files = find_model(folder)
    name = f"{label or folder.name} {digest_of(files)[:12]}"
    embedder = OnnxEmbedder(name, _session(files), _tokenizer(files), first_token=files.first_token)
    unknown = set(embedder.asks_for) - _INPUTS
    if unknown:
        raise _shape(f"The model asks for {', '.join(sorted(unknown))}, which no sentence model needs.")
    embedder.embed([_PROBE])
    return embedder


def packages() -> tuple[Any, Any]:
    """onnxruntime and tokenizers. Raises `EmbeddingError` where the extra is not installed."""
    try:
        import onnxruntime
        import tokenizers
    except ImportError as problem:
        raise missing_package(problem.name or "onnxruntime") from None
    return onnxruntime, tokenizers


def missing_package(name: str) -> EmbeddingError:
    return EmbeddingError(
        f"The package {name} is not installed.",
        reason="package missing",
        todo='Install it: pip install "both-sides-newsletter[embeddings]"',
    )


def _session(files: ModelFiles) -> Any:
    runtime, _ = packages()
    options = runtime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1  # the threads are ours, a text each
    options.log_severity_level = 4
    try:
        return runtime.InferenceSession(str(files.graph), options, providers=["CPUExecutionProvider"])
    except Exception as problem:  # noqa: BLE001 the runtime's exceptions have no common base
        raise _broken(
            f"{files.graph} is no model that onnxruntime reads ({type(problem).__name__})."
        ) from None


def _tokenizer(files: ModelFiles) -> Any:
    _, library = packages()
    try:
        tokenizer = library.Tokenizer.from_file(str(files.tokenizer))
    except Exception:  # noqa: BLE001 the library raises bare Exception
        raise _broken(f"{files.tokenizer} is no tokenizer that can be read.") from None
    tokenizer.enable_truncation(TOKENS)
    tokenizer.no_padding()
    return tokenizer


def _broken(message: str) -> EmbeddingError:
    return EmbeddingError(message, reason="model broken", todo="Fetch or export the model anew.")


def _shape(message: str) -> EmbeddingError:
    return EmbeddingError(
        message, reason="wrong output", todo="Take a sentence-transformers model exported to ONNX."
    )
