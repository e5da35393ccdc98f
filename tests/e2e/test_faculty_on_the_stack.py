"""From a registration to the month somebody teaches, on the whole stack: faculty, identity, notify, Temporal, NATS."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from residency.faculty.v1 import faculty_pb2
from services.drills.ground import Stack
from services.kit.quiet import NIGHTS, not_before
from services.kit.settings import Settings
from services.stack import servers
from tests.support.faculty_on_stack import Cast, cast_of
from tests.support.wait import eventually
from workflows.faculty_appointment import contract as faculty_appointment
from workflows.faculty_batch import contract as faculty_batch

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]


async def test_from_a_registration_to_the_month_they_teach(report: Any, stack: Stack) -> None:
    assert report["ok"]
    temporal = await Client.connect(servers.url("temporal", stack.state()), namespace=Settings().temporal_namespace)

    async def runs(workflow_id: str) -> bool:
        return await running(temporal, workflow_id)

    async with cast_of(stack) as cast:
        batch = await cast.opens_a_batch()
        await cast.fills_in()
        candidacy = await cast.applies(batch.batch_id)
        await cast.is_vouched_for()
        result = await cast.is_recommended(candidacy.candidacy_id)
        assert result.done, (result.code, result.message)
        assert result.candidacy.state == faculty_pb2.CANDIDACY_STATE_RECOMMENDED

        appointment = await cast.appointment()
        assert appointment.state == faculty_pb2.APPOINTMENT_STATE_ACTIVE
        await eventually(
            lambda: runs(faculty_appointment.workflow_id(appointment.appointment_id)), "the appointment is waited for"
        )
        await eventually(lambda: runs(faculty_batch.workflow_id(batch.batch_id)), "the batch is waited for")

        await written(cast, "candidacy_submitted", "candidacy_recommended", "appointment_started")

        assert await cast.wards() == {"SD-QILU-NK": 10, "SD-QILU-WK": 6, "SD-QILU-SN": 3, "SD-QILU-JZ": 2}
        [trainee, *_] = await eventually(cast.trainees, "somebody admitted trains at the base")
        first_day = await cast.plans(trainee)
        month = f"{first_day:%Y-%m}"
        cell = await cast.assigns(trainee.trainee_id, month)
        assert (cell.teacher_id, cell.origin) == (cast.teacher_id, "manual")
        assert await cast.months() == {month: trainee.name}

        await written(cast, "months_assigned")

    reconciled, verified = await asyncio.gather(
        asyncio.to_thread(said, stack, "reconcile", "--dry-run", "--json"),
        asyncio.to_thread(said, stack, "audit", "verify", "--service", "faculty", "--json"),
    )
    missing = [each for each in reconciled["differences"] if each["what"] == "missing"]
    assert missing == []
    [audit] = verified
    assert audit["whole"], audit["findings"]
    assert audit["rows"] > 10


async def written(cast: Cast, *templates: str) -> None:
    """These letters are written to the teacher and stand in the inbox, or will in the morning: nights are quiet."""

    async def all_written() -> bool:
        return set(templates) <= set(await cast.letters())

    async def all_seen() -> bool:
        due = {name for name, at in (await cast.letters()).items() if name in templates and at <= datetime.now(UTC)}
        return due <= await cast.inbox()

    await eventually(all_written, f"{templates} are written")
    for name, at in (await cast.letters()).items():
        assert name not in templates or at <= not_before(NIGHTS, datetime.now(UTC)), (name, at)
    await eventually(all_seen, f"{templates} stand in the inbox")


async def running(temporal: Client, workflow_id: str) -> bool:
    """Whether a workflow of this name runs."""
    try:
        seen = await temporal.get_workflow_handle(workflow_id).describe()
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        return False
    return seen.status is WorkflowExecutionStatus.RUNNING


def said(stack: Stack, *command: str) -> Any:
    """What a command of ours answers as JSON; it must succeed."""
    told = stack.residency(*command)
    out, errors = told.communicate(timeout=60)
    assert told.returncode == 0, f"{out}\n{errors}"
    return json.loads(out)
