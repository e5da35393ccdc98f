"""The processes of the portal's benchmarks: NATS, what stands behind the portal, and the portal as it is served."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import urllib.request
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from services.stack.processes import common_environment
from tests.support import nats, servers
from tests.support.wait import until

PROFILE = "PORTAL_PROFILE"
"""Environment variable: a file that receives the portal's profile (cProfile), which slows it down."""


@dataclass(frozen=True)
class Served:
    """A running portal."""

    port: int
    process: subprocess.Popen[bytes]

    @property
    def memory_mib(self) -> float:
        """What it holds in memory now."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) / 1024


@dataclass(frozen=True)
class Behind:
    """What stands behind it."""

    address: str
    process: subprocess.Popen[str]

    async def change(self) -> tuple[int, float]:
        """Change the board once; the number of the change, and the monotonic clock just before it was told."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write("change\n")
        self.process.stdin.flush()
        number, at = (await asyncio.to_thread(self.process.stdout.readline)).split()
        return int(number), float(at)


@asynccontextmanager
async def behind_and_portal() -> AsyncIterator[tuple[Behind, Served]]:
    """The portal before the stand-ins of `tests.bench.portal_behind`, in processes of their own, ended on leaving."""
    broker = await asyncio.to_thread(nats.create_server)
    try:
        async with behind(broker.url) as others:
            names = ("IDENTITY", "ENROLLMENT", "FACULTY", "NOTIFY")
            addresses = {f"RESIDENCY_{name}_ADDRESS": others.address for name in names}
            async with portal({**addresses, "RESIDENCY_NATS_URL": broker.url}) as served:
                yield others, served
    finally:
        await asyncio.to_thread(nats.remove_server, broker)


@asynccontextmanager
async def behind(broker: str, key_set: str = "") -> AsyncIterator[Behind]:
    """The stand-ins alone, trusting the tokens of `key_set` (their own when empty)."""
    process = subprocess.Popen(  # noqa: ASYNC220  (before anything is measured)
        [sys.executable, "-m", "tests.bench.portal_behind", broker, key_set],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=common_environment(),
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield Behind((await asyncio.to_thread(process.stdout.readline)).strip(), process)
    finally:
        process.stdin.close()
        await asyncio.to_thread(process.wait, 20)


@asynccontextmanager
async def portal(settings: Mapping[str, str]) -> AsyncIterator[Served]:
    """The portal's process with these settings, as a container starts it; stopped on leaving."""
    port, health = servers.free_port(), servers.free_port()
    own = {"RESIDENCY_HTTP_PORT": str(port), "RESIDENCY_METRICS_PORT": str(health)}
    command = ["-m", "services.cli.run", "portal"]
    if PROFILE in os.environ:
        command = ["-m", "cProfile", "-o", os.environ[PROFILE], *command]
    log = Path(os.environ.get("BENCH_LOG", os.devnull)).open("wb")  # noqa: SIM115, ASYNC230  (for the process)
    environment = {**common_environment(), **settings, **own}
    process = subprocess.Popen([sys.executable, *command], env=environment, stdout=log, stderr=log)  # noqa: ASYNC220  (as above)
    try:
        await asyncio.to_thread(until, lambda: _ready(health, process), "the portal is ready", 60)
        yield Served(port, process)
    finally:
        process.terminate()
        await asyncio.to_thread(process.wait, 20)
        log.close()


def pressure() -> float:
    """In how much of the last ten seconds some process waited for a core, in hundredths: how quiet the machine is."""
    try:
        line = Path("/proc/pressure/cpu").read_text().splitlines()[0]
    except OSError:
        return float("nan")
    return float(line.partition("avg10=")[2].split()[0])


def _ready(port: int, process: subprocess.Popen[bytes]) -> bool:
    assert process.poll() is None, f"the portal ended with {process.returncode}"
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=1) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
