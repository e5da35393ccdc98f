"""The gRPC server of a service: health, reflection, and one guard in front of every method.

The guard, in this order: continues the trace, demands a deadline, checks the method's policy against the caller's
token, waits for a place or refuses (`overload.py`), validates the request against the contract, runs the handler so
that a departing client cannot cut it in the middle of a commit, and turns failures into rich statuses by the one error
table.
"""

from __future__ import annotations

import asyncio
import functools
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import grpc
import protovalidate
import structlog
from google.protobuf.descriptor import ServiceDescriptor
from google.protobuf.message import DecodeError
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection
from opentelemetry.trace import SpanKind
from prometheus_client import Histogram

from services.kit import auth, errors, telemetry
from services.kit.domain import Caller, DomainError, Kind, Origin
from services.kit.metrics import GRPC_SERVER_SECONDS, REFUSALS
from services.kit.overload import Bounds, Gate, Place, Sort
from services.kit.policy import policy_of, scope_of
from services.kit.tls import TlsFolder, server_credentials
from services.kit.unstorable import unstorable

LIVENESS, READINESS = "liveness", "readiness"
"""Names under which gRPC's health service tells of the process, beside "" and those of the services."""
STOP_GRACE_SECONDS = 5.0
MAX_MESSAGE_BYTES = 4 * 1024 * 1024

"""How large a request may be, where its service does not say otherwise."""

_OPTIONS = [
    ("grpc.max_connection_age_ms", 600_000),
    ("grpc.max_connection_age_grace_ms", 30_000),
    ("grpc.keepalive_permit_without_calls", 1),
    # Clients of several replicas ask often whether this one still lives (`grpc_client._SEVERAL`).
    ("grpc.http2.min_ping_interval_without_data_ms", 200),
    ("grpc.so_reuseport", 0),
]
STEP_UP_LIFE = timedelta(minutes=15)
"""ROLE-14: how long a proved second factor carries powerful acts."""
ADDRESS_KEY = "client-address"
BROWSER_KEY = "client-browser"
"""Metadata in which the edge says where a call comes from."""
_NOBODY = Caller("", "")
_ALWAYS = ("/SignInMachine", "/GetKeySet")
"""What our own processes ask before they can show who they are."""
_BOUNDS = Bounds(least=32, begins=128, most=128, burst_seconds=30.0)
"""The edge has refused already what it has no time for: in a burst a call waits for half of its deadline. Most calls
wait for the database, of which the loop knows nothing: more of them would only wait for a connection."""
_TOO_LARGE = object()
"""Stands for a request that was not read because it is too large."""
_UNREADABLE = object()
"""Stands for a request whose bytes are no message of its type."""
_SENTENCES = {
    "required": "必须填写。",
    "string.min_len": "内容太短或没有填写。",
    "string.max_len": "内容太长。",
    "string.len": "长度不对。",
    "string.pattern": "格式不对。",
    "string.uuid": "编号无效。",
    "string.uuid_empty": "编号无效。",
    "enum.defined_only": "选项无效。",
    "enum.in": "选项无效。",
    "enum.not_in": "请选择一项。",
    "uint32.gte": "数值太小。",
    "uint32.lte": "数值太大。",
    "uint32.gte_lte": "数值超出范围。",
    "double.gte_lte": "数值超出范围。",
    "double.finite": "数值超出范围。",
    "string.nul": "含有不能使用的字符。",
    "timestamp.within": "数值超出范围。",
    "repeated.min_items": "至少填写一项。",
    "repeated.max_items": "填写的项目太多。",
}
"""What a broken contract rule is called to a person; the rule's own English sentence otherwise."""


@dataclass(frozen=True, slots=True)
class Servicer:
    """One gRPC service to serve: its descriptor, its generated `add_…_to_server`, and what answers."""

    descriptor: ServiceDescriptor
    add: Callable[[Any, grpc.aio.Server], None]
    servicer: object
    max_bytes: int = MAX_MESSAGE_BYTES
    """A larger request to this service is refused unread."""


