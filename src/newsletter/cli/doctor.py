"""What `newsletter doctor` looks at: everything that must be right before mail leaves for real."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

from newsletter.cli.doctor_mail import examine_mail
from newsletter.cli.findings import Finding, attempt
from newsletter.errors import NewsletterError
from newsletter.settings import Loaded
from newsletter.wiring import House

LOW_DISK = 500 * 1024**2
"""Bytes free under which a day's captures and issue may not fit."""


def examine(loaded: Loaded) -> tuple[Finding, ...]:
    """Every check, in the order to mend them. One that fails never hides another.

    Where all is in order a real provider may be used from then on, until a setting of the mail changes.
    """
    with House(loaded.settings) as house:
        found = tuple(_examine(loaded, house))
        if loaded.settings.real_provider and all(one.ok for one in found):
            house.note_examined()
        return found


def _examine(loaded: Loaded, house: House) -> Iterator[Finding]:
    s = loaded.settings
    yield Finding(
        "settings",
        not loaded.unknown,
        "all known" if not loaded.unknown else f"not known: {', '.join(loaded.unknown)}",
        "" if not loaded.unknown else "Correct the names; `newsletter settings` lists the known ones.",
    )
    yield attempt("brand", lambda: f"“{house.brand.name}”, colours readable")
    yield attempt("registry", lambda: _registry(house))
    yield _supply(house)
    yield attempt("database", lambda: _database(house))
    yield attempt("secret key", lambda: f"there, {len(house.secret_keys) - 1} old ones still accepted")
    yield attempt("parser", lambda: _parser())
    yield attempt("embeddings", lambda: _embeddings(house))
    yield _disk(house)
    yield _subscribers(house)
    yield _sign_ups(house)
    if s.writer == "model":
        yield attempt("model", lambda: _model(house))
    yield from examine_mail(house)


def _registry(house: House) -> str:
    return f"{len(house.registry.enabled())} outlets, {len(house.registry.feeds())} feeds"


def _supply(house: House) -> Finding:
    """Whether each side has enough outlets on at all for its silence to mean anything."""
    try:
        sides = [outlet.side.value for outlet in house.registry.enabled() if outlet.feeds]
    except NewsletterError as problem:
        return Finding("supply", False, problem.message, problem.todo)
    left, right, limits = sides.count("left"), sides.count("right"), house.check_limits
    enough = left >= limits.supply_left and right >= limits.supply_right
    found = f"{left} left and {right} right outlets with a feed"
    wanted = f"{limits.supply_left} left and {limits.supply_right} right"
    return Finding("supply", enough, found, "" if enough else f"Enable more outlets: {wanted} are asked for.")


def _database(house: House) -> str:
    house.issues.dates()
    return "answers, schema up to date"


def _parser() -> str:
    from pyexpat import EXPAT_VERSION

    from newsletter.feeds.cage import check_expat

    check_expat()
    return f"{EXPAT_VERSION}, resists entity attacks"


def _embeddings(house: House) -> str:
    """The sentence model at work, fetched if it has to be; what the next build would fall back from is a finding."""
    if not house.settings.embeddings:
        return "none asked for: stories are grouped by words alone"
    return f"{house.model.open().name}, answers"


def _disk(house: House) -> Finding:
    folder = house.settings.home
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    return Finding(
        "disk",
        free >= LOW_DISK,
        f"{free / 1024**3:.1f} GiB free",
        "" if free >= LOW_DISK else f"Free space under {folder}, or lower NEWSLETTER_KEEP_CAPTURES.",
    )


def _subscribers(house: House) -> Finding:
    try:
        active = house.subscribers.count().get("active", 0)
    except NewsletterError as problem:
        return Finding("list", False, problem.message, problem.todo)
    fix = "" if active else "newsletter subscribers import list.csv"
    return Finding("list", active > 0, f"{active:,} active subscribers", fix)


def _sign_ups(house: House) -> Finding:
    """Whether the form's mail can be made and its queue moves."""
    from newsletter.cli.people_signups import health_warning
    from newsletter.domain.signups import ListMailKind

    now = house.clock()
    try:
        for kind in ListMailKind:
            house.list_mail_renderer.render(kind, house.settings.public_url, now, now)
        warning = health_warning(house.own_list.health(now), now)
    except NewsletterError as problem:
        return Finding("sign-ups", False, problem.message, problem.todo)
    what, _, fix = warning.partition(": ")
    found = what or ("open, the queue is short" if house.settings.signups else "closed (NEWSLETTER_SIGNUPS)")
    return Finding("sign-ups", not warning, found, fix)


def _model(house: House) -> str:
    """Whether the model that writes can be asked: extra, key, address, and an answer (a few tokens of cost)."""
    from newsletter.errors import ModelError
    from newsletter.ports import ModelRequest

    endpoint = house.model_endpoint()
    seconds = house.settings.model_timeout.total_seconds()
    try:
        endpoint.ask(ModelRequest('Answer with the JSON object {"ok": true}.', "Now.", 100), seconds)
    except ModelError as problem:
        if not problem.message.startswith("the answer"):  # what it said does not matter here
            raise ModelError(
                f"{endpoint.model}: {problem.message}.",
                todo="Look at NEWSLETTER_MODEL, MODEL_URL and MODEL_API_KEY; until then issues are extractive.",
            ) from None
    return f"{endpoint.model} answers"
