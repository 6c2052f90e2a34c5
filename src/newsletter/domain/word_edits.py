"""An editor's changes to the words of a story. Pure.

A changed sentence is the editor's, and marked so. It keeps its evidence, and the outlets it names, where the passages
it was taken from still bear it out; where they do not it loses both, visibly: it is then the editor's own word.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from newsletter.domain.edits import Edit, Reword
from newsletter.domain.leaning import Side
from newsletter.domain.lineup_edits import Missed
from newsletter.domain.words import Place, Statement, StoryWords

Statements = tuple[Statement, ...]
Supported = Callable[[Statement, Place, Side | None], bool]
"""Whether the passages that a statement cites bear it out, in that place."""
CHANGED_SINCE = "the sentence reads otherwise by now, or is gone"
NO_ROOM = "a sentence can be added to the dek, the overview, a side's points and what is agreed"
_ADDED = frozenset({Place.DEK, Place.OVERVIEW, Place.POINT, Place.AGREED})


def reworded(words: StoryWords, edits: Sequence[Edit], supported: Supported) -> tuple[StoryWords, Missed]:
    """The story's words after those changes, in the order given; all of them speak of this story."""
    missed = Missed()
    for edit in edits:
        if not isinstance(edit.change, Reword):
            continue
        words, problem = _reworded(words, edit.change, supported)
        if problem:
            missed[edit.id] = problem
    return words, missed


def _reworded(words: StoryWords, change: Reword, supported: Supported) -> tuple[StoryWords, str]:
    text = " ".join(change.text.split())
    if change.place is Place.HEADLINE and not text:
        return words, "a story needs a headline"
    if not change.said and not change.evidence:
        return _added(words, change, text)
    hit = False

    def changed(statements: Statements) -> Statements:
        nonlocal hit
        found = next((one for one in statements if _is_meant(one, change)), None)
        if hit or found is None:
            return statements
        hit = True
        new = _by_editor(found, text, change, supported)
        return tuple(part for one in statements for part in ((new,) if one is found else (one,)) if part)

    after = _mapped(words, change.place, change.side, changed)
    return (after, "") if hit else (words, CHANGED_SINCE)


def _is_meant(one: Statement, change: Reword) -> bool:
    """By its passages first: a later build may have cut the very sentence a little otherwise."""
    if change.evidence:
        return one.evidence == change.evidence or (one.text == change.said and bool(change.said))
    return one.text == change.said


def _by_editor(old: Statement, text: str, change: Reword, supported: Supported) -> Statement | None:
    if not text:
        return None
    new = Statement(text, old.outlets, old.evidence, "editor")
    if old.evidence and supported(new, change.place, change.side):
        return new
    return Statement(text, (), (), "editor")


def _added(words: StoryWords, change: Reword, text: str) -> tuple[StoryWords, str]:
    if not text:
        return words, "there is nothing to add"
    if change.place not in _ADDED or (change.place is Place.POINT and change.side is None):
        return words, NO_ROOM
    if change.place is Place.DEK and words.dek:
        return words, CHANGED_SINCE
    said = Statement(text, (), (), "editor")
    return _mapped(words, change.place, change.side, lambda statements: (*statements, said)), ""


def _mapped(
    words: StoryWords, place: Place, side: Side | None, change: Callable[[Statements], Statements]
) -> StoryWords:
    """The words with the statements of one place exchanged. A dispute of one claim, a question without an answer
    and an empty column go with their last statement."""
    match place:
        case Place.HEADLINE:
            return replace(words, headline=change((words.headline,))[0])
        case Place.DEK:
            return replace(words, dek=next(iter(change((words.dek,) if words.dek else ())), None))
        case Place.OVERVIEW:
            return replace(words, overview=change(words.overview))
        case Place.AGREED:
            return replace(words, agreed=change(words.agreed))
        case Place.POINT:
            return replace(words, sides=_columns(words.sides, side, change))
        case Place.ONLY:
            return replace(words, only=_columns(words.only, side, change))
        case Place.CLAIM:
            disputes = tuple(replace(one, claims=change(one.claims)) for one in words.disputed)
            return replace(words, disputed=tuple(one for one in disputes if len(one.claims) > 1))
        case Place.ANSWER:
            asked = tuple(replace(one, answer=change(one.answer)) for one in words.faq)
            return replace(words, faq=tuple(one for one in asked if one.answer))


def _columns(
    columns: Mapping[Side, Statements], side: Side | None, change: Callable[[Statements], Statements]
) -> Mapping[Side, Statements]:
    if side is None:
        return columns
    after = {**columns, side: change(columns.get(side, ()))}
    return {name: said for name, said in after.items() if said}
