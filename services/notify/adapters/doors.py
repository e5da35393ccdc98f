"""HOOK-05: connecting to addresses that others have named: resolved once, checked, and connected to as checked."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from services.notify.domain.hook_addresses import is_public

if TYPE_CHECKING:
    import httpx

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""Addresses of a host. Raises OSError when it has none."""


_LOOKING_UP = ThreadPoolExecutor(max_workers=8, thread_name_prefix="webhook names")
"""Threads of their own: somebody's name server that never answers keeps no look-up of ours waiting."""


class AddressRefused(Exception):
    """The host has an address inside of our own network."""


async def resolved(host: str, port: int) -> Sequence[str]:
    """What the machine's resolver says."""
    loop = asyncio.get_running_loop()
    found = await loop.run_in_executor(_LOOKING_UP, lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class Doors:
    """Says where a name leads. With `local` anywhere, for trials."""

    def __init__(self, *, local: bool, resolve: Resolve = resolved) -> None:
        self._local = local
        self._resolve = resolve

    async def lead(self, host: str, port: int) -> str:
        """The address to connect to. Raises AddressRefused when any of its addresses is not public, OSError."""
        addresses = await self._resolve(host, port)
        if not addresses:
            raise OSError("no address")
        if not self._local and not all(is_public(each) for each in addresses):
            raise AddressRefused
        return addresses[0]


def transport_through(doors: Doors) -> httpx.AsyncBaseTransport:
    """A transport that connects to what `doors` say, while certificate and `Host` stay those of the name."""
    import httpx  # noqa: PLC0415  (an embedded stack asks nobody)

    class Through(httpx.AsyncHTTPTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            host = request.url.host
            port = request.url.port or (443 if request.url.scheme == "https" else 80)
            try:
                address = await doors.lead(host, port)
            except (OSError, UnicodeError) as error:
                raise httpx.ConnectError("no address", request=request) from error
            # The name was looked up for the last time: what answers differently a moment later changes nothing.
            request.extensions = {**request.extensions, "sni_hostname": host}
            request.url = request.url.copy_with(host=address)
            return await super().handle_async_request(request)

    # No connection is kept: two names may share an address, and each has its own certificate.
    return Through(trust_env=False, retries=0, limits=httpx.Limits(max_keepalive_connections=0))
