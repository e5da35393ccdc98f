"""How commands speak: results on stdout, talk and errors on stderr, one exit code for each kind of failure."""

from __future__ import annotations

import atexit
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from services.kit.domain import DomainError, Kind

DONE, FAILED, USAGE, NOT_NOW, NOT_FOUND, CONFLICT, UNAVAILABLE, TRY_AGAIN, INTERRUPTED = 0, 1, 2, 3, 4, 5, 69, 75, 130

EXIT_CODES = {
    Kind.INVALID: USAGE,
    Kind.NOT_NOW: NOT_NOW,
    Kind.NOT_FOUND: NOT_FOUND,
    Kind.CONFLICT: CONFLICT,
    Kind.UNAVAILABLE: UNAVAILABLE,
    Kind.EXHAUSTED: TRY_AGAIN,
}
"""Kind of failure → exit code; the others are 1."""

DataOption = Annotated[
    Path,
    typer.Option("--data", envvar="RESIDENCY_DATA_DIR", help="Directory of the embedded stack.", show_default=True),
]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON value on stdout, for programs.")]
DEFAULT_DATA = Path(".residency")


def fail(message: str, code: int = FAILED) -> NoReturn:
    """End the command with one line on stderr."""
    sys.stdout.flush()
    print(f"residency: {message}", file=sys.stderr)
    raise SystemExit(code)


def end(code: int | str | None) -> NoReturn:
    """End the process with `code` as `sys.exit` understands it, without taking the interpreter down.

    Threads of gRPC and Temporal that are not Python's own outlive `main`; one that comes back to an interpreter being
    taken down aborts the process (exit -6), after the command's work was done and told.
    """
    atexit._run_exitfuncs()
    if isinstance(code, str):
        print(code, file=sys.stderr)
    sys.stderr.flush()
    with suppress(BrokenPipeError):
        sys.stdout.flush()
    os._exit(code if isinstance(code, int) else FAILED if code else DONE)


def say(line: str) -> None:
    """One line of a command's result, at once."""
    print(line, flush=True)


def write_json(value: object) -> None:
    """One JSON value with readable Chinese."""
    print(json.dumps(value, ensure_ascii=False))


@contextmanager
def one_line_errors() -> Iterator[None]:
    """Turn expected failures into a line and an exit code; anything else is a bug and keeps its traceback."""
    try:
        yield
    except DomainError as error:
        fail(error.message or error.reason, EXIT_CODES.get(error.kind, FAILED))
    except BrokenPipeError:
        # The reader (`head`) has gone; keep Python from complaining again when it closes stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(DONE) from None
    except KeyboardInterrupt:
        fail("interrupted", INTERRUPTED)
