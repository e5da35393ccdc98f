"""Calls to another service: a deadline on each, retries where the contract says so, DomainError back.

Deadlines and retries stand beside the contract in `<service>_grpc_service_config.json`. The deadline is passed with
each call and taken out of what gRPC reads: its own reading of `timeout` ends calls early in Python.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import grpc
from opentelemetry.trace import SpanKind

from services.kit import auth, errors, telemetry

DEFAULT_SECONDS = 5.0

_OPTIONS = [
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 1000),
    ("grpc.keepalive_time_ms", 20_000),
    ("grpc.keepalive_timeout_ms", 5_000),
    ("grpc.enable_retries", 1),
]

Stub = TypeVar("Stub")


class Channel:
    """A connection to the service at `address` (host:port), made when first used.

    Args:
        address: Where the service listens; a name with several addresses is used in turn.
        token: Gives the process's own token; calls inside `auth.act_as` carry that one instead.
        config: The contract's service config; None for defaults.
    """

    def __init__(
        self, address: str, token: Callable[[], Awaitable[str]] | None = None, config: Path | None = None
    ) -> None:
        self._address = address
        self._token = token
        self._channel: grpc.aio.Channel | None = None
        self._seconds, self._service_config = _read(config)

    def stub(self, stub_class: Callable[[Any], Stub]) -> Stub:
        """The generated stub over this channel: its methods return the response or raise DomainError."""
        return stub_class(self)

    async def close(self) -> None:
        """Close the connection, ending running calls."""
        if self._channel is not None:
            await self._channel.close()
            self._channel = None

    def unary_unary(
        self, method: str, request_serializer: Any = None, response_deserializer: Any = None, **_registered: Any
    ) -> Callable[..., Awaitable[Any]]:
        """What generated stubs ask a channel for: the callable of one method."""
        seconds = self._seconds.get(method, self._seconds.get(method.rsplit("/", 1)[0] + "/", DEFAULT_SECONDS))
        short = method.rsplit(".", 1)[-1]

        async def call(request: Any, *, timeout: float | None = None) -> Any:
            with telemetry.span(short, kind=SpanKind.CLIENT):
                metadata = await self._metadata()
                multi = self._connected().unary_unary(method, request_serializer, response_deserializer)
                running = multi(request, timeout=timeout or seconds, metadata=metadata)
                try:
                    return await running
                except grpc.aio.AioRpcError as error:
                    raise errors.from_rpc_error(error) from None
                finally:
                    # An abandoned call is not cancelled by gRPC itself.
                    running.cancel()

        return call

    def _connected(self) -> grpc.aio.Channel:
        if self._channel is None:
            options = [*_OPTIONS, ("grpc.service_config", self._service_config)]
            self._channel = grpc.aio.insecure_channel(self._address, options=options)
        return self._channel

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
    """Deadlines in seconds by method (or `/service/` for a whole service), and the config without them."""
    content: dict[str, Any] = json.loads(config.read_text()) if config is not None else {}
    content.setdefault("loadBalancingConfig", [{"round_robin": {}}])
    seconds: dict[str, float] = {}
    for entry in content.get("methodConfig", []):
        timeout = entry.pop("timeout", None)
        for name in entry.get("name", []) if timeout else []:
            seconds[f"/{name['service']}/{name.get('method', '')}"] = float(timeout.rstrip("s"))
    return seconds, json.dumps(content)
