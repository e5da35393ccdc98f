"""Rows of candidacies and of the decisions about them, inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.faculty.directory import Places
from services.faculty.domain.candidacy import OPEN_STATES, State
from services.faculty.store.appointment_tables import appointment
from services.faculty.store.batch_tables import candidacy, candidacy_decision
from services.faculty.store.dossiers import Sealing
from services.kit.domain import DomainError, Kind

_OPEN = [state.value for state in OPEN_STATES]


@dataclass(frozen=True, slots=True)
class Candidacy:
    """One row; see the table for what the columns say."""

    candidacy_id: str
    batch_id: str
    person_id: str
    created_at: datetime
    hospital_code: str
    base_code: str
    department_code: str
    state: str
    extra_departments: Sequence[str] = ()
    name: str = field(default="", repr=False)
    masked_document: str = field(default="", repr=False)
    version: int = 1
    opened_at: datetime | None = None
    submitted_at: datetime | None = None
    decided_at: datetime | None = None
    decided_by: str = ""
    reason_code: str = ""
    reason: str = field(default="", repr=False)
    acknowledged_at: datetime | None = None
    snapshot: Mapping[str, Any] | None = field(default=None, repr=False)
    sealed_with: str = ""
    title: str = ""
    title_since: date | None = None
    hospital_since: date | None = None
    teaching_since: date | None = None
    has_qualification: str = ""
    title_months: int = 0
    teaching_months: int = 0
    hospital_months: int = 0
    trainees_3y: int = 0
    own_trainees_3y: int = 0
    training_state: str = ""
    training_level: str = ""
    appeal_state: str = ""
    appeal: str = field(default="", repr=False)
    appointment_id: str | None = None


@dataclass(frozen=True, slots=True)
class Decided:
    """One decision, written once. `note` is sealed."""

    candidacy_id: str
    n: int
    kind: str
    at: datetime
    version: int
    reason_code: str = ""
    reason: str = field(default="", repr=False)
    note: str = field(default="", repr=False)
    sealed_with: str = ""
    by: str = ""
    evaluation: Mapping[str, Any] | None = None


def another_open() -> DomainError:
    """CAND-04: the person has another open candidacy."""
    return DomainError(Kind.CONFLICT, "CANDIDACY_OPEN", "本人已有未结束的报名。", rule="CAND-04")


COLUMNS = tuple(each.name for each in fields(Candidacy))


async def begin(session: AsyncSession, row: Candidacy) -> bool:
    """CAND-04, CAND-05: write a new draft; False when the person has one in this batch, or an open one elsewhere."""
    values = {name: getattr(row, name) for name in COLUMNS} | {"extra_departments": list(row.extra_departments)}
    statement = upsert(candidacy).values(**values).on_conflict_do_nothing().returning(candidacy.c.candidacy_id)
    return await session.scalar(statement) is not None


async def get(session: AsyncSession, candidacy_id: str, *, lock: bool = False) -> Candidacy | None:
    """One; `lock`: nobody changes it until the transaction ends."""
    return await _one(session, candidacy.c.candidacy_id == candidacy_id, lock=lock)


async def in_batch(session: AsyncSession, batch_id: str, person_id: str, *, lock: bool = False) -> Candidacy | None:
    """The person's one in that batch."""
    return await _one(session, candidacy.c.batch_id == batch_id, candidacy.c.person_id == person_id, lock=lock)


async def change(session: AsyncSession, candidacy_id: str, **values: Any) -> Candidacy:
    """Write these columns of a locked one, count one version more, and read it.

    Raises CONFLICT CANDIDACY_OPEN when it becomes an open one while its owner has just begun another (CAND-04).
    """
    statement = (
        update(candidacy)
        .where(candidacy.c.candidacy_id == candidacy_id)
        .values(version=candidacy.c.version + 1, **values)
        .returning(*(candidacy.c[name] for name in COLUMNS))
    )
    try:
        return Candidacy(**(await session.execute(statement)).mappings().one())
    except IntegrityError as error:
        if "uq_candidacy_open" in str(error.orig):
            raise another_open() from error
        raise


async def mine(session: AsyncSession, person_id: str) -> list[Candidacy]:
    """All of a person, newest first."""
    newest = (candidacy.c.created_at.desc(), candidacy.c.candidacy_id.desc())
    statement = select(candidacy).where(candidacy.c.person_id == person_id).order_by(*newest)
    return [Candidacy(**row) for row in (await session.execute(statement)).mappings()]


async def several(session: AsyncSession, candidacy_ids: Collection[str]) -> dict[str, Candidacy]:
    """Several, by id."""
    if not candidacy_ids:
        return {}
    rows = await session.execute(select(candidacy).where(candidacy.c.candidacy_id.in_(candidacy_ids)))
    return {row["candidacy_id"]: Candidacy(**row) for row in rows.mappings()}


