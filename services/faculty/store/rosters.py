"""Lists of secretaries and their rows; inside the caller's session."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, func, insert, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.faculty.domain.rosters import Fault, Outcome
from services.faculty.store.appointment_tables import appointment
from services.faculty.store.dossiers import Sealing
from services.faculty.store.roster_tables import roster, roster_row
from services.kit.vault import Vault


@dataclass(frozen=True, slots=True)
class Roster:
    """An uploaded list; `state` is `checked`, `committed` or `discarded`."""

    roster_id: str
    department_code: str
    base_code: str
    state: str
    file_name: str
    sha256: str
    rows: int
    faulty: int
    additions: int
    dismissals: int
    uploaded_by: str
    uploaded_at: datetime
    version: int


@dataclass(frozen=True, slots=True)
class KeptRow:
    """One row as kept, its body opened; the body is empty once it was forgotten."""

    number: int
    action: str
    body: Mapping[str, str] = field(repr=False)
    match: str
    outcome: str
    faults: tuple[Fault, ...]
    person_id: str | None = None
    appointment_id: str | None = None


_COLUMNS = tuple(roster.c[name] for name in Roster.__dataclass_fields__)


async def add(session: AsyncSession, sealing: Sealing, values: Mapping[str, Any], rows: Sequence[KeptRow]) -> None:
    """Write a checked list; what stood in its cells is sealed row by row."""
    await session.execute(insert(roster).values(**values))
    vault, roster_id = sealing.vault, str(values["roster_id"])
    await session.execute(
        insert(roster_row),
        [
            {
                "roster_id": roster_id,
                "row": each.number,
                "action": each.action,
                "body": _sealed(vault, roster_id, each.number, json.dumps(dict(each.body), ensure_ascii=False)),
                "sealed_with": vault.current_key,
                "match": each.match,
                "outcome": each.outcome,
                "faults": [asdict(fault) for fault in each.faults],
                "person_id": each.person_id,
                "appointment_id": each.appointment_id,
            }
            for each in rows
        ],
    )


async def by_id(session: AsyncSession, roster_id: str, *, lock: bool = False) -> Roster | None:
    """One list."""
    statement = select(*_COLUMNS).where(roster.c.roster_id == roster_id)
    row = (await session.execute(statement.with_for_update() if lock else statement)).one_or_none()
    return Roster(*row) if row is not None else None


async def change(session: AsyncSession, roster_id: str, values: Mapping[str, Any]) -> None:
    """Change a locked list; its version grows."""
    changed = update(roster).where(roster.c.roster_id == roster_id)
    await session.execute(changed.values(version=roster.c.version + 1, **values))


async def page(
    session: AsyncSession, condition: ColumnElement[bool], after: tuple[datetime, str] | None, limit: int
) -> list[Roster]:
    """Lists, newest first, one more than `limit` if there are more."""
    key = tuple_(roster.c.uploaded_at, roster.c.roster_id)
    statement = select(*_COLUMNS).where(condition, *([key < after] if after else []))
    ordered = statement.order_by(roster.c.uploaded_at.desc(), roster.c.roster_id.desc()).limit(limit + 1)
    return [Roster(*row) for row in await session.execute(ordered)]


async def rows_of(
    session: AsyncSession,
    sealing: Sealing,
    roster_id: str,
    *,
    after: int = 0,
    limit: int | None = None,
    faulty_only: bool = False,
) -> list[KeptRow]:
    """Rows in order, after one. Raises SealBroken."""
    statement = select(roster_row).where(roster_row.c.roster_id == roster_id, roster_row.c.row > after)
    if faulty_only:
        statement = statement.where(func.jsonb_array_length(roster_row.c.faults) > 0)
    found = await session.execute(statement.order_by(roster_row.c.row).limit(limit))
    return [_kept(sealing.vault, row) for row in found]


async def set_outcomes(
    session: AsyncSession, roster_id: str, outcomes: Mapping[int, tuple[Outcome, Sequence[Fault]]]
) -> None:
    """What became of rows."""
    for number, (outcome, faults) in outcomes.items():
        one = (roster_row.c.roster_id == roster_id) & (roster_row.c.row == number)
        values: dict[str, Any] = {"outcome": outcome.value}
        if faults:
            values["faults"] = [asdict(fault) for fault in faults]
        await session.execute(update(roster_row).where(one).values(**values))


async def inviting(session: AsyncSession, sealing: Sealing, limit: int) -> list[tuple[str, str, KeptRow]]:
    """List, department and row whose text message has yet to leave. Raises SealBroken."""
    statement = (
        select(roster_row, roster.c.department_code)
        .join(roster, roster.c.roster_id == roster_row.c.roster_id)
        .where(roster_row.c.outcome == Outcome.INVITING)
        .order_by(roster_row.c.roster_id, roster_row.c.row)
        .limit(limit)
    )
    found = await session.execute(statement)
    return [(row.roster_id, row.department_code, _kept(sealing.vault, row)) for row in found]


async def appointed(session: AsyncSession, person_ids: Sequence[str], base_code: str) -> dict[str, Row[Any]]:
    """By person, the appointment at a base that is not over."""
    rows = await session.execute(
        select(appointment).where(
            appointment.c.person_id.in_(person_ids),
            appointment.c.base_code == base_code,
            appointment.c.state.in_(("pending", "active", "suspended")),
        )
    )
    return {row.person_id: row for row in rows}


async def fade(session: AsyncSession, before: datetime, limit: int) -> int:
    """ROST-24: the cells of rows of lists uploaded before an instant are forgotten; how many rows."""
    old = (
        select(roster_row.c.roster_id, roster_row.c.row)
        .join(roster, roster.c.roster_id == roster_row.c.roster_id)
        .where(roster.c.uploaded_at < before, roster_row.c.body != "", roster_row.c.outcome != Outcome.INVITING)
        .limit(limit)
    )
    keys = [(row.roster_id, row.row) for row in await session.execute(old)]
    if keys:
        these = tuple_(roster_row.c.roster_id, roster_row.c.row).in_(keys)
        await session.execute(update(roster_row).where(these).values(body="", sealed_with=""))
    return len(keys)


async def empty(session: AsyncSession, roster_id: str) -> None:
    """The cells of a list that was thrown away are forgotten."""
    await session.execute(update(roster_row).where(roster_row.c.roster_id == roster_id).values(body="", sealed_with=""))


async def forget(session: AsyncSession, person_id: str) -> None:
    """PRIV-05: what lists said of somebody goes."""
    await session.execute(
        update(roster_row).where(roster_row.c.person_id == person_id).values(body="", sealed_with="", person_id=None)
    )


async def rewrap(session: AsyncSession, sealing: Sealing, limit: int) -> int:
    """PRIV-04: seal up to `limit` rows anew with the current key; how many. Raises SealBroken."""
    vault = sealing.vault
    old = select(roster_row.c.roster_id, roster_row.c.row, roster_row.c.body).where(_old(sealing))
    found = (await session.execute(old.limit(limit).with_for_update(skip_locked=True))).all()
    for row in found:
        one = (roster_row.c.roster_id == row.roster_id) & (roster_row.c.row == row.row)
        opened = vault.open_text(row.body, f"{row.roster_id}/{row.row}")
        body = _sealed(vault, row.roster_id, row.row, opened)
        await session.execute(update(roster_row).where(one).values(body=body, sealed_with=vault.current_key))
    return len(found)


async def count_old(session: AsyncSession, sealing: Sealing) -> int:
    """How many are still sealed with an old key."""
    return await session.scalar(select(func.count()).select_from(roster_row).where(_old(sealing))) or 0


def _old(sealing: Sealing) -> ColumnElement[bool]:
    return (roster_row.c.sealed_with != "") & (roster_row.c.sealed_with != sealing.vault.current_key)


def _sealed(vault: Vault, roster_id: str, number: int, text: str) -> str:
    return vault.seal_text(text, f"{roster_id}/{number}")


def _kept(vault: Vault, row: Row[Any]) -> KeptRow:
    body = json.loads(vault.open_text(row.body, f"{row.roster_id}/{row.row}")) if row.body else {}
    faults = tuple(Fault(**each) for each in row.faults)
    return KeptRow(row.row, row.action, body, row.match, row.outcome, faults, row.person_id, row.appointment_id)
