"""Where the processor time of a path goes: functions by their own time, grouped by layer (cProfile, which slows).

A profile is taken of the process that serves, while its bench runs with few pairs; it says what to look at, not how
fast anything is.
"""

from __future__ import annotations

import os
import pstats
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.bench import machine
from tests.bench.portal_processes import PROFILE as PORTAL_PROFILE
from tests.bench.serving import PROFILE

PATHS: Mapping[str, tuple[str, ...]] = {
    "submission": ("tests.bench.decision", "--rounds", "2", "--arms", "submit"),
    "review": ("tests.bench.decision", "--rounds", "2", "--arms", "review"),
    "grant": ("tests.bench.decision", "--rounds", "2", "--arms", "grant"),
    "hot_seat": ("tests.bench.decision", "--rounds", "2", "--arms", "hot seat"),
    "queue": ("tests.bench.queue", "--applications", "10000", "--pages", "100"),
    "facts": ("tests.bench.facts", "--pairs", "1"),
    "inbox": ("tests.bench.inbox", "--pairs", "1", "--arms", "ours"),
    "board": ("tests.bench.portal", "board", "--pairs", "1"),
}
LAYERS = (
    ("ours", ("/services/", "/workflows/")),
    ("contracts", ("/protos/gen/",)),
    ("grpc", ("/grpc/", "grpc._cython", "cygrpc")),
    ("asyncpg", ("asyncpg",)),
    ("sqlalchemy", ("sqlalchemy",)),
    ("protobuf", ("google/protobuf", "google._upb", "protovalidate")),
    ("pydantic", ("pydantic",)),
    ("nats", ("/nats/",)),
    ("opentelemetry", ("opentelemetry",)),
    ("web", ("fastapi", "starlette", "uvicorn", "httptools", "jinja2")),
    ("temporal", ("temporalio",)),
    ("cryptography", ("cryptography", "_hashlib", "joserfc", "_ssl")),
    ("asyncio", ("/asyncio/", "_asyncio", "uvloop")),
)
"""A function belongs to the first whose word its place contains; to `python` otherwise."""
WAITING = ("select.epoll", "uvloop.run", "{built-in method _contextvars")
TOP, OF_LAYER = 40, 8


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds that a function had to itself."""

    layer: str
    place: str
    calls: int
    own: float
    whole: float


def profile(name: str, folder: Path, tell: Callable[[str], None]) -> Path:
    """Profile a path and write `name`.txt into `folder`; raises CalledProcessError when its bench fails."""
    if name not in PATHS:
        raise SystemExit(f"--profile {name}: no such path; there are {', '.join(PATHS)}")
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "profile"
        environment = os.environ | {PROFILE: str(file), PORTAL_PROFILE: str(file)}
        done = subprocess.run(
            [sys.executable, "-m", *PATHS[name]], env=environment, check=True, capture_output=True, text=True
        )
        text = report(name, pstats.Stats(str(file)), done.stdout)
    folder.mkdir(parents=True, exist_ok=True)
    written = folder / f"{name}.txt"
    written.write_text(text, encoding="utf-8")
    tell(f"{written}\n{text}")
    return written


def report(name: str, stats: pstats.Stats, said: str) -> str:
    """The profile as text: layers, then the functions that had most to themselves."""
    spent = sorted(_functions(stats), key=lambda one: -one.own)
    total = sum(one.own for one in spent)
    layers: dict[str, list[Spent]] = defaultdict(list)
    for one in spent:
        layers[one.layer].append(one)
    here = machine.described()
    lines = [
        f"{name}: {' '.join(PATHS.get(name, ()))}",
        f"{here['date']}, commit {here['commit']}, load {machine.load()}; cProfile, which slows Python and not C",
        "",
        *[line for line in said.strip().splitlines() if "[info " not in line][-8:],
        "",
        f"{total:.2f} s of the serving process, by layer (own time)",
    ]
    shares = sorted(layers.items(), key=lambda each: -sum(one.own for one in each[1]))
    lines += [f"{sum(one.own for one in own) / total:7.1%}  {layer}" for layer, own in shares]
    lines += ["", f"   own s    all s    calls  of all {TOP} functions"]
    lines += [_line(one) for one in spent[:TOP]]
    for layer, own in shares[:6]:
        lines += ["", layer, *(_line(one) for one in own[:OF_LAYER])]
    return "\n".join(lines) + "\n"


def _line(one: Spent) -> str:
    return f"{one.own:8.3f} {one.whole:8.3f} {one.calls:8}  {one.place}"


def _functions(stats: pstats.Stats) -> Iterator[Spent]:
    found: Mapping[tuple[str, int, str], tuple[int, int, float, float, object]] = stats.stats  # type: ignore[attr-defined]
    for (file, line, function), (_, calls, own, whole, _callers) in found.items():
        place = f"{_short(file)}:{line} {function}" if file != "~" else function
        if not any(each in place for each in WAITING):
            yield Spent(layer_of(file, function), place, calls, own, whole)


def layer_of(file: str, function: str) -> str:
    """The layer that a function belongs to; a built-in one tells by its name."""
    place = file if file != "~" else function
    # What is installed for us may lie below a folder called as ours.
    if "site-packages" in place:
        place = place.rpartition("site-packages")[2]
        return next((layer for layer, words in LAYERS[1:] if any(word in place for word in words)), "python")
    return next((layer for layer, words in LAYERS if any(word in place for word in words)), "python")


def _short(file: str) -> str:
    for mark in ("site-packages/", "/services/", "/workflows/", "/tests/", "/protos/gen/", "/lib/python3"):
        _, found, after = file.rpartition(mark)
        if found:
            return f"{mark.strip('/')}/{after}" if mark != "site-packages/" else after
    return Path(file).name  # where somebody keeps their checkout is nobody's business
