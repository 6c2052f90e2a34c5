"""Opening, migrating and refusing databases."""

from __future__ import annotations

import shutil
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command as alembic_command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

import newsletter
from newsletter.errors import MigrationNeeded, StorageError
from newsletter.storage import (
    schema,
    tables_desk,  # noqa: F401  its tables are the schema's, too
)
from newsletter.storage.engine import Database, open_database, upgrade
from newsletter.storage.mailings import SqlMailingStore
from newsletter.storage.marks import SqlMarks
from newsletter.storage.subscribers import SqlSubscriberStore
from newsletter.storage.tables import reports
from newsletter.storage.tables_all import metadata
from newsletter.storage.tables_corrections import corrections
from tests.support.storage_samples import subscriber

pytest_plugins = ("tests.support.storage_databases",)


def test_migrated_schema_is_the_one_the_code_works_with(database: Database) -> None:
    assert corrections.metadata is metadata
    with database.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, metadata) == []


def test_revisions_named_in_the_code_are_the_migration_files() -> None:
    config = Config()
    config.set_main_option("script_location", str(schema.MIGRATIONS))
    config.set_main_option("path_separator", "os")
    files = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]
    assert tuple(reversed(files)) == schema.REVISIONS


def test_new_sqlite_file_is_ready_at_once_and_keeps_its_data(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/new 50% – file.db"
    database = open_database(url)
    SqlSubscriberStore(database).add(subscriber())
    database.close()
    again = open_database(url)
    assert SqlSubscriberStore(again).count()["active"] == 1
    again.close()


def test_sqlite_waits_for_others_and_checks_references(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/n.db")
    with database.read() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "foreign_keys", "busy_timeout", "synchronous")
        }
    database.close()
    assert pragmas == {"journal_mode": "wal", "foreign_keys": 1, "busy_timeout": 10_000, "synchronous": 1}


