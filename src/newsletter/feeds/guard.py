"""No request of ours may reach a private network unless the operator allowed it by name.

Names are resolved here, every address found is judged, and the connection goes to a judged address, so that
a second look-up cannot lead elsewhere (DNS rebinding). `httpx-secure` does not fit: to choose an address it
opens a TCP connection first, to denied ones as well, and that is a port scan of the operator's own network.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence

import httpcore

from newsletter.feeds.allow import Address, AllowList
from newsletter.feeds.failures import NameUnknown, Refusal

Resolver = Callable[[str, int], Awaitable[Sequence[str]]]
"""(host, port) -> addresses. Raises OSError when the name cannot be resolved."""
SocketOptions = Iterable[
    tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]
]

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def is_public(address: Address) -> bool:
    """Whether an address belongs to the public internet, whatever it is wrapped in."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = _inner(address)
        if inner is not None:
            return is_public(inner)
        if address.is_site_local:
            return False
    return address.is_global and not (
        address.is_multicast or address.is_reserved or address.is_loopback or address.is_link_local
    )


def _inner(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address inside a mapped, 6to4, Teredo or NAT64 one."""
    if address in _NAT64:
        return ipaddress.IPv4Address(address.packed[-4:])
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else None)


async def system_resolver(host: str, port: int) -> Sequence[str]:
    """The operating system's own look-up, off the event loop's thread."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """An httpcore network that resolves, judges every address, and connects to the judged ones in turn."""

    def __init__(self, allow: AllowList, resolver: Resolver | None = None) -> None:
        self._allow = allow
        self._resolver = resolver or system_resolver
        self._network = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        local_address: str | None = None,
        socket_options: SocketOptions | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Raises `Refusal`, `NameUnknown` or httpcore's connect errors."""
        try:
            async with asyncio.timeout(timeout):
                addresses = await self._judged(host, port)
                return await self._first_of(addresses, port, timeout, local_address, socket_options)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout from error

    async def _judged(self, host: str, port: int) -> list[str]:
        try:
            found = list(dict.fromkeys(await self._resolver(host, port)))
        except (OSError, UnicodeError) as error:
            raise NameUnknown(f"the name {host} is unknown") from error
        if not found:
            raise NameUnknown(f"the name {host} has no address")
        for text in found:
            self._judge(host, port, text)
        return found

    def _judge(self, host: str, port: int, text: str) -> None:
        try:
            address = ipaddress.ip_address(text.partition("%")[0])
        except ValueError:
            raise Refusal(f"{host} leads to {text}, which is no address") from None
        if not is_public(address) and not self._allow.admits(host, port, address):
            raise Refusal(f"{host} leads to the private address {address}")

    async def _first_of(
        self,
        addresses: Sequence[str],
        port: int,
        seconds: float | None,
        local_address: str | None,
        socket_options: SocketOptions | None,
    ) -> httpcore.AsyncNetworkStream:
        # Each address gets its share of the time, so that a dead IPv6 route leaves some for IPv4.
        share = None if seconds is None else seconds / len(addresses)
        failure: Exception = httpcore.ConnectError("no address")
        for address in addresses:
            try:
                return await self._network.connect_tcp(address, port, share, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure
