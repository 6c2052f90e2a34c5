"""A rich fictional issue for the tests of rendering and of the web: every outlet, person and fact is made up.

`sample_issue()` has five main stories (the third has one right outlet only, the fifth none on the right),
six briefs, a blindspot each way and a correction. The variants are quiet, minimal and hostile. Evidence
offsets are computed from the texts, so every statement really stands where it says it does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from newsletter.domain.correction import Correction
from newsletter.domain.issue import (
    Issue,
    IssueArticle,
    IssueOutlet,
    IssueStory,
    PastMention,
    Supply,
    ThreadEnd,
    ThreadNote,
    Waiting,
    WireNote,
)
from newsletter.domain.leaning import Side, side_of, side_order
from newsletter.domain.story import Coverage
from newsletter.domain.words import Dispute, Evidence, Question, Statement, StoryWords
from tests.support import sample_texts as texts
from tests.support.sample_texts import StoryText

DAY = date(2026, 8, 14)
NUMBER = 228
"""Issue number; 228 is divisible by three, so the left speaks first."""
AS_OF = datetime(2026, 8, 14, 9, 0, tzinfo=UTC)


def outlets() -> dict[str, IssueOutlet]:
    """Every fictional outlet, by domain."""
    rows = (
        IssueOutlet(domain, name, leaning, side_of(leaning))
        for leaning, pairs in texts.OUTLETS.items()
        for domain, name in pairs.items()
    )
    return {row.domain: row for row in rows}


def sample_issue(number: int = NUMBER) -> Issue:
    """The rich one: all parts that an issue can have."""
    return Issue(
        date=DAY,
        number=number,
        as_of=AS_OF,
        order=side_order(number),
        stories=tuple(_main(n, text) for n, text in enumerate(texts.MAIN, start=1)),
        in_brief=tuple(_brief(n, text) for n, text in enumerate(texts.BRIEFS, start=6)),
        blindspots=tuple(_blindspot(n, text) for n, text in enumerate(texts.BLINDSPOTS, start=12)),
        outlets=outlets(),
        supply=Supply(left=21, center=17, right=19, unrated=4, articles=934, failed_feeds=2),
        corrections=(
            Correction(
                7,
                "2026-08-13",
                "Wednesday's issue gave the ferry's capacity as 900. It carries 690 passengers.",
                "2026-08-12-ferry001",
            ),
        ),
        engine="0.1.0",
        inputs={"window_hours": "30"},
        waiting=(
            Waiting(
                "Town clock strikes thirteen", Coverage(1, 1, 0), 2, 2.4, "Told by 2. Waits: few outlets."
            ),
        ),
    )


def quiet_issue() -> Issue:
    """A quiet Sunday: two main stories, one brief, no blindspot, few outlets heard on the right."""
    whole = sample_issue()
    return replace(
        whole,
        stories=whole.stories[:2],
        in_brief=whole.in_brief[:1],
        blindspots=(),
        corrections=(),
        quiet=True,
        supply=Supply(left=12, center=9, right=5, unrated=1, articles=210, failed_feeds=0),
    )


def minimal_issue() -> Issue:
    """The least there can be: one story of a headline and two articles."""
    whole = sample_issue()
    story = whole.stories[0]
    articles = story.articles[:2]
    bare = replace(
        story,
        words=StoryWords(headline=_from_title(articles[0])),
        coverage=Coverage(left=2),
        articles=articles,
        wires=(),
        history=(),
        new_articles=None,
    )
    return replace(whole, stories=(bare,), in_brief=(), blindspots=(), corrections=())


def with_text(issue: Issue, text: str) -> Issue:
    """The issue with ``text`` in every place where a feed, an outlet's name or an editor can put text.

    Evidence still holds: every article's title and text are ``text`` itself, quoted whole.
    """
    return replace(
        issue,
        stories=tuple(_retold(story, text) for story in issue.stories),
        in_brief=tuple(_retold(story, text) for story in issue.in_brief),
        blindspots=tuple(_retold(story, text) for story in issue.blindspots),
        outlets={key: replace(outlet, name=text) for key, outlet in issue.outlets.items()},
        corrections=tuple(replace(one, text=text) for one in issue.corrections),
    )


HOSTILE = (
    "<script>alert(1)</script> <b>bold",
    "<mj-text>in</mj-text> <mj-section> </mj-column>",
    "{{ brand.name }} {% for x in y %} {# note #}",
    "a \"quoted\" 'single' & ampersand &amp; &lt;b&gt; &#60;",
    "-unsubscribe-token- and -preferences-token- and -a-b-c-token-",
    "right-to-left \u202eoverride \u2066isolate \u200fmark never closed",
    "Antidisestablishmentarianism" * 9,
    "null \x00 bell \x07 escape \x1b[31m lone \ud800 surrogate \ufffe",
    "two\n\nparagraphs\r\n.\r\nSubject: forged\u2028line\u2029paragraph",
    "]]> <![CDATA[ x ]]> <!-- comment --> <!--[if mso]> <?xml version='1.0'?> <!DOCTYPE x>",
    "1 < 2 > 0 && true; expression(alert(1)) javascript:alert(1)",
    "emoji 🗳️ and العربية و עברית first",
    "العربية أولا then English",
    "%7B%7B %s %(x)s $var ${x} \\n \\",
)
"""Texts that a feed may really contain, or that somebody would like it to."""


# ── making stories ─────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Source:
    """A story's articles by outlet, with what finds a quotation in them."""

    by_outlet: dict[str, IssueArticle]

    def say(self, outlet: str, words: str) -> Statement:
        """A statement quoting ``words`` from that outlet's text."""
        article = self.by_outlet[outlet]
        start = article.text.index(words)
        span = Evidence(article.id, "text", start, start + len(words))
        return Statement(_sentence(words), (outlet,), (span,))

    def together(self, said: Sequence[tuple[str, str]]) -> Statement:
        """A statement that several outlets make: worded by the first, evidence from each."""
        parts = [self.say(outlet, words) for outlet, words in said]
        return Statement(parts[0].text, tuple(outlet for outlet, _ in said), parts[0].evidence)


