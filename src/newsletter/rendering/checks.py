"""Every check an issue must pass before it may go; implements `newsletter.ports.Checker`. Pure.

Names are stable, because an approver overrides by name: html-size, reading-time, template-leftovers, links,
unsubscribe, text-part, contrast, lang, title, color-scheme, alt-text, layout-tables, stories, evidence,
model-text (where a model writes), excerpts, supply, two-voices, balance, left-and-right.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from newsletter.domain.brand import Brand
from newsletter.domain.checks import Check, CheckLimits, Verdict
from newsletter.domain.issue import Issue, IssueStory, Mail
from newsletter.domain.leaning import SIDES, Side
from newsletter.domain.words import WritingLimits
from newsletter.ports import Verifier
from newsletter.rendering import wording
from newsletter.rendering.balance import INDEPENDENT, frame_gap, out_of_balance
from newsletter.rendering.evidence import statements, unsupported
from newsletter.rendering.mailchecks import MailChecks, check
from newsletter.rendering.trim import MAIN_STORIES


class IssueChecker:
    """Checks issues of one newsletter against its limits."""

    def __init__(
        self,
        limits: CheckLimits,
        brand: Brand,
        writing: WritingLimits | None = None,
        verifier: Verifier | None = None,
    ) -> None:
        """``verifier`` looks at a model's text once more; without one no such text passes."""
        self._limits = limits
        self._brand = brand
        self._verifier = verifier
        self._writing = writing or WritingLimits()

    def check(self, issue: Issue, mail: Mail) -> tuple[Check, ...]:
        """Mail first, then content; one line each, but for two-voices with one line a story."""
        return (
            *MailChecks(issue, mail, self._limits, self._brand).all(),
            self._stories(issue),
            self._evidence(issue),
            *self._model_text(issue),
            self._excerpts(issue),
            self._supply(issue),
            *self._two_voices(issue),
            self._balance(issue),
            self._left_and_right(issue),
        )

    def _stories(self, issue: Issue) -> Check:
        n = len(issue.stories)
        todo = "" if n >= MAIN_STORIES else "Gather from more outlets, or skip the day."
        verdict = Verdict.WARN if n else Verdict.FAIL
        return check(
            "stories", wording.plural(n, "main story", "main stories"), f"{MAIN_STORIES}", todo, verdict
        )

    def _evidence(self, issue: Issue) -> Check:
        wrong = unsupported(issue, self._verifier)
        todo = f"Drop or mend it; {wrong[0][0]}: {wrong[0][1]}" if wrong else ""
        return check("evidence", f"{statements(issue)} statements, {len(wrong)} unsupported", "0", todo)

    def _model_text(self, issue: Issue) -> Iterator[Check]:
        """How much of a model's text stands; a warning where it did not write all it was to write."""
        if issue.model is None:
            return
        figure, todo = wording.model_tally(issue.model), ""
        if issue.model.unanswered:
            reasons = wording.counted_reasons(issue.model.unanswered)
            todo = f"Those stories are extractive, which is in order ({reasons}). To ask again: `newsletter build`."
        yield check("model-text", figure, "only verified text stands", todo, Verdict.WARN)

    def _excerpts(self, issue: Issue) -> Check:
        """Promise 1's limits on what is taken from one article and one outlet (a lawyer's, not a reader's)."""
        longest = max(
            (len(one.text.split()) for story in issue.all_stories for one in story.words.statements()),
            default=0,
        )
        most = max((count for story in issue.all_stories for count in _taken(story).values()), default=0)
        limits = self._writing
        over = longest > limits.excerpt_words or most > limits.outlet_words
        todo = "Shorten the excerpt, or take another outlet's." if over else ""
        figure = f"longest {longest} words, most of one outlet in a story {most}"
        return check(
            "excerpts", figure, f"{limits.excerpt_words} and {limits.outlet_words}", todo, Verdict.WARN
        )

    def _supply(self, issue: Issue) -> Check:
        heard = {Side.LEFT: issue.supply.left, Side.RIGHT: issue.supply.right}
        wanted = {Side.LEFT: self._limits.supply_left, Side.RIGHT: self._limits.supply_right}
        short = [side for side in heard if heard[side] < wanted[side]]
        todo = ""
        if short:
            names = wording.listed([wording.lower(self._brand.labels[side]) for side in short])
            failed = f"; {wording.plural(issue.supply.failed_feeds, 'feed')} failed" * (
                issue.supply.failed_feeds > 0
            )
            todo = f"Few outlets heard: {names}{failed}. See `newsletter feeds`; the issue says so to its readers."
        verdict = Verdict.FAIL if self._limits.supply_stops else Verdict.WARN
        return check("supply", self._by_side(heard), f"{self._by_side(wanted)} outlets heard", todo, verdict)

    def _by_side(self, figures: dict[Side, int]) -> str:
        return ", ".join(f"{n} {wording.lower(self._brand.labels[side])}" for side, n in figures.items())

    def _two_voices(self, issue: Issue) -> Iterator[Check]:
        limit = f"{INDEPENDENT} independent outlets left and right"
        thin = [story for story in issue.stories if _thin(story)]
        if not thin:
            yield check("two-voices", f"{len(issue.stories)} of {len(issue.stories)} main stories", limit, "")
        for story in thin:
            counts = ", ".join(text for _, text in wording.counts(story.coverage, self._brand.labels))
            todo = f"“{story.words.headline.text[:60]}”: fine as news, thin as both sides; look at its place."
            yield Check("two-voices", counts, limit, Verdict.WARN, todo, where=story.id)

    def _balance(self, issue: Issue) -> Check:
        tolerance = self._limits.balance_tolerance
        off = out_of_balance(issue, tolerance)
        todo = ""
        if off:
            worst, gap = max(off.items(), key=lambda pair: abs(pair[1]))
            more = "more" if gap > 0 else "fewer"
            name = wording.lower(self._brand.labels[worst])
            todo = f"The {name} column has {abs(gap):.0%} {more} words than due: shorten or add a point."
        figure = "even" if not off else ", ".join(f"{side.value} {gap:+.0%}" for side, gap in off.items())
        return check("balance", figure, f"within {tolerance:.0%} of what was due", todo)

    def _left_and_right(self, issue: Issue) -> Check:
        """Who told the frame (headline, overview …): an overview by one side alone colours the story."""
        gap = frame_gap(issue)
        tolerance = self._limits.balance_tolerance
        side = "left" if gap > 0 else "right"
        todo = f"Headlines and overviews lean on outlets of the {side}." if abs(gap) > tolerance else ""
        return check(
            "left-and-right", f"{gap:+.0%} to the left", f"within {tolerance:.0%}", todo, Verdict.WARN
        )


def _thin(story: IssueStory) -> bool:
    return any(story.coverage.of(side) < INDEPENDENT for side in (Side.LEFT, Side.RIGHT))


def _taken(story: IssueStory) -> Counter[str]:
    """Words of each outlet in overview and points together."""
    taken: Counter[str] = Counter()
    points = (point for side in SIDES for point in story.words.sides.get(side, ()))
    for statement in {id(one): one for one in (*story.words.overview, *points)}.values():
        taken[statement.outlets[0] if statement.outlets else ""] += len(statement.text.split())
    return taken
