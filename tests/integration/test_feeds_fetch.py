"""The fetching rules against a real HTTP server on loopback."""

from __future__ import annotations

import asyncio
import gzip
import socket
import ssl
import zlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from newsletter.domain.feed import FetchRequest, FetchResult, FetchStatus
from newsletter.feeds.fetch import HttpFetcher
from tests.support.feeds_make import request, rss
from tests.support.feeds_server import Answer, Asked, FeedServer

AGENT = "Both-Sides/0.1 (+https://example.com/about)"
FEED = rss({"title": "Bridge reopens", "link": "https://example.com/1"})


@pytest.fixture
def server() -> Iterator[FeedServer]:
    with FeedServer() as running:
        yield running


def fetcher(*allow: str, **settings: object) -> HttpFetcher:
    return HttpFetcher(AGENT, allow or ("127.0.0.1",), **settings)  # type: ignore[arg-type]


async def get_all(fetch: HttpFetcher, *requests: FetchRequest) -> list[FetchResult]:
    return [found async for found in fetch.fetch(requests)]


async def get(fetch: HttpFetcher, url: str, **fields: str) -> FetchResult:
    return (await get_all(fetch, request(url, **fields)))[0]


# ── one GET ────────────────────────────────────────────────────────────────────────────────────────


async def test_a_feed_comes_with_its_validators_as_they_were_sent(server: FeedServer) -> None:
    odd = {"ETag": 'W/"a  b"', "Last-Modified": "some day", "Content-Type": "text/xml", "X-Other": "1"}
    found = await get(fetcher(), server.script("/rss", Answer(body=FEED, headers=odd)))
    assert (found.status, found.body, found.http_status) == (FetchStatus.FRESH, FEED, 200)
    assert found.headers == {"etag": 'W/"a  b"', "last-modified": "some day", "content-type": "text/xml"}
    assert found.final_url == server.url("/rss")
    assert found.moved_to == ""


async def test_it_says_who_asks_and_is_no_browser(server: FeedServer) -> None:
    await get(fetcher(), server.script("/rss?a=1", Answer(body=FEED)))
    asked = server.asked[0]
    assert asked.path == "/rss?a=1"
    assert asked.headers["user-agent"] == AGENT
    assert asked.headers["host"] == server.host
    assert "if-none-match" not in asked.headers


async def test_validators_go_back_byte_for_byte_and_a_304_brings_nothing(server: FeedServer) -> None:
    url = server.script("/rss", Answer(304, headers={"ETag": '"new"'}))
    found = await get(fetcher(), url, etag='W/"é  "', last_modified="Sun, 0")
    assert (found.status, found.body, found.headers["etag"]) == (FetchStatus.UNCHANGED, b"", '"new"')
    assert server.asked[0].headers["if-none-match"] == 'W/"é  "'.strip()
    assert server.asked[0].headers["if-modified-since"] == "Sun, 0"


async def test_a_304_to_a_question_nobody_asked_is_an_error(server: FeedServer) -> None:
    found = await get(fetcher(), server.script("/rss", Answer(304)))
    assert found.status is FetchStatus.HTTP_ERROR


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (404, FetchStatus.NOT_FOUND),
        (410, FetchStatus.GONE),
        (401, FetchStatus.HTTP_ERROR),
        (403, FetchStatus.HTTP_ERROR),
        (500, FetchStatus.UNAVAILABLE),
        (503, FetchStatus.UNAVAILABLE),
        (300, FetchStatus.HTTP_ERROR),
        (204, FetchStatus.HTTP_ERROR),
    ],
)
async def test_each_refusal_has_its_status(server: FeedServer, status: int, expected: FetchStatus) -> None:
    found = await get(fetcher(), server.script("/rss", Answer(status)))
    assert (found.status, found.http_status, found.body) == (expected, status, b"")
    assert str(status) in found.message


