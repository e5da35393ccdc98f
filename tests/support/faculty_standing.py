"""Teachers put into the database: candidates, appointed, with trainees, and with the evidence that C4 reads."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import insert

from services.faculty.core import Core
from services.faculty.domain.dossier import Section
from services.faculty.domain.entry_rules import (
    Facts,
)
from services.faculty.handlers.standing import NewEvidence, NewIncident, StandingHandlers
from services.faculty.store.appointment_tables import appointment
from services.faculty.store.assignment_tables import cell
from services.faculty.store.batch_tables import batch, candidacy
from services.faculty.store.dossiers import Dossiers
from services.faculty.store.rotation_tables import trainee
from services.kit.ids import new_id
from tests.support.faculty import NEURO, OFFICE, QILU
from tests.support.faculty_moments import BATCH_CLOSES


async def candidate(
    core: Core,
    *,
    base: str = QILU,
    department: str = NEURO,
    person_id: str = "",
    name: str = "王芳",
    state: str = "submitted",
) -> str:
    """Somebody with a submitted candidacy at a base; their person id."""
    person, batch_id, now = person_id or new_id(), new_id(), core.clock.now()
    async with core.database.unit_of_work() as uow:
        await uow.session.execute(
            insert(batch).values(
                batch_id=batch_id,
                organisation_code=base,
                opens_at=now,
                apply_until=now,
                closes_at=now,
                reference_date=BATCH_CLOSES,
                created_at=now,
            )
        )
        await uow.session.execute(
            insert(candidacy).values(
                candidacy_id=new_id(),
                batch_id=batch_id,
                person_id=person,
                name=name,
                hospital_code=base,
                base_code=base,
                department_code=department,
                state=state,
                submitted_at=now,
                created_at=now,
            )
        )
    return person


async def teacher(
    core: Core,
    *,
    base: str = QILU,
    department: str = NEURO,
    person_id: str = "",
    name: str = "李雷",
    extra: tuple[str, ...] = (),
) -> str:
    """Somebody appointed; their person id."""
    person, today = person_id or new_id(), await core.deeds.today()
    async with core.database.unit_of_work() as uow:
        await uow.session.execute(
            insert(appointment).values(
                appointment_id=new_id(),
                person_id=person,
                name=name,
                base_code=base,
                department_code=department,
                extra_departments=list(extra),
                state="active",
                from_day=today - timedelta(days=100),
                until_day=today + timedelta(days=200),
                title="attending",
                created_at=core.clock.now(),
            )
        )
    return person


async def trained(
    core: Core,
    months: dict[date, str],
    *,
    base: str = QILU,
    department: str = NEURO,
    person_id: str = "",
    assistants: tuple[str, ...] = (),
) -> tuple[str, str]:
    """A trainee whose months were led by teachers; person id and trainee id."""
    person, trainee_id, now = person_id or new_id(), new_id(), core.clock.now()
    async with core.database.unit_of_work() as uow:
        await uow.session.execute(
            insert(trainee).values(
                trainee_id=trainee_id,
                person_id=person,
                base_code=base,
                application_id=new_id(),
                state="in_training",
                arrived_at=now,
            )
        )
        for month, leader in months.items():
            await uow.session.execute(
                insert(cell).values(
                    trainee_id=trainee_id,
                    department_code=department,
                    month=month,
                    teacher_id=leader,
                    assistant_ids=list(assistants),
                    origin="manual",
                    changed_at=now,
                )
            )
    return person, trainee_id


async def write_down(core: Core, person_id: str, facts: Facts) -> None:
    """The evidence of a row, through the dossier and 教学部's commands."""
    handlers, source = StandingHandlers(core), "院发〔2026〕1号"
    async with core.database.unit_of_work() as uow:
        dossiers = Dossiers(uow.session, person_id, core.sealing)
        await dossiers.open(core.clock.now())
        work = {"title": facts.title, "title_since": facts.title_since.isoformat() if facts.title_since else ""}
        await dossiers.save(Section.WORK, work, core.clock.now())
        await dossiers.save(Section.BASIC, {"has_qualification": facts.has_qualification}, core.clock.now())
    for incident in facts.incidents:
        new = NewIncident(person_id, incident.kind, incident.degree, incident.occurred_on, source, "")
        await handlers.record_incident(OFFICE, new, new_id())
    evidence = [
        *(
            NewEvidence(person_id, "attestation", each.rule, "", each.on_day, None, 0, source)
            for each in facts.attestations
        ),
        *(
            NewEvidence(person_id, "assessment", "", each.outcome, each.on_day, None, 0, source)
            for each in facts.assessments
        ),
        *(
            NewEvidence(person_id, "yearly_result", "", each.outcome, each.on_day, None, each.year, source)
            for each in facts.yearly
        ),
    ]
    for each in evidence:
        await handlers.record_evidence(OFFICE, each, new_id())
