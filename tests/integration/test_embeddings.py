"""The optional sentence model, from a folder or a hub to an article's vector; what is said when there is none."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from newsletter.embeddings import fetch as fetching
from newsletter.embeddings.choose import Choice
from newsletter.embeddings.onnx import STEP, OnnxEmbedder, open_folder
from newsletter.embeddings.vectors import KeptVectors, MemoryStore
from newsletter.errors import EmbeddingError
from newsletter.ports import no_progress
from tests.support.model_hub import COMMIT, Hub, model_hub
from tests.support.sentence_model import DIMENSIONS, write_model
from tests.support.stories_articles import CENTER, LEFT, RIGHT, article

NOON = datetime(2031, 5, 6, 12, tzinfo=UTC)
TEXTS = ["Mayor resigns", "Town chief quits", "Dam breach", "Ferry crews in the harbour", "Quiet"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_model(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture
def hub(folder: Path) -> Iterator[Hub]:
    files = {"onnx/model.onnx": (folder / "model.onnx").read_bytes()}
    files["tokenizer.json"] = (folder / "tokenizer.json").read_bytes()
    with model_hub(files) as running:
        yield running


def choice(setting: object, models: Path, said: list[str] | None = None) -> Choice:
    return Choice(str(setting), models, (said if said is not None else []).append)


# ── a model in a folder ──


@pytest.mark.parametrize("output", ["tokens", "sentence"])
def test_texts_of_one_meaning_have_like_vectors(tmp_path: Path, output: str) -> None:
    first, second, third, *_ = open_folder(write_model(tmp_path / output, output)).embed(TEXTS)
    assert first.shape == (DIMENSIONS,)
    assert np.linalg.norm(first) == pytest.approx(1)
    assert first @ second > 0.9 > first @ third


def test_a_text_has_one_vector_whatever_its_company(folder: Path) -> None:
    embedder = open_folder(folder)
    alone = [embedder.embed([text])[0] for text in TEXTS]
    many = embedder.embed([*reversed(TEXTS), *(f"Mayor {word}" * 40 for word in TEXTS), *TEXTS * STEP])
    assert all((one == other).all() for one, other in zip(alone, many[-len(TEXTS) :], strict=True))
    assert all((one == other).all() for one, other in zip(alone, reversed(many[: len(TEXTS)]), strict=True))


def test_two_models_of_one_name_are_told_apart(tmp_path: Path) -> None:
    """Or vectors of the one would be taken for the other's."""
    one = open_folder(write_model(tmp_path / "a" / "model"))
    other = open_folder(write_model(tmp_path / "b" / "model", "sentence"))
    assert one.name != other.name
    assert one.name.startswith("model ")


def test_long_work_says_how_far_it_is(folder: Path) -> None:
    told: list[tuple[int, int, str]] = []
    open_folder(folder).embed(TEXTS * STEP, lambda *step: told.append(step))
    assert told[0] == (0, len(TEXTS) * STEP, "embedding")
    assert [done for done, _, _ in told] == sorted(done for done, _, _ in told)
    assert len(told) == len(TEXTS)


def break_folder(folder: Path, how: str) -> None:
    if how == "no folder":
        (folder / "model.onnx").unlink()
        (folder / "tokenizer.json").unlink()
        folder.rmdir()
    elif how == "no tokenizer":
        (folder / "tokenizer.json").unlink()
    elif how == "no graph":
        (folder / "model.onnx").unlink()
    elif how == "broken graph":
        (folder / "model.onnx").write_bytes(b"\x08\x08<html>")
    elif how == "broken tokenizer":
        (folder / "tokenizer.json").write_text("{}")
    else:
        write_model(folder, "number" if how == "a number" else "tokens", empty=how == "zeros")


@pytest.mark.parametrize(
    ("how", "reason", "words"),
    [
        ("no folder", "folder wrong", "There is no folder"),
        ("no tokenizer", "folder wrong", "holds no tokenizer.json"),
        ("no graph", "folder wrong", "holds no model_quantized.onnx"),
        ("broken graph", "model broken", "is no model that onnxruntime reads"),
        ("broken tokenizer", "model broken", "is no tokenizer that can be read"),
        ("a number", "wrong output", "not one vector a text"),
        ("zeros", "wrong output", "numbers that are none"),
    ],
)
def test_a_folder_that_will_not_do_says_why(tmp_path: Path, how: str, reason: str, words: str) -> None:
    model = write_model(tmp_path / "tiny")
    break_folder(model, how)
    with pytest.raises(EmbeddingError, match=words) as problem:
        choice(model, tmp_path).open()
    assert problem.value.reason == reason
    assert problem.value.todo
    seen = choice(model, tmp_path).problem()
    assert (seen is not None) == (reason == "folder wrong"), "what a glance can see is seen without loading"


