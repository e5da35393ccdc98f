"""OPS-95: docs/benchmarks.md, made from docs/benchmarks.json: `python -m tests.bench.page [--check]`.

The figures are written by a run (`python -m tests.bench --write docs/benchmarks.md`), never by hand; a test holds the
page against them.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.bench.result import Result, of
from tests.bench.rows import ROWS, Row
from tests.bench.runner import merged

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "benchmarks.md"
PROFILES = ROOT / "docs" / "benchmarks"
HEAD = """\
# Benchmarks

Every promise of speed, measured: ours and the bare thing beside it, in turn in one run. **Made from
`docs/benchmarks.json`** by `make bench ARGS='--write docs/benchmarks.md'`; never edited by hand (OPS-95).

Absolute figures of one machine mean little; ratios inside one run mean something, and gaps under a tenth are ties. What
counts is the median of the pairs; beside it stand the lowest and the highest pair. A ratio is ours through bare, taken
so that the sign before the target holds. `python -m tests.bench --only NAME` measures one alone.

"""
BUSY = 1.0
"""A load before a bench above this, for each core, makes its figures those of a busy machine."""


def document(told: Mapping[str, Any]) -> str:
    """The whole page."""
    known = [(bench, of(plain)) for bench in told["benches"] for plain in bench["results"]]
    parts = [HEAD, _machine(told), "## What was promised\n\n"]
    for row in ROWS:
        found = [(bench, result) for bench, result in known if result.row == row.key]
        parts.append(_promise(row, found))
    parts += ["## Beside the promises\n\n", _table([(b, r) for b, r in known if not r.row]), "\n"]
    parts += _failures(told["benches"])
    parts += ["## Costs\n\n", _costs(known), "\n", _runs(told["benches"]), _profiles()]
    return "".join(parts).rstrip() + "\n"


def _machine(told: Mapping[str, Any]) -> str:
    here = told["machine"]
    words = (
        f"Measured {here['date']} on {here['cores']} cores ({here['processor']}), {here['memory_gib']:g} GiB, Linux"
        f" {here['kernel']}, Python {here['python']}, PostgreSQL {here['postgresql']}, NATS {here['nats']}, Temporal"
        f" {here['temporal']} (wheels), at commit {here['commit'] or 'unknown'}. Client, servers and databases share"
        " these cores.\n\n"
    )
    quick = [bench["name"] for bench in told["benches"] if bench["quick"]]
    if quick:
        words += (
            f"> **A trial**: small and with few pairs ({', '.join(quick)}); its figures only show that it runs.\n\n"
        )
    busy = [bench for bench in told["benches"] if max(bench["load_before"], 0) > BUSY * here["cores"]]
    if busy:
        loads = [bench["load_before"] for bench in busy]
        words += (
            f"> **Not quiet**: before {len(busy)} of {len(told['benches'])} benches the load was above {BUSY:g} a core"
            f" ({min(loads):g} to {max(loads):g}); ratios suffer less than rates, and both suffer.\n\n"
        )
    return words


def _promise(row: Row, found: Sequence[tuple[Mapping[str, Any], Result]]) -> str:
    beside = f" beside {row.beside}" if row.beside != "–" else ""
    stretch = f"; better: {row.stretch}" if row.stretch else ""
    title = row.path[0].upper() + row.path[1:] if row.path[0].isalpha() else row.path
    words = f"### {title}\n\nTo reach{beside}: {row.reach}{stretch}.\n\n"
    if not found:
        return f"{words}**Not measured in this run.**\n\n"
    return f"{words}{_table(found)}\n{''.join(_curve(result) for _, result in found)}"


def _table(found: Sequence[tuple[Mapping[str, Any], Result]]) -> str:
    lines = ["| | ours | bare | what counts | lowest to highest | target | verdict |", "|---|---|---|---|---|---|---|"]
    for bench, result in found:
        lines.append("| " + " | ".join(_cells(bench, result)) + " |")
    notes = [f"- {result.name}: {'; '.join(result.notes)}." for _, result in found if result.notes]
    return "\n".join([*lines, "", *notes]) + "\n"


def _cells(bench: Mapping[str, Any], result: Result) -> Iterator[str]:
    spread = result.ratios or result.ours
    yield result.name + (" (trial)" if bench["quick"] else "")
    yield f"{_middle(result.ours)} {result.unit}"
    yield f"{_middle(result.bare)} {result.unit}" if result.bare else "–"
    counts = (
        f"{result.counts:.2f} ×" if result.ratios and result.reached is None else f"{result.counts:.4g} {result.unit}"
    )
    yield f"**{counts}**"
    digits = ".2f" if result.ratios else ".4g"
    yield f"{min(spread):{digits}} to {max(spread):{digits}}" if len(spread) > 1 else "–"
    sign = "≥" if result.better == "higher" else "≤"
    stretch = f" ({result.stretch:g})" if result.stretch is not None else ""
    yield f"{sign} {result.target:g}{stretch}" if result.target is not None else "–"
    yield result.verdict or "–"


def _middle(values: Sequence[float]) -> str:
    ordered = sorted(values)
    middle = (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2
    return f"{middle:.0f}" if middle >= 100 else f"{middle:.3g}"


def _curve(result: Result) -> str:
    if not result.curve:
        return ""
    columns = list(result.curve[0])
    lines = [f"| {' | '.join(columns)} |", "|" + "---|" * len(columns)]
    lines += [f"| {' | '.join(_figure(point[column]) for column in columns)} |" for point in result.curve]
    return "\n".join(lines) + "\n\n"


def _figure(value: float) -> str:
    return f"{value:,.0f}".replace(",", " ") if value == int(value) and value >= 10 else f"{value:.3g}"


def _failures(benches: Sequence[Mapping[str, Any]]) -> list[str]:
    failed = [f"- {bench['name']}: {bench['error']}" for bench in benches if bench["error"]]
    return ["## Not measured\n\n", "\n".join(failed), "\n\n"] if failed else []


def _costs(known: Sequence[tuple[Mapping[str, Any], Result]]) -> str:
    """What the capacity page reckons with."""
    lines = ["What [capacity.md](capacity.md) reckons with.\n", "| cost | measured by | figure |", "|---|---|---|"]
    for bench, result in known:
        lines += [f"| {name} | {bench['name']} | {value:.4g} |" for name, value in result.costs.items()]
    return "\n".join(lines) + "\n"


def _runs(benches: Sequence[Mapping[str, Any]]) -> str:
    lines = [
        "## Runs\n",
        "| bench | date | commit | pairs | seconds | load before | after |",
        "|---|---|---|---|---|---|---|",
    ]
    for bench in benches:
        pairs = f"{bench['rounds']}{' (trial)' if bench['quick'] else ''}"
        lines.append(
            f"| {bench['name']} | {bench['date']} | {bench['commit']} | {pairs} | {bench['seconds']}"
            f" | {bench['load_before']:g} | {bench['load_after']:g} |"
        )
    return "\n".join(lines) + "\n\n"


def _profiles() -> str:
    """Where the processor time goes, path by path."""
    files = sorted(PROFILES.glob("*.txt"))
    if not files:
        return ""
    lines = [f"- [{file.stem}](benchmarks/{file.name})" for file in files]
    return (
        "## Profiles\n\nWhere the processor time of a path goes (`python -m tests.bench --profile NAME`):\n\n"
        + "\n".join(lines)
    )


def figures(page: Path = PAGE) -> Path:
    """Where the figures of a page are kept."""
    return page.with_suffix(".json")


def write(page: Path, told: Mapping[str, Any]) -> None:
    """Keep the figures beside the page and make the page of them; what `told` does not tell stays as it was."""
    kept = figures(page)
    whole = merged(json.loads(kept.read_text(encoding="utf-8")), told) if kept.exists() else dict(told)
    kept.write_text(json.dumps(whole, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    page.write_text(document(whole), encoding="utf-8")


def main() -> None:
    """Write the page, or with `--check` exit with a sentence when it is stale."""
    wanted = document(json.loads(figures().read_text(encoding="utf-8")))
    if "--check" not in sys.argv:
        PAGE.write_text(wanted, encoding="utf-8")
    elif not PAGE.is_file() or PAGE.read_text(encoding="utf-8") != wanted:
        sys.exit(
            "docs/benchmarks.md is not what its figures say: run `python -m tests.bench.page`, read the difference"
        )


if __name__ == "__main__":
    main()
