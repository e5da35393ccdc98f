"""Temporal's development server from its wheel, with its web page, on a SQLite file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from services.kit.settings import Settings
from services.stack import probing, wheels
from services.stack.child import Child
from services.stack.ports import HOST

NAMESPACE: str = Settings.model_fields["temporal_namespace"].default
"""The processes of the embedded stack use the settings' own default."""


def child(folder: Path, port: int, ui_port: int, log: Path, environment: Mapping[str, str]) -> Child:
    """The server on `port` with its page on `ui_port`; ready when both accept connections."""
    folder.mkdir(mode=0o700, exist_ok=True)
    command = [str(wheels.program("temporal", "Temporal")), "server", "start-dev", "--headless=false"]
    command += ["--ip", HOST, "--port", str(port), "--ui-ip", HOST, "--ui-port", str(ui_port)]
    command += ["--db-filename", str(folder / "temporal.sqlite"), "--log-level", "warn"]
    # About four times faster than without, and as durable against a killed process.
    command += ["--sqlite-pragma", "journal_mode=wal"]
    # Known from the first moment: one that is registered later takes the server seconds to serve.
    command += ["--namespace", NAMESPACE]

    async def ready(_pid: int) -> bool:
        return await probing.accepts(port) and await probing.accepts(ui_port)

    # It reads and writes settings in the home directory, which may not exist or not be ours.
    home = {**environment, "HOME": str(folder), "TEMPORAL_ENV_FILE": str(folder / "env.yaml")}
    return Child(name="temporal", command=command, environment=home, log=log, ready=ready, last=True)
