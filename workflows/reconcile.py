"""The net under the bridges: what enrollment and faculty know to be open is waited for, and nothing else is.

Both ways, hourly by itself and by `residency reconcile`; so all waits come back when Temporal's store was lost.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

import structlog
from temporalio.api.common.v1 import WorkflowExecution as WorkflowExecutionMessage
from temporalio.api.enums.v1 import EventType, WorkflowTaskFailedCause
from temporalio.api.workflowservice.v1 import GetWorkflowExecutionHistoryReverseRequest
from temporalio.client import (
    Client,
    WorkflowExecution,
    WorkflowExecutionDescription,
    WorkflowExecutionStatus,
    WorkflowQueryFailedError,
    WorkflowQueryRejectedError,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from residency.enrollment.v1 import cycle_pb2
from services.kit.delivery import epoch_in, version_in
from services.kit.domain import DomainError, Kind
from services.kit.ending import ended
from services.kit.temporal import is_transient
from workflows import faculty_waits, metrics
from workflows.connection import TemporalConnection
from workflows.faculty_waits import FacultyBooks
from workflows.recruitment_cycle import contract as recruitment_cycle
from workflows.recruitment_cycle.activities import calendar_order
from workflows.waits import AT_ONCE, Books, CycleBook, ListBook, OfferBook, Wait, known_names, orphaned, read_books
from workflows.wire import instant_of

EVERY_SECONDS = 3600.0
_RETRY_SECONDS, _LONGEST_RETRY_SECONDS = 1.0, 60.0
"""The first pause after a comparison that could not be made; each doubles up to the longest."""

YOUNG = timedelta(seconds=30)
"""A run is no orphan before it is so old: what it waits for may have been read before it began."""

_PATIENCE = timedelta(seconds=5)
"""How long a workflow may take to answer."""

_LAST_EVENTS = 50
"""Of a history, looked at for what its run came to last; signals and timers may follow that."""

_TORN = "HISTORY_TORN"

_ENDED_WELL = frozenset({WorkflowExecutionStatus.COMPLETED, WorkflowExecutionStatus.RUNNING})


class What(StrEnum):
    """What is amiss."""

    MISSING = "missing"
    """Something is open and nobody waits for it: its workflow is started."""
    ORPHANED = "orphaned"
    """Somebody waits for what is over or unknown: the workflow is terminated, with the reason."""
    STALE = "stale"
    """A cycle acts on an old version of its calendar: it is told."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is amiss; `mended` is False on a dry run, and when it mended itself meanwhile."""

    what: What
    workflow_id: str
    why: str
    mended: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a comparison saw: how much is open, how many workflows run, and every difference."""

    open_cycles: int
    waits: int
    running: int
    differences: list[Difference]


@dataclass(frozen=True, slots=True)
class _How:
    """OPS-46: how a comparison is made."""

    dry_run: bool
    restored: bool

    @property
    def left_alone(self) -> frozenset[WorkflowExecutionStatus]:
        """Runs in such a state are not begun anew."""
        return frozenset({WorkflowExecutionStatus.RUNNING}) if self.restored else _ENDED_WELL

    @property
    def reuse(self) -> WorkflowIDReusePolicy:
        """Whether an id may be used again."""
        policy = WorkflowIDReusePolicy
        return policy.ALLOW_DUPLICATE if self.restored else policy.ALLOW_DUPLICATE_FAILED_ONLY


class Reconcile:
    """A part that compares what is open with what is waited for at the start and every hour."""

    name = "reconcile"

    def __init__(
        self,
        connection: TemporalConnection,
        cycles: CycleBook,
        offers: OfferBook,
        lists: ListBook,
        faculty: FacultyBooks | None = None,
    ) -> None:
        self._connection = connection
        self._cycles = cycles
        self._offers = offers
        self._lists = lists
        self._faculty = faculty
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin comparing."""
        for what in What:
            metrics.RECONCILE_DIFFERENCES.labels(what.value)  # so that the first one is seen as growth
        self._task = asyncio.create_task(self._keep_comparing())

    async def stop(self) -> None:
        """Stop comparing."""
        if self._task is not None:
            await ended(self._task)

    def not_ready(self) -> str:
        """Never in the way: a comparison that cannot be made now is made later."""
        return ""

    async def compare(self, *, dry_run: bool = False, restored: bool = False) -> Comparison:
        """OPS-04: find what is missing, orphaned or stale, and mend it unless `dry_run`.

        A workflow that failed or was terminated by hand is started again; one that ended well stays ended, but for what
        is open again because a database was `restored` from a backup: it ended in the lost future. Where Temporal's own
        store was, a run whose history was torn apart by that begins anew as well. Temporal's list of runs lags behind,
        so each finding is looked at again before anything is done about it.

        Faculty's come after enrollment's, which do not wait for it. Raises DomainError UNAVAILABLE when a side is
        away; what was mended until then stays mended.
        """
        client, how = await self._connection.client(), _How(dry_run, restored)
        try:
            # Runs first: whatever begins after this was not seen running, and starting it twice is harmless.
            running = await _running(client)
            books = await read_books(self._cycles, self._offers, self._lists)
            differences = await self._differences(client, books, running, how)
            waits = await self._faculty.read() if self._faculty is not None else {}
            over = {workflow_id: why for workflow_id in running if (why := faculty_waits.orphaned(workflow_id, waits))}
            differences += await self._mended(client, waits, over, running, how)
        except RPCError as error:
            if not is_transient(error):
                raise
            raise DomainError(Kind.UNAVAILABLE, "TEMPORAL_UNAVAILABLE", "服务暂时不可用，请稍后再试。") from error
        open_cycles = sum(1 for wait in books.waits.values() if wait.name == recruitment_cycle.NAME)
        return Comparison(open_cycles, len(books.waits) + len(waits), len(running), differences)

    async def _differences(
        self, client: Client, books: Books, running: dict[str, WorkflowExecution], how: _How
    ) -> list[Difference]:
        few = asyncio.Semaphore(AT_ONCE)

        async def stale(cycle: cycle_pb2.Cycle) -> Difference | None:
            async with few:
                return await _stale(client, cycle, dry_run=how.dry_run)

        over = {run.id: why for run in running.values() if (why := orphaned(run.id, books))}
        acting = [books.cycles[wait.cycle_id] for wait in books.waits.values() if wait.name == recruitment_cycle.NAME]
        found = await self._mended(client, books.waits, over, running, how)
        late = await asyncio.gather(
            *[stale(cycle) for cycle in acting if recruitment_cycle.workflow_id(cycle.cycle_id) in running]
        )
        return found + [each for each in late if each is not None]

    async def _mended(
        self,
        client: Client,
        waits: Mapping[str, Wait],
        over: Mapping[str, str],
        running: dict[str, WorkflowExecution],
        how: _How,
    ) -> list[Difference]:
        few = asyncio.Semaphore(AT_ONCE)

        async def missing(wait: Wait) -> Difference | None:
            async with few:
                return await self._missing(client, wait, how)

        async def orphan(run: WorkflowExecution, why: str) -> Difference | None:
            async with few:
                return await _orphan(client, run, why, dry_run=how.dry_run)

        if how.restored:
            running = await self._without_torn(client, waits, running, few, dry_run=how.dry_run)
        found = await asyncio.gather(
            *[missing(wait) for workflow_id, wait in waits.items() if workflow_id not in running],
            *[orphan(running[workflow_id], why) for workflow_id, why in over.items() if workflow_id in running],
        )
        return [each for each in found if each is not None]

    async def _without_torn(
        self,
        client: Client,
        waits: Mapping[str, Wait],
        running: dict[str, WorkflowExecution],
        few: asyncio.Semaphore,
        *,
        dry_run: bool,
    ) -> dict[str, WorkflowExecution]:
        """Those of `running` that can go on; the others are ended, for nothing will mend their histories."""

        async def torn(run: WorkflowExecution) -> str:
            async with few:
                if run.id not in waits or not await _is_torn(client, run):
                    return ""
                if not dry_run:
                    handle = client.get_workflow_handle(run.id, run_id=run.run_id)
                    with suppress(RPCError):  # it has ended meanwhile
                        await handle.terminate(reason=f"residency reconcile: {_TORN}")
                return run.id

        ended = set(await asyncio.gather(*[torn(run) for run in running.values()]))
        return {workflow_id: run for workflow_id, run in running.items() if workflow_id not in ended}

    async def _missing(self, client: Client, wait: Wait, how: _How) -> Difference | None:
        seen = await _described(client, wait.workflow_id)
        torn = how.restored and how.dry_run and seen is not None and await _is_torn(client, seen)
        if seen is not None and seen.status in how.left_alone and not torn:
            return None
        why = "NEVER_STARTED" if seen is None or seen.status is None else f"RUN_{seen.status.name}"
        why = _TORN if torn else why
        if how.dry_run:
            return Difference(What.MISSING, wait.workflow_id, why, mended=False)
        try:
            await client.start_workflow(
                wait.name,
                wait.start,
                id=wait.workflow_id,
                task_queue=wait.task_queue,
                id_reuse_policy=how.reuse,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                search_attributes=self._connection.attributes(wait.cycle_id, wait.base_code, wait.round),
            )
        except WorkflowAlreadyStartedError:
            return None
        return Difference(What.MISSING, wait.workflow_id, why, mended=True)

    async def _keep_comparing(self) -> None:
        log, pause = structlog.get_logger("reconcile"), _RETRY_SECONDS
        while True:
            try:
                seen = await self.compare()
            except (DomainError, RPCError) as error:
                log.warning("cannot compare yet", error=str(error)[:200])
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LONGEST_RETRY_SECONDS)
            else:
                pause = _RETRY_SECONDS
                metrics.RECONCILED.set_to_current_time()
                for each in seen.differences:
                    metrics.RECONCILE_DIFFERENCES.labels(each.what.value).inc()
                    log.info("mended", what=each.what.value, workflow_id=each.workflow_id, why=each.why)
                log.info("what is open is waited for", cycles=seen.open_cycles, waits=seen.waits, runs=seen.running)
                await asyncio.sleep(EVERY_SECONDS)


