"""OPS-96: write `docs/capacity.md` from measured costs: `python -m docs.capacity [--check]`.

What things cost comes from `docs/benchmarks.json`; what people do are assumptions, named here with their source.
`--check` fails when the page is not what they come to.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from docs.queueing import Outcome, simulate, uniform

HERE = Path(__file__).parent
DOCUMENT = HERE / "capacity.md"
FIGURES = HERE / "benchmarks.json"

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

EARLIER = {
    "sign_in_cpu_ms": 84.0,
    "sign_in_database_cpu_ms": 1.7,
    "hash_mib": 46.0,
    "workflow_cpu_ms": 0.6,
    "workflow_events": 0.87,
}
"""From operations/sizing.md, where the last run has none: 23.8 sign-ins a second on two cores; a decision's cost for
the database's share of one; and, of the prototypes, a workflow's."""
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
    found = {name: (value, "not in this run: operations/sizing.md") for name, value in EARLIER.items()}
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


def document(told: Mapping[str, object]) -> str:
    """The whole page."""
    measured = costs(told)
    cost = {name: value for name, (value, _) in measured.items()}
    return "\n".join(_lines(told, measured, cost)).rstrip() + "\n"


def _lines(
    told: Mapping[str, object], measured: Mapping[str, tuple[float, str]], cost: Mapping[str, float]
) -> Iterator[str]:
    yield _head(told)
    yield from _table(
        ["cost", "of", "figure", "measured by"],
        [
            [f"`{name}`", USED[name][1], f"{value:.3g} {USED[name][0]}", f"`{bench}`"]
            for name, (value, bench) in measured.items()
        ],
    )
    yield "\n## What is assumed\n"
    yield from _table(["what", "figure", "source"], [list(row) for row in ASSUMED])
    yield "\n## What each step needs\n"
    yield "In its worst moments, for one cell; the nation once as 31 cells and once, to show why not, in one.\n"
    found = [{need.thing: need for need in needs(step, cost)} for step in STEPS]
    rows = [
        [thing, *(f"{_figure(each[thing].amount)} {each[thing].unit}" for each in found), each_formula(found, thing)]
        for thing in found[0]
    ]
    yield from _table(["", *(f"{step.name}: {_figure(step.people)}" for step in STEPS), "formula"], rows)
    yield "\n## Replicas\n"
    yield from _replicas(found, cost)
    yield _SATURATES
    yield from _first(found)
    yield "\n## The opening minute, simulated\n"
    yield _OPENING
    yield from _openings(cost)
    yield _UNKNOWN


def each_formula(found: Sequence[Mapping[str, Need]], thing: str) -> str:
    """The formula of a thing, the same at every step."""
    return found[0][thing].formula


def _head(told: Mapping[str, object]) -> str:
    machine: Mapping[str, object] = told["machine"]  # type: ignore[assignment]
    quick = any(bench["quick"] for bench in told["benches"])  # type: ignore[attr-defined]
    loads = [bench["load_before"] for bench in told["benches"]]  # type: ignore[attr-defined]
    trial = (
        "\n> **Reckoned from a trial**: some figures below come from small runs; a whole run makes the page anew.\n"
        if quick
        else ""
    )
    busy = (
        f"\n> **Reckoned from a busy machine** (load {min(loads):g} to {max(loads):g}): a call's processor time is"
        " up to twice as high, so this asks for too much rather than too little.\n"
        if max(loads) > 2 * float(str(machine["cores"]))
        else ""
    )
    return f"""\
# Capacity

How much a county, a province and a nation need, computed from what things were measured to cost. **Made by
`docs/capacity.py`** from `docs/benchmarks.json` ([benchmarks.md](benchmarks.md)); never edited by hand (OPS-96).
[Sizing](operations/sizing.md) says what to install; this page says why, and what breaks first when there are more.
{trial}{busy}
## What was measured

{machine["cores"]} cores ({machine["processor"]}), {machine["date"]}. A faster core needs fewer of them in proportion.
"""


def _replicas(found: Sequence[Mapping[str, Need]], cost: Mapping[str, float]) -> Iterator[str]:
    counted = [
        replicas({name: need.amount for name, need in each.items()}, step)
        for step, each in zip(STEPS, found, strict=True)
    ]
    rows = [
        [f"{name} × {REPLICA_CORES.get(name, 0.5):g} cores", *(str(each[name]) for each in counted)]
        for name in counted[0]
    ]
    rows.append(["connections, with one more of each", *(str(connections(each)) for each in counted)])
    hashes = [each["identity"] * HASHES * cost["hash_mib"] / 1024 for each in counted]
    rows.append(["memory of all hashes at once, GiB", *(f"{each:.1f}" for each in hashes)])
    yield from _table(["", *(step.name for step in STEPS)], rows)
    yield (
        "\nConnections are what all pools may open, not what they do (6 to 16 a service were measured). The profiles of"
        " [sizing](operations/sizing.md) have more where zones and roll-outs want it.\n"
    )


_SATURATES = """\
## What saturates first

