"""The checks: each sees the fault it is there for, says a figure and what to do, and passes a good issue."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import pytest

from newsletter.domain.brand import Brand
from newsletter.domain.checks import CheckLimits, Verdict, failed
from newsletter.domain.document import document
from newsletter.domain.issue import Issue, IssueStory, Mail, ModelTally, Supply
from newsletter.domain.leaning import Side
from newsletter.domain.reading import issue_from
from newsletter.domain.words import Cited, Evidence, Place, Statement
from newsletter.rendering.balance import balance_of
from newsletter.rendering.checks import IssueChecker
from tests.support.rendering_mail import checks_of, mail_of, renderer
from tests.support.sample_issue import quiet_issue, sample_issue

NAMES = (
    "html-size", "reading-time", "template-leftovers", "links", "unsubscribe", "text-part", "contrast", "lang",
    "title", "color-scheme", "alt-text", "layout-tables", "stories", "evidence", "excerpts", "supply", "two-voices",
    "balance", "quotations", "side-links", "loaded-words", "left-and-right", "order",
)  # fmt: skip
"""The names are a contract: `newsletter approve --override NAME`."""


def changed(old: str, new: str, part: str = "html") -> Mail:
    mail = mail_of(sample_issue())
    text = getattr(mail, part)
    assert old in text
    return replace(mail, **{part: text.replace(old, new)})


def verdict(name: str, mail: Mail, issue: Issue | None = None) -> Verdict:
    return checks_of(issue or sample_issue(), mail)[name].verdict


def test_a_good_issue_passes_and_every_check_has_its_name() -> None:
    found = IssueChecker(CheckLimits(), Brand()).check(sample_issue(), mail_of(sample_issue()))
    assert tuple(dict.fromkeys(check.name for check in found)) == NAMES
    assert failed(found) == ()
    assert all(check.figure and check.limit for check in found)
    assert all(bool(check.todo) == (check.verdict is not Verdict.PASS) for check in found)


@pytest.mark.parametrize(
    ("size", "expected"),
    [(79_999, Verdict.PASS), (80_001, Verdict.WARN), (95_000, Verdict.WARN), (95_001, Verdict.FAIL)],
)
def test_size_warns_before_gmail_cuts_and_fails_where_it_may(size: int, expected: Verdict) -> None:
    mail = mail_of(sample_issue())
    grown = replace(mail, html=mail.html + " " * (size - mail.html_bytes))
    assert grown.html_bytes == size
    assert verdict("html-size", grown) is expected


def test_reading_time_counts_every_visible_word() -> None:
    mail = mail_of(sample_issue())
    padded = replace(mail, html=mail.html.replace("</body>", "<p>" + "word " * 60 + "</p></body>"))
    assert verdict("reading-time", padded) is Verdict.FAIL
    hidden = replace(mail, html=mail.html.replace("</body>", "<!-- " + "word " * 60 + "--></body>"))
    assert verdict("reading-time", hidden) is Verdict.PASS


@pytest.mark.parametrize("leftover", ["<mj-text>", "{{ x }}", "{% if %}", "-first-name-token-"])
def test_leftovers_of_a_template_are_seen(leftover: str) -> None:
    mail = mail_of(sample_issue())
    assert verdict("template-leftovers", replace(mail, html=mail.html + leftover)) is Verdict.FAIL


def test_leftovers_are_seen_in_the_text_and_the_subject_too() -> None:
    mail = mail_of(sample_issue())
    assert verdict("template-leftovers", replace(mail, text=mail.text + "{{ x }}")) is Verdict.FAIL
    assert verdict("template-leftovers", replace(mail, subject="Hello -unsubscribe-token-")) is Verdict.FAIL


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "/how",
        "javascript:x",
        "#nowhere",
        "http://",
        "mailto:nobody",
        "https://a b.example",
        "https://[::1",
    ],
)
def test_a_link_that_leads_nowhere_is_seen(bad: str) -> None:
    mail = changed('href="https://news.example.com/how"', f'href="{bad}"')
    assert verdict("links", mail) is Verdict.FAIL


def test_a_link_without_words_is_seen() -> None:
    assert verdict("links", changed(">How it is made</a>", "></a>")) is Verdict.FAIL


@pytest.mark.parametrize("part", ["html", "text"])
def test_a_mail_without_its_unsubscribe_link_fails(part: str) -> None:
    assert verdict("unsubscribe", changed("-unsubscribe-token-", "", part)) is Verdict.FAIL


def test_a_sentence_that_only_one_part_has_is_seen() -> None:
    assert verdict("text-part", changed("Classes resume", "Classes end", "text")) is Verdict.FAIL
    assert verdict("text-part", changed("Classes resume", "Classes end", "html")) is Verdict.FAIL


def test_a_link_that_the_text_lacks_is_seen() -> None:
    assert verdict(
        "text-part", changed("https://news.example.com/how", "https://news.example.com/who", "text")
    ) is (Verdict.FAIL)


def test_pale_text_is_seen_in_light() -> None:
    check = checks_of(sample_issue(), changed("color:#5c5750", "color:#b8b4ac"))["contrast"]
    assert check.verdict is Verdict.FAIL
    assert "In light" in check.todo


def test_text_that_stays_dark_on_dark_is_seen() -> None:
    check = checks_of(sample_issue(), changed(".mu,.mu>div{color:#b3aca0!important}", ""))["contrast"]
    assert check.verdict is Verdict.FAIL
    assert "In dark" in check.todo


def test_contrast_is_that_of_the_brands_worst_pair() -> None:
    worst = min(ratio for palette in (Brand().light, Brand().dark) for ratio in palette.contrasts().values())
    figure = float(checks_of(sample_issue())["contrast"].figure)
    assert worst - 0.06 <= figure <= 7


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("lang", '<html lang="en-US"', '<html lang="und"'),
        ("title", "<title>Both Sides in 5 Minutes, Friday, August 14, 2026</title>", "<title> </title>"),
        ("color-scheme", 'name="color-scheme"', 'name="colour-scheme"'),
        ("alt-text", "</h1>", '<img src="https://a.example/x.png"></h1>'),
        ("layout-tables", "</h1>", "<table><tr><td>x</td></tr></table></h1>"),
    ],
)
def test_what_screen_readers_and_clients_need_is_asked_for(name: str, old: str, new: str) -> None:
    assert verdict(name, changed(old, new)) is Verdict.FAIL


def test_decoration_may_have_an_empty_alt_text() -> None:
    assert (
        verdict("alt-text", changed("</h1>", '<img src="https://a.example/x.png" alt=""></h1>'))
        is Verdict.PASS
    )


def test_an_issue_without_main_stories_fails_and_with_one_warns() -> None:
    one = replace(sample_issue(), stories=sample_issue().stories[:1])
    none = replace(sample_issue(), stories=())
    assert checks_of(one)["stories"].verdict is Verdict.WARN
    assert checks_of(none)["stories"].verdict is Verdict.FAIL


def spoiled(**changes: object) -> Issue:
    """The sample with its first story's first point on the left changed."""
    issue = sample_issue()
    story = issue.stories[0]
    points = story.words.sides[Side.LEFT]
    bad = replace(points[0], **changes)  # type: ignore[arg-type]
    sides = {**story.words.sides, Side.LEFT: (bad, *points[1:])}
    return replace(
        issue, stories=(replace(story, words=replace(story.words, sides=sides)), *issue.stories[1:])
    )


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"evidence": ()}, "no evidence"),
        ({"evidence": (Evidence("a-none", "text", 0, 10),)}, "outside the articles"),
        ({"evidence": (Evidence("a-00010001", "text", 0, 9_999),)}, "outside the articles"),
        ({"evidence": (Evidence("a-00010001", "text", 5, 5),)}, "outside the articles"),
        ({"evidence": (Evidence("a-00010001", "text", -3, 5),)}, "outside the articles"),
        ({"outlets": ()}, "attributed to no outlet"),
        ({"outlets": ("elsewhere.example",)}, "attributed to no outlet"),
        ({"text": "Union leaders promised 14,000 jobs."}, "differs from its evidence"),
    ],
)
def test_a_statement_that_its_evidence_does_not_bear_out_is_seen(
    changes: dict[str, object], says: str
) -> None:
    check = checks_of(spoiled(**changes))["evidence"]
    assert check.verdict is Verdict.FAIL
    assert says in check.todo
    assert "2026-08-14-00000001" in check.todo


