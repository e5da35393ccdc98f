"""What is known of teachers: read for the entry rules and filters, and written down; inside the caller's session."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Text, cast, func, insert, literal, select, union, union_all, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from services.faculty.domain.entry_rules import (
    RECENT_MONTHS,
    Assessment,
    Attestation,
    Facts,
    KnownIncident,
    YearlyResult,
    add_months,
    full_months,
    worst_of_years,
)
from services.faculty.domain.standing import LEVELS, TrainingState
from services.faculty.store import reminders
from services.faculty.store.appointment_tables import appointment
from services.faculty.store.assignment_tables import cell
from services.faculty.store.batch_tables import candidacy
from services.faculty.store.dossiers import Sealing
from services.faculty.store.rotation_tables import trainee
from services.faculty.store.standing_tables import evidence, incident
from services.faculty.store.tables import dossier_section

_RUNNING = ("pending", "active", "suspended")


@dataclass(frozen=True, slots=True)
class Numbers:
    """What the filters of the queue count."""

    teaching_months: int = 0
    """带教年限, in whole months."""
    trainees_3y: int = 0
    own_trainees_3y: int = 0
    """Those of this base."""
    training_state: str = TrainingState.NONE
    training_level: str = ""


async def facts_of(
    session: AsyncSession, sealing: Sealing, person_ids: Sequence[str], base_code: str
) -> dict[str, Facts]:
    """QUAL-09: what the entry rules read about each of them, for a decision of `base_code`.

    Title and certificate are as in the dossier now; who decides about a frozen copy replaces them. Incidents and
    yearly results count wherever they were recorded, attestations and assessments only when this base did.
    """
    ids = sorted(set(person_ids))
    work = await _sections(session, ids)
    incidents: dict[str, list[KnownIncident]] = defaultdict(list)
    for row in await session.execute(
        select(incident).where(incident.c.person_id.in_(ids), incident.c.withdrawn_at.is_(None))
    ):
        incidents[row.person_id].append(KnownIncident(row.kind, row.degree, row.occurred_on))
    attested: dict[str, list[Attestation]] = defaultdict(list)
    assessed: dict[str, list[Assessment]] = defaultdict(list)
    yearly: dict[str, dict[tuple[int, str], YearlyResult]] = defaultdict(dict)
    # In the order of recording: of two results of a year at one base the later record holds.
    recorded = select(evidence).where(evidence.c.person_id.in_(ids)).order_by(evidence.c.recorded_at)
    for row in await session.execute(recorded):
        if row.kind == "yearly_result":
            yearly[row.person_id][row.year, row.base_code] = YearlyResult(row.year, row.outcome, row.on_day)
        elif row.base_code == base_code and row.kind == "attestation":
            attested[row.person_id].append(Attestation(row.rule, row.on_day))
        elif row.base_code == base_code and row.kind == "assessment":
            assessed[row.person_id].append(Assessment(row.outcome, row.on_day))
    employed = await _employed(session, ids, base_code)
    return {
        each: Facts(
            title=str(work[each].get("title") or ""),
            title_since=_day(work[each].get("title_since")),
            incidents=tuple(incidents[each]),
            attestations=tuple(attested[each]),
            assessments=tuple(assessed[each]),
            yearly=worst_of_years(yearly[each].values()),
            has_qualification=str(work[each].get("has_qualification") or ""),
            employed=True if each in employed else None,
        )
        for each in ids
    }


async def standing_numbers(
    session: AsyncSession, person_ids: Sequence[str], base_code: str, on: date
) -> dict[str, Numbers]:
    """QUAL-20: years of teaching, trainees of the last 36 months and training, as of a day."""
    ids = sorted(set(person_ids))
    work = await _sections(session, ids)
    firsts = {
        row.person_id: row.first
        for row in await session.execute(
            select(appointment.c.person_id, func.min(appointment.c.from_day).label("first"))
            .where(appointment.c.person_id.in_(ids), appointment.c.state != "pending")
            .group_by(appointment.c.person_id)
        )
    }
    taught = await _taught(session, ids, base_code, on)
    trained = await _trained(session, ids, on)
    found = {}
    for each in ids:
        since = _day(work[each].get("teaching_since")) or firsts.get(each)
        state, level = trained.get(each, (TrainingState.NONE, ""))
        everywhere, here = taught.get(each, (0, 0))
        found[each] = Numbers(full_months(since, on) if since else 0, everywhere, here, state, level)
    return found


async def belongs(session: AsyncSession, person_id: str, base_codes: Sequence[str]) -> bool:
    """Whether somebody has, or had, a candidacy or an appointment at one of these bases."""
    here = union(
        select(literal(1)).where(candidacy.c.person_id == person_id, candidacy.c.base_code.in_(base_codes)),
        select(literal(1)).where(appointment.c.person_id == person_id, appointment.c.base_code.in_(base_codes)),
    ).limit(1)
    return (await session.execute(here)).first() is not None


async def newest_bases(session: AsyncSession, person_ids: Sequence[str]) -> dict[str, str]:
    """The base at which each of them last asked to teach or was appointed; who never was is not there."""
    both = union_all(
        *(
            select(table.c.person_id, table.c.base_code, table.c.created_at).where(table.c.person_id.in_(person_ids))
            for table in (candidacy, appointment)
        )
    ).subquery()
    newest = (
        select(both.c.person_id, both.c.base_code)
        .ext(distinct_on(both.c.person_id))
        .order_by(both.c.person_id, both.c.created_at.desc())
    )
    return {row.person_id: row.base_code for row in await session.execute(newest)}


async def name_of(session: AsyncSession, person_id: str) -> str:
    """The name under which faculty knows somebody; empty when it does not."""
    for table in (appointment, candidacy):
        newest = (
            select(table.c.name)
            .where(table.c.person_id == person_id, table.c.name != "")
            .order_by(table.c.created_at.desc())
            .limit(1)
        )
        found = await session.scalar(newest)
        if found:
            return str(found)
    return ""


async def add_incident(session: AsyncSession, values: Mapping[str, Any]) -> None:
    """Write an incident down."""
    await session.execute(insert(incident).values(**values))


async def incident_by_id(session: AsyncSession, incident_id: str, *, lock: bool = False) -> Row[Any] | None:
    """One incident, withdrawn or not."""
    statement = select(incident).where(incident.c.incident_id == incident_id)
    return (await session.execute(statement.with_for_update() if lock else statement)).one_or_none()


async def withdraw_incident(session: AsyncSession, incident_id: str, at: datetime, by: str, reason: str) -> None:
    """It counts no more."""
    changed = update(incident).where(incident.c.incident_id == incident_id)
    await session.execute(changed.values(withdrawn_at=at, withdrawn_by=by, withdrawn_reason=reason))


async def incidents_of(session: AsyncSession, person_id: str) -> list[Row[Any]]:
    """Somebody's incidents, newest first, withdrawn ones too."""
    newest = (incident.c.occurred_on.desc(), incident.c.recorded_at.desc(), incident.c.incident_id)
    return list(await session.execute(select(incident).where(incident.c.person_id == person_id).order_by(*newest)))


