"""`residency up`, in order: checks, servers, databases, processes, province, table; then watch until told to stop.

Whatever may run together does: the three servers start at once, then the six processes at once.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from services.kit.shipped import shipped
from services.stack import (
    databases,
    demo,
    handing,
    holds,
    links,
    nats,
    oneshot,
    ports,
    postgres,
    processes,
    restarts,
    servers,
    state,
    temporal,
    wheels,
)
from services.stack.births import Births
from services.stack.child import Child, Life, execute
from services.stack.front_door import Door, Portal
from services.stack.problems import StackFailure, StackProblem
from services.stack.state import State
from services.stack.supervisor import Supervisor, last_words

DEFAULT_PORT = 8080
PROVINCE = shipped("deploy/provinces/shandong-2023.yaml")


@dataclass(frozen=True)
class Options:
    """What was asked for."""

    data: Path
    port: int = DEFAULT_PORT
    province: Path = PROVINCE
    replicas: int = 1
    """How many of every process; with several a door stands before the portals."""
    links: bool = False
    """Whether whatever is called is called through a proxy that a drill may cut."""
    season: tuple[str, ...] | None = None
    """Further arguments of the sample season; None plays none."""


class Up:
    """One run of the stack."""

    def __init__(self, options: Options, say: Callable[[str], None], show: Callable[[State, float], None]) -> None:
        """`say` prints one line, `show` the table once everything is ready."""
        self._options = options
        self._say = say
        self._show = show
        self._state = State()
        self._servers: dict[str, str] = {}
        self._door: Door | None = None
        self._began = time.monotonic()

    def run(self) -> None:
        """Start everything, watch until SIGINT or SIGTERM, stop everything.

        Raises StackProblem when it cannot start for a reason the user can mend, StackFailure when a part will not.
        """
        self._check()
        lock = state.Lock(self._options.data)
        lock.acquire()
        try:
            self._prepare()
            asyncio.run(self._live())
        finally:
            self._state.pids.clear()
            self._save()
            lock.release()

    def _check(self) -> None:
        from services.rehearsal.province import ProvinceFileError, load_province  # noqa: PLC0415  (brings YAML)

        try:
            load_province(self._options.province)
        except ProvinceFileError as error:
            raise StackProblem(str(error)) from error
        check_wheels()
        state.prepare(self._options.data)

    def _prepare(self) -> None:
        state.turn_over(self._options.data)
        self._state = state.load(self._options.data)
        self._state.pids.clear()
        self._state.restarts.clear()
        if not ports.is_free(self._options.port):
            raise StackProblem(f"port {self._options.port} is taken: stop what listens there or choose one with --port")
        self._state.ports["portal"] = self._options.port
        processes.assign_ports(self._state, self._options.replicas)
        restarts.forget(self._options.data)
        holds.forget(self._options.data)
        for name in ("postgres", "nats", "temporal", "temporal.ui"):
            if not servers.given(name.partition(".")[0]):
                self._state.port(name)
        links.assign_ports(self._state, wanted=self._options.links)
        self._name_addresses()
        # Made before the first save: the loader reads it from the file.
        demo.password(self._state)
        state.save(self._options.data, self._state)

    def _name_addresses(self) -> None:
        self._servers = {server: servers.url(server, self._state) for server in servers.VARIABLES}
        # By name: passkeys are bound to one, and browsers take none for an address.
        self._state.urls = {"portal": f"http://localhost:{self._options.port}/"}
        if not servers.given("temporal"):
            place = f"{ports.HOST}:{self._state.ports['temporal.ui']}"
            self._state.urls["Temporal pages"] = f"http://{place}/namespaces/residency"
        self._state.urls |= {server: servers.without_password(url) for server, url in self._servers.items()}

    async def _live(self) -> None:
        data = self._options.data
        supervisor = Supervisor(
            self._say,
            self._changed,
            lambda name, pid: restarts.take(data, name, pid),
            lambda name: holds.is_held(data, name),
        )
        told = asyncio.Event()
        loop = asyncio.get_running_loop()

        def stop() -> None:
            if told.is_set():
                supervisor.kill()
            told.set()

        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, stop)
        asked_to_stop = asyncio.create_task(told.wait())
        working = asyncio.create_task(self._work(supervisor))
        try:
            await asyncio.wait((asked_to_stop, working), return_when=asyncio.FIRST_COMPLETED)
            if working.done():
                working.result()
                await asked_to_stop
        finally:
            self._say("stopping …")
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)
            if self._door is not None:
                await self._door.close()
            await supervisor.stop()
            asked_to_stop.cancel()
        self._say("stopped; everything is kept in " + str(self._options.data))

    async def _work(self, supervisor: Supervisor) -> None:
        launch = self._open_nursery(supervisor)
        await self._start_servers(supervisor)
        await self._start_processes(supervisor, launch)
        await self._load_province()
        self._show(self._state, time.monotonic() - self._began)
        if self._options.season is not None:
            await self._play_season(self._options.season)

    def _open_nursery(self, supervisor: Supervisor) -> Callable[[Child], Awaitable[Life]]:
        """Start what processes are born from, while the servers start; elsewhere than on Linux each is executed."""
        if sys.platform != "linux":
            return execute
        births = Births(processes.common_environment(), self._options.data / "logs" / "nursery.log")
        supervisor.start(births.child())
        return births.bear

    async def _start_servers(self, supervisor: Supervisor) -> None:
        data, places, secret = self._options.data, self._state.ports, self._state.secret
        plain = dict(os.environ)
        started = [server for server in servers.VARIABLES if not servers.given(server)]
        if "nats" in started:
            log = data / "logs" / "nats.log"
            name = f"residency-{secret('nats.name')[:8]}"
            supervisor.start(nats.child(data / "nats", places["nats"], name, secret("nats"), log, plain))
        if "temporal" in started:
            log = data / "logs" / "temporal.log"
            supervisor.start(temporal.child(data / "temporal", places["temporal"], places["temporal.ui"], log, plain))
        if "postgres" in started:
            await postgres.initialise(data / "postgres", secret("postgres"))
            log = data / "logs" / "postgres.log"
            supervisor.start(postgres.child(data / "postgres", places["postgres"], log, plain))
            await supervisor.ready("postgres")
        await databases.provision(self._servers["postgres"], self._state)
        self._save()
        await self._migrate()
        await supervisor.ready(*started)

    async def _migrate(self) -> None:
        outdated = await databases.outdated(self._servers["postgres"], self._state)
        if not outdated:
            return
        self._say(f"migrating {', '.join(outdated)}")
        urls = {
            f"RESIDENCY_DATABASE_URL_{name.upper()}": databases.migration_url(
                self._servers["postgres"], self._state, name
            )
            for name in outdated
        }
        command = [sys.executable, "-m", "services.cli", "migrate", *outdated]
        await self._run_once("migrate", command, processes.common_environment() | urls)

    async def _start_processes(self, supervisor: Supervisor, launch: Callable[[Child], Awaitable[Life]]) -> None:
        if self._options.replicas > 1:
            await self._open_door()
        if self._options.links:
            supervisor.start(links.child(self._options.data, self._state))
            await supervisor.ready("links")
        names = processes.names(self._state)
        for name in names:
            told = processes.environment(name, self._options.data, self._state, self._servers, self._options.port)
            told = links.through(name, told, self._state)
            told = handing.as_files(self._options.data, processes.service(name), told)
            supervisor.start(processes.child(name, self._options.data, self._state, told, launch))
        await supervisor.ready(*names)

    async def _open_door(self) -> None:
        places = self._state.ports
        portals = [each for each in processes.names(self._state) if processes.service(each) == "portal"]
        self._door = Door(
            self._options.port, [Portal(places[f"{each}.http"], places[f"{each}.metrics"]) for each in portals]
        )
        await self._door.open()

    async def _load_province(self) -> None:
        fingerprint = demo.fingerprint(self._options.province, self._state)
        # A server that is not ours may have been emptied since.
        complete = self._state.loaded == fingerprint and demo.factors_file(self._options.data).exists()
        if complete and not servers.given("postgres"):
            return
        command = [sys.executable, "-m", "services.stack.load", str(self._options.province), str(self._options.data)]
        told = processes.common_environment() | processes.operator_environment(self._state)
        await self._run_once("load", command, told)
        self._state.loaded = fingerprint
        self._save()

    async def _play_season(self, arguments: tuple[str, ...]) -> None:
        command = [
            sys.executable,
            "-m",
            "services.cli",
            "season",
            "play",
            "--data",
            str(self._options.data),
            *arguments,
        ]
        told = processes.common_environment() | processes.operator_environment(self._state)
        code, _ = await oneshot.run(command, environment=told, hear=self._say)
        if code == 0:
            self._say("the season is over; the stack stays up (Ctrl-C stops it)")
        else:
            self._say(f"the season ended early (exit code {code}); the stack stays up")

    async def _run_once(self, name: str, command: list[str], environment: dict[str, str]) -> None:
        log = self._options.data / "logs" / f"{name}.log"
        with log.open("a", encoding="utf-8") as file:
            code, _ = await oneshot.run(command, environment=environment, hear=lambda line: _write(file, line))
        if code != 0:
            raise StackFailure(f"{name} failed: {last_words(log)} (log: {log})")

    def _changed(self, name: str, pid: int, deaths: int) -> None:
        self._state.pids[name] = pid
        self._state.restarts[name] = deaths
        self._save()

    def _save(self) -> None:
        try:
            state.save(self._options.data, self._state)
        except OSError as error:
            # A disk that fills up later must not take the supervisor down with it.
            self._say(f"cannot write {state.path(self._options.data)}: {error.strerror}")


def check_wheels() -> None:
    """Raise StackProblem when a server is neither given from outside nor installed."""
    if not servers.given("postgres"):
        wheels.postgres_bin()
    if not servers.given("nats"):
        wheels.program("nats-server", "NATS")
    if not servers.given("temporal"):
        wheels.program("temporal", "Temporal")


def _write(file: TextIO, line: str) -> None:
    file.write(f"{line}\n")