@pytest.mark.parametrize(
    ("value", "low", "high"),
    [
        ("120", 120, 120),
        ("9999999", 86_400, 86_400),
        ("Fri, 01 Jan 2100 00:00:00 GMT", 86_400, 86_400),
        ("Fri, 01 Jan 2010 00:00:00 GMT", 0, 0),
        ("soon", 0, 0),
        ("-5", 0, 0),
    ],
)
async def test_retry_after_in_both_forms_at_most_a_day(
    server: FeedServer, value: str, low: float, high: float
) -> None:
    found = await get(fetcher(), server.script("/rss", Answer(429, headers={"Retry-After": value})))
    assert found.status is FetchStatus.RATE_LIMITED
    assert low <= found.retry_after <= high


# ── what came back ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "page",
    [
        b"<!doctype html><html></html>",
        b"\xef\xbb\xbf \n<HTML><body>no</body>",
        b"<?xml version='1.0'?>\n<!DOCTYPE html PUBLIC 'x'><html/>",
        b"<!-- hello --><!-- again --><html>",
        b"<script>location='/'</script>",
        "<!doctype html>".encode("utf-16"),
    ],
)
async def test_a_web_page_under_200_is_a_block(server: FeedServer, page: bytes) -> None:
    found = await get(fetcher(), server.script("/rss", Answer(body=page)))
    assert (found.status, found.body) == (FetchStatus.BLOCKED, page)


async def test_a_feed_sent_as_html_is_a_feed(server: FeedServer) -> None:
    body = b"<!-- made by hand -->" + FEED
    answer = Answer(body=body, headers={"Content-Type": "text/html; charset=utf-8"})
    assert (await get(fetcher(), server.script("/rss", answer))).status is FetchStatus.FRESH


async def test_a_challenge_is_a_block(server: FeedServer) -> None:
    answer = Answer(403, b"<!doctype html>", {"Cf-Mitigated": "challenge"})
    assert (await get(fetcher(), server.script("/rss", answer))).status is FetchStatus.BLOCKED


async def test_an_empty_answer_is_no_feed(server: FeedServer) -> None:
    found = await get(fetcher(), server.script("/rss", Answer(body=b" \n")))
    assert (found.status, found.message) == (FetchStatus.NOT_A_FEED, "the answer was empty")


def _raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(FEED)),
        ("x-gzip", gzip.compress(FEED[:50]) + gzip.compress(FEED[50:])),
        ("deflate", zlib.compress(FEED)),
        ("deflate", _raw_deflate(FEED)),
        ("", gzip.compress(FEED)),
        ("identity", FEED),
    ],
)
async def test_compressed_answers_are_unpacked(server: FeedServer, encoding: str, body: bytes) -> None:
    headers = {"Content-Encoding": encoding} if encoding else {}
    assert (await get(fetcher(), server.script("/rss", Answer(body=body, headers=headers)))).body == FEED


@pytest.mark.parametrize(
    ("encoding", "body"),
    [("gzip", gzip.compress(FEED)[:-9]), ("gzip", b"\x1f\x8bnonsense"), ("deflate", b"no"), ("br", b"x")],
)
async def test_damaged_or_unasked_compression_is_reported(
    server: FeedServer, encoding: str, body: bytes
) -> None:
    answer = Answer(body=body, headers={"Content-Encoding": encoding})
    found = await get(fetcher(), server.script("/rss", answer))
    assert (found.status, found.body) == (FetchStatus.UNREACHABLE, b"")
    assert "compressed" in found.message


async def test_a_gzip_bomb_stops_at_the_limit(server: FeedServer) -> None:
    bomb = gzip.compress(b"<rss>" + b" " * 60_000_000)
    answer = Answer(body=bomb, headers={"Content-Encoding": "gzip"})
    found = await get(fetcher(), server.script("/rss", answer))
    assert (found.status, found.body) == (FetchStatus.TOO_LARGE, b"")


@pytest.mark.parametrize("honest", [True, False])
async def test_a_body_over_the_limit_is_not_read(server: FeedServer, honest: bool) -> None:
    body = b"<rss>" + b"x" * 5_000
    headers = {} if honest else {"Content-Length": "4000"}
    url = server.script("/rss", Answer(body=body, headers=headers))
    found = await get(fetcher(max_bytes=4_500 if honest else 3_500), url)
    assert found.status is FetchStatus.TOO_LARGE
    assert (await get(fetcher(max_bytes=5_005), server.script("/rss", Answer(body=body)))).status.ok


