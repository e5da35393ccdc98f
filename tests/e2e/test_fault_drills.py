"""OPS-98, OPS-99: `residency drill faults` as an operator types it, with three quick faults and no season."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from services.drills.faults import record
from services.drills.ground import environment

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]


def test_ops_98_faults_are_done_survived_and_recorded(tmp_path: Path) -> None:
    kept = tmp_path / "reliability.json"
    command = [sys.executable, "-m", "services.cli", "drill", "faults", "--only", "7,9,11", "--no-season"]
    done = subprocess.run(
        [*command, "--seed", "3", "--json", "--record", str(kept)],
        capture_output=True,
        text=True,
        env=environment(),
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    told = json.loads(done.stdout)
    assert told["ok"]
    assert [(each["number"], each["survived"]) for each in told["faults"]] == [(7, True), (9, True), (11, True)]
    assert "seed 3" in done.stderr
    assert kept.with_suffix(".md").read_text(encoding="utf-8") == record.told(record.read(kept))
