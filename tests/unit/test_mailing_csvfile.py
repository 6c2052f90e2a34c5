"""Subscribers from CSV: every good row is kept, every other line is told by its number, never by its address."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.domain.audience import Subscriber, SubscriberStatus
from newsletter.errors import AudienceError
from newsletter.mailing.csvfile import (
    ImportRules,
    RejectedRow,
    Remark,
    new_public_id,
    read_subscribers,
    write_subscribers,
)

NOW = datetime(2026, 8, 20, 9, 0, tzinfo=UTC)


def read(text: str | bytes, *, as_pending: bool = False) -> list[Subscriber | RejectedRow | Remark]:
    raw = text.encode() if isinstance(text, str) else text
    return list(read_subscribers(raw.splitlines(keepends=True), NOW, ImportRules(as_pending)))


def good(text: str | bytes, **more: bool) -> list[Subscriber]:
    return [item for item in read(text, **more) if isinstance(item, Subscriber)]


def bad(text: str | bytes) -> dict[int, str]:
    return {item.line: item.reason for item in read(text) if isinstance(item, RejectedRow)}


def test_a_list_of_addresses_is_active_by_the_operators_word() -> None:
    (one,) = good("email\nAnn@Example.org\n")
    assert (one.email, one.address_key, one.status) == (
        "Ann@example.org",
        "ann@example.org",
        SubscriberStatus.ACTIVE,
    )
    assert (one.consent_source, one.consent_at, one.created_at) == ("operator import 2026-08-20", NOW, NOW)
    assert len(one.public_id) == 26
    assert one.public_id.isalnum()


def test_public_ids_are_not_repeated() -> None:
    assert len({new_public_id() for _ in range(1000)}) == 1000


def test_as_pending_is_for_rows_that_say_nothing() -> None:
    text = "email,status\na@example.org,\nb@example.org,Active\nc@example.org,pending\n"
    assert [s.status.value for s in good(text, as_pending=True)] == ["pending", "active", "pending"]
    assert [s.status.value for s in good(text)] == ["active", "active", "pending"]
    assert good(text)[2].consent_source == ""


def test_all_columns_in_any_order() -> None:
    text = (
        "consent_at,deliver_at,timezone,name,consent_source,email,status\n"
        "2026-01-31T10:00:00+01:00,6:05,Europe/Berlin,  Ann   Lee ,sign-up form,ann@example.org,active\n"
    )
    (one,) = good(text)
    assert (one.name, one.timezone, one.deliver_at) == ("Ann Lee", "Europe/Berlin", "06:05")
    assert (one.consent_source, one.consent_at) == ("sign-up form", datetime(2026, 1, 31, 9, tzinfo=UTC))


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffemail,name\nann@example.org,Ann\n",
        "email,name\r\nann@example.org,Ann\r\n",
        "email,name\rann@example.org,Ann\r",
        "Email;Name\r\nann@example.org;Ann\r\n",
        " EMAIL \tname\nann@example.org\tAnn",
        '"email","name"\n"ann@example.org","Ann"\n',
        "email,name\n\n,\n  \nann@example.org,Ann\n\n",
    ],
    ids=["byte order mark", "CRLF", "CR", "semicolons", "tabs", "quotes", "blank lines"],
)
def test_the_forms_that_spreadsheets_write(text: str) -> None:
    assert [(s.email, s.name) for s in good(text)] == [("ann@example.org", "Ann")]
    assert bad(text) == {}


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("ann.example.org,,,,,", "not a mail address"),
        (",Ann,,,,", "no address"),
        ("ann@example..org,,,,,", "domain"),
        ("münchen@example.org,,,,,", "outside a-z"),
        ("ann@example.org,,unsubscribed,,,", "pending or active"),
        ("ann@example.org,,,Mars/Olympus,,", "time zone"),
        ("ann@example.org,,,../../etc/passwd,,", "time zone"),
        ("ann@example.org,,,,25:00,", "06:30"),
        ("ann@example.org,,,,noon,", "06:30"),
        ("ann@example.org,,,,,last week", "consent_at"),
        ("ann@example.org,,,,,2027-01-01", "future"),
        ("ann@example.org,Lee, Ann,,,,x", "more cells"),
    ],
)
def test_a_bad_row_is_told_by_line_and_reason_and_the_good_ones_are_kept(row: str, reason: str) -> None:
    text = f"email,name,status,timezone,deliver_at,consent_at\nfirst@example.org\n{row}\nlast@example.org\n"
    assert [s.email for s in good(text)] == ["first@example.org", "last@example.org"]
    ((line, told),) = bad(text).items()
    assert line == 3
    assert reason in told
    assert "ann" not in told.lower()


def test_the_same_address_twice_is_kept_once() -> None:
    text = "email\nann@example.org\nbob@example.org\nANN@Example.ORG\n"
    assert [s.email for s in good(text)] == ["ann@example.org", "bob@example.org"]
    assert bad(text) == {4: "the same address as on line 2"}


def test_columns_that_are_not_used_are_told_once_and_cost_nothing() -> None:
    items = read("email,shoe size,tags\na@example.org,44,x\nb@example.org,45,y\n")
    assert [i for i in items if isinstance(i, Remark)] == [
        Remark(1, "columns that are not used: shoe size, tags")
    ]
    assert len(items) == 3


@pytest.mark.parametrize(
    "text", ["", "name\nAnn\n", "ann@example.org\nbob@example.org\n", f"email,{'x' * 200_000}\n"]
)
def test_a_file_without_header_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(AudienceError, match="column `email`") as caught:
        read(text)
    assert "example.org" not in str(caught.value)


def test_a_utf_16_file_and_a_doubled_column_are_refused() -> None:
    with pytest.raises(AudienceError, match="UTF-8"):
        read("email\nann@example.org\n".encode("utf-16"))
    with pytest.raises(AudienceError, match="twice"):
        read("email,name,email\n")


def test_bytes_that_are_not_utf_8_cost_their_row_only() -> None:
    text = b"email,name,note\na@example.org,Jos\xe9,\nb@example.org,Bob,caf\xe9\nc@example.org,C,\n"
    assert [s.email for s in good(text)] == ["b@example.org", "c@example.org"]
    assert "UTF-8" in bad(text)[2]


# ── quotation marks ────────────────────────────────────────────────────────────────────────────────


def test_an_unclosed_quote_costs_its_line_only() -> None:
    text = 'email,name\na@example.org,"Ann\nb@example.org,Bob\nc@example.org,Cy\n'
    assert [s.email for s in good(text)] == ["b@example.org", "c@example.org"]
    assert bad(text) == {2: 'a quotation mark (") is never closed'}


def test_two_unclosed_quotes_do_not_swallow_what_stands_between() -> None:
    text = 'email,name\na@example.org,"Ann\nb@example.org,Bob\nc@example.org,"Cy\nd@example.org,Di\n'
    assert [s.email for s in good(text)] == ["b@example.org", "d@example.org"]
    assert set(bad(text)) == {2, 4}


def test_a_note_of_several_lines_is_a_note() -> None:
    text = 'email,note,name\na@example.org,"moved\nto the coast",Ann\nb@example.org,,Bob\n'
    assert [(s.email, s.name) for s in good(text)] == [("a@example.org", "Ann"), ("b@example.org", "Bob")]
    assert bad(text) == {}


def test_a_row_inside_a_note_is_told_and_not_subscribed() -> None:
    text = 'email,note\na@example.org,"friends:\nb@example.org,likes it\nend"\nc@example.org,\n'
    assert [s.email for s in good(text)] == ["a@example.org", "c@example.org"]
    assert "line 2" in bad(text)[3]


def test_a_quote_within_a_cell_is_just_a_character() -> None:
    assert [s.name for s in good('email,name\na@example.org,5" disk\nb@example.org,"Ann ""A"" Lee"\n')] == [
        '5" disk',
        'Ann "A" Lee',
    ]


def test_an_endless_cell_costs_its_line_only() -> None:
    text = f"email,name\na@example.org,{'x' * 200_000}\nb@example.org,Bob\n"
    assert [s.email for s in good(text)] == ["b@example.org"]
    assert bad(text) == {2: "cannot be read as CSV"}


rubbish = st.binary(max_size=40).filter(lambda raw: b"\n" not in raw and b"\r" not in raw and b"@" not in raw)


@settings(deadline=None)
@given(
    st.lists(st.booleans() | rubbish, max_size=30),
    st.sampled_from([b"email,name", b"email,name,note", b"name,email"]),
)
def test_whatever_stands_between_them_no_good_row_is_lost_untold(
    rows: list[bool | bytes], header: bytes
) -> None:
    """True: a good row, False: a good row with a quoted name; bytes: rubbish."""
    lines, expected = [header], {}
    for number, row in enumerate(rows, start=2):
        if isinstance(row, bytes):
            lines.append(row)
            continue
        address, name = f"reader{number}@example.org", "Ann Lee" if row else '"Lee, Ann"'
        expected[number] = address
        cells = [name, address] if header.startswith(b"name") else [address, name]
        lines.append(",".join(cells).encode())
    found = list(read_subscribers([line + b"\n" for line in lines], NOW))
    kept = {item.email for item in found if isinstance(item, Subscriber)}
    told = {item.line for item in found if isinstance(item, RejectedRow)}
    assert kept <= set(expected.values())
    assert [n for n, address in expected.items() if address not in kept and n not in told] == []
    if header != b"email,name,note":  # without a free column, rubbish cannot hide a row at all
        assert kept == set(expected.values())


@settings(deadline=None)
@given(st.lists(st.binary(max_size=60), max_size=20))
def test_no_bytes_at_all_break_the_reading(lines: list[bytes]) -> None:
    for item in read_subscribers([b"email;note;name\n", *lines], NOW):
        assert isinstance(item, Subscriber | RejectedRow | Remark)


# ── export ─────────────────────────────────────────────────────────────────────────────────────────

printable = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), max_size=20)


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.from_regex(r"[a-z0-9+='-]{1,10}", fullmatch=True), printable, printable, st.booleans()),
        max_size=8,
        unique_by=lambda row: row[0],
    )
)
def test_an_export_imports_as_it_was(rows: list[tuple[str, str, str, bool]]) -> None:
    before = [
        Subscriber(
            public_id="p",
            email=f"{local}@example.org",
            address_key=f"{local}@example.org",
            name=name,
            status=SubscriberStatus.ACTIVE,
            timezone="Europe/Berlin" if moved else "",
            deliver_at="07:15" if moved else "",
            consent_source=f"form{source}",
            consent_at=NOW,
        )
        for local, name, source, moved in rows
    ]
    after = good("".join(write_subscribers(before)))
    fields = (
        "email",
        "address_key",
        "name",
        "status",
        "timezone",
        "deliver_at",
        "consent_source",
        "consent_at",
    )
    assert [[getattr(s, f) for f in fields] for s in after] == [
        [getattr(s, f) for f in fields] for s in before
    ]


def test_a_spreadsheet_runs_nothing_of_an_export() -> None:
    evil = Subscriber("p", "=1+1@example.org", "k", name='=HYPERLINK("http://example.org")\n@x')
    header, row = write_subscribers([evil])
    assert header.startswith("email,name,status,timezone,deliver_at,consent_source,consent_at,")
    assert row == '\'=1+1@example.org,"\'=HYPERLINK(""http://example.org"") @x",active,,,,,,,\n'


def test_who_unsubscribed_is_exported_and_not_imported_again() -> None:
    gone = Subscriber("p", "a@example.org", "a@example.org", status=SubscriberStatus.UNSUBSCRIBED)
    text = "".join(write_subscribers([gone]))
    assert good(text) == []
    assert "pending or active" in bad(text)[2]
