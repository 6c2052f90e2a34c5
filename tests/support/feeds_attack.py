"""Hostile inputs. Small ones lie in tests/data/attack; the large ones are made here from a line each."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "data" / "attack"


def _rss(inside: str) -> bytes:
    return f'<rss version="2.0"><channel>{inside}</channel></rss>'.encode()


def author_redos() -> bytes:
    """An address pattern that a backtracking expression walks for half a minute."""
    return _rss(f"<item><title>x</title><author>a@{'a.' * 32_000}!</author></item>")


def comment_flood() -> bytes:
    return _rss(f"<item><title>x</title><description><![CDATA[{'<!--' * 100_000}]]></description></item>")


def deep_nest() -> bytes:
    return _rss(f"<item><description>{'<b>' * 200_000}{'</b>' * 200_000}</description></item>")


def many_attributes() -> bytes:
    attributes = " ".join(f'a{number}="1"' for number in range(40_000))
    return _rss(f"<item {attributes}><title>x</title></item>")


def many_namespaces() -> bytes:
    return _rss(
        "".join(
            f'<item xmlns:n{n}="http://x/{n}"><n{n}:t>1</n{n}:t><title>t</title></item>'
            for n in range(20_000)
        )
    )


def quadratic() -> bytes:
    head = f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "{"A" * 100_000}">]>'
    return head.encode() + _rss(f"<item><title>{'&a;' * 20_000}</title></item>")


LARGE = {
    "author_redos_64kb.xml": author_redos,
    "comment_flood_400kb.xml": comment_flood,
    "deep_nest_1_4mb.xml": deep_nest,
    "many_attrs_430kb.xml": many_attributes,
    "many_namespaces_1_5mb.xml": many_namespaces,
    "quadratic.xml": quadratic,
}
BURNERS = frozenset({"author_redos_64kb.xml", "many_attrs_430kb.xml", "many_namespaces_1_5mb.xml"})
NO_FEEDS = frozenset({"body_is_a_path.txt", "cloudflare_challenge.html"})


def attacks() -> dict[str, bytes]:
    """All thirteen, by name."""
    small = {path.name: path.read_bytes() for path in sorted(FOLDER.iterdir())}
    return small | {name: make() for name, make in LARGE.items()}
