"""The sample newsroom's day with a model as writer: what stands, what is kept, and what an outage does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from newsletter.cli.doctor import examine
from newsletter.demo.newsroom import NewsroomServer
from newsletter.demo.run import DAYS, FixedClock
from newsletter.dev.model import DEV_KEY, DEV_MODEL, ModelStandIn, recorded_sample
from newsletter.domain.document import document
from newsletter.domain.reading import issue_from
from newsletter.errors import SettingsError
from newsletter.pipeline.build import Built, build
from newsletter.rendering.balance import balance_of
from newsletter.settings import load
from newsletter.storage.engine import Database
from newsletter.storage.modeltexts import SqlModelTexts
from newsletter.wiring import House
from tests.support.model_fakes import NOON
from tests.support.sample_home import sample_house

pytest.importorskip("openai", reason="the extra `model` is not installed")
pytest_plugins = ("tests.support.storage_databases",)
LAST = DAYS[-1]
MODEL = {"WRITER": "model", "MODEL": DEV_MODEL, "MODEL_API_KEY": DEV_KEY, "MODEL_DEADLINE": "20 s"}
Day = tuple[House, NewsroomServer, FixedClock]


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    with sample_house(tmp_path_factory.mktemp("model") / "home", LAST) as opened:
        yield opened


def built(day: Day, url: str, date: date = LAST, **more: str) -> Built:
    """The issue of a day by a house of its own on the same home, its model at ``url``."""
    house, _, clock = day
    s = house.settings
    given = {
        "HOME": str(s.home),
        "OUTLETS": str(s.outlets),
        "SUPPLY_LEFT": "4",
        "SUPPLY_RIGHT": "4",
        **MODEL,
        **more,
    }
    with House(load({}, s.home, {**given, "MODEL_URL": url}).settings, clock) as other:
        return build(other.build_room, date, other.calendar.cut_off(date))


def made(document: Any) -> list[str]:
    """The texts that a model made."""
    issue = issue_from(document)
    return [s.text for story in issue.all_stories for s in story.words.statements() if s.made == "model"]


def check_of(one: Built, name: str) -> Any:
    return next(check for check in one.checks if check.name == name)


def test_what_is_wrong_goes_the_rest_stands_and_a_rebuild_asks_nobody(day: Day) -> None:
    with ModelStandIn(recorded_sample()) as model:
        first = built(day, model.url, MODEL="first-time")
        asked = len(model.requests)
        again = built(day, model.url, MODEL="first-time")
        assert (asked, len(model.requests)) == (len(first.issue.document["stories"]), asked)  # type: ignore[arg-type]
    gone = built(day, model.url, MODEL="first-time")  # nobody is there any more
    assert first.issue.document == again.issue.document == gone.issue.document
    assert first.issue.html == gone.issue.html
    texts = made(first.issue.document)
    assert len(texts) >= 20
    assert not any("150 million" in text or "rose by half" in text for text in texts)
    assert "Averill took 340,000 crowns from the builder Stanmoor Homes." not in texts
    assert check_of(first, "evidence").verdict.value == "pass"
    figure = check_of(first, "model-text").figure
    assert "1 number not in the source" in figure
    assert "1 certainty changed" in figure
    inputs: Any = first.issue.document["inputs"]
    assert inputs["model"] == "first-time"
    assert len(inputs["model_texts"].split()) == asked
    assert "Written by a language model" in first.issue.html
    assert "Written by a language model" in first.issue.text
    assert DEV_KEY not in str(first.issue.document)


@pytest.mark.parametrize("earlier", DAYS[:-1])
def test_every_day_of_the_sample_shows_a_model_whose_errors_are_dropped(day: Day, earlier: date) -> None:
    with ModelStandIn(recorded_sample()) as model:
        one = built(day, model.url, earlier, MODEL="earlier-days")
    told: Any = one.issue.document["model"]
    assert told["unanswered"] == {}
    assert told["kept"] >= 15
    assert sum(told["dropped"].values()) >= 4
    shown = " ".join(made(one.issue.document))
    for wrong in (
        "8.6 meters",
        "a present for nobody",
        "has not been kept",
        "has offered 4.5 percent",
        "was to blame",
    ):
        assert wrong not in shown
    assert check_of(one, "evidence").verdict.value == "pass"


def test_issue_json_goes_both_ways_and_the_checks_need_nothing_else(day: Day) -> None:
    with ModelStandIn(recorded_sample()) as model:
        one = built(day, model.url)
    issue = issue_from(one.issue.document)
    house = day[0]
    mail = house.renderer.render(issue)
    checks = house.checker.check(issue, mail)
    assert document(issue, mail, checks, balance_of(issue)) == one.issue.document
    forged = str(one.issue.document["stories"][0]["overview"][0]["text"])  # type: ignore[index]
    spoiled: Any = {**one.issue.document}
    spoiled["stories"] = [dict(story) for story in spoiled["stories"]]
    spoiled["stories"][0]["overview"] = [
        {**spoiled["stories"][0]["overview"][0], "text": f"{forged[:-1]} in 1871."}
    ]
    bad = issue_from(spoiled)
    evidence = next(c for c in house.checker.check(bad, mail) if c.name == "evidence")
    assert "number not in the source" in evidence.todo


@pytest.mark.parametrize("kind", [401, "cut", "refuse", "shapeless", "garbage"])
def test_no_failure_of_the_model_stops_an_issue(day: Day, kind: int | str) -> None:
    with ModelStandIn(lambda _: "no JSON") as model:
        model.fail_next(kind, 99)
        one = built(day, model.url, MODEL=f"fails-{kind}", MODEL_DEADLINE="1 s")
    assert made(one.issue.document) == []
    assert "no model wrote them" in one.issue.html
    check = check_of(one, "model-text")
    assert check.verdict.value == "warn"
    assert "5 of 5 stories not written" in check.figure
    assert "newsletter build" in check.todo
    kept: Any = one.issue.document["model"]
    assert sum(kept["unanswered"].values()) == 5
    assert set(kept["todo"]) == set(kept["unanswered"])


def test_a_closed_address_is_named_with_what_to_do_and_every_story_is_told(day: Day) -> None:
    one = built(day, "http://127.0.0.1:9/v1", MODEL="closed", MODEL_DEADLINE="10 s")
    check = check_of(one, "model-text")
    assert check.figure == "5 of 5 stories not written by the model (127.0.0.1:9 refused the connection)"
    assert "NEWSLETTER_MODEL_URL" in check.todo
    plain = issue_from(one.issue.document)
    assert all(story.words.overview for story in plain.stories)


def test_a_budget_that_is_spent_costs_the_last_stories_their_model_and_no_more(day: Day) -> None:
    with ModelStandIn(recorded_sample()) as model:
        one = built(day, model.url, MODEL="small-budget", MODEL_BUDGET="9000")
    check = check_of(one, "model-text")
    assert "over the budget" in check.figure
    assert "NEWSLETTER_MODEL_BUDGET" in check.todo
    assert made(one.issue.document)


def test_a_setting_that_cannot_work_is_said_before_an_issue_is_made(day: Day) -> None:
    with pytest.raises(SettingsError, match="NEWSLETTER_MODEL names none"):
        built(day, "http://127.0.0.1:9", MODEL="")
    with pytest.raises(SettingsError, match="https"):
        built(day, "http://models.example/v1", MODEL="another")
    for address in ("http://127.0.0.1:99999/v1", "https://[::1/v1", "https://mod els.example/v1", "https://"):
        with pytest.raises(SettingsError, match="MODEL_URL"):
            built(day, address, MODEL="another")


def test_the_doctor_asks_the_model_only_where_it_writes(tmp_path: Path) -> None:
    def model_line(**given: str) -> Any:
        found = examine(load({}, tmp_path, {"HOME": str(tmp_path), **given}))
        return next((one for one in found if one.name == "model"), None)

    assert model_line() is None
    with ModelStandIn(lambda _: "anything") as model:
        assert model_line(**MODEL, MODEL_URL=model.url).ok
        wrong = model_line(**{**MODEL, "MODEL_API_KEY": "another"}, MODEL_URL=model.url)
    assert "401" in wrong.found
    assert "MODEL_API_KEY" in wrong.fix
    assert not model_line(**{**MODEL, "MODEL_API_KEY": ""}, MODEL_URL="https://models.example/v1").ok


def test_the_first_answer_under_a_key_stays(database: Database) -> None:
    texts = SqlModelTexts(database)
    assert texts.get("k") is None
    assert texts.keep("k", "m", "an “answer”", NOON) == "an “answer”"
    assert texts.keep("k", "m", "another", NOON) == "an “answer”"
    assert texts.get("k") == "an “answer”"