async def with_other_open(session: AsyncSession, rows: Sequence[Candidacy]) -> set[str]:
    """CAND-04: which of these have an owner with another open candidacy, by candidacy id."""
    statement = select(candidacy.c.candidacy_id, candidacy.c.person_id).where(
        candidacy.c.person_id.in_({row.person_id for row in rows}), candidacy.c.state.in_(_OPEN)
    )
    open_ones = {person_id: candidacy_id for candidacy_id, person_id in await session.execute(statement)}
    return {row.candidacy_id for row in rows if open_ones.get(row.person_id, row.candidacy_id) != row.candidacy_id}


async def has_open(session: AsyncSession, person_id: str) -> bool:
    """CAND-04: whether the person has an open candidacy anywhere."""
    statement = select(candidacy.c.candidacy_id).where(candidacy.c.person_id == person_id, candidacy.c.state.in_(_OPEN))
    return await session.scalar(statement.limit(1)) is not None


async def to_expire(session: AsyncSession, batch_id: str, limit: int) -> list[Candidacy]:
    """CAND-17: some open ones of a batch that no upheld appeal brought back, locked."""
    statement = (
        select(candidacy).where(*_undecided(batch_id)).order_by(candidacy.c.candidacy_id).limit(limit).with_for_update()
    )
    return [Candidacy(**row) for row in (await session.execute(statement)).mappings()]


async def count_to_expire(session: AsyncSession, batch_id: str) -> int:
    """How many `to_expire` finds in all."""
    return await session.scalar(select(func.count()).select_from(candidacy).where(*_undecided(batch_id))) or 0


async def all_in_batch(session: AsyncSession, batch_id: str) -> list[Candidacy]:
    """Every submitted one of a batch, by id."""
    submitted = (candidacy.c.batch_id == batch_id, candidacy.c.submitted_at.is_not(None))
    statement = select(candidacy).where(*submitted).order_by(candidacy.c.candidacy_id)
    return [Candidacy(**row) for row in (await session.execute(statement)).mappings()]


async def set_months(session: AsyncSession, months: Sequence[Mapping[str, Any]]) -> None:
    """Write months of title, of teaching and in the hospital anew, for a batch whose reference date has moved."""
    if not months:
        return
    names = ("title_months", "hospital_months", "teaching_months")
    written: dict[str, Any] = {name: bindparam(f"new_{name}") for name in names}
    statement = update(candidacy).where(candidacy.c.candidacy_id == bindparam("which")).values(**written)
    rows = [{"which": each["candidacy_id"]} | {f"new_{name}": each[name] for name in names} for each in months]
    await (await session.connection()).execute(statement, rows)


async def owing(session: AsyncSession, batch_id: str) -> list[str]:
    """CAND-23: person ids of who has a draft or a returned candidacy in a batch."""
    states = candidacy.c.state.in_(("draft", "returned"))
    statement = select(candidacy.c.person_id).where(candidacy.c.batch_id == batch_id, states)
    return list(await session.scalars(statement.order_by(candidacy.c.person_id)))


async def owed_by_bases(session: AsyncSession, batch_id: str) -> list[tuple[str, int]]:
    """CAND-23: how many submitted candidacies of a batch wait for each base."""
    statement = (
        select(candidacy.c.base_code, func.count())
        .where(candidacy.c.batch_id == batch_id, candidacy.c.state == State.SUBMITTED.value)
        .group_by(candidacy.c.base_code)
        .order_by(candidacy.c.base_code)
    )
    return [(base, number) for base, number in await session.execute(statement)]


async def add_decision(session: AsyncSession, decided: Decided) -> None:
    """Write one decision; its candidacy is locked."""
    await session.execute(
        insert(candidacy_decision).values(**{each.name: getattr(decided, each.name) for each in fields(Decided)})
    )


async def next_number(session: AsyncSession, candidacy_id: str) -> int:
    """The number of the next decision about a locked candidacy."""
    newest = select(func.max(candidacy_decision.c.n)).where(candidacy_decision.c.candidacy_id == candidacy_id)
    return (await session.scalar(newest) or 0) + 1


async def decisions(session: AsyncSession, candidacy_id: str) -> list[Decided]:
    """Every decision about one, oldest first."""
    statement = select(candidacy_decision).where(candidacy_decision.c.candidacy_id == candidacy_id)
    return [Decided(**row) for row in (await session.execute(statement.order_by(candidacy_decision.c.n))).mappings()]


async def last_evaluations(session: AsyncSession, candidacy_ids: Collection[str]) -> dict[str, Mapping[str, Any]]:
    """CAND-10: the evaluation kept with the newest decision about each, by candidacy id."""
    if not candidacy_ids:
        return {}
    statement = (
        select(candidacy_decision.c.candidacy_id, candidacy_decision.c.evaluation)
        .where(candidacy_decision.c.candidacy_id.in_(candidacy_ids), candidacy_decision.c.evaluation.is_not(None))
        .ext(distinct_on(candidacy_decision.c.candidacy_id))
        .order_by(candidacy_decision.c.candidacy_id, candidacy_decision.c.n.desc())
    )
    return {row.candidacy_id: row.evaluation for row in await session.execute(statement)}