async def _running(client: Client) -> dict[str, WorkflowExecution]:
    names = ", ".join(f"'{name}'" for name in (*known_names(), *faculty_waits.NAMES.values()))
    query = f"ExecutionStatus = 'Running' AND WorkflowType IN ({names})"
    return {run.id: run async for run in client.list_workflows(query)}


async def _described(client: Client, workflow_id: str) -> WorkflowExecutionDescription | None:
    try:
        return await client.get_workflow_handle(workflow_id).describe()
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        return None


async def _is_torn(client: Client, run: WorkflowExecution) -> bool:
    """OPS-46: whether the last thing that a run came to is that its history does not fit its code.

    So it is when Temporal was restored from a copy and a worker went on from what it remembered of the lost future. In
    a store that was not restored it may be a release at fault, and mended by going back to the one before.
    """
    request = GetWorkflowExecutionHistoryReverseRequest(
        namespace=client.namespace,
        execution=WorkflowExecutionMessage(workflow_id=run.id, run_id=run.run_id),
        maximum_page_size=_LAST_EVENTS,
    )
    try:
        answer = await client.workflow_service.get_workflow_execution_history_reverse(request)
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        return False
    for event in answer.history.events:
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED:
            return False
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED:
            cause = event.workflow_task_failed_event_attributes.cause
            return cause == WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_NON_DETERMINISTIC_ERROR
    return False


