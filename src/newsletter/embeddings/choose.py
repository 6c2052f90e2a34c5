"""From the setting to a model at work: a folder is opened, a name is fetched once into HOME/models."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from newsletter.embeddings.fetch import fetch, fetched, parse_name
from newsletter.embeddings.folder import find_model
from newsletter.embeddings.onnx import missing_package, open_folder, packages
from newsletter.errors import EmbeddingError
from newsletter.ports import Embedder, Progress, no_progress


@dataclass(frozen=True, slots=True)
class Choice:
    """What NEWSLETTER_EMBEDDINGS asks for, and where models are kept."""

    setting: str
    models: Path
    say: Callable[[str], None]
    """Told before anything is downloaded."""

    def open(self, progress: Progress = no_progress) -> Embedder:
        """The model, fetched if it has to be. Raises `EmbeddingError`."""
        packages()  # before a download that would be for nothing
        if Path(self.setting).is_absolute():
            return open_folder(Path(self.setting))
        name = parse_name(self.setting)
        return open_folder(fetch(name, self.models, self.say, progress), name.label)

    def problem(self) -> EmbeddingError | None:
        """What can be seen at a glance, without loading or fetching anything, to stand in the way."""
        try:
            for package in ("onnxruntime", "tokenizers"):
                if importlib.util.find_spec(package) is None:
                    raise missing_package(package)
            if Path(self.setting).is_absolute():
                find_model(Path(self.setting))
            else:
                fetched(parse_name(self.setting), self.models)
        except EmbeddingError as problem:
            return problem
        return None
