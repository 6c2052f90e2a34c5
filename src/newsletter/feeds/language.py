"""English or not, by the feed's own word and a handful of function words. When unsure: English.

Titles are short and full of names, so only clear evidence drops an entry: another script, or several words that
no English text uses, and hardly any that every English text does.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

from newsletter.feeds.wordlist import words

_WORD = re.compile(r"[^\W\d_]+")

ENGLISH = words(
    """
    the and of to in is for that with was are his her their has have had will would from who what after
    how says said it he she they this not but by as be been were about over into than its which more new
    when why you your we our us my could should can may up out off if where there just against before
    while because
    """
)
FOREIGN = (
    words(
        """
    el los las una del por para con que como más pero sus entre sobre según está están fue ser hasta
    desde le les des une dans pour avec est sont aux ce cette qui sur pas plus ses ont été être après
    leur chez selon der das und ist nicht mit dem den ein eine einer von zu im auf für auch wird sich
    werden nach bei wie über il gli della delle dei nel che è sono anche più alla degli dopo contro
    perché o os as um uma não são dos nas na ao pelo pela mais foi também após até você het een van voor
    niet zijn aan op met naar ook maar wordt bij och att som är inte på med till av det ett har nie się
    jest do że oraz przez ve bir bu için ile olarak
    """
    )
    - ENGLISH
)
_NAMES = words(
    """
    el los las la le del des von van den das o a as os na do av op per max it so
    """
)
"""Foreign words that stand in English names and headlines (Los Angeles, El Paso, Van Gogh); half a vote at most."""
_CLEARLY_FOREIGN, _MAYBE_NAMES = FOREIGN - _NAMES, FOREIGN & _NAMES
LOOK = 400
"""Characters of the text that are looked at besides the title."""


def is_english(tag: str, title: str, text: str) -> bool:
    """Whether to keep an entry; ``tag`` is the feed's language tag ("en-us", "", "de")."""
    if _other_script(title):
        return False
    found = Counter(_WORD.findall(f"{title} {text[:LOOK]}".lower()))
    english = sum(found[word] for word in found.keys() & ENGLISH)
    foreign = sum(found[word] for word in found.keys() & _CLEARLY_FOREIGN)
    names = sum(found[word] for word in found.keys() & _MAYBE_NAMES)
    if tag and not tag.lower().startswith("en"):
        # The feed says it is foreign; only plain English text overrules it.
        return english >= 2 and english > 2 * (foreign + names)
    votes = foreign + (names / 2 if foreign else 0)
    return not (foreign >= 2 and votes >= 2.5 and votes > 2 * english)


def _other_script(title: str) -> bool:
    if title.isascii():
        return False
    letters = [char for char in title if char.isalpha()]
    if len(letters) < 4:
        return False
    latin = sum(ord(char) < 0x250 or unicodedata.name(char, "").startswith("LATIN") for char in letters)
    return latin < len(letters) / 2
