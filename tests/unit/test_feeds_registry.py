"""The outlets file: read, or every problem with its line."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from newsletter.domain.leaning import Leaning, Side
from newsletter.domain.outlet import Paywall
from newsletter.errors import RegistryError, SettingsError
from newsletter.feeds.allow import AllowList
from newsletter.feeds.registry import Severity, check_registry, load_registry

TODAY = date(2026, 11, 20)
GOOD = """\
[[outlet]]
name = "Example Post"
domain = "Example.com"
leaning = "lean left"          # a comment
rated_on = 2026-11-01
basis = "our own reading"
owner = "Example Media"
feeds = ["https://example.com/rss", "http://example.com:8080/politics?x=1"]
verified = 2026-07-25
wire = true
paywall = "metered"
quote = false
"""


def write(folder: Path, text: str | bytes) -> Path:
    path = folder / "outlets.toml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def problems(folder: Path, text: str | bytes) -> list[tuple[int, str]]:
    found = check_registry(write(folder, text), TODAY)
    assert all(problem.severity is Severity.ERROR for problem in found), found
    return [(problem.line, problem.text) for problem in found]


def warnings(folder: Path, text: str) -> list[tuple[int, str]]:
    path = write(folder, text)
    load_registry(path, TODAY)
    found = check_registry(path, TODAY)
    assert all(problem.severity is Severity.WARNING for problem in found), found
    return [(problem.line, problem.text) for problem in found]


def test_a_good_file_is_read_whole(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD)
    assert check_registry(path, TODAY) == ()
    (outlet,) = load_registry(path, TODAY)
    assert (outlet.name, outlet.domain, outlet.leaning) == ("Example Post", "example.com", Leaning.LEAN_LEFT)
    assert (outlet.rated_on, outlet.verified, outlet.paywall) == (
        date(2026, 11, 1), date(2026, 7, 25), Paywall.METERED,
    )  # fmt: skip
    assert (outlet.enabled, outlet.wire, outlet.quote, outlet.articles) == (True, True, False, False)
    assert len(outlet.feeds) == 2
    assert load_registry(path, TODAY).side_of("example.com") is Side.LEFT


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ('owner = "Example Media"', 'ownr = "x"', 7, "did you mean 'owner'"),
        ('name = "Example Post"', "name = 5", 2, "must be a text"),
        ('name = "Example Post"', 'name = " "', 2, "is empty"),
        ('name = "Example Post"\n', "", 1, "'name' is missing"),
        ('"lean left"', '"leftish"', 4, "unknown leaning 'leftish'"),
        ('"lean left"', "7", 4, "unknown leaning 7"),
        ('leaning = "lean left"', "# leaning", 1, "'leaning' is missing"),
        ('basis = "our own reading"\n', "", 1, "'basis' is missing"),
        ("rated_on = 2026-11-01", 'rated_on = "2026-11-01"', 5, "day without quotes"),
        ("rated_on = 2026-11-01", "rated_on = 2026-11-01T10:00:00", 5, "day without quotes"),
        ("rated_on = 2026-11-01\n", "", 1, "'rated_on' is missing"),
        ("verified = 2026-07-25", "verified = true", 9, "day without quotes"),
        ("wire = true", 'wire = "yes"', 10, "true or false"),
        ('"metered"', '"partly"', 11, "unknown paywall"),
        ('"Example.com"', '"https://example.com/"', 3, "is no domain"),
        ('"https://example.com/rss"', '"ftp://example.com/rss"', 8, "not an http or https address"),
        ('"https://example.com/rss"', '"https://u:p@example.com/rss"', 8, "user name"),
        ('"https://example.com/rss"', '"https:///rss"', 8, "names no host"),
        ('"https://example.com/rss"', '"https://example.com/a b"', 8, "blank"),
        ('"https://example.com/rss"', '"https://example.com:99999/"', 8, "no valid address"),
        ('"https://example.com/rss"', "5", 8, "list of texts"),
    ],
)
def test_each_fault_is_named_with_its_line(tmp_path: Path, old: str, new: str, line: int, words: str) -> None:
    assert old in GOOD
    found = [
        p for p in check_registry(write(tmp_path, GOOD.replace(old, new)), TODAY) if p.severity == "error"
    ]
    assert [(problem.line, words in problem.text) for problem in found] == [(line, True)], found


def test_all_problems_come_at_once_in_file_order(tmp_path: Path) -> None:
    second = GOOD.replace('"lean left"', '"far"').replace("true", "1").replace("2026-07-25", "2")
    text = "# outlets\ncolour = 1\n" + GOOD + "\n" + second
    found = problems(tmp_path, text)
    assert [line for line, _ in found] == sorted(line for line, _ in found)
    assert [line for line, _ in found] == [2, 18, 19, 23, 23, 24, 25]
    with pytest.raises(RegistryError) as raised:
        load_registry(tmp_path / "outlets.toml", TODAY)
    assert list(raised.value.problems) == found
    assert "line 2" in raised.value.message
    assert isinstance(raised.value, SettingsError)


def test_a_feed_twice_is_found_in_a_long_list(tmp_path: Path) -> None:
    text = GOOD.replace(
        'feeds = ["https://example.com/rss", "http://example.com:8080/politics?x=1"]',
        "feeds = [\n  \"https://example.com/rss\",  # top [main]\n  'https://example.com/b',\n"
        '  "http://EXAMPLE.com/rss/",\n]',
    )
    assert problems(tmp_path, text) == [
        (11, "Example Post: feed 'http://EXAMPLE.com/rss/' stands already at line 9.")
    ]


def test_multi_line_texts_do_not_confuse_the_lines(tmp_path: Path) -> None:
    text = GOOD.replace('"our own reading"', '"""\n[[outlet]]\nname = "no"\n"""').replace("true", "0")
    assert [line for line, _ in problems(tmp_path, text)] == [13]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("[[outlet]]\nname = 'x\n", 2, "not valid TOML"),
        ("[[outlet]]\nname = 'x'\nname = 'y'\n", 3, "not valid TOML"),
        ("[[outlet]]\nrated_on = 2026-13-01\n", 2, "not valid TOML"),
        ("a = [", 1, "not valid TOML"),
        ("", 0, "no outlets"),
        ("outlet = 5\n", 1, "[[outlet]]"),
        ("[outlet]\nname = 'x'\n", 1, "[[outlet]]"),
        (b"[[outlet]]\nname = '\xff'\n", 2, "UTF-8"),
    ],
)
def test_a_file_that_cannot_be_read_says_where(
    tmp_path: Path, text: str | bytes, line: int, words: str
) -> None:
    found = problems(tmp_path, text)
    assert [(at, words in said) for at, said in found] == [(line, True)], found
    with pytest.raises(RegistryError):
        load_registry(tmp_path / "outlets.toml", TODAY)


def test_a_missing_file_is_a_problem_and_no_crash(tmp_path: Path) -> None:
    (problem,) = check_registry(tmp_path / "none.toml", TODAY)
    assert problem.line == 0
    with pytest.raises(RegistryError, match="cannot be read"):
        load_registry(tmp_path / "none.toml", TODAY)


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("2026-07-25", "2025-07-25", 9, "over a year ago"),
        ("2026-11-01", "2024-01-01", 5, "over two years ago"),
        ("2026-11-01", "2027-11-01", 5, "in the future"),
        ('"lean left"          # a comment\nrated_on = 2026-11-01\nbasis = "our own reading"',
         '"unrated"\nrated_on = 2026-11-01', 1, "unrated without a reason"),
        ('["https://example.com/rss", "http://example.com:8080/politics?x=1"]', "[]", 8, "has no feed"),
    ],
)  # fmt: skip
def test_what_is_odd_is_a_warning_and_the_file_is_used(
    tmp_path: Path, old: str, new: str, line: int, words: str
) -> None:
    assert old in GOOD
    found = warnings(tmp_path, GOOD.replace(old, new))
    assert [(at, words in said) for at, said in found] == [(line, True)], found


def test_windows_line_ends_and_a_byte_order_mark_are_fine(tmp_path: Path) -> None:
    path = write(tmp_path, b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert check_registry(path, TODAY) == ()


@pytest.mark.parametrize("entry", ["", "http://host/", "a b", "u@host", "host:port", "host/path", "[::1"])
def test_a_wrong_allow_hosts_entry_is_a_settings_error(entry: str) -> None:
    with pytest.raises(SettingsError) as raised:
        AllowList([entry])
    assert raised.value.fields["setting"] == "ALLOW_HOSTS"


def test_allowed_hosts_by_name_port_and_block() -> None:
    allow = AllowList(["news.internal", "one.internal:8080", "10.0.0.0/8", "[::1]:81", "fd00::/8"])
    assert allow.covers("http://news.internal:9/x")
    assert allow.covers("http://NEWS.internal./x")
    assert allow.covers("http://one.internal:8080/")
    assert allow.covers("http://10.1.2.3/")
    assert allow.covers("http://[::1]:81/")
    assert allow.covers("http://[fd00::5]/")
    for other in (
        "http://one.internal/",
        "http://11.0.0.1/",
        "http://[::1]/",
        "http://x.news.internal/",
        "nonsense",
    ):
        assert not allow.covers(other), other
    assert not AllowList()
