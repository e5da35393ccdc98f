"""One process of the product, started as a container starts it, and what its probes say."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.support import servers
from tests.support.wait import PATIENCE, eventually

ROOT = Path(__file__).parents[2]


@dataclass
class Running:
    """A running process and the port of its probes."""

    life: asyncio.subprocess.Process
    port: int

    async def probe(self, path: str = "/readyz") -> tuple[int, str]:
        """Status and text of a probe; 0 when nobody answers."""
        try:
            async with httpx.AsyncClient() as client:
                answer = await client.get(f"http://127.0.0.1:{self.port}{path}")
        except httpx.TransportError:
            return 0, ""
        return answer.status_code, answer.text

    async def says(self, status: int, part: str = "", path: str = "/readyz") -> str:
        """What the probe tells once it answers with `status` and has `part` in its text."""

        async def told() -> str:
            found, text = await self.probe(path)
            return text if found == status and part in text else ""

        return await eventually(told, f"{path} answers {status} with {part!r}")

    async def ended(self) -> int:
        """Its exit code, once it has ended by itself."""

        return await asyncio.wait_for(self.life.wait(), PATIENCE)


def environment(**settings: str) -> Mapping[str, str]:
    """This environment with `settings`, named in small letters, and none but these."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("RESIDENCY_")}
    told = {f"RESIDENCY_{name.upper()}": value for name, value in settings.items()}
    return {**inherited, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'protos' / 'gen'}"} | told


@asynccontextmanager
async def running(name: str, *wrapper: str, **settings: str) -> AsyncIterator[Running]:
    """The process `name` while the block runs; `wrapper` is a command that runs it."""
    port = servers.free_port()
    life = await asyncio.create_subprocess_exec(
        *(*wrapper, sys.executable, "-m", "services.cli.run", name),
        stderr=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        env=environment(metrics_port=str(port), **settings),
    )
    try:
        yield Running(life, port)
    finally:
        if life.returncode is None:
            life.kill()
        await life.wait()