def _sentence(words: str) -> str:
    capital = words[0].upper() + words[1:]
    return capital if capital[-1] in ".!?…" else f"{capital}."


def _from_title(article: IssueArticle) -> Statement:
    span = Evidence(article.id, "title", 0, len(article.title))
    return Statement(article.title, (article.outlet,), (span,))


def _story_id(number: int) -> str:
    return f"{DAY.isoformat()}-{number:08x}"


def _articles(number: int, text: StoryText) -> tuple[IssueArticle, ...]:
    rated = outlets()
    filler = {
        domain: (f"{text.slug.capitalize()}: the view from {rated[domain].name}", "") for domain in text.also
    }
    rows = {**text.told, **filler}
    return tuple(
        _article(number, n, rated[domain], *pair, hours=n, opinion=domain in text.opinion)
        for n, (domain, pair) in enumerate(rows.items())
    )


def _article(
    number: int, n: int, outlet: IssueOutlet, title: str, text: str, *, hours: int, opinion: bool
) -> IssueArticle:
    url = f"https://www.{outlet.domain}/2026/08/13/story-{number}-{n}?ref=a&part=1"
    return IssueArticle(
        id=f"a-{number:04x}{n:04x}",
        guid=url,
        url=url,
        outlet=outlet.domain,
        leaning=outlet.leaning,
        side=outlet.side,
        title=title,
        published=AS_OF - timedelta(hours=20) + timedelta(minutes=37 * hours),
        kind="opinion" if opinion else "news",
        wire="",
        text=text,
    )


def _coverage(articles: Sequence[IssueArticle], wires: Sequence[WireNote]) -> Coverage:
    copies = {carrier for note in wires for carrier in note.carriers if carrier != note.outlet}
    count = dict.fromkeys(Side, 0)
    for article in articles:
        count[article.side] += article.outlet not in copies
    return Coverage(count[Side.LEFT], count[Side.CENTER], count[Side.RIGHT], count[Side.UNRATED])


