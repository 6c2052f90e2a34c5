"""Whether a text has a finite verb: what makes it a clause. Heuristics over word lists, no parser. Pure."""

from __future__ import annotations

import re

from newsletter.writing.lexicon import BARE_VERBS, BEFORE_NOUN, FOLLOWS_VERB, LEADS_VERB, NOUN_LIKE, VERBS

_WORD = re.compile(r"[\w'’.&$%£€-]*\w[\w'’%-]*")
_ACCUSED = re.compile(
    r"(?<!\bwas )(?<!\bwere )(?<!\bis )(?<!\bare )(?<!\bbeen )(?<!\bbeing )\b(?:accused|suspected) (?=of\b)"
)
_AHEAD = re.compile(
    r"^(?!According|Due|Thanks|Prior|Owing|Close|Next|From)(?:[A-Z][\w’'.-]* ){1,4}to [a-z]{2,}"
)
"""A headline's future: "Lawmakers to vote on …"."""
_PICTURED = re.compile(r"^(?!(?:The|An?) [a-z]+ing\b)(?:[A-Z][\w.’'-]* ){1,4}(?!being|during)[a-z]+ing\b")
_REDUCED = re.compile(r"\b\w+ed by\b|\bto [a-z]+\b")


def has_clause(text: str) -> bool:
    """Whether a finite verb stands after the first word: a clause, not a label or a caption."""
    if _PICTURED.match(text):  # "Ada Moss speaking in Port Lorne", under a picture
        return has_verb(_REDUCED.sub(" ", text))
    return bool(_AHEAD.match(text)) or _verb_in(_ACCUSED.sub(" ", text), lenient=True)


def has_verb(text: str) -> bool:
    """The stricter question for a text that was cut: only verbs we know, no mere "-ed"."""
    return _verb_in("x " + text, lenient=False)


def _verb_in(text: str, *, lenient: bool) -> bool:
    tokens = [t.replace("’", "'") for t in _WORD.findall(text)]
    around = zip(tokens, tokens[1:], [*tokens[2:], ""], strict=False)
    return any(_finite(before, word, after, lenient) for before, word, after in around)


def _finite(before: str, token: str, after: str, lenient: bool) -> bool:
    word, named, before = token.lower(), before[:1].isupper(), before.lower()
    if token == "May":
        return False
    if word in BARE_VERBS:
        return before in LEADS_VERB or (before.endswith("s") and not before.endswith(("'s", "ss")))
    if word.endswith("ed") and before in BEFORE_NOUN:
        return False
    if word in NOUN_LIKE:
        if before == "of":
            return False
        return named or after.lower() in FOLLOWS_VERB or after[:1].isupper() or after[:1].isdigit()
    if word in VERBS or word.endswith("n't"):
        return True
    return lenient and word.endswith("ed") and len(word) > 4
