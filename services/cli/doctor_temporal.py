"""`residency doctor`: Temporal, its namespace and who works on its task queues."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from services.cli.doctor_finding import Finding, broken, degraded, ok
from services.cli.doctor_place import Place
from services.kit.domain import DomainError

if TYPE_CHECKING:
    from temporalio.client import Client

_PATIENCE = timedelta(seconds=5)


async def look(place: Place) -> list[Finding]:
    """Findings of the namespace and of each task queue."""
    from temporalio.service import RPCError  # noqa: PLC0415

    from services.cli.cycle_reading import with_temporal  # noqa: PLC0415

    advice = "start it; commands are answered meanwhile, phases and reminders come late and in order"
    try:
        return await with_temporal(place.settings, _look)
    except (DomainError, RPCError, OSError, ValueError):
        return [broken("Temporal", f"{place.settings.temporal_address} does not answer", advice, "temporal-down")]


async def _look(client: Client) -> list[Finding]:
    from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest  # noqa: PLC0415
    from temporalio.service import RPCError, RPCStatusCode  # noqa: PLC0415

    from services.kit.temporal import RETENTION  # noqa: PLC0415
    from workflows.base_window import contract as base_window  # noqa: PLC0415
    from workflows.faculty_batch import contract as faculty_batch  # noqa: PLC0415
    from workflows.recruitment_cycle import contract as recruitment_cycle  # noqa: PLC0415

    what = f"Temporal, namespace {client.namespace}"
    try:
        request = DescribeNamespaceRequest(namespace=client.namespace)
        found = await client.workflow_service.describe_namespace(request, timeout=_PATIENCE)
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        advice = "restart workflows: it makes it; then `residency reconcile` brings what was waited for"
        return [broken(what, "is unknown", advice, "temporal-down")]
    days = found.config.workflow_execution_retention_ttl.seconds // 86_400
    least = RETENTION.days
    advice = "a finished workflow could be begun again by an old fact: raise it"
    findings = [
        ok(what, f"finished workflows are kept for {days} days")
        if days >= least
        else degraded(what, f"finished workflows are kept for {days} days, less than {least}", advice, "temporal-down")
    ]
    queues = (recruitment_cycle.TASK_QUEUE, base_window.TASK_QUEUE, faculty_batch.TASK_QUEUE)
    return findings + [await _queue(client, queue) for queue in queues]


async def _queue(client: Client, queue: str) -> Finding:
    from temporalio.api.enums.v1 import TaskQueueType  # noqa: PLC0415
    from temporalio.api.taskqueue.v1 import TaskQueue  # noqa: PLC0415
    from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest  # noqa: PLC0415

    request = DescribeTaskQueueRequest(
        namespace=client.namespace,
        task_queue=TaskQueue(name=queue),
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    )
    pollers = (await client.workflow_service.describe_task_queue(request, timeout=_PATIENCE)).pollers
    what, says = f"task queue {queue}", f"{len({poller.identity for poller in pollers})} workers"
    if pollers:
        return ok(what, says)
    return broken(what, says, "no workflows process polls it: start one", "process-missing")