def _main(number: int, text: StoryText) -> IssueStory:
    articles = _articles(number, text)
    source = Source({article.outlet: article for article in articles})
    words = StoryWords(
        headline=_from_title(articles[0]),
        dek=source.say(*text.dek) if text.dek else None,
        overview=tuple(source.say(*pair) for pair in text.overview),
        sides={
            side: tuple(source.say(*pair) for pair in pairs) for side, pairs in text.sides.items() if pairs
        },
        agreed=(source.together(text.agreed),) if text.agreed else (),
        disputed=(
            (Dispute(text.disputed[0], tuple(source.say(*pair) for pair in text.disputed[1])),)
            if text.disputed
            else ()
        ),
        only={},
        faq=(Question("Who decides?", (source.say(*text.overview[0]),)),) if text.overview else (),
        headlines={
            side: _from_title(next(a for a in articles if a.side == side))
            for side in Side
            if side is not Side.UNRATED and any(a.side == side for a in articles)
        },
    )
    history = (
        PastMention("2026-08-13", "2026-08-13-00000abc", f"Yesterday on the {text.slug}", 11),
        PastMention("2026-04-02", "2026-04-02-00000abd", f"How the {text.slug} began", 6, "related"),
    )
    wires = tuple(WireNote(*note) for note in text.wires)
    return IssueStory(
        id=_story_id(number),
        thread_id=f"t-{_story_id(number)}",
        words=words,
        coverage=_coverage(articles, wires),
        articles=articles,
        why="covered by all three sides",
        wires=wires,
        history=history if text.continued else (),
        new_articles=4 if text.continued else None,
    )


def _brief(number: int, text: StoryText) -> IssueStory:
    articles = _articles(number, text)
    return IssueStory(
        id=_story_id(number),
        thread_id=f"t-{_story_id(number)}",
        words=StoryWords(headline=_from_title(articles[0])),
        coverage=_coverage(articles, ()),
        articles=articles,
        why="next in line",
    )


def _blindspot(number: int, text: StoryText) -> IssueStory:
    brief = _brief(number, text)
    missing = Side.RIGHT if brief.coverage.left > brief.coverage.right else Side.LEFT
    return replace(brief, missing=missing, could_have=19 if missing is Side.RIGHT else 21)


# ── hostile variants ───────────────────────────────────────────────────────────────────────────────


def _retold(story: IssueStory, text: str) -> IssueStory:
    articles = tuple(replace(article, title=text, text=text) for article in story.articles)

    def said(statement: Statement) -> Statement:
        spans = tuple(replace(span, start=0, end=len(text)) for span in statement.evidence[:1])
        return replace(statement, text=text, evidence=spans)

    words = story.words
    return replace(
        story,
        articles=articles,
        words=StoryWords(
            headline=said(words.headline),
            dek=said(words.dek) if words.dek else None,
            overview=tuple(said(one) for one in words.overview),
            sides={side: tuple(said(one) for one in points) for side, points in words.sides.items()},
            agreed=tuple(said(one) for one in words.agreed),
            disputed=tuple(Dispute(text, tuple(said(one) for one in d.claims)) for d in words.disputed),
            only={side: tuple(said(one) for one in points) for side, points in words.only.items()},
            faq=tuple(Question(text, tuple(said(one) for one in q.answer)) for q in words.faq),
            headlines={side: said(one) for side, one in words.headlines.items()},
        ),
        wires=tuple(replace(note, wire=text) for note in story.wires),
        history=tuple(replace(mention, headline=text) for mention in story.history),
        thread=ThreadNote(merged=(_end(text),), split_from=_end(text)),
    )


def _end(text: str) -> ThreadEnd:
    return ThreadEnd("t-1", "2026-08-12", "2026-08-12-00000001", text)
