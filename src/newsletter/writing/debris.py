"""What is no news text: template marks, markup, code, addresses, hidden or disguised letters, words to a machine. Pure.

A feed may hold anything. What is cleaned away before (`feeds.text`) is decoded markup and invisible characters; what
still reads like code or like an order to a model when a sentence is looked at disqualifies that sentence, and it alone.
"""

from __future__ import annotations

import html
import re
import unicodedata

_TEMPLATE = re.compile(r"[{}]|\$\(|<%|%>|%%|\[\[|\]\]|\*\||\|\*|#\{|-[a-z]+-token-", re.IGNORECASE)
_MARKUP = re.compile(
    r"</?[a-zA-Z!?%]|-->|&[a-zA-Z#]\w{1,8};|\]\(|!\[|\[/\w|\[\w+ [\w-]+=|<|\\[nrtux]\w?"
    r"|(?<!\w)\*\*|\*\*(?!\w)|__|``|~~|^#{1,6} "
)
_CODE = re.compile(
    r"\b\w+\s?=\s?[\"'][^\"']*[\"']|\w\(\)|\b\w+\(\d*\)|[=!]=|=>|&&|\|\||;\s?$|\b\w+=\w+\b"
    r"|\bSELECT\b.{1,80}\bFROM\b|\bDROP TABLE\b|\bINSERT INTO\b|\bUNION SELECT\b"
)
_ADDRESS = re.compile(
    r"\b(?:javascript|vbscript|data|file|mailto|ftp|tel|blob|intent):\S|:/{2}|\bwww\.|\b[\w.+-]+@[\w-]+\.\w"
    r"|\b[\w-]+\.[a-z]{2,}/\w",
    re.IGNORECASE,
)
_LONG = re.compile(r"[^\s–—/-]{36,}")
"""A key or a hash: the longest words of English news have some 25 letters."""
_SPACED = re.compile(r"(?:\b\w ){4,}\w\b")
_REPEATED = re.compile(r"([^\w\s.*-])\1{2,}|(?:[^\w\s\"'“”‘’().,*-]\s?){5,}")
_DISGUISED = re.compile(r"[\u0334-\u0338\uff01-\uff5e\u2460-\u24ff\U0001d400-\U0001d7ff]|[\u0300-\u036f]{2,}")
"""Struck-out, full-width, circled and mathematical letters, piled accents: none of a name."""
_TWO_SCRIPTS = re.compile(r"[A-Za-z][\u0370-\u03ff\u0400-\u04ff]|[\u0370-\u03ff\u0400-\u04ff][A-Za-z]")
"""A word of Latin and Greek or Cyrillic letters: written to be read as another."""
_PICTURE = re.compile(r"[\u2190-\u21ff\u2300-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff]")
_HIDDEN = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})

_ORDER = re.compile(
    r"\b(?:ignore|disregard|forget|override)\b.{0,40}\b(?:instructions?|prompts?)\b"
    r"|\b(?:ignore|disregard|forget|override) (?:all |any |the |every)?(?:previous|prior|above|thing)"
    r"|\b(?:system|developer) (?:prompt|message)\s?[:>]"
    r"|\bas an? (?:ai|(?:large )?language model)(?: assistant)?\b.{0,20}\b(?:you|i)\b"
    r"|\b(?:note|attention|message|memo) (?:to|for) (?:all |any )?"
    r"(?:ai|llm|chatbot|summari[sz]er|assistant|language model)s?\b"
    r"|\b(?:llm|chatbot|summari[sz]er|language model|ai assistant)s?,? (?:must|should) "
    r"(?:cite|include|lead|print|write|say|"
    r"answer|output|reply|respond)\b"
    r"|\bwhen summari[sz]ing\b.{0,60}\b(?:this|cite|include|lead|say)\b|\bcite this (?:sentence|article)\b"
    r"|\bfrom now on,? you\b|\bnew instructions?:|\[/?INST\]|<\|",
    re.IGNORECASE | re.DOTALL,
)
_RULES = (_TEMPLATE, _MARKUP, _CODE, _ADDRESS, _LONG, _SPACED, _REPEATED, _DISGUISED, _TWO_SCRIPTS, _PICTURE)


def is_debris(text: str) -> bool:
    """Whether a text holds what a reader of news must not see in a sentence."""
    if not text.isascii() and any(unicodedata.category(c) in _HIDDEN for c in text):
        return True
    return any(rule.search(text) for rule in _RULES) or addresses_a_model(text)


def mixes_scripts(text: str) -> bool:
    """Whether a word of it is written in two alphabets."""
    return bool(_TWO_SCRIPTS.search(text))


def addresses_a_model(text: str) -> bool:
    """Whether a text gives an order to a language model, however it is dressed up; no ordinary news sentence does."""
    return bool(_ORDER.search(undressed(text)))


def undressed(text: str) -> str:
    """A text as it is read: entities decoded, full-width letters plain, nothing invisible."""
    plain = unicodedata.normalize("NFKC", html.unescape(text))
    return "".join(c for c in plain if unicodedata.category(c) != "Cf")
