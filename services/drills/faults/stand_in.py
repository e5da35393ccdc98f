"""Another in a process's place: the same settings and ports, but other code, or another clock."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from importlib.util import find_spec
from pathlib import Path

from services.drills.faults.ground import Ground
from services.stack import handing, links, processes, servers
from services.stack.child import dies_with_parent
from services.stack.problems import StackFailure

STOP_SECONDS = 20.0
_RUN = "import sys; from services.cli import run; sys.exit(run.run({process!r}))"


@asynccontextmanager
async def stand_in(
    ground: Ground, name: str, *, before: str = "", code: Path | None = None, told: Mapping[str, str] | None = None
) -> AsyncIterator[subprocess.Popen[bytes]]:
    """Inside, `name` is down and another runs in its place; afterwards it is there again, and ready.

    The other one runs the Python in `before` first, finds packages in the folder `code` first, and is `told` settings
    beside those of the process.
    """
    running = ground.stack.state()
    given = {server: servers.url(server, running) for server in servers.VARIABLES}
    settings = processes.environment(name, ground.stack.data, running, given, ground.stack.port)
    settings = handing.as_files(ground.stack.data, processes.service(name), links.through(name, settings, running))
    if code is not None:
        settings["PYTHONPATH"] = os.pathsep.join([str(code), settings["PYTHONPATH"]])
    log = ground.stack.data / "logs" / f"{name}.stand-in.log"
    async with ground.down(name):
        with log.open("ab") as file:
            other = subprocess.Popen(  # noqa: ASYNC220, S603 (it outlives this call)
                [sys.executable, "-c", f"{before}\n{_RUN.format(process=processes.service(name))}"],
                env={**settings, **(told or {})},
                cwd=ground.stack.data,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                preexec_fn=dies_with_parent(signal.SIGKILL, os.getpid()),
            )
        try:
            yield other
        finally:
            _end(other)


def changed(package: str, folder: Path, changes: Mapping[str, tuple[str, str]]) -> Path:
    """A folder with a copy of `package` in which each file had one text replaced by another.

    Raises StackFailure where the text is not there once: then the code has become another, and the drill has to follow.
    """
    found = find_spec(package)
    places = list(found.submodule_search_locations or []) if found is not None else []
    if not places:
        raise StackFailure(f"the package {package} is not to be found")
    copy = folder / package
    shutil.copytree(places[0], copy, ignore=shutil.ignore_patterns("__pycache__"))
    for name, (old, new) in changes.items():
        text = (copy / name).read_text(encoding="utf-8")
        if text.count(old) != 1:
            raise StackFailure(f"{package}/{name} holds {text.count(old)} times what the drill changes in it: {old!r}")
        (copy / name).write_text(text.replace(old, new), encoding="utf-8")
    return folder


def _end(other: subprocess.Popen[bytes]) -> None:
    other.terminate()
    try:
        other.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        other.kill()
        other.wait()
