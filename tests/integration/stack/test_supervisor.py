"""The supervisor on real child processes (OPS-32)."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.stack import restarts, state
from services.stack.child import Child
from services.stack.problems import StackFailure
from services.stack.state import State
from services.stack.supervisor import Supervisor
from tests.support.wait import eventually

WAITS = "import signal; open({mark!r}, 'a').write('x'); signal.pause()"
DEAF = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n{WAITS}\nwhile True: signal.pause()"
FAILS = "raise SystemExit('the cause')"


class Watched:
    """A supervisor whose lines and process ids are written down."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lines: list[str] = []
        self.pids: dict[str, int] = {}
        self.deaths: dict[str, int] = {}
        self.supervisor = Supervisor(
            self.lines.append, self._changed, lambda name, pid: restarts.take(folder, name, pid)
        )

    def _changed(self, name: str, pid: int, deaths: int) -> None:
        self.pids[name] = pid
        self.deaths[name] = deaths

    def child(self, name: str, code: str, *, last: bool = False) -> Child:
        """A Python child that is ready once it has written its mark for the present life."""
        mark = self.folder / f"{name}.mark"

        async def ready(_pid: int) -> bool:
            return mark.exists() and len(mark.read_text()) > self.deaths.get(name, 0)

        return Child(
            name=name,
            command=[sys.executable, "-c", code.format(mark=str(mark))],
            environment=dict(os.environ),
            log=self.folder / f"{name}.log",
            ready=ready,
            last=last,
        )


@pytest.fixture
async def watched(tmp_path: Path) -> AsyncIterator[Watched]:
    watched = Watched(tmp_path)
    yield watched
    watched.supervisor.kill()
    await watched.supervisor.stop()


async def test_a_killed_child_comes_back_and_it_is_said(watched: Watched) -> None:
    watched.supervisor.start(watched.child("one", WAITS))
    await watched.supervisor.ready("one")
    first = watched.pids["one"]

    os.kill(first, signal.SIGKILL)

    async def back() -> bool:
        return any("ready again" in line for line in watched.lines)

    await eventually(back, "the child is ready again")
    assert watched.lines[0] == "one died (signal 9, SIGKILL); restarting in 0.2 s"
    assert watched.pids["one"] != first
    assert watched.deaths["one"] == 1


async def test_stopping_leaves_no_child_not_even_a_deaf_one(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.stack.supervisor.PROCESS_GRACE", 0.2)
    watched.supervisor.start(watched.child("willing", WAITS))
    watched.supervisor.start(watched.child("deaf", DEAF))
    await watched.supervisor.ready("willing", "deaf")

    await watched.supervisor.stop()

    assert not [name for name, pid in watched.pids.items() if pid and _exists(pid)]
    assert watched.lines == ["deaf did not stop in 0 s and was killed"]


async def test_a_child_that_is_ended_stays_away_and_the_others_stay(watched: Watched) -> None:
    ends = f"import sys; signal.signal(signal.SIGTERM, lambda *_: sys.exit(3)); {WAITS}"
    watched.supervisor.start(watched.child("one", f"import signal; {ends}"))
    watched.supervisor.start(watched.child("other", WAITS))
    await watched.supervisor.ready("one", "other")

    assert await watched.supervisor.end("one") == 3

    assert not _exists(watched.pids["one"])
    assert _exists(watched.pids["other"])
    assert watched.lines == []


async def test_a_child_that_never_starts_is_given_up_with_its_own_words(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.stack.supervisor.FIRST_PAUSE", 0.01)
    watched.supervisor.start(watched.child("broken", FAILS))

    with pytest.raises(StackFailure, match=r"broken does not become ready: the cause \(log: .*broken\.log\)"):
        await watched.supervisor.ready("broken")


async def test_children_die_with_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    mark = tmp_path / "pid"
    code = f"""
import asyncio, os, sys
from pathlib import Path
from services.stack.child import Child
from services.stack.supervisor import Supervisor
async def never(pid): return False
async def main():
    supervisor = Supervisor(print, lambda name, pid, deaths: Path({str(mark)!r}).write_text(str(pid)))
    command = [sys.executable, "-c", "import signal; signal.pause()"]
    supervisor.start(Child("one", command, dict(os.environ), Path(os.devnull), never))
    await asyncio.Event().wait()
asyncio.run(main())
"""
    path = os.pathsep.join(sys.path)
    parent = await asyncio.create_subprocess_exec(sys.executable, "-c", code, env={**os.environ, "PYTHONPATH": path})

    async def started() -> int:
        return int(mark.read_text() or 0) if mark.exists() else 0

    child = await eventually(started, "the grandchild runs")
    parent.kill()
    await parent.wait()

    async def gone() -> bool:
        return not _exists(child)

    await eventually(gone, "the grandchild has died too")


def _exists(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


async def test_ops_32_a_wanted_restart_is_no_death_and_is_not_waited_for(
    watched: Watched, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.stack.supervisor.FIRST_PAUSE", 60.0)
    watched.supervisor.start(watched.child("one", WAITS))
    await watched.supervisor.ready("one")
    former = watched.pids["one"]
    state.save(tmp_path, State(pids=dict(watched.pids)))

    assert restarts.ask(tmp_path, "one") == former

    async def another() -> bool:
        return watched.pids["one"] not in (0, former)

    await eventually(another, "another process is there")
    assert watched.deaths["one"] == 0
    assert watched.lines == ["one is restarted"]
    assert not restarts.take(tmp_path, "one", former), "the wish was taken"


async def test_ops_32_a_death_after_a_restart_was_wanted_of_another_process_is_a_death(
    watched: Watched, tmp_path: Path
) -> None:
    watched.supervisor.start(watched.child("one", WAITS))
    await watched.supervisor.ready("one")
    (tmp_path / "restarts").mkdir()
    (tmp_path / "restarts" / "one").write_text("1")

    os.kill(watched.pids["one"], signal.SIGTERM)

    async def said() -> bool:
        return bool(watched.lines)

    await eventually(said, "the death is said")
    assert watched.lines == ["one died (signal 15, SIGTERM); restarting in 0.2 s"]
    assert watched.deaths["one"] == 1
