"""OPS-95: what the architecture promises of speed, row by row, and the bench that answers each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """A promise: a path, what stands beside it in the same run, what is to be reached, and what would be better."""

    key: str
    path: str
    beside: str
    reach: str
    stretch: str = ""


ROWS = (
    Row(
        "command",
        "staff decision or submission through gRPC, 64 clients over 500 seats",
        "a gRPC handler doing one committed insert with asyncpg",
        "≥ 0.5 of its throughput",
        "≥ 1.0, by batching under load only",
    ),
    Row("hot-seat", "the same on one hot seat", "the same", "≥ 0.45", "≥ 1.0"),
    Row(
        "facts",
        "fact from outbox to inbox",
        "acked publish, pull, ack without a database",
        "≥ 0.5",
        "0.6",
    ),
    Row(
        "workflow",
        "a workflow's run",
        "an empty workflow with the same count of signals, timers and activities, by CPU",
        "≥ 0.85",
    ),
    Row("application", "one application through all its workflows", "–", "≤ 2 ms CPU, ≤ 2 history events"),
    Row(
        "flip",
        "phase flip, 100 000 applications",
        "the same flip with 1 000",
        "≤ 1.2 × the time; ≤ 100 ms under 64 writers; 0 old-phase commits",
    ),
    Row("board", "live board, one read", "a FastAPI route answering the same bytes", "≥ 0.75", "≥ 1.5 cached"),
    Row("streams", "live board, 2 000 open streams", "–", "99 % see a change within 250 ms; ≤ 150 MiB", "5 000"),
    Row("queue", "queue page, 50 of 100 000", "–", "≤ 1 ms in the database, ≤ 20 ms at the service, p99"),
    Row("cost", "cost of one application, province of 100 000", "a province of 1 000", "≤ 1.15 ×", "1.0"),
    Row(
        "start",
        "`residency up` to ready, second start; memory of the whole",
        "–",
        "≤ 8 s; ≤ 700 MiB PSS",
        "5 s; 500 MiB",
    ),
)


@dataclass(frozen=True, slots=True)
class Bench:
    """A module of `tests.bench` with `async def measure(options: Options) -> list[Result]`."""

    name: str
    answers: tuple[str, ...]
    """Keys of rows; empty for what is measured beside them."""
    minutes: float
    """What a whole run of it takes at most on a quiet machine of two cores, about."""

    @property
    def module(self) -> str:
        """Where it is."""
        return f"tests.bench.{self.name}"


BENCHES = (
    Bench("decision", ("command", "hot-seat"), 2),
    Bench("facts", ("facts",), 1),
    Bench("waits", ("workflow", "application"), 5),
    Bench("flip", ("flip",), 1.5),
    Bench("portal_board", ("board",), 1),
    Bench("portal_streams", ("streams",), 1),
    Bench("queue", ("queue",), 1),
    Bench("life", ("cost",), 4),
    Bench("starting", ("start",), 2),
    Bench("inbox", (), 1),
    Bench("portal_pages", (), 1),
    Bench("tokens", (), 0.5),
    Bench("forms", (), 0.5),
)
"""In the order in which they run; each has a process, servers and ports of its own."""
