"""Where an entry leads: absolute, http or https, and without the parameters that only count readers."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit, urlunsplit

from w3lib.url import safe_url_string

from newsletter.feeds.allow import DEFAULT_PORTS
from newsletter.feeds.wordlist import words

MAX_URL = 2_000

_TRACKING_PREFIXES = ("utm_", "at_", "hsa_", "mtm_", "pk_", "piwik_", "matomo_", "stm_", "vero_", "oly_")
_TRACKING = words(
    """
    __twitter_impression _ga _gl _hsenc _hsmi amp_js_v cmp cmpid cmpid2 cid_source cvid dclid dlvrit
    ecid em_pos emc et_rid fb_action_ids fb_action_types fb_ref fb_source fbclid feed_id feedname
    feedtype ftag gaa_at gbraid gclid gclsrc guccounter guce_referrer guce_referrer_sig icid igshid ito
    maca mbid mc_cid mc_eid mkt_tok mod msclkid ncid ns_campaign ns_mchannel ns_source ocid
    partner_source rss_id s_cid s_kwcid share_source sharetype smid smtyp sr_share src_campaign srnd
    taid traffic_source twclid wbraid wickedid wt_mc xtor yclid
    """
)
"""Exact names, lower-case; none that any outlet is known to address a page with (never id, p, page, story …)."""
_TRACKING_VALUES = {
    "source": frozenset({"rss", "feed", "rssfeed"}),
    "src": frozenset({"rss", "feed"}),
    "ref": frozenset({"rss", "feed", "rssfeed"}),
    "from": frozenset({"rss", "feed"}),
    "partner": frozenset({"rss", "feed"}),
    "cid": frozenset({"rss", "feed", "rssfeed"}),
    "campaign": frozenset({"rss", "feed"}),
    "output": frozenset({"rss"}),
}
"""Names that mean something elsewhere: dropped only with a value that names the feed itself."""
_BAD_HOST = re.compile(r"""[\s<>"'\\^`{|}%]""")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_BLANKS = re.compile(r"[\t\r\n]+")


def canonical_url(link: str, base: str = "") -> str:
    """The link made absolute and clean, or "" when it is no http(s) link. Idempotent.

    Only the fragment and tracking parameters go; order, case and repetition of the others stay, since servers
    may tell pages apart by them (url-normalize drops ``?id=5`` and merges stories).
    """
    link = _BLANKS.sub("", link.strip())
    if not link or len(link) > MAX_URL:
        return ""
    try:
        # "https://" alone would be joined to the base itself: what names a scheme stands for itself.
        return _clean(link if _SCHEME.match(link) or not base else urljoin(base, link))
    except (ValueError, UnicodeError):
        return ""


def schemeless(identity: str) -> str:
    """A guid or URL without its scheme, so that a move from http to https is no new article."""
    head, mark, rest = identity.partition("://")
    return f"//{rest}" if mark and head.lower() in ("http", "https") else identity


def _clean(url: str) -> str:
    parts = urlsplit(safe_url_string(url))
    host = parts.hostname or ""
    if parts.scheme not in DEFAULT_PORTS or not host.rstrip(".") or not _is_host(host):
        return ""
    host = host.removesuffix(".")
    port = parts.port
    netloc = f"[{host}]" if ":" in host else host
    if port is not None and port != DEFAULT_PORTS[parts.scheme]:
        netloc = f"{netloc}:{port}"
    # A fragment that starts with "!" is an old single-page site's address of the page itself.
    fragment = parts.fragment if parts.fragment.startswith("!") else ""
    url = urlunsplit((parts.scheme, netloc, parts.path or "/", _query(parts.query), fragment))
    return url if len(url) <= MAX_URL else ""


def _is_host(host: str) -> bool:
    """Empty labels ("a..example") are no name that could be asked for, and are not encoded as one."""
    return _BAD_HOST.search(host) is None and ".." not in host


def _query(query: str) -> str:
    return query and "&".join(pair for pair in query.split("&") if pair and not _tracks(pair))


def _tracks(pair: str) -> bool:
    name, _, value = pair.partition("=")
    name, value = name.lower(), value.lower()
    if name in _TRACKING or name.startswith(_TRACKING_PREFIXES):
        return True
    return value in _TRACKING_VALUES.get(name, frozenset())
