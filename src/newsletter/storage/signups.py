"""`ports.SignUps` on SQL: the queue that the form fills, what is made of it, and the button in the person's mail."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from newsletter.domain.audience import Act, Standing, Subscriber, SubscriberStatus, SuppressionReason, ruling
from newsletter.domain.signups import DAY, ListMailKind, ListMailState, MailTerms, SignUp, mail_for, may_mail
from newsletter.ports import Confirmed
from newsletter.storage.columns import AnyRow
from newsletter.storage.engine import Database
from newsletter.storage.erasing import erase, readmit
from newsletter.storage.standing import change_standing, standing_of
from newsletter.storage.statements import insert_many_new, insert_new
from newsletter.storage.subscribers import row_of
from newsletter.storage.suppressing import ErasedKeys, upsert
from newsletter.storage.tables import subscribers, suppressions
from newsletter.storage.tables_signups import consent_texts, list_mails, signup_requests, signups

MOST_TRIES = 5
"""A request at which looking broke so often is left alone, and said by `newsletter status`."""
_WISHES = ("name", "timezone", "deliver_at", "consent_text", "source")
_FIELDS = tuple(field.name for field in fields(SignUp))
_PAGE = 500


@dataclass(frozen=True)
class SqlSignUps:
    """Every method is one committed transaction. ``digest``: what an address is known by where it is not kept."""

    database: Database
    erased_keys: ErasedKeys
    digest: Callable[[str], str]
    new_public_id: Callable[[], str]

    def ask(self, sign_up: SignUp, most: int) -> bool:
        """Queue it; of an address that asks again the newest word counts. False when ``most`` wait already."""
        row = {name: getattr(sign_up, name) for name in _FIELDS}
        with self.database.write() as connection:
            waiting = connection.scalar(sa.select(sa.func.count()).select_from(signup_requests)) or 0
            if waiting >= most:
                return False
            insert = upsert(connection, signup_requests).values(**row)
            change = {name: insert.excluded[name] for name in _FIELDS if name != "address_key"} | {"tries": 0}
            connection.execute(insert.on_conflict_do_update(index_elements=["address_key"], set_=change))
            return True

    def keep_words(self, version: str, words: str, at: datetime) -> None:
        """The words that people are shown, under the name that stands with whoever agrees to them."""
        row = {"version": version, "words": words, "first_at": at}
        with self.database.write() as connection:
            connection.execute(insert_new(connection, consent_texts), row)

    def words_of(self, version: str) -> str:
        """The words of that name; empty where none are kept."""
        query = sa.select(consent_texts.c.words).where(consent_texts.c.version == version)
        with self.database.read() as connection:
            return connection.scalar(query) or ""

    def take(self, at: datetime, terms: MailTerms) -> bool:
        """Answer the request that waits longest; False when none does. All of it holds, or nothing."""
        number = 0
        try:
            with self.database.write() as connection:
                request = connection.execute(_next_request()).first()
                if request is None:
                    return False
                number = request.id
                self._answer(connection, request, at, terms)
                connection.execute(sa.delete(signup_requests).where(signup_requests.c.id == number))
                return True
        except Exception:
            self._note_trouble(number)
            raise

    def _note_trouble(self, number: int) -> None:
        change = sa.update(signup_requests).where(signup_requests.c.id == number)
        with self.database.write() as connection:
            connection.execute(change.values(tries=signup_requests.c.tries + 1))

    def _answer(self, connection: Connection, request: AnyRow, at: datetime, terms: MailTerms) -> None:
        key = request.address_key
        standing = standing_of(connection, key, self.erased_keys)
        kind = mail_for(standing)
        if kind is None:
            return
        fresh = self._admit(connection, request, standing, at)
        person = connection.execute(sa.select(subscribers.c.id).where(subscribers.c.address_key == key)).one()
        if kind is ListMailKind.CONFIRM:
            _open(connection, request, person.id, fresh=fresh)
        digest = self.digest(key)
        if may_mail(_mailed(connection, digest, at - DAY), at, terms):
            _add_mail(connection, kind, person.id, digest, at)

    def _admit(self, connection: Connection, request: AnyRow, standing: Standing, at: datetime) -> bool:
        """Onto the list as pending, where the address is not; whether it came only by this."""
        if standing.status is not None:
            return False
        pending = Subscriber(
            public_id=self.new_public_id(),
            email=request.email,
            address_key=request.address_key,
            status=SubscriberStatus.PENDING,
            created_at=at,
        )
        added = insert_many_new(connection, subscribers, [row_of(pending)]) == 1
        readmit(connection, request.address_key, self.erased_keys)
        return added

    def confirm(self, public_id: str, version: int, at: datetime) -> Confirmed | None:
        """Their own button. The link of that token version works once; pressed again it says what is.

        None where it does not work (any more): the person left since, or is gone.
        """
        with self.database.write() as connection:
            query = sa.select(subscribers).where(subscribers.c.public_id == public_id).with_for_update()
            person = connection.execute(query).first()
            if person is None:
                return None
            standing = standing_of(connection, person.address_key, self.erased_keys)
            if person.token_version != version:
                used = person.token_version == version + 1 and standing.status is SubscriberStatus.ACTIVE
                return Confirmed(standing, first=False) if used else None
            ruled = ruling(standing, Act.CONFIRM)
            change_standing(connection, person.address_key, standing, ruled.standing, at)
            _agree(connection, person, at)
            return Confirmed(ruled.standing, first=True)

    def pause(self, public_id: str, until: datetime | None) -> bool:
        """Nothing is due before ``until``; None ends it. Whether there is such a subscriber."""
        change = sa.update(subscribers).where(subscribers.c.public_id == public_id)
        with self.database.write() as connection:
            return connection.execute(change.values(paused_until=until)).rowcount == 1

    def forget_unconfirmed(self, at: datetime, within: timedelta) -> int:
        """End sign-ups that nobody confirmed in time; who came only by one is forgotten. How many ended."""
        late = sa.select(signups, subscribers.c.status, subscribers.c.address_key).join_from(
            signups, subscribers, subscribers.c.id == signups.c.subscriber_id
        )
        late = late.where(signups.c.asked_at < at - within - DAY).limit(_PAGE)
        with self.database.write() as connection:
            rows = connection.execute(late).all()
            for row in rows:
                connection.execute(sa.delete(signups).where(signups.c.subscriber_id == row.subscriber_id))
                if row.fresh and row.status == SubscriberStatus.PENDING.value:
                    self._forget(connection, row, at)
            return len(rows)

    def _forget(self, connection: Connection, row: AnyRow, at: datetime) -> None:
        """Off the list again; under the digest again who was erased before."""
        erased = sa.select(suppressions.c.reason).where(
            suppressions.c.address_key == row.address_key,
            suppressions.c.reason == SuppressionReason.ERASED.value,
        )
        if connection.scalar(erased) is None:
            connection.execute(sa.delete(subscribers).where(subscribers.c.id == row.subscriber_id))
            return
        stand_ins = self.erased_keys(row.address_key)
        erase(connection, row.address_key, stand_ins, at)


def _next_request() -> sa.Select[Any]:
    may = signup_requests.c.tries < MOST_TRIES
    query = sa.select(signup_requests).where(may).order_by(signup_requests.c.tries, signup_requests.c.id)
    return query.limit(1).with_for_update(skip_locked=True)


def _open(connection: Connection, request: AnyRow, person: int, *, fresh: bool) -> None:
    """The open sign-up of a person, or the newer word of one that is open."""
    wishes = {name: getattr(request, name) for name in _WISHES}
    row = {"subscriber_id": person, "asked_at": request.at, "fresh": fresh, **wishes}
    insert = upsert(connection, signups).values(**row)
    change = {name: insert.excluded[name] for name in (*_WISHES, "asked_at")}
    connection.execute(insert.on_conflict_do_update(index_elements=["subscriber_id"], set_=change))


def _mailed(connection: Connection, digest: str, since: datetime) -> list[datetime]:
    """When that address was, or will be, written to."""
    sent = sa.select(list_mails.c.created_at).where(
        list_mails.c.address_digest == digest,
        list_mails.c.created_at > since,
        list_mails.c.state.not_in([ListMailState.DROPPED.value]),
    )
    return list(connection.scalars(sent))


def _add_mail(connection: Connection, kind: ListMailKind, person: int, digest: str, at: datetime) -> None:
    row = {
        "mail_id": secrets.token_hex(12),
        "kind": kind.value,
        "subscriber_id": person,
        "address_digest": digest,
        "state": ListMailState.PENDING.value,
        "created_at": at,
    }
    connection.execute(sa.insert(list_mails).values(**row))


def _agree(connection: Connection, person: AnyRow, at: datetime) -> None:
    """What was asked becomes true; links of before are void from now on."""
    values: dict[str, Any] = {
        "confirmed_at": at,
        "token_version": person.token_version + 1,
        "paused_until": None,  # whoever asks for it now wants it now
    }
    asked = connection.execute(sa.select(signups).where(signups.c.subscriber_id == person.id)).first()
    if asked is not None:
        wishes = ("name", "timezone", "deliver_at")
        values |= {name: getattr(asked, name) for name in wishes if getattr(asked, name)}
        values |= {
            "consent_text": asked.consent_text,
            "consent_source": asked.source,
            "consent_at": asked.asked_at,
        }
        connection.execute(sa.delete(signups).where(signups.c.subscriber_id == person.id))
    connection.execute(sa.update(subscribers).where(subscribers.c.id == person.id).values(values))
