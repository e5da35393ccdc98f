"""One way to ask a service of somebody else's over HTTP (`docs/adapters.md`)."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import httpx


class NoAnswer(Exception):
    """No usable answer; the message names the cause without anything that was sent."""


class HttpClient:
    """POSTs JSON to one address with a bearer key: no redirect followed, no proxy of the environment, no second try."""

    def __init__(self, address: str, key: str, timeout: timedelta) -> None:
        self._address = address
        self._seconds = timeout.total_seconds()
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._client: httpx.AsyncClient | None = None

    async def ask(self, body: Mapping[str, str]) -> Mapping[str, Any]:
        """The JSON object answered to `body`; an empty one for an answer without content.

        Raises NoAnswer when it could not be reached in time, or answered anything but success and a JSON object.
        """
        import httpx  # noqa: PLC0415  (an embedded stack asks nobody)

        if self._client is None:
            self._client = httpx.AsyncClient(
                timeout=self._seconds, headers=self._headers, follow_redirects=False, trust_env=False
            )
        try:
            # The client's own limit is for each read: one that trickles would hold us for ever.
            async with asyncio.timeout(self._seconds):
                answer = await self._client.post(self._address, json=dict(body))
        except (httpx.HTTPError, TimeoutError) as error:
            raise NoAnswer(type(error).__name__) from None
        if not answer.is_success:
            raise NoAnswer(f"status {answer.status_code}")
        if not answer.content:
            return {}
        try:
            content = answer.json()
        except ValueError:
            content = None
        if not isinstance(content, dict):
            raise NoAnswer("not a JSON object")
        return content

    async def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None
