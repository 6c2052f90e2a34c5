"""Running an application on a port until somebody stops it.

No access log: paths hold unsubscribe tokens. WebSockets are off for the same reason (uvicorn logs their path).
"""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette

from newsletter.errors import UsageError

SHUTDOWN_SECONDS = 5


LOCAL_PROXIES = ("127.0.0.1", "::1")


def serve(
    app: Starlette,
    host: str,
    port: int,
    announce: Callable[[str], None],
    proxies: Collection[str] = LOCAL_PROXIES,
) -> None:
    """Serve until SIGTERM or Ctrl-C, then finish what is under way and return.

    ``announce`` gets the address once it is bound (port 0 takes a free one). X-Forwarded-For is believed from
    ``proxies`` (addresses, networks), and read from its end: the last address that is none of theirs is the client.
    Raises `UsageError` when the port cannot be had.
    """
    with _bound(host, port) as listener:
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            log_level="info",  # under TRACE, whoever set that, uvicorn logs every path
            ws="none",
            server_header=False,
            timeout_graceful_shutdown=SHUTDOWN_SECONDS,
            proxy_headers=True,
            forwarded_allow_ips=list(proxies),
        )
        server = uvicorn.Server(config)
        app.state.closing = lambda: server.should_exit
        announce(_address(listener))
        with _quiet_stop():
            server.run(sockets=[listener])


@contextmanager
def _bound(host: str, port: int) -> Iterator[socket.socket]:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.create_server((host, port), family=family)
    except (OSError, OverflowError) as problem:
        reason = getattr(problem, "strerror", None) or str(problem)
        raise UsageError(
            f"Nothing can be served on {host} port {port}: {reason}.", todo="Give another --port."
        ) from None
    # asyncio sets this only on sockets that name their protocol, and accepted ones inherit it here; without
    # it the second of two small packets waits for the first one's acknowledgement, 40 ms an answer.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with listener:
        yield listener


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


@contextmanager
def _quiet_stop() -> Iterator[None]:
    """uvicorn raises the signal that stopped it once more when it is done; stopping is no failure."""
    handlers = {sign: signal.getsignal(sign) for sign in (signal.SIGINT, signal.SIGTERM)}
    for sign in handlers:
        signal.signal(sign, lambda *_: None)
    try:
        yield
    finally:
        for sign, handler in handlers.items():
            signal.signal(sign, handler)
