"""HOOK-05: where a webhook may lead: an https address that anybody can reach, never into our own network. Pure."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from services.kit.domain import DomainError, Kind

NOT_ALLOWED = "ADDRESS_NOT_ALLOWED"
_UNICAST = ipaddress.ip_network("2000::/3")
_TUNNELS = (ipaddress.ip_network("2002::/16"), ipaddress.ip_network("2001::/32"))
"""IPv6 addresses that hide an IPv4 address: 6to4 and Teredo. Mapped and translated ones lie outside of unicast."""


def is_public(address: str) -> bool:
    """True for an address of the public internet: not private, loopback, link-local, shared, multicast or reserved."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv4Address):
        return parsed.is_global and not parsed.is_multicast
    return parsed.is_global and parsed in _UNICAST and not any(parsed in each for each in _TUNNELS)


def check_url(url: str, *, local: bool) -> None:
    """HOOK-05: may this be subscribed? With `local` also http and addresses of our own network, for trials.

    Names are looked at when they are resolved, before every delivery. Raises DomainError INVALID URL_FORMAT,
    ADDRESS_NOT_ALLOWED.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise _malformed() from None
    plain = url.isascii() and url.isprintable() and " " not in url and "\\" not in url
    if not plain or not host or parts.username is not None or parts.password is not None or parts.fragment:
        raise _malformed()
    if parts.scheme != "https" and not (local and parts.scheme == "http"):
        raise _malformed()
    if not local and (host == "localhost" or host.endswith(".localhost") or (_is_number(host) and not is_public(host))):
        message = "不能使用本机或内网地址。"
        raise DomainError(Kind.INVALID, NOT_ALLOWED, message, field="url", rule="HOOK-05")


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _malformed() -> DomainError:
    message = "请填写 https:// 开头的完整地址，不含用户名、密码和 # 号。"
    return DomainError(Kind.INVALID, "URL_FORMAT", message, field="url", rule="HOOK-05")