@pytest.mark.parametrize("package", ["onnxruntime", "tokenizers"])
def test_without_the_extra_it_says_what_to_install(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, package: str
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(
        EmbeddingError, match=f"{package} is not installed.*newsletter\\[embeddings\\]"
    ) as problem:
        choice(folder, tmp_path).open()
    assert problem.value.reason == "package missing"


# ── a model by its name ──


def test_a_named_model_is_fetched_once_and_says_so_before(hub: Hub, tmp_path: Path) -> None:
    said: list[str] = []
    progress: list[tuple[int, int, str]] = []
    chosen = choice(hub.model, tmp_path / "home" / "models", said)
    before = chosen.problem()
    assert before is not None
    assert before.reason == "not fetched"
    embedder = chosen.open(lambda *step: progress.append(step))
    assert embedder.name.startswith("tiny ")
    assert len(said) == 1
    assert said[0].startswith(
        f"Fetching the model tiny from {hub.address.removeprefix('http://')}, 0 MB, once"
    )
    assert progress[-1][0] == progress[-1][1] == sum(map(len, hub.files.values()))
    assert not [path for path in hub.asked if "README" in path], "only what is needed is fetched"
    manifest = json.loads((tmp_path / "home/models/people--tiny/manifest.json").read_text())
    assert (manifest["model"], manifest["commit"]) == ("people/tiny", COMMIT)
    asked = len(hub.asked)
    assert choice(hub.model, tmp_path / "home" / "models", said).open().name == embedder.name
    assert (len(hub.asked), len(said)) == (asked, 1)
    assert chosen.problem() is None


@pytest.mark.parametrize(
    ("wrong", "reason", "words"),
    [
        ("digest", "download failed", "came differently"),
        ("short", "download failed", "came differently"),
        ("long", "download failed", "came differently"),
        ("cut", "download failed", "broke off"),
        ("html", "download failed", "did not answer as a model hub"),
        ("outside", "download failed", "outside its folder"),
        ("huge", "download failed", "larger than"),
        ("gone", "no such model", "no model people/tiny@main"),
        ("login", "no such model", "that anybody may fetch .401."),
    ],
)
def test_a_download_that_went_wrong_leaves_nothing_behind(
    hub: Hub, tmp_path: Path, wrong: str, reason: str, words: str
) -> None:
    hub.wrong = wrong
    models = tmp_path / "models"
    with pytest.raises(EmbeddingError, match=words) as problem:
        choice(hub.model, models).open()
    assert problem.value.reason == reason
    assert list(models.iterdir()) == []
    assert not (tmp_path / "evil").exists()
    hub.wrong = ""
    assert choice(hub.model, models).open(), "the next time it is fetched after all"


def test_a_fetched_model_that_lost_a_part_is_fetched_anew(hub: Hub, tmp_path: Path) -> None:
    choice(hub.model, tmp_path).open()
    graph = tmp_path / "people--tiny/onnx/model.onnx"
    graph.write_bytes(graph.read_bytes()[:50])
    assert choice(hub.model, tmp_path).open()


def test_a_hub_that_is_not_there_is_said_plainly(tmp_path: Path) -> None:
    with model_hub({}) as gone:
        address = gone.model
    with pytest.raises(EmbeddingError, match="could not be reached") as problem:
        choice(address, tmp_path).open()
    assert problem.value.reason == "download failed"


def test_a_model_without_a_graph_is_not_fetched(hub: Hub, tmp_path: Path) -> None:
    hub.files = {"tokenizer.json": b"{}", "pytorch_model.bin": b"x"}
    with pytest.raises(EmbeddingError, match="none of model_quantized"):
        choice(hub.model, tmp_path).open()


@pytest.mark.parametrize(
    ("text", "owner", "label", "revision", "hub"),
    [
        ("all-MiniLM-L6-v2", "sentence-transformers", "all-MiniLM-L6-v2", "main", fetching.HUB),
        ("people/tiny", "people", "tiny", "main", fetching.HUB),
        ("people/tiny@v1.0", "people", "tiny", "v1.0", fetching.HUB),
        ("https://models.example/people/tiny", "people", "tiny", "main", "https://models.example"),
    ],
)
def test_names_are_read_as_people_write_them(
    text: str, owner: str, label: str, revision: str, hub: str
) -> None:
    assert fetching.parse_name(text) == fetching.ModelName(owner, label, revision, hub)


@pytest.mark.parametrize("text", ["no such!", "a/b/c", "../etc", "ftp://x.example/a/b", "a/..", "@main"])
def test_what_is_no_name_is_refused(text: str) -> None:
    with pytest.raises(EmbeddingError, match="neither a folder nor the name"):
        fetching.parse_name(text)


# ── an article's vector ──


class Counting:
    """A real embedder, counting its texts."""

    def __init__(self, embedder: OnnxEmbedder) -> None:
        self.embedder, self.name, self.texts = embedder, embedder.name, list[str]()

    def embed(self, texts: Sequence[str], progress: object = None) -> Sequence[object]:
        self.texts += texts
        return self.embedder.embed(texts)


def source(counting: Counting, store: MemoryStore, said: list[str]) -> KeptVectors:
    return KeptVectors(lambda _: counting, store, lambda: NOON, said.append)  # type: ignore[arg-type,return-value]


NEWS = [
    article(LEFT[0], "Mayor Lindqvist resigns", "The dam is not to blame."),
    article(RIGHT[0], "Ferry crews walk out"),
    article(CENTER[0], "Ferry crews walk out", hours=3),
    article(CENTER[1], "", "Inflation rates and the bank"),
    article(CENTER[2], "", ""),
]


def test_each_text_goes_through_the_model_once_and_is_kept(folder: Path) -> None:
    counting, store, said = Counting(open_folder(folder)), MemoryStore(), list[str]()
    first = source(counting, store, said)(NEWS)
    assert len(counting.texts) == len(set(counting.texts)) == 4, (
        "a title is embedded beside its text, copies once"
    )
    assert first.used == f"embeddings {counting.name}"
    assert set(first.vectors) == {one.id for one in NEWS[:4]}, "an article without words has none"
    counting.texts.clear()
    again = source(counting, store, said)(NEWS[::-1])
    assert counting.texts == []
    assert all((again.vectors[key] == value).all() for key, value in first.vectors.items())
    edited = replace(NEWS[1], title="Ferry crews go back to work")
    source(counting, store, said)([edited, *NEWS[2:]])
    assert counting.texts == [edited.title], "only what changed"
    assert said == []


def test_the_title_counts_again(folder: Path) -> None:
    """norm(e(title. text) + .7 e(title)): nearer to the title than the whole text alone is."""
    embedder = open_folder(folder)
    found = source(Counting(embedder), MemoryStore(), [])(NEWS[:1]).vectors[NEWS[0].id]
    title, whole = embedder.embed([NEWS[0].title, f"{NEWS[0].title}. {NEWS[0].text}"])
    assert found @ title > whole @ title
    wanted = whole + 0.7 * title
    assert found == pytest.approx(wanted / np.linalg.norm(wanted), abs=0.001)


def test_a_model_that_cannot_be_used_is_said_and_recorded_without_a_path(tmp_path: Path) -> None:
    said: list[str] = []
    chosen = choice(tmp_path / "nowhere", tmp_path)
    found = KeptVectors(chosen.open, MemoryStore(), lambda: NOON, said.append)(NEWS)
    assert found.vectors == {}
    assert found.used == "lexical (embeddings: folder wrong)"
    assert len(said) == 1
    assert "by words alone" in said[0]
    assert "nowhere" in said[0]


def test_a_model_that_fails_in_the_middle_is_not_half_used(folder: Path) -> None:
    embedder = open_folder(folder)

    class Failing:
        name = embedder.name

        def embed(self, texts: Sequence[str], progress: object = None) -> Sequence[object]:
            raise EmbeddingError("It failed.", reason="model broken")

    store, said = MemoryStore(), list[str]()
    source(Counting(embedder), store, said)(NEWS[:2])
    half = KeptVectors(lambda _: Failing(), store, lambda: NOON, said.append)(NEWS)  # type: ignore[arg-type,return-value]
    assert half.vectors == {}
    assert half.used == "lexical (embeddings: model broken)"


@pytest.mark.skipif(
    "NEWSLETTER_TEST_MODEL" not in os.environ,
    reason="NEWSLETTER_TEST_MODEL names no folder with a real sentence model",
)
def test_a_real_model_knows_that_two_headlines_mean_the_same() -> None:
    embedder = open_folder(Path(os.environ["NEWSLETTER_TEST_MODEL"]))
    texts = ["The mayor of Oldtown resigns", "Oldtown's mayor steps down from office", "Ferries stay in port"]
    first, second, third = embedder.embed(texts, no_progress)
    assert first @ second > 0.6 > 0.3 > first @ third
    together = embedder.embed([*texts, "a " * 200])
    assert all((one == other).all() for one, other in zip((first, second, third), together, strict=False))