What can be had more of by adding replicas is no limit, only a bill. What cannot, per cell: **one primary of
PostgreSQL** (8 cores in the large profile), its **connections** (700), **one relay a service** at a time,
and **two hashes at once a replica** of identity. How much of each a step uses (1 is all there is):
"""
PRIMARY_CORES, MOST_CONNECTIONS, RELAY_CORES = 8.0, 700.0, 1.0
IDENTITY_CORES = 16.0
"""Of the large profile: 8 replicas of 2 cores."""


def _first(found: Sequence[Mapping[str, Need]]) -> Iterator[str]:
    rows = []
    for step, each in zip(STEPS, found, strict=True):
        counted = replicas({name: need.amount for name, need in each.items()}, step)
        used = {
            "identity's cores": each["identity"].amount / IDENTITY_CORES,
            "PostgreSQL's primary": each["PostgreSQL"].amount / PRIMARY_CORES,
            "relay": each["relay and consumers"].amount / RELAY_CORES,
            "connections": (sum((n + 1) * CONNECTIONS.get(name, 0) for name, n in counted.items()) + 26)
            / MOST_CONNECTIONS,
        }
        first = max(used, key=lambda name: used[name])
        rows.append([step.name, *(f"{value:.2f}" for value in used.values()), first, _CHANGED[step.name]])
    heads = ["", "identity's cores", "PostgreSQL's primary", "relay", "connections", "first", "changed then"]
    yield from _table(heads, rows)


_CHANGED = {
    "county": "nothing: one node, the small profile",
    "province": "replicas of identity and the portal before opening day; PostgreSQL of its own machine",
    "nation, one cell of 31": "fewer cores of identity and a queue of minutes (below), or enough and pools small"
    " enough for `max_connections`",
    "nation, all in one": "not to be built: **a cell a province**, with databases, Temporal namespace and NATS"
    " account of its own",
}

_OPENING = """\
Arrivals evenly within the minute, first come first served by as many hashes as there are cores of identity, 64 waiting
for each two of them; whoever finds the queue full is told so (`SIGN_IN_BUSY`) and comes back after 5 s × (1 to 2),
twice as long each time up to a minute. Nobody is lost, and who is in is not disturbed: what grows is the time until
one is in. Simulated with 3 000 people and as many fewer cores (`docs/queueing.py`, seeded; a test holds it against
Erlang).
"""


def _openings(cost: Mapping[str, float]) -> Iterator[str]:
    rows = []
    for step, cores in ((STEPS[1], 8), (STEPS[1], 16), (STEPS[2], 16), (STEPS[2], 32), (STEPS[2], 64), (STEPS[2], 128)):
        crowd = Step(step.name, step.people, 1, 60, 1.0, 1, 1.0, step.bases) if step is STEPS[1] else step
        done = opening(crowd, cost, cores)
        rows.append(
            [
                f"{step.name}: all of {_figure(step.people)} in one minute",
                str(cores),
                f"{cores / (cost['sign_in_cpu_ms'] / 1000):.0f}",
                *(f"{done.share(part):.0f} s" for part in (0.5, 0.99)),
                f"{done.last:.0f} s",
                f"{done.turned_away / len(done.took):.1f}",
            ]
        )
    heads = [
        "",
        "cores of identity",
        "sign-ins a second",
        "half are in within",
        "99 % within",
        "the last",
        "turned away, each",
    ]
    yield from _table(heads, rows)


_UNKNOWN = """
## Not known

- What the network costs: client, services and databases shared one machine.
- How people really come back; the longer they wait, the fewer refusals and the longer the tail.
- A slow disk. Commits are written through; `fdatasync` took 25 µs where this was measured, a cloud volume takes a
  millisecond: more clients wait at once then, and batches of commands grow (up to 32), before throughput falls.
- An application's cost through a whole rehearsal, its reads included: `residency rehearse` writes it into its report.
"""


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield "|" + "---|" * len(heads)
    for row in rows:
        yield f"| {' | '.join(row)} |"


def _figure(amount: float) -> str:
    if amount >= 100:
        return f"{amount:,.0f}".replace(",", " ")
    return f"{amount:.2g}" if amount < 10 else f"{amount:.0f}"


def main() -> None:
    """Write the page, or with `--check` exit with a sentence when it is stale."""
    wanted = document(json.loads(FIGURES.read_text(encoding="utf-8")))
    if "--check" not in sys.argv:
        DOCUMENT.write_text(wanted, encoding="utf-8")
    elif not DOCUMENT.is_file() or DOCUMENT.read_text(encoding="utf-8") != wanted:
        sys.exit("docs/capacity.md is not what docs/benchmarks.json comes to: run `python -m docs.capacity`, read it")


if __name__ == "__main__":
    main()
