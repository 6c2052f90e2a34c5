"""`issue.json`: an `Issue` and its `Mail` and checks as one JSON object, and back again.

The keys are the contract (docs/contract.md) with users' scripts: they are added to, never renamed. The bytes
are deterministic (`dump`): same issue, same bytes, on any machine.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from newsletter.domain.checks import Check, Verdict
from newsletter.domain.issue import (
    Correction,
    Issue,
    IssueArticle,
    IssueOutlet,
    IssueStory,
    Mail,
    ModelTally,
    PastMention,
    Supply,
    ThreadEnd,
    ThreadNote,
    Waiting,
    WireNote,
)
from newsletter.domain.leaning import SIDES, Leaning, Side
from newsletter.domain.outlet import Paywall
from newsletter.domain.story import Coverage
from newsletter.domain.words import Dispute, Evidence, Question, Statement, StoryWords

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


def checks_from(doc: Mapping[str, Any]) -> tuple[Check, ...]:
    """The checks as they stand in a document."""
    return tuple(Check(**{**row, "verdict": Verdict(row["verdict"])}) for row in doc["checks"])


def issue_from(doc: Mapping[str, Any]) -> Issue:
    """The `Issue` that a document was made from: ``document(issue_from(d), …)`` gives the same content."""
    return Issue(
        date=date.fromisoformat(doc["date"]),
        number=doc["number"],
        as_of=datetime.fromisoformat(doc["as_of"]),
        order=tuple(Side(side) for side in doc["order"]),
        stories=tuple(_story_from(story) for story in doc["stories"]),
        in_brief=tuple(_story_from(story) for story in doc["in_brief"]),
        blindspots=tuple(_story_from(story) for story in doc["blindspots"]),
        outlets={
            key: IssueOutlet(
                domain=key,
                name=o["name"],
                leaning=Leaning(o["leaning"]),
                side=Side(o["side"]),
                owner=o["owner"],
                paywall=Paywall(o["paywall"]),
            )
            for key, o in doc["outlets"].items()
        },
        supply=Supply(**doc["supply"]),
        quiet=doc["quiet"],
        corrections=tuple(Correction(**c) for c in doc["corrections"]),
        writer=doc["writer"],
        engine=doc["engine"],
        inputs=doc["inputs"],
        waiting=tuple(
            Waiting(**{**one, "coverage": Coverage(**one["coverage"])}) for one in doc.get("waiting", ())
        ),  # issues kept by earlier versions have none
        model=ModelTally(**doc["model"]) if "model" in doc else None,
    )


def _story_from(story: Mapping[str, Any]) -> IssueStory:
    return IssueStory(
        id=story["id"],
        thread_id=story["thread_id"],
        words=_words_from(story),
        coverage=Coverage(**story["coverage"]),
        articles=tuple(
            IssueArticle(
                **{
                    **article,
                    "leaning": Leaning(article["leaning"]),
                    "side": Side(article["side"]),
                    "published": datetime.fromisoformat(article["published"]),
                }
            )
            for article in story["articles"]
        ),
        why=story["why"],
        wires=tuple(WireNote(w["outlet"], w["wire"], tuple(w["carriers"])) for w in story["wires"]),
        history=tuple(PastMention(**mention) for mention in story["history"]),
        new_articles=story["new_articles"],
        thread=_thread_from(story.get("thread") or {}),
        missing=Side(story["missing"]) if story["missing"] else None,
        could_have=story["could_have"],
        shortened=story.get("shortened", 0),
        confidence=story.get("confidence", 1.0),
    )


def _thread_from(note: Mapping[str, Any]) -> ThreadNote:
    """Documents of earlier releases have none."""
    split = note.get("split_from")
    return ThreadNote(
        tuple(ThreadEnd(**end) for end in note.get("merged", ())), ThreadEnd(**split) if split else None
    )


def _words_from(story: Mapping[str, Any]) -> StoryWords:
    return StoryWords(
        headline=_statement_from(story["headline_from"]),
        dek=_statement_from(story["dek_from"]) if story["dek_from"] else None,
        overview=_statements(story["overview"]),
        sides={Side(side): _statements(points) for side, points in story["sides"].items()},
        agreed=_statements(story["agreed"]),
        disputed=tuple(Dispute(d["topic"], _statements(d["claims"])) for d in story["disputed"]),
        only={Side(side): _statements(points) for side, points in story["only"].items()},
        faq=tuple(Question(q["question"], _statements(q["answer"])) for q in story["faq"]),
        headlines={Side(side): _statement_from(row) for side, row in story.get("headlines", {}).items()},
    )


def _statements(rows: Sequence[Mapping[str, Any]]) -> tuple[Statement, ...]:
    return tuple(_statement_from(row) for row in rows)


def _statement_from(row: Mapping[str, Any]) -> Statement:
    spans = tuple(Evidence(**span) for span in row["evidence"])
    return Statement(row["text"], tuple(row["outlets"]), spans, row.get("made", "extract"))
