"""The scores: known cases by hand, laws by property, and files that say what is wrong with them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.errors import UsageError
from newsletter.evaluation.gold import gold_days, references
from newsletter.evaluation.lineup import GoldLineUp, score_line_up
from newsletter.evaluation.stories import Label, score_grouping
from newsletter.evaluation.words import rouge

GOLD = {"a": Label("x"), "b": Label("x"), "c": Label("y"), "d": Label("y")}
labelled = st.dictionaries(st.sampled_from("abcdefghij"), st.sampled_from(["x", "y", "z"]), min_size=1).map(
    lambda rows: {name: Label(story) for name, story in rows.items()}
)


def test_bcubed_and_pairs_of_a_case_worked_by_hand() -> None:
    found = score_grouping(GOLD, {"a": "1", "b": "1", "c": "1", "d": "2"})
    # a, b: 2 of 3 right; c: 1 of 3; d: alone, right. Recall: a and b whole, c and d half.
    assert found.bcubed.precision == pytest.approx((2 / 3 + 2 / 3 + 1 / 3 + 1) / 4)
    assert found.bcubed.recall == pytest.approx((1 + 1 + 0.5 + 0.5) / 4)
    assert (found.pairs.precision, found.pairs.recall) == pytest.approx((1 / 3, 1 / 2))
    assert (found.articles, found.stories, found.purity) == (4, 2, None)


def test_an_article_that_nobody_grouped_stands_alone() -> None:
    assert score_grouping(GOLD, {}).bcubed.precision == 1
    assert score_grouping(GOLD, {}).bcubed.recall == 0.5


def test_stories_of_one_merge_group_may_stand_together_or_apart() -> None:
    gold = {"a": Label("x", "m"), "b": Label("y", "m"), "c": Label("z")}
    for guess in ({"a": "1", "b": "1", "c": "2"}, {"a": "1", "b": "2", "c": "3"}):
        assert score_grouping(gold, guess).bcubed.f1 == 1
    assert score_grouping(gold, dict.fromkeys("abc", "1")).bcubed.precision < 1


def test_purity_looks_at_stories_of_five_outlets_and_more() -> None:
    outlets = [f"outlet{n}.example" for n in range(5)]
    gold = {f"a{n}": Label("x" if n else "y", "", outlet) for n, outlet in enumerate(outlets)}
    assert score_grouping(gold, dict.fromkeys(gold, "1")).purity == 0.8
    fewer = {name: Label(label.story, "", outlets[0]) for name, label in gold.items()}
    assert score_grouping(fewer, dict.fromkeys(gold, "1")).purity is None


@given(labelled)
def test_the_labels_themselves_are_perfect_and_all_in_one_recalls_all(gold: dict[str, Label]) -> None:
    perfect = score_grouping(gold, {name: label.story for name, label in gold.items()})
    assert perfect.bcubed.f1 == 1
    together = score_grouping(gold, dict.fromkeys(gold, "one"))
    assert together.bcubed.recall == 1
    assert together.bcubed.precision <= 1


@given(labelled, st.permutations("12345"))
def test_names_of_the_guessed_stories_do_not_matter(gold: dict[str, Label], names: list[str]) -> None:
    guess = {name: str(1 + number % 5) for number, name in enumerate(gold)}
    renamed = {name: names[int(story) - 1] for name, story in guess.items()}
    one, other = score_grouping(gold, guess), score_grouping(gold, renamed)
    assert one.bcubed.f1 == pytest.approx(other.bcubed.f1)
    assert (one.pairs, one.purity) == (other.pairs, other.purity)


def test_a_line_up_is_held_against_the_editors() -> None:
    labels = {f"{story}{n}": Label(story) for story in "abcde" for n in range(3)}
    gold = GoldLineUp(("a", "b", "c", "d"), frozenset({"e"}))
    stories = {story: [f"{story}{n}" for n in range(3)] for story in "abcde"}
    found = score_line_up(
        gold, labels, [stories["a"], stories["e"]], [stories["b"], stories["b"], ["unknown"]]
    )
    assert (found.mains, found.briefs) == (2, 3)
    assert found.precision == 1  # an alternate is as good
    assert found.top5 == found.top12 == 0.5  # a and b of four
    assert found.repeats == 1
    assert found.purity == 1
    off = score_line_up(gold, labels, [["unknown"], [*stories["a"], "b0"]], [])
    assert (off.precision, off.purity) == (0.5, 0.75)


def test_rouge_of_a_case_worked_by_hand() -> None:
    found = rouge("The council voted to close the harbor road", "Council votes to close harbor road")
    # Stems council, vote, to, close, harbor, road: six shared of eight and six words; five pairs and seven.
    assert found.one == pytest.approx(2 * 6 / 14)
    assert found.two == pytest.approx(2 * 4 / 12)
    assert found.longest == pytest.approx(2 * 6 / 14)
    assert rouge("", "anything").one == rouge("anything", "").longest == 0


@given(st.text("ab c", max_size=30), st.text("ab c", max_size=30))
def test_rouge_is_a_share_and_the_same_both_ways(one: str, other: str) -> None:
    forth, back = rouge(one, other), rouge(other, one)
    assert forth == back
    assert 0 <= forth.two <= forth.one <= 1 or forth.two > forth.one  # pairs may repeat less than words
    assert forth.longest <= 1
    if one.split():
        assert rouge(one, one).one == 1


def _write(folder: Path, name: str, *rows: object) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_a_labelled_day_is_read_with_its_line_up(tmp_path: Path) -> None:
    _write(
        tmp_path, "2026-10-05/labels.jsonl",
        {"id": "1", "story_id": "strike", "merge_group": "harbor", "outlet": "a.example", "title": "Dockers"},
        {"id": "2", "story_id": None, "title": "Not labelled"},
    )  # fmt: skip
    _write(
        tmp_path, "2026-10-05/lineup.json",
        {"as_of": "2026-10-05T23:00:00Z", "lineup": [{"story_id": "strike", "run_with": ["fee"]}],
         "alternates": ["tax"]},
    )  # fmt: skip
    _write(
        tmp_path,
        "words.jsonl",
        {"id": "w", "articles": [{"id": "1"}], "overview": ["One.", "Two."], "sides": {"left": "Three."}},
    )
    (tmp_path / "README.md").write_text("Notes.")
    (day,) = gold_days(tmp_path)
    assert day.labels == {"1": Label("strike", "harbor", "a.example")}
    assert [row["id"] for row in day.articles] == ["1", "2"]
    assert day.line_up == GoldLineUp(("harbor",), frozenset({"tax", "fee"}))
    assert day.as_of is not None
    assert day.as_of.hour == 23
    (reference,) = references(tmp_path)
    assert (reference.overview, reference.sides) == ("One. Two.", {"left": "Three."})


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("2026-10-05/labels.jsonl", '{"id": "1", "story_id": "x"}\nnot json\n', "labels.jsonl, line 2"),
        ("2026-10-05/labels.jsonl", '{"story_id": "x"}\n', "line 1 has no id"),
        ("2026-10-05/labels.jsonl", '{"id": "1"}\n{"id": "1"}\n', "line 2 has the id of an earlier row"),
        ("2026-10-05/lineup.json", '{"mains": []}', "is no line-up"),
        ("2026-10-05/lineup.json", '{"lineup": [], "as_of": "soon"}', "is no line-up"),
        ("words.jsonl", '{"id": "w", "articles": "none"}\n', "has no list of articles"),
        ("notes.txt", "", "holds no labelled day"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_with_its_line(
    tmp_path: Path, name: str, text: str, told: str
) -> None:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError) as problem:
        (gold_days(tmp_path), references(tmp_path))
    assert told in str(problem.value)
    assert problem.value.todo
