"""Issues by revision, approvals, the index of stories, readers' reports."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from newsletter.domain.story import PastStory
from newsletter.errors import IssueNotFound, Refused
from newsletter.storage.engine import Database
from newsletter.storage.issues import SqlIssueStore
from newsletter.stories.telling import TellingTerms
from tests.support.storage_samples import DAY, NOON, hours, issue, story

pytest_plugins = ("tests.support.storage_databases",)


TERMS = TellingTerms()


@pytest.fixture
def store(database: Database) -> SqlIssueStore:
    return SqlIssueStore(database, TERMS)


def day(number: int) -> date:
    return date(2026, 8, number)


def test_issue_comes_back_whole(store: SqlIssueStore) -> None:
    document = {"z": 1, "a": {"text": "“curly” – ü 🗞", "none": None}, "stories": [story("s-1", "a-1")]}
    first = issue(document=document)
    store.save(first)
    found = store.get(DAY)
    assert found == first
    assert found is not None
    assert list(found.document) == ["z", "a", "stories"], "issue.json keeps the order of its keys"
    assert store.get(day(1)) is None


def test_newest_revision_unless_one_is_named(store: SqlIssueStore) -> None:
    for revision in (2, 1):
        store.save(issue(revision=revision, text=f"revision {revision}"))
    newest, first = store.get(DAY), store.get(DAY, 1)
    assert newest is not None
    assert first is not None
    assert (newest.text, first.text) == ("revision 2", "revision 1")
    assert store.get(DAY, 3) is None


def test_saving_again_replaces_until_it_is_frozen(store: SqlIssueStore) -> None:
    store.save(issue())
    store.save(issue(html="<p>better</p>"))
    store.freeze(DAY, 1)
    store.save(issue(html="<p>better</p>"))
    with pytest.raises(Refused, match="--revision") as refused:
        store.save(issue(html="<p>worse</p>"))
    assert refused.value.exit_status == 3
    with pytest.raises(Refused):
        store.save(issue(html="<p>better</p>", document={"stories": [story("s-9")]}))
    store.save(issue(html="<p>worse</p>", revision=2))
    kept = store.get(DAY, 1)
    assert kept is not None
    assert kept.frozen
    assert kept.html == "<p>better</p>"


def test_what_is_not_there_cannot_be_frozen_or_approved(store: SqlIssueStore) -> None:
    with pytest.raises(IssueNotFound, match="newsletter build"):
        store.freeze(DAY, 1)
    with pytest.raises(IssueNotFound):
        store.approve(DAY, 1, "Ann", "abc", {})


def test_approval_stands_as_long_as_the_bytes(store: SqlIssueStore) -> None:
    first = issue()
    store.save(first)
    store.approve(DAY, 1, "Ann", first.html_sha256, {"balance": "election night"})
    approved = replace(
        first,
        approved_by="Ann",
        approved_sha256=first.html_sha256,
        overrides={"balance": "election night"},
    )
    assert store.get(DAY) == approved
    store.save(first)
    assert store.get(DAY) == approved, "built again with the same bytes"
    store.approve(DAY, 1, "Ben", first.html_sha256, {})
    again = store.get(DAY)
    assert again is not None
    assert (again.approved_by, again.overrides) == ("Ben", {})
    changed = issue(html="<p>changed</p>")
    store.save(changed)
    assert store.get(DAY) == changed


@pytest.mark.parametrize(
    "other", [{"text": "Another text"}, {"document": {**issue().document, "subject": "Another"}}]
)
def test_an_approval_is_void_when_only_the_subject_or_the_plain_text_is_another(
    store: SqlIssueStore, other: dict[str, object]
) -> None:
    first = issue()
    store.save(first)
    store.approve(DAY, 1, "Ann", first.html_sha256, {"balance": "election night"})
    store.save(replace(first, **other))
    found = store.get(DAY)
    assert found is not None
    assert (found.html_sha256, found.approved_by, found.overrides) == (first.html_sha256, "", None)


def test_approval_can_be_taken_back_and_saved_along(store: SqlIssueStore) -> None:
    first = issue(approved_by="Ann", approved_sha256=issue().html_sha256, overrides={})
    store.save(first)
    assert store.get(DAY) == first
    store.unapprove(DAY)
    assert store.get(DAY) == issue()


def test_dates_and_numbers_count_published_days_only(store: SqlIssueStore) -> None:
    for number in (14, 10, 12):
        store.save(issue(day(number)))
    store.save(issue(day(12), revision=2))
    assert store.dates() == (day(10), day(12), day(14))
    assert store.number_of(day(14), None) == 3
    assert store.number_of(day(14), day(12)) == 2
    assert store.number_of(day(10), None) == 1


def test_past_stories_newest_first_and_of_the_newest_revision(store: SqlIssueStore) -> None:
    store.save(issue(day(9), document={"stories": [story("too-old")]}))
    store.save(issue(day(10), document={"stories": [story("replaced")]}))
    document = {
        "stories": [story("s-1", "a-1", "a-2", thread="t-7"), story("s-2")],
        "in_brief": [story("b-1")],
        "blindspots": [story("x-1")],
    }
    store.save(issue(day(10), revision=2, document=document))
    store.save(issue(day(12), document={"stories": [story("s-3")]}))
    store.save(issue(day(14), document={"stories": [story("today")]}))
    found = store.past_stories(day(14), 4)
    assert [p.story_id for p in found] == ["s-3", "s-1", "s-2", "b-1", "x-1"]
    assert found[1] == PastStory("s-1", "t-7", "2026-08-10", "Headline of s-1", ("a-1", "a-2"), 2)


def test_story_leads_to_its_issue_also_after_a_revision(store: SqlIssueStore) -> None:
    store.save(issue(day(10), document={"stories": [story("s-1")]}))
    store.save(issue(day(10), revision=2, document={"stories": []}))
    assert store.story_date("s-1") == day(10)
    assert store.story_date("s-2") is None


def test_rebuilt_issue_forgets_its_old_stories(store: SqlIssueStore) -> None:
    store.save(issue(document={"stories": [story("s-1"), story("s-2")]}))
    store.save(issue(document={"stories": [story("s-2")]}))
    assert store.story_date("s-1") is None


def test_reports_queue(store: SqlIssueStore) -> None:
    one = store.add_report(DAY, "s-1", "wrong", "The ferry is blue.", "ada@reader.example", NOON)
    two = store.add_report(DAY, "", "unfair", "Only one side.", "", hours(1))
    assert two > one
    assert store.answer_report(one, "Corrected.", hours(2))
    assert not store.answer_report(99, "?", hours(2))
    first, second = store.reports()
    assert first == {
        "number": one,
        "date": DAY,
        "story_id": "s-1",
        "kind": "wrong",
        "text": "The ferry is blue.",
        "contact": "ada@reader.example",
        "at": NOON,
        "answer": "Corrected.",
        "answered_at": hours(2),
    }
    assert (second["answer"], second["answered_at"]) == ("", None)
