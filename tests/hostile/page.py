"""The table of a run, and `docs/hostile.md` made of it."""

from __future__ import annotations

from collections import Counter
from typing import Any

_HEAD = """# Bad input at every door

<!-- Made by `python -m tests.hostile --write docs/hostile.md` from docs/hostile.json; a test compares them. -->

What is sent is generated: by door, target and class, from a seed. Each input is judged by itself: the answer is of an
expected kind (a refusal with a reason, never a 5xx, INTERNAL or UNKNOWN), comes in time, shows nothing of our insides.
After each batch of inputs that must be refused, the content of every table is what it was. Logs name none of the marked
people, no process is started again, no connection, lock or file stays open.
*Through the door* means over the network to the running services; *at the parser*, the same code called in process.

"""


def page(document: dict[str, Any]) -> str:
    """The whole page."""
    machine = document["machine"]
    rate = document["inputs"] / max(document["seconds"], 0.1)
    said = (
        f"{document['inputs']} inputs in {document['seconds']:.0f} s ({rate:.0f}/s), "
        f"seed {document['seed']}, {machine['cores']} cores, load at the end "
        f"{', '.join(map(str, machine['load']))}. {document['failed']} were not answered as they should be.\n"
    )
    return f"{_HEAD}{said}\n{table(document)}\n\n{_faults(document)}{_vitals(document)}\n{_classes(document)}"


def table(document: dict[str, Any]) -> str:
    """Doors with their counts."""
    rows = [
        "| Door | Where | Classes | Inputs | Seconds | Inputs/s | Slowest (class) | Grown | Tables compared |",
        "|---|---|---:|---:|---:|---:|---|---:|---:|",
    ]
    for name, each in document["doors"].items():
        rate = each["inputs"] / max(each["seconds"], 0.1)
        rows.append(
            f"| {name} | {each['through']} | {len(each['classes'])} | {each['inputs']} | {each['seconds']:.0f} | "
            f"{rate:.0f} | {each['slowest_seconds']:.2f} s ({each['slowest_class']}) | {each['grown_mb']:.0f} MB | "
            f"{each['batches'] or '–'} |"
        )
    return "\n".join(rows)


def _faults(document: dict[str, Any]) -> str:
    if not document["faults"]:
        return ""
    rows = [f"| {each['door']} | {each['fault'].replace('|', '¦')} | {each['count']} |" for each in document["faults"]]
    return "## Not as it should be\n\n| Door | What | Count |\n|---|---|---:|\n" + "\n".join(rows) + "\n\n"


def _vitals(document: dict[str, Any]) -> str:
    before, after = document["vitals"]["before"], document["vitals"]["after"]
    rows = ["## Before and after", "", "| | Before | After |", "|---|---:|---:|"]
    for name in before["memory"]:
        was, now = before["memory"][name] / 2**20, after["memory"].get(name, 0) / 2**20
        rows.append(f"| {name}: memory | {was:.0f} MB | {now:.0f} MB |")
        rows.append(f"| {name}: open files | {before['files'][name]} | {after['files'].get(name, 0)} |")
    for name, title in (
        ("connections", "connections to PostgreSQL"),
        ("locks", "locks held"),
        ("stuck", "transactions idle for 5 s"),
    ):
        rows.append(f"| {title} | {before[name]} | {after[name]} |")
    rows.append(f"| processes started again | {sum(before['restarts'].values())} | {sum(after['restarts'].values())} |")
    return "\n".join(rows) + "\n"


def _classes(document: dict[str, Any]) -> str:
    rows = ["## Classes and outcomes", "", "| Door | Class | Inputs | Outcomes |", "|---|---|---:|---|"]
    for name, each in document["doors"].items():
        for kind, counts in each["classes"].items():
            told = ", ".join(f"{outcome} {count}" for outcome, count in Counter(counts).most_common(6))
            more = f", {len(counts) - 6} more" if len(counts) > 6 else ""
            rows.append(f"| {name} | {kind} | {sum(counts.values())} | {told}{more} |")
    return "\n".join(rows) + "\n"
