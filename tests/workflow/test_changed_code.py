"""New code in the middle of July: 300 windows run, their worker is killed, and a changed one goes on with them."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.api.workflowservice.v1 import SetWorkerDeploymentCurrentVersionRequest
from temporalio.client import Client, WorkflowHistory
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Replayer

from services.kit.settings import Settings
from services.kit.temporal import PLUGIN
from tests.support import servers
from tests.support.moments import Moments
from tests.support.province import Province
from tests.support.spare_worker import ROUND_ENDS
from tests.support.variants import PatchedWindow
from tests.support.wait import eventually
from workflows.base_window import contract
from workflows.base_window.activities import WindowActivities
from workflows.base_window.contract import WindowStart
from workflows.base_window.workflow import BaseWindow
from workflows.connection import TemporalConnection
from workflows.primitives.visible import start_attributes
from workflows.settings import DEPLOYMENT
from workflows.worker import Queue, make_worker

pytestmark = pytest.mark.timeout(180)

WINDOWS = 300
NEWCOMERS = 5
ROUND = timedelta(seconds=7)
"""What is left of the round when the first worker begins: time to read half of the windows. On a busy machine more."""
PATIENCE = 120.0
ROOT = Path(__file__).resolve().parents[2]
NAMESPACE: str = Settings.model_fields["temporal_namespace"].default


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    path = Path(sys.executable).parent / "temporal"
    async with await WorkflowEnvironment.start_local(dev_server_existing_path=str(path), namespace=NAMESPACE) as server:
        connection = TemporalConnection(Settings(temporal_address=server.client.service_client.config.target_host))
        await connection.start()
        yield await connection.client()
        await connection.stop()


@contextmanager
def worker(client: Client, cycle_id: str, ends_at: datetime, variant: str) -> Iterator[subprocess.Popen[bytes]]:
    """A worker process; killed at the end, if not before."""
    address = client.service_client.config.target_host
    command = [sys.executable, "-m", "tests.support.spare_worker", address, cycle_id, ends_at.isoformat(), variant]
    running = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'protos' / 'gen'}"},
        stdout=subprocess.DEVNULL,
        preexec_fn=servers.dies_with_parent(signal.SIGKILL),
    )
    try:
        yield running
    finally:
        running.kill()
        running.wait()


async def start(client: Client, cycle_id: str, bases: range) -> None:
    few = asyncio.Semaphore(25)

    async def one(number: int) -> None:
        base = f"B{number:03}"
        async with few:
            await client.start_workflow(
                contract.NAME,
                WindowStart(cycle_id, base, 1),
                id=contract.workflow_id(cycle_id, base, 1),
                task_queue=contract.TASK_QUEUE,
                search_attributes=start_attributes(cycle_id, base, 1),
            )

    await asyncio.gather(*map(one, bases))


async def test_300_windows_outlive_their_worker_and_its_code(client: Client) -> None:
    """OPS-05: all finish, none fails, none is stuck; runs of before keep to the code they began with."""
    cycle_id, began = str(uuid4()), datetime.now(UTC)

    async def count(condition: str) -> int:
        return (await client.count_workflows(f"ResidencyCycle = '{cycle_id}' AND {condition}")).count

    async def half_wait() -> bool:
        return await count("(ResidencyWaitsFor IS NOT NULL OR ExecutionStatus != 'Running')") >= WINDOWS // 2

    async def all_ended() -> bool:
        return await count("ExecutionStatus != 'Running'") == WINDOWS + NEWCOMERS

    await start(client, cycle_id, range(WINDOWS))
    ends_at = datetime.now(UTC) + max(ROUND, 2 * (datetime.now(UTC) - began))
    with worker(client, cycle_id, ends_at, "today") as first:
        await eventually(half_wait, "half of the windows wait, the others are about to", PATIENCE)
        first.send_signal(signal.SIGKILL)
    with worker(client, cycle_id, ends_at, "patched"):
        await start(client, cycle_id, range(WINDOWS, WINDOWS + NEWCOMERS))
        await eventually(all_ended, "every window has ended", PATIENCE)
    assert await count("ExecutionStatus = 'Completed'") == WINDOWS + NEWCOMERS

    ids = [contract.workflow_id(cycle_id, f"B{number:03}", 1) for number in range(WINDOWS + NEWCOMERS)]
    histories = await asyncio.gather(*[client.get_workflow_handle(one).fetch_history() for one in ids])
    assert not [told.workflow_id for told in histories if EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED in kinds(told)]
    looks = Counter(tuple(patches(told)) for told in histories)
    assert looks[("test-look-after",)] > 0, "begun before the change: the old beginning, the new end"
    assert looks[("test-look-before", "test-look-after")] >= NEWCOMERS
    assert set(looks) <= {("test-look-after",), ("test-look-before", "test-look-after"), ()}
    one_of_each = {tuple(patches(told)): told for told in histories}.values()
    for told in one_of_each:
        await Replayer(workflows=[PatchedWindow], plugins=[PLUGIN]).replay_workflow(told)


async def test_running_workflows_move_to_the_version_that_is_named_current(client: Client) -> None:
    """OPS-05: with build ids both versions poll, and tasks go to the one that the operators name."""

    async def now() -> datetime:
        return datetime.now(UTC)

    cycle_id, ends_at = str(uuid4()), datetime.now(UTC) + timedelta(hours=1)
    province = Province(cycle_id, Moments(ends_at - ROUND_ENDS), now, sequence=2)
    window = WindowActivities(province, province)
    activities: list[Callable[..., Any]] = [window.get_window, window.close_window]
    handle = client.get_workflow_handle(contract.workflow_id(cycle_id, "B000", 1))

    async def waits() -> bool:
        status = await handle.query(contract.STATUS, result_type=contract.WindowStatus)
        return bool(status.waits_for)

    async def moved() -> bool:
        # The server learns of it in its own time, and shows it with the next task.
        await handle.signal(contract.RECHECK, contract.WindowMoved(1))
        told = (await handle.describe()).raw_description.workflow_execution_info.versioning_info
        return told.deployment_version.build_id == "next"

    former = make_worker(client, Queue(contract.TASK_QUEUE, [BaseWindow], activities), "former")
    async with former, make_worker(client, Queue(contract.TASK_QUEUE, [PatchedWindow], activities), "next"):
        await name_current(client, "former")
        await start(client, cycle_id, range(1))
        await eventually(waits, "the window waits")
        await name_current(client, "next")
        await eventually(moved, "its tasks go to the next version")
        province.moved[3] = datetime.now(UTC)
        await handle.signal(contract.RECHECK, contract.WindowMoved(1))
        await handle.result()
    assert patches(await handle.fetch_history()) == ["test-look-after"]


async def name_current(client: Client, build_id: str) -> None:
    """What `temporal worker deployment set-current-version` does, once the version has polled."""
    request = SetWorkerDeploymentCurrentVersionRequest(
        namespace=client.namespace, deployment_name=DEPLOYMENT, build_id=build_id, ignore_missing_task_queues=True
    )

    async def named() -> bool:
        try:
            await client.workflow_service.set_worker_deployment_current_version(request)
        except RPCError as error:
            if error.status not in (RPCStatusCode.NOT_FOUND, RPCStatusCode.FAILED_PRECONDITION):
                raise
            return False
        return True

    await eventually(named, f"version {build_id} is current", PATIENCE)


def kinds(history: WorkflowHistory) -> set[int]:
    return {event.event_type for event in history.events}


def patches(history: WorkflowHistory) -> list[str]:
    """Ids of the test's patches that a run took, in order."""
    marks = [event.marker_recorded_event_attributes for event in history.events]
    data = [str(mark.details["patch-data"].payloads[0].data) for mark in marks if mark.marker_name == "core_patch"]
    return [name for text in data for name in ("test-look-before", "test-look-after") if name in text]
