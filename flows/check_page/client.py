"""Which address a request counts for: the peer, or what trusted proxies wrote about it."""

from collections.abc import Sequence
from ipaddress import IPv6Address, IPv6Network, ip_address

UNKNOWN = "unknown"
"""Everybody whose address cannot be told shares one bucket."""
_HALF = 64


def client_of(peer: str, forwarded: Sequence[str], proxies: int) -> str:
    """Return the IPv4 address or the IPv6 /64 a request comes from.

    Each proxy writes whom it heard at the end of X-Forwarded-For. So the entry that the outermost
    of our proxies wrote is the `proxies`-th from the end; what stands before it anybody may write.

    Args:
        peer: Address of the connection.
        forwarded: Values of all X-Forwarded-For lines, in order.
        proxies: How many proxies of ours stand in front; 0 reads no header.
    """
    entries = [one.strip() for line in forwarded for one in line.split(",")]
    if proxies and len(entries) >= proxies:
        return _network(entries[-proxies])
    # Shorter than it must be: it did not come through our proxies.
    return _network(peer)


def _network(address: str) -> str:
    try:
        found = ip_address(_bare(address))
    except ValueError:
        return UNKNOWN
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(IPv6Network((found, _HALF), strict=False))
    return str(found)


def _bare(address: str) -> str:
    """Return an address without port, brackets and zone, which some proxies write."""
    if address.startswith("["):
        address = address[1:].partition("]")[0]
    elif address.count(":") == 1:
        address = address.partition(":")[0]
    return address.partition("%")[0]
