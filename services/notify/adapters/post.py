"""MSG-24: one POST to a carrier, and what becomes of a message when its answer does not come or is plain HTTP."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from services.notify.adapters.doors import AddressRefused, Doors, transport_through
from services.notify.domain.hook_addresses import NOT_ALLOWED
from services.notify.domain.outcomes import Outcome, Verdict

if TYPE_CHECKING:
    import httpx

CONNECTIONS = 128
"""At most as many connections to one carrier: as many as messages are ever on their way."""
LONGEST_WAIT = timedelta(days=1)
"""A carrier may ask for no longer pause."""
_AT_ODDS = frozenset({401, 402, 403, 404, 405, 407})
"""Statuses that speak of the key, the account or the address we were configured with: no message's fault."""
_NOT_NOW = frozenset({408, 425, 429})


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer; `content` is its JSON object, empty when it has none."""

    status: int
    content: Mapping[str, Any]
    wait: timedelta | None = None
    """The pause it asks for (`Retry-After`)."""


class Poster:
    """POSTs to one carrier: no redirect followed, no proxy of the environment, nothing tried twice.

    With `doors` it POSTs to addresses that others have named: only where these lead, over a connection of its own each
    time, and without reading what is answered.
    """

    def __init__(self, timeout: timedelta, doors: Doors | None = None) -> None:
        self._seconds = timeout.total_seconds()
        self._doors = doors
        self._client: httpx.AsyncClient | None = None

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer | Outcome:
        """The answer to `body`; an Outcome where none came: DOWN if nothing was sent, UNKNOWN if it may have been."""
        import httpx  # noqa: PLC0415  (an embedded stack asks nobody)

        if self._client is None:
            # A carrier's credential may be part of a URL, and this logger would print each.
            logging.getLogger("httpx").setLevel(logging.WARNING)
            guarded = transport_through(self._doors) if self._doors is not None else None
            self._client = httpx.AsyncClient(
                transport=guarded,
                # Half the time for connecting: what was never sent is told from what perhaps was.
                timeout=httpx.Timeout(self._seconds, connect=self._seconds / 2),
                limits=httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS),
                follow_redirects=False,
                trust_env=False,
            )
        try:
            # The client's own limit is for each read: one that trickles would hold us for ever.
            async with asyncio.timeout(self._seconds):
                # Only what a carrier answers is read.
                request = self._client.build_request("POST", url, content=body, headers=dict(headers))
                answer = await self._client.send(request, stream=self._doors is not None)
                if self._doors is not None:
                    await answer.aclose()
        except AddressRefused:
            return Outcome(Verdict.DOWN, NOT_ALLOWED)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.InvalidURL, UnicodeError):
            # The last two: an address that can be written, and that nothing can be sent to.
            return Outcome(Verdict.DOWN, "UNREACHABLE")
        except httpx.PoolTimeout:
            return Outcome(Verdict.LATER, "BUSY")
        except (httpx.HTTPError, TimeoutError):
            return Outcome(Verdict.UNKNOWN, "NO_ANSWER")
        content = _object(answer) if self._doors is None else {}
        return Answer(answer.status_code, content, _wait(answer.headers.get("retry-after", "")))

    async def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None


def outcome_of(answer: Answer) -> Outcome:
    """What a plain HTTP answer means (`docs/adapters.md`, "What is answered")."""
    reason = f"HTTP_{answer.status}"
    if 200 <= answer.status < 300 or answer.status == 409:
        named = answer.content.get("provider_id", "")
        return Outcome(Verdict.ACCEPTED, provider_id=named[:128] if isinstance(named, str) else "")
    if answer.status == 410:
        return Outcome(Verdict.BAD_ADDRESS, reason)
    if answer.status in _NOT_NOW or answer.status >= 500:
        return Outcome(Verdict.LATER, reason, wait=answer.wait)
    if answer.status < 400 or answer.status in _AT_ODDS:
        return Outcome(Verdict.DOWN, reason, wait=answer.wait)
    return Outcome(Verdict.REFUSED, reason)


def _object(answer: httpx.Response) -> Mapping[str, Any]:
    try:
        content = answer.json() if answer.content else {}
    except ValueError:
        content = {}
    return content if isinstance(content, dict) else {}


def _wait(asked: str) -> timedelta | None:
    if not asked:
        return None
    try:
        seconds = (
            int(asked) if asked.isdecimal() else (parsedate_to_datetime(asked) - datetime.now(UTC)).total_seconds()
        )
        return min(max(timedelta(seconds=seconds), timedelta(seconds=1)), LONGEST_WAIT)
    except (ValueError, TypeError, OverflowError):
        return None
