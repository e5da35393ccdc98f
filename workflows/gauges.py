"""What workflows tell those who watch: how many run or failed, what the SDK complains of, and the SDK's own metrics."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection, HTTPException

from prometheus_client import REGISTRY, Metric
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector
from temporalio.service import RPCError

from services.kit.domain import DomainError, Kind
from services.kit.measure import Measure, Readings
from workflows import metrics
from workflows.connection import TemporalConnection
from workflows.faculty_waits import NAMES
from workflows.waits import known_names

RUNS_SECONDS = 60.0
"""How often runs are counted: each count is a search in Temporal."""
FAILED_WITHIN = timedelta(days=1)
_BADLY = "ExecutionStatus IN ('Failed', 'TimedOut')"
_SCRAPE_SECONDS = 1.0

DROPPED_SIGNAL, TASK_FAILED, OTHER = "dropped_signal", "task_failed", "other"


def run_gauges(connection: TemporalConnection) -> Measure:
    """OPS-74: the part that counts runs by the name of their workflow."""
    names = (*known_names(), *NAMES.values())

    async def read() -> Readings:
        client = await connection.client()
        since = (datetime.now(UTC) - FAILED_WITHIN).isoformat()
        counts: dict[tuple[str, ...], float] = {}
        try:
            for name in names:
                of = f"WorkflowType = '{name}' AND"
                counts[(name, "running")] = (await client.count_workflows(f"{of} ExecutionStatus = 'Running'")).count
                failed = await client.count_workflows(f"{of} {_BADLY} AND CloseTime > '{since}'")
                counts[(name, "failed")] = failed.count
        except RPCError as error:
            raise DomainError(Kind.UNAVAILABLE, "TEMPORAL_UNAVAILABLE", "服务暂时不可用，请稍后再试。") from error
        return {metrics.WORKFLOW_RUNS: counts}

    return Measure("run gauges", read, RUNS_SECONDS)


class SdkMetrics:
    """OPS-74: a part that counts what the SDK complains of in its log, and shows its own metrics beside ours.

    A signal that cannot be read is dropped with one line in the log and nothing else; a task that fails, as one of a
    history that does not replay, is tried again for ever.

    Args:
        address: `host:port` on which the SDK's core serves its metrics; none when empty.
    """

    name = "sdk metrics"

    def __init__(self, address: str) -> None:
        self._handler = _Complaints()
        self._core = _CoreMetrics(address) if address else None

    async def start(self) -> None:
        """Begin to count."""
        logging.getLogger("temporalio").addHandler(self._handler)
        if self._core is not None:
            REGISTRY.register(self._core)

    async def stop(self) -> None:
        """Count no more."""
        logging.getLogger("temporalio").removeHandler(self._handler)
        if self._core is not None:
            REGISTRY.unregister(self._core)

    def not_ready(self) -> str:
        """Always empty."""
        return ""


class _Complaints(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        for what in (DROPPED_SIGNAL, TASK_FAILED, OTHER):
            metrics.WORKFLOW_TROUBLE.labels(what)

    def emit(self, record: logging.LogRecord) -> None:
        """Count by what the line says: the SDK tells it in words only."""
        text = record.getMessage()
        if "dropping the signal" in text:
            what = DROPPED_SIGNAL
        elif "Failed activation" in text or "Failed handling activation" in text:
            what = TASK_FAILED
        else:
            what = OTHER
        metrics.WORKFLOW_TROUBLE.labels(what).inc()


class _CoreMetrics(Collector):
    """What the core serves on an address of its own, so that a process has one address to be scraped."""

    def __init__(self, address: str) -> None:
        host, _, port = address.rpartition(":")
        self._host, self._port = host, int(port)

    def describe(self) -> Iterator[Metric]:
        """Nothing: what there is, only the core knows."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """What the core serves now; nothing while it does not answer."""
        try:
            with closing(HTTPConnection(self._host, self._port, timeout=_SCRAPE_SECONDS)) as connection:
                connection.request("GET", "/metrics")
                text = connection.getresponse().read().decode()
        except (OSError, HTTPException):
            return
        yield from text_string_to_metric_families(text)
