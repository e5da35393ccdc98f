"""OPS-74: runs are counted, what the SDK complains of is counted, and its own metrics stand beside ours."""

from __future__ import annotations

import logging
import socket
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from prometheus_client import REGISTRY, generate_latest
from temporalio import workflow
from temporalio.client import WorkflowFailureError
from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from services.kit.settings import Settings
from tests.support.wait import eventually
from workflows.connection import TemporalConnection
from workflows.gauges import SdkMetrics, run_gauges
from workflows.recruitment_cycle import contract

NAMESPACE: str = Settings.model_fields["temporal_namespace"].default
QUEUE = "watched"


@workflow.defn(name=contract.NAME, sandboxed=False)
class Cycle:
    """Waits, fails, or trips over its own code, as it is told."""

    @workflow.run
    async def run(self, how: str) -> None:
        if how == "fails":
            raise ApplicationError("refused", non_retryable=True)
        if how == "trips":
            raise RuntimeError("a bug")
        await workflow.wait_condition(lambda: how == "over")


@dataclass
class Watched:
    """A connection whose SDK tells its metrics at `address`."""

    connection: TemporalConnection
    address: str


@pytest.fixture(scope="module")
async def watched() -> AsyncIterator[Watched]:
    path = Path(sys.executable).parent / "temporal"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    async with await WorkflowEnvironment.start_local(dev_server_existing_path=str(path), namespace=NAMESPACE) as server:
        settings = Settings(temporal_address=server.client.service_client.config.target_host)
        connection = TemporalConnection(settings, address)
        await connection.start()
        yield Watched(connection, address)
        await connection.stop()


def told(name: str, **labels: str) -> float | None:
    return REGISTRY.get_sample_value(f"residency_workflow_{name}", labels)


async def test_ops_74_what_runs_fails_and_trips_is_counted(watched: Watched) -> None:
    client = await watched.connection.client()
    runs, sdk = run_gauges(watched.connection), SdkMetrics(watched.address)
    await sdk.start()
    before = told("trouble_total", what="task_failed") or 0
    async with Worker(client, task_queue=QUEUE, workflows=[Cycle]):
        for number, how in enumerate(("waits", "waits", "fails", "trips")):
            await client.start_workflow(contract.NAME, how, id=f"watched-{number}", task_queue=QUEUE)
        with pytest.raises(WorkflowFailureError):
            await client.get_workflow_handle("watched-2").result(rpc_timeout=timedelta(seconds=20))

        async def counted() -> bool:
            await runs.look()
            return (
                told("runs", workflow=contract.NAME, status="running") == 3
                and told("runs", workflow=contract.NAME, status="failed") == 1
            )

        await eventually(counted, "the runs are counted")

        async def tripped() -> bool:
            return (told("trouble_total", what="task_failed") or 0) > before

        await eventually(tripped, "the task that failed is counted")
        assert b"temporal_workflow_task_schedule_to_start_latency_seconds_bucket" in generate_latest()
    await sdk.stop()
    assert b"temporal_request_total" not in generate_latest()


async def test_ops_74_a_dropped_signal_is_told_apart() -> None:
    sdk = SdkMetrics("")
    await sdk.start()
    before = told("trouble_total", what="dropped_signal") or 0
    logging.getLogger("temporalio.worker._workflow_instance").error("Failed deserializing signal, dropping the signal")
    assert told("trouble_total", what="dropped_signal") == before + 1
    await sdk.stop()
    logging.getLogger("temporalio.worker._workflow_instance").error("Failed deserializing signal, dropping the signal")
    assert told("trouble_total", what="dropped_signal") == before + 1


async def test_ops_74_a_core_that_does_not_answer_spoils_no_scrape() -> None:
    sdk = SdkMetrics("127.0.0.1:1")
    await sdk.start()
    assert b"residency_workflow_trouble_total" in generate_latest()
    await sdk.stop()
