"""OPS-96: write `docs/capacity.md` from measured costs: `python -m docs.capacity [--check]`.

What things cost comes from `docs/benchmarks.json`; what people do are assumptions, named here with their source.
`--check` fails when the page is not what they come to.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from docs import demand
from docs.demand import ASSUMED, HASHES, REPLICA_CORES, STEPS, USED, Need, Step, costs, needs, replicas

HERE = Path(__file__).parent
DOCUMENT = HERE / "capacity.md"
FIGURES = HERE / "benchmarks.json"


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
            [f"`{name}`", USED[name][1], f"{_short(value)} {USED[name][0]}", f"`{bench}`"]
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
    rows.append(["connections, with one more of each", *(str(demand.connections(each)) for each in counted)])
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
            "connections": demand.connections(counted) / MOST_CONNECTIONS,
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
        done = demand.opening(crowd, cost, cores)
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


def _short(value: float) -> str:
    return f"{value:,.0f}".replace(",", " ") if value >= 1000 else f"{value:.3g}"


if __name__ == "__main__":
    main()
