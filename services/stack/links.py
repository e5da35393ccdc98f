"""OPS-98: links between the processes and servers of a stack, each through a proxy that a drill may cut or slow down.

A link is named after who calls and who is called: `enrollment>postgres`, `portal>identity`. They exist in a stack that
was started with `residency up --links` only, and cost every call a hop: nothing for a season that counts.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit, urlunsplit

from services.stack import processes
from services.stack.child import Child
from services.stack.ports import HOST
from services.stack.state import State

SERVERS = ("postgres", "nats", "temporal")
USED = {
    "identity": ("postgres", "nats"),
    "enrollment": ("postgres", "nats", "identity"),
    "faculty": ("postgres", "nats", "identity"),
    "notify": ("postgres", "nats", "identity", "enrollment"),
    "portal": ("nats", "identity", "enrollment", "faculty", "notify"),
    "workflows": ("nats", "temporal", "identity", "enrollment", "faculty", "notify"),
}
"""Process → whom it calls."""
_PREFIX = "link "

Mode = Literal["pass", "cut", "refuse", "hang", "slow", "slice", "cut_after", "lose_answers"]


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What a link does.

    `pass`: nothing. `cut`: ends every connection once. `refuse`: takes none. `hang`: passes nothing, ends nothing.
    `slow`: each piece waits `seconds`. `slice`: pieces of `bytes`, each after `seconds`. `cut_after`: ends a connection
    after so many `bytes` of answer. `lose_answers`: once the caller has sent `after`, the answer is thrown away and the
    connection ended: what was asked for has been done. `times`: after so many times it passes again (0: never).
    """

    mode: Mode = "pass"
    seconds: float = 0.0
    bytes: int = 0
    after: str = ""
    times: int = 0


@dataclass(frozen=True, slots=True)
class Link:
    """One link: its name, and the names of the ports (in the stack's state) of its own and of whom it leads to."""

    name: str
    place: str
    target: str


def every(running: State) -> list[Link]:
    """All links of a stack whose ports are assigned."""
    found = []
    for process in processes.names(running):
        for used in USED[processes.service(process)]:
            targets = [used] if used in SERVERS else [f"{used}.grpc"]
            found += [Link(f"{process}>{used}", f"{_PREFIX}{process}>{used}", target) for target in targets]
    return found


def assign_ports(running: State, *, wanted: bool) -> None:
    """Give every link a port, or with `wanted` false take away those of an earlier start."""
    for place in [place for place in running.ports if place.startswith(_PREFIX)]:
        del running.ports[place]
    if wanted:
        for link in every(running):
            running.port(link.place)


def through(process: str, told: Mapping[str, str], running: State) -> dict[str, str]:
    """The settings of `process` with every address replaced by that of its link; unchanged in a stack without links."""
    settings = dict(told)
    for used in USED[processes.service(process)]:
        port = running.ports.get(f"{_PREFIX}{process}>{used}")
        if port is None:
            continue
        if used in ("postgres", "nats"):
            name = "RESIDENCY_DATABASE_URL" if used == "postgres" else "RESIDENCY_NATS_URL"
            settings[name] = _moved(settings[name], port)
        else:
            settings[f"RESIDENCY_{used.upper()}_ADDRESS"] = f"{HOST}:{port}"
    return settings


def child(data: Path, running: State) -> Child:
    """The proxy process; ready when it can be told."""

    async def ready(_pid: int) -> bool:
        return socket(data).exists() and bool(await _ask(data, {"links": "*"}))

    return Child(
        name="links",
        command=[sys.executable, "-m", "services.stack.link_proxy", str(data)],
        environment=processes.common_environment(),
        log=data / "logs" / "links.log",
        ready=ready,
        last=True,
    )


def socket(data: Path) -> Path:
    """Where the proxy is told what to do."""
    return data / "links.sock"


async def behave(data: Path, chosen: str, behaviour: Behaviour) -> list[str]:
    """Have all links behave so whose names match `chosen` (`*>nats`, `portal>*`); their names.

    Raises OSError where the stack has no links, KeyError when none is called so.
    """
    found = await _ask(data, {"links": chosen, **asdict(behaviour)})
    if not found:
        raise KeyError(chosen)
    return sorted(found)


async def counts(data: Path) -> Mapping[str, Any]:
    """Connections `open`, `opened` and `broken` by link, and how each behaves. Raises OSError without links."""
    return await _ask(data, {"links": "*"})


async def _ask(data: Path, question: Mapping[str, Any]) -> Mapping[str, Any]:
    reader, writer = await asyncio.open_unix_connection(socket(data))
    try:
        writer.write(json.dumps(question).encode() + b"\n")
        answer: Mapping[str, Any] = json.loads(await reader.readline() or b"{}")
        return answer
    except ValueError as error:
        raise OSError(f"the links do not answer: {error}") from error
    finally:
        writer.close()


def _moved(address: str, port: int) -> str:
    parts = urlsplit(address)
    login, at, _ = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{login}{at}{HOST}:{port}"))
