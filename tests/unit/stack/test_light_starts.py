"""What a start of the product's processes loads, and what has to wait until somebody needs it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from services.stack import nursery, processes

ROOT = Path(__file__).parents[3]
HEAVY = {"highspy", "numpy", "openpyxl", "xlsxwriter", "typst", "PIL", "obstore", "defusedxml"}


@pytest.fixture(scope="module")
def loaded() -> set[str]:
    """What a new Python has loaded after importing the code of every process."""
    path = [str(ROOT), str(ROOT / "protos" / "gen")]
    program = f"import sys; sys.path[:0] = {path}; import {', '.join(processes.MODULES.values())}; print(*sys.modules)"
    return set(
        subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    )


def test_no_process_loads_at_its_start_what_is_heavy_and_seldom_needed(loaded: set[str]) -> None:
    assert "services.faculty.handlers.orphaning" in loaded
    assert set() == HEAVY & loaded


def test_every_contract_that_processes_speak_is_loaded_once_for_all(loaded: set[str]) -> None:
    spoken = {name for name in loaded if name.startswith("residency.") and name.endswith(("_pb2", "_pb2_grpc"))}
    assert "residency.faculty.v1.batch_service_pb2_grpc" in spoken
    assert spoken <= set(nursery.contracts())
