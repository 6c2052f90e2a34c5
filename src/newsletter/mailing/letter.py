"""What every way of handing mail over shares: clean header values, one-click headers, the marked test mail."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from newsletter.domain.audience import parse_address
from newsletter.domain.mailing import Addressed, Envelope, Recipient, unsubscribe_url

TEST_TOKEN = "test-mail"  # no public id has a dash: it opens nobody's page
TEST_BATCH = "test"
_NAME_LIMIT = 100  # characters; keeps 1,000 names far from the provider's 30 MB
_PLAIN_NAME = re.compile(r"[\w.'-]+(?: [\w.'-]+)*")
_SEPARATORS = str.maketrans(dict.fromkeys(';,"<>\\', " "))


def one_line(text: str) -> str:
    """The text without control characters and line breaks, runs of white space as one space.

    A line break in a header value would begin a header of the writer's choice.
    """
    if text.isprintable():  # no line break, nor any other white space than blanks
        return " ".join(text.split())
    visible = "".join(c if c.isprintable() or c.isspace() else " " for c in text)
    return " ".join(visible.split())


def display_name(name: str) -> str:
    """A recipient's name that no provider refuses and that cannot be read as a second address.

    SendGrid answers 400 to ``;`` and ``,`` in a recipient's name, and one such name fails its whole batch.
    """
    if len(name) <= _NAME_LIMIT and _PLAIN_NAME.fullmatch(name):
        return name
    return one_line(name.translate(_SEPARATORS))[:_NAME_LIMIT].rstrip()


def list_id(envelope: Envelope) -> str:
    """RFC 2919: the list's identity in angle brackets."""
    value = one_line(envelope.list_id)
    return value if "<" in value else f"<{value}>"


def one_click_headers(envelope: Envelope, token: str) -> Mapping[str, str]:
    """RFC 8058: exactly one HTTPS address, literally, and the line that allows one click."""
    return {
        "List-Unsubscribe": f"<{unsubscribe_url(envelope.public_url, token)}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def marked_test(envelope: Envelope, email: str) -> tuple[Envelope, Addressed]:
    """The envelope marked as a test and its one recipient, who is no subscriber and gets nobody's token.

    Raises `InvalidAddress`.
    """
    address, _ = parse_address(email)
    recipient = Recipient(TEST_BATCH, 0, TEST_BATCH, address, "", 0)
    marked = replace(envelope, subject=f"[Test] {envelope.subject}")
    return marked, Addressed(recipient, TEST_TOKEN)
