"""Logs, traces and their joint: every log line of a traced call carries its trace id.

Logs are structured and pass an allow-list of keys, so that personal data cannot slip in by accident (invariant I10,
OPS-09).
Traces use the W3C context and run through HTTP, gRPC, the outbox, NATS headers and Temporal.
"""

from __future__ import annotations

import io
import logging
import re
import sys
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, cast

import structlog
from opentelemetry import context as otel_context
from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import Link, Span, SpanKind, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from services.kit.settings import Settings

ALLOWED_KEYS = frozenset(
    {
        *("event", "level", "timestamp", "logger", "process", "part", "port", "pid", "machine"),
        *("method", "route", "status", "code", "reason", "kind", "rule", "seconds", "count", "tries"),
        *("error", "error_type", "exception", "trace_id", "request_id", "event_id", "key_id"),
        *("actor", "role"),
        *("service", "database", "stream", "consumer", "subject", "workflow", "workflow_id", "task_queue"),
        *("cycle_id", "application_id", "base_code", "round", "sequence", "phase"),
        *("person", "channel", "template", "edition", "campaign", "delivery", "deliveries", "waiting"),
    }
)
"""Keys that may stand in a log line; anything else is dropped and counted in `dropped`."""

TRACE_BYTES = 32 * 1024 * 1024
"""A local trace file is begun anew at this size, and the one before it is kept."""

_VALUES = re.compile(r"^(DETAIL:|.*for query argument \$\d+:).*$", re.MULTILINE)
_TRACEPARENT_LENGTH = 55
_PROPAGATOR = TraceContextTextMapPropagator()
_TRACER = trace.get_tracer("residency")
_provider: TracerProvider | None = None


def configure(name: str, settings: Settings) -> None:
    """Set up logs and traces for the process `name`. Call once, first thing."""
    _configure_logs(settings)
    _configure_traces(name, settings)


def shutdown() -> None:
    """Flush spans."""
    global _provider
    if _provider is not None:
        _provider.shutdown()
        _provider = None


def traceparent() -> str:
    """The current span's W3C `traceparent`, empty outside any span."""
    at = trace.get_current_span().get_span_context()
    return f"00-{at.trace_id:032x}-{at.span_id:016x}-{at.trace_flags:02x}" if at.is_valid else ""


def is_recorded(parent: str) -> bool:
    """Whether the trace of a W3C `traceparent` is recorded; false for an empty one and one that is not well formed."""
    return len(parent) == _TRACEPARENT_LENGTH and parent[-1] in "13579bdf"


@contextmanager
def span(
    name: str,
    *,
    parent: str = "",
    kind: SpanKind = SpanKind.INTERNAL,
    attributes: Mapping[str, str | int] | None = None,
    links: tuple[str, ...] = (),
) -> Iterator[Span]:
    """A span named `name`, continuing `parent` (a traceparent) when given, else the current one.

    `links` are traceparents of other traces that this work serves too. Attributes carry ids and enums only. Of what is
    raised inside, only the type is kept: its message and its stack may quote what somebody entered (I10), and a refusal
    is no event to draw a stack for.
    """
    context = _PROPAGATOR.extract({"traceparent": parent}) if parent else otel_context.get_current()
    current = _TRACER.start_span(
        name, context=context, kind=kind, attributes=attributes, links=[*_links(links)] if links else None
    )
    if current.is_recording():
        with trace.use_span(current, end_on_exit=True, record_exception=False, set_status_on_exception=False):
            try:
                yield current
            except Exception as error:
                current.set_status(StatusCode.ERROR, type(error).__name__)
                raise
        return
    # Not recorded: it is there only to be continued, and need not hear of errors.
    mark = otel_context.attach(trace.set_span_in_context(current))
    try:
        yield current
    finally:
        otel_context.detach(mark)


def _links(parents: tuple[str, ...]) -> Iterator[Link]:
    for parent in parents:
        if not is_recorded(parent):
            continue  # nobody will ever find it, and most are such
        linked = trace.get_current_span(_PROPAGATOR.extract({"traceparent": parent})).get_span_context()
        if linked.is_valid:
            yield Link(linked)


def _configure_traces(name: str, settings: Settings) -> None:
    global _provider
    if settings.trace_file is None and not settings.otlp_endpoint:
        return
    sampler = ParentBased(TraceIdRatioBased(settings.trace_share))
    provider = TracerProvider(sampler=sampler, resource=Resource.create({"service.name": name}))
    if settings.trace_file is not None:
        sink = cast("IO[str]", _TraceFile(settings.trace_file))
        exporter = ConsoleSpanExporter(out=sink, formatter=_line)
        provider.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=500))
    if settings.otlp_endpoint:
        # Imported only where a collector is configured: it loads requests and more.
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415

        endpoint = f"{settings.otlp_endpoint.rstrip('/')}/v1/traces"
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint)))
    trace.set_tracer_provider(provider)
    _provider = provider


class _TraceFile(io.TextIOBase):
    """Spans as lines of a file that is begun anew at `TRACE_BYTES`; the one before it is kept as `NAME.older.EXT`."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._file = path.open("a", encoding="utf-8")

    def write(self, line: str) -> int:
        """Append one span."""
        if self._file.tell() + len(line) > TRACE_BYTES:
            self._file.close()
            self._path.replace(self._path.with_suffix(f".older{self._path.suffix}"))
            self._file = self._path.open("a", encoding="utf-8")
        return self._file.write(line)

    def flush(self) -> None:
        """Called after each batch: the process may be killed at any moment."""
        self._file.flush()


def _line(done: ReadableSpan) -> str:
    return f"{done.to_json(indent=None)}\n"


def _configure_logs(settings: Settings) -> None:
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer()
        if settings.log_format == "console"
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_trace_id,
        structlog.processors.format_exc_info,
        _without_values,
        _keep_allowed,
    ]
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stdout),
        cache_logger_on_first_use=True,
    )
    # Libraries log through the standard library; their lines take the same road.
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)


def _add_trace_id(_logger: Any, _method: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    context = trace.get_current_span().get_span_context()
    if context.is_valid:
        entry["trace_id"] = f"{context.trace_id:032x}"
    return entry


def _without_values(_logger: Any, _method: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """I10: PostgreSQL quotes the row at fault in the `DETAIL` of an error, in its message what it could not read."""
    if "exception" in entry:
        entry["exception"] = _VALUES.sub(r"\1…", str(entry["exception"]))
    return entry


def _keep_allowed(_logger: Any, _method: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    dropped = [key for key in entry if key not in ALLOWED_KEYS and not key.startswith("_")]
    for key in dropped:
        del entry[key]
    if dropped:
        entry["dropped"] = len(dropped)
    return entry
