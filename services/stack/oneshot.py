"""Commands that run once and end: initdb, migrations, loading the province, the sample season."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from services.stack.child import spawn_options

GRACE = 5.0


async def run(
    command: Sequence[str],
    *,
    environment: Mapping[str, str] | None = None,
    user: tuple[int, int] | None = None,
    working_directory: Path | None = None,
    hear: Callable[[str], None] | None = None,
) -> tuple[int, str]:
    """Run `command` to its end; returns its exit code and the last of what it said.

    `hear` gets each line as it comes. A cancelled caller takes the command with it: SIGTERM, then SIGKILL after 5 s.
    """
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=None if environment is None else dict(environment),
        limit=1 << 20,
        **spawn_options(signal.SIGKILL, user, working_directory),
    )
    said: list[str] = []
    try:
        stream = process.stdout
        while stream is not None and (raw := await stream.readline()):
            line = raw.decode(errors="replace").rstrip()
            del said[:-40]
            said.append(line)
            if hear is not None:
                hear(line)
        return await process.wait(), "\n".join(said)
    finally:
        if process.returncode is None:
            await _end(process)


async def _end(process: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError):
        process.terminate()
        try:
            async with asyncio.timeout(GRACE):
                await process.wait()
        except TimeoutError:
            os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