async def forget(session: AsyncSession, person_id: str) -> None:
    """CAND-28, PRIV-05: who it was and what was written of them is gone; that somebody was decided on stays."""
    theirs = select(candidacy.c.candidacy_id).where(candidacy.c.person_id == person_id)
    emptied = {"note": "", "reason": "", "sealed_with": ""}
    await session.execute(
        update(candidacy_decision).where(candidacy_decision.c.candidacy_id.in_(theirs)).values(**emptied)
    )
    mine_ = candidacy.c.person_id == person_id
    discarded = {"state": State.DISCARDED.value, "submitted_at": None}
    await session.execute(update(candidacy).where(mine_, candidacy.c.state.in_(_OPEN)).values(**discarded))
    empty = {"name": "", "masked_document": "", "snapshot": None, "appeal": "", "reason": "", "sealed_with": ""}
    await session.execute(update(candidacy).where(mine_).values(version=candidacy.c.version + 1, **empty))


async def rewrap(session: AsyncSession, sealing: Sealing, limit: int) -> int:
    """PRIV-04: seal up to `limit` candidacies and notes of old keys anew; how many. Raises SealBroken."""
    vault = sealing.vault
    old = select(candidacy).where(_under_old_key(sealing)).limit(limit).with_for_update(skip_locked=True)
    found = [Candidacy(**row) for row in (await session.execute(old)).mappings()]
    for row in found:
        values = {
            "snapshot": _refrozen(sealing, row) if row.snapshot is not None else None,
            "appeal": _anew(sealing, row.appeal, f"{row.candidacy_id}/appeal"),
            "sealed_with": vault.current_key,
        }
        await session.execute(update(candidacy).where(candidacy.c.candidacy_id == row.candidacy_id).values(**values))
    notes = select(candidacy_decision).where(_old_note(sealing)).limit(max(limit - len(found), 0))
    kept = [Decided(**row) for row in (await session.execute(notes.with_for_update(skip_locked=True))).mappings()]
    for each in kept:
        note = _anew(sealing, each.note, f"{each.candidacy_id}/note/{each.n}")
        await session.execute(
            update(candidacy_decision)
            .where(candidacy_decision.c.candidacy_id == each.candidacy_id, candidacy_decision.c.n == each.n)
            .values(note=note, sealed_with=vault.current_key)
        )
    return len(found) + len(kept)


async def count_old(session: AsyncSession, sealing: Sealing) -> int:
    """How many candidacies and notes are still sealed with an old key."""
    rows = await session.scalar(select(func.count()).select_from(candidacy).where(_under_old_key(sealing))) or 0
    notes = select(func.count()).select_from(candidacy_decision).where(_old_note(sealing))
    return rows + (await session.scalar(notes) or 0)


def _refrozen(sealing: Sealing, row: Candidacy) -> dict[str, Any]:
    snapshot = row.snapshot or {}
    return {name: sealing.forms.rewrap(row.candidacy_id, name, body) for name, body in snapshot.items()}


def _anew(sealing: Sealing, sealed: str, record_id: str) -> str:
    return sealing.vault.seal_text(sealing.vault.open_text(sealed, record_id), record_id) if sealed else ""


def _under_old_key(sealing: Sealing) -> ColumnElement[bool]:
    holds = or_(candidacy.c.snapshot.is_not(None), candidacy.c.appeal != "")
    return (candidacy.c.sealed_with != sealing.vault.current_key) & holds


def _old_note(sealing: Sealing) -> ColumnElement[bool]:
    return (candidacy_decision.c.sealed_with != sealing.vault.current_key) & (candidacy_decision.c.note != "")


def _undecided(batch_id: str) -> tuple[ColumnElement[bool], ...]:
    upheld = (candidacy.c.appeal_state == "upheld") & (candidacy.c.state != State.DRAFT.value)
    return (candidacy.c.batch_id == batch_id, candidacy.c.state.in_(_OPEN), ~upheld)


async def _one(session: AsyncSession, *where: ColumnElement[bool], lock: bool) -> Candidacy | None:
    statement = select(candidacy).where(*where)
    if lock:
        statement = statement.with_for_update()
    row = (await session.execute(statement)).mappings().one_or_none()
    return Candidacy(**row) if row is not None else None


async def appointed_elsewhere(session: AsyncSession, places: Places, people: Sequence[str], base: str) -> set[str]:
    """C7.11: who of them teaches for a hospital that another base decides about: they leave there first."""
    open_ones = appointment.c.state.in_(("active", "suspended"))
    found = await session.execute(
        select(appointment.c.person_id, appointment.c.base_code).where(appointment.c.person_id.in_(people), open_ones)
    )
    return {row.person_id for row in found if places.deciding_base(row.base_code) != base}
