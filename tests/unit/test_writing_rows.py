"""The core of ``newsletter write``: rows in, rows out, by the contract's shape."""

from __future__ import annotations

import json
from typing import Any

from newsletter.writing.rows import write_row
from tests.support.writing_stories import LEANINGS, bridge


def row() -> dict[str, Any]:
    return {
        "id": "s-1",
        "articles": [
            {
                "id": a.id,
                "title": a.title,
                "text": a.text,
                "outlet": a.outlet,
                "leaning": LEANINGS[a.outlet].value,
                "url": a.url,
                "published": a.published.isoformat(),
            }
            for a in bridge()
        ],
    }


def items(out: dict[str, Any]) -> list[dict[str, Any]]:
    found = [out["headline"], *out["overview"], *out["agreed"]]
    for part in ("sides", "only"):
        found += [item for points in out[part].values() for item in points]
    found += [claim for d in out["disputed"] for claim in d["claims"]]
    return found + [answer for q in out["faq"] for answer in q["answer"]]


def test_a_row_has_every_part_and_is_json() -> None:
    out = write_row(row())
    assert json.loads(json.dumps(out)) == out
    assert set(out) == {
        "id",
        "headline",
        "overview",
        "sides",
        "agreed",
        "disputed",
        "only",
        "faq",
        "headlines",
        "dek",
    }
    assert set(out["sides"]) == set(out["only"]) == {"left", "center", "right"}


def test_an_items_text_is_its_spans() -> None:
    given = row()
    fields = {a["id"]: a for a in given["articles"]}
    for item in items(write_row(given)):
        spans = [fields[e["article"]][e["field"]][e["start"] : e["end"]] for e in item["evidence"]]
        assert " ".join(" ".join(spans).split()).rstrip(".").casefold() == item["text"].rstrip(".").casefold()


def test_the_overview_keeps_to_the_budget() -> None:
    for budget in (12, 30, 60):
        assert sum(len(i["text"].split()) for i in write_row(row(), budget)["overview"]) <= budget


def test_an_empty_or_bare_row_is_answered_with_empty_parts() -> None:
    bare = {"id": "s-2", "articles": [{"id": "a", "title": "", "text": None, "outlet": "x.example"}]}
    for given in ({"id": "s-3", "articles": []}, bare):
        out = write_row(given)
        assert out["headline"] is None
        assert out["overview"] == []
        assert not any(out["sides"].values())


def test_odd_leanings_and_dates_do_no_harm() -> None:
    given = row()
    for piece in given["articles"]:
        piece["leaning"], piece["published"] = "lean-left", "yesterday"
    out = write_row(given)
    assert out["sides"]["left"]
    assert not out["sides"]["right"]
