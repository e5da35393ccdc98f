"""Closed for a while, on purpose: while a file says so, every page answers that, with the time it ends (PUB-11)."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from services.kit.domain import DomainError, Kind
from services.portal.i18n.language import N_

LOOK_SECONDS = 1.0
"""How long what the file said is believed."""
_OPEN = ("/static/",)
_USUAL = N_("系统维护中，暂停办理。已提交和已保存的内容不受影响。")
_log = structlog.get_logger("portal")

Refuse = Callable[[Request, DomainError], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Notice:
    """What the file says: until when (aware UTC; None when it does not say), and a sentence."""

    until: datetime | None
    sentence: str


class MaintenanceFile:
    """A file whose presence closes the portal: an instant with its offset on the first line, or nothing; then a text.

    Mounted from a ConfigMap or written by hand, it works without a restart. What cannot be read as an instant belongs
    to the text. A time that has passed closes nothing.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._looked_at = float("-inf")
        self._notice: Notice | None = None

    def notice(self) -> Notice | None:
        """What is to be told now; None while the portal is open."""
        if self._path is None:
            return None
        if time.monotonic() - self._looked_at >= LOOK_SECONDS:
            self._looked_at = time.monotonic()
            self._notice = _read(self._path)
        found = self._notice
        return found if found is not None and (found.until is None or found.until > datetime.now(UTC)) else None


class Maintenance:
    """ASGI: while `file` says so, answers UNAVAILABLE `MAINTENANCE` to everything but static files."""

    def __init__(self, app: ASGIApp, refuse: Refuse, file: MaintenanceFile) -> None:
        self._app = app
        self._refuse = refuse
        self._file = file

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve or refuse one request."""
        notice = None if scope["type"] != "http" or scope["path"].startswith(_OPEN) else self._file.notice()
        if notice is None:
            await self._app(scope, receive, send)
            return
        error = DomainError(Kind.UNAVAILABLE, "MAINTENANCE", notice.sentence, rule="PUB-11", until=notice.until)
        await (await self._refuse(Request(scope, receive), error))(scope, receive, send)


def _read(path: Path) -> Notice | None:
    try:
        text = path.read_text("utf-8").strip()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        # It is there and means to close the portal, whatever it holds.
        _log.warning("maintenance file not readable", error_type=type(error).__name__)
        return Notice(None, _USUAL)
    first, _, rest = text.partition("\n")
    try:
        until = datetime.fromisoformat(first.strip())
    except ValueError:
        return Notice(None, text or _USUAL)
    if until.tzinfo is None:
        return Notice(None, rest.strip() or _USUAL)
    return Notice(until.astimezone(UTC), rest.strip() or _USUAL)
