"""Where deliveries may go. Whoever could name any address would make this service their hand inside the network.

A target is an address on a host that the settings list; in production it is https. Names are resolved anew for each delivery,
every address they lead to is judged, and the connection goes to an address that was judged, not to the name again (which could
lead elsewhere a moment later). Redirects are not followed. Private and loopback ranges are open only where the settings say
so; what nobody can mean (link-local, where clouds keep their secrets, multicast, unspecified) never is.
"""

import asyncio
import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import SplitResult, urlsplit

from api_service.settings import Mode, Settings

URL_CHARACTERS_MAX = 500
RESOLVE_SECONDS_MAX = 5.0
_PORTS = {"https": 443, "http": 80}
_TRANSLATED = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))
"""IPv6 addresses that mean an IPv4 one, which would have to be judged: nobody needs them here."""


class TargetError(Exception):
    """The address is none that deliveries may go to. The text says why."""


@dataclass(frozen=True, slots=True)
class Target:
    """A judged address: `host` is what the certificate must name, `address` is where to connect."""

    url: str
    scheme: str
    host: str
    port: int
    address: str


@dataclass(frozen=True, slots=True)
class TargetRules:
    """What the settings allow. `hosts`: `name` (on the scheme's own port) or `name:port`."""

    hosts: frozenset[str]
    private: bool
    plain_http: bool

    @classmethod
    def of(cls, settings: Settings) -> "TargetRules":
        """The rules of these settings."""
        hosts = frozenset(part.strip().lower() for part in settings.webhook_hosts.split(",") if part.strip())
        return cls(hosts, settings.webhook_private_addresses, settings.mode is Mode.SANDBOX)

    def check(self, url: str) -> tuple[str, int]:
        """Host and port of an address that may be asked for. Raises TargetError."""
        parts = _parts(url)
        if parts.scheme not in ("https", "http") or not parts.hostname:
            raise TargetError("A webhook's address begins with https:// and names a host.")
        if parts.scheme == "http" and not self.plain_http:
            raise TargetError("In production a webhook's address begins with https://.")
        if parts.username is not None or parts.password is not None or parts.fragment:
            raise TargetError("A webhook's address has neither a user nor a fragment.")
        port = parts.port or _PORTS[parts.scheme]
        own_port = port == _PORTS[parts.scheme]
        if f"{parts.hostname}:{port}" not in self.hosts and not (own_port and parts.hostname in self.hosts):
            raise TargetError("This host is none of KULLA_WEBHOOK_HOSTS.")
        return parts.hostname, port

    def permits(self, address: str) -> bool:
        """Whether a connection to this address is allowed."""
        ip = ip_address(address.partition("%")[0])
        if isinstance(ip, IPv6Address):
            if ip.ipv4_mapped is None and (ip.sixtofour or ip.teredo or any(ip in network for network in _TRANSLATED)):
                return False
            ip = ip.ipv4_mapped or ip
        return not _meant_by_nobody(ip) and (self.private or ip.is_global)

    async def resolve(self, url: str) -> Target:
        """Where to connect now. Raises TargetError."""
        host, port = self.check(url)
        addresses = await _addresses(host, port)
        if not addresses or not all(map(self.permits, addresses)):
            raise TargetError("The host's name leads to an address that is not allowed.")
        return Target(url, _parts(url).scheme, host, port, addresses[0])


def _parts(url: str) -> SplitResult:
    if len(url) > URL_CHARACTERS_MAX or not url.isascii() or not url.isprintable() or any(mark in url for mark in ' \\"<>'):
        raise TargetError("This is no address.")
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise TargetError("This is no address.") from error
    return parts


def _meant_by_nobody(ip: IPv4Address | IPv6Address) -> bool:
    return ip.is_link_local or ip.is_multicast or ip.is_unspecified or (ip.is_reserved and not ip.is_loopback)


async def _addresses(host: str, port: int) -> list[str]:
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(RESOLVE_SECONDS_MAX):
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:  # TimeoutError is an OSError
        raise TargetError("The host's name leads nowhere.") from error
    return [str(row[4][0]) for row in found]
