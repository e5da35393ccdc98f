"""Appointments, trainees, months and ratings as rows, for tests of reports; written by SQL alone."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.kit.database import Database
from services.kit.ids import new_id
from tests.support.faculty import NEURO, QILU

FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)
MARCH = date(2026, 3, 1)


@dataclass
class Rows:
    """Writes them."""

    database: Database

    async def put(self, table: str, **values: Any) -> None:
        """One row."""
        slots = ", ".join(f"${n}" for n in range(1, len(values) + 1))
        await self.database.execute(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({slots})", *values.values())

    async def appointment(self, name: str = "王师资", **changes: Any) -> tuple[str, str]:
        """An appointment, active and of NEURO unless changed; its id and the person's."""
        values: dict[str, Any] = {
            "appointment_id": new_id(),
            "person_id": new_id(),
            "name": name,
            "base_code": QILU,
            "department_code": NEURO,
            "state": "active",
            "from_day": FIRST,
            "until_day": LAST,
            "title": "attending",
        } | changes
        slots = ", ".join(f"${n}" for n in range(1, len(values) + 1))
        statement = f"INSERT INTO appointment ({', '.join(values)}, created_at) VALUES ({slots}, now())"
        await self.database.execute(statement, *values.values())
        return values["appointment_id"], values["person_id"]

    async def trainee(self, name: str = "李学员", base: str = QILU, department: str = NEURO) -> str:
        """Somebody who is in a department from January to June 2026."""
        trainee_id = new_id()
        await self.database.execute(
            "INSERT INTO trainee (trainee_id, person_id, name, base_code, specialty_name, cohort, application_id,"
            " from_day, until_day, state, arrived_at)"
            " VALUES ($1, $2, $3, $4, '内科', 2025, $5, $6, $7, 'active', now())",
            *(trainee_id, new_id(), name, base, new_id(), date(2025, 9, 1), date(2028, 8, 31)),
        )
        await self.put(
            "rotation",
            trainee_id=trainee_id,
            from_day=FIRST,
            until_day=date(2026, 6, 30),
            department_code=department,
        )
        return trainee_id

    async def cell(self, trainee_id: str, teacher_id: str | None, department: str = NEURO, cause: str = "") -> None:
        """The trainee's March."""
        await self.database.execute(
            "INSERT INTO cell (trainee_id, department_code, month, teacher_id, origin, orphan_cause, changed_at)"
            " VALUES ($1, $2, $3, $4, 'manual', $5, now())",
            *(trainee_id, department, MARCH, teacher_id, cause),
        )

    async def rating(self, teacher_id: str, score: int, month: date) -> None:
        """What some trainee said of a month."""
        await self.database.execute(
            "INSERT INTO rating"
            " (rating_id, trainee_id, teacher_id, department_code, base_code, month, scores, rated_at)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, now())",
            *(new_id(), new_id(), teacher_id, NEURO, QILU, month, json.dumps({"attitude": score, "rounds": score})),
        )