async def test_an_answer_that_breaks_off_is_no_answer(server: FeedServer) -> None:
    found = await get(fetcher(), server.script("/rss", Answer(body=FEED, cut=30)))
    assert (found.status, found.body) == (FetchStatus.UNREACHABLE, b"")


# ── time ───────────────────────────────────────────────────────────────────────────────────────────


async def test_a_slow_drip_ends_at_the_total_limit(server: FeedServer) -> None:
    url = server.script("/rss", Answer(body=FEED, drip=0.05))
    began = monotonic()
    found = await get(fetcher(total_timeout=0.4), url)
    assert found.status is FetchStatus.TIMED_OUT
    assert monotonic() - began < 2


async def test_one_silent_server_does_not_hold_up_the_others(server: FeedServer) -> None:
    silent = [request(server.script(f"/silent{n}", Answer(hang=True))) for n in range(8)]
    good = [request(server.script(f"/good{n}", Answer(body=FEED))) for n in range(40)]
    began, ends = monotonic(), {}
    async for found in fetcher(total_timeout=3.0).fetch([*silent, *good]):
        ends[found.request.url] = (found.status, monotonic() - began)
        if len(ends) == len(good):
            break
    assert all(status is FetchStatus.FRESH and seconds < 2.5 for status, seconds in ends.values())


async def test_waiting_for_a_turn_does_not_count_as_slowness(server: FeedServer, public: str) -> None:
    urls = [server.script(f"/{n}", Answer(body=b"<rss>" + b"x" * 15, drip=0.01)) for n in range(6)]
    patient = fetcher("x.example", resolver=_loopback, per_host=1, jitter=0.0, total_timeout=0.8)
    found = await get_all(patient, *[request(url.replace("127.0.0.1", public)) for url in urls])
    assert {one.status for one in found} == {FetchStatus.FRESH}
    assert server.most_at_once == 1


@pytest.fixture
def public(monkeypatch: pytest.MonkeyPatch) -> str:
    """A host that counts as public although its name leads to loopback: the judge looks away."""
    monkeypatch.setattr("newsletter.feeds.guard.is_public", lambda address: True)
    return "news.example"


async def _loopback(host: str, port: int) -> Sequence[str]:
    return ["127.0.0.1"]


async def test_nobody_listening_is_unreachable() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        found = await get(fetcher(), f"http://127.0.0.1:{taken.getsockname()[1]}/rss")
    assert found.status is FetchStatus.UNREACHABLE


async def test_a_certificate_nobody_vouches_for_is_named_as_the_reason(tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed(tmp_path))
    silent = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", 0, ssl=context)
    async with silent:
        port = silent.sockets[0].getsockname()[1]
        found = await get(fetcher(), f"https://127.0.0.1:{port}/rss")
    assert found.status is FetchStatus.UNREACHABLE
    assert "certificate" in found.message


