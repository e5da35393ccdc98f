"""The solver in processes of its own: the service goes on serving, and a solver that dies takes nothing with it."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable
from datetime import date

from services.faculty.domain.assignment import Placed, Problem, components, joined, to_json

AT_ONCE = 2
"""Processes at most, whatever the machine has."""


class SolverFailed(RuntimeError):
    """A solver's process ended without an answer, or its answer breaks a hard rule (ASG-12)."""


async def solve_beside(problem: Problem, progress: Callable[[int], Awaitable[None]]) -> list[Placed]:
    """A proposal for every demand, in order of month, department and trainee; `progress` is told per cent (0 to 99).

    Parts that share no teacher are solved beside each other. Raises SolverFailed, and what `progress`
    raises; however it ends, its processes end with it.
    """
    shares = await asyncio.to_thread(_shares, problem)
    total = max(1, len(problem.demands))
    done = [0] * len(shares)

    async def one(number: int, share: Problem) -> list[Placed]:
        async def told(count: int) -> None:
            done[number] = count
            await progress(min(99, sum(done) * 100 // total))

        return await _process(share, told)

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(number, share)) for number, share in enumerate(shares)]
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from failed
    return await asyncio.to_thread(_sorted, [task.result() for task in tasks])


def _shares(problem: Problem) -> list[Problem]:
    """The problem's parts in as many shares as there are processes, of about the same size."""
    bins: list[list[Problem]] = [[] for _ in range(min(AT_ONCE, os.cpu_count() or 1))]
    for part in components(problem):
        min(bins, key=lambda own: sum(len(each.demands) for each in own)).append(part)
    return [joined(own, problem.cap) for own in bins if own]


async def _process(problem: Problem, told: Callable[[int], Awaitable[None]]) -> list[Placed]:
    loop, counts = asyncio.get_running_loop(), asyncio.Queue[int | None]()
    child = _Child()
    work = asyncio.ensure_future(
        asyncio.to_thread(child.run, problem, lambda count: loop.call_soon_threadsafe(counts.put_nowait, count))
    )
    work.add_done_callback(lambda _: counts.put_nowait(None))
    try:
        while (count := await counts.get()) is not None:
            await told(count)
        return await work
    finally:
        child.kill()
        await asyncio.wait({work})


class _Child:
    """A solver's process, led by a thread of ours.

    The loop's own way to start processes forks, and in the middle of gRPC's threads that loses pipes now and then;
    `Popen` does not copy this process at all (vfork).
    """

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._killed = False
        self._lock = threading.Lock()

    def run(self, problem: Problem, tell: Callable[[int], object]) -> list[Placed]:
        """Solve it, telling how many cells are done. Raises SolverFailed."""
        content = json.dumps(to_json(problem)).encode()
        with self._lock:
            if self._killed:
                raise SolverFailed("ended before it began")
            self._process = subprocess.Popen(
                [sys.executable, "-m", "services.faculty.solver"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        with self._process as process:
            try:
                return self._talk(process, content, tell)
            except OSError as error:
                raise SolverFailed("ended early") from error
            finally:
                process.kill()

    def _talk(self, process: subprocess.Popen[bytes], content: bytes, tell: Callable[[int], object]) -> list[Placed]:
        if process.stdin is None or process.stdout is None:
            raise SolverFailed("no pipes")
        process.stdin.write(content)
        process.stdin.close()
        for line in process.stdout:
            said = json.loads(line)
            if "done" in said:
                tell(said["done"])
            elif said["broken"]:
                raise SolverFailed("a hard rule is broken: " + said["broken"][0])
            else:
                return _placed(said["placed"])
        raise SolverFailed("ended without an answer")

    def kill(self) -> None:
        """End it, if it has not ended; its thread comes back then."""
        with self._lock:
            self._killed = True
            if self._process is not None and self._process.poll() is None:
                self._process.kill()


def _placed(rows: list[tuple[str, str, int, str, str]]) -> list[Placed]:
    return [
        Placed((trainee, code, date.fromordinal(month)), teacher, reason)
        for trainee, code, month, teacher, reason in rows
    ]


def _sorted(answers: list[list[Placed]]) -> list[Placed]:
    return sorted((each for own in answers for each in own), key=lambda each: (each.key[2], each.key[1], each.key[0]))
