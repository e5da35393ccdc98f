"""REST-04: every command line of docs/api.md works as it stands there, on a running stack with the sandbox."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from services.drills.ground import Stack, environment
from services.stack import demo

pytestmark = pytest.mark.e2e
ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "api.md"
_BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_the_guide_runs_as_it_stands(stack: Stack, tmp_path: Path) -> None:
    command = stack.residency("sandbox", "--day", "10m", "--json")
    out, talk = command.communicate(timeout=120)
    assert command.returncode == 0, f"{out}\n{talk}"
    cycle = json.loads(out)["cycle_id"]
    program = tmp_path / "residency"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m services.cli "$@" --data {stack.data}\n')
    program.chmod(0o755)
    blocks = _BLOCK.findall(GUIDE.read_text(encoding="utf-8"))
    script = "\n".join(f"echo; echo '== {number}'\n{block}" for number, block in enumerate(blocks))
    told = environment() | {
        "PORTAL": f"http://127.0.0.1:{stack.port}",
        "PASSWORD": demo.password(stack.state()),
        "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}",
        "no_proxy": "127.0.0.1",
    }
    run = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script], env=told, cwd=ROOT, capture_output=True, text=True, timeout=200
    )
    assert run.returncode == 0, f"{run.stdout}\n{run.stderr}"
    answers = re.split(r"^== \d+$", run.stdout, flags=re.MULTILINE)
    whole = run.stdout
    assert '"login":"sb.applicant"' in whole
    assert cycle in whole, "the newest year is the sandbox's"
    assert "Traceback" not in run.stderr
    once, again = re.findall(r'\{"application":\{"application_id":"([^"]+)"[^\n]*"state":"draft"', whole)[:2]
    assert once == again, "the retry was answered with the first answer"
    assert "STALE_VERSION" in answers[-2]
    assert '"reason": "ROLE_NOT_ALLOWED"' in answers[-1]
    assert "Your role" in answers[-1]
