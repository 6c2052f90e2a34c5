"""What the desk shows beside the mail: the line-up with its reasons, a story's words, the audit, changes. Pure."""

from __future__ import annotations

import dataclasses
import difflib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from newsletter.domain.article import Article
from newsletter.domain.brand import Brand
from newsletter.domain.issue import Issue, IssueStory
from newsletter.domain.leaning import SIDES, Side
from newsletter.domain.words import Place, Statement
from newsletter.rendering import clean, wording

_NAMES = {
    Place.HEADLINE: "Headline",
    Place.DEK: "Dek",
    Place.OVERVIEW: "Overview",
    Place.AGREED: "Agreed",
    Place.CLAIM: "Disputed",
    Place.ANSWER: "Answer",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One story of the line-up. ``key`` names it in a change: an article that it holds."""

    key: str
    title: str
    counts: str
    why: str
    articles: int
    anchor: str = ""
    """Where the mail has it; empty where it is not in it."""


@dataclass(frozen=True, slots=True)
class Section:
    name: str
    """The value of `domain.edits.Section`; "blindspot" is one that only the rules fill."""
    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence that an editor may change, with what it rests on."""

    place: str
    side: str
    label: str
    text: str
    sources: str
    passage: str
    evidence: str
    """As JSON, for the change that names it."""
    own: bool
    """The editor's word alone."""
    edited: bool


@dataclass(frozen=True, slots=True)
class ArticleRow:
    id: str
    title: str
    outlet: str
    side: str
    now: str = ""
    """Its headline at the outlet by now, where that is another."""


@dataclass(frozen=True, slots=True)
class Opened:
    """One story, opened for editing."""

    key: str
    title: str
    why: str
    sentences: tuple[Sentence, ...]
    articles: tuple[ArticleRow, ...]
    addable: tuple[tuple[str, str, str], ...]
    """(place, side, label) of where a sentence can be added."""


def sections(issue: Issue, brand: Brand) -> tuple[Section, ...]:
    """The line-up as it stands, and what waits."""
    mains = [_row(one, brand, f"story-{n}") for n, one in enumerate(issue.stories, 1)]
    waiting = [
        Row(
            one.key,
            clean.text(one.title),
            _counts(wording.counts(one.coverage, brand.labels)),
            one.why,
            one.articles,
        )
        for one in issue.waiting
    ]
    return (
        Section("main", "Main stories", tuple(mains)),
        Section("brief", "In brief", tuple(_row(one, brand) for one in issue.in_brief)),
        Section("blindspot", "Blindspots", tuple(_row(one, brand) for one in issue.blindspots)),
        Section("out", "Waiting", tuple(waiting)),
    )


def _row(story: IssueStory, brand: Brand, anchor: str = "") -> Row:
    title, counts = clean.text(story.words.headline.text), wording.counts(story.coverage, brand.labels)
    return Row(story.articles[0].id, title, _counts(counts), story.why, len(story.articles), anchor)


def _counts(rows: Sequence[tuple[Side, str]]) -> str:
    return " · ".join(text for _, text in rows)


def opened(issue: Issue, key: str, brand: Brand, now: Mapping[str, str]) -> Opened | None:
    """The story of the issue that holds that article; None where none does. ``now``: see `renamed`."""
    story = next((one for one in issue.all_stories if any(a.id == key for a in one.articles)), None)
    if story is None:
        return None
    names = {domain: outlet.name for domain, outlet in issue.outlets.items()}
    return Opened(
        key=story.articles[0].id,
        title=clean.text(story.words.headline.text),
        why=story.why,
        sentences=tuple(_sentences(story, brand, names)),
        articles=tuple(
            ArticleRow(
                a.id,
                clean.text(a.title),
                names.get(a.outlet, a.outlet),
                brand.labels[a.side],
                now.get(a.id, ""),
            )
            for a in story.articles
        ),
        addable=tuple(_addable(story, brand)) if story in issue.stories else (),
    )


def _sentences(story: IssueStory, brand: Brand, names: Mapping[str, str]) -> Iterator[Sentence]:
    fields = {a.id: {"title": a.title, "text": a.text} for a in story.articles}
    for place, side, said in story.words.placed():
        yield Sentence(
            place=place.value,
            side=side.value if side else "",
            label=_label(place, side, brand),
            text=said.text,
            sources=", ".join(names.get(outlet, outlet) for outlet in said.outlets) or "the editor",
            passage=" … ".join(_passages(said, fields)),
            evidence=_evidence_json(said),
            own=said.made == "editor" and not said.evidence,
            edited=said.made == "editor",
        )


def _passages(said: Statement, fields: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    """What the outlets say there, word for word."""
    for span in said.evidence:
        text = fields.get(span.article, {}).get(span.field, "")
        yield clean.text(text[span.start : span.end])


def _evidence_json(said: Statement) -> str:
    return json.dumps([dataclasses.asdict(span) for span in said.evidence])


def _label(place: Place, side: Side | None, brand: Brand) -> str:
    if side is None:
        return _NAMES[place]
    label = brand.labels[side]
    return wording.voice(label) if place is Place.POINT else f"Only {wording.lower(label)}"


def _addable(story: IssueStory, brand: Brand) -> Iterator[tuple[str, str, str]]:
    if story.words.dek is None:
        yield Place.DEK.value, "", _NAMES[Place.DEK]
    yield Place.OVERVIEW.value, "", _NAMES[Place.OVERVIEW]
    for side in SIDES:
        yield Place.POINT.value, side.value, wording.voice(brand.labels[side])
    yield Place.AGREED.value, "", _NAMES[Place.AGREED]


def renamed(issue: Issue, by_now: Iterable[Article]) -> dict[str, str]:
    """Article id -> its headline at the outlet by now, of those that changed since the issue was built."""
    was = {article.id: article.title for story in issue.all_stories for article in story.articles}
    return {a.id: clean.text(a.title) for a in by_now if a.id in was and a.title != was[a.id]}


@dataclass(frozen=True, slots=True)
class DiffLine:
    kind: str
    """ "same", "new", "gone" or "skip"."""
    text: str


CONTEXT = 2
"""Unchanged lines shown around a change."""


def differences(before: str, after: str) -> tuple[DiffLine, ...]:
    """Two plain texts line by line; long unchanged stretches are left out, and said so. Empty where they are equal."""
    old, new = before.splitlines(), after.splitlines()
    lines: list[DiffLine] = []
    for n, group in enumerate(
        difflib.SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(CONTEXT)
    ):
        if n:
            lines.append(DiffLine("skip", "…"))
        for tag, i1, i2, j1, j2 in group:
            if tag == "equal":
                lines += [DiffLine("same", line) for line in old[i1:i2]]
                continue
            lines += [DiffLine("gone", line) for line in old[i1:i2]]
            lines += [DiffLine("new", line) for line in new[j1:j2]]
    return tuple(lines)


def told_before(issue: Issue, before: Issue | None) -> tuple[tuple[str, str], ...]:
    """Each main story's headline, and what of it yesterday's issue had: its headline there, or nothing."""
    threads = {one.thread_id: one.words.headline.text for one in before.all_stories} if before else {}
    return tuple(
        (clean.text(one.words.headline.text), clean.text(threads.get(one.thread_id, "")))
        for one in issue.stories
    )


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One side's figures over the whole issue."""

    label: str
    cells: tuple[str, ...]


AUDIT = (
    ("hearings_due", "hearings due"),
    ("words", "words"),
    ("gap", "gap"),
    ("quotations", "quotations"),
    ("links", "links"),
    ("first", "speaks first"),
    ("loaded", "loaded a hundred"),
)


def audit_rows(balance: Mapping[str, Any], brand: Brand) -> tuple[AuditRow, ...]:
    """The audit's figures as the document has them; none where an older issue has no such audit."""
    return tuple(
        AuditRow(brand.labels[side], tuple(_figure(balance[side.value], name) for name, _ in AUDIT))
        for side in SIDES
        if isinstance(balance.get(side.value), Mapping)
    )


def _figure(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    if value is None:
        return "–"
    return f"{value:+.1%}" if name == "gap" else f"{value:,.1f}" if name == "loaded" else f"{value:,}"
