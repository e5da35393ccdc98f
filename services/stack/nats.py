"""NATS with JetStream from its wheel: every message is on disk before it is acknowledged."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from services.stack import probing, wheels
from services.stack.child import Child
from services.stack.ports import HOST

MAX_PAYLOAD = 256 * 1024
"""Bytes; an event body is limited to 64 KB where it is written, so no fact can jam the relay."""


def configuration(folder: Path, port: int, name: str, user: str, password: str) -> dict[str, object]:
    """The server's settings, as the file will hold them (JSON is valid NATS configuration)."""
    return {
        "server_name": name,
        "host": HOST,
        "port": port,
        "max_payload": MAX_PAYLOAD,
        "authorization": {"user": user, "password": password},
        "jetstream": {
            "store_dir": str(folder),
            # The default flushes every two minutes: a machine that loses power would lose acknowledged facts.
            "sync_interval": "always",
            "max_memory_store": 64 * 1024 * 1024,
            "max_file_store": 8 * 1024 * 1024 * 1024,
        },
    }


def child(folder: Path, port: int, name: str, password: str, log: Path, environment: Mapping[str, str]) -> Child:
    """The server on `port`; it counts as ready when it greets with `name` and has JetStream on."""
    folder.mkdir(mode=0o700, exist_ok=True)
    file = folder / "nats.conf"
    file.touch(mode=0o600)
    file.write_text(json.dumps(configuration(folder / "jetstream", port, name, "residency", password), indent=1))

    async def ready(_pid: int) -> bool:
        return probing.nats_name(await probing.first_line(port)) == name

    command = [str(wheels.program("nats-server", "NATS")), "-c", str(file)]
    return Child(name="nats", command=command, environment=environment, log=log, ready=ready, last=True)


def url(port: int, password: str) -> str:
    """How clients reach it."""
    return f"nats://residency:{password}@{HOST}:{port}"
