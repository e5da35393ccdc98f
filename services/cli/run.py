"""Runs one process: `python -m services.cli.run NAME`, without the command line's own libraries.

This is what the embedded stack and a container start; `residency run NAME` is the same for people.
"""

from __future__ import annotations

import asyncio
import gc
import os
import sys
from collections.abc import Callable
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

from services.stack.processes import MODULES

if TYPE_CHECKING:
    from services.kit.settings import Settings

LUXURIES = ("rich", "psutil")
"""Libraries that structlog and OpenTelemetry load when they find them, for colours and facts that a service never
shows: a tenth of a second of every start, and ten megabytes."""


def run(name: str) -> int:
    """Serve the process `name` until SIGTERM; returns its exit code. Settings come from `RESIDENCY_*`.

    2 when they make no process: what is wrong with each is said on a line.
    """
    module = _load(MODULES[name])
    # The services bring what follows; a wrong name needs none of it.
    from services.kit import process  # noqa: PLC0415
    from services.kit.environment import Unusable  # noqa: PLC0415

    settings = _settings(module)
    if settings is None:
        return 2

    async def serve() -> None:
        await process.serve(name, module.parts(settings), settings)

    try:
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            runner.run(serve())
    except Unusable as error:
        _say(str(error))
        return 2
    return 0


def _settings(module: ModuleType) -> Settings | None:
    """The settings of a process; None, after telling why, when they are wrong."""
    from pydantic import ValidationError  # noqa: PLC0415

    from services.cli.setting_classes import classes  # noqa: PLC0415
    from services.kit import environment  # noqa: PLC0415

    problems = environment.strangers(os.environ, module.SETTINGS, lambda: classes().values())
    try:
        settings: Settings = module.SETTINGS()
    except ValidationError as error:
        for problem in error.errors():
            field = "_".join(str(part) for part in problem["loc"]).upper()
            problems.append(f"RESIDENCY_{field}: {problem['msg']}" if field else problem["msg"])
    else:
        problems += settings.contradictions()
    for line in problems:
        _say(line)
    return None if problems else settings


def _say(line: str) -> None:
    print(f"residency: {line}", file=sys.stderr)


def leave_out_luxuries() -> None:
    """Make LUXURIES look as if they were not installed, which their users expect."""
    for luxury in LUXURIES:
        sys.modules.setdefault(luxury, None)  # type: ignore[arg-type]  # a documented value the stub does not know


def _load(module: str) -> ModuleType:
    """Import a process's code, which is most of its start, as cheaply as that goes."""
    leave_out_luxuries()
    # Imports make much that stays and little that goes: collecting in between finds nothing.
    gc.disable()
    loaded = import_module(module)
    gc.freeze()
    gc.enable()
    return loaded


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """The faster event loop where there is one."""
    if sys.platform == "win32":
        return None
    import uvloop  # noqa: PLC0415  (not on Windows)

    return uvloop.new_event_loop


def main() -> None:
    """Entry point."""
    names = sys.argv[1:]
    if len(names) != 1 or names[0] not in MODULES:
        print(f"residency: name one process: {', '.join(MODULES)}", file=sys.stderr)
        sys.exit(2)
    sys.exit(run(names[0]))


if __name__ == "__main__":
    main()
