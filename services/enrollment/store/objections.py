"""Objections to provisional admissions; what is objected and by whom is sealed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum

from services.enrollment.records import ApplicationRecord, Statement
from services.enrollment.store import rows
from services.enrollment.store.sealing import Sealing
from services.kit.database import Database

_ONE = "SELECT o.*, a.name FROM objection o JOIN application a ON a.id = o.application_id WHERE o.id = $1"
_OTHERS = """
    SELECT count(*) FROM objection
    WHERE application_id = $1 AND id <> $2 AND state <> 'dismissed' AND filed_at >= $3
"""
_LIST = """
    SELECT l.id FROM published_list l JOIN published_entry e ON e.list_id = l.id
    WHERE e.application_id = $1 AND l.base_code = $2 ORDER BY l.number DESC LIMIT 1
"""
_PAGE = """
    SELECT o.*, a.name FROM objection o JOIN application a ON a.id = o.application_id
    WHERE o.cycle_id = $1 AND ($2 = '' OR o.base_code = $2) AND (NOT $3 OR o.state = 'open')
        AND (o.filed_at, o.id) < ($4, $5)
    ORDER BY o.filed_at DESC, o.id DESC LIMIT $6
"""
START = (datetime(9999, 1, 1, tzinfo=UTC), "ffffffff-ffff-ffff-ffff-ffffffffffff")
"""Where the newest page begins."""


class ObjectionState(StrEnum):
    """Where an objection stands."""

    OPEN = "open"
    UPHELD = "upheld"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True)
class Objection:
    """An objection; texts are empty when the person's data were forgotten."""

    id: str
    application_id: str
    cycle_id: str
    base_code: str
    specialty_code: str
    state: ObjectionState
    grounds: str = field(repr=False)
    objector: str = field(repr=False)
    filed_by: str
    filed_for: str
    filed_at: datetime
    resolution: str = field(default="", repr=False)
    resolved_at: datetime | None = None
    name: str = field(default="", repr=False)
    list_id: str = ""
    """The list that named the person when it was filed; empty when none did."""


class ObjectionStore:
    """Reads objections; writes are statements beside a guarded command."""

    def __init__(self, database: Database, sealing: Sealing) -> None:
        self._database = database
        self._sealing = sealing

    async def read(self, objection_id: str) -> Objection | None:
        """One objection; None when there is none."""
        row = await self._database.fetchrow(_ONE, objection_id)
        return None if row is None else self._objection(row)

    async def others(self, application: ApplicationRecord, objection_id: str) -> int:
        """How many other objections to the same place are open or were upheld."""
        since = application.provisional_at or datetime.min.replace(tzinfo=UTC)
        return int(await self._database.fetchval(_OTHERS, application.id, objection_id, since))

    async def list_of(self, application: ApplicationRecord) -> str:
        """The list that names somebody's place, the latest when several do; empty when none does."""
        if application.marks.publicity_ends_at is None:
            return ""
        found = await self._database.fetchval(_LIST, application.id, application.submitted.base_code)
        return "" if found is None else str(found)

    async def page(
        self, cycle_id: str, base_code: str, *, open_only: bool, after: tuple[datetime, str], limit: int
    ) -> list[Objection]:
        """Up to `limit` objections older than `after`, newest first; of one base when that is named."""
        found = await self._database.fetch(_PAGE, cycle_id, base_code, open_only, *after, limit)
        return [self._objection(row) for row in found]

    def insert(self, objection: Objection) -> Statement:
        """LIST-09: what is objected and who objects stand sealed, bound to the objection."""
        body = {"grounds": objection.grounds, "objector": objection.objector}
        return Statement(
            "INSERT INTO objection (id, application_id, cycle_id, base_code, specialty_code, body, sealed_with,"
            " filed_by, filed_for, filed_at, list_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            (
                *(objection.id, objection.application_id, objection.cycle_id, objection.base_code),
                *(objection.specialty_code, self._sealing.seal_record(body_record(objection.id), body)),
                *(self._sealing.key, objection.filed_by, objection.filed_for, objection.filed_at),
                objection.list_id or None,
            ),
            1,
        )

    def resolve(self, objection: Objection, actor: str) -> Statement:
        """The objection as it was resolved, its texts sealed anew; nothing is written when it is open no more."""
        body = {"grounds": objection.grounds, "objector": objection.objector}
        resolution = {"reason": objection.resolution}
        return Statement(
            "UPDATE objection SET state = $2, body = $3, resolution = $4, sealed_with = $5, resolved_by = $6,"
            " resolved_at = $7 WHERE id = $1 AND state = 'open'",
            (
                *(objection.id, objection.state.value),
                self._sealing.seal_record(body_record(objection.id), body),
                self._sealing.seal_record(resolution_record(objection.id), resolution),
                *(self._sealing.key, actor, objection.resolved_at),
            ),
            1,
        )

    def _objection(self, row: rows.Row) -> Objection:
        id_ = str(row["id"])
        body = self._sealing.open_record(body_record(id_), row["body"])
        resolution = self._sealing.open_record(resolution_record(id_), row["resolution"])
        return Objection(
            *(id_, str(row["application_id"]), str(row["cycle_id"]), row["base_code"], row["specialty_code"]),
            *(ObjectionState(row["state"]), body.get("grounds", ""), body.get("objector", "")),
            *(row["filed_by"], row["filed_for"], row["filed_at"]),
            *(resolution.get("reason", ""), row["resolved_at"], row["name"], str(row["list_id"] or "")),
        )


def body_record(objection_id: str) -> str:
    """What the sealed texts of an objection are bound to."""
    return f"objection/{objection_id}/body"


def resolution_record(objection_id: str) -> str:
    """What the sealed reason of a resolution is bound to."""
    return f"objection/{objection_id}/resolution"


def resolved(objection: Objection, *, uphold: bool, reason: str, at: datetime) -> Objection:
    """The objection as it is resolved."""
    state = ObjectionState.UPHELD if uphold else ObjectionState.DISMISSED
    return replace(objection, state=state, resolution=reason, resolved_at=at, name="")
