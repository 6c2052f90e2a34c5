"""Fetch a named sentence model from the Hugging Face hub, once: each file by its size and digest, all or nothing.

The hub's API names a repository's files with their sizes and digests at one commit
(https://huggingface.co/docs/hub/api), and the files are fetched at that commit. Its own library is not used: it
sends figures about its user, keeps a cache of its own beside ours, and does not compare digests.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import httpx

from newsletter import __version__
from newsletter.embeddings.folder import GRAPHS, POOLING, TOKENIZER
from newsletter.errors import EmbeddingError
from newsletter.ports import Progress, no_progress

HUB = "https://huggingface.co"
OWNER = "sentence-transformers"
"""Who is meant by a name without an owner."""
LARGEST = 1_500_000_000
"""Bytes of a model that would be fetched; a sentence model for this work has a tenth of that."""
MANIFEST = "manifest.json"
_TIMEOUT = httpx.Timeout(30, connect=10)
_PART = r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}"
_NAME = re.compile(rf"(?:({_PART})/)?({_PART})(?:@({_PART}))?")


@dataclass(frozen=True, slots=True)
class ModelName:
    """A model on a hub."""

    owner: str
    label: str
    revision: str = "main"
    hub: str = HUB

    @property
    def folder(self) -> str:
        """The name of its folder among the fetched models."""
        end = "" if self.revision == "main" else f"--{self.revision}"
        return f"{self.owner}--{self.label}{end}"


@dataclass(frozen=True, slots=True)
class _File:
    path: str
    size: int
    sha256: str
    """Of the file's bytes; empty where the hub tells Git's own digest instead."""
    blob: str


def parse_name(text: str) -> ModelName:
    """``owner/name``, ``name``, either with ``@revision``, or the address of a model on another hub."""
    hub, rest = HUB, text
    if "://" in text:
        parts = urlsplit(text)
        hub, rest = f"{parts.scheme}://{parts.netloc}", parts.path.strip("/")
    found = _NAME.fullmatch(rest)
    if found is None or not hub.startswith(("https://", "http://")):
        raise EmbeddingError(
            f"{text!r} is neither a folder nor the name of a model.",
            reason="no such model",
            todo="Write a folder's path, or a name such as all-MiniLM-L6-v2, in NEWSLETTER_EMBEDDINGS.",
        )
    return ModelName(found[1] or OWNER, found[2], found[3] or "main", hub)


def fetched(name: ModelName, models: Path) -> Path:
    """The folder of a model fetched earlier, its files of the size they had. Raises `EmbeddingError`."""
    folder = models / name.folder
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        whole = all((folder / path).stat().st_size == size for path, size in manifest["sizes"].items())
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        whole = False
    if not whole:
        raise EmbeddingError(
            f"The model {name.label} has not been fetched yet.",
            reason="not fetched",
            todo="`newsletter doctor` or the next build fetches it.",
        )
    return folder


def fetch(
    name: ModelName, models: Path, say: Callable[[str], None], progress: Progress = no_progress
) -> Path:
    """The model's folder; fetched now if it is not there. Raises `EmbeddingError`, and then leaves nothing behind."""
    try:
        return fetched(name, models)
    except EmbeddingError:
        pass
    host = urlsplit(name.hub).netloc
    try:
        models.mkdir(parents=True, exist_ok=True)
        with (
            tempfile.TemporaryDirectory(dir=models) as beside,
            httpx.Client(timeout=_TIMEOUT, follow_redirects=True, headers=_headers()) as client,
        ):
            commit, files = _listing(client, name)
            total = sum(file.size for file in files)
            say(f"Fetching the model {name.label} from {host}, {total / 1e6:.0f} MB, once, to {models} …")
            new = Path(beside) / "model"
            _fetch_all(client, name, commit, files, new, progress)
            return _put_in_place(name, commit, files, new, models / name.folder)
    except httpx.HTTPStatusError as problem:
        raise _refused(name, problem.response.status_code) from None
    except (httpx.HTTPError, httpx.InvalidURL) as problem:
        raise _failed(f"{host} could not be reached or broke off ({type(problem).__name__}).") from None
    except OSError as problem:
        raise _failed(f"{models} cannot be written: {problem.strerror}.") from None


def _headers() -> Mapping[str, str]:
    return {"User-Agent": f"both-sides-newsletter/{__version__}"}


