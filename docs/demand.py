"""OPS-96: what a season of some size needs, from measured costs and named assumptions; `docs/capacity.py` prints it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from docs.queueing import Outcome, simulate, uniform

USED = {
    "sign_in_cpu_ms": ("ms of a core", "a whole sign-in: argon2id, session, audit"),
    "sign_in_database_cpu_ms": ("ms of a core", "PostgreSQL's share of it"),
    "hash_mib": ("MiB", "memory of one hash"),
    "page_portal_cpu_ms": ("ms of a core", "a page, at the portal"),
    "page_enrollment_cpu_ms": ("ms of a core", "the reads behind a page, at enrollment"),
    "queue_page_database_cpu_ms": ("ms of a core", "a read, in PostgreSQL (a page of a queue: the dearest there is)"),
    "application_service_cpu_ms": ("ms of a core", "an application from draft to place, at enrollment"),
    "application_database_cpu_ms": ("ms of a core", "the same in PostgreSQL"),
    "workflow_cpu_ms": ("ms of a core", "an application's share of all workflows, Temporal and worker"),
    "workflow_events": ("events", "the same in histories"),
    "fact_cpu_ms": ("ms of a core", "a fact from outbox to inbox, relay and consumer"),
    "message_cpu_ms": ("ms of a core", "a message written for a fact, at notify"),
    "form_cpu_ms": ("ms of a core", "a printed form"),
    "stream_kib": ("KiB", "an open board at the portal"),
    "streams_portal_share_of_core": ("cores", "the measured number of open boards, a change each second"),
    "streams": ("boards", "that number"),
}
"""Costs that are reckoned with: unit and what it is of."""

PEAK_USE = 0.7
"""Of a core that is meant to answer soon: queues grow beyond it."""
ACTIVE, PAGE_SECONDS, WATCHING = 0.1, 20.0, 0.1
EVENING_SHARE = 0.3
FACTS, MESSAGES = 27, 8
PERSON_KIB = {"identity": 33, "enrollment": 70, "notify": 32}
FACT_BYTES = 650
OBJECTS_MB = 4.0
SENT_PER_SECOND = 200.0
REPLICA_CORES = {"identity": 2.0, "enrollment": 1.0, "portal": 1.0}
SIMULATED = 3_000
BOARDS = 2_000
"""Open boards of one process of the portal: as many as its benchmark holds to 150 MiB and 250 ms."""
HASHES, ROOM = 2, 64
"""Of one replica of identity: hashes at once, and how many wait for one."""
CONNECTIONS = {"identity": 32, "enrollment": 16, "faculty": 32, "notify": 32}

ASSUMED = (
    ("peak use of a core", f"{PEAK_USE:g}", "what answers within milliseconds must not be busier"),
    ("active people in an ordinary peak", f"{ACTIVE:g} of all", "operations/sizing.md: 10 000 of 100 000"),
    ("a page each", f"{PAGE_SECONDS:g} s", "operations/sizing.md"),
    ("open boards on the last evening", f"{WATCHING:g} of all", "operations/sizing.md"),
    ("submissions in the worst hour", f"{EVENING_SHARE:g} of all", "operations/sizing.md: 30 000 of 100 000"),
    ("facts a person and season", str(FACTS), "operations/sizing.md: identity 14, enrollment 5, notify 8"),
    ("messages a person and season", str(MESSAGES), "operations/sizing.md"),
    ("rows a person, KiB", ", ".join(f"{name} {kib}" for name, kib in PERSON_KIB.items()), "operations/sizing.md"),
    ("a fact in a stream", f"{FACT_BYTES} bytes", "operations/sizing.md: 550–710"),
    ("objects a person", f"{OBJECTS_MB:g} MB", "operations/sizing.md: five of 0.8 MB, estimated"),
    ("messages a second and channel", f"{SENT_PER_SECOND:g}", "`RESIDENCY_CHANNEL_PER_SECOND`"),
    ("open boards of one process", "2 000", "benchmarks.md: as many are held to 150 MiB and 250 ms"),
    ("hashes at once, waiting for one", f"{HASHES}, {ROOM} a replica", "`services/identity/passwords.py`"),
    ("turned away: back after", "5 s × (1 to 2), doubling to 60 s", "the hint of `SIGN_IN_BUSY`; the rest assumed"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Step:
    """Somebody's season."""

    name: str
    people: int
    """In one cell: one set of databases, one namespace, one account."""
    cells: int
    opening_seconds: float
    opening_share: float
    """Of the people sign in evenly within so many seconds of the opening; the worst minute has `peak` times that."""
    peak: float
    active: float
    bases: int


STEPS = (
    Step("county", 1_000, 1, 600, 0.2, 3, ACTIVE, 3),
    Step("province", 100_000, 1, 600, 0.2, 3, ACTIVE, 300),
    Step("nation, one cell of 31", 48_400, 31, 60, 1.0, 1, 1.0, 150),
    Step("nation, all in one", 1_500_000, 1, 60, 1.0, 1, 1.0, 4_600),
)


