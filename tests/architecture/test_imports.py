"""The import contracts hold, and break as soon as a service imports another."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def lint(root: Path) -> subprocess.CompletedProcess[str]:
    command = Path(sys.executable).with_name("lint-imports")
    path = os.pathsep.join([str(root), str(root / "protos" / "gen")])
    return subprocess.run(
        [command, "--no-cache"], cwd=root, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True
    )


def copied(target: Path) -> Path:
    for name in ("services", "workflows", "protos"):
        shutil.copytree(ROOT / name, target / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / ".importlinter", target)
    return target


def test_the_contracts_hold() -> None:
    linted = lint(ROOT)
    assert linted.returncode == 0, linted.stdout


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        (
            "services/enrollment/handlers/running.py",
            "import services.identity.handlers",
            "Services do not import each other",
        ),
        ("services/portal/clients.py", "import services.kit.database", "The portal reaches no database"),
        ("services/kit/errors.py", "import services.notify.domain", "The kit knows no service"),
        ("services/enrollment/domain/application.py", "import sqlalchemy", "Domains are pure"),
        ("workflows/worker.py", "import services.enrollment.store", "Workflows know services only through"),
    ],
)
def test_a_forbidden_import_is_found(tmp_path: Path, module: str, line: str, contract: str) -> None:
    root = copied(tmp_path)
    broken = root / module
    broken.write_text(f"{line}\n{broken.read_text()}")

    linted = lint(root)

    assert linted.returncode != 0
    verdict = next(row for row in linted.stdout.splitlines() if row.startswith(contract))
    assert "BROKEN" in verdict