class GrpcServer:
    """A part that serves `servicers` on `port` (0: a free one, then in `.port`).

    With `tls` it speaks to nobody who shows no certificate of the same authority (OPS-13).

    OPS-22: its health service answers `liveness` by the process alone and never by what that depends on, `readiness`
    as `/readyz` does, and "" and the services' names while it listens and is not about to stop.
    """

    name = "grpc"

    def __init__(
        self,
        port: int,
        servicers: Sequence[Servicer],
        verifier: auth.TokenVerifier | None,
        tls: TlsFolder | None = None,
    ) -> None:
        self.port = port
        self._tls = tls
        self.servicers = servicers
        self.verifier = verifier
        self._guard = _Guard(servicers, verifier)
        self._server: grpc.aio.Server | None = None
        self._health = health.aio.HealthServicer()
        self._draining: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Listen; raises OSError when the port is taken."""
        largest = max((each.max_bytes for each in self.servicers), default=MAX_MESSAGE_BYTES)
        options = [*_OPTIONS, ("grpc.max_receive_message_length", largest)]
        server = grpc.aio.server(interceptors=[self._guard], options=options)
        for each in self.servicers:
            each.add(each.servicer, server)
        health_pb2_grpc.add_HealthServicer_to_server(self._health, server)
        names = [each.descriptor.full_name for each in self.servicers]
        reflection.enable_server_reflection([*names, health.SERVICE_NAME, reflection.SERVICE_NAME], server)
        try:
            address = f"0.0.0.0:{self.port}"
            if self._tls is None:
                self.port = server.add_insecure_port(address)
            else:
                self.port = server.add_secure_port(address, server_credentials(self._tls))
        except RuntimeError as error:
            raise OSError(f"port {self.port} is taken") from error
        await server.start()
        for name in ["", LIVENESS, *names]:
            await self._health.set(name, health_pb2.HealthCheckResponse.SERVING)
        self._server = server

    async def tell_ready(self, ready: bool) -> None:
        """Answer `readiness` so from now on."""
        state = health_pb2.HealthCheckResponse
        await self._health.set(READINESS, state.SERVING if ready else state.NOT_SERVING)

    def drain(self, _seconds: float) -> None:
        """OPS-33: tell clients to go to another replica; whoever comes all the same is served."""
        self._draining = asyncio.create_task(self._send_away(), name="grpc draining")

    async def _send_away(self) -> None:
        for name in ["", READINESS, *(each.descriptor.full_name for each in self.servicers)]:
            await self._health.set(name, health_pb2.HealthCheckResponse.NOT_SERVING)

    async def stop(self) -> None:
        """Refuse new calls, let running ones finish, and wait for work whose client has left."""
        if self._server is not None:
            await self._send_away()
            await self._server.stop(STOP_GRACE_SECONDS)
            await self._guard.drain()
            self._server = None

    def not_ready(self) -> str:
        """Empty once listening."""
        return "" if self._server is not None else "not listening"


class _Guard(grpc.aio.ServerInterceptor):
    def __init__(self, servicers: Sequence[Servicer], verifier: auth.TokenVerifier | None) -> None:
        self._verifier = verifier
        self._scopes = {
            f"/{each.descriptor.full_name}/{method.name}": scope_of(method)
            for each in servicers
            for method in each.descriptor.methods
        }
        self._policies = {
            f"/{each.descriptor.full_name}/{method.name}": policy
            for each in servicers
            for method in each.descriptor.methods
            if (policy := policy_of(method)) is not None
        }
        self._limits = {f"/{each.descriptor.full_name}/": each.max_bytes for each in servicers}
        self._wrapped: dict[str, grpc.RpcMethodHandler[Any, Any]] = {}
        self._running: set[asyncio.Task[Any]] = set()
        self._gate = Gate("grpc", _BOUNDS)
        self._log = structlog.get_logger("grpc")

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[grpc.RpcMethodHandler[Any, Any] | None]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler[Any, Any] | None:
        """Wrap the method's handler; gRPC's own services pass untouched."""
        method = str(handler_call_details.method)
        if method.startswith("/grpc."):
            return await continuation(handler_call_details)
        wrapped = self._wrapped.get(method)
        if wrapped is None:
            handler = await continuation(handler_call_details)
            if handler is None or handler.unary_unary is None:
                # A stream would pass unguarded: it is not served, and answers as a method that does not exist.
                return None
            wrapped = grpc.unary_unary_rpc_method_handler(
                functools.partial(self._serve, method, handler.unary_unary),
                request_deserializer=_bounded(self._limit(method), handler.request_deserializer),
                response_serializer=handler.response_serializer,
            )
            self._wrapped[method] = wrapped
        return wrapped

    def _limit(self, method: str) -> int:
        return self._limits.get(method.rsplit("/", 1)[0] + "/", MAX_MESSAGE_BYTES)

    async def drain(self) -> None:
        """Wait for handlers whose client has left."""
        if self._running:
            await asyncio.wait(self._running, timeout=STOP_GRACE_SECONDS)

    async def _serve(self, method: str, handler: Any, request: Any, context: Any) -> Any:
        began = time.perf_counter()
        code = grpc.StatusCode.OK
        metadata = {key: value for key, value in context.invocation_metadata() if isinstance(value, str)}
        short = method.rsplit(".", 1)[-1]
        with telemetry.span(short, parent=metadata.get("traceparent", ""), kind=SpanKind.SERVER) as span:
            try:
                return await self._answer(method, handler, request, context, metadata)
            except DomainError as error:
                code = errors.TABLE[error.kind].grpc
                span.set_attribute("reason", error.reason)
                REFUSALS.labels(error.kind.value, error.reason).inc()
                await context.abort_with_status(errors.to_grpc_status(error))
            except asyncio.CancelledError:
                code = grpc.StatusCode.CANCELLED
                raise
            except Exception as error:  # noqa: BLE001  (the last fence: logged whole, told as INTERNAL)
                code = grpc.StatusCode.INTERNAL
                self._log.exception("handler failed", method=short, error_type=type(error).__name__)
                await context.abort_with_status(errors.to_grpc_status(errors.internal_error()))
            finally:
                _seconds(short, code.name).observe(time.perf_counter() - began)

    async def _answer(self, method: str, handler: Any, request: Any, context: Any, metadata: dict[str, str]) -> Any:
        if context.time_remaining() is None:
            raise DomainError(Kind.INVALID, "NO_DEADLINE", "调用没有设置时限。")
        if request is _TOO_LARGE:
            raise DomainError(Kind.EXHAUSTED, "MESSAGE_TOO_LARGE", "提交的内容太大。")
        if request is _UNREADABLE:
            raise DomainError(Kind.INVALID, "MESSAGE_UNREADABLE", "无法读取提交的内容。")
        who = await self._admit(method, metadata)
        # Half of the time is left to do it in: what nobody waits for any more is not begun.
        place = await self._gate.enter(self._sort(method, who), (context.time_remaining() or 0.0) / 2)
        origin = Origin(metadata.get(ADDRESS_KEY, ""), metadata.get(BROWSER_KEY, ""))
        try:
            _validate(request)
            with auth.serving(who), auth.coming_from(origin), place.marked():
                task = asyncio.create_task(handler(request, context))
        except BaseException:
            place.give_back()
            raise
        self._running.add(task)
        task.add_done_callback(functools.partial(self._finished, place))
        # A client that leaves cancels only the waiting: the handler is never cut between a commit and its answer.
        return await asyncio.shield(task)

    def _sort(self, method: str, who: Caller) -> Sort:
        ours = bool(who.person_id) and not who.session and who.scopes is None
        if ours or method.endswith(_ALWAYS):
            return Sort.MACHINE
        return Sort.READ if self._policies[method].reads else Sort.COMMAND

    async def _admit(self, method: str, metadata: dict[str, str]) -> Caller:
        policy = self._policies.get(method)
        if policy is None:
            raise DomainError(Kind.FORBIDDEN, "NO_POLICY", "该操作没有开放。")
        scheme, _, token = metadata.get("authorization", "").partition(" ")
        if policy.anyone:
            return _NOBODY
        if self._verifier is None or scheme != "Bearer" or not token:
            raise DomainError(Kind.UNAUTHENTICATED, "NO_TOKEN", "请先登录。")
        who = await self._verifier.verify(token)
        try:
            _check(policy, who, self._scopes[method])
        except DomainError as refusal:
            self._log.warning("refused", method=method, reason=refusal.reason, actor=who.actor, role=who.role)
            raise
        return who

    def _finished(self, place: Place, task: asyncio.Task[Any]) -> None:
        place.give_back()
        self._running.discard(task)
        if not task.cancelled():
            task.exception()  # fetched, so that a handler whose client has left does not warn about it


def _bounded(limit: int, read: Callable[[bytes], Any] | None) -> Callable[[bytes], Any]:
    """`read`, for bodies of at most `limit` bytes; the server's own limit is that of its most generous service.

    What cannot be read is told by the guard: gRPC itself would answer UNKNOWN with the parser's own words.
    """
    parse = read or bytes

    def bounded(body: bytes) -> Any:
        if len(body) > limit:
            return _TOO_LARGE
        try:
            return parse(body)
        except DecodeError:
            return _UNREADABLE

    return bounded


def _check(policy: Any, who: Caller, scope: str) -> None:
    """May `who` call what `policy` guards, for which a service account needs `scope`?

    The answers name neither the method nor what it would have touched.

    Raises:
        DomainError: FORBIDDEN: ROLE_NOT_ALLOWED (ROLE-01), PEOPLE_ONLY (SVC-03), SCOPE_MISSING with the scope in
            `details` (SVC-02), LOOK_ONLY (ROLE-13), STEP_UP_REQUIRED (ROLE-14).
    """
    if who.role not in policy.roles:
        raise DomainError(Kind.FORBIDDEN, "ROLE_NOT_ALLOWED", "您的身份不能办理此项。", rule="ROLE-01")
    if who.scopes is not None and not scope:
        raise DomainError(Kind.FORBIDDEN, "PEOPLE_ONLY", "此项只能由人员本人办理，不对服务账号开放。", rule="SVC-03")
    if who.scopes is not None and scope not in who.scopes:
        message = "该服务账号没有此项授权。"
        raise DomainError(Kind.FORBIDDEN, "SCOPE_MISSING", message, rule="SVC-02", details={"scope": scope})
    if not (who.may_write or policy.reads):
        raise DomainError(Kind.FORBIDDEN, "LOOK_ONLY", "代为查看期间不能办理业务。", rule="ROLE-13")
    if policy.step_up and who.session and not _proved_lately(who):
        raise DomainError(Kind.FORBIDDEN, "STEP_UP_REQUIRED", "此操作需要再次验证身份。", rule="ROLE-14")


def _proved_lately(who: Caller) -> bool:
    return who.proved_at is not None and datetime.now(UTC) - who.proved_at < STEP_UP_LIFE


@functools.cache
def _seconds(method: str, code: str) -> Histogram:
    """The metric's child for a method and a code: few, and dear to look up."""
    return GRPC_SERVER_SECONDS.labels(method, code)


def _validate(request: Any) -> None:
    if found := unstorable(request):
        where, rule = found
        raise errors.invalid([(where, rule, _SENTENCES[rule])])
    try:
        protovalidate.validate(request)
    except protovalidate.ValidationError as error:
        raise errors.invalid([_violation(each.proto) for each in error.violations]) from error


def _violation(violation: Any) -> tuple[str, str, str]:
    path = ".".join(
        element.field_name + (f"[{element.index}]" if getattr(element, "index", None) else "")
        for element in violation.field.elements
    )
    return path, violation.rule_id, _SENTENCES.get(violation.rule_id, violation.message)
