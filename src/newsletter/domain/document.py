"""`issue.json`: an `Issue` and its `Mail` and checks as one JSON object; `domain.reading` leads back.

The keys are the contract (docs/contract.md) with users' scripts: they are added to, never renamed. The bytes
are deterministic (`dump`): same issue, same bytes, on any machine.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from newsletter.domain.checks import Check
from newsletter.domain.issue import (
    Issue,
    IssueArticle,
    IssueStory,
    Mail,
    ModelTally,
)
from newsletter.domain.leaning import SIDES
from newsletter.domain.words import Statement, StoryWords

JsonObject = dict[str, Any]


def iso(moment: datetime) -> str:
    """UTC, seconds, ``Z``: the one way a time stands in a document."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def sha256(html: str) -> str:
    """What an approval binds to."""
    return hashlib.sha256(html.encode()).hexdigest()


def dump(document: Mapping[str, Any]) -> str:
    """Deterministic JSON text of a document, ending in a newline."""
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def document(issue: Issue, mail: Mail, checks: Sequence[Check], balance: Mapping[str, Any]) -> JsonObject:
    """The whole of issue.json."""
    return {
        "date": issue.date.isoformat(),
        "number": issue.number,
        "as_of": iso(issue.as_of),
        "subject": mail.subject,
        "preheader": mail.preheader,
        "words": mail.words,
        "reading_seconds": mail.reading_seconds,
        "html_bytes": mail.html_bytes,
        "html_sha256": sha256(mail.html),
        "checks": [{**dataclasses.asdict(check), "verdict": check.verdict.value} for check in checks],
        "balance": dict(balance),
        "stories": [_story(story) for story in issue.stories],
        "in_brief": [_story(story) for story in issue.in_brief],
        "blindspots": [_story(story) for story in issue.blindspots],
        "corrections": [dataclasses.asdict(correction) for correction in issue.corrections],
        "order": [side.value for side in issue.order],
        "outlets": {
            key: {
                "name": outlet.name,
                "leaning": outlet.leaning.value,
                "side": outlet.side.value,
                "owner": outlet.owner,
                "paywall": outlet.paywall.value,
            }
            for key, outlet in sorted(issue.outlets.items())
        },
        "supply": dataclasses.asdict(issue.supply),
        "quiet": issue.quiet,
        "writer": issue.writer,
        "engine": issue.engine,
        "inputs": dict(sorted(issue.inputs.items())),
        "waiting": [dataclasses.asdict(one) for one in issue.waiting],
        **({"model": _tally(issue.model)} if issue.model else {}),
        **({"edits": [dataclasses.asdict(one) for one in issue.edits]} if issue.edits else {}),
    }


def _tally(model: ModelTally) -> JsonObject:
    return {
        "stories": model.stories,
        "kept": model.kept,
        "dropped": dict(sorted(model.dropped.items())),
        "unanswered": dict(sorted(model.unanswered.items())),
        "todo": dict(sorted(model.todo.items())),
    }


def statement_json(statement: Statement) -> JsonObject:
    """The contract's ITEM."""
    return {
        "text": statement.text,
        "outlets": list(statement.outlets),
        "evidence": [dataclasses.asdict(span) for span in statement.evidence],
        **({} if statement.made == "extract" else {"made": statement.made}),
    }


def words_json(words: StoryWords) -> JsonObject:
    """The parts of a story that `newsletter write` also prints, all of them ITEMs."""
    return {
        "headline": statement_json(words.headline),
        "dek": statement_json(words.dek) if words.dek else None,
        "overview": [statement_json(s) for s in words.overview],
        "sides": {side.value: [statement_json(s) for s in words.sides.get(side, ())] for side in SIDES},
        "agreed": [statement_json(s) for s in words.agreed],
        "disputed": [
            {"topic": d.topic, "claims": [statement_json(s) for s in d.claims]} for d in words.disputed
        ],
        "only": {side.value: [statement_json(s) for s in words.only.get(side, ())] for side in SIDES},
        "faq": [{"question": q.question, "answer": [statement_json(s) for s in q.answer]} for q in words.faq],
        "headlines": {side.value: statement_json(s) for side, s in words.headlines.items()},
    }


def _story(story: IssueStory) -> JsonObject:
    words = words_json(story.words)
    headline, dek = words.pop("headline"), words.pop("dek")
    return {
        "id": story.id,
        "thread_id": story.thread_id,
        "headline": headline["text"],
        "headline_from": headline,
        "dek": dek["text"] if dek else "",
        "dek_from": dek,
        **words,
        "history": [dataclasses.asdict(mention) for mention in story.history],
        "coverage": dataclasses.asdict(story.coverage),
        "articles": [_article(article) for article in story.articles],
        "wires": [{**dataclasses.asdict(note), "carriers": list(note.carriers)} for note in story.wires],
        "new_articles": story.new_articles,
        "thread": dataclasses.asdict(story.thread)
        | {"merged": [dataclasses.asdict(t) for t in story.thread.merged]},
        "missing": story.missing.value if story.missing else None,
        "could_have": story.could_have,
        "shortened": story.shortened,
        "confidence": story.confidence,
        "why": story.why,
    }


def _article(article: IssueArticle) -> JsonObject:
    return {
        "id": article.id,
        "guid": article.guid,
        "url": article.url,
        "outlet": article.outlet,
        "leaning": article.leaning.value,
        "side": article.side.value,
        "title": article.title,
        "published": iso(article.published),
        "kind": article.kind,
        "wire": article.wire,
        "text": article.text,
    }