async def add_evidence(session: AsyncSession, values: Mapping[str, Any]) -> None:
    """Write evidence down."""
    await session.execute(insert(evidence).values(**values))


async def evidence_by_id(session: AsyncSession, evidence_id: str) -> Row[Any]:
    """One record that exists."""
    return (await session.execute(select(evidence).where(evidence.c.evidence_id == evidence_id))).one()


async def evidence_of(session: AsyncSession, person_id: str) -> list[Row[Any]]:
    """What was recorded about somebody, newest first."""
    newest = (evidence.c.on_day.desc(), evidence.c.recorded_at.desc(), evidence.c.evidence_id)
    return list(await session.execute(select(evidence).where(evidence.c.person_id == person_id).order_by(*newest)))


async def forget(session: AsyncSession, person_id: str) -> None:
    """PRIV-05: what was written about somebody goes; that there was an incident or a result stays, by ids."""
    gone = {"detail": "", "source": "", "sealed_with": "", "withdrawn_reason": ""}
    await session.execute(update(incident).where(incident.c.person_id == person_id).values(**gone))
    await session.execute(update(evidence).where(evidence.c.person_id == person_id).values(source=""))
    await reminders.drop(session, person_id)


async def rewrap(session: AsyncSession, sealing: Sealing, limit: int) -> int:
    """PRIV-04: seal up to `limit` details anew with the current key; how many. Raises SealBroken."""
    vault = sealing.vault
    old = select(incident.c.incident_id, incident.c.detail).where(_old(sealing))
    found = (await session.execute(old.limit(limit).with_for_update(skip_locked=True))).all()
    for row in found:
        sealed = vault.seal_text(vault.open_text(row.detail, row.incident_id), row.incident_id)
        changed = update(incident).where(incident.c.incident_id == row.incident_id)
        await session.execute(changed.values(detail=sealed, sealed_with=vault.current_key))
    return len(found)


