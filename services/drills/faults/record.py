"""OPS-99: docs/reliability.md, generated from docs/reliability.json: what was broken, how often, and what was seen.

`residency drill faults --record docs/reliability.json` adds the outcomes of a run and writes the page beside it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from services.drills.faults import FAULTS
from services.drills.faults.plan import Outcome
from services.rehearsal import report_environment
from services.stack.problems import StackProblem

FORMAT = 1
_NOTHING = "–"

HEAD = """\
# Reliability

What was broken in a running season, and what was seen. **Made from `reliability.json`** by
`residency drill faults --record docs/reliability.json`: nothing here is written by hand.

Each fault is a command: `residency drill 5` starts a stack whose every call goes through a link that can be cut, plays
a season on it, breaks it in the middle and looks. `residency drill faults` does all of them on as few stacks as they
allow, `--only 1,2,5-9` some; `deploy/faults/` has plans for a rehearsal on a stack of your own
(`residency up --links`, then `residency rehearse --faults PLAN`). A run ends with `residency verify`, with no
connection lent and no transaction open.

A time says how long it took from the end of the disturbance until everything was whole. Where more ran on the machine
than it has processors, times are longer than they would be by themselves, and limits are stretched by as much: the load
stands beside each.
"""


def read(file: Path) -> dict[str, Any]:
    """The record in `file`; an empty one where there is no such file. Raises StackProblem for another sort of file."""
    if not file.exists():
        return {"format": FORMAT, "faults": {}}
    try:
        found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise StackProblem(f"{file}: cannot be read as JSON: {error}") from error
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise StackProblem(f"{file}: is no record of faults in format {FORMAT}")
    return found


def merged(record: Mapping[str, Any], outcomes: Sequence[Outcome], where: Mapping[str, Any]) -> dict[str, Any]:
    """The record with these outcomes added; of each fault the last one is kept whole, and how often it was tried."""
    faults = {number: dict(each) for number, each in record["faults"].items()}
    for outcome in outcomes:
        known = faults.get(str(outcome.number), {"tried": 0, "survived": 0})
        faults[str(outcome.number)] = {
            "tried": known["tried"] + 1,
            "survived": known["survived"] + outcome.survived,
            "last": outcome.as_json(),
            "where": dict(where),
        }
    return {"format": FORMAT, "faults": {number: faults[number] for number in sorted(faults, key=int)}}


def write(file: Path, outcomes: Sequence[Outcome], seed: int) -> Path:
    """Add `outcomes` to the record in `file` and write the page beside it; the page. Raises StackProblem."""
    record = merged(read(file), outcomes, here(seed))
    page = file.with_suffix(".md")
    try:
        file.write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        page.write_text(told(record), encoding="utf-8")
    except OSError as error:
        raise StackProblem(f"{file}: cannot be written: {error}") from error
    return page


def here(seed: int) -> dict[str, Any]:
    """What the figures of a run depend on."""
    machine = report_environment.environment(SimpleNamespace())
    kept = ("processor", "cores", "memory_gib", "python", "versions", "commit")
    return {name: machine[name] for name in kept} | {
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "load": report_environment.load(),
        "seed": seed,
    }


def told(record: Mapping[str, Any]) -> str:
    """The page."""
    tried = {int(number): each for number, each in record["faults"].items()}
    survived = sum(each["last"]["survived"] for each in tried.values())
    rows = [_row(number, tried[number]) for number in sorted(tried)]
    lines = [
        HEAD,
        f"{len(tried)} of {len(FAULTS)} faults were tried; {survived} of them were survived at the last try.",
        "",
        "| # | Fault | Tried | Survived | Whole again after | Seen | Lost | Doubled | When, where |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
        *rows,
        "",
        "## Less than the plan asks for",
        "",
        *([f"- {number}: {text}" for number, text in _scaled(tried)] or ["Nothing."]),
        "",
        "## Not tried",
        "",
        *([f"- {n}, {FAULTS[n].title}" for n in FAULTS if n not in tried] or ["Nothing: all of them were."]),
        "",
        "## Machines",
        "",
        *_machines(tried),
        "",
    ]
    return "\n".join(lines)


def _row(number: int, kept: Mapping[str, Any]) -> str:
    last, where = kept["last"], kept["where"]
    figures, recovered = last["figures"], last["recovered_seconds"]
    survived = f"{kept['survived']}" + ("" if last["survived"] else ", not the last time")
    cells = [
        str(number),
        FAULTS[number].title if number in FAULTS else last["title"],
        str(kept["tried"]),
        survived,
        _NOTHING if recovered is None else f"{recovered:.1f} s",
        "; ".join(_found(each) for each in last["findings"]),
        str(figures.get("lost", _NOTHING)),
        str(figures.get("doubled", _NOTHING)),
        f"{where['date']}, {where['commit']}, load {where['load']}, seed {where['seed']}",
    ]
    return f"| {' | '.join(_cell(each) for each in cells)} |"


def _found(finding: Mapping[str, Any]) -> str:
    return f"{finding['title']}: {finding['seen']}" + ("" if finding["holds"] else " **(broken)**")


def _cell(text: str) -> str:
    """Text that stays in its cell."""
    return " ".join(text.replace("|", "\\|").split())


def _scaled(tried: Mapping[int, Mapping[str, Any]]) -> list[tuple[int, str]]:
    return [(number, each["last"]["scaled"]) for number, each in sorted(tried.items()) if each["last"].get("scaled")]


def _machines(tried: Mapping[int, Mapping[str, Any]]) -> list[str]:
    machines: dict[str, list[int]] = {}
    for number, each in sorted(tried.items()):
        where = each["where"]
        versions = ", ".join(f"{name} {version}" for name, version in sorted(where["versions"].items()))
        line = f"{where['processor']}, {where['cores']} cores, {where['memory_gib']} GiB; Python {where['python']}"
        machines.setdefault(f"{line}; {versions}", []).append(number)
    return [f"- {line} (faults {', '.join(map(str, numbers))})" for line, numbers in machines.items()]
