"""The process's one connection to Temporal, made in the background so that the process can be stopped meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import structlog
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client, Interceptor, OutboundInterceptor, StartWorkflowInput, WorkflowHandle
from temporalio.common import TypedSearchAttributes
from temporalio.runtime import Runtime
from temporalio.service import RPCError, RPCStatusCode

from services.kit import temporal
from services.kit.ending import ended
from services.kit.settings import Settings
from services.kit.temporal import Admission
from workflows.primitives import visible

_QUESTION = " AND ".join(f"{key.name} IS NULL" for key in visible.KEYS)
LOOK_SECONDS = 5.0
"""How often it is looked at whether Temporal is there."""
_log = structlog.get_logger("temporal")
_PATIENCE = timedelta(seconds=3)
_TRIES, _PAUSE = 20, 0.5
"""How often, and how many seconds apart, one looks whether attributes just added are served."""


class TemporalConnection:
    """A part that connects when started and for as long as it takes."""

    name = "temporal"

    def __init__(self, settings: Settings, runtime_metrics: str = "") -> None:
        self._settings = settings
        self._runtime_metrics = runtime_metrics
        self._runtime: Runtime | None = None
        self._follower: asyncio.Task[None] | None = None
        self._moved: list[Callable[[Client], None]] = []
        self._connecting: asyncio.Task[Client] | None = None
        self._visible = False

    async def start(self) -> None:
        """Begin connecting."""
        self._runtime = temporal.measured(self._runtime_metrics)
        self._connecting = asyncio.create_task(self._connect())
        self._follower = asyncio.create_task(self._follow(), name="admission to Temporal")

    async def stop(self) -> None:
        """Stop trying; a connection made closes with the process."""
        for task in filter(None, (self._follower, self._connecting)):
            await ended(task)

    def on_move(self, callback: Callable[[Client], None]) -> None:
        """Have `callback` called with the client that takes the place of the former one."""
        self._moved.append(callback)

    def not_ready(self) -> str:
        """Why there is no connection yet."""
        return "" if self._connecting is not None and self._connecting.done() else "waiting for Temporal"

    async def look(self) -> str:
        """Why nothing can be asked of Temporal now; empty when all is well, and while it was never reached."""
        if self._connecting is None or not self._connecting.done():
            return ""
        client = self._connecting.result()
        request = DescribeNamespaceRequest(namespace=client.namespace)
        try:
            await client.workflow_service.describe_namespace(request, timeout=_PATIENCE)
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return f"Temporal does not know the namespace {client.namespace}"
            return "Temporal does not answer"
        return ""

    async def client(self) -> Client:
        """The client, once connected; raises RuntimeError before `start`."""
        if self._connecting is None:
            raise RuntimeError("the connection to Temporal was not started")
        return await asyncio.shield(self._connecting)

    def attributes(self, cycle_id: str, base_code: str = "", round_number: int = 0) -> TypedSearchAttributes:
        """What to give to `start_workflow` so that the run can be found; nothing where the namespace cannot tell."""
        if not self._visible:
            return TypedSearchAttributes.empty
        return visible.start_attributes(cycle_id, base_code, round_number)

    async def _connect(self) -> Client:
        client = await temporal.connect(self._settings, runtime=self._runtime, interceptors=[_Attributes(self._learn)])
        self._visible = await know_attributes(client)
        return client

    async def _follow(self) -> None:
        """Take over a changed key or certificate: calls under way end where they began, further ones go the new way."""
        used = Admission.of(self._settings)
        await self.client()
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            given = Admission.of(self._settings)
            if given == used:
                continue
            try:
                client = await given.client(
                    self._settings, runtime=self._runtime, interceptors=[_Attributes(self._learn)]
                )
            except (RuntimeError, RPCError) as error:
                _log.error("changed admission to Temporal is refused", error=str(error)[:200])
                continue
            used = given
            self._connecting = asyncio.create_task(_ready(client))
            for moved in self._moved:
                moved(client)
            _log.info("changed admission to Temporal is in use")

    async def _learn(self) -> bool:
        self._visible = await know_attributes(await self.client())
        return self._visible


async def _ready(client: Client) -> Client:
    return client


class _Attributes(Interceptor):
    """Starts a run all the same when the namespace has lost its attributes: Temporal was rebuilt under us."""

    def __init__(self, learn: Callable[[], Awaitable[bool]]) -> None:
        self._learn = learn

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:
        """Watch the starts of runs."""
        return _Starts(next, self._learn)


class _Starts(OutboundInterceptor):
    def __init__(self, next: OutboundInterceptor, learn: Callable[[], Awaitable[bool]]) -> None:
        super().__init__(next)
        self._learn = learn

    async def start_workflow(self, input: StartWorkflowInput) -> WorkflowHandle[Any, Any]:
        """Start it; when its attributes are unknown, add them and try once more, at the worst without."""
        try:
            return await super().start_workflow(input)
        except RPCError as error:
            if error.status is not RPCStatusCode.INVALID_ARGUMENT or not input.search_attributes:
                raise
        if not await self._learn():
            input.search_attributes = None
        return await super().start_workflow(input)


async def know_attributes(client: Client) -> bool:
    """OPS-01: make the search attributes known to the client's namespace; whether it knows them all now.

    Harmless to repeat. A namespace that may not be changed from here (Temporal Cloud, say) is a line in the log: its
    attributes are added by hand, and until then nobody sees in Temporal what a run waits for; nothing else is amiss.
    """
    if await _are_known(client):
        return True
    try:
        await add_attributes(client)
    except RPCError as error:
        structlog.get_logger("temporal").warning("cannot add search attributes", error=str(error)[:200])
        return False
    for _ in range(_TRIES):
        if await _are_known(client):
            return True
        await asyncio.sleep(_PAUSE)
    structlog.get_logger("temporal").warning("search attributes are not served yet: shown from the next start on")
    return False


async def add_attributes(client: Client) -> None:
    """Add the attributes, one by one, so that those which are there already keep none of the others out."""
    for key in visible.KEYS:
        request = AddSearchAttributesRequest(namespace=client.namespace)
        # Both enums are the server's own numbers.
        request.search_attributes[key.name] = IndexedValueType.ValueType(key.indexed_value_type.value)
        try:
            await client.operator_service.add_search_attributes(request)
        except RPCError as error:
            if "already exists" not in str(error):
                raise


async def _are_known(client: Client) -> bool:
    # Whoever may start a workflow may ask this, also where the list of attributes is for administrators alone.
    try:
        await client.count_workflows(_QUESTION)
    except RPCError as error:
        if error.status is not RPCStatusCode.INVALID_ARGUMENT:
            raise
        return False
    return True