async def count_old(session: AsyncSession, sealing: Sealing) -> int:
    """How many are still sealed with an old key."""
    return await session.scalar(select(func.count()).select_from(incident).where(_old(sealing))) or 0


def _old(sealing: Sealing) -> ColumnElement[bool]:
    return (incident.c.sealed_with != "") & (incident.c.sealed_with != sealing.vault.current_key)


async def _sections(session: AsyncSession, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Title, dates and certificate of dossiers: fields in the clear, so nothing has to be opened."""
    found: dict[str, dict[str, Any]] = {each: {} for each in ids}
    keys = ("title", "title_since", "teaching_since", "has_qualification")
    columns = [dossier_section.c.body[key].astext.label(key) for key in keys]
    rows = await session.execute(
        select(dossier_section.c.person_id, *columns).where(
            dossier_section.c.person_id.in_(ids), dossier_section.c.section.in_(("basic", "work"))
        )
    )
    for row in rows:
        found[row.person_id] |= {key: getattr(row, key) for key in keys if getattr(row, key)}
    return found


async def _employed(session: AsyncSession, ids: Sequence[str], base_code: str) -> set[str]:
    """C7.11: whose newest candidacy, or running appointment, says that they work at this base."""
    newest = (
        select(candidacy.c.person_id, candidacy.c.base_code)
        .where(candidacy.c.person_id.in_(ids))
        .ext(distinct_on(candidacy.c.person_id))
        .order_by(candidacy.c.person_id, candidacy.c.created_at.desc())
        .subquery()
    )
    here = union(
        select(newest.c.person_id).where(newest.c.base_code == base_code),
        select(appointment.c.person_id).where(
            appointment.c.person_id.in_(ids), appointment.c.base_code == base_code, appointment.c.state.in_(_RUNNING)
        ),
    )
    return set((await session.scalars(here)).all())


async def _taught(session: AsyncSession, ids: Sequence[str], base_code: str, on: date) -> dict[str, tuple[int, int]]:
    """Trainees led or assisted within the last 36 months, each counted once: everywhere, and of this base."""
    recent = (cell.c.month <= on) & (cell.c.month > add_months(on, -RECENT_MONTHS))
    led = select(cast(cell.c.teacher_id, Text).label("teacher"), cell.c.trainee_id).where(
        cell.c.teacher_id.in_(ids), recent
    )
    helped = select(func.unnest(cell.c.assistant_ids).label("teacher"), cell.c.trainee_id).where(
        cell.c.assistant_ids.overlap(ids), recent
    )
    both = led.union(helped).subquery()
    counted = (
        select(
            both.c.teacher,
            func.count().label("everywhere"),
            func.count().filter(trainee.c.base_code == base_code).label("here"),
        )
        .join(trainee, trainee.c.trainee_id == both.c.trainee_id)
        .where(both.c.teacher.in_(ids))
        .group_by(both.c.teacher)
    )
    return {str(row.teacher): (row.everywhere, row.here) for row in await session.execute(counted)}


async def _trained(session: AsyncSession, ids: Sequence[str], on: date) -> dict[str, tuple[str, str]]:
    """培训状态 and 培训等级: the highest certificate that is valid on the day, else that there was one."""
    rows = await session.execute(
        select(evidence.c.person_id, evidence.c.outcome, evidence.c.until_day).where(
            evidence.c.person_id.in_(ids), evidence.c.kind == "training", evidence.c.on_day <= on
        )
    )
    found: dict[str, tuple[str, str]] = {}
    for row in rows:
        valid = row.until_day is None or row.until_day >= on
        before = found.get(row.person_id, (TrainingState.LAPSED, ""))[1]
        if valid:
            found[row.person_id] = (TrainingState.TRAINED, max(before, row.outcome, key=_level))
        else:
            found.setdefault(row.person_id, (TrainingState.LAPSED, ""))
    return found


def _level(code: str) -> int:
    return list(LEVELS).index(code) if code in LEVELS else -1


def _day(text: object) -> date | None:
    return date.fromisoformat(text) if isinstance(text, str) and text else None
