"""OPS-21, OPS-27: each dependency is broken in turn; `/readyz` and `residency doctor` say what the page says."""

from __future__ import annotations

import asyncio
import os
import re
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.cli import doctor, doctor_processes
from services.cli.doctor_place import Place, Probed
from services.kit import clock_check
from services.kit.database import Database
from services.kit.probes import Probes
from services.kit.readiness import Readiness
from services.kit.settings import Settings
from services.stack import temporal as temporal_server
from tests.support import processes, servers
from tests.support.bucket import bucket
from tests.support.nats import NatsServer
from tests.support.postgres import PostgresServer
from tests.support.processes import Running

PAGE = Path(__file__).parents[2] / "docs" / "operations" / "health.md"
NAMES = ("enrollment", "portal", "workflows")
BUCKET = {"ACCESS_KEY_ID": "a", "SECRET_ACCESS_KEY": "b", "REGION": "x", "ALLOW_HTTP": "true"}


class Stage:
    """Three processes on real servers, and what is told of them."""

    def __init__(self, running: dict[str, Running], place: Place) -> None:
        self.running = running
        self.place = place

    async def whole(self) -> None:
        """Wait until all three say that nothing is amiss."""
        for each in self.running.values():
            while await each.says(200) != "ready\n":  # noqa: ASYNC110  (`says` waits; a lack may go a look later)
                await asyncio.sleep(0.1)

    async def told(self, **lacking: tuple[int, str]) -> str:
        """What all say once each process of `lacking` answers with that status and names that part."""
        said = []
        for name in NAMES:
            status, part = lacking.get(name, (200, "ready"))
            said.append(_block(f"curl {name}:9000/readyz", status, await self.running[name].says(status, part)))
        return "".join(said) + await self.doctored()

    async def doctored(self) -> str:
        """What `residency doctor` says beside what is well."""
        findings = await doctor.examined(self.place)
        lines = [line for each in findings if each.grade in ("degraded", "broken") for line in each.lines()]
        return "$ residency doctor\n" + "".join(f"{_anywhere(line)}\n" for line in lines)


@pytest.fixture
async def stage(
    database_url: Callable[[str], str],
    postgres: PostgresServer,
    nats_server: NatsServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[tuple[Stage, asyncio.subprocess.Process, object]]:
    with bucket() as (endpoint, behind):
        for name, value in {**BUCKET, "ENDPOINT_URL": endpoint}.items():
            monkeypatch.setenv(f"AWS_{name}", value)
        url = database_url("enrollment")
        postgres.as_in_production(url, "enrollment")
        async with AsyncExitStack() as stack:
            temporal, address = await stack.enter_async_context(_temporal(tmp_path))
            common = {"nats_url": nats_server.url, "data_dir": str(tmp_path), "temporal_address": address}
            own = {
                "enrollment": {"database_url": url, "objects_url": "s3://files/enrollment"},
                "portal": {"http_port": "0"},
                "workflows": {},
            }
            running = {
                name: await stack.enter_async_context(processes.running(name, **common, **own[name])) for name in NAMES
            }
            place = Place(
                Settings(nats_url=nats_server.url, temporal_address=address),
                tuple(Probed(name, "127.0.0.1", each.port) for name, each in running.items()),
                {"enrollment": url},
                {"enrollment": "s3://files/enrollment"},
                {},
            )
            ours = Stage(running, place)
            await ours.whole()
            yield ours, temporal, behind


async def test_ops_21_what_is_said_when_something_is_away(
    stage: tuple[Stage, asyncio.subprocess.Process, object], postgres: PostgresServer, nats_server: NatsServer
) -> None:
    ours, temporal, behind = stage
    said = {}
    assert await ours.doctored() == "$ residency doctor\n"

    postgres.kill()
    said["The database is down"] = await ours.told(enrollment=(503, "database"))
    await asyncio.to_thread(postgres.start)
    await ours.whole()

    nats_server.kill()
    lacks = {"enrollment": "messaging", "portal": "live", "workflows": "messaging"}
    said["NATS is down"] = await ours.told(**{name: (200, part) for name, part in lacks.items()})
    await asyncio.to_thread(nats_server.start)
    await ours.whole()

    behind.away.set()  # type: ignore[attr-defined]
    said["Object storage is down"] = await ours.told(enrollment=(200, "object store"))
    behind.away.clear()  # type: ignore[attr-defined]
    await ours.whole()

    temporal.send_signal(signal.SIGSTOP)
    said["Temporal is down"] = await ours.told(workflows=(503, "temporal server"))
    temporal.send_signal(signal.SIGCONT)
    await ours.whole()

    assert said == {title: _on_page(title) for title in said}


async def test_ops_23_what_is_said_of_a_clock_that_is_wrong(kit_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Machine:
        ahead = timedelta(0)

        def now(self) -> datetime:
            return datetime.now(UTC) + self.ahead

    monkeypatch.setattr(clock_check, "LOOK_SECONDS", 0.05)
    database, machine = Database(kit_url, name="enrollment"), Machine()
    watch = clock_check.by_database(database, 30, machine)
    readiness = Readiness([database, watch])
    probes = Probes(0, readiness)
    for part in (database, watch, probes):
        await part.start()
    readiness.parts_started()
    clock = Running(None, probes.port)  # type: ignore[arg-type]  # this process is looked at, not run
    await clock.says(200)
    machine.ahead = timedelta(minutes=5)
    readyz = await clock.says(503, "ahead")
    [finding] = await doctor_processes.look([Probed("enrollment", "127.0.0.1", probes.port)])
    doctored = "".join(f"{_anywhere(line)}\n" for line in finding.lines())
    for part in (probes, watch, database):
        await part.stop()
    said = _block("curl enrollment:9000/readyz", 503, readyz) + "$ residency doctor\n" + doctored
    assert said == _on_page("A clock is five minutes off on one host")


@asynccontextmanager
async def _temporal(folder: Path) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    port, pages = servers.free_port(), servers.free_port()
    child = temporal_server.child(folder / "temporal", port, pages, folder / "temporal.log", os.environ)
    quiet = asyncio.subprocess.DEVNULL
    life = await asyncio.create_subprocess_exec(*child.command, stdout=quiet, stderr=quiet)
    try:
        yield life, f"127.0.0.1:{port}"
    finally:
        life.kill()
        await life.wait()


def _block(command: str, status: int, text: str) -> str:
    return f"$ {command}   # {status}\n{_anywhere(text)}"


def _anywhere(text: str) -> str:
    """Without what differs from one time and place to another."""
    text = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "…", text)
    return re.sub(r"\b127\.0\.0\.1:\d+", "host:port", text)


def _on_page(title: str) -> str:
    section = PAGE.read_text(encoding="utf-8").partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    return section.partition("```console\n")[2].partition("```")[0]
