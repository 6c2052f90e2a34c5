"""Who may open the desk: anybody on this machine, or whoever has its token where it is bound elsewhere."""

from __future__ import annotations

import hmac
import ipaddress
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

COOKIE = "desk"
_REFUSAL = (
    "This desk asks for its token: open the whole address that `newsletter preview` printed where it runs.\n"
)


def is_loopback(host: str) -> bool:
    """Whether a desk bound there is out of everybody else's reach."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class TokenOnly:
    """Answers only who brings ``token``: once in the address, from then on in a cookie no other site can send."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self.app = app
        self.token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        given = request.query_params.get("token")
        if given is not None and request.method == "GET" and self._is_it(given):
            await self._let_in(request)(scope, receive, send)
        elif self._is_it(request.cookies.get(COOKIE, "")):
            await self.app(scope, receive, send)
        else:
            await PlainTextResponse(_REFUSAL, 401)(scope, receive, send)

    def _is_it(self, given: str) -> bool:
        return hmac.compare_digest(given.encode(), self.token.encode())

    def _let_in(self, request: Request) -> RedirectResponse:
        """On to the same page, without the token: addresses are kept in histories and shown over shoulders."""
        rest = [(name, value) for name, value in parse_qsl(request.url.query) if name != "token"]
        path = request.url.path + (f"?{urlencode(rest)}" if rest else "")
        secure = (
            request.url.scheme == "https" or Headers(scope=request.scope).get("x-forwarded-proto") == "https"
        )
        answer = RedirectResponse(path, 303)
        answer.set_cookie(COOKIE, self.token, httponly=True, samesite="strict", secure=secure)
        return answer
