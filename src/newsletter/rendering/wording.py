"""How dates, counts and sides are said, in the mail and on the pages alike. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta

from newsletter.domain.issue import ModelTally, WireNote
from newsletter.domain.leaning import SIDES, Side
from newsletter.domain.story import Coverage
from newsletter.domain.words import Place, StoryWords

_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
_NUMBERS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]

_PLACES = {
    "left": "on the left",
    "right": "on the right",
    "center": "in the center",
    "centre": "in the centre",
}
"""Labels that name a place; any other label is an adjective ("Government-friendly")."""


def long_date(day: date, locale: str) -> str:
    """ "Friday, August 14, 2026" in the United States, "Friday, 14 August 2026" everywhere else."""
    return f"{_DAYS[day.weekday()]}, {plain_date(day, locale)}"


def plain_date(day: date, locale: str) -> str:
    """Without the weekday. Month names are English: the newsletter's words are (docs/rules.md)."""
    month = _MONTHS[day.month - 1]
    if locale.endswith("US"):
        return f"{month} {day.day}, {day.year}"
    return f"{day.day} {month} {day.year}"


def month_name(day: date) -> str:
    """ "August 2026"."""
    return f"{_MONTHS[day.month - 1]} {day.year}"


DAYS = _DAYS
"""Names of the weekdays, Monday first."""


def since(then: str, day: date, locale: str) -> str:
    """ "yesterday", or the date (``then`` as YYYY-MM-DD), as seen from ``day``."""
    told = date.fromisoformat(then)
    return "yesterday" if told == day - timedelta(days=1) else plain_date(told, locale)


def duration(seconds: int) -> str:
    """ "4 min 40 s": always four words, so that printing it never changes what it measures."""
    return f"{seconds // 60} min {seconds % 60} s"


def number(n: int) -> str:
    """In letters up to ten."""
    return _NUMBERS[n] if 0 <= n < len(_NUMBERS) else str(n)


def plural(n: int, one: str, many: str = "") -> str:
    """ "1 article", "4 articles"."""
    return f"{n} {one if n == 1 else many or one + 's'}"


