"""Laws that hold for any texts whatever: evidence, bounds, hedges, silence of outlets that forbid quotes."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsletter.domain.article import Article
from newsletter.domain.story import Chosen
from newsletter.domain.words import Statement, WritingLimits
from newsletter.writing.evidence import holds
from newsletter.writing.sentences import sentences
from newsletter.writing.writer import ExtractiveWriter
from tests.support.writing_stories import LEANINGS, article, registry, story

CLAUSES = [
    "Corvane closed the Alder Bridge on Tuesday",
    "Nils Arden allegedly set fire to the depot",
    "police said",
    "according to the fire chief of Corvane",
    "a decision that angered shop owners",
    "who took office in May",
    "as crowds gathered in the square",
    "Mayor Tomas Orrin said the city “would not wait”",
    "but he gave no date",
    "Inspectors found cracks in two steel cables",
    "leaving 40,000 drivers without a crossing",
    "(see map)",
    "Governor Ines Talbot signed the harbor bill",
    "15 people were killed",
    "— the oldest in Veldt —",
    "“No one",
    "After months of talks",
    "Read more",
    "CORVANE (AP) — The council voted",
    "U.S. envoys left",
    "ﬁnal ßtraße",
    "İzmir",
]
JOINTS = [", ", " ", ". ", "; ", " — ", ".\n", "… ", "  ", " and ", "! "]
QUALIFIED = re.compile(r"\ballegedly\b|\baccording\b|\bpolice said\b", re.IGNORECASE)

clause = st.one_of(st.sampled_from(CLAUSES), st.text(max_size=25))
text = st.lists(st.tuples(clause, st.sampled_from(JOINTS)), max_size=9).map(
    lambda parts: "".join(a + b for a, b in parts)
)
outlets = st.sampled_from(sorted(LEANINGS))
pieces = st.lists(st.tuples(outlets, text, text), min_size=1, max_size=6)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(pieces, st.sets(outlets, max_size=2))
def test_every_statement_obeys_the_laws(drawn: list[tuple[str, str, str]], silent: AbstractSet[str]) -> None:
    articles = [article(domain, title, body, minutes=i) for i, (domain, title, body) in enumerate(drawn)]
    writer = ExtractiveWriter()
    words = writer.write(Chosen(story(articles), ""), registry(silent=tuple(silent)), brief=False)
    if words is None:
        return
    limits, by_id = WritingLimits(), {a.id: a for a in articles}
    spent: dict[str, int] = {}
    for said in words.statements():
        assert holds(said, articles)
        assert len(said.text.split()) <= limits.statement_words
        assert consecutive(said, by_id) <= limits.excerpt_words
        assert not set(said.outlets) & silent
        speaker = by_id[said.evidence[0].article].outlet
        assert speaker == said.outlets[0]
        spent[speaker] = spent.get(speaker, 0) + len(said.text.split())
        assert keeps_its_hedges(said, by_id)
    assert all(total <= limits.outlet_words for total in spent.values())
    assert sum(len(s.text.split()) for s in words.overview) <= limits.overview_words


def consecutive(said: Statement, by_id: Mapping[str, Article]) -> int:
    """The most words in a row that a statement takes from its article, counted word by word."""
    first = said.evidence[0]
    field = getattr(by_id[first.article], first.field)
    words = [m.span() for m in re.finditer(r"\S+", field)]
    taken = [any(e.start < end and start < e.end for e in said.evidence) for start, end in words]
    return max((len(list(run)) for kept, run in itertools.groupby(taken) if kept), default=0)


def keeps_its_hedges(said: Statement, by_id: Mapping[str, Article]) -> bool:
    """Every qualification in the sentence that a statement was taken from is in the statement.

    A title that a feed glued before the sentence, word for word, is no part of it.
    """
    span = said.evidence[0]
    if span.field == "title":
        return True
    field = by_id[span.article].text
    (home,) = [s for s in sentences(field) if s.start <= span.start < s.end]
    sentence = field[home.start : home.end].replace(by_id[span.article].title, "")
    return hedges(sentence) <= hedges(said.text)


def hedges(text: str) -> set[str]:
    return {found.lower() for found in QUALIFIED.findall(text)}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(2, 90), st.integers(2, 90), outlets, outlets)
def test_a_disputed_number_stands_nowhere_as_a_fact(one: int, other: int, first: str, second: str) -> None:
    said = "In Corvane, {} people were killed on Monday when the ferry Marlow sank."
    plain = "The ferry Marlow sank off Corvane on Monday, the harbor office said."
    articles = [
        article(first, "Ferry Marlow sinks", said.format(one), minutes=1),
        article(second, "Ferry Marlow sinks off Corvane", said.format(other), minutes=2),
        article("midland.example", "Ferry Marlow sinks in Corvane", plain, minutes=3),
    ]
    words = ExtractiveWriter().write(Chosen(story(articles), ""), registry(), brief=False)
    assert words is not None
    for dispute in words.disputed:
        numbers = {str(one), str(other)}
        assert all(any(n in claim.text for n in numbers) for claim in dispute.claims)
        told = [*words.overview, *words.agreed, *(a for q in words.faq for a in q.answer)]
        assert not any(n in said.text.split() for n in numbers for said in told)
