"""Whatever a feed contains, the mail stays whole: nothing breaks out, nothing is executed, no slot is filled."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from newsletter.domain.checks import Verdict
from newsletter.domain.issue import UNSUBSCRIBE_SLOT, Issue
from newsletter.rendering import clean
from tests.support.rendering_mail import checks_of, hrefs, mail_of, seen
from tests.support.sample_issue import HOSTILE, quiet_issue, sample_issue, with_text

ABOUT_THE_TEXT = {
    "template-leftovers",
    "links",
    "unsubscribe",
    "text-part",
    "contrast",
    "lang",
    "title",
    "evidence",
}
"""Checks that must pass whatever the text is."""

PIECES = st.sampled_from(
    ["<", ">", "&", '"', "'", "{{", "}}", "{%", "%}", "{#", "<mj-", "</mj-text>", "-x-token-", "-token-", "\u202e",
     "\x00", "\ue000", "\ue001", "]]>", "<!--", "-->", "&lt;", "&#", "\n", "\u2028", "é", "א", "🗳", "a", " ", "--"]
)  # fmt: skip
TEXTS = st.lists(PIECES, min_size=1, max_size=12).map("".join).map(lambda text: f"A{text}z")


def unharmed(issue: Issue, text: str) -> None:
    """The mail of ``issue`` with ``text`` everywhere has the same skeleton, and all text-checks pass."""
    before, after = mail_of(issue), mail_of(with_text(issue, text))
    assert skeleton(after.html) == skeleton(before.html)
    assert clean.text(text) in seen(after)
    found = checks_of(with_text(issue, text), after)
    assert {name for name in ABOUT_THE_TEXT if found[name].verdict is Verdict.FAIL} == set()
    assert after.html.count(UNSUBSCRIBE_SLOT) == 1
    assert after.text.count(UNSUBSCRIBE_SLOT) == 1
    assert after.subject == " ".join(after.subject.split())
    after.html.encode()
    after.text.encode()


def skeleton(html: str) -> list[tuple[str, ...]]:
    """Every element's tag and attribute names, in order."""
    body = LexborHTMLParser(html).body
    assert body is not None
    return [(node.tag or "", *sorted(node.attributes)) for node in body.traverse()]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_are_printed_and_nothing_more(text: str) -> None:
    unharmed(sample_issue(), text)


@settings(max_examples=40, deadline=None)
@given(TEXTS)
def test_no_mixture_of_marks_breaks_the_mail(text: str) -> None:
    unharmed(quiet_issue(), text)


@settings(max_examples=300)
@given(st.text(max_size=60))
def test_clean_text_is_one_printable_line_and_cleaning_it_again_changes_nothing(text: str) -> None:
    once = clean.text(text)
    assert clean.text(once) == once
    assert once == once.strip()
    assert not re.search(
        r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ue000-\uf8ff]|\{[{%#]", once
    )
    once.encode()


@settings(max_examples=300)
@given(st.text(alphabet=st.characters(codec="utf-8", categories=("L", "N", "P", "Zs")), max_size=40))
def test_ordinary_texts_keep_every_letter(text: str) -> None:
    letters = [c for c in text if c.isalnum()]
    assert [c for c in clean.text(text) if c.isalnum()] == letters


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)", "JAVASCRIPT:alert(1)", " java\tscript:alert(1)", "data:text/html,x", "//example.com/x",
        "/relative", "http:///nohost", "https://user:pass@example.com/", "ftp://example.com/x", "https://", "",
        "https://exa mple.com/", "https://example.com:99999/", "https://[::1", "vbscript:x", "https://a\u202eb.com/",
        "https://x..example/", "mailto:a@example.com", "https://-x-token-.example/", "https://ex\namp.le/",
    ],
)  # fmt: skip
def test_links_that_are_not_plain_web_addresses_are_dropped(url: str) -> None:
    assert clean.url(url) == ""


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://example.com/a?b=1&c=2#d", "https://example.com/a?b=1&c=2#d"),
        ("https://example.com/%7Ex/ü", "https://example.com/%7Ex/%C3%BC"),
        ('https://example.com/"><script>', "https://example.com/%22%3E%3Cscript%3E"),
        ("https://example.com/{{x}}", "https://example.com/%7B%7Bx%7D%7D"),
        ("https://bücher.example/x", "https://xn--bcher-kva.example/x"),
        ("https://example.com/-unsubscribe-token-", "https://example.com/%2Dunsubscribe-token%2D"),
        ("http://127.0.0.1:8080/a", "http://127.0.0.1:8080/a"),
        ("https://[2001:db8::1]:8443/x", "https://[2001:db8::1]:8443/x"),
        ("HTTPS://Example.COM/Path", "https://example.com/Path"),
    ],
)
def test_web_addresses_are_kept_and_quoted(url: str, safe: str) -> None:
    assert clean.url(url) == safe


def with_url(issue: Issue, url: str) -> Issue:
    stories = tuple(
        replace(
            story,
            articles=tuple(replace(article, url=f"{url}{n}") for n, article in enumerate(story.articles)),
        )
        for story in issue.stories
    )
    return replace(issue, stories=stories)


def test_an_article_with_an_unusable_link_is_credited_without_one() -> None:
    mail = mail_of(with_url(quiet_issue(), "javascript:alert(1)//"))
    assert "(Harbor Standard)" in seen(mail)
    assert "javascript:" not in mail.html + mail.text
    assert not any("harborstandard" in link for link in hrefs(mail))


@settings(max_examples=30, deadline=None)
@given(st.text(alphabet="abc/?&=#%+;,{}<>\"'|\\^`~é-_.", max_size=25))
def test_every_link_given_can_be_read_back(tail: str) -> None:
    """The law parse(render(x)) keeps every link."""
    issue = with_url(quiet_issue(), f"https://news.example/p/{tail}")
    mail = mail_of(issue)
    expected = {
        clean.url(article.url)
        for story in issue.stories
        for statement in story.words.statements()
        for article in story.articles
        if statement.evidence[0].article == article.id and statement in story.words.overview
    }
    assert expected <= set(hrefs(mail))
    assert all(link in mail.text for link in expected)


@pytest.mark.parametrize(
    ("value", "most", "expected"),
    [("short", 10, "short"), ("two words", 5, "two…"), ("two words", 8, "two…"), ("x" * 20, 5, "xxxx…")],
)
def test_cutting_ends_at_a_word(value: str, most: int, expected: str) -> None:
    assert clean.cut(value, most) == expected
    assert len(clean.cut(value, most)) <= most
