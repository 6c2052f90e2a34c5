"""A strict SendGrid on loopback: refuses what SendGrid refuses, counts what it accepts, fails when told to.

For tests (`SendGridStandIn` as a context manager) and for `newsletter dev sendgrid`. It mails nobody.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import click

from newsletter.dev.sendgrid_handler import Desk, Handler, Server
from newsletter.dev.sendgrid_ledger import Ledger, StoodMail

DEV_KEY = "SG.stand-in"
_FAILURES = (
    "timeout",
    "timeout-after-accept",
    "reset-before",
    "reset-after-accept",
    "garbage",
    "cut-receipt",
)


class SendGridStandIn:
    """``with SendGridStandIn() as stand_in:`` serves at ``stand_in.url`` until the block ends.

    ``record``: a file that gets a JSON line for each accepted mail, so that another process can count.
    ``tell`` is told of each request in a sentence without full addresses. ``stops_last``: see `Ledger`.
    """

    def __init__(
        self,
        api_key: str = DEV_KEY,
        port: int = 0,
        record: Path | None = None,
        tell: Callable[[str], None] | None = None,
        now: Callable[[], float] = time.time,
        stops_last: float | None = None,
    ) -> None:
        self._desk = Desk(api_key, Ledger(record, stops_last), tell or (lambda _: None), now)
        self._server = Server(("127.0.0.1", port), Handler)
        self._server.desk = self._desk
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

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

    def calm_down(self) -> None:
        """Forget the failures that are still to come."""
        self._desk.failures.clear()
        self._desk.stop_failures.clear()

    def fail_next_stop(self, kind: str, times: int = 1) -> None:
        """Fail the next cancellations: ``timeout``, or ``timeout-after-accept``."""
        self._desk.stop_failures.extend([kind] * times)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._desk.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


def main(port: int = 8025, record: Path | None = None, api_key: str = DEV_KEY) -> None:
    """Serve until interrupted, and say what arrives."""
    with SendGridStandIn(api_key, port, record, tell=click.echo) as stand_in:
        try:
            click.echo(f"A strict SendGrid that mails nobody, at {stand_in.url} (Ctrl-C ends it). To use it:")
            click.echo("  export NEWSLETTER_PROVIDER=sendgrid")
            click.echo(
                f"  export NEWSLETTER_SENDGRID_URL={stand_in.url} NEWSLETTER_SENDGRID_API_KEY={api_key}"
            )
            threading.Event().wait()
        except KeyboardInterrupt:
            click.echo(f"{len(stand_in.mails)} mails accepted to {len(stand_in.per_recipient())} addresses.")
