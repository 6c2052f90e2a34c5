"""Whether every statement of an issue stands on what it claims to stand on (promise 1). Pure."""

from __future__ import annotations

from collections.abc import Iterator

from newsletter.domain.issue import Issue, IssueArticle, IssueStory
from newsletter.domain.words import Statement, consecutive_words

_STOPS = ".!?…"


def unsupported(issue: Issue) -> tuple[tuple[str, str], ...]:
    """``(story id, what is wrong)`` of every statement that its evidence does not bear out.

    Evidence must lie inside an article of the story. Extractive text must be its spans joined by one space,
    but for the initial capital and the final stop; a statement must name outlets, each with an article here.
    """
    return tuple(
        (story.id, f"{wrong}: “{statement.text[:60]}”")
        for story in issue.all_stories
        for statement in (*story.words.statements(), *story.words.headlines.values())
        if (wrong := _wrong(statement, story, extractive=issue.writer == "extractive"))
    )


def _wrong(statement: Statement, story: IssueStory, *, extractive: bool) -> str:
    articles = {article.id: article for article in story.articles}
    if not statement.evidence:
        return "no evidence"
    spans = list(_spans(statement, articles))
    if None in spans:
        return "evidence outside the articles of its story"
    if not statement.outlets or not set(statement.outlets) <= {article.outlet for article in story.articles}:
        return "attributed to no outlet of its story"
    if extractive and not same(statement.text, " ".join(span for span in spans if span)):
        return "text differs from its evidence"
    return ""


def _spans(statement: Statement, articles: dict[str, IssueArticle]) -> Iterator[str | None]:
    for span in statement.evidence:
        article = articles.get(span.article)
        field = "" if article is None else (article.title if span.field == "title" else article.text)
        inside = 0 <= span.start < span.end <= len(field)
        yield field[span.start : span.end] if inside else None


def in_a_row(said: Statement, story: IssueStory, extractive: bool) -> int:
    """The most consecutive words that a statement takes from one field; a model's sentence counts as it stands."""
    if not extractive:
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