def self_signed(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
    certificate = builder.not_valid_after(datetime(2090, 1, 1, tzinfo=UTC)).sign(key, hashes.SHA256())
    pem = Encoding.PEM
    path = folder / "server.pem"
    path.write_bytes(
        key.private_bytes(pem, PrivateFormat.PKCS8, NoEncryption()) + certificate.public_bytes(pem)
    )
    return path


# ── redirects ──────────────────────────────────────────────────────────────────────────────────────


def to(target: str, status: int = 301) -> Answer:
    return Answer(status, headers={"Location": target})


@pytest.mark.parametrize(
    ("status", "learnt"), [(301, True), (308, True), (302, False), (303, False), (307, False)]
)
async def test_only_permanent_redirects_name_a_new_address(
    server: FeedServer, status: int, learnt: bool
) -> None:
    server.script("/new", Answer(body=FEED))
    found = await get(fetcher(), server.script("/old", to("/new#top", status)))
    assert (found.status, found.final_url) == (FetchStatus.FRESH, server.url("/new"))
    assert found.moved_to == (server.url("/new") if learnt else "")


async def test_one_temporary_hop_makes_the_whole_way_temporary(server: FeedServer) -> None:
    server.script("/c", Answer(body=FEED))
    server.script("/b", to("/c", 302))
    assert (await get(fetcher(), server.script("/a", to("/b")))).moved_to == ""


async def test_five_redirects_are_followed_and_no_sixth(server: FeedServer) -> None:
    server.script("/5", Answer(body=FEED))
    for hop in range(5):
        server.script(f"/{hop}", to(f"/{hop + 1}"))
    assert (await get(fetcher(), server.url("/0"))).status is FetchStatus.FRESH
    server.script("/5", to("/6"))
    found = await get(fetcher(), server.url("/0"))
    assert found.status is FetchStatus.REFUSED
    assert server.requests("/6") == []


async def test_a_circle_ends(server: FeedServer) -> None:
    assert (await get(fetcher(), server.script("/a", to("/a")))).status is FetchStatus.REFUSED


@pytest.mark.parametrize(
    "target", ["file:///etc/hostname", "ftp://example.com/x", "http://user:pw@example.com/", "http://"]
)
async def test_a_redirect_to_anything_but_http_is_refused(server: FeedServer, target: str) -> None:
    found = await get(fetcher(), server.script("/a", to(target)))
    assert found.status is FetchStatus.REFUSED


# ── private addresses ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]", "0"]
)
async def test_loopback_is_refused_in_every_spelling(server: FeedServer, host: str) -> None:
    server.script("/rss", Answer(body=FEED))
    found = await get(fetcher("other.example", jitter=0.0), f"http://{host}:{server.port}/rss")
    assert found.status in (FetchStatus.REFUSED, FetchStatus.UNREACHABLE)
    assert found.body == b""
    assert server.asked == []


@pytest.mark.parametrize(
    "address",
    [
        "10.0.0.1", "172.16.3.4", "192.168.1.1", "169.254.169.254", "100.64.0.1", "127.9.9.9", "0.1.2.3",
        "224.0.0.1", "240.0.0.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fec0::1", "ff02::1",
        "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:7f00:1::", "nonsense",
    ],
)  # fmt: skip
async def test_a_name_that_leads_to_a_private_address_is_refused(address: str) -> None:
    async def resolver(host: str, port: int) -> Sequence[str]:
        return ["93.184.215.14", address]

    found = await get(fetcher("x.example", resolver=resolver, jitter=0.0), "http://news.example/rss")
    assert found.status is FetchStatus.REFUSED
    assert "news.example" in found.message


async def test_a_redirect_into_the_private_network_is_refused(server: FeedServer) -> None:
    hidden = server.script("/hidden", Answer(body=FEED))
    url = server.script("/a", to(hidden.replace("127.0.0.1", "localhost")))
    found = await get(fetcher("127.0.0.1:1", server.host, jitter=0.0, resolver=_mixed), url)
    assert found.status is FetchStatus.REFUSED
    assert server.requests("/hidden") == []


async def _mixed(host: str, port: int) -> Sequence[str]:
    return ["127.0.0.2"] if host == "localhost" else [host]


async def test_the_connection_goes_to_the_address_that_was_judged(server: FeedServer) -> None:
    """DNS rebinding: the second look-up never happens."""
    answers = iter([["127.0.0.1"]])

    async def resolver(host: str, port: int) -> Sequence[str]:
        return next(answers)

    server.script("/rss", Answer(body=FEED))
    url = f"http://news.example:{server.port}/rss"
    found = await get(fetcher("news.example", resolver=resolver), url)
    assert (found.status, found.body) == (FetchStatus.FRESH, FEED)
    assert server.asked[0].headers["host"] == f"news.example:{server.port}"


@pytest.mark.parametrize("entry", ["127.0.0.1", "127.0.0.0/8", "{host}", "127.0.0.1/32"])
async def test_the_operator_allows_by_host_port_or_block(server: FeedServer, entry: str) -> None:
    url = server.script("/rss", Answer(body=FEED))
    assert (await get(fetcher(entry.format(host=server.host)), url)).status is FetchStatus.FRESH


async def test_an_allowed_port_allows_no_other(server: FeedServer) -> None:
    url = server.script("/rss", Answer(body=FEED))
    assert (await get(fetcher("127.0.0.1:1", jitter=0.0), url)).status is FetchStatus.REFUSED


