"""Temporal: one way to connect, and the one plugin that client, worker, replayer and tests share.

Whatever decides how a history is read or written (converter, sandbox, failure types, tracing) stands in `PLUGIN`
alone, so that a test replays histories exactly as production does.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import opentelemetry.context
import structlog
from google.protobuf.duration_pb2 import Duration
from temporalio import workflow
from temporalio.api.namespace.v1 import NamespaceConfig
from temporalio.api.workflowservice.v1 import (
    DescribeNamespaceRequest,
    RegisterNamespaceRequest,
    UpdateNamespaceRequest,
)
from temporalio.client import Client, Interceptor
from temporalio.contrib.opentelemetry import TracingInterceptor, TracingWorkflowInboundInterceptor
from temporalio.exceptions import ApplicationError
from temporalio.plugin import SimplePlugin
from temporalio.runtime import PrometheusConfig, Runtime, TelemetryConfig
from temporalio.service import RPCError, RPCStatusCode, TLSConfig
from temporalio.worker import (
    HandleSignalInput,
    UnsandboxedWorkflowRunner,
    WorkflowInterceptorClassInput,
    WorkflowRunner,
)
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from services.kit import errors
from services.kit.domain import DomainError
from services.kit.settings import Settings
from services.kit.tls import Material, folder

RETENTION = timedelta(days=30)
"""How long a finished workflow's id stays taken: a fact older than this could revive it."""

PASSED_THROUGH = ("services", "residency")
"""Modules that workflow code sees as they are. Workflow modules themselves stay inside the sandbox, and each names
its own payload modules in one `imports_passed_through` block: an instant decoded by a sandboxed class is spoilt."""

_FIRST_PAUSE = 0.2
_LONGEST_PAUSE = 2.0


class _OneTrace(TracingWorkflowInboundInterceptor):
    """Shows a signal inside the sender's trace; the SDK would only link it from the workflow's own.

    A signal carries one message. One that carries none, or several, is dropped as what cannot be decoded is: its
    handler could not be called, and the run would try that for ever.
    """

    async def handle_signal(self, input: HandleSignalInput) -> None:
        """Record the arrival under the sender's span, then hand the signal on."""
        if len(input.args) != 1 or input.args[0] is None:
            workflow.logger.warning("signal of another shape", extra={"signal": input.signal})
            return
        header = input.headers.get(self.header_key)
        if header is None:
            await super().handle_signal(input)
            return
        carrier = self.payload_converter.from_payloads([header])[0]
        attached = opentelemetry.context.attach(self._set_on_context(self.text_map_propagator.extract(carrier)))
        try:
            self._completed_span(f"HandleSignal:{input.signal}")
        finally:
            opentelemetry.context.detach(attached)
        await self.next.handle_signal(input)


class _Tracing(TracingInterceptor):
    def workflow_interceptor_class(
        self,
        input: WorkflowInterceptorClassInput,
    ) -> type[TracingWorkflowInboundInterceptor]:
        super().workflow_interceptor_class(input)
        return _OneTrace


def _runner(given: WorkflowRunner | None) -> WorkflowRunner:
    if isinstance(given, UnsandboxedWorkflowRunner):
        return given
    return SandboxedWorkflowRunner(SandboxRestrictions.default.with_passthrough_modules(*PASSED_THROUGH))


PLUGIN = SimplePlugin(
    "residency",
    interceptors=[_Tracing()],
    workflow_runner=_runner,
    # An expected failure ends a workflow; a bug (any other exception) only blocks it until the code is mended.
    workflow_failure_exception_types=[DomainError],
)
"""Converter (the SDK's own), sandbox, tracing and failure types, for client, worker, replayer and tests alike."""


