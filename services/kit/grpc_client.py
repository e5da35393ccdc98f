"""Calls to another service: a deadline on each, retries where the contract says so, DomainError back.

Deadlines and retries stand beside the contract in `<service>_grpc_service_config.json`. The deadline is passed with
each call and taken out of what gRPC reads: its own reading of `timeout` ends calls early in Python.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import grpc
from grpc_health.v1 import health_pb2
from opentelemetry.trace import SpanKind

from services.kit import auth, errors, overload, telemetry
from services.kit.domain import DomainError
from services.kit.tls import Material, TlsFolder

DEFAULT_SECONDS = 5.0
"""How long a call may take. To which its contract gives longer, that waits in a queue of the other side's, and takes no
place here meanwhile: an answer to any other is soon there, and whether it is heard soon is this process's own matter.
"""

_OPTIONS = [
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 1000),
    ("grpc.enable_retries", 1),
    # Replicas of a rolling update come under new addresses: thirty seconds, the default, would miss some.
    ("grpc.dns_min_time_between_resolutions_ms", 2_000),
]

_ALONE = [("grpc.keepalive_time_ms", 20_000), ("grpc.http2.ping_timeout_ms", 10_000)]
"""Where there is no other replica to go to, one that is slow is waited for."""
_SEVERAL = [
    ("grpc.keepalive_time_ms", 400),
    ("grpc.http2.ping_timeout_ms", 900),
    ("grpc.http2.max_pings_without_data", 0),
]
"""OPS-33: a replica that hangs takes calls and answers none: within two seconds they go to the others."""

Stub = TypeVar("Stub")


@dataclass(slots=True)
class _Wire:
    """A connection, what it was made with, and how many calls run on it."""

    channel: grpc.aio.Channel
    material: Material | None
    calls: int = 0


class Channel:
    """A connection to the service at `address` (host:port), made when first used.

    Args:
        address: Where the service listens, any target of gRPC's (`host:port`, `dns:///name:port`,
            `ipv4:127.0.0.1:1,127.0.0.1:2`); of several addresses each is used in turn.
        token: Gives the process's own token; calls inside `auth.act_as` carry that one instead.
        config: The contract's service config; None for defaults.
        tls: Whom to trust and who we are; the service's certificate must be for the name in `address`. No TLS when
            None. Changed files count from the next call on; running ones end where they began.
    """

    def __init__(
        self,
        address: str,
        token: Callable[[], Awaitable[str]] | None = None,
        config: Path | None = None,
        tls: TlsFolder | None = None,
    ) -> None:
        self._address = address
        self._token = token
        self._tls = tls
        self._wire: _Wire | None = None
        self._closing: set[asyncio.Task[None]] = set()
        self._seconds, self._service_config = _read(config)

    def stub(self, stub_class: Callable[[Any], Stub]) -> Stub:
        """The generated stub over this channel: its methods return the response or raise DomainError."""
        return stub_class(self)

    async def close(self) -> None:
        """Close the connection, ending running calls."""
        if self._wire is not None:
            await self._wire.channel.close()
            self._wire = None
        if self._closing:
            await asyncio.wait(self._closing)

    def unary_unary(
        self, method: str, request_serializer: Any = None, response_deserializer: Any = None, **_registered: Any
    ) -> Callable[..., Awaitable[Any]]:
        """What generated stubs ask a channel for: the callable of one method."""
        seconds = self._seconds.get(method, self._seconds.get(method.rsplit("/", 1)[0] + "/", DEFAULT_SECONDS))
        short = method.rsplit(".", 1)[-1]

        async def call(request: Any, *, timeout: float | None = None) -> Any:
            with telemetry.span(short, kind=SpanKind.CLIENT):
                metadata = await self._metadata()
                wire = self._connected()
                multi = wire.channel.unary_unary(method, request_serializer, response_deserializer)
                wire.calls += 1
                running = multi(request, timeout=timeout or seconds, metadata=metadata)
                try:
                    with overload.elsewhere() if seconds > DEFAULT_SECONDS else nullcontext():
                        return await running
                except grpc.aio.AioRpcError as error:
                    raise errors.from_rpc_error(error) from None
                finally:
                    # An abandoned call is not cancelled by gRPC itself.
                    running.cancel()
                    wire.calls -= 1
                    if wire is not self._wire:
                        self._leave(wire)

        return call

    async def serves(self, seconds: float = 2.0) -> bool:
        """Whether the service there says within `seconds` that it serves."""
        check = self.unary_unary(
            "/grpc.health.v1.Health/Check",
            health_pb2.HealthCheckRequest.SerializeToString,
            health_pb2.HealthCheckResponse.FromString,
        )
        try:
            answer = await check(health_pb2.HealthCheckRequest(), timeout=seconds)
        except DomainError:
            return False
        return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)

    def _connected(self) -> _Wire:
        wire, material = self._wire, self._tls.look() if self._tls is not None else None
        if wire is None or wire.material is not material:
            self._wire = self._connect(material)
            if wire is not None:
                self._leave(wire)
            return self._wire
        return wire

    def _connect(self, material: Material | None) -> _Wire:
        several = self._address.startswith("dns:") or "," in self._address
        pings = _SEVERAL if several else _ALONE
        options = [*_OPTIONS, *pings, ("grpc.service_config", self._service_config)]
        if material is None:
            return _Wire(grpc.aio.insecure_channel(self._address, options=options), None)
        return _Wire(grpc.aio.secure_channel(self._address, material.for_channel(), options=options), material)

    def _leave(self, wire: _Wire) -> None:
        """Close a connection that was replaced, once its last call has ended."""
        if wire.calls == 0:
            closing = asyncio.create_task(wire.channel.close(), name="replaced channel")
            self._closing.add(closing)
            closing.add_done_callback(self._closing.discard)

    async def _metadata(self) -> tuple[tuple[str, str], ...]:
        token = auth.outgoing_token() or (await self._token() if self._token is not None else "")
        origin = auth.origin()
        entries = [
            ("traceparent", telemetry.traceparent()),
            ("authorization", f"Bearer {token}" if token else ""),
            ("client-address", origin.address),
            ("client-browser", _printable(origin.browser)),
        ]
        return tuple((key, value) for key, value in entries if value)


def _printable(text: str) -> str:
    """Metadata is ASCII."""
    return "".join(c for c in text[:300] if " " <= c <= "~")


def _read(config: Path | None) -> tuple[dict[str, float], str]:
    """Deadlines in seconds by method (or `/service/` for a whole service), and the config without them.

    OPS-33: a replica that says it is about to stop (health service, name "") is asked no more before it does.
    """
    content: dict[str, Any] = json.loads(config.read_text()) if config is not None else {}
    content.setdefault("loadBalancingConfig", [{"round_robin": {}}])
    content.setdefault("healthCheckConfig", {"serviceName": ""})
    seconds: dict[str, float] = {}
    for entry in content.get("methodConfig", []):
        timeout = entry.pop("timeout", None)
        for name in entry.get("name", []) if timeout else []:
            seconds[f"/{name['service']}/{name.get('method', '')}"] = float(timeout.rstrip("s"))
    return seconds, json.dumps(content)
