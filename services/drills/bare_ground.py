"""Ground without processes: servers and provisioned databases, for those who bring processes of other code.

Beside it every `residency` command works as beside a stack that is up.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from services.drills.ground import environment
from services.stack import databases, demo, nats, oneshot, postgres, processes, servers, state, temporal
from services.stack.child import execute
from services.stack.front_door import Door, Portal
from services.stack.problems import StackFailure
from services.stack.state import Lock, State
from services.stack.supervisor import Supervisor, last_words
from services.stack.up import check_wheels

SERVERS = ("postgres", "nats", "temporal")


class Bare:
    """Servers in `data`, with ports for `replicas` of every process; the portal's is `port`."""

    def __init__(self, data: Path, port: int, replicas: int) -> None:
        self.data = data
        self.port = port
        self.state = State()
        self.supervisor = Supervisor(lambda _line: None, self._changed)
        self.state.ports["portal"] = port
        processes.assign_ports(self.state, replicas)
        for name in (*SERVERS, "temporal.ui"):
            self.state.port(name)
        self.urls = {name: servers.url(name, self.state) for name in SERVERS}
        self.state.urls = {"portal": f"http://localhost:{port}/"}
        demo.password(self.state)

    async def start(self) -> None:
        """Start the servers and make the databases, empty. Raises StackFailure."""
        data, places, secret = self.data, self.state.ports, self.state.secret
        plain, logs = dict(os.environ), data / "logs"
        await postgres.initialise(data / "postgres", secret("postgres"))
        children = (
            postgres.child(data / "postgres", places["postgres"], logs / "postgres.log", plain),
            nats.child(data / "nats", places["nats"], "residency-ground", secret("nats"), logs / "nats.log", plain),
            temporal.child(data / "temporal", places["temporal"], places["temporal.ui"], logs / "temporal.log", plain),
        )
        for child in children:
            self.supervisor.start(child)
        await self.supervisor.ready(*SERVERS)
        await databases.provision(self.urls["postgres"], self.state)
        state.save(data, self.state)

    def settings(self, name: str) -> dict[str, str]:
        """The settings of the replica `name`, nothing else of an environment."""
        told = processes.environment(name, self.data, self.state, self.urls, self.port)
        return {name: value for name, value in told.items() if name.startswith("RESIDENCY_")}

    def migration_settings(self) -> dict[str, str]:
        """Where `residency migrate` finds the databases."""
        return {
            f"RESIDENCY_DATABASE_URL_{name.upper()}": databases.migration_url(self.urls["postgres"], self.state, name)
            for name in databases.SERVICES
        }

    def start_process(self, name: str, command: Sequence[str], told: Mapping[str, str]) -> None:
        """Start `command` as the replica `name`; await `supervisor.ready(name)`."""
        known = processes.child(name, self.data, self.state, told, execute)
        self.supervisor.start(replace(known, command=command))

    async def end_process(self, name: str) -> int | None:
        """Stop the replica `name` for good, so that nobody looks for it any more; its exit code."""
        code = await self.supervisor.end(name)
        for kind in ("metrics", "grpc", "http"):
            self.state.ports.pop(f"{name}.{kind}", None)
        state.save(self.data, self.state)
        return code

    def door(self) -> Door:
        """The public door before all portals; to be opened and closed."""
        places = self.state.ports
        portals = [name for name in processes.names(self.state) if processes.service(name) == "portal"]
        return Door(self.port, [Portal(places[f"{name}.http"], places[f"{name}.metrics"]) for name in portals])

    async def run_once(self, name: str, command: Sequence[str], told: Mapping[str, str]) -> str:
        """Run a command to its end; the last of what it said. Raises StackFailure when it fails."""
        log = self.data / "logs" / f"{name}.log"
        code, said = await oneshot.run(command, environment=told)
        with log.open("a", encoding="utf-8") as file:
            file.write(f"{said}\n")
        if code != 0:
            raise StackFailure(f"{name} failed: {last_words(log)} (log: {log})")
        return said

    def _changed(self, name: str, pid: int, deaths: int) -> None:
        self.state.pids[name] = pid
        self.state.restarts[name] = deaths
        state.save(self.data, self.state)


@asynccontextmanager
async def bare(data: Path, port: int, replicas: int) -> AsyncIterator[Bare]:
    """Servers for the length of the block; nothing runs afterwards. Raises StackProblem, StackFailure."""
    check_wheels()
    state.prepare(data)
    lock = Lock(data)
    lock.acquire()
    ground = Bare(data, port, replicas)
    try:
        await ground.start()
        yield ground
    finally:
        await ground.supervisor.stop()
        lock.release()


def plain_environment() -> dict[str, str]:
    """The environment of a command, without any setting of ours and without the way to any code."""
    told = environment()
    return {name: value for name, value in told.items() if not name.startswith("RESIDENCY_") and name != "PYTHONPATH"}
