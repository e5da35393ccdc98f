"""The server process of a benchmark, for as long as it is needed."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from joserfc.jwk import KeySet, OKPKey


@dataclass(frozen=True)
class Hosted:
    """A running server process: its id, the port of the bare handler and that of enrollment."""

    pid: int
    bare_port: int
    our_port: int


@asynccontextmanager
async def hosted(url: str, key: OKPKey) -> AsyncIterator[Hosted]:
    """`tests.bench.serving` over the database at `url`, trusting tokens signed with `key`; ended on leaving."""
    with tempfile.TemporaryDirectory() as folder:
        key_set = json.dumps(KeySet([key]).as_dict(private=False))
        serving = await asyncio.to_thread(
            subprocess.Popen,
            [sys.executable, "-m", "tests.bench.serving", url, key_set, str(Path(folder) / "traces.jsonl")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert serving.stdin is not None
        assert serving.stdout is not None
        try:
            ports = (await asyncio.to_thread(serving.stdout.readline)).split()
            yield Hosted(serving.pid, int(ports[0]), int(ports[1]))
        finally:
            serving.stdin.close()
            await asyncio.to_thread(serving.wait, 20)
