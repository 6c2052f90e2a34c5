"""`issue.json` read back: an `Issue` and its checks from the object that `domain.document` makes of them.

Documents of earlier releases lack keys that came later; what is missing has its default.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from newsletter.domain.checks import Check, Verdict
from newsletter.domain.correction import Correction
from newsletter.domain.edits import Applied
from newsletter.domain.issue import (
    Issue,
    IssueArticle,
    IssueOutlet,
    IssueStory,
    ModelTally,
    PastMention,
    Supply,
    ThreadEnd,
    ThreadNote,
    Waiting,
    WireNote,
)
from newsletter.domain.leaning import Leaning, Side
from newsletter.domain.outlet import Paywall
from newsletter.domain.story import Coverage
from newsletter.domain.words import Dispute, Evidence, Question, Statement, StoryWords


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
        edits=tuple(Applied(**one) for one in doc.get("edits", ())),
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
