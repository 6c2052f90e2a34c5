"""Whether every statement of an issue stands on what it claims to stand on (promise 1). Pure."""

from __future__ import annotations

from collections.abc import Iterator

from newsletter.domain.issue import Issue, IssueArticle, IssueStory
from newsletter.domain.leaning import Side
from newsletter.domain.words import Cited, Place, Statement, consecutive_words
from newsletter.ports import Verifier

_STOPS = ".!?…"


def unsupported(issue: Issue, verifier: Verifier | None = None) -> tuple[tuple[str, str], ...]:
    """``(story id, what is wrong)`` of every statement that its evidence does not bear out.

    Evidence must lie inside an article of the story; a statement must name outlets, each with an article here.
    Extractive text must be its spans joined by one space, but for the initial capital and the final stop; a
    model's text must stand in the sentences it cites by the verifier's law, and without a verifier it does not; so
    must an editor's that still cites any. What an editor said on nobody's word but their own is not counted here.
    """
    return tuple(
        (story.id, f"{wrong}: “{statement.text[:60]}”")
        for story in issue.all_stories
        for place, side, statement in (*story.words.placed(), *_titles(story))
        if (wrong := _wrong(statement, story) or _unverified(statement, story, place, side, verifier))
    )


def _titles(story: IssueStory) -> Iterator[tuple[Place, Side | None, Statement]]:
    """The sides' own headlines, which stand beside the story's words."""
    for side, title in story.words.headlines.items():
        yield Place.HEADLINE, side, title


def _unverified(
    statement: Statement, story: IssueStory, place: Place, side: Side | None, verifier: Verifier | None
) -> str:
    if statement.made == "extract" or _own_word(statement):
        return ""
    if verifier is None:
        return f"{'a model' if statement.made == 'model' else 'an editor'}'s text that nobody verified"
    articles = {article.id: article for article in story.articles}
    texts = zip(statement.evidence, _spans(statement, articles), strict=True)
    cited = [
        Cited(" ".join((text or "").split()), articles[span.article].outlet, articles[span.article].side)
        for span, text in texts
    ]
    return verifier(statement, cited, place, side)


def _wrong(statement: Statement, story: IssueStory) -> str:
    if _own_word(statement):
        return ""
    articles = {article.id: article for article in story.articles}
    if not statement.evidence:
        return "no evidence"
    spans = list(_spans(statement, articles))
    if None in spans:
        return "evidence outside the articles of its story"
    if not statement.outlets or not set(statement.outlets) <= {article.outlet for article in story.articles}:
        return "attributed to no outlet of its story"
    if statement.made == "extract" and not same(statement.text, " ".join(span for span in spans if span)):
        return "text differs from its evidence"
    return ""


def _own_word(statement: Statement) -> bool:
    """An editor's sentence that names nobody else: it is marked as theirs wherever it stands."""
    return statement.made == "editor" and not statement.outlets and not statement.evidence


def _spans(statement: Statement, articles: dict[str, IssueArticle]) -> Iterator[str | None]:
    for span in statement.evidence:
        article = articles.get(span.article)
        field = "" if article is None else (article.title if span.field == "title" else article.text)
        inside = 0 <= span.start < span.end <= len(field)
        yield field[span.start : span.end] if inside else None


def in_a_row(said: Statement, story: IssueStory) -> int:
    """The most consecutive words that a statement takes from one field; a model's or editor's counts as it stands."""
    if said.made != "extract":
        return len(said.text.split())
    articles = {article.id: article for article in story.articles}
    spans: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for one in said.evidence:
        spans.setdefault((one.article, one.field), []).append((one.start, one.end))
    fields = {
        key: (articles[key[0]].title if key[1] == "title" else articles[key[0]].text)
        for key in spans
        if key[0] in articles
    }
    return max((consecutive_words(fields[key], spans[key]) for key in fields), default=0)


def same(text: str, source: str) -> bool:
    """Equal but for white space, the initial capital and the final stop."""
    return _bare(text) == _bare(source)


def _bare(text: str) -> str:
    plain = " ".join(text.split()).rstrip(_STOPS).rstrip()
    return plain[:1].lower() + plain[1:]


def statements(issue: Issue) -> int:
    return sum(len(story.words.statements()) for story in issue.all_stories)
