"""What `newsletter doctor` looks at about mail: provider, sender, domain records, webhook, clock. Sends nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from newsletter.cli.findings import Finding, attempt
from newsletter.errors import ProviderError, SettingsError
from newsletter.mailing.readiness import (
    Domain,
    Verdict,
    candidates,
    clock_verdict,
    dmarc_verdict,
    records_verdict,
    scopes_verdict,
    sender_verdict,
    spf_verdict,
    webhook_verdict,
)
from newsletter.mailing.sendgrid_account import SendGridAccount
from newsletter.settings.model import Settings
from newsletter.wiring import House


def examine_mail(house: House) -> Iterator[Finding]:
    """What must be right at the provider, in the DNS and here, in the order to mend it."""
    s = house.settings
    for problem in house.problems() if s.provider != "outbox" else ():
        yield Finding(problem.setting, False, problem.what, problem.fix)
    if s.provider == "sendgrid":
        yield from _sendgrid(house)
    elif s.provider == "smtp":
        yield attempt("provider", lambda: _smtp(house))
        yield from _dns(s, with_spf=True)
        yield found("clock", Verdict(None, "not compared: a mail server does not tell the time; keep NTP on"))
    else:
        yield Finding("provider", True, "outbox: mail is written to files, nobody is mailed")


def found(name: str, verdict: Verdict) -> Finding:
    return Finding(name, verdict.ok is not False, verdict.found, verdict.fix, looked=verdict.ok is not None)


def _sendgrid(house: House) -> Iterator[Finding]:
    s = house.settings
    try:
        account = SendGridAccount(s.sendgrid_api_key, s.sendgrid_url)
        key = account.key()
    except (ProviderError, SettingsError) as problem:
        yield Finding("provider", False, problem.message, problem.todo)
        yield attempt("webhook", lambda: _webhook_key(s.webhook_public_key))
        return
    yield Finding("provider", True, f"SendGrid answers; the key has {len(key.scopes)} scopes")
    yield found("scopes", scopes_verdict(key))
    yield found("clock", clock_verdict(house.clock(), key.there))
    yield from _asked("sender", lambda: _sender(s, account))
    yield from _dns(s, with_spf=False)
    yield attempt("webhook", lambda: _webhook_key(s.webhook_public_key))
    url = f"{s.public_url}/webhook/sendgrid"
    yield from _asked(
        "events", lambda: [("events", webhook_verdict(account.webhooks(), url, s.webhook_public_key))]
    )


def _asked(name: str, look: Callable[[], list[tuple[str, Verdict]]]) -> Iterator[Finding]:
    try:
        yield from (found(one, verdict) for one, verdict in look())
    except ProviderError as problem:  # one question without an answer hides no other
        yield Finding(
            name, False, problem.message, "Run `newsletter doctor` again; look at SendGrid's status."
        )


def _sender(s: Settings, account: SendGridAccount) -> list[tuple[str, Verdict]]:
    """The sender's right to send, and the records of its domain."""
    domain = s.from_email.rpartition("@")[2]
    domains = _authenticated(account, domain)
    best = next((one for one in domains or () if one.valid), None) or next(iter(domains or ()), None)
    reasons = account.validated(best) if best else {}
    single = None if best and best.valid else account.verified_sender(s.from_email)
    return [
        ("sender", sender_verdict(s.from_email, domains, single)),
        ("records", records_verdict(domain, domains, reasons)),
    ]


def _authenticated(account: SendGridAccount, domain: str) -> tuple[Domain, ...] | None:
    """The authentications that cover the domain: its own, else those of the one above it."""
    for name in candidates(domain):
        asked = account.domains(name)
        if asked is None or asked:
            return asked
    return ()


def _dns(s: Settings, *, with_spf: bool) -> Iterator[Finding]:
    from newsletter.mailing.domain_records import dmarc, texts

    domain = s.from_email.rpartition("@")[2].lower()
    if with_spf:
        spf = texts(domain, domain)
        yield found("spf", spf_verdict(domain, spf.found, spf.why))
    policy = dmarc(domain, candidates(domain))
    yield found("dmarc", dmarc_verdict(domain, policy.found, policy.why))


def _webhook_key(keys: tuple[str, ...]) -> str:
    """Whether the provider's events would be believed. Without them bounces and complaints go unheard."""
    from newsletter.mailing.events import public_key

    if not keys:
        raise SettingsError(
            "no verification key is set: bounces and complaints would go unheard",
            todo="Switch on SendGrid's signed Event Webhook; set NEWSLETTER_WEBHOOK_PUBLIC_KEY to its key.",
        )
    for key in keys:
        public_key(key)
    return f"{len(keys)} verification key{'s' if len(keys) > 1 else ''}"


def _smtp(house: House) -> str:
    """Whether the mail server lets us in; nothing is sent."""
    from newsletter.mailing.smtp import SmtpProvider

    provider = house.provider
    greeted = provider.greet() if isinstance(provider, SmtpProvider) else ""
    return f"{house.settings.smtp_host} answers, {house.settings.smtp_security}, {greeted}"
