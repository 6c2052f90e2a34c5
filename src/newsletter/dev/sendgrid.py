"""A strict SendGrid on loopback: refuses what SendGrid refuses, counts what it accepts, fails when told to.

For tests (`SendGridStandIn` as a context manager) and for `newsletter dev sendgrid`. It mails nobody.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import click

from newsletter.dev.sendgrid_events import EventDesk
from newsletter.dev.sendgrid_handler import Desk, Handler, Server
from newsletter.dev.sendgrid_ledger import Ledger, StoodMail
from newsletter.dev.sendgrid_setup import Setup, webhook

DEV_KEY = "SG.stand-in"
_FAILURES = (
    "timeout",
    "timeout-after-accept",
    "reset-before",
    "reset-after-accept",
    "garbage",
    "cut-receipt",
)


class OutsideTheFile(AssertionError):
    """A request that the provider's published OpenAPI file does not allow."""


class SendGridStandIn:
    """``with SendGridStandIn() as stand_in:`` serves at ``stand_in.url`` until the block ends.

    ``record``: a file that gets a JSON line for each accepted mail, so that another process can count.
    ``tell`` is told of each request in a sentence without full addresses. ``stops_last``, ``lists_done``: see
    `Ledger`. ``events_to``: where signed events are posted about what was accepted, within a second; empty:
    nowhere.

    A block that ends well raises `OutsideTheFile` when a request (or an answer of ours) was not as the provider's
    OpenAPI file has it; a test that asks for such a thing says so with `asked_for`.
    """

    def __init__(
        self,
        api_key: str = DEV_KEY,
        port: int = 0,
        record: Path | None = None,
        tell: Callable[[str], None] | None = None,
        now: Callable[[], float] = time.time,
        stops_last: float | None = None,
        events_to: str = "",
        lists_done: bool = False,
    ) -> None:
        ledger = Ledger(record, stops_last, lists_done)
        desk = EventDesk(api_key)
        hooks = (webhook(events_to, desk.public_key),) if events_to else ()
        self._desk = Desk(api_key, ledger, desk, Setup(webhooks=hooks), tell or (lambda _: None), now)
        self._events_to, self._told_of = events_to, 0
        self._server = Server(("127.0.0.1", port), Handler)
        self._server.desk = self._desk
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._teller = threading.Thread(target=self._tell_events, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def ledger(self) -> Ledger:
        return self._desk.ledger

    @property
    def mails(self) -> tuple[StoodMail, ...]:
        return self.ledger.mails

    def per_recipient(self) -> Counter[str]:
        """How many mails each address got."""
        return self.ledger.per_recipient()

    def fail_next(self, kind: int | str, times: int = 1, headers: Mapping[str, str] | None = None) -> None:
        """Fail the next requests for ``/v3/mail/send``, each of which would have been accepted.

        A status; or ``timeout`` (no answer), ``reset-before`` (nothing accepted, connection reset), and the same
        ``…-after-accept``; ``garbage`` (no HTTP); ``cut-receipt`` (accepted, but the 202's body breaks off).
        """
        if isinstance(kind, str) and kind not in _FAILURES:
            raise ValueError(f"one of {_FAILURES}, or a status")
        self._desk.failures.extend([(kind, headers or {})] * times)

    def plan(self, faults: Mapping[int, int | str]) -> None:
        """Fail the sends of those numbers, counted from the next one that would be accepted."""
        for number in range(1, max(faults, default=0) + 1):
            self._desk.failures.append((faults.get(number, 0), {}))

    def calm_down(self) -> None:
        """Forget the failures that are still to come."""
        self._desk.failures.clear()
        self._desk.stop_failures.clear()

    def fail_next_stop(self, kind: str, times: int = 1) -> None:
        """Fail the next cancellations: ``timeout``, or ``timeout-after-accept``."""
        self._desk.stop_failures.extend([kind] * times)

    # ── events and suppressions ────────────────────────────────────────────────────────────────────

    @property
    def events(self) -> EventDesk:
        return self._desk.events

    def events_so_far(self) -> list[dict[str, Any]]:
        """All that becomes of everything accepted, in order."""
        return [row for mail in self.mails for row in self.events.events_of(mail, self._desk.now())]

    def post(self, url: str, events: Iterable[Mapping[str, Any]]) -> list[int]:
        """Post events, signed; the answers' statuses."""
        return self.events.post(url, list(events), self._desk.now())

    def fail_pages(self, status: int, times: int = 1, headers: Mapping[str, str] | None = None) -> None:
        """Answer the next pages of suppression lists with that status."""
        self._desk.page_failures.extend([(status, headers or {})] * times)

    def _tell_events(self) -> None:
        while not self._desk.closing.wait(0.5):
            mails, end = self.ledger.since(self._told_of, self._desk.now())
            rows = [row for mail in mails for row in self.events.events_of(mail, self._desk.now())]
            try:
                statuses = self.post(self._events_to, rows)
            except OSError:  # nobody listens yet: the provider, too, comes back
                continue
            if any(status >= 300 for status in statuses):
                self._desk.tell(f"events: answered {max(statuses)}; they are posted again")
                continue
            self._told_of = end
            if rows:
                self._desk.tell(f"events: {len(rows)} posted")

    def __enter__(self) -> Self:
        self._thread.start()
        if self._events_to:
            self._teller.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._desk.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)
        if kind is None and self.outside:
            raise OutsideTheFile("\n".join(self.outside))

    @property
    def setup(self) -> Setup:
        """The account: scopes, domains, senders, webhooks."""
        return self._desk.setup

    @property
    def outside(self) -> tuple[str, ...]:
        """What was outside the provider's OpenAPI file so far."""
        return tuple(self._desk.outside)

    def asked_for(self) -> tuple[str, ...]:
        """What was outside the file so far, and forget it: it was meant."""
        told = self.outside
        self._desk.outside.clear()
        return told


