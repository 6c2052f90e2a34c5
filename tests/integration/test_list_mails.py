"""Mail about one's own subscription through each provider, and how it looks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from newsletter.dev.sendgrid import SendGridStandIn
from newsletter.domain.brand import Brand
from newsletter.domain.signups import ListMailKind
from newsletter.errors import ProviderRejected, TemplateError
from newsletter.locate import folder
from newsletter.mailing.payload_rules import check_payload
from newsletter.mailing.letters import letter_payload
from newsletter.rendering.contrast import worst_contrast
from newsletter.rendering.listmail import ListMailRenderer
from newsletter.web.app import create_app
from newsletter.wiring import House
from tests.support.signup_house import READER, Clock, link_in, mails, person, sign_up
from tests.support.smtp_server import SmtpStandIn
from tests.support.web_client import Client
from tests.support.web_house import NOW, make_house

KEY = "SG.very-secret-key"


@pytest.fixture
def clock() -> Clock:
    return Clock()


def asked(house: House, clock: Clock, address: str = READER) -> Client:
    client = Client(create_app(house))
    sign_up(client, clock, address)
    return client