async def _orphan(client: Client, run: WorkflowExecution, why: str, *, dry_run: bool) -> Difference | None:
    """An orphan only waits: one that does something is about to end by itself."""
    seen = await _described(client, run.id)
    if seen is None or seen.status is not WorkflowExecutionStatus.RUNNING or seen.run_id != run.run_id:
        return None
    busy = seen.raw_description.pending_activities or seen.raw_description.HasField("pending_workflow_task")
    if busy or datetime.now(UTC) - seen.start_time < YOUNG:
        return None
    if not dry_run:
        try:
            await client.get_workflow_handle(run.id, run_id=run.run_id).terminate(reason=f"residency reconcile: {why}")
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            return None
    return Difference(What.ORPHANED, run.id, why, mended=not dry_run)


async def _stale(client: Client, cycle: cycle_pb2.Cycle, *, dry_run: bool) -> Difference | None:
    """A cycle that cannot be asked now, because no worker runs or its code is being mended, is asked the next time."""
    workflow_id = recruitment_cycle.workflow_id(cycle.cycle_id)
    handle = client.get_workflow_handle(workflow_id)
    try:
        status = await handle.query(
            recruitment_cycle.STATUS, result_type=recruitment_cycle.CycleStatus, rpc_timeout=_PATIENCE
        )
        # Before its first answer from enrollment a run knows no version, and will know the newest.
        known, holds = status.calendar_version, calendar_order(cycle)
        if not 0 < known < holds:
            return None
        why = f"VERSION_{version_in(known)}_OF_{version_in(holds)}"
        if epoch_in(known) < epoch_in(holds):
            why = f"EPOCH_{epoch_in(known)}_OF_{epoch_in(holds)}"
        if not dry_run:
            change = _change(status, cycle)
            update_id = f"reconcile-{holds}"
            await handle.execute_update(recruitment_cycle.CHANGE, change, id=update_id, rpc_timeout=_PATIENCE)
    except (
        *(WorkflowQueryFailedError, WorkflowQueryRejectedError),
        *(WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError),
    ):
        return None
    except RPCError as error:
        if error.status not in _NOT_NOW:
            raise
        return None
    return Difference(What.STALE, workflow_id, why, mended=not dry_run)


_NOT_NOW = frozenset(
    {
        *(RPCStatusCode.DEADLINE_EXCEEDED, RPCStatusCode.CANCELLED),
        *(RPCStatusCode.NOT_FOUND, RPCStatusCode.FAILED_PRECONDITION),
    }
)


def _change(status: recruitment_cycle.CycleStatus, cycle: cycle_pb2.Cycle) -> recruitment_cycle.CalendarChange:
    """What the cycle missed; urgent, because one cannot know whether some wait ends sooner."""
    held, was_held = instant_of(cycle, "held_since") is not None, status.held_since is not None
    kind = "amend"
    if held != was_held:
        kind = recruitment_cycle.HOLD if held else recruitment_cycle.RESUME
    return recruitment_cycle.CalendarChange(calendar_order(cycle), kind, urgent=True)