def planned_faults(words: Iterable[str]) -> dict[int, int | str]:
    """``3:429`` is the third send's, ``timeout`` the next one's that has none. Raises `ValueError` with the word."""
    found: dict[int, int | str] = {}
    for word in words:
        number, _, fault = word.rpartition(":")
        if not (fault in _FAILURES or (fault.isdigit() and 300 <= int(fault) <= 599)):
            raise ValueError(
                f"{fault!r} is no fault: a status from 300 to 599, or one of {', '.join(_FAILURES)}"
            )
        if number and not (number.isdigit() and int(number)):
            raise ValueError(f"{word!r}: before the colon stands which send it is, from 1 on")
        place = int(number) if number else next(n for n in range(1, len(found) + 2) if n not in found)
        found[place] = int(fault) if fault.isdigit() else fault
    return found


def main(
    port: int = 8025,
    record: Path | None = None,
    api_key: str = DEV_KEY,
    events_to: str = "",
    faults: Mapping[int, int | str] | None = None,
) -> None:
    """Serve until interrupted, and say what arrives."""
    with SendGridStandIn(api_key, port, record, tell=click.echo, events_to=events_to) as stand_in:
        stand_in.plan(faults or {})
        try:
            click.echo(f"A strict SendGrid that mails nobody, at {stand_in.url} (Ctrl-C ends it). To use it:")
            click.echo("  export NEWSLETTER_PROVIDER=sendgrid")
            click.echo(
                f"  export NEWSLETTER_SENDGRID_URL={stand_in.url} NEWSLETTER_SENDGRID_API_KEY={api_key}"
            )
            if events_to:
                click.echo(f"  export NEWSLETTER_WEBHOOK_PUBLIC_KEY={stand_in.events.public_key}")
                click.echo(f"Events about what is accepted are posted to {events_to}")
            threading.Event().wait()
        except KeyboardInterrupt:
            click.echo(f"{len(stand_in.mails)} mails accepted to {len(stand_in.per_recipient())} addresses.")
            if told := stand_in.asked_for():
                click.echo(f"{len(told)} requests were outside the provider's published rules; see above.")
