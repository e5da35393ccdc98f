"""`python -m tests.hostile`: bad input of every class at every door of a fresh stack, judged one by one.

Without anything else all doors get a whole run, at least 50 000 inputs. Exit code 1 when one of them was not answered
as it should be, or when something leaked. Every failure is printed with the command that sends it again, and kept as a
file in `build/hostile`. `--write docs/hostile.md` makes that page, and the JSON beside it, from this run.

    python -m tests.hostile
    python -m tests.hostile --doors grpc,rest --cases 500
    python -m tests.hostile --doors grpc --seed 1 --only 4711
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from services.drills import ground as grounds
from services.drills.ground import Stack
from services.stack import servers
from tests.hostile import actors, page, vitals
from tests.hostile.book import Book
from tests.hostile.door import Ground
from tests.hostile.doors import ALL
from tests.hostile.run import go_through

FAILURES = Path("build/hostile")


def main(arguments: list[str] | None = None) -> int:
    """Entry point; returns the exit code."""
    told = _parser().parse_args(arguments)
    names = told.doors.split(",") if told.doors else list(ALL)
    if unknown := sorted(set(names) - set(ALL)):
        sys.stderr.write(f"--doors: no door {', '.join(unknown)}; there are {', '.join(ALL)}\n")
        return 2
    with _stack(told.data) as stack:
        book, document = run(stack, names, seed=told.seed, cases=told.cases, only=told.only)
    _tell(book, document)
    if told.write is not None:
        told.write.with_suffix(".json").write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", "utf-8")
        told.write.write_text(page.page(document), "utf-8")
    return 1 if book.failed else 0


def run(
    stack: Stack, names: list[str], *, seed: int = 1, cases: int | None = None, only: int | None = None
) -> tuple[Book, dict[str, Any]]:
    """Go through the doors `names` of a running stack; what was found, and the same as JSON."""
    book, began = Book(seed), time.monotonic()
    before, after = asyncio.run(_run(stack, names, book, cases, only))
    document = book.document()
    document["seconds"] = round(time.monotonic() - began, 1)
    document["machine"] = {"cores": os.cpu_count(), "load": [round(each, 1) for each in os.getloadavg()]}
    document["vitals"] = {"before": asdict(before), "after": asdict(after)}
    for each in document["vitals"].values():
        del each["pids"]
    return book, document


async def _run(
    stack: Stack, names: list[str], book: Book, cases: int | None, only: int | None
) -> tuple[vitals.Vitals, vitals.Vitals]:
    admin = servers.reach("postgres", stack.data)
    found = await vitals.tables(stack.data, stack.state())
    try:
        ground = Ground(stack, await actors.gather(stack.data, found), found, {}, book.seed)
        before = await vitals.look(stack.state(), admin)
        await go_through(ground, names, book, cases=cases, only=only, hear=_hear)
        after = await vitals.look(stack.state(), admin)
        for fault in vitals.leaks(before, after):
            book.leak(fault)
    finally:
        await found.close()
    return before, after


def _tell(book: Book, document: dict[str, Any]) -> None:
    print(page.table(document))
    FAILURES.mkdir(parents=True, exist_ok=True)
    for each in book.failures:
        file = FAILURES / f"{each.door}-{each.number}.json"
        file.write_text(json.dumps(asdict(each), ensure_ascii=False, indent=1), "utf-8")
        print(f"\n{each.door} · {each.kind}: {each.fault[:1200]}\n  {each.replay}\n  {file}")
    print(f"\n{book.inputs} inputs in {document['seconds']} s, {sum(book.failed.values())} failed")


@contextmanager
def _stack(data: Path | None) -> Iterator[Stack]:
    """A stack of its own with a year of the sandbox beside the demo, or the one that runs on `data`."""
    if data is not None:
        stack = Stack(data)
        stack.port = int(stack.state().urls["portal"].rpartition(":")[2].strip("/"))
        yield stack
        return
    with grounds.running() as stack:
        stack.run("sandbox", "--day", "1h")
        yield stack


def _hear(line: str) -> None:
    print(line, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.hostile", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--doors", help=f"some of {', '.join(ALL)}, with commas; all when not said")
    parser.add_argument("--cases", type=int, help="at most so many inputs at each door; a whole run when not said")
    parser.add_argument("--seed", type=int, default=1, help="another seed, other inputs (1)")
    parser.add_argument("--only", type=int, help="send one input of a door again, by its number")
    parser.add_argument("--data", type=Path, help="use the stack that runs on this folder, which it will spoil")
    parser.add_argument("--write", type=Path, help="write the page, and the JSON beside it")
    return parser


if __name__ == "__main__":
    sys.exit(main())
