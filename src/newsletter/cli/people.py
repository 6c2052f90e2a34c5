"""subscribers: the list. What concerns one person, the whole list and the sign-up form stand in files of their own."""

from __future__ import annotations

import click

from newsletter.cli.people_all import count, export, import_, list_
from newsletter.cli.people_one import add, confirm, edit, erase, lift, remove
from newsletter.cli.people_signups import signups


@click.group("subscribers")
def subscribers_command() -> None:
    """The list: who gets the issue, with whose consent.

    \b
    newsletter subscribers add reader@example.org
    newsletter subscribers import list.csv
    newsletter subscribers count
    """


for command in (add, confirm, edit, remove, erase, lift, import_, export, list_, count, signups):
    subscribers_command.add_command(command)
