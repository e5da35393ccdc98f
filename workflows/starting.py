"""Making sure that a workflow runs, and telling it something, while Temporal may be away or the workflow over."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from temporalio.client import WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.common import TypedSearchAttributes, WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from services.kit.domain import DomainError, Kind
from services.kit.temporal import is_transient
from workflows.connection import TemporalConnection


@dataclass(frozen=True, slots=True)
class Run:
    """What is started: a workflow, its id, its queue, its input, and what it is found by."""

    name: str
    workflow_id: str
    task_queue: str
    start: Any
    attributes: TypedSearchAttributes


async def ensure(connection: TemporalConnection, run: Run, signal: str = "", news: object = None) -> None:
    """WAIT-36: make sure that a workflow runs, and tell it; one that has ended is left alone and never revived.

    Raises DomainError UNAVAILABLE while Temporal is away.
    """
    client = await connection.client()
    told: dict[str, Any] = {"start_signal": signal, "start_signal_args": [news]} if signal else {}
    with temporal_may_be_away(), suppress(WorkflowAlreadyStartedError):
        await client.start_workflow(
            run.name,
            run.start,
            id=run.workflow_id,
            task_queue=run.task_queue,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            search_attributes=run.attributes,
            **told,
        )


@contextmanager
def temporal_may_be_away() -> Iterator[None]:
    """Makes a passing failure of Temporal UNAVAILABLE, which the consumer never counts against the fact."""
    try:
        yield
    except WorkflowUpdateRPCTimeoutOrCancelledError as error:
        raise _away() from error
    except RPCError as error:
        if not is_transient(error):
            raise
        raise _away() from error


@contextmanager
def it_may_be_over() -> Iterator[None]:
    """Lets a workflow be gone that would be told something."""
    try:
        yield
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise


def _away() -> DomainError:
    return DomainError(Kind.UNAVAILABLE, "TEMPORAL_UNAVAILABLE", "服务暂时不可用，请稍后再试。")