def _listing(client: httpx.Client, name: ModelName) -> tuple[str, Sequence[_File]]:
    """The commit, and those of its files that make the model."""
    where = f"{name.hub}/api/models/{name.owner}/{name.label}/revision/{quote(name.revision)}"
    answer = client.get(where, params={"blobs": "true"})
    answer.raise_for_status()
    try:
        told = answer.json()
        commit = str(told["sha"])
        every = {file.path: file for file in map(_file, told["siblings"])}
    except (ValueError, KeyError, TypeError, AttributeError):
        raise _failed(f"{urlsplit(name.hub).netloc} did not answer as a model hub does.") from None
    files = _needed(every, name)
    if sum(file.size for file in files) > LARGEST:
        raise _failed(f"The model {name.label} is larger than {LARGEST / 1e9:.1f} GB.")
    return commit, files


def _file(told: Any) -> _File:
    large = told.get("lfs") or {}
    size = int(large.get("size") or told["size"])
    return _File(str(told["rfilename"]), size, str(large.get("sha256") or ""), str(told.get("blobId") or ""))


def _needed(every: Mapping[str, _File], name: ModelName) -> Sequence[_File]:
    """The best graph with what belongs to it (weights beside it), the tokenizer, the pooling."""
    graph = next((path for path in GRAPHS if path in every), None)
    if graph is None or TOKENIZER not in every:
        lacking = f"no {TOKENIZER}" if graph else f"none of {', '.join(GRAPHS)}"
        raise EmbeddingError(
            f"The model {name.label} has {lacking}.",
            reason="no such model",
            todo="Take a sentence-transformers model that is published as ONNX.",
        )
    wanted = [path for path in every if path.startswith(graph) or path in (TOKENIZER, POOLING)]
    return [every[path] for path in sorted(wanted)]


def _fetch_all(
    client: httpx.Client,
    name: ModelName,
    commit: str,
    files: Sequence[_File],
    folder: Path,
    progress: Progress,
) -> None:
    total, before = sum(file.size for file in files), 0
    for file in files:
        path = folder / file.path
        if not path.resolve().is_relative_to(folder.resolve()):
            raise _failed(f"The model {name.label} names a file outside its folder.")
        path.parent.mkdir(parents=True, exist_ok=True)
        where = f"{name.hub}/{name.owner}/{name.label}/resolve/{quote(commit)}/{quote(file.path)}"
        for size in _fetch_one(client, where, file, path):
            progress(before + size, total, "model")
        before += file.size


def _fetch_one(client: httpx.Client, where: str, file: _File, path: Path) -> Iterator[int]:
    """Stream one file to ``path``, telling the bytes so far; it has to be what the hub said it is."""
    sha256, size = hashlib.sha256(), 0
    blob = hashlib.sha1(f"blob {file.size}\0".encode(), usedforsecurity=False)  # Git's digest of a file
    with client.stream("GET", where) as answer, path.open("wb") as kept:
        answer.raise_for_status()
        for part in answer.iter_bytes():
            size += len(part)
            if size > file.size:
                break
            sha256.update(part)
            blob.update(part)
            kept.write(part)
            yield size
    same = sha256.hexdigest() == file.sha256 if file.sha256 else blob.hexdigest() == file.blob
    if size != file.size or not same:
        raise _failed(f"{file.path} came differently from what the hub says it is.")


def _put_in_place(name: ModelName, commit: str, files: Sequence[_File], new: Path, folder: Path) -> Path:
    told = {
        "model": f"{name.owner}/{name.label}",
        "from": name.hub,
        "commit": commit,
        "sizes": {file.path: file.size for file in files},
    }
    (new / MANIFEST).write_text(json.dumps(told, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)  # what is there is not whole
    return new.rename(folder)


def _refused(name: ModelName, status: int) -> EmbeddingError:
    host = urlsplit(name.hub).netloc
    if status in (401, 403, 404):
        return EmbeddingError(
            f"{host} has no model {name.owner}/{name.label}@{name.revision} that anybody may fetch ({status}).",
            reason="no such model",
            todo="Correct NEWSLETTER_EMBEDDINGS, or download the model yourself and name its folder.",
        )
    return _failed(f"{host} answered {status}.")


def _failed(message: str) -> EmbeddingError:
    return EmbeddingError(
        f"The sentence model could not be fetched: {message}",
        reason="download failed",
        todo="It is tried again at the next build; or download the model yourself and name its folder.",
    )
