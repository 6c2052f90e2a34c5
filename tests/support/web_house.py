"""A house with a real SQLite file, the fictional issue in it, and a few readers: what the pages are tested on."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from newsletter.domain.audience import Subscriber, parse_address
from newsletter.domain.checks import Check, Verdict
from newsletter.domain.document import document, sha256
from newsletter.domain.issue import Issue, Mail
from newsletter.domain.outlet import Outlet, Paywall, Registry
from newsletter.domain.tokens import Purpose, sign
from newsletter.ports import StoredIssue
from newsletter.rendering.balance import balance_of
from newsletter.settings import load
from newsletter.wiring import House
from tests.support.sample_issue import outlets, sample_issue

NOW = datetime(2026, 8, 14, 12, 0, tzinfo=UTC)
KEY = "k" * 40
CHECKS = (
    Check("html-size", "62,411 bytes", "95,000 bytes", Verdict.PASS),
    Check("reading-time", "5 min 12 s", "5 min", Verdict.FAIL, "Take a story out, or shorten the overview."),
    Check("supply", "5 outlets on the right", "8", Verdict.WARN, "Look at `newsletter feeds`."),
)


_MAILS: dict[object, Mail] = {}


def make_house(home: Path, *, clock=lambda: NOW, **settings: str) -> House:
    """A house in that folder; `settings` by name without prefix."""
    given = {"HOME": str(home), "SECRET_KEY": KEY, "PUBLIC_URL": "http://testserver", **settings}
    house = House(load({}, home, given).settings, clock)
    house.registry = registry()
    return house


def registry() -> Registry:
    """The fictional outlets, one of them switched off."""
    rows = [
        Outlet(
            name=one.name,
            domain=domain,
            leaning=one.leaning,
            rated_on=date(2026, 5, 2),
            basis=f"Two public raters agree on {one.name}.",
            owner="Harbor Media" if n % 5 == 0 else "",
            paywall=list(Paywall)[n % 3],
            enabled=domain != "eaglereview.example",
        )
        for n, (domain, one) in enumerate(outlets().items())
    ]
    return Registry(tuple(rows))


def stored(house: House, issue: Issue, revision: int = 1) -> StoredIssue:
    """The issue as a build would keep it."""
    mail = rendered(house, issue)
    return StoredIssue(
        date=issue.date,
        revision=revision,
        number=issue.number,
        as_of=issue.as_of,
        frozen=False,
        html_sha256=sha256(mail.html),
        document=document(issue, mail, CHECKS, balance_of(issue)),
        html=mail.html,
        text=mail.text,
    )


def rendered(house: House, issue: Issue) -> Mail:
    """The mail of an issue, made once for all tests that want the same."""
    key = (repr(house.brand), house.templates, house.settings.public_url, repr(issue))
    if key not in _MAILS:
        _MAILS[key] = house.renderer.render(issue)
    return _MAILS[key]


def keep(house: House, issue: Issue | None = None, revision: int = 1, *, frozen: bool = True) -> StoredIssue:
    """Put an issue (the rich one) into the house's store, frozen as a mailed one is."""
    made = stored(house, issue or sample_issue(), revision)
    house.issues.save(made)
    if frozen:
        house.issues.freeze(made.date, revision)
    return made


def keep_days(house: House, count: int) -> None:
    """The rich issue on ``count`` days before its own; the stories named by their day."""
    whole = sample_issue()
    base = stored(house, whole)
    for back in range(1, count + 1):
        day = date.fromordinal(whole.date.toordinal() - back)
        stories = tuple(
            replace(s, id=s.id.replace(whole.date.isoformat(), day.isoformat())) for s in whole.stories
        )
        issue = replace(
            whole, date=day, number=whole.number - back, stories=stories, in_brief=(), blindspots=()
        )
        doc = {
            **document(issue, rendered(house, whole), CHECKS, {}),
            "subject": f"Harbor bill, day {back}",
        }
        house.issues.save(replace(base, date=day, number=issue.number, document=doc))


def add_reader(house: House, address: str = "reader@example.org", **more: object) -> tuple[Subscriber, str]:
    """A subscriber on the list and the unsubscribe token that a mail would carry."""
    email, key = parse_address(address)
    public_id = f"id{abs(hash(key)):024x}"[:26]
    subscriber = Subscriber(
        public_id=public_id, email=email, address_key=key, created_at=NOW, consent_at=NOW, **more
    )
    house.subscribers.add(subscriber)
    return subscriber, sign(KEY.encode(), Purpose.UNSUBSCRIBE, public_id, subscriber.token_version)
