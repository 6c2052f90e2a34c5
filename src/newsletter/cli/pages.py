"""preview, serve, reports: what is seen in a browser, and what readers send back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import click

from newsletter.cli.context import DATE, house
from newsletter.cli.output import json_option, local, print_table, report

PORT = click.IntRange(0, 65_535)


@click.command("serve")
@click.option("--port", type=PORT, default=8080, show_default=True, help="0 takes a free one.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
def serve_command(port: int, host: str) -> None:
    """Answer every link that the mail holds, and the sign-up form: stories, issues, settings, unsubscribing, reports.

    \b
    newsletter serve
    newsletter serve --host 0.0.0.0 --port 8080

    Put it behind a web server that speaks HTTPS, and set NEWSLETTER_PUBLIC_URL to the address readers see (and
    NEWSLETTER_TRUSTED_PROXIES where that server is another machine). It also mails whoever signs up.
    Stop it with Ctrl-C or SIGTERM: what is under way is finished. Paths are never logged, they hold tokens.
    """
    from newsletter.web.app import check, create_app
    from newsletter.web.drainer import Drainer
    from newsletter.web.server import serve

    with house() as rooms:
        check(rooms)
        s = rooms.settings
        with Drainer(rooms.sign_up_desk) as drainer:
            app = create_app(rooms, drainer.wake)
            serve(app, host, port, lambda address: _announce(address, s.public_url), s.trusted_proxies)


def _announce(address: str, public: str) -> None:
    click.echo(f"Serving the pages at {address}")
    if public != address:
        click.echo(f"Mail links lead to {public} (NEWSLETTER_PUBLIC_URL).")


@click.command("preview")
@click.argument("day", type=DATE, required=False, metavar="[DATE]")
@click.option("--port", type=PORT, default=8081, show_default=True, help="0 takes a free one.")
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Elsewhere than on this machine it asks for a token.",
)
@click.option("--no-browser", is_flag=True, help="Only say the address; open nothing.")
def preview_command(day: date | None, port: int, host: str, no_browser: bool) -> None:
    """The editor's desk: the issue of DATE (default the newest) as it will arrive, and its line-up to change.

    \b
    newsletter preview
    newsletter preview 2026-08-14 --no-browser

    Phone and desktop side by side, dark mode, images off, plain text, source, the checks; line-up, words and
    articles to change, with undo; approval, test mail, halt. A changed template, brand.toml or issue shows within a
    second; what was edited before the preview began shows after the next edit, or `newsletter build`. It answers on
    this machine only; with --host elsewhere, only who has the token in the address it prints.
    """
    import secrets

    from newsletter.web.desk import create_desk
    from newsletter.web.desktoken import is_loopback
    from newsletter.web.server import serve

    token = "" if is_loopback(host) else secrets.token_urlsafe(24)
    query = f"/?token={token}" if token else ""
    with house() as rooms:
        desk = create_desk(rooms, day, token)
        serve(desk, host, port, lambda address: _open(address + query, not no_browser and not token))


def _open(address: str, browser: bool) -> None:
    click.echo(f"Preview at {address} (Ctrl-C ends it)")
    if browser:
        import webbrowser

        webbrowser.open(address)


@click.group("reports")
def reports_command() -> None:
    """What readers reported about stories.

    \b
    newsletter reports list
    """


@reports_command.command("list")
@json_option
def list_reports(as_json: bool) -> None:
    """The queue, oldest first. The table masks addresses; --json has them whole.

    \b
    newsletter reports list
    newsletter reports list --json
    """
    with house() as rooms:
        queue, zone = rooms.issues.reports(), rooms.settings.timezone
    report(as_json, lambda: [dict(one) for one in queue], lambda: _print_reports(queue, zone))


def _print_reports(queue: tuple[Mapping[str, Any], ...], zone: Any) -> None:
    from newsletter.web.holder import masked

    if not queue:
        click.echo("No reader has reported anything.")
        return
    rows = [
        (
            one["number"],
            local(one["at"], zone),
            one["story_id"] or one["date"],
            one["kind"],
            one["text"],
            masked(one["contact"]) if one["contact"] else "–",
        )
        for one in queue
    ]
    print_table(("no.", "when", "story", "about", "text", "from"), rows, right=(0,))