@pytest.mark.parametrize("url", ["file:///etc/hostname", "https://u:p@example.com/", "nothing", "http:///x"])
async def test_what_is_no_web_address_is_never_asked(url: str) -> None:
    assert (await get(fetcher(), url)).status is FetchStatus.REFUSED


async def test_an_unknown_name_is_unreachable() -> None:
    async def resolver(host: str, port: int) -> Sequence[str]:
        raise socket.gaierror(-2, "Name or service not known")

    found = await get(fetcher(resolver=resolver, jitter=0.0), "https://news.example/rss")
    assert (found.status, found.message) == (FetchStatus.UNREACHABLE, "the name news.example is unknown")


async def test_the_environments_proxy_is_ignored(server: FeedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    assert (await get(fetcher(), server.script("/rss", Answer(body=FEED)))).status is FetchStatus.FRESH


# ── manners ────────────────────────────────────────────────────────────────────────────────────────


async def test_two_at_a_time_at_somebody_elses_host(server: FeedServer, public: str) -> None:
    urls = [server.script(f"/{n}", Answer(body=b"<rss>" + b"x" * 8, drip=0.005)) for n in range(8)]
    polite = fetcher("x.example", resolver=_loopback, jitter=0.01)
    found = await get_all(polite, *[request(url.replace("127.0.0.1", public)) for url in urls])
    assert {one.status for one in found} == {FetchStatus.FRESH}
    assert server.most_at_once == 2


async def test_after_a_429_the_host_is_left_alone_for_the_rest_of_the_run(
    server: FeedServer, public: str
) -> None:
    urls = [server.script(f"/{n}", Answer(429, headers={"Retry-After": "60"})) for n in range(6)]
    polite = fetcher("x.example", resolver=_loopback, per_host=1, jitter=0.0)
    found = await get_all(polite, *[request(url.replace("127.0.0.1", public)) for url in urls])
    assert {(one.status, one.retry_after) for one in found} == {(FetchStatus.RATE_LIMITED, 60.0)}
    assert len(server.asked) == 1
    assert sorted(one.http_status for one in found) == [0, 0, 0, 0, 0, 429]


async def test_at_an_allowed_host_a_429_concerns_one_feed(server: FeedServer) -> None:
    limited = server.script("/0", Answer(429, headers={"Retry-After": "60"}))
    others = [server.script(f"/{number}", Answer(body=FEED)) for number in range(1, 6)]
    found = await get_all(fetcher(), *[request(url) for url in (limited, *others)])
    assert sorted(one.status for one in found) == [FetchStatus.FRESH] * 5 + [FetchStatus.RATE_LIMITED]


async def test_a_whole_newsroom_is_fetched_quickly_and_asked_once_each(server: FeedServer) -> None:
    def reply(asked: Asked) -> Answer:
        return Answer(304) if "if-none-match" in asked.headers else Answer(body=FEED, headers={"ETag": '"1"'})

    urls = [server.script(f"/{number}", reply) for number in range(170)]
    cold = await get_all(fetcher(), *[request(url) for url in urls])
    assert sorted(one.request.url for one in cold) == sorted(urls)
    began = monotonic()
    warm = await get_all(fetcher(), *[request(url, etag='"1"') for url in urls])
    assert {one.status for one in warm} == {FetchStatus.UNCHANGED}
    assert monotonic() - began < 3  # measured 0.3 s alone; the limit is for a crowded machine
    assert len(server.asked) == 340


async def test_stopping_early_leaves_nothing_running(server: FeedServer) -> None:
    urls = [server.script("/a", Answer(body=FEED)), server.script("/b", Answer(hang=True))]
    stream = fetcher().fetch([request(url) for url in urls])
    first = await anext(stream)
    assert first.status is FetchStatus.FRESH
    await stream.aclose()  # type: ignore[attr-defined]
    assert [task for task in asyncio.all_tasks() if task is not asyncio.current_task()] == []


async def test_nothing_to_ask_is_fine() -> None:
    assert await get_all(fetcher()) == []
