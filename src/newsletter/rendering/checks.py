"""Every check an issue must pass before it may go; implements `newsletter.ports.Checker`. Pure.

Names are stable, because an approver overrides by name: html-size, reading-time, template-leftovers, links,
unsubscribe, text-part, contrast, lang, title, color-scheme, alt-text, layout-tables, stories, evidence,
model-text (where a model writes), edited (where an editor changed something), excerpts, supply, two-voices,
balance, quotations, side-links, loaded-words, left-and-right, order.
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
from newsletter.rendering.balance import INDEPENDENT
from newsletter.rendering.balancechecks import BalanceChecks
from newsletter.rendering.evidence import in_a_row, statements, unsupported
from newsletter.rendering.mailchecks import MailChecks, check, told
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
            *MailChecks(tuple(told(issue)), mail, self._limits, self._brand).all(),
            self._stories(issue),
            self._evidence(issue),
            *self._model_text(issue),
            *self._edited(issue),
            self._excerpts(issue),
            self._supply(issue),
            *self._two_voices(issue),
            *BalanceChecks(issue, self._limits, self._brand).all(),
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
        figure, todo = wording.model_tally(issue.model), wording.model_todo(issue.model)
        yield check("model-text", figure, "only verified text stands", todo, Verdict.WARN)

    def _edited(self, issue: Issue) -> Iterator[Check]:
        """What an editor changed: a warning where the passages do not bear it out, or a change met nothing."""
        said = [one for story in issue.all_stories for one in story.words.edited()]
        missed = [one for one in issue.edits if one.missed]
        if not said and not missed:
            return
        own = sum(not one.evidence for one in said)
        figure = f"{wording.plural(len(said), 'sentence')} edited, {own} without a passage"
        notes = (
            [f"{wording.plural(len(missed), 'change')} met nothing ({missed[0].missed})"] if missed else []
        )
        todo = "They stand on the editor's word alone, and say so." if own else ""
        also = f" Look at the record: {missed[0].what}." if missed else ""
        yield check(
            "edited", "; ".join([figure, *notes]), "0 without a passage", (todo + also).strip(), Verdict.WARN
        )

    def _excerpts(self, issue: Issue) -> Check:
        """Promise 1's limits on what is taken from one article and one outlet (a lawyer's, not a reader's)."""
        limits = self._writing
        pairs = [(one, story) for story in issue.all_stories for one in story.words.statements()]
        longest = max((in_a_row(one, story) for one, story in pairs), default=0)
        whole = max((len(one.text.split()) for one, _ in pairs), default=0)
        most = max((count for story in issue.all_stories for count in _taken(story).values()), default=0)
        over = longest > limits.excerpt_words or whole > limits.statement_words or most > limits.outlet_words
        todo = "Shorten the excerpt, or take another outlet's." if over else ""
        figure = f"longest {longest} words in a row, {whole} in all, most of one outlet in a story {most}"
        limit = f"{limits.excerpt_words}, {limits.statement_words} and {limits.outlet_words}"
        return check("excerpts", figure, limit, todo, Verdict.WARN)

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


def _thin(story: IssueStory) -> bool:
    return any(story.coverage.of(side) < INDEPENDENT for side in (Side.LEFT, Side.RIGHT))


def _taken(story: IssueStory) -> Counter[str]:
    """Words of each outlet in overview and points together."""
    taken: Counter[str] = Counter()
    points = (point for side in SIDES for point in story.words.sides.get(side, ()))
    for statement in {id(one): one for one in (*story.words.overview, *points)}.values():
        if not statement.outlets:
            continue  # an editor's own word
        taken[statement.outlets[0]] += len(statement.text.split())
    return taken
