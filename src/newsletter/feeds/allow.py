"""The operator's ALLOW_HOSTS: which hosts may be private addresses, and are asked without pauses or jitter."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from urllib.parse import urlsplit

from newsletter.errors import SettingsError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

DEFAULT_PORTS = {"http": 80, "https": 443}


class AllowList:
    """Entries are ``host``, ``host:port``, an address, ``[v6]:port`` or a CIDR block.

    A host without a port is allowed on every port. Raises `SettingsError` for an entry that is none of these.
    """

    def __init__(self, entries: Iterable[str] = ()) -> None:
        self._hosts: set[tuple[str, int | None]] = set()
        self._networks: list[Network] = []
        for entry in entries:
            self._add(entry.strip())

    def __bool__(self) -> bool:
        return bool(self._hosts or self._networks)

    def _add(self, entry: str) -> None:
        network = _network(entry)
        if network is not None:
            self._networks.append(network)
            return
        try:
            parts = urlsplit(f"//{entry}")
            host, port = parts.hostname, parts.port
        except ValueError:
            host, port = None, None
        if not host or parts.path or parts.query or parts.fragment or "@" in entry or " " in entry:
            raise SettingsError(
                f"ALLOW_HOSTS has an entry that is no host, host:port or CIDR block: {entry!r}.",
                todo="Write for example news.internal, 127.0.0.1:8765 or 10.0.0.0/8.",
                setting="ALLOW_HOSTS",
            )
        self._hosts.add((host.rstrip("."), port))

    def names(self, host: str, port: int | None) -> bool:
        """Whether the host as written in a URL is allowed; pure, nothing is resolved."""
        host = host.lower().rstrip(".").strip("[]")
        if (host, None) in self._hosts or (host, port) in self._hosts:
            return True
        address = _address(host)
        return address is not None and self._holds(address)

    def admits(self, host: str, port: int | None, address: Address) -> bool:
        """Whether that host may lead to that address, public or not."""
        return self.names(host, port) or self._holds(address)

    def covers(self, url: str) -> bool:
        """Whether the host of that URL is allowed by name (or is an address inside an allowed block)."""
        try:
            parts = urlsplit(url)
            return self.names(parts.hostname or "", parts.port or DEFAULT_PORTS.get(parts.scheme))
        except ValueError:
            return False

    def _holds(self, address: Address) -> bool:
        return any(address.version == block.version and address in block for block in self._networks)


def host_of(url: str) -> str:
    """The host a URL names, lower-case, without port; empty when there is none."""
    try:
        return (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return ""


def _network(entry: str) -> Network | None:
    try:
        bare = entry[1:-1] if entry.startswith("[") and entry.endswith("]") else entry
        return ipaddress.ip_network(bare, strict=False)
    except ValueError:
        return None


def _address(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None
