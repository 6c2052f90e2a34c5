"""Trimming: one thing at a time, the least needed first, until two main stories are left."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.domain.issue import Issue
from newsletter.rendering.trim import trim
from tests.support.rendering_mail import mail_of
from tests.support.sample_issue import HOSTILE, minimal_issue, quiet_issue, sample_issue, with_text


def steps(issue: Issue) -> Iterator[Issue]:
    """Every shorter issue there is, in order."""
    while (after := trim(issue)) is not None:
        yield after
        issue = after


def shape(issue: Issue) -> tuple[int, int, int, tuple[int, ...]]:
    return (
        len(issue.stories),
        len(issue.in_brief),
        len(issue.blindspots),
        tuple(s.shortened for s in issue.stories),
    )


def test_the_order_of_leaving_out() -> None:
    assert [shape(one) for one in steps(sample_issue())][:7] == [
        (5, 6, 2, (1, 0, 0, 0, 0)),  # what is agreed where something is disputed
        (5, 6, 2, (2, 0, 0, 0, 0)),  # the third sentence of an overview
        (5, 5, 2, (2, 0, 0, 0, 0)),  # briefs down to four
        (5, 4, 2, (2, 0, 0, 0, 0)),
        (5, 4, 2, (2, 0, 3, 0, 0)),  # agreed and disputed lines, last story first
        (5, 4, 2, (2, 3, 3, 0, 0)),
        (5, 4, 2, (3, 3, 3, 0, 0)),
    ]


def test_the_last_main_story_becomes_the_first_brief() -> None:
    shorter = next(one for one in steps(sample_issue()) if len(one.stories) == 4)
    assert shorter.in_brief[0].id == sample_issue().stories[4].id


def test_trimming_ends_with_two_main_stories_and_nothing_else() -> None:
    *_, last = steps(sample_issue())
    assert shape(last)[:3] == (2, 0, 0)
    assert trim(last) is None


def test_an_issue_of_one_story_keeps_it() -> None:
    assert trim(minimal_issue()) is None


def test_every_step_is_shorter_to_read() -> None:
    words = [mail_of(one).words for one in (sample_issue(), *steps(sample_issue()))]
    assert all(after < before for before, after in itertools.pairwise(words))


@given(st.integers(0, 5), st.integers(0, 6), st.integers(0, 2))
def test_trimming_always_ends_and_never_touches_a_sides_column(stories: int, briefs: int, spots: int) -> None:
    whole = sample_issue()
    issue = Issue(
        **{name: getattr(whole, name) for name in Issue.__dataclass_fields__}
        | {
            "stories": whole.stories[:stories],
            "in_brief": whole.in_brief[:briefs],
            "blindspots": whole.blindspots[:spots],
        }
    )
    trimmed = list(steps(issue))
    assert len(trimmed) < 60
    for after in trimmed:
        assert len(after.stories) >= min(2, stories)
        assert [s.words for s in after.stories] == [s.words for s in issue.stories[: len(after.stories)]]


def test_a_quiet_issue_gives_up_its_brief_before_a_story() -> None:
    *_, last = steps(quiet_issue())
    assert len(last.stories) == 2
    assert last.in_brief == ()


class Reader(HTMLParser):
    """Another reader than the engine's: every text outside of head, style and script, and what pictures are called."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.inside: list[str] = []
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"head", "style", "script", "title", "template"}:
            self.inside.append(tag)
        self.found += [value for name, value in attrs if name == "alt" and value]

    def handle_endtag(self, tag: str) -> None:
        if self.inside and self.inside[-1] == tag:
            self.inside.pop()

    def handle_data(self, data: str) -> None:
        if not self.inside:
            self.found.append(data)


def all_read(html: str) -> list[str]:
    """The words of a mail; a comment for one mail program may hold frames and no text."""
    for held in re.findall(r"<!--\[if [^!\]]*\]>(?!<!)(.*?)<!\[endif\]-->", html, re.DOTALL):
        assert not re.sub(r"<(style|xml|noscript)\b.*?</\1>|<[^>]*>", "", held, flags=re.DOTALL).strip()
    reader = Reader()
    reader.feed(html)
    return "".join(reader.found).split()


def held(words: list[str], counted: int) -> None:
    # Two blocks may touch without white space: this reader then has one word where the count has two.
    assert len(words) <= counted
    assert counted <= len(words) * 1.25 + 20


@pytest.mark.parametrize(
    "issue", [sample_issue(), quiet_issue(), minimal_issue()], ids=["full", "quiet", "least"]
)
def test_nothing_visible_escapes_the_count_at_any_step_of_trimming(issue: Issue) -> None:
    for one in (issue, *steps(issue)):
        mail = mail_of(one)
        held(all_read(mail.html), mail.words)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_hides_no_word_from_the_count(text: str) -> None:
    mail = mail_of(with_text(quiet_issue(), f"{text} harbor"))
    words = all_read(mail.html)
    assert any("harbor" in word for word in words)
    held(words, mail.words)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text("ab &<>\"'\u00a0\u200b\u2028é…-", min_size=1, max_size=12), min_size=1, max_size=8))
def test_whatever_is_told_is_counted(words: list[str]) -> None:
    mail = mail_of(with_text(minimal_issue(), f"Veldt {' '.join(words)} harbor"))
    held(all_read(mail.html), mail.words)
    padded = mail_of(with_text(minimal_issue(), f"Veldt {' '.join(words)} more harbor"))
    assert padded.words > mail.words
