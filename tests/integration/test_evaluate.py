"""`newsletter evaluate` on a day that is prepared from the sample newsroom and corrected by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.command import Command
from tests.support.sample_home import sample_house

DAY = "2026-10-06"


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    with sample_house(tmp_path):
        pass
    return Command(tmp_path, monkeypatch, capsys)


def test_a_day_is_prepared_corrected_and_scored(command: Command, tmp_path: Path) -> None:
    made = command("evaluate", "--gold", "gold", "--prepare", DAY, "--json")
    assert made.status == 0
    assert made.json["articles"] > 50
    labels = tmp_path / "gold" / DAY / "labels.jsonl"
    rows = [json.loads(line) for line in labels.read_text(encoding="utf-8").splitlines()]
    again = command("evaluate", "--gold", "gold", "--prepare", DAY)
    assert again.status == 3
    assert "there already" in again.err

    found = command("evaluate", "--gold", "gold", "--json").json["days"][0]
    assert found["grouping"]["bcubed"]["f1"] > 0.95  # its own guess, but for marks that only feeds carry
    assert found["line_up"] is None

    # The editor takes the two largest stories as the line-up, and the first one apart into single pieces.
    stories = list(dict.fromkeys(row["story_id"] for row in rows))
    chosen = [{"story_id": stories[0]}, {"story_id": stories[1]}]
    line_up = labels.with_name("lineup.json")
    document = json.loads(line_up.read_text(encoding="utf-8")) | {"lineup": chosen}
    line_up.write_text(json.dumps(document), encoding="utf-8")
    command("evaluate", "--gold", "gold")
    better = command("evaluate", "--gold", "gold", "--json").json["days"][0]
    assert better["line_up"]["top5"] == 1
    assert better["unknown"] == 0
    apart = [row | ({"story_id": row["id"]} if row["story_id"] == stories[0] else {}) for row in rows]
    labels.write_text("".join(json.dumps(row) + "\n" for row in apart), encoding="utf-8")
    worse = command("evaluate", "--gold", "gold", "--json").json["days"][0]
    assert worse["grouping"]["bcubed"]["precision"] < found["grouping"]["bcubed"]["precision"]
    assert worse["grouping"]["purity"] < 1


def test_labels_without_titles_are_found_in_the_archive(command: Command, tmp_path: Path) -> None:
    command("evaluate", "--gold", "gold", "--prepare", DAY)
    labels = tmp_path / "gold" / DAY / "labels.jsonl"
    rows = [json.loads(line) for line in labels.read_text(encoding="utf-8").splitlines()]
    bare = [{"id": row["id"], "story_id": row["story_id"]} for row in rows] + [
        {"id": "gone", "story_id": "x"}
    ]
    labels.write_text("".join(json.dumps(row) + "\n" for row in bare), encoding="utf-8")
    day = command("evaluate", "--gold", "gold", "--json").json["days"][0]
    assert day["grouping"]["bcubed"]["f1"] == 1  # the very grouping that the draft came from
    assert day["unknown"] == 1
    assert "1 labelled articles are not in the archive" in command("evaluate", "--gold", "gold").out


def test_words_are_scored_against_what_people_wrote(command: Command, tmp_path: Path) -> None:
    text = "The harbor council of Saltmere voted on Monday to close the old harbor road to lorries by March."
    articles = [
        {"id": f"{side}{n}", "title": "Saltmere council closes harbor road", "text": text,
         "outlet": f"{side}{n}.example", "leaning": side, "url": "https://a.example/1",
         "published": "2026-10-05T08:00:00Z"}
        for side in ("left", "center", "right") for n in range(2)
    ]  # fmt: skip
    row = {"id": "w", "articles": articles, "overview": text, "sides": {"left": text}}
    folder = tmp_path / "gold"
    folder.mkdir()
    (folder / "words.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    words = command("evaluate", "--gold", "gold", "--json").json["words"]
    assert words["overviews"] == 1
    assert words["overview"]["one"] > 0.9
    assert words["items"] > 0
    assert words["unsupported"] == 0
    printed = command("evaluate", "--gold", "gold")
    assert "ROUGE-1" in printed.out
    assert "0 without support" in printed.out


@pytest.mark.parametrize(
    ("words", "status", "told"),
    [
        (("--gold", "nowhere"), 2, "is no folder"),
        (("--gold", ".", "--at", "2026-10-06T09:00:00Z"), 2, "belongs to --prepare"),
        (("--gold", "gold", "--prepare", "2025-01-01"), 1, "There are no articles"),
    ],
)
def test_what_cannot_be_evaluated_is_said(
    command: Command, words: tuple[str, ...], status: int, told: str
) -> None:
    ran = command("evaluate", *words)
    assert ran.status == status
    assert told in ran.err


def test_a_day_without_a_label_says_so(command: Command, tmp_path: Path) -> None:
    day = tmp_path / "gold" / "2026-10-06"
    day.mkdir(parents=True)
    (day / "labels.jsonl").write_text("")
    ran = command("evaluate", "--gold", str(tmp_path / "gold"))
    assert ran.status == 0
    assert "no article is labelled" in ran.out
