"""What a subscriber reads: the same in HTML and plain text, attributed, counted honestly, in the day's order."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest
from selectolax.lexbor import LexborHTMLParser

from newsletter.domain.brand import Brand
from newsletter.domain.issue import Issue, IssueStory, PastMention, Supply, WireNote
from newsletter.domain.leaning import SIDES, Side
from newsletter.domain.story import Coverage
from newsletter.domain.words import StoryWords
from tests.support.rendering_mail import PUBLIC_URL, hrefs, mail_of, read, renderer, seen
from tests.support.sample_issue import minimal_issue, quiet_issue, sample_issue


def with_first(issue: Issue, **changes: object) -> Issue:
    first: IssueStory = replace(issue.stories[0], **changes)  # type: ignore[arg-type]
    return replace(issue, stories=(first, *issue.stories[1:]))


def both(issue: Issue) -> tuple[str, str]:
    mail = mail_of(issue)
    return seen(mail), read(mail)


def test_the_dateline_tells_date_number_and_measured_reading_time() -> None:
    mail = mail_of(sample_issue())
    minutes, seconds = divmod(mail.reading_seconds, 60)
    for part in (seen(mail), read(mail)):
        assert f"Friday, August 14, 2026 · No. 228 · {minutes} min {seconds} s" in part


def test_reading_time_is_that_of_the_words_a_reader_sees() -> None:
    mail = mail_of(sample_issue())
    assert mail.words == len(seen(mail).split())
    assert (mail.reading_seconds - 1) * 238 / 60 < mail.words <= mail.reading_seconds * 238 / 60


def test_a_full_issue_stays_within_five_minutes_and_far_from_gmails_clip() -> None:
    mail = mail_of(sample_issue())
    assert mail.reading_seconds <= 300
    assert mail.html_bytes < 80_000


def test_the_order_of_parts_is_the_papers() -> None:
    headings = (
        "CORRECTION 7",
        "TODAY",
        "IN BRIEF",
        "BLINDSPOTS",
        "HOW THIS ISSUE WAS BALANCED",
        "Unsubscribe",
    )
    for part in both(sample_issue()):
        places = [part.lower().index(heading.lower()) for heading in headings]
        assert places == sorted(places)


@pytest.mark.parametrize("number", [228, 229, 230])
def test_sides_speak_in_the_order_of_the_issue(number: int) -> None:
    issue = sample_issue(number)
    labels = [f"the {side.value}" for side in issue.order]
    for part in both(issue):
        story = part[part.lower().index("headline and summary") :].lower()
        places = [story.index(label) for label in labels]
        assert places == sorted(places)


def test_over_three_issues_every_side_speaks_first_once() -> None:
    first = {re.search(r"Today the (\w+) speaks first", seen(mail_of(sample_issue(n))))[1] for n in (1, 2, 3)}  # type: ignore[index]
    assert first == {side.value for side in SIDES}


def test_counts_always_run_left_to_right_because_they_are_a_scale() -> None:
    for number in (1, 2, 3):
        assert "8 left · 5 center · 4 right · 1 unrated" in seen(mail_of(sample_issue(number)))


def test_unrated_outlets_are_counted_apart_and_never_as_center() -> None:
    html, _ = both(with_first(sample_issue(), coverage=Coverage(left=3, center=1, right=3, unrated=5)))
    assert "3 left · 1 center · 3 right · 5 unrated" in html


def test_a_wire_copy_in_many_outlets_is_said_to_count_once() -> None:
    for part in both(sample_issue()):
        assert "(1 wire story in 4 outlets counts once)" in part
    notes = (WireNote("a.example", "AP", ("a", "b", "c")), WireNote("b.example", "", ("d", "e")))
    for part in both(with_first(sample_issue(), wires=notes)):
        assert "(2 shared texts in 5 outlets count once each)" in part


def test_no_percentage_stands_anywhere_and_no_bar_under_five_outlets() -> None:
    few = with_first(sample_issue(), coverage=Coverage(left=2, center=1, right=1))
    html, text = both(few)
    assert "%" not in html
    assert "%" not in text.partition("LINKS")[0]
    bars = LexborHTMLParser(mail_of(few).html).css("div[role=img]")
    assert len(bars) == len(few.stories) - 1


def test_the_bar_speaks_in_letters_and_to_a_screen_reader() -> None:
    bar = LexborHTMLParser(mail_of(sample_issue()).html).css("div[role=img]")[0]
    assert bar.attributes["aria-label"] == "Coverage: 8 left, 5 center, 4 right and 1 unrated"
    assert [cell.text() for cell in bar.css("td") if cell.text()] == ["L", "C", "R", "U"]


def test_one_independent_outlet_never_speaks_for_its_side() -> None:
    for part in both(sample_issue()):
        assert "one outlet on the right, eagle review, opinion" in part.lower()
        assert "says: the ruling leaves the decision" in part.lower()
        assert part.lower().count("the right") >= 3


def test_a_silent_side_is_counted_and_not_explained() -> None:
    for part in both(sample_issue()):
        assert "None of the 19 outlets on the right heard today has this story." in part


def test_a_side_that_only_printed_copies_is_not_called_silent() -> None:
    issue = sample_issue()
    second = issue.stories[1]
    words = replace(second.words, sides={side: second.words.sides[side] for side in (Side.LEFT, Side.CENTER)})
    copied = replace(second, coverage=Coverage(left=4, center=4, right=0), words=words)
    html, _ = both(replace(issue, stories=(issue.stories[0], copied)))
    assert "No text of its own; 4 outlets on the right printed another's." in html


def test_a_side_without_an_excerpt_still_shows_its_count() -> None:
    issue = sample_issue()
    bare = StoryWords(headline=issue.stories[0].words.headline)
    html, _ = both(with_first(issue, words=bare))
    assert "8 outlets on the left; no excerpt, see full coverage." in html


def test_every_excerpt_is_followed_by_its_outlet_linked_to_the_article_it_came_from() -> None:
    issue = sample_issue()
    html = mail_of(issue).html
    for story in issue.stories:
        urls = {article.id: article.url.replace("&", "&amp;") for article in story.articles}
        points = [point for points in story.words.sides.values() for point in points[:1]]
        for statement in (*story.words.overview, *points):
            at = html.index(statement.text.replace("'", "&#39;"))
            around = html[max(0, at - 700) : at + len(statement.text) + 300]
            assert f'href="{urls[statement.evidence[0].article]}"' in around


def test_headlines_name_whose_they_are() -> None:
    for part in both(sample_issue()):
        assert "Headline and summary: Meridian News" in part
        assert "headline: Statehouse Report" in part


def test_a_dek_of_another_outlet_than_the_headlines_keeps_its_own_credit() -> None:
    issue = sample_issue()
    other = issue.stories[0].words.overview[1]
    html, _ = both(with_first(issue, words=replace(issue.stories[0].words, dek=other)))
    assert "under the compromise. (Harbor Standard) Headline: Meridian News" in html


def test_of_many_outlets_four_are_named_and_every_side_among_them() -> None:
    issue = sample_issue()
    story = issue.stories[0]
    left = [article.outlet for article in story.articles if article.side is Side.LEFT][:5]
    others = [next(a.outlet for a in story.articles if a.side is side) for side in (Side.CENTER, Side.RIGHT)]
    agreed = replace(story.words.agreed[0], outlets=(*left, *others))
    for part in both(with_first(issue, words=replace(story.words, agreed=(agreed,)))):
        told = part.partition("Ten Republicans voted for it.")[2].partition(")")[0]
        names = re.sub(r" \[\d+\]", "", told)
        assert names == " (Harbor Standard, Meridian News, Liberty Courier, Union Dispatch and 3 more"


def test_an_opinion_piece_is_called_one() -> None:
    assert "Eagle Review, opinion" in seen(mail_of(sample_issue()))


def test_what_is_new_is_dated_by_the_last_issue_that_had_the_story() -> None:
    issue = sample_issue()
    assert "New since yesterday: 4 articles" in seen(mail_of(issue))
    friday = (PastMention("2026-08-11", "x", "Earlier", 3),)
    html, _ = both(with_first(issue, history=friday, new_articles=1))
    assert "New since August 11, 2026: 1 article" in html


def test_blindspots_say_by_whom_and_out_of_how_many() -> None:
    for part in both(sample_issue()):
        assert (
            "Told by 6 outlets on the left and 1 outlet in the center; by none of the 19 outlets on the right"
            in part
        )
        assert "by one of the 21 outlets on the left heard today." in part


def test_a_correction_stands_above_the_days_stories_with_its_link() -> None:
    mail = mail_of(sample_issue())
    assert seen(mail).index("It carries 690 passengers.") < seen(mail).index("Today 1")
    assert f"{PUBLIC_URL}/stories/2026-08-12-ferry001" in hrefs(mail)


def test_a_quiet_day_and_a_thin_supply_are_said() -> None:
    for part in both(quiet_issue()):
        assert "A quiet day: two main stories." in part
        assert "Thin supply: only 5 outlets on the right heard today" in part
    assert "Thin supply" not in seen(mail_of(sample_issue()))
    few = replace(sample_issue(), supply=Supply(left=6, center=6, right=1, unrated=0, articles=90))
    for part in both(few):
        assert (
            "Thin supply: only 6 outlets on the left and 1 outlet on the right heard today, so what the sides"
            in part
        )


def test_the_notice_says_how_the_text_was_made() -> None:
    for part in both(sample_issue()):
        assert "Software chose them; no model wrote them." in part
        assert "language model" not in part


def test_a_models_parts_are_named_with_their_story_and_nowhere_else() -> None:
    issue = sample_issue()
    first, *others = issue.stories
    written = replace(first.words, overview=tuple(replace(one, made="model") for one in first.words.overview))
    for part in both(replace(issue, writer="model", stories=(replace(first, words=written), *others))):
        assert part.count("Written by a language model: overview") == 1
        assert "A language model wrote the parts named as such with each story" in part
    for part in both(replace(issue, writer="model")):  # it was to write and did not: an outage
        assert "no model wrote them" in part


def test_links_lead_to_story_report_archive_method_and_unsubscribing() -> None:
    mail = mail_of(sample_issue())
    for link in (
        f"{PUBLIC_URL}/stories/2026-08-14-00000001",
        f"{PUBLIC_URL}/stories/2026-08-14-00000001/report",
        f"{PUBLIC_URL}/issues/2026-08-14",
        f"{PUBLIC_URL}/how",
        f"{PUBLIC_URL}/u/-unsubscribe-token-",
        "mailto:editor@example.com",
    ):
        assert link in hrefs(mail)
        assert link in mail.text


def test_the_contents_list_jumps_to_the_stories() -> None:
    tree = LexborHTMLParser(mail_of(sample_issue()).html)
    for number in range(1, 6):
        assert tree.css(f'a[href="#story-{number}"]')
        assert tree.css(f'a[id="story-{number}"][name="story-{number}"]')


def test_subject_and_preheader_are_the_days_headlines() -> None:
    mail = mail_of(sample_issue())
    assert mail.subject == "Senate passes harbor bill after night of talks over who pays for dredging"
    assert mail.preheader.startswith("Also: Lakeside teachers and school board end")
    assert len(mail.preheader) <= 140
    assert seen(mail).startswith(mail.preheader)


def test_the_least_issue_there_can_be_renders() -> None:
    html, text = both(minimal_issue())
    assert "2 left · 0 center · 0 right" in html
    assert "IN BRIEF" not in text
    assert "BLINDSPOTS" not in text


def test_an_issue_of_briefs_only_renders_without_an_empty_contents_list() -> None:
    issue = replace(sample_issue(), stories=())
    html, text = both(issue)
    assert "TODAY" not in text
    assert "Governor signs order" in html


def test_dates_are_written_the_readers_way() -> None:
    british = renderer(Brand(locale="en_GB")).render(sample_issue())
    assert "Friday, 14 August 2026" in seen(british)
    new_year = replace(sample_issue(), date=date(2027, 1, 3))
    assert "Sunday, January 3, 2027" in seen(mail_of(new_year))


def test_the_same_issue_gives_the_same_bytes() -> None:
    again = renderer().render(sample_issue())
    assert again == mail_of(sample_issue())


def test_the_public_address_may_end_in_a_slash() -> None:
    mail = renderer(public_url="http://127.0.0.1:8080/").render(sample_issue())
    assert "http://127.0.0.1:8080/how" in hrefs(mail)


def test_a_logo_has_its_alt_text_and_replaces_the_name() -> None:
    brand = Brand(logo="https://news.example.com/logo.png", logo_alt="Both Sides")
    image = LexborHTMLParser(renderer(brand).render(sample_issue()).html).css_first("h1 img")
    assert image is not None
    assert image.attributes["alt"] == "Both Sides"


def test_shortened_stories_tell_less_and_keep_every_sides_column() -> None:
    issue = sample_issue()
    steps = [both(with_first(issue, shortened=step))[0] for step in range(4)]
    assert "Ten Republicans voted for it" in steps[0]
    assert "Who pays in the end" in steps[0]
    assert "Ten Republicans voted for it" not in steps[1]
    assert "Who pays in the end" in steps[1]
    assert "The House has its own version" in steps[1]
    assert "The House has its own version" not in steps[2]
    assert "Who pays in the end" in steps[2]
    assert "Who pays in the end" not in steps[3]
    for html in steps:
        assert "14,000 jobs" in html
        assert "groceries" in html


def test_only_the_readers_own_links_are_kept_from_the_providers_click_counter() -> None:
    links = LexborHTMLParser(mail_of(sample_issue()).html).css("a[href]")
    kept = [link.attributes["href"] for link in links if link.attributes.get("clicktracking") == "off"]
    assert kept == [href for href in hrefs(mail_of(sample_issue())) if "-token-" in href]
    assert len(kept) == 2
