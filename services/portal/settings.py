"""Portal's own settings."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path

from pydantic import Field, field_validator

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

    contact_phone: str = ""
    """Whom people ring about the platform; shown on the help page and in the footer."""
    contact_email: str = ""
    """Where they write to."""
    maintenance_file: Path | None = None
    """A file whose presence closes the portal (`edge/maintenance.py`); looked at every second, no restart needed."""
    requests_per_minute: int = Field(default=1200, ge=1)
    """What one signed-in account may ask of a process on average; a third of it may come at once."""
    requests_per_minute_address: int = Field(default=6000, ge=1)
    """The same of one address without a sign-in: a university behind one address is many people."""

    def contradictions(self) -> list[str]:
        """OPS-25: also one port for two servers."""
        lines = super().contradictions()
        if self.http_port and self.http_port == self.metrics_port:
            lines.append(f"RESIDENCY_HTTP_PORT and RESIDENCY_METRICS_PORT are both {self.http_port}")
        return lines

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, text: str) -> str:
        networks_of(text)
        return text


def networks_of(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """The networks in a list separated by commas; raises ValueError for what is none."""
    return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())
