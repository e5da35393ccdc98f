"""What `residency deadletters sweep` does: every consumer with an inbox compared with its stream."""

from __future__ import annotations

from pathlib import Path

from services.cli import stores
from services.kit import streams
from services.kit.sweep import Dropped, bury, dropped

_INBOXES = {"notify": "notify", "webhooks": "notify", "enrollment": "enrollment", "faculty": "faculty"}
"""First part of a consumer's name → whose database holds its inbox. The workflows have none: reconcile is their net."""


async def sweep_all(data: Path, *, dry_run: bool) -> list[Dropped]:
    """All facts that were given up without a word; their dead letters are written unless `dry_run`.

    Raises DomainError UNAVAILABLE when a database or NATS is away.
    """
    found: list[Dropped] = []
    async with stores.jetstream(data) as js:
        for (stream, durable), fields in streams.load(streams.streams_file()).consumers.items():
            owner = _INBOXES.get(durable.partition("-")[0])
            if owner is None:
                continue
            async with stores.database(owner, data) as connection:
                lost = await dropped(js, connection, stream, durable, fields.get("filter_subject", ""))
            if not dry_run:
                await bury(js, lost)
            found += lost
    return found
