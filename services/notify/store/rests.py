"""OPS-35: which channels rest and why, as the replica that sends knows it: any other one is asked as well."""

from __future__ import annotations

from collections.abc import Mapping

from services.kit.database import Database
from services.notify.domain.channels import Channel

_NOTE = """
    WITH working AS (DELETE FROM channel_rest WHERE channel <> ALL ($1::text[]))
    INSERT INTO channel_rest (channel, reason) SELECT * FROM unnest($1::text[], $2::text[])
    ON CONFLICT (channel) DO UPDATE SET reason = excluded.reason
"""
_READ = "SELECT channel, reason FROM channel_rest"


class Rests:
    """The table of channels that rest; every method raises DomainError UNAVAILABLE."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def note(self, resting: Mapping[Channel, str]) -> None:
        """These channels rest, for these reasons, and no other."""
        await self._database.execute(_NOTE, [each.value for each in resting], list(resting.values()))

    async def read(self) -> dict[Channel, str]:
        """Why nothing leaves by a channel at present, for those that rest."""
        return {Channel(row["channel"]): row["reason"] for row in await self._database.fetch(_READ)}
