"""Articles on one event come together, all others stay apart, and it does not matter in which order they came."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.domain.article import Article, Kind
from newsletter.errors import UsageError
from newsletter.ports import Background
from newsletter.stories.attach import Bar, attach
from newsletter.stories.bridges import bridges
from newsletter.stories.edges import Edges
from newsletter.stories.group import FAMILY_SHARE, WAIST, Grouping
from newsletter.stories.linkage import EASE, LARGE, Linkage
from newsletter.stories.recurring import without_series
from newsletter.stories.rows import group_rows
from tests.support.stories_articles import ANGLES, CENTER, EVENTS, LEFT, RIGHT, article, registry, report

PRESS = registry()
DAY = [
    report(event, domain, angle, hours=1 + angle)
    for event in EVENTS
    for angle, domain in enumerate((LEFT[0], CENTER[0], RIGHT[0], LEFT[1], RIGHT[1]))
]
MIXED = [
    *DAY,
    report("dam", LEFT[5], 2, kind=Kind.OPINION),
    report("ferry", RIGHT[5], 3, kind=Kind.LIVE),
    article(CENTER[4], "Winning numbers for the midweek draw", kind=Kind.SERVICE),
    article(
        CENTER[5],
        "Dam breach; mayor resigns; ferry strike",
        "Our morning look at the news.",
        kind=Kind.ROUNDUP,
    ),
]


def partition(articles: list[Article]) -> set[frozenset[str]]:
    return {frozenset(one.id for one in story.articles) for story in Grouping()(articles, PRESS)}


def ids(articles: list[Article]) -> frozenset[str]:
    return frozenset(one.id for one in articles)


def test_each_event_of_the_day_is_one_story() -> None:
    assert partition(DAY) == {ids([one for one in DAY if one.guid.startswith(event)]) for event in EVENTS}


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from(MIXED), unique=True), st.randoms(use_true_random=False))
def test_stories_partition_the_articles_whatever_their_order(chosen: list[Article], random: object) -> None:
    stories = Grouping()(chosen, PRESS)
    assert sorted(one.id for story in stories for one in story.articles) == sorted(one.id for one in chosen)
    for story in stories:
        assert story.key == story.articles[0].id
        assert list(story.articles) == sorted(story.articles, key=lambda one: (one.published, one.id))
        assert 0 <= story.cohesion <= 1
        assert 0 <= story.confidence <= 1
    shuffled = list(chosen)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert Grouping()(shuffled, PRESS) == stories


def test_an_unrelated_article_changes_no_other_story() -> None:
    stray = article(
        LEFT[7], "Botanists rediscover orchid in abandoned quarry", "It had last bloomed decades ago."
    )
    assert partition([*DAY, stray]) == partition(DAY) | {frozenset({stray.id})}


def test_a_roundup_never_joins_the_stories_it_lists() -> None:
    text = " ".join(text for _, text in EVENTS.values())
    for roundup in (
        article(CENTER[6], "What you missed", text, kind=Kind.ROUNDUP),
        article(
            CENTER[6], "Dam breach in Harrow Valley; mayor Lindqvist resigns; ferry strike on Skarn", text
        ),
        article(CENTER[6], "Morning briefing: dam breach and ferry strike", text),
        article(CENTER[6], "Dam, mayor, ferry", text, path="/newsletters/dawn/dam-mayor-ferry"),
    ):
        assert partition([*DAY, roundup]) == partition(DAY) | {frozenset({roundup.id})}


@pytest.mark.parametrize("kind", [Kind.OPINION, Kind.LIVE])
def test_a_column_or_live_page_follows_the_story_it_is_about(kind: Kind) -> None:
    follower = report("mayor", RIGHT[6], 4, kind=kind)
    mayor = ids([*(one for one in DAY if one.guid.startswith("mayor")), follower])
    assert mayor in partition([*DAY, follower])


def test_a_column_on_two_events_does_not_make_them_one() -> None:
    bridge = article(
        LEFT[6],
        "Dam breach and ferry strike: a government asleep",
        f"{EVENTS['dam'][1]} {EVENTS['ferry'][1]}",
        kind=Kind.OPINION,
    )
    with_bridge = partition([*DAY, bridge])
    assert {group - {bridge.id} for group in with_bridge} - {frozenset()} == partition(DAY)


def test_the_same_words_weeks_apart_are_two_events() -> None:
    early, late = report("ferry", LEFT[0], hours=1), report("ferry", RIGHT[0], 2, hours=24 * 21)
    assert partition([early, late]) == {frozenset({early.id}), frozenset({late.id})}


def test_stories_of_one_running_affair_share_a_family() -> None:
    first = [report("dam", domain, angle) for angle, domain in enumerate((LEFT[0], CENTER[0], RIGHT[0]))]
    titles = (
        "Ministry admits Harrow Valley dam skipped checks",
        "Harrow Valley spillway never checked, minister admits",
    )
    text = "The spillway of the dam was never inspected, the ministry admitted in a letter to villages downstream."
    second = [article(domain, title, text) for domain, title in zip((LEFT[1], RIGHT[1]), titles, strict=True)]
    stories = Grouping(threshold=0.33)(
        [*first, *second, *(one for one in DAY if one.guid.startswith("bank"))], PRESS
    )
    families = {
        story.family for story in stories if not any(one.guid.startswith("bank") for one in story.articles)
    }
    assert len(families) == 1
    assert len(stories) == 3
    assert len({story.family for story in stories}) == 2


def test_reports_in_the_same_words_are_surer_to_be_one_event_than_those_held_by_a_few() -> None:
    dam = [one for one in DAY if one.guid.startswith("dam")]
    cousin = article(
        LEFT[7], "Harrow Valley dam engineers honoured", "The institute gave its medal to three engineers."
    )
    (clear,) = (story for story in Grouping()(dam, PRESS) if len(story.articles) > 1)
    (loose,) = (story for story in Grouping(threshold=0.1)([*dam, cousin], PRESS) if cousin in story.articles)
    assert clear.confidence > loose.confidence
    assert {story.confidence for story in Grouping()([cousin], PRESS)} == {1.0}


def test_two_close_bodies_of_reports_with_little_between_them_stay_two_stories() -> None:
    """However alike they are by the bar; where they are as close to each other as each is in itself, they are one."""
    first, second = (0, 1, 2), (3, 4, 5)
    own = {pair: 0.5 for body in (first, second) for pair in combinations(body, 2)}
    for between, stories in ((0.2, 2), (0.45, 1)):
        pairs = own | {(one, other): between for one in first for other in second}
        linkage = Linkage(Edges.of(6, pairs))
        linkage.join_until(0.2, waist=WAIST)
        assert len(linkage.groups()) == stories
        linkage.join_until(0.2)
        assert linkage.groups() == [[0, 1, 2, 3, 4, 5]], "without the waist the bar alone would join them"


@settings(deadline=None)
@given(
    st.dictionaries(
        st.tuples(st.integers(0, 8), st.integers(0, 8)).filter(lambda p: p[0] < p[1]),
        st.integers(5, 100).map(lambda n: n / 100),
    ),
    st.floats(0.05, 0.5),
)
def test_a_waist_only_keeps_apart_what_the_bar_would_join_over_links(
    pairs: dict[tuple[int, int], float], bar: float
) -> None:
    """Every row comes out once, and no group holds a row that no pair leads to from the others."""
    linkage = Linkage(Edges.of(9, pairs))
    linkage.join_until(bar, waist=WAIST)
    groups = linkage.groups()
    assert sorted(row for group in groups for row in group) == list(range(9))
    for group in (group for group in groups if len(group) > 1):
        assert all(
            any(tuple(sorted((row, other))) in pairs for other in group if other != row) for row in group
        )


def plainly_joined(
    groups: list[list[int]], pairs: dict[tuple[int, int], float], bar: float, waist: float = 0.0
) -> list[list[int]]:
    """What `Linkage` says of itself, looked up anew before every join."""

    def total(one: list[int], other: list[int]) -> float:
        return sum(pairs.get((min(a, b), max(a, b)), 1.0 if a == b else 0.0) for a in one for b in other)

    def mean(one: list[int], other: list[int]) -> float:
        return total(one, other) / (len(one) * len(other))

    def likeness(one: list[int], other: list[int]) -> float:
        return round(mean(one, other) / (mean(one, one) * mean(other, other)) ** EASE, 9)

    def own(group: list[int]) -> float:
        return (total(group, group) - len(group)) / (len(group) * (len(group) - 1))

    def apart(one: list[int], other: list[int]) -> bool:
        if min(len(one), len(other)) < 2 or len(one) + len(other) < LARGE:
            return False
        return mean(one, other) < waist * min(own(one), own(other))

    while alike := [
        (-likeness(one, other), one, other)
        for one, other in combinations(groups, 2)
        if likeness(one, other) >= bar and not apart(one, other)
    ]:
        _, one, other = min(alike)
        groups = sorted([sorted(one + other), *(group for group in groups if group not in (one, other))])
    return groups


@settings(deadline=None, max_examples=200)
@given(
    st.dictionaries(
        st.tuples(st.integers(0, 11), st.integers(0, 11)).filter(lambda p: p[0] < p[1]),
        st.integers(6, 100).map(lambda n: n / 97),
        min_size=8,
    ),
    st.floats(0.03, 0.4),
    st.sampled_from([0.0, WAIST, 0.9]),
)
def test_the_quick_joining_is_the_plain_one(
    pairs: dict[tuple[int, int], float], bar: float, waist: float
) -> None:
    linkage = Linkage(Edges.of(12, pairs))
    linkage.join_until(bar, waist=waist)
    stories = linkage.groups()
    assert stories == plainly_joined([[row] for row in range(12)], pairs, bar, waist)
    linkage.join_until(bar * FAMILY_SHARE)
    assert linkage.groups() == plainly_joined(stories, pairs, bar * FAMILY_SHARE)


def test_a_piece_as_near_to_one_story_as_to_another_joins_neither() -> None:
    """A pair is a rival too; only where one story leads clearly does a single piece go to it."""
    links = [{}, {}, {}, {}, {}, {}, {0: 0.3, 1: 0.3, 2: 0.3, 4: 0.25, 5: 0.25}]
    groups, bar = [[0, 1, 2, 3], [4, 5], [6]], Bar(0.2, size=4)
    assert attach(groups, [6], links, [bar]) == [[0, 1, 2, 3], [4, 5], [6]]
    links[6] |= {4: 0.15, 5: 0.15}
    assert attach(groups, [6], links, [bar]) == [[0, 1, 2, 3, 6], [4, 5]]


def test_a_report_that_shares_one_big_word_with_a_story_stays_out_of_it() -> None:
    stray = article(LEFT[7], "Harrow bakers win prize", "Bread from Harrow took gold at the county fair.")
    assert frozenset({stray.id}) in partition([*DAY, stray])


def test_a_story_keeps_its_articles_together_as_the_day_goes_on() -> None:
    """What is together at noon is together at night, when other events have come in."""
    noon = [one for one in DAY if one.guid.startswith(("dam", "bank"))]
    night = partition(DAY)
    for story in partition(noon):
        assert any(story <= later for later in night)


def test_nothing_and_wordless_articles_are_grouped_without_harm() -> None:
    assert Grouping()([], PRESS) == ()
    silent = [article(domain, title) for domain, title in ((LEFT[0], "…"), (RIGHT[0], "!"))]
    assert partition(silent) == {frozenset({one.id}) for one in silent}


def test_a_background_makes_the_days_big_word_rare_again() -> None:
    """When the whole window is one event, only earlier days can tell that its words are rare."""
    day = [one for one in DAY if one.guid.startswith("vaccine")]
    known = Background(10_000, {"said": 9_000})
    assert len(Grouping(background=known)(day, PRESS)) <= len(Grouping()(day, PRESS))


def test_rows_come_back_in_their_order_with_the_story_of_each() -> None:
    rows = [
        {
            "id": one.id,
            "title": one.title,
            "description": one.text,
            "url": one.url,
            "outlet": one.outlet,
            "published": one.published.isoformat(),
        }
        for one in DAY
    ]
    found = group_rows(rows)
    assert [row["id"] for row in found] == [one.id for one in DAY]
    by_story: dict[str, set[str]] = {}
    for row in found:
        by_story.setdefault(row["story_id"], set()).add(row["id"])
    assert {frozenset(group) for group in by_story.values()} == partition(DAY)


def test_rows_may_lack_everything_but_id_and_title() -> None:
    title = EVENTS["mayor"][0]
    found = group_rows([
        {"id": "1", "title": title, "description": None, "published": None},
        {"id": 2, "title": title, "published": "yesterday"},
        {"id": "3", "title": title, "published": datetime(2031, 5, 6, tzinfo=UTC).isoformat()},
        {"id": "4", "title": None, "published": "2031-05-06T08:00:00"},
    ])  # fmt: skip
    assert [row["id"] for row in found] == ["1", "2", "3", "4"]
    assert len({row["story_id"] for row in found[:3]}) == 1


@pytest.mark.parametrize("rows", [[{"title": "no id"}], [{"id": "a"}, {"id": "a"}]])
def test_rows_without_an_id_of_their_own_are_refused_with_their_number(rows: list[dict[str, object]]) -> None:
    with pytest.raises(UsageError) as refused:
        group_rows(rows)
    assert refused.value.fields["row"] == len(rows)


@given(
    st.dictionaries(
        st.tuples(st.integers(0, 5), st.integers(0, 5)).filter(lambda p: p[0] < p[1]), st.just(0.5)
    )
)
def test_edges_are_the_same_as_pairs_by_row_and_among_some(pairs: dict[tuple[int, int], float]) -> None:
    edges = Edges.of(6, pairs)
    assert edges.pairs() == pairs
    assert edges.links() == [
        {(set(pair) - {row}).pop(): value for pair, value in pairs.items() if row in pair} for row in range(6)
    ]
    assert edges.links([2])[2] == edges.links()[2]
    some = {0, 2, 4}
    assert edges.among(some).pairs() == {
        pair: value for pair, value in pairs.items() if some.issuperset(pair)
    }


LAND, RUBBLE = "Minister lays claim to Corvath Strait", "The minister spoke on the Corvath Strait at a rally."
CLAIM = [
    article(domain, f"{before}{LAND}", f"{RUBBLE} {after}")
    for domain, (before, after) in zip((*LEFT[:3], *RIGHT[:3]), ANGLES, strict=True)
]
OTHERS = [one for one in DAY if not one.guid.startswith("dam")]


def test_a_report_of_another_matter_of_the_same_place_leaves_the_story() -> None:
    """It shares the strait's name, that is named elsewhere too; what it is about stands in nobody else's report."""
    ships = article(
        CENTER[0],
        "Corvath Strait minister counts herring shoals and whales",
        "Biologists aboard trawlers logged porpoises, whales and herring shoals of the Corvath Strait.",
    )
    elsewhere = article(CENTER[2], "Swimmer crosses Corvath Strait", "A swimmer, aged 70, did it by night.")
    loose = Grouping(threshold=0.1)
    stories = loose([*CLAIM, ships, elsewhere, *OTHERS], PRESS)
    told = next(story for story in stories if CLAIM[0] in story.articles)
    assert set(CLAIM) <= set(told.articles)
    assert ships not in told.articles
    assert next(story for story in stories if ships in story.articles).articles == (ships,)


LISTS = [
    *(one for one in MIXED if one.kind in {Kind.ROUNDUP, Kind.SERVICE}),
    article(
        CENTER[6],
        "Morning briefing: dam breach and ferry strike",
        " ".join(text for _, text in EVENTS.values()),
    ),
    article(LEFT[6], "What you missed", f"{EVENTS['mayor'][1]} {EVENTS['bank'][1]}", kind=Kind.ROUNDUP),
]


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.sampled_from(MIXED[: len(DAY) + 2]), unique=True),
    st.lists(st.sampled_from(LISTS), unique=True),
)
def test_roundups_and_service_pieces_change_nothing_in_how_all_others_are_grouped(
    chosen: list[Article], lists: list[Article]
) -> None:
    """Not only which are together: families, cohesion and confidence too."""
    stories = Grouping()(chosen, PRESS)
    with_lists = Grouping()([*chosen, *lists], PRESS)
    assert tuple(story for story in with_lists if not set(story.articles) & set(lists)) == stories
    assert sorted(len(story.articles) for story in with_lists if set(story.articles) & set(lists)) == [
        1
    ] * len(lists)


@given(st.integers(3, 6), st.integers(2, 4))
def test_a_piece_whose_neighbours_are_unlike_each_other_bridges_nothing(events: int, each: int) -> None:
    """By likenesses alone: whatever its title says, a piece equally like several events joins none of them."""
    rows = events * each
    pairs = {(a, b): 0.6 for a, b in combinations(range(rows), 2) if a // each == b // each}
    like_all = pairs | {(row, rows): 0.3 for row in range(0, rows, each)}
    found = bridges(Edges.of(rows + 1, like_all), 0.22)
    assert found == ({rows} if events >= 4 else set())


SERIES = "The Lantern Hour, episode {}: {} {}"


def test_what_comes_back_under_one_title_is_a_series_and_no_report() -> None:
    past = [article(LEFT[0], SERIES.format(n, "May", n), hours=24 * (9 - n)) for n in range(2, 9)]
    today = article(LEFT[0], SERIES.format(9, "May", 9))
    same_elsewhere = article(RIGHT[0], today.title)
    other = article(LEFT[0], "Harrow Valley dam gives way")
    marked = without_series([today, same_elsewhere, other], past)
    assert [one.kind for one in marked] == [Kind.ROUNDUP, Kind.NEWS, Kind.NEWS]
    assert without_series([today], past[-1:])[0].kind == Kind.NEWS, (
        "twice may be one report and its late copy"
    )
    assert without_series(past[:1], past)[0].kind == Kind.NEWS, "what came later plays no part in what it was"
    opinion = article(LEFT[0], SERIES.format(9, "May", 9), kind=Kind.OPINION)
    assert without_series([opinion], past)[0].kind == Kind.OPINION