def listed(parts: Sequence[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    return ", ".join(parts[:-1]) + " and " + parts[-1] if len(parts) > 1 else "".join(parts)


def lower(label: str) -> str:
    """The label inside a sentence: "left"; an acronym keeps its capitals."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def voice(label: str) -> str:
    """Who speaks: "The left"; "Government-friendly outlets"."""
    return f"The {lower(label)}" if label.lower() in _PLACES else f"{label} outlets"


def speaks_first(label: str) -> str:
    """ "Today the left speaks first."; "Today government-friendly outlets speak first."."""
    if label.lower() in _PLACES:
        return f"Today the {lower(label)} speaks first."
    return f"Today {lower(label)} outlets speak first."


def of_side(n: int, label: str) -> str:
    """ "6 outlets on the left"; "1 government-friendly outlet"."""
    place = _PLACES.get(label.lower())
    return f"{plural(n, 'outlet')} {place}" if place else plural(n, f"{lower(label)} outlet")


def one_outlet(label: str) -> str:
    """The start of "One outlet on the right, X, says"; "One government-friendly outlet"."""
    return of_side(1, label).replace("1 ", "One ", 1)


def no_outlet(label: str, heard: int) -> str:
    """What stands where a side has no voice: the count that could have, never a guess at why."""
    one = of_side(1, label).removeprefix("1 ")
    if heard < 2:
        return (
            f"The one {one} heard today does not have this story." if heard else f"No {one} was heard today."
        )
    return f"None of the {of_side(heard, label)} heard today has this story."


def letters(labels: Mapping[Side, str]) -> dict[Side, str]:
    """What stands on the bar: each label's first letter, or two where one would be ambiguous."""
    first = {side: labels[side][:1].upper() for side in Side}
    if len({first[side] for side in SIDES}) == len(SIDES):
        return first
    return {side: labels[side][:2].capitalize() for side in Side}


def counts(coverage: Coverage, labels: Mapping[Side, str]) -> tuple[tuple[Side, str], ...]:
    """ "8 left", "5 center", "4 right", and "1 unrated" where there is one; no percentages (promise 3).

    Always left to right, whatever the day's order of speaking: it is a scale, and a scale does not turn.
    """
    rows = [(side, f"{coverage.of(side)} {lower(labels[side])}") for side in SIDES]
    if coverage.unrated:
        rows.append((Side.UNRATED, f"{coverage.unrated} {lower(labels[Side.UNRATED])}"))
    return tuple(rows)


def wires(notes: Sequence[WireNote]) -> str:
    """ "1 wire story in 9 outlets counts once"; empty where nothing was shared."""
    shared = [note for note in notes if len(note.carriers) > 1]
    if not shared:
        return ""
    kind = "wire story" if all(note.wire for note in shared) else "shared text"
    many = kind.replace("story", "stories") if kind.endswith("story") else f"{kind}s"
    carriers = {outlet for note in shared for outlet in note.carriers}
    verb = "counts once" if len(shared) == 1 else "count once each"
    return f"{plural(len(shared), kind, many)} in {plural(len(carriers), 'outlet')} {verb}"


_PARTS = {
    Place.HEADLINE: "headline",
    Place.DEK: "summary",
    Place.OVERVIEW: "overview",
    Place.POINT: "points",
    Place.ONLY: "what one side alone reports",
    Place.AGREED: "what is agreed",
    Place.CLAIM: "what is disputed",
    Place.ANSWER: "answers",
}
"""What the parts of a story are called where it is said who wrote them."""


def written(places: Collection[Place]) -> str:
    """The parts that a model wrote: "overview, points and answers"; empty for none."""
    return listed([name for place, name in _PARTS.items() if place in places])


def made(writer: str) -> str:
    """How an issue's text was made, at the end of the mail."""
    if writer == "extractive":
        return _EXTRACT
    return (
        "A language model wrote the parts named as such with each story; software compared every sentence with "
        "the ones it cites and dropped what they do not bear out. All else is the outlets' own words, shortened."
    )


def editors(with_outlets: bool) -> str:
    """What stands with a sentence that an editor changed: "edited" beside its outlets, else whose word it is."""
    return "edited" if with_outlets else "the editor"


def editors_column(label: str) -> str:
    """A side's column that holds an editor's own words alone: no outlet says it."""
    return f"{label}, in the editor’s words"


def edited(sentences: int) -> str:
    """That an editor had a hand in it, after how the text was made; empty where none had."""
    return f" An editor changed {plural(sentences, 'sentence')}, marked so." if sentences else ""


def notice(words: StoryWords) -> str:
    """How one story's text was made; the notice that a model wrote stands over its text alone."""
    return _made_of(words) + edited(len(words.edited()))


def _made_of(words: StoryWords) -> str:
    parts = written(words.written())
    if not parts:
        return _EXTRACT
    return (
        f"A language model wrote this story's {parts}. Software compared each sentence with the ones it cites "
        "and dropped what they do not bear out; it knows words, not meanings, so a mistake is possible. All else "
        "is the outlets' own sentences, shortened."
    )


_EXTRACT = "The sentences are the outlets' own, shortened. Software chose them; no model wrote them."


def model_tally(model: ModelTally) -> str:
    """ "the model's text: 14 of 16 sentences kept; dropped: 2 number not in the source"."""
    total, missing = model.kept + sum(model.dropped.values()), sum(model.unanswered.values())
    parts = [f"the model's text: {model.kept} of {plural(total, 'sentence')} kept"] if total else []
    if model.dropped:
        parts.append(f"dropped: {counted_reasons(model.dropped)}")
    if missing:
        why = ", ".join(sorted(model.unanswered))
        parts.append(
            f"{missing} of {plural(model.stories, 'story', 'stories')} not written by the model ({why})"
        )
    return "; ".join(parts) or "the model had no story to write"


def model_todo(model: ModelTally) -> str:
    """What an operator can do where the model did not write all it was to write; empty when it did."""
    if not model.unanswered:
        return ""
    steps = dict.fromkeys(model.todo.get(reason, "") for reason in model.unanswered)
    told = " ".join(step for step in steps if step)
    return (
        f"Those stories are extractive, which is in order. {told} To ask again: `newsletter build`.".replace(
            "  ", " "
        )
    )


def counted_reasons(reasons: Mapping[str, int]) -> str:
    """Most frequent first: "2 number not in the source, 1 certainty changed"."""
    return ", ".join(f"{n} {reason}" for reason, n in sorted(reasons.items(), key=lambda r: (-r[1], r[0])))
