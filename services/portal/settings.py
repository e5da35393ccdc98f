"""Portal's own settings."""

from __future__ import annotations

from services.kit.settings import Settings


class PortalSettings(Settings):
    """Where the portal listens, besides what every process reads."""

    http_host: str = "127.0.0.1"
    """Address of the HTTP server; `0.0.0.0` in a container."""
    http_port: int = 8080
    """Port of the HTTP server; 0 takes a free one."""
