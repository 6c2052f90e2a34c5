"""A reader reports something about a story: the form, its checks, the queue."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from newsletter.domain.audience import parse_address
from newsletter.domain.issue import Issue, IssueStory
from newsletter.errors import InvalidAddress
from newsletter.rendering import clean
from newsletter.web.archive import find_story, public_archive
from newsletter.web.security import RateLimit, from_own_page
from newsletter.web.site import Site
from newsletter.wiring import House

KINDS: Mapping[str, str] = {
    "fact": "A fact is wrong",
    "quote": "A quotation or attribution is wrong",
    "fairness": "A side is told unfairly, or missing",
    "grouping": "An article does not belong to this story",
    "leaning": "An outlet’s leaning is wrong",
    "link": "A link does not work",
    "other": "Something else",
}
"""What may be reported, in the order of the form; the keys stand in the queue."""

MAX_TEXT = 2_000
"""Characters of a report's text."""
TRAP = "website"
"""A field that people do not see and machines fill in."""


@dataclass(frozen=True, slots=True)
class ReportForm:
    """What was typed, cleaned, and what is wrong with it by field; no entry in ``wrong`` means good."""

    kind: str = ""
    text: str = ""
    contact: str = ""
    wrong: Mapping[str, str] = field(default_factory=dict)


def read_form(given: Mapping[str, str]) -> ReportForm:
    """Check a report. Pure."""
    kind, text = given.get("kind", ""), _clean(given.get("text", ""))
    contact = given.get("contact", "").strip()
    wrong = {}
    if kind not in KINDS:
        wrong["kind"] = "Choose what it is about."
    if not text:
        wrong["text"] = "Say what is wrong, so that an editor can look it up."
    elif len(text) > MAX_TEXT:
        wrong["text"] = f"That is {len(text):,} characters; at most {MAX_TEXT:,} can be kept."
    if contact:
        try:
            contact = parse_address(contact)[0]
        except InvalidAddress:
            wrong["contact"] = "That is not a mail address. Leave it empty if you want no answer."
    return ReportForm(kind, text, contact, wrong)


def _clean(text: str) -> str:
    """Browsers send CRLF, which would count twice; control and unpaired characters have no place in a queue."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in lines if c == "\n" or unicodedata.category(c) not in {"Cc", "Cs"}).strip()


class ReportPages:
    """``/stories/{id}/report``."""

    def __init__(self, house: House, site: Site) -> None:
        self.house = house
        self.site = site
        self.archive = public_archive(house)
        self.limit = RateLimit(house.clock)

    async def ask(self, request: Request) -> Response:
        issue, story = await self._story(request)
        return self._form(request, issue, story, ReportForm())

    async def act(self, request: Request) -> Response:
        if not from_own_page(request, self.site.public_url):
            raise HTTPException(403)
        issue, story = await self._story(request)
        async with request.form(max_files=0, max_fields=10) as fields:
            given = {str(key): str(value) for key, value in fields.items()}
        form = read_form(given)
        if given.get(TRAP):
            return self._thanks(request, story, None)
        if form.wrong:
            return self._form(request, issue, story, form, status=422)
        self._hold_back(request)
        number = await run_in_threadpool(self._keep, issue, story, form)
        return self._thanks(request, story, number)

    def _keep(self, issue: Issue, story: IssueStory, form: ReportForm) -> int:
        return self.house.issues.add_report(
            issue.date, story.id, form.kind, form.text, form.contact, self.house.clock()
        )

    def _hold_back(self, request: Request) -> None:
        wait = self.limit.wait_for(request.client.host if request.client else "")
        if wait is not None:
            raise HTTPException(429, headers={"retry-after": str(int(wait.total_seconds()) + 1)})

    async def _story(self, request: Request) -> tuple[Issue, IssueStory]:
        found = await run_in_threadpool(find_story, self.archive, request.path_params["story_id"])
        if found is None:
            raise HTTPException(404)
        return found

    def _form(
        self, request: Request, issue: Issue, story: IssueStory, form: ReportForm, status: int = 200
    ) -> Response:
        return self.site.page(
            request,
            "report.html",
            status=status,
            issue=issue,
            story_id=story.id,
            headline=clean.text(story.words.headline.text),
            form=form,
            kinds=KINDS,
            max_text=MAX_TEXT,
            trap=TRAP,
        )

    def _thanks(self, request: Request, story: IssueStory, number: int | None) -> Response:
        return self.site.page(
            request,
            "thanks.html",
            number=number,
            story_id=story.id,
            headline=clean.text(story.words.headline.text),
        )