def test_a_models_words_are_held_against_the_sentences_they_cite_once_more() -> None:
    seen: list[tuple[str, Place, Side | None]] = []

    def verifier(said: Statement, cited: Sequence[Cited], place: Place, side: Side | None = None) -> str:
        seen.append((cited[0].text, place, side))
        return "number not in the source" if "14,000" in said.text else ""

    checker = IssueChecker(CheckLimits(), Brand(), verifier=verifier)

    def verdict_of(issue: Issue) -> Verdict:
        mail = mail_of(issue)
        return next(check.verdict for check in checker.check(issue, mail) if check.name == "evidence")

    assert verdict_of(spoiled(text="Leaders spoke of jobs.", made="model")) is Verdict.PASS
    assert seen
    assert verdict_of(spoiled(text="Union leaders promised 14,000 jobs.", made="model")) is Verdict.FAIL
    assert verdict_of(spoiled(evidence=(), made="model")) is Verdict.FAIL
    assert checks_of(spoiled(made="model"))["evidence"].verdict is Verdict.FAIL  # nobody verified it


def test_the_editor_sees_what_became_of_a_models_text() -> None:
    tally = ModelTally(5, 14, {"number not in the source": 2})
    check = checks_of(replace(sample_issue(), model=tally))["model-text"]
    assert check.figure == "the model's text: 14 of 16 sentences kept; dropped: 2 number not in the source"
    assert check.verdict is Verdict.PASS
    why = "models.example answered 503"
    gone = replace(tally, unanswered={why: 2}, todo={why: "Build again later."})
    outage = checks_of(replace(sample_issue(), model=gone))["model-text"]
    assert outage.verdict is Verdict.WARN
    assert outage.figure.endswith("2 of 5 stories not written by the model (models.example answered 503)")
    assert "Build again later." in outage.todo
    nothing = checks_of(replace(sample_issue(), model=ModelTally(5, 0, {}, {why: 5})))["model-text"]
    assert nothing.figure == "5 of 5 stories not written by the model (models.example answered 503)"
    assert "model-text" not in checks_of(sample_issue())


