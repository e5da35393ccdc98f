"""A key document that changes while a process runs is read again: keys rotate without a restart."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import structlog

from services.kit import vault
from services.kit.ending import ended
from services.kit.settings import Settings
from services.kit.vault import KeysMissing, Vault

LOOK_SECONDS = 2.0
"""How often the file is looked at."""

_log = structlog.get_logger("kit.keys")


class KeyWatch:
    """A part that calls `take` with the key document of `service` whenever its file has changed.

    A document that cannot be used is told and not taken: the keys so far stay. Documents in the environment do not
    change; for them the part has nothing to do.

    OPS-34: replicas look at moments of their own, so one may meet what another has sealed with a key that it has not
    seen yet: `safe`, which `take` renews, has the file looked at then.
    """

    def __init__(
        self, service: str, settings: Settings, take: Callable[[Mapping[str, Any]], None], safe: Vault
    ) -> None:
        self.name = f"keys {service}"
        self._path = vault.source_of(service, settings)
        self._take = take
        safe.look_again = self.look
        self._seen = _mark(self._path)
        self._looking = threading.Lock()
        self._loop: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to look."""
        if self._path is not None:
            self._loop = asyncio.create_task(self._run(), name=self.name)

    async def stop(self) -> None:
        """Look no more."""
        if self._loop is not None:
            await ended(self._loop)
            self._loop = None

    def not_ready(self) -> str:
        """Always ready: the keys in use stay usable."""
        return ""

    def look(self) -> bool:
        """Take the document if its file has changed since the last look; whether it was taken. From any thread."""
        with self._looking:
            return self._look()

    def _look(self) -> bool:
        mark = _mark(self._path)
        if self._path is None or mark is None or mark == self._seen:
            return False
        self._seen = mark
        try:
            self._take(json.loads(self._path.read_text(encoding="utf-8")))
        except (KeysMissing, OSError, ValueError) as error:
            _log.error("changed keys cannot be used", keys=self.name, error=type(error).__name__)
            return False
        _log.info("changed keys are in use", keys=self.name)
        return True

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            self.look()


def vault_watch(service: str, settings: Settings, safe: Vault) -> KeyWatch:
    """The part that has `safe` seal and open with the keys of the document as it stands."""
    return KeyWatch(service, settings, lambda document: safe.renew(vault.parse(document)), safe)


def _mark(path: Path | None) -> tuple[int, int] | None:
    """What differs once a file was replaced or written; None when it is not there."""
    try:
        found = path.stat() if path is not None else None
    except OSError:
        return None
    return None if found is None else (found.st_mtime_ns, found.st_ino)
