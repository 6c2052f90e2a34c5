"""Gather and build as the pipeline leads them, with the real rooms: what a crash, a repeat or a long day does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from newsletter.domain.feed import ParsedFeed, ParseJob
from newsletter.domain.leaning import Side
from newsletter.domain.story import Voice
from newsletter.pipeline.build import build
from newsletter.pipeline.compose import issue_story, story_id
from newsletter.pipeline.gather import gather
from newsletter.pipeline.supply import count_supply, day_supply
from newsletter.storage.engine import upgrade
from tests.support.sample_home import sample_house
from tests.support.sentence_model import write_model

pytest_plugins = ("tests.support.storage_databases",)

DAY = date(2026, 10, 4)
AT = datetime(2026, 10, 4, 9, 0, tzinfo=UTC)


class CountingParser:
    """The real cage, counting what it is given."""

    def __init__(self, cage: Any) -> None:
        self.cage, self.jobs = cage, list[str]()

    def parse(self, jobs: Iterable[ParseJob]) -> Iterator[ParsedFeed]:
        jobs = list(jobs)
        self.jobs += [job.feed_url for job in jobs]
        return self.cage.parse(jobs)

    def close(self) -> None:
        self.cage.close()


class DyingArchive:
    """The real archive, until it has kept so many feeds; then the process is gone."""

    def __init__(self, archive: Any, kept: int) -> None:
        self.archive, self.left = archive, kept

    def __getattr__(self, name: str) -> Any:
        return getattr(self.archive, name)

    def keep(self, *words: Any, **more: Any) -> Any:
        if self.left == 0:
            raise KeyboardInterrupt
        self.left -= 1
        return self.archive.keep(*words, **more)


def test_unchanged_bytes_are_never_parsed_twice(tmp_path: Path) -> None:
    with sample_house(tmp_path / "home", until=DAY) as (house, server, _clock):
        parser = CountingParser(house.cage)
        room = replace(house.gather_room, parser=parser)
        server.set_now(AT)
        gather(room, AT + timedelta(minutes=1))
        assert parser.jobs == []
        asked = [status for method, path, status in server.requests[-21:] if path.endswith(".xml")]
        assert 304 in asked, "validators were sent back"
        server.set_now(AT + timedelta(hours=12))
        gather(room, AT + timedelta(hours=12))
        assert parser.jobs
        assert len(parser.jobs) == len(set(parser.jobs))


def test_a_gather_that_dies_keeps_what_it_had_and_the_next_one_asks_for_the_rest(tmp_path: Path) -> None:
    with sample_house(tmp_path / "whole", until=DAY) as (house, _, _):
        whole = {article.id for article in house.archive.articles(AT, AT - timedelta(days=3))}
    with sample_house(tmp_path / "cut", until=date(2026, 10, 3)) as (house, server, _):
        server.set_now(AT)
        dying = replace(house.gather_room, archive=DyingArchive(house.archive, 7))
        with pytest.raises(KeyboardInterrupt):
            gather(dying, AT)
        had = {article.id for article in house.archive.articles(AT, AT - timedelta(days=3))}
        assert had
        assert had < whole
        gather(house.gather_room, AT + timedelta(seconds=1))
        now = AT + timedelta(seconds=1)
        assert {article.id for article in house.archive.articles(now, now - timedelta(days=3))} >= whole


def test_vectors_are_computed_once_and_go_with_the_captures(tmp_path: Path) -> None:
    model = write_model(tmp_path / "tiny")
    with sample_house(tmp_path / "home", until=DAY, EMBEDDINGS=str(model)) as (house, server, clock):
        first = build(house.build_room, DAY, AT).issue
        assert str(first.document["inputs"]["grouping"]).startswith("embeddings tiny ")  # type: ignore[index]
        told: list[str] = []
        again = build(house.build_room, DAY, AT, progress=lambda _d, _t, what: told.append(what))
        assert not again.changed
        assert "embedding" not in told, "nothing was left to compute"
        clock.now += house.settings.keep_captures + timedelta(days=1)
        server.set_now(AT)
        gather(house.gather_room, AT + timedelta(minutes=1))
        build(house.build_room, DAY, AT, progress=lambda _d, _t, what: told.append(what))
        assert "embedding" in told, "the old ones were deleted"


def test_a_feed_that_moved_for_good_is_asked_at_its_new_place_after_three_runs(tmp_path: Path) -> None:
    with sample_house(tmp_path / "home", until=DAY) as (house, server, _):
        moved = [(path, status) for _, path, status in server.requests if status in (301, 308)]
        assert len(moved) == 3
        assert [
            state
            for state in house.archive.states(AT).values()
            if state.fetch_url not in ("", state.feed_url)
        ]


def test_the_report_says_what_failed_since_when_and_what_to_do(tmp_path: Path) -> None:
    with sample_house(tmp_path / "home", until=DAY) as (house, server, _):
        server.set_now(AT)
        report = gather(house.gather_room, AT + timedelta(hours=30))
        (failed,) = report.failed
        assert failed.outlet == "ternislandpacket.example"
        assert failed.since == datetime(2026, 10, 3, 13, tzinfo=UTC)
        assert failed.message
        assert failed.todo
        assert len(report.feeds) == len(house.registry.feeds())


def test_an_issue_over_its_time_is_trimmed_by_rule_and_never_below_two_stories(tmp_path: Path) -> None:
    with sample_house(tmp_path / "home", until=DAY) as (house, _, _):
        room = house.build_room
        whole = build(room, DAY, AT).issue.document
        shorter = build(replace(room, rules=replace(room.rules, reading_seconds=150)), DAY, AT).issue.document
        assert shorter["reading_seconds"] <= 150 < whole["reading_seconds"]
        assert len(shorter["stories"]) >= 2
        named = {a["outlet"] for s in shorter["stories"] for a in s["articles"]}
        assert named <= set(shorter["outlets"])
        tiny = build(replace(room, rules=replace(room.rules, reading_seconds=5)), DAY, AT)
        failing = {check.name for check in tiny.checks if check.verdict.value == "fail"}
        assert len(tiny.issue.document["stories"]) >= 2
        assert failing == set(), "the checker's own limit stands at 300 s"


def test_an_outlet_that_the_registry_lost_is_unrated_not_center(tmp_path: Path) -> None:
    with sample_house(tmp_path / "home", until=DAY) as (house, _, _):
        articles = house.archive.articles(AT, AT - timedelta(days=2))
        stranger = replace(articles[0], outlet="gone.example")
        supply = count_supply([stranger, *articles], house.registry)
        assert supply.unrated == count_supply(articles, house.registry).unrated + 1
        assert "gone.example" in day_supply([stranger], house.registry).heard[Side.UNRATED]
        chosen = house.build_room.chooser(
            house.build_room.grouper(articles, house.registry), [], day_supply(articles, house.registry), AT
        ).main[0]
        words = house.build_room.writer.write(chosen, house.registry, brief=True)
        assert words is not None
        first = replace(chosen.story.articles[0], outlet="gone.example")
        voice = Voice("gone.example", Side.UNRATED, (first.id,), ("gone.example", "else.example"))
        story = replace(chosen.story, articles=(first,), voices=(voice,))
        told = issue_story(replace(chosen, story=story), words, house.registry, DAY)
        assert told.articles[0].side is Side.UNRATED
        assert told.coverage.unrated == 1
        assert told.wires[0].wire == ""


def test_a_storys_name_is_its_issues_date_and_its_earliest_article() -> None:
    assert story_id(DAY, "a-0123456789abcdef") == "2026-10-04-01234567"


@pytest.mark.postgres
def test_postgresql_and_sqlite_make_the_same_bytes(tmp_path: Path, empty_postgres_url: str) -> None:
    upgrade(empty_postgres_url)
    made = []
    for name, settings in (("sqlite", {}), ("postgresql", {"DATABASE_URL": empty_postgres_url})):
        with sample_house(tmp_path / name, until=DAY, **settings) as (house, _, _):
            assert house.database.postgres is (name == "postgresql")
            folder = Path(build(house.build_room, DAY, AT).folder)
            made.append([(folder / file).read_bytes() for file in ("issue.json", "issue.html", "issue.txt")])
    assert made[0] == made[1]
