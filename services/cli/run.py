"""Runs one process: `python -m services.cli.run NAME`, without the command line's own libraries.

This is what the embedded stack and a container start; `residency run NAME` is the same for people.
"""

from __future__ import annotations

import asyncio
import gc
import sys
from collections.abc import Callable
from importlib import import_module
from types import ModuleType

from services.stack.processes import MODULES

LUXURIES = ("rich", "psutil")
"""Libraries that structlog and OpenTelemetry load when they find them, for colours and facts that a service never
shows: a tenth of a second of every start, and ten megabytes."""


def run(name: str) -> int:
    """Serve the process `name` until SIGTERM; returns its exit code. Settings come from `RESIDENCY_*`."""
    module = _load(MODULES[name])
    from pydantic import ValidationError  # noqa: PLC0415  (the services bring it; a wrong name needs none of it)

    try:
        settings = module.SETTINGS()
    except ValidationError as error:
        for problem in error.errors():
            field = "_".join(str(part) for part in problem["loc"]).upper()
            print(f"residency: RESIDENCY_{field}: {problem['msg']}", file=sys.stderr)
        return 2

    async def serve() -> None:
        from services.kit import process  # noqa: PLC0415  (after the service has loaded what it shares)

        await process.serve(name, module.parts(settings), settings)

    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(serve())
    return 0


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
