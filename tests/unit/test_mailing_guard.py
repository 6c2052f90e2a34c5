"""Example values never mail anybody for real."""

from __future__ import annotations

import re

import pytest

from newsletter.errors import Refused
from newsletter.mailing.guard import is_example_host, real_send_problems, refuse_example_values

GOOD = {
    "from_email": "daily@bothsides.press",
    "from_name": "Both Sides",
    "public_url": "https://bothsides.press/news",
    "postal_address": "1 Harbour Street, Port Alder",
    "api_key": "SG.abc",
}


def test_a_real_set_up_has_no_problem() -> None:
    assert real_send_problems(**GOOD) == ()
    refuse_example_values(())


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("from_email", ""),
        ("from_email", "daily"),
        ("from_email", "daily@example.com"),
        ("from_email", "daily@news.example.org"),
        ("from_email", "daily@news.test"),
        ("from_email", "münchen@bothsides.press"),
        ("from_name", " "),
        ("public_url", ""),
        ("public_url", "bothsides.press"),
        ("public_url", "http://bothsides.press"),
        ("public_url", "https://news.example.com"),
        ("public_url", "https://localhost:8000"),
        ("public_url", "https://127.0.0.1"),
        ("public_url", "https://[::1]:8000"),
        ("public_url", "https://192.168.0.4"),
        ("public_url", "https://newsbox"),
        ("public_url", "https://bothsides.press:port"),
        ("public_url", "https://bothsides.press/?a=1"),
        ("public_url", "https://me@bothsides.press"),
        ("postal_address", ""),
        ("postal_address", "1 Example Street"),
        ("api_key", ""),
        ("api_key", "SG.your-key-here"),
    ],
)
def test_each_example_value_is_found_with_a_fix(setting: str, value: str) -> None:
    (problem,) = real_send_problems(**{**GOOD, setting: value})
    assert problem.setting.lower().endswith(setting)
    assert "NEWSLETTER_" in problem.fix
    with pytest.raises(Refused, match=re.escape(problem.what)) as caught:
        refuse_example_values([problem])
    assert caught.value.exit_status == 3


def test_example_hosts_are_the_reserved_ones_only() -> None:
    assert is_example_host("Example.COM.")
    assert not is_example_host("exampleville.com")
    assert not is_example_host("example.com.bothsides.press")
