"""OPS-85: a newcomer does literally what docs/operations/install.md says, and each command works.

Only what setting up would download is not downloaded again: `make` is asked what it would do, and `residency`
is this code on a free port, in the folder of a clone made as the page says.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

from services.drills.ground import environment
from services.stack import ports
from tests.support import pages, servers
from tests.support.pages import ROOT, Block
from tests.support.wait import until

pytestmark = pytest.mark.e2e
PAGE = pages.OPERATIONS / "install.md"
FIRST = "first terminal"


class Newcomer:
    """Two terminals in a folder; the second one remembers where it is, as a shell does."""

    def __init__(self, folder: Path) -> None:
        self.port = ports.take(set())
        self.log = folder / "first-terminal.log"
        self._programs = folder / "programs"
        self._programs.mkdir()
        self.place = folder
        self._first: subprocess.Popen[bytes] | None = None
        # The clone is what was committed; what runs is the code under test, wherever one stands.
        self._environment = environment() | {"PYTHONSAFEPATH": "1", "SOURCE": str(ROOT), "no_proxy": "localhost"}
        self._program(
            "residency", f'[ "$1" = up ] && set -- "$@" --port {self.port}\nexec {sys.executable} -m services.cli "$@"'
        )
        self._program(
            "make",
            f'{shutil.which("make")} --dry-run --always-make PYTHON={sys.executable} "$@" || exit 1\n'
            f"mkdir -p .venv/bin && echo 'PATH={self._programs}:$PATH' > .venv/bin/activate",
        )
        self._environment["PATH"] = f"{self._programs}{os.pathsep}{os.environ['PATH']}"

    def does(self, block: Block) -> str:
        """Do what a block says, in the terminal it names; what was printed."""
        text = block.text.replace("localhost:8080", f"localhost:{self.port}")
        if block.more != FIRST:
            return self._second_terminal(text)
        if block.language == "sh":
            self._starts(text)
        else:
            assert block.text.strip() == "Ctrl-C"
            self._stops()
        return self.output()

    def output(self) -> str:
        """What the first terminal shows."""
        return self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""

    def leave(self) -> None:
        """End what still runs in the first terminal."""
        if self._first is not None and self._first.poll() is None:
            self._first.terminate()
            self._first.wait(30)

    def _second_terminal(self, text: str) -> str:
        after = self._programs / "where"
        script = f"{text}\npwd > {after}\n"
        run = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            *(),
            cwd=self.place,
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert run.returncode == 0, f"{text}\n{run.stdout}\n{run.stderr}\n{self.output()}"
        assert "Traceback" not in run.stderr
        self.place = Path(after.read_text().strip())
        return run.stdout

    def _starts(self, text: str) -> None:
        assert self._first is None
        before = self.output().count("residency is ready")
        with self.log.open("ab") as log:
            self._first = self._opened(f"exec {text}", log)
        until(lambda: self.output().count("residency is ready") > before or self._ended(), "the stack is ready", 90)
        assert not self._ended(), self.output()

    def _opened(self, text: str, log: IO[bytes]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            ["bash", "-c", text],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=self.place,
            env=self._environment,
            start_new_session=True,
            preexec_fn=servers.dies_with_parent(signal.SIGTERM),
        )

    def _ended(self) -> bool:
        return self._first is None or self._first.poll() is not None

    def _stops(self) -> None:
        assert self._first is not None
        self._first.send_signal(signal.SIGINT)
        assert self._first.wait(30) == 0, self.output()
        self._first = None

    def _program(self, name: str, text: str) -> None:
        file = self._programs / name
        file.write_text(f"#!/bin/sh\n{text}\n")
        file.chmod(0o755)


@pytest.fixture
def newcomer() -> Iterator[Newcomer]:
    # Not pytest's own folder: as root PostgreSQL runs as somebody else, who cannot enter that.
    folder = Path(tempfile.mkdtemp(prefix="residency-install-"))
    folder.chmod(0o755)
    somebody = Newcomer(folder)
    try:
        yield somebody
    finally:
        somebody.leave()
        shutil.rmtree(folder, ignore_errors=True)


def test_ops_85_a_newcomer_does_what_the_page_says(newcomer: Newcomer) -> None:
    said = [(block, newcomer.does(block)) for block in pages.blocks(PAGE.read_text(encoding="utf-8"))]
    whole = "\n".join(printed for _, printed in said)
    for words in (
        *(
            "2 bases, 0 departments: is right",
            "2 bases, 0 departments: 3 new or renamed",
            "2 people, the list is right",
        ),
        *("base_administrator of X1-ONE: invited", "; code ", "the portal answers 200", "  whole"),
    ):
        assert words in whole, f"{words} is not in\n{whole}"
    created = re.findall(r"created as (\S+)", whole)
    shown = [printed for block, printed in said if "residency cycle show" in block.text]
    assert len(created) == 1
    assert len(shown) == 2
    assert all(created[0] in printed for printed in shown), "the year went on where it stood"
    assert not newcomer.place.joinpath("residency").exists(), "nothing is left"
