"""What happened to a feed and what the operator can do about it, in plain words."""

from __future__ import annotations

from datetime import datetime, timedelta

from newsletter.domain.feed import FeedState, FetchResult, FetchStatus

OLD_AFTER = timedelta(hours=72)
"""Rule 10: a feed that still answers may have been abandoned (one broadcaster's did in 2023)."""

_WORDS: dict[FetchStatus, tuple[str, str]] = {
    FetchStatus.NOT_FOUND: (
        "There is no feed at this address any more",
        "Look for the outlet's new feed address and put it into the outlets file.",
    ),
    FetchStatus.GONE: (
        "The outlet says that this feed is gone for good; it is not asked any more",
        "Replace the address in the outlets file, or take the feed out.",
    ),
    FetchStatus.BLOCKED: (
        "The server sent a web page instead of the feed; it seems to block us",
        "Open the address in a browser. If a feed appears there, ask the outlet to let this newsletter in.",
    ),
    FetchStatus.RATE_LIMITED: (
        "The server asked us to come back later",
        "Nothing to do: it is left alone until then. If this repeats, gather less often.",
    ),
    FetchStatus.UNAVAILABLE: (
        "The outlet's server has trouble of its own",
        "Nothing to do for now: it is asked again by itself.",
    ),
    FetchStatus.HTTP_ERROR: (
        "The server refused to hand out the feed",
        "Open the address in a browser; if it fails there too, look for the outlet's new feed address.",
    ),
    FetchStatus.TIMED_OUT: (
        "The server took too long to answer",
        "Nothing to do for now: it is asked again by the next gather.",
    ),
    FetchStatus.UNREACHABLE: (
        "The server cannot be reached",
        "Check this machine's network and the spelling of the address; it is asked again by itself.",
    ),
    FetchStatus.REFUSED: (
        "This address was not asked, by our own rules",
        "Correct the address in the outlets file; a private host must be named in NEWSLETTER_ALLOW_HOSTS.",
    ),
    FetchStatus.TOO_LARGE: (
        "The answer is larger than a feed may be",
        "Look for a shorter feed of this outlet (by section) and put its address into the outlets file.",
    ),
    FetchStatus.NOT_A_FEED: (
        "What the server sent is no feed",
        "Open the address in a browser and look for the outlet's RSS or Atom feed.",
    ),
    FetchStatus.PARSE_FAILED: (
        "The feed could not be read within the limits of time and memory",
        "Nothing else was harmed. If it stays so, take the feed out of the outlets file and tell the outlet.",
    ),
}


def failure_words(state: FeedState, result: FetchResult, detail: str = "") -> tuple[str, str]:
    """(message, todo) of a failed attempt; the detail is the fetcher's or the parser's own finding."""
    what, todo = _WORDS[state.status]
    detail = detail or result.message
    if not detail and result.http_status not in (0, 200):
        detail = f"HTTP {result.http_status}"
    message = f"{what} ({detail})." if detail else f"{what}."
    if state.retry_at is not None:
        message += f" Next try after {_moment(state.retry_at)}."
    return message, todo


def success_words(state: FeedState, now: datetime) -> tuple[str, str]:
    """("", "") when all is well, else a warning: the feed answers, but something about it wants a look."""
    newest = state.newest_item
    if newest is not None and now - newest > OLD_AFTER:
        return (
            f"It answers, but its newest item is {_age(now - newest)} old ({newest:%Y-%m-%d}).",
            "See whether the outlet has moved its feed; an abandoned one should leave the outlets file.",
        )
    if newest is None and not state.items:
        return ("It answers, but holds no items.", "See whether the outlet has moved its feed.")
    if state.fetch_url:
        return (
            f"It has moved for good and is asked at {state.fetch_url}.",
            "Put the new address into the outlets file.",
        )
    return "", ""


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _age(age: timedelta) -> str:
    return f"{age.days} days" if age.days < 365 else f"over {age.days // 365} year(s)"
