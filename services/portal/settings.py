"""Portal's own settings."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_network

from pydantic import field_validator

from services.kit.settings import Settings


class PortalSettings(Settings):
    """Where the portal listens and whom it believes, besides what every process reads."""

    http_host: str = "127.0.0.1"
    """Address of the HTTP server; `0.0.0.0` in a container."""
    http_port: int = 8080
    """Port of the HTTP server; 0 takes a free one."""
    trusted_proxies: str = ""
    """Networks of the proxies in front (`10.0.0.0/8, ::1/128`); only they are believed about `X-Forwarded-For` and
    `X-Forwarded-Proto`. Empty: nobody is."""

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, text: str) -> str:
        networks_of(text)
        return text


def networks_of(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """The networks in a list separated by commas; raises ValueError for what is none."""
    return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())
