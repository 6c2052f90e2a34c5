"""Whether mail may go for real, judged from what the provider and the DNS say. Pure; `newsletter doctor` prints it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

CLOCK_OFF = timedelta(seconds=60)
"""More than that, and mornings, leases and the webhook's time stamps are wrong."""

SENDING_SCOPES: Mapping[str, str] = {
    "mail.send": "to send at all",
    "mail.batch.create": "to hand mail over ahead of its morning",
    "user.scheduled_sends.create": "to cancel what is in doubt, and for `newsletter halt`",
    "user.scheduled_sends.read": "to see whether a cancellation took",
    "user.scheduled_sends.update": "to turn a paused batch into a cancelled one",
    "suppression.read": "for `newsletter sync-suppressions`",
}
"""What the key has to be able to do, and what for."""
LOOKING_SCOPES: Mapping[str, str] = {
    "whitelabel.read": "to see whether the sender's domain is authenticated",
    "user.webhooks.event.settings.read": "to see whether the event webhook is set up",
}
"""What only the doctor needs."""
WEBHOOK_EVENTS: Mapping[str, str] = {
    "processed": "settles uncertain batches",
    "delivered": "the count the rates are of",
    "bounce": "who is held back from then on",
    "dropped": "who is held back from then on",
    "deferred": "who is still being tried",
    "spam_report": "who complained; the alarm and the stop",
    "unsubscribe": "who left at the provider",
    "group_unsubscribe": "who left at the provider",
    "group_resubscribe": "who came back there",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found. ``ok`` None: nobody could look, and ``found`` says why; that holds nothing up."""

    ok: bool | None
    found: str
    fix: str = ""


@dataclass(frozen=True, slots=True)
class Key:
    """An API key's scopes, and the provider's clock when it told them."""

    scopes: frozenset[str]
    there: datetime | None = None


@dataclass(frozen=True, slots=True)
class DomainRecord:
    """A DNS record that the provider asks for."""

    kind: str
    host: str
    data: str
    valid: bool


@dataclass(frozen=True, slots=True)
class Domain:
    """A domain's authentication at the provider."""

    id: int
    name: str
    valid: bool
    records: Mapping[str, DomainRecord] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Webhook:
    """An event webhook as the provider has it. ``public_key`` is empty where it does not sign."""

    url: str
    enabled: bool
    public_key: str
    events: frozenset[str]


def scopes_verdict(key: Key) -> Verdict:
    """Whether the key may do what sending asks for; each missing scope with what it is for."""
    missing = _told(SENDING_SCOPES, key.scopes)
    unseen = _told(LOOKING_SCOPES, key.scopes)
    if missing:
        fix = "Give the API key what is missing (Settings, API Keys, Restricted Access)."
        return Verdict(False, f"the key lacks {'; '.join([*missing, *unseen])}", fix)
    more = f"; for the doctor it lacks {'; '.join(unseen)}" if unseen else ""
    return Verdict(True, f"the key has what sending needs{more}")


def _told(wanted: Mapping[str, str], there: frozenset[str]) -> list[str]:
    return [f"{name} ({what})" for name, what in wanted.items() if name not in there]


def clock_verdict(here: datetime, there: datetime | None) -> Verdict:
    """Whether our clock is the provider's."""
    if there is None:
        return Verdict(None, "not compared: nobody told the time")
    off = (here - there).total_seconds()
    if abs(off) <= CLOCK_OFF.total_seconds():
        return Verdict(True, "within a minute of the provider's")
    way = "ahead of" if off > 0 else "behind"
    return Verdict(
        False,
        f"{abs(off):,.0f} s {way} the provider's",
        "Set the machine's clock (NTP) before anything is sent.",
    )


def candidates(domain: str) -> tuple[str, ...]:
    """The domain and those above it, down to two labels: an authentication of a parent covers it (DMARC, relaxed)."""
    labels = domain.lower().rstrip(".").split(".")
    return tuple(".".join(labels[n:]) for n in range(max(1, len(labels) - 1)))


def sender_verdict(email: str, domains: Sequence[Domain] | None, single: bool | None) -> Verdict:
    """Whether the provider lets that address send: its domain authenticated, or the address itself verified."""
    domain = email.rpartition("@")[2].lower()
    fix = (
        f"Authenticate {domain} at SendGrid (Settings, Sender Authentication), or set NEWSLETTER_FROM_EMAIL to an"
        " address of a domain that is."
    )
    if any(one.valid for one in domains or ()):
        return Verdict(True, f"{domain} is authenticated at SendGrid")
    if single:
        return Verdict(True, "the address is verified at SendGrid, its domain is not authenticated")
    if domains:
        return Verdict(False, f"{domain} is known to SendGrid, but not valid", fix)
    if domains is None and single is None:
        return Verdict(None, "not looked at: the key may not ask (whitelabel.read)")
    return Verdict(False, f"SendGrid knows neither {domain} nor the address as verified", fix)


def records_verdict(domain: str, domains: Sequence[Domain] | None, reasons: Mapping[str, str]) -> Verdict:
    """SPF and DKIM of the authenticated domain. ``reasons``: what is wrong with each record, as looked at just now."""
    if domains is None:
        return Verdict(None, "SPF, DKIM: not looked at: the key may not ask (whitelabel.read)")
    if not domains:
        return Verdict(
            None,
            f"SPF, DKIM: SendGrid's own, not {domain}'s: mailboxes ask for yours from 5,000 mails a day on",
            f"Authenticate {domain} at SendGrid and set the records that it names.",
        )
    best = next((one for one in domains if one.valid), domains[0])
    wrong = [(name, _why(record, reasons.get(name))) for name, record in best.records.items()]
    wrong += [(name, why) for name, why in reasons.items() if name not in best.records]
    bad = [(name, why) for name, why in wrong if why]
    if not bad:
        return Verdict(True, f"SPF, DKIM: the records of {best.name} are right ({', '.join(best.records)})")
    hosts = [
        f"{record.kind} {record.host} -> {record.data}"
        for name, _ in bad
        if (record := best.records.get(name))
    ]
    return Verdict(
        False,
        f"SPF, DKIM: {'; '.join(f'{name}: {why}' for name, why in bad)}",
        f"Set in the DNS: {'; '.join(hosts)}." if hosts else "Look at Sender Authentication at SendGrid.",
    )


def _why(record: DomainRecord, told: str | None) -> str:
    if told is not None:
        return told
    return "" if record.valid else "not found when SendGrid last looked"


def dmarc_verdict(domain: str, texts: Iterable[str] | None, why: str = "") -> Verdict:
    """RFC 7489: the policy at ``_dmarc``. ``texts`` None: nobody could look, and ``why``."""
    if texts is None:
        return Verdict(None, f"DMARC: not looked at: {why}")
    found = [text for text in texts if text.replace(" ", "").lower().startswith("v=dmarc1")]
    fix = f'Set in the DNS: TXT _dmarc.{domain} "v=DMARC1; p=none; rua=mailto:…" (and more than none once all is well).'
    if not found:
        return Verdict(False, f"DMARC: {domain} has no policy, which Gmail and Yahoo ask for", fix)
    if len(found) > 1:
        return Verdict(
            False, f"DMARC: {domain} has {len(found)} policies, so none counts", "Leave one of them."
        )
    policy = next(
        (
            part.partition("=")[2].strip()
            for part in found[0].split(";")
            if part.strip().lower().startswith("p=")
        ),
        "",
    )
    if policy.lower() not in ("none", "quarantine", "reject"):
        return Verdict(False, f"DMARC: the policy of {domain} has no usable p=", fix)
    return Verdict(True, f"DMARC: {domain} has a policy (p={policy})")


def spf_verdict(domain: str, texts: Iterable[str] | None, why: str = "") -> Verdict:
    """RFC 7208: who may send for the domain. For a mail server of one's own; SendGrid has a subdomain for it."""
    if texts is None:
        return Verdict(None, f"SPF: not looked at: {why}")
    found = [text for text in texts if text.lower().split(" ")[0] == "v=spf1"]
    if len(found) == 1:
        return Verdict(True, f"SPF: {domain} says who may send for it; DKIM is your mail server's affair")
    fix = f'Set in the DNS: TXT {domain} "v=spf1 … -all", with your mail server in it, once.'
    told = (
        "says nothing of who may send for it" if not found else f"says it {len(found)} times, so none counts"
    )
    return Verdict(False, f"SPF: {domain} {told}", fix)


def webhook_verdict(hooks: Sequence[Webhook] | None, url: str, keys: Sequence[str]) -> Verdict:
    """Whether the provider's events come to us, signed with a key that we know, and those that count among them."""
    if hooks is None:
        return Verdict(None, "not looked at: the key may not ask (user.webhooks.event.settings.read)")
    mine = [hook for hook in hooks if hook.url.rstrip("/") == url]
    if not mine:
        others = f" (but {len(hooks)} to other addresses)" if any(hook.url for hook in hooks) else ""
        return Verdict(False, f"SendGrid posts no events to {url}{others}", f"{_HOOK} with that address.")
    hook = next((one for one in mine if one.enabled), mine[0])
    off = [name for name in WEBHOOK_EVENTS if name not in hook.events]
    if not hook.enabled:
        return Verdict(False, "the event webhook is there, but switched off", "Switch it on at SendGrid.")
    if not hook.public_key:
        return Verdict(False, "the event webhook is not signed", "Switch on Signature Verification there.")
    if hook.public_key not in keys:
        return Verdict(
            False,
            "the event webhook signs with another key than NEWSLETTER_WEBHOOK_PUBLIC_KEY",
            "Set NEWSLETTER_WEBHOOK_PUBLIC_KEY to the key that SendGrid shows there.",
        )
    if off:
        told = "; ".join(f"{name} ({WEBHOOK_EVENTS[name]})" for name in off)
        return Verdict(False, f"the event webhook leaves out {told}", "Tick them at SendGrid.")
    return Verdict(True, f"events are posted to {url}, signed with our key")


_HOOK = "At SendGrid (Settings, Mail Settings, Event Webhook) add a signed webhook"