def test_what_must_outlive_a_power_cut_waits_for_the_disk_and_nothing_else_does(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/n.db")
    found = []
    for durable in (False, True, False):
        with database.write(durable=durable) as connection:
            found.append(connection.exec_driver_sql("PRAGMA synchronous").scalar())
    database.close()
    assert found == [1, 2, 1]


def test_an_older_releases_mailing_is_due_when_it_was_frozen(tmp_path: Path) -> None:
    """Between 0002 and 0003: batches without mornings, one of them sent and one with somebody skipped."""
    url, at = f"sqlite:///{tmp_path}/n.db", "2026-08-14T12:00:00.000000Z"
    engine = sa.create_engine(url)
    config = Config()
    config.set_main_option("script_location", str(schema.MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        alembic_command.upgrade(config, "0002")
        statements = (
            "INSERT INTO mailings (id, issue_date, revision, html_sha256, state, frozen_at, state_at, recipients)"
            " VALUES (1, '2026-08-14', 1, 'sha', 'sending', :at, :at, 3)",
            "INSERT INTO batches (id, batch_id, mailing_id, number, state, recipients, attempts, changed_at)"
            " VALUES (1, 'b1', 1, 1, 'submitted', 1, 1, :at), (2, 'b2', 1, 2, 'pending', 1, 0, NULL)",
            "INSERT INTO recipients (issue_date, subscriber_id, batch, delivery_id, skipped) VALUES"
            " ('2026-08-14', 1, 1, 'd1', ''), ('2026-08-14', 2, 1, 'd2', 'gone'), ('2026-08-14', 3, 2, 'd3', '')",
        )
        for statement in statements:
            connection.execute(text(statement), {"at": at} if ":at" in statement else {})
    engine.dispose()
    database = open_database(url)
    store = SqlMailingStore(database)
    sent, pending = store.batches(1)
    noon = datetime(2026, 8, 14, 12, tzinfo=UTC)
    assert (sent.due_at, pending.due_at, sent.provider_batch, pending.send_at) == (noon, noon, "", None)
    assert store.next_due(1) == noon
    assert store.handed_over(noon - timedelta(hours=1)) == [(noon, 1)]
    assert store.tally(1) == store.counts(1)
    database.close()


def test_two_processes_may_open_a_new_file_at_once(tmp_path: Path) -> None:
    code = (
        "import sys; from newsletter.storage.engine import open_database as o;"
        "print('ready', flush=True); sys.stdin.readline(); o(sys.argv[1]).close(); print('open')"
    )
    command = [sys.executable, "-W", "error", "-c", code, f"sqlite:///{tmp_path}/new.db"]
    environment = {"PYTHONPATH": str(Path(newsletter.__file__).parents[1])}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    processes = [subprocess.Popen(command, env=environment, **pipes) for _ in range(3)]  # type: ignore[call-overload]
    for process in processes:
        assert process.stdout.readline() == "ready\n", process.communicate()
    for process in processes:
        process.stdin.write("\n")
        process.stdin.flush()
    ends = [process.communicate(timeout=30) for process in processes]
    assert [out for out, _ in ends] == ["open\n"] * 3, ends


def test_migrations_come_with_the_package(tmp_path: Path) -> None:
    """As from a wheel: the package alone, in another place, from another folder."""
    package = tmp_path / "site" / "newsletter"
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(Path(newsletter.__file__).parent, package, ignore=ignore)
    code = "import sys; from newsletter.storage.engine import upgrade as u; print(u(sys.argv[1]))"
    done = subprocess.run(
        [sys.executable, "-c", code, f"sqlite:///{tmp_path}/n.db"],
        env={"PYTHONPATH": str(package.parent)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == f"(None, '{schema.HEAD}')\n"


@pytest.mark.postgres
def test_postgres_behind_says_what_to_run(empty_postgres_url: str) -> None:
    with pytest.raises(MigrationNeeded, match="newsletter db upgrade"):
        open_database(empty_postgres_url)
    assert upgrade(empty_postgres_url) == (None, schema.HEAD)
    assert upgrade(empty_postgres_url) == (schema.HEAD, schema.HEAD)
    open_database(empty_postgres_url).close()


def test_database_of_a_newer_version_is_refused(database: Database, database_url: str) -> None:
    with database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for attempt in (open_database, upgrade):
        with pytest.raises(StorageError, match="newer version") as refused:
            attempt(database_url)
        assert not isinstance(refused.value, MigrationNeeded)
        assert refused.value.todo


def test_another_programs_file_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "theirs.db"
    with closing(sqlite3.connect(path)) as theirs:
        theirs.execute("CREATE TABLE recipes (name TEXT)")
    with pytest.raises(StorageError, match="another program"):
        open_database(f"sqlite:///{path}")
    with closing(sqlite3.connect(path)) as theirs:
        assert theirs.execute("SELECT name FROM sqlite_master").fetchall() == [("recipes",)]


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mysql://ann:s3cret@db.example/news", "mysql"),
        ("postgresql://ann:s3cret@db.example/news", "postgresql"),
        ("s3cret and no URL", "not a database URL"),
        ("postgresql+psycopg://ann:s3cret@db.example:port/news", "not a database URL"),
        ("sqlite://", "by its path"),
        ("sqlite:///:memory:", "by its path"),
        ("sqlite:////nowhere/at/all/n.db", "does not exist"),
    ],
)
def test_wrong_urls_are_refused_in_plain_words(url: str, words: str) -> None:
    with pytest.raises(StorageError, match=words) as refused:
        open_database(url)
    assert refused.value.todo
    assert "s3cret" not in repr(refused.value) + str(refused.value.fields)


def test_folder_in_place_of_the_file(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="folder stands"):
        open_database(f"sqlite:///{tmp_path}")


def test_file_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "letter.db"
    path.write_text("Dear reader, this is a letter and not a database. " * 40)
    with pytest.raises(StorageError, match="no SQLite database"):
        open_database(f"sqlite:///{path}")


def test_file_that_may_not_be_written(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/n.db")
    with database.read() as connection:
        connection.exec_driver_sql("PRAGMA query_only=ON")  # stays with the pooled connection
    with pytest.raises(StorageError, match="cannot be written"):
        SqlSubscriberStore(database).add(subscriber())
    database.close()


def test_server_that_is_not_there_is_named_without_the_password() -> None:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(StorageError, match="cannot be reached") as refused:
            open_database(f"postgresql+psycopg://ann:s3cret@127.0.0.1:{port}/news")
    assert "s3cret" not in repr(refused.value)
    assert refused.value.__suppress_context__


@pytest.mark.postgres
def test_unknown_user_and_database(empty_postgres_url: str) -> None:
    with pytest.raises(StorageError, match="does not know that user"):
        open_database(empty_postgres_url.replace("postgres@", "nobody@"))
    with pytest.raises(StorageError, match="no database of that name"):
        open_database(empty_postgres_url.replace("/newsletter_", "/missing_"))


def test_failed_statement_tells_no_address(database: Database) -> None:
    people = SqlSubscriberStore(database)
    people.add(subscriber("ada"))
    with pytest.raises(StorageError) as refused, database.write() as connection:
        connection.execute(text("INSERT INTO subscribers (email) VALUES ('ada@reader.example')"))
    assert "ada@" not in repr(refused.value) + str(refused.value.fields)
    assert people.count()["active"] == 1


def test_time_without_a_zone_is_refused(database: Database) -> None:
    row = {"date": datetime(2026, 8, 14, tzinfo=UTC).date(), "kind": "slip", "text": "…"}
    with pytest.raises(StorageError), database.write() as connection:
        connection.execute(reports.insert(), {**row, "at": datetime(2026, 8, 14)})  # noqa: DTZ001 the point


def test_a_mark_is_what_was_noted_last(database: Database) -> None:
    marks = SqlMarks(database)
    assert marks.marked("examined") == ""
    for value in ("one", "two"):
        marks.mark("examined", value, datetime(2026, 8, 14, 12, tzinfo=UTC))
    assert (marks.marked("examined"), marks.marked("other")) == ("two", "")
