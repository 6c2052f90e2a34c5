"""What an editor does at the desk: change, undo, redo, approve, test, halt. JSON in, JSON out; every act has a name.

A page of somebody else cannot act here: only JSON is read (a form cannot send it without being asked about it),
the origin must be the desk's own, and the desk answers only to this machine's names or with its token.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from newsletter.domain.audience import parse_address
from newsletter.domain.edits import from_json
from newsletter.errors import IssueNotFound, NewsletterError, Refused, UsageError
from newsletter.mailing.guard import refuse_example_values
from newsletter.mailing.halting import Halt
from newsletter.pipeline import desk
from newsletter.pipeline.send import envelope
from newsletter.web.pages import path_date
from newsletter.web.security import from_own_page
from newsletter.wiring import House

_PATIENCE = 5.0
"""Seconds that a page is kept waiting for a halt; what is queued by then the next run of `deliver` asks for."""
Act = Callable[[House, date, Mapping[str, Any]], Mapping[str, Any]]
_STATUS = {3: 409, 2: 422}
"""A guard's refusal and a wrong wish, by exit status; all else is the desk's own trouble."""


class DeskActs:
    """The desk's POSTs. One at a time: each builds on what the last one left."""

    def __init__(self, house: House) -> None:
        self.house = house
        self._one = threading.Lock()

    async def act(self, request: Request) -> Response:
        """Do what the address names, and answer with what came of it, or why nothing did."""
        act = _ACTS.get(request.path_params["act"])
        if act is None:
            raise HTTPException(404)
        if not from_own_page(request, str(request.base_url)) or not _is_json(request):
            raise HTTPException(403)
        day, given = path_date(request.path_params["date"]), _given(await request.body())
        return await run_in_threadpool(self._answer, act, day, given)

    def _answer(self, act: Act, day: date, given: Mapping[str, Any]) -> Response:
        try:
            with self._one:
                return JSONResponse(dict(act(self.house, day, given)))
        except ValueError as problem:
            return _refusal(422, str(problem), "")
        except NewsletterError as problem:
            return _refusal(_STATUS.get(problem.exit_status, 500), problem.message, problem.todo)


def _refusal(status: int, message: str, todo: str) -> Response:
    return JSONResponse({"error": message, "todo": todo}, status)


def _is_json(request: Request) -> bool:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower() == "application/json"


def _given(body: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        raise HTTPException(400) from None
    if not isinstance(found, dict):
        raise HTTPException(400)
    return found


def _text(given: Mapping[str, Any], name: str) -> str:
    value = given.get(name, "")
    if not isinstance(value, str):
        raise UsageError(f"{name} is a text.", todo="Type it anew.")
    return value.strip()


def _edit(house: House, day: date, given: Mapping[str, Any]) -> Mapping[str, Any]:
    wish = given.get("change")
    if not isinstance(wish, dict):
        raise UsageError("There is no change in that.", todo="Try it again.")
    wanted = from_json(wish)
    built = desk.change(house.desk_room, day, _text(given, "by"), wanted, seen=_text(given, "seen"))
    return {"html_sha256": built.issue.html_sha256}


def _undo(house: House, day: date, given: Mapping[str, Any]) -> Mapping[str, Any]:
    number = given.get("number")
    if number is not None and (not isinstance(number, int) or isinstance(number, bool)):
        raise UsageError("A change has a number.", todo="Take it from the record.")
    built = desk.undo(house.desk_room, day, _text(given, "by"), number)
    return {"done": built is not None}


def _redo(house: House, day: date, given: Mapping[str, Any]) -> Mapping[str, Any]:
    desk.named(_text(given, "by"))
    return {"done": desk.redo(house.desk_room, day) is not None}


def _approve(house: House, day: date, given: Mapping[str, Any]) -> Mapping[str, Any]:
    overrides = given.get("overrides", [])
    if not isinstance(overrides, list) or not all(isinstance(one, str) for one in overrides):
        raise UsageError("Overrides are names of checks.", todo="Tick them anew.")
    if (seen := _text(given, "seen")) and desk.found(house.issues, day).html_sha256 != seen:
        raise Refused(f"The issue of {day} was changed since you looked at it.", todo="Look at it anew.")
    by, reason = _text(given, "by"), _text(given, "reason")
    issue = desk.approve(house.issues, day, by, overrides, reason, house.settings.approvers)
    return {"approved_by": desk.named(by), "html_sha256": issue.html_sha256}


def _unapprove(house: House, day: date, given: Mapping[str, Any]) -> Mapping[str, Any]:
    desk.named(_text(given, "by"))
    desk.found(house.issues, day)
    house.issues.unapprove(day)
    return {"approved_by": ""}


def _test(house: House, day: date, given: Mapping[str, Any]) -> Mapping[str, Any]:
    email, _ = parse_address(_text(given, "to"))
    issue, room = desk.found(house.issues, day), house.send_room
    if room.provider.real:
        refuse_example_values(room.rules.problems)
    accepted = room.provider.submit_test(envelope(room.sender, issue), email)
    return {"message_id": accepted.message_id, "provider": room.provider.name}


def _halt(house: House, day: date, given: Mapping[str, Any]) -> Mapping[str, Any]:
    by, reason = desk.named(_text(given, "by")), _text(given, "reason")
    if not reason:
        raise UsageError("A halt needs a reason.", todo="Say why.")
    mailing = house.mailings.find(day)
    if mailing is None:
        raise IssueNotFound(f"No mailing of {day} has begun.", todo="There is nothing to halt.")
    began = time.monotonic()
    halt = Halt(
        mailing,
        house.mailings,
        house.provider,
        house.clock,
        lambda seconds: time.sleep(min(seconds, 1.0)),
        lambda: time.monotonic() - began > _PATIENCE,
    )
    found = halt(by, reason)
    return {
        "stopped": found.stopped,
        "reached": found.reached,
        "perhaps": found.perhaps,
        "queued": found.queued,
    }


_ACTS: Mapping[str, Act] = {
    "edit": _edit,
    "undo": _undo,
    "redo": _redo,
    "approve": _approve,
    "unapprove": _unapprove,
    "test": _test,
    "halt": _halt,
}
