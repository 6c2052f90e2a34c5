"""What every command starts from: the settings and, when it needs one, the wired house."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from newsletter.cli.output import printable
from newsletter.errors import NewsletterError
from newsletter.settings import Loaded, load

if TYPE_CHECKING:
    from newsletter.wiring import House


def settings(**given: str) -> Loaded:
    return load(os.environ, Path.cwd(), given)


@contextmanager
def house(**given: str) -> Iterator[House]:
    """The wired house; closes pools and connections at the end."""
    from newsletter.wiring import House

    with House(settings(**given).settings, say=lambda text: click.echo(printable(text), err=True)) as built:
        yield built


class DateParam(click.ParamType[date]):
    """DATE, YYYY-MM-DD."""

    name = "date"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        from newsletter.pipeline.days import parse_date

        if isinstance(value, date):
            return value
        try:
            return parse_date(str(value))
        except NewsletterError as problem:
            self.fail(str(problem), param, ctx)


class TimeParam(click.ParamType[datetime]):
    """TIME, ISO 8601 with a zone."""

    name = "time"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        from newsletter.pipeline.days import parse_time

        if isinstance(value, datetime):
            return value
        try:
            return parse_time(str(value))
        except NewsletterError as problem:
            self.fail(str(problem), param, ctx)


DATE = DateParam()
TIME = TimeParam()

correction_option = click.option(
    "--correction",
    type=click.IntRange(min=0),
    default=0,
    metavar="N",
    help="The mail of that correction to it, not the issue's own.",
)
