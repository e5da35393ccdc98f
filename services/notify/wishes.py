"""MSG-30: by which channels each of many people is told something of a kind."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from services.kit.database import Database, UnitOfWork
from services.kit.vault import Vault
from services.notify.domain.addresses import PROVABLE
from services.notify.domain.channels import Channel
from services.notify.domain.kinds import NoticeKind, wanted_channels

if TYPE_CHECKING:
    from asyncpg.pool import PoolConnectionProxy

    Within = UnitOfWork | Database | PoolConnectionProxy

_SAID = """
    SELECT p.person_id, p.kind, p.channel, p.wanted
    FROM unnest($1::text[], $2::text[]) AS asked (person_id, kind)
    JOIN preference p ON p.person_id = asked.person_id AND p.kind = asked.kind
"""
_PROVED = """
    SELECT person_id, channel FROM address
    WHERE person_id = ANY($1::text[]) AND verified_at IS NOT NULL AND removed_at IS NULL
"""


class Wishes:
    """What people want and can be reached by; two statements, however many are asked about."""

    async def channels(
        self, within: Within, wanted: Collection[tuple[str, NoticeKind]]
    ) -> Mapping[tuple[str, NoticeKind], frozenset[Channel]]:
        """For each person and kind: defaults and wishes, without e-mail and WeChat where no address is proved.

        Text messages stay in: the number is identity's, asked for at sending; so does a blocked address, for that
        nothing was sent there is worth a row.

        Args:
            within: A unit of work, a connection of the fast lane, or the database itself.
            wanted: Person and kind of what is about to be told.
        """
        asked = sorted(set(wanted))
        if not asked:
            return {}
        people = [person_id for person_id, _ in asked]
        said: dict[tuple[str, NoticeKind], dict[Channel, bool]] = defaultdict(dict)
        for row in await _fetch(within, _SAID, people, [kind.value for _, kind in asked]):
            said[row["person_id"], NoticeKind(row["kind"])][Channel(row["channel"])] = row["wanted"]
        proved: dict[str, set[Channel]] = defaultdict(set)
        for row in await _fetch(within, _PROVED, list(dict.fromkeys(people))):
            proved[row["person_id"]].add(Channel(row["channel"]))
        return {
            (person_id, kind): wanted_channels(kind, said.get((person_id, kind), {}))
            - (PROVABLE - proved.get(person_id, set()))
            for person_id, kind in asked
        }


def unsubscribing_key(vault: Vault) -> bytes:
    """The key that signs the tokens of messages: it never changes, for a mail is unsubscribed from years later."""
    return vault.lookup("unsubscribing", "key")


async def _fetch(within: Within, statement: str, *args: object) -> Sequence[Any]:
    if not isinstance(within, UnitOfWork):
        return await within.fetch(statement, *args)
    raw = await (await within.session.connection()).get_raw_connection()
    connection: Any = raw.driver_connection  # asyncpg's own
    rows: Sequence[Any] = await connection.fetch(statement, *args)
    return rows
