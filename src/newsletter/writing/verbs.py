"""Base forms of the verbs that a question needs: "pleaded" is "plead" after "did"."""

from __future__ import annotations

from newsletter.writing.lexicon import BARE_VERBS


def words(text: str) -> frozenset[str]:
    """A plain word list."""
    return frozenset(text.split())


def _pairs(text: str) -> dict[str, str]:
    """Form to base form, from "form/base" pairs."""
    return {form: base for form, base in (pair.split("/") for pair in text.split())}


AUXILIARIES = words("is are was were has have had will would can could may might must should")
"""Verbs that a question puts before its subject as they stand."""

_PAST = _pairs(
    "said/say told/tell went/go got/get gave/give took/take made/make came/come saw/see found/find left/leave "
    "lost/lose won/win held/hold met/meet paid/pay ran/run sent/send sold/sell sought/seek shot/shoot sat/sit "
    "spoke/speak spent/spend stood/stand stole/steal struck/strike thought/think threw/throw wore/wear wrote/write "
    "became/become began/begin broke/break brought/bring built/build bought/buy caught/catch chose/choose drew/draw "
    "drove/drive fell/fall felt/feel fought/fight flew/fly froze/freeze grew/grow heard/hear kept/keep knew/know "
    "laid/lay led/lead meant/mean rose/rise rode/ride sank/sink shook/shake swore/swear swept/sweep tore/tear "
    "withdrew/withdraw pled/plead pleaded/plead died/die denied/deny tried/try carried/carry banned/ban "
    "dropped/drop stopped/stop sued/sue used/use did/do faced/face"
)
_PRESENT = _pairs(
    "says/say tells/tell goes/go gets/get gives/give takes/take makes/make comes/come sees/see finds/find "
    "leaves/leave loses/lose wins/win holds/hold meets/meet pays/pay sends/send sells/sell seeks/seek "
    "speaks/speak spends/spend stands/stand writes/write becomes/become begins/begin brings/bring buys/buy "
    "knows/know means/mean tries/try denies/deny carries/carry does/do faces/face"
)


def _regular_past(base: str) -> tuple[str, ...]:
    if base.endswith("e"):
        return (base + "d",)
    if base.endswith("y") and base[-2] not in "aeiou":
        return (base[:-1] + "ied",)
    return base + "ed", base + base[-1] + "ed"


def _regular_present(base: str) -> str:
    if base.endswith("y") and base[-2] not in "aeiou":
        return base[:-1] + "ies"
    return base + ("es" if base.endswith(("s", "sh", "ch", "x", "z")) else "s")


PAST = {form: base for base in sorted(BARE_VERBS) for form in _regular_past(base)} | _PAST
"""Past form to base form."""

PRESENT = {_regular_present(base): base for base in sorted(BARE_VERBS)} | _PRESENT
"""Third person singular to base form."""


def _ing(base: str) -> tuple[str, ...]:
    if base.endswith("e"):
        return (base[:-1] + "ing",)
    return base + "ing", base + base[-1] + "ing"


ING = {form: base for base in sorted(BARE_VERBS | set(_PAST.values())) for form in _ing(base)}
"""Progressive form to base form."""