@dataclass(frozen=True, slots=True)
class Need:
    """What a step needs of one thing: how much, in which unit, and by which formula."""

    thing: str
    unit: str
    amount: float
    formula: str


def costs(told: Mapping[str, object]) -> dict[str, tuple[float, str]]:
    """Measured costs by name, each with the bench that measured it. Raises KeyError for one that is missing."""
    found: dict[str, tuple[float, str]] = {}
    for bench in told["benches"]:  # type: ignore[attr-defined]
        for result in bench["results"]:
            found |= {name: (value, bench["name"]) for name, value in result["costs"].items()}
    return {name: found[name] for name in USED}


def needs(step: Step, cost: Mapping[str, float]) -> list[Need]:
    """What one cell needs in its worst moments."""
    arriving = step.people * step.opening_share / step.opening_seconds * step.peak
    pages = step.people * step.active / PAGE_SECONDS
    boards = step.people * WATCHING
    submissions = step.people * EVENING_SHARE / 3600
    ms = 1000 * PEAK_USE
    hashing = arriving * cost["sign_in_cpu_ms"] / 1000
    reading = pages * cost["page_enrollment_cpu_ms"] / ms + submissions * cost["application_service_cpu_ms"] / ms
    showing = pages * cost["page_portal_cpu_ms"] / ms
    watching = boards / cost["streams"] * cost["streams_portal_share_of_core"] / PEAK_USE
    stored = (
        arriving * cost["sign_in_database_cpu_ms"]
        + pages * cost["queue_page_database_cpu_ms"]
        + submissions * cost["application_database_cpu_ms"]
    ) / ms
    facts = submissions * 2 + arriving
    rows = step.people * sum(PERSON_KIB.values()) / 2**20
    return [
        Need("sign-ins", "a second", arriving, "people × share ÷ seconds × peak"),
        Need("identity", "cores", hashing, "sign-ins × sign_in_cpu_ms: it waits for nothing, so to the brim"),
        Need("pages", "a second", pages, "people × active ÷ seconds between pages"),
        Need("portal", "cores", showing + watching, "pages × page_portal_cpu_ms + boards × their share of a core"),
        Need("open boards", "boards", boards, "people × watching"),
        Need("submissions", "a second", submissions, "people × evening ÷ 3 600 s"),
        Need(
            "enrollment", "cores", reading, "pages × page_enrollment_cpu_ms + submissions × application_service_cpu_ms"
        ),
        Need("PostgreSQL", "cores", stored, "sign-ins, pages, submissions × their share of PostgreSQL"),
        Need("PostgreSQL, three seasons", "GiB", rows * 3 * 2, "people × rows × 3 seasons × 2"),
        Need(
            "relay and consumers",
            "cores",
            facts * cost["fact_cpu_ms"] / 1000,
            "(sign-ins + 2 × submissions) × fact_cpu_ms",
        ),
        Need(
            "JetStream, two seasons", "GiB", step.people * FACTS * FACT_BYTES * 2 / 2**30, "people × facts × bytes × 2"
        ),
        Need(
            "workflows, a season",
            "core-minutes",
            step.people * cost["workflow_cpu_ms"] / 60_000,
            "people × workflow_cpu_ms",
        ),
        Need("histories, a season", "events", step.people * cost["workflow_events"], "people × workflow_events"),
        Need("windows open at once", "workflows", float(step.bases), "bases"),
        Need("everybody told once", "minutes", step.people / SENT_PER_SECOND / 60, "people ÷ messages a second"),
        Need("all forms printed", "core-hours", step.people * cost["form_cpu_ms"] / 3_600_000, "people × form_cpu_ms"),
        Need("object store", "GB", step.people * OBJECTS_MB / 1000, "people × objects"),
    ]


def replicas(found: Mapping[str, float], step: Step) -> dict[str, int]:
    """How many of each service a cell needs; two at least beyond a county."""
    least = 1 if step.people <= 1_000 else 2
    boards = step.people * WATCHING / BOARDS
    return {
        "identity": max(least, math.ceil(found["identity"] / REPLICA_CORES["identity"])),
        "enrollment": max(least, math.ceil(found["enrollment"] / REPLICA_CORES["enrollment"])),
        "portal": max(least, math.ceil(found["portal"] / REPLICA_CORES["portal"]), math.ceil(boards)),
        "faculty": least,
        "notify": least,
        "workflows": least,
    }


def connections(counted: Mapping[str, int]) -> int:
    """What PostgreSQL must take: each replica's pools, one more of each for a roll-out, and 26 for operators."""
    return sum((count + 1) * CONNECTIONS.get(name, 0) for name, count in counted.items()) + 26


def opening(step: Step, cost: Mapping[str, float], cores: int, people: int = SIMULATED) -> Outcome:
    """The opening of one cell, simulated with fewer people and as many fewer servers: times scale as they are."""
    part = people / step.people
    servers = max(1, round(cores * part))
    seconds = cost["sign_in_cpu_ms"] / 1000 * servers / (cores * part)
    arrivals = uniform(people, step.opening_seconds)
    return simulate(arrivals, servers, lambda _: seconds, room=servers / HASHES * ROOM)