@dataclass(frozen=True, slots=True)
class Admission:
    """OPS-16: what opens Temporal's door as of now; unequal to an earlier one when that has changed."""

    material: Material | None
    api_key: str = field(repr=False)

    @classmethod
    def of(cls, settings: Settings) -> Admission:
        """As the settings say. Raises OSError or ValueError for a folder that cannot be used."""
        source = folder(settings.temporal_tls_dir)
        return cls(source.look() if source is not None else None, settings.temporal_api_key.get_secret_value())

    async def client(self, settings: Settings, **more: Any) -> Client:
        """A client of the settings' namespace; `more` as `Client.connect` takes it.

        Raises RuntimeError or RPCError when Temporal is away or refuses.
        """
        return await Client.connect(
            settings.temporal_address,
            namespace=settings.temporal_namespace,
            plugins=[PLUGIN],
            api_key=self.api_key or None,
            tls=self._tls(),
            **more,
        )

    def _tls(self) -> TLSConfig | bool:
        if self.material is None:
            return bool(self.api_key)  # a key is never sent in clear
        return TLSConfig(
            server_root_ca_cert=self.material.authority,
            client_cert=self.material.certificate or None,
            client_private_key=self.material.key or None,
        )


async def connect(
    settings: Settings, *, runtime: Runtime | None = None, interceptors: Sequence[Interceptor] = ()
) -> Client:
    """A client of the settings' namespace, which is created or given 30 days of retention when it lacks them.

    Waits for as long as the server is away, with growing pauses up to two seconds.

    Args:
        settings: Address, namespace and admission, which is looked up anew for each attempt.
        runtime: Of the SDK's core; its own default when None.
        interceptors: What else sees the client's calls, beside `PLUGIN`'s own.
    """
    log = structlog.get_logger("temporal")
    pause = _FIRST_PAUSE
    while True:
        try:
            client = await Admission.of(settings).client(settings, interceptors=interceptors, runtime=runtime)
            await _ensure_namespace(client)
        except (RuntimeError, RPCError) as error:
            if isinstance(error, RPCError) and error.status not in _TRANSIENT:
                raise
            log.warning("waiting for Temporal", error=str(error)[:200])
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)
        else:
            return client


_TRANSIENT = frozenset(
    {
        RPCStatusCode.UNAVAILABLE,
        RPCStatusCode.DEADLINE_EXCEEDED,
        RPCStatusCode.RESOURCE_EXHAUSTED,
        RPCStatusCode.CANCELLED,
        RPCStatusCode.ABORTED,
        RPCStatusCode.UNKNOWN,
        RPCStatusCode.INTERNAL,
        # A namespace just registered is not yet known to every part of the server.
        RPCStatusCode.NOT_FOUND,
    }
)


def to_application_error(error: DomainError) -> ApplicationError:
    """The Temporal failure for `error`: its type is the reason; retried only where the error table says so."""
    until = error.until.isoformat() if error.until else ""
    retryable = errors.TABLE[error.kind].retryable
    return ApplicationError(error.message, error.kind.value, until, type=error.reason, non_retryable=not retryable)


def is_transient(error: RPCError) -> bool:
    """True when the same request may succeed later without anybody changing anything."""
    return error.status in _TRANSIENT


def measured(address: str) -> Runtime | None:
    """A runtime whose own Prometheus metrics are served at `address` (host:port); None when that is empty."""
    if not address:
        return None
    config = PrometheusConfig(
        bind_address=address, counters_total_suffix=True, unit_suffix=True, durations_as_seconds=True
    )
    return Runtime(telemetry=TelemetryConfig(metrics=config))


async def _ensure_namespace(client: Client) -> None:
    retention = Duration(seconds=int(RETENTION.total_seconds()))
    service = client.workflow_service
    try:
        found = await service.describe_namespace(DescribeNamespaceRequest(namespace=client.namespace))
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        await _register(client, retention)
        found = await service.describe_namespace(DescribeNamespaceRequest(namespace=client.namespace))
    # Whoever works in a namespace must know it; a new one takes the server a second to learn. Raises NOT_FOUND, and
    # so tries again, until then: a worker that polls too early pauses for long.
    await client.count_workflows("WorkflowId = 'none'")
    if found.config.workflow_execution_retention_ttl.seconds < retention.seconds:
        await service.update_namespace(
            UpdateNamespaceRequest(
                namespace=client.namespace, config=NamespaceConfig(workflow_execution_retention_ttl=retention)
            )
        )


async def _register(client: Client, retention: Duration) -> None:
    request = RegisterNamespaceRequest(namespace=client.namespace, workflow_execution_retention_period=retention)
    try:
        await client.workflow_service.register_namespace(request)
    except RPCError as error:
        if error.status is not RPCStatusCode.ALREADY_EXISTS:
            raise
