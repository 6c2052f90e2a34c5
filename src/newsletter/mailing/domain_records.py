"""TXT records as the machine's own resolver has them, for `newsletter doctor`."""

from __future__ import annotations

from dataclasses import dataclass

from newsletter.mailing.guard import is_example_host

_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Texts:
    """TXT records of a name; ``found`` None where nobody could look, and ``why``."""

    found: tuple[str, ...] | None
    why: str = ""


def texts(name: str, domain: str) -> Texts:
    """The TXT records of ``name``, which lies in ``domain``. A name that is not there has none."""
    if is_example_host(domain):
        return Texts(None, f"{domain} is an example")
    import dns.exception
    import dns.resolver

    try:
        answer = dns.resolver.Resolver().resolve(name, "TXT", lifetime=_SECONDS)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return Texts(())
    except (dns.exception.DNSException, OSError) as problem:  # no resolver, none that answers, a broken name
        return Texts(None, f"no answer from the DNS ({type(problem).__name__})")
    return Texts(tuple(b"".join(row.strings).decode("utf-8", "replace") for row in answer))


def dmarc(domain: str, candidates: tuple[str, ...]) -> Texts:
    """The policy of the domain, else of the nearest one above it that has one (RFC 7489, 6.6.3)."""
    last = Texts(())
    for name in candidates:
        last = texts(f"_dmarc.{name}", domain)
        if last.found is None or last.found:
            return last
    return last