def test_the_initial_capital_and_the_final_stop_may_differ() -> None:
    issue = sample_issue()
    dek = issue.stories[0].words.dek
    assert dek is not None
    assert dek.text.startswith("Sends")
    assert checks_of(issue)["evidence"].verdict is Verdict.PASS


def test_long_excerpts_and_one_outlet_told_at_length_are_warned_of() -> None:
    issue = sample_issue()
    story = issue.stories[0]
    article = story.articles[0]
    whole = Statement(article.text, (article.outlet,), (Evidence(article.id, "text", 0, len(article.text)),))
    long = replace(story, words=replace(story.words, overview=(whole,)))
    check = checks_of(replace(issue, stories=(long, *issue.stories[1:])))["excerpts"]
    assert check.verdict is Verdict.WARN
    assert "longest 46 words" in check.figure


def test_a_sides_title_that_its_outlet_did_not_set_fails() -> None:
    issue = sample_issue()
    story = issue.stories[0]
    side, said = next(iter(story.words.headlines.items()))
    false = replace(story.words, headlines={side: replace(said, text="Ferry line sinks in scandal")})
    check = checks_of(replace(issue, stories=(replace(story, words=false), *issue.stories[1:])))["evidence"]
    assert check.verdict is Verdict.FAIL


def test_words_between_excerpts_are_not_counted_as_words_in_a_row() -> None:
    issue = sample_issue()
    story = issue.stories[0]
    article = story.articles[0]
    words = [m.span() for m in re.finditer(r"\S+", article.text)]
    spans = (
        Evidence(article.id, "text", 0, words[17][1]),
        Evidence(article.id, "text", words[20][0], words[36][1]),
    )
    said = Statement(" ".join(article.text[e.start : e.end] for e in spans), (article.outlet,), spans)
    cut = replace(story, words=replace(story.words, overview=(said,)))
    check = checks_of(replace(issue, stories=(cut, *issue.stories[1:])))["excerpts"]
    assert check.verdict is Verdict.PASS


def test_thin_supply_warns_and_stops_only_where_asked() -> None:
    thin = replace(quiet_issue(), supply=Supply(12, 9, 5, 1, 210, failed_feeds=3))
    check = checks_of(thin)["supply"]
    assert check.verdict is Verdict.WARN
    assert "right; 3 feeds failed" in check.todo
    assert checks_of(thin, limits=CheckLimits(supply_stops=True))["supply"].verdict is Verdict.FAIL


def test_each_main_story_with_a_side_of_one_is_named() -> None:
    issue = sample_issue()
    found = IssueChecker(CheckLimits(), Brand()).check(issue, mail_of(issue))
    named = [check.where for check in found if check.name == "two-voices"]
    assert named == [issue.stories[2].id, issue.stories[4].id]


def test_a_short_column_fails_the_balance_check() -> None:
    def cut(story: IssueStory) -> IssueStory:
        point = story.words.sides.get(Side.RIGHT, ())
        short = tuple(replace(one, text="No.") for one in point)
        return replace(story, words=replace(story.words, sides={**story.words.sides, Side.RIGHT: short}))

    issue = sample_issue()
    check = checks_of(replace(issue, stories=tuple(map(cut, issue.stories))))["balance"]
    assert check.verdict is Verdict.FAIL
    assert "right" in check.figure


