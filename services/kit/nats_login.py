"""OPS-14: how NATS is reached as of now: servers, credentials and certificates, for every client in the code."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import nats.errors
from nats.aio.client import Client

from services.kit import tls
from services.kit.settings import Settings


class NotEncrypted(nats.errors.Error):
    """The server offers no TLS though we were told to use it."""


class SafeClient(Client):
    """A client that, where it has certificates to check, tells no server a password that shows none."""

    async def _process_info(self, info: dict[str, Any], initial_connection: bool = False) -> None:
        if initial_connection and "tls" in self.options and not info.get("tls_required"):
            raise NotEncrypted("nats: the server offers no TLS")
        await super()._process_info(info, initial_connection)


class NatsLogin:
    """Where NATS is and who we are there.

    Args:
        url: `nats://host:port`, several with commas between; it may hold `user:password@`.
        credentials: Gives `user:password` or a token as of now, instead of those in `url`; "" where there are none.
        folder: With NATS's `ca.crt`, and our certificate where it asks for one; no TLS when None.
    """

    def __init__(self, url: str, credentials: Callable[[], str] = str, folder: Path | None = None) -> None:
        self._url = url
        self._credentials = credentials
        self._tls = tls.folder(folder)

    @classmethod
    def of(cls, settings: Settings) -> NatsLogin:
        """As the settings say. Raises OSError or ValueError for a folder that cannot be used."""
        return cls(settings.nats_url, settings.nats_credentials.get_secret_value, settings.nats_tls_dir)

    def options(self) -> dict[str, Any]:
        """What `Client.connect` takes: equal to what it was before until something has changed."""
        servers = [urlsplit(each.strip()) for each in self._url.split(",")]
        given = self._credentials() or servers[0].netloc.rpartition("@")[0]
        user, colon, password = given.partition(":")
        if not self._credentials():
            user, password = unquote(user), unquote(password)
        options: dict[str, Any] = {
            "servers": [f"{each.scheme}://{each.netloc.rpartition('@')[2]}" for each in servers],
            # Not in the address: servers that a cluster tells of have none there.
            "user": user if colon else None,
            "password": password if colon else None,
            "token": user if user and not colon else None,
        }
        if self._tls is not None:
            options["tls"] = self._tls.look().context
        return options

    async def call(self, seconds: int = 3) -> SafeClient:
        """A connection for a moment, which does not come back by itself. Raises one of `bus.NATS_ERRORS`."""
        client = SafeClient()
        await client.connect(
            **self.options(), connect_timeout=seconds, allow_reconnect=False, max_reconnect_attempts=1, error_cb=_quiet
        )
        return client


async def _quiet(_error: Exception) -> None:
    """The failure is raised as well."""
