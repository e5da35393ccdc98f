"""Appointments for tests: somebody appointed through the use case itself, and what is written of them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from google.protobuf.message import Message

from residency.faculty.v1 import events_pb2
from services.faculty.core import Core
from services.faculty.deeds import Deed
from services.faculty.domain.policy import FacultyPolicy
from services.faculty.handlers.starting import NewAppointment, start_appointment
from services.kit.domain import Caller
from services.kit.ids import new_id
from tests.support.faculty import NEURO, OFFICE, QILU

FACTS: dict[str, type[Message]] = {
    "appointment.started": events_pb2.AppointmentStarted,
    "appointment.changed": events_pb2.AppointmentChanged,
    "appointment.reminded": events_pb2.AppointmentReminded,
    "months.orphaned": events_pb2.MonthsOrphaned,
    "policy.set": events_pb2.FacultyPolicySet,
}


@dataclass
class Appointed:
    """Appointments on a core, by the people who may."""

    core: Core

    async def start(
        self,
        person_id: str = "",
        *,
        base_code: str = QILU,
        department_code: str = NEURO,
        extra: tuple[str, ...] = (),
        from_day: date | None = None,
        pending: bool = False,
        policy: FacultyPolicy | None = None,
        by: Caller = OFFICE,
    ) -> str:
        """Appoint a person (anew, or for another term); the appointment's id."""
        started: list[str] = []

        async def work(deed: Deed) -> None:
            new = NewAppointment(
                person_id=person_id or new_id(),
                name="王老师",
                base_code=base_code,
                department_code=department_code,
                extra_departments=extra,
                title="attending",
                candidacy_id=new_id(),
                from_day=from_day or deed.today,
                pending=pending,
            )
            started.append(await start_appointment(deed, policy or FacultyPolicy(), new))

        await self.core.deeds.by_itself(work, by)
        return started[0]

    async def qualify(self, person_id: str) -> None:
        """Give a person everything that the entry rules ask for."""
        today = (await self.core.deeds.today()).isoformat()
        database = self.core.database
        await database.execute("INSERT INTO dossier (person_id, opened_at) VALUES ($1, now())", person_id)
        for section, body in (
            ("basic", {"has_qualification": "yes"}),
            ("work", {"title": "attending", "title_since": "2015-01-01"}),
        ):
            await database.execute(
                "INSERT INTO dossier_section (person_id, section, body, saved_at, sealed_with)"
                " VALUES ($1, $2, $3::jsonb, now(), '')",
                *(person_id, section, json.dumps(body)),
            )
        for kind, rule, outcome in (
            ("attestation", "damage", ""),
            ("attestation", "accident", ""),
            ("assessment", "", "passed"),
        ):
            await database.execute(
                "INSERT INTO evidence (evidence_id, person_id, base_code, kind, rule, outcome, on_day, recorded_at)"
                " VALUES ($1, $2, $3, $4, $5, $6, $7, now())",
                *(new_id(), person_id, QILU, kind, rule, outcome, date.fromisoformat(today)),
            )

    async def disqualify(self, person_id: str) -> None:
        """Record what the entry rules refuse."""
        await self.core.database.execute(
            "INSERT INTO incident (incident_id, person_id, base_code, kind, degree, occurred_on, recorded_at)"
            " VALUES ($1, $2, $3, 'accident', 'serious', $4, now())",
            *(new_id(), person_id, QILU, await self.core.deeds.today()),
        )

    async def row(self, appointment_id: str) -> dict[str, Any]:
        """The row as it stands."""
        return dict(
            await self.core.database.fetchrow("SELECT * FROM appointment WHERE appointment_id = $1", appointment_id)
            or {}
        )

    async def put(self, appointment_id: str, **values: Any) -> None:
        """Write columns past every rule."""
        names = ", ".join(f"{name} = ${n}" for n, name in enumerate(values, 2))
        await self.core.database.execute(
            f"UPDATE appointment SET {names} WHERE appointment_id = $1", appointment_id, *values.values()
        )

    async def kinds(self, appointment_id: str) -> list[str]:
        """What the history says, in order."""
        rows = await self.core.database.fetch(
            "SELECT kind FROM appointment_event WHERE appointment_id = $1 ORDER BY n", appointment_id
        )
        return [row["kind"] for row in rows]

    async def facts(self, aggregate_id: str) -> list[tuple[str, Any]]:
        """What was published about an aggregate, in order: `noun.past_verb` and body."""
        rows = await self.core.database.fetch(
            "SELECT subject, body FROM outbox WHERE aggregate_id = $1 ORDER BY position", aggregate_id
        )
        told = [(row["subject"].removeprefix("residency.faculty.v1."), row["body"]) for row in rows]
        return [(what, FACTS[what].FromString(body)) for what, body in told]

    async def audited(self, about: str) -> list[str]:
        """The acts of the audit about something, in order."""
        rows = await self.core.database.fetch("SELECT act FROM audit WHERE aggregate_id = $1 ORDER BY n", about)
        return [row["act"] for row in rows]