def test_a_frame_told_by_one_side_only_is_warned_of() -> None:
    issue = sample_issue()

    def lean(story: IssueStory) -> IssueStory:
        left = story.words.sides[Side.LEFT]
        return replace(
            story,
            words=replace(story.words, headline=left[0], dek=None, overview=left, agreed=(), disputed=()),
        )

    check = checks_of(replace(issue, stories=tuple(map(lean, issue.stories))))["left-and-right"]
    assert check.verdict is Verdict.WARN
    assert "of the left" in check.todo


def _told_by_one_side(issue: Issue, side: Side) -> Issue:
    """Every part of the frame taken from that side's outlets."""

    def lean(story: IssueStory) -> IssueStory:
        said = story.words.sides.get(side, ())
        if not said:
            return story
        words = replace(
            story.words, headline=said[0], dek=said[0], overview=said * 3, agreed=said, disputed=()
        )
        return replace(story, words=words)

    return replace(issue, stories=tuple(map(lean, issue.stories)))


@pytest.mark.parametrize("name", ["quotations", "side-links"])
def test_a_side_that_supplies_nearly_every_excerpt_fails(name: str) -> None:
    issue = _told_by_one_side(sample_issue(), Side.LEFT)
    check = checks_of(issue)[name]
    assert check.verdict is Verdict.FAIL
    assert "left +" in check.figure
    assert "of the left" in check.todo
    assert checks_of(issue, limits=CheckLimits(quotations_tolerance=3, links_tolerance=3))[name].todo == ""


def test_a_side_without_two_outlets_anywhere_fails_no_balance() -> None:
    issue = _told_by_one_side(sample_issue(), Side.LEFT)
    alone = tuple(
        replace(story, coverage=replace(story.coverage, center=1, right=1)) for story in issue.stories
    )
    found = checks_of(replace(issue, stories=alone))
    for name in ("balance", "quotations", "side-links", "loaded-words"):
        assert found[name].verdict is Verdict.PASS, name


def test_points_more_loaded_than_their_sides_coverage_fail() -> None:
    def stir(story: IssueStory) -> IssueStory:
        said = tuple(
            replace(one, text="A furious, brutal and shameful tirade.")
            for one in story.words.sides.get(Side.RIGHT, ())
        )
        return replace(story, words=replace(story.words, sides={**story.words.sides, Side.RIGHT: said}))

    issue = sample_issue()
    shrill = replace(issue, stories=tuple(map(stir, issue.stories)))
    check = checks_of(shrill)["loaded-words"]
    assert check.verdict is Verdict.FAIL
    assert "The right column" in check.todo
    shriller = tuple(
        replace(
            story,
            articles=tuple(replace(a, title="Furious brutal shameful", text="") for a in story.articles),
        )
        for story in shrill.stories
    )
    assert checks_of(replace(shrill, stories=shriller))["loaded-words"].verdict is Verdict.PASS


def test_an_order_that_does_not_rotate_fails() -> None:
    issue = sample_issue(2)
    stuck = replace(issue, order=tuple(reversed(issue.order)))
    assert checks_of(stuck)["order"].verdict is Verdict.FAIL
    assert checks_of(issue)["order"].verdict is Verdict.PASS


def test_each_story_has_its_own_line_of_the_audit() -> None:
    issue = sample_issue()
    by_story = balance_of(issue)["by_story"]
    assert isinstance(by_story, dict)
    assert list(by_story) == [story.id for story in issue.stories]
    for side in ("left", "center", "right"):
        total = sum(row[side]["quotations"] for row in by_story.values() if row[side]["due"])
        assert total == balance_of(issue)[side]["quotations"]  # type: ignore[index]


def test_the_balance_figures_count_hearings_not_outlets() -> None:
    audit = balance_of(sample_issue())
    left, right = audit["left"], audit["right"]
    assert isinstance(left, dict)
    assert isinstance(right, dict)
    assert (left["hearings_due"], right["hearings_due"]) == (5, 3)
    assert abs(left["gap"]) < 0.2
    assert abs(right["gap"]) < 0.2
    assert left["first"] == 5
    assert left["position"] == 1


def test_the_issue_made_again_from_its_document_renders_to_the_same_mail() -> None:
    issue = replace(sample_issue(), stories=tuple(replace(s, shortened=1) for s in sample_issue().stories))
    mail = mail_of(issue)
    again = issue_from(document(issue, mail, (), balance_of(issue)))
    assert mail_of(again) == mail


def test_checks_hold_for_every_turn_of_the_order() -> None:
    for number in (1, 2, 3):
        issue = sample_issue(number)
        assert not failed(IssueChecker(CheckLimits(), Brand()).check(issue, renderer().render(issue)))
