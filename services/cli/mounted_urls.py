"""OPS-89: URLs of databases that a command is given as mounted files, `RESIDENCY_<SERVICE>_DATABASE_URL_FILE`."""

from __future__ import annotations

from collections.abc import MutableMapping
from pathlib import Path

from services.cli import output
from services.stack.databases import SERVICES


def take(environment: MutableMapping[str, str]) -> None:
    """Put what the files hold where commands look for it; a variable that is set itself counts more.

    Ends the command (usage) when a file cannot be read.
    """
    for service in SERVICES:
        name = f"RESIDENCY_{service.upper()}_DATABASE_URL"
        file = environment.get(f"{name}_FILE")
        if not file or environment.get(name):
            continue
        try:
            environment[name] = Path(file).read_text(encoding="utf-8").strip()
        except OSError as error:
            output.fail(f"{name}_FILE: cannot read {file}: {error.strerror}", output.USAGE)
