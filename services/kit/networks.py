"""What counts as one address where something is counted by address."""

from __future__ import annotations

import ipaddress


def network(address: str) -> str:
    """An IPv4 address, the first half of an IPv6 one, which one line of one house has; empty when nobody said."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, 64), strict=False))
