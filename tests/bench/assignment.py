"""What 自动分配 costs for a large base: `python -m tests.bench.assignment`.

A proposal is begun, worked out beside the service and committed on a real database, with the figures of the largest
base we know of: 2 000 trainees × 24 months × 40 departments × 600 teachers. Prints how long each step took, how long
the service's own loop stood still meanwhile, the spread of loads, what the independent checker says, and the solver's
time as a ratio to that of the bare linear programmes in it. `--shared 0.1` lets a tenth of the teachers serve two
departments, so that nothing can be solved apart.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, date, datetime

import uvloop
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from services.faculty.core import Core
from services.faculty.directory import Organisation, Places
from services.faculty.domain.assignment import Placed, Problem, spreads
from services.faculty.domain.assignment_check import broken
from services.faculty.handlers.proposals import Proposals
from services.faculty.handlers.proposing import Proposing
from services.faculty.solver import months as solver
from services.faculty.solver.beside import solve_beside
from services.faculty.solver.network import Floats, Ints, Network
from services.kit.database import Database
from services.kit.domain import Caller
from services.kit.ids import new_id
from tests.support import postgres
from tests.support.faculty import At, core_of
from tests.support.faculty_assignment import made_up

BASE = "SD-QILU"
TEACHER = (
    "INSERT INTO appointment (appointment_id, person_id, name, base_code, department_code, extra_departments, state,"
    " from_day, until_day, ends_on, created_at)"
    " SELECT gen_random_uuid(), p, '', $1, d, e::text[], 'active', $5, $6, $6, now()"
    " FROM unnest($2::uuid[], $3::text[], $4::text[]) AS t (p, d, e)"
)
TRAINEE = (
    "INSERT INTO trainee (trainee_id, person_id, name, base_code, application_id, cohort, state, arrived_at)"
    " SELECT t, p, '', $1, t::text, 2025, 'active', now() FROM unnest($2::uuid[], $3::uuid[]) AS x (t, p)"
)
ROTATION = "INSERT INTO rotation SELECT * FROM unnest($1::uuid[], $2::date[], $3::date[], $4::text[])"


class Timed(Network):
    """A network that tells how long its bare programmes took."""

    seconds = 0.0
    programmes = 0

    def _minimise(self, cost: Ints) -> Floats:
        began = time.perf_counter()
        found = super()._minimise(cost)
        Timed.seconds += time.perf_counter() - began
        Timed.programmes += 1
        return found


class Standstill:
    """The longest time for which the loop did nothing else."""

    def __init__(self) -> None:
        self.longest = 0.0
        self._task = asyncio.create_task(self._look())

    async def _look(self) -> None:
        while True:
            began = time.perf_counter()
            await asyncio.sleep(0.005)
            self.longest = max(self.longest, time.perf_counter() - began - 0.005)

    async def end(self) -> float:
        self._task.cancel()
        await asyncio.wait({self._task})
        return self.longest


async def fill(database: Database, whole: Problem) -> None:
    """The problem's people and plans as rows."""
    extra = ["{" + ",".join(sorted(each.departments - {each.primary})) + "}" for each in whole.teachers]
    span = whole.teachers[0].terms[0].span
    people = [each.person_id for each in whole.teachers]
    primaries = [each.primary for each in whole.teachers]
    await database.execute(TEACHER, BASE, people, primaries, extra, span.from_day, span.until_day)
    trainees = {each.trainee_id: each.who for each in whole.demands}
    await database.execute(TRAINEE, BASE, list(trainees), list(trainees.values()))
    stays: list[tuple[str, date, date, str]] = []
    for each in whole.demands:
        days = each.days[0]
        last = stays[-1] if stays else None
        if (
            last
            and (last[0], last[3]) == (each.trainee_id, each.department_code)
            and last[2].toordinal() + 1 == (days.from_day.toordinal())
        ):
            stays[-1] = (last[0], last[1], days.until_day, last[3])
        else:
            stays.append((each.trainee_id, days.from_day, days.until_day, each.department_code))
    for start in range(0, len(stays), 5000):
        await database.execute(ROTATION, *(list(column) for column in zip(*stays[start : start + 5000], strict=True)))
    await database.execute("ANALYZE")


async def run(whole: Problem, url: str, console: Console) -> None:
    """Everything, and the figures."""
    database = Database(url, name="assignment", pool_size=4)
    await database.start()
    core: Core = core_of(database, At(datetime(2026, 3, 2, 4, tzinfo=UTC)))
    codes = sorted({each.department_code for each in whole.demands})
    core.directory.places = Places(
        [
            Organisation("37", "省", "province"),
            Organisation(BASE, "基地", "base", "37"),
            *(Organisation(code, code, "department", BASE) for code in codes),
        ]
    )
    await database.execute(
        "INSERT INTO faculty_policy (organisation_code, edition, content, set_at) VALUES ($1, 1, $2::jsonb, now())",
        *(BASE, f'{{"cap": {whole.cap}}}'),
    )
    await fill(database, whole)
    months = (min(each.month for each in whole.demands), max(each.month for each in whole.demands))
    office = Caller(new_id(), "teaching_department", BASE)
    proposals = Proposals(core)
    given: list[tuple[Problem, list[Placed]]] = []
    with Progress(
        TextColumn("自动分配"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
        console=console,
    ) as bar:
        task = bar.add_task("", total=100)

        async def shown(problem: Problem, progress: Callable[[int], Awaitable[None]]) -> list[Placed]:
            async def told(percent: int) -> None:
                bar.update(task, completed=percent)
                await progress(percent)

            placed = await solve_beside(problem, told)
            given.append((problem, placed))
            return placed

        proposal = await proposals.propose(office, (), months, new_id())
        still, began = Standstill(), time.perf_counter()
        await Proposing(core, solver=shown).work_all()
        worked = time.perf_counter() - began
        stood = await still.end()
        bar.update(task, completed=100)
    read = (await proposals.read(office, proposal.proposal_id, 50, 0)).proposal
    still, began = Standstill(), time.perf_counter()
    await proposals.commit(office, proposal.proposal_id, read.version, new_id())
    committed = time.perf_counter() - began
    problem, placed = given[0]
    _print(console, problem, placed, worked, stood, committed, await still.end())
    stored = await database.fetchval("SELECT count(*) FROM cell WHERE teacher_id IS NOT NULL")
    assert stored == sum(bool(each.teacher_id) for each in placed), (stored, read.state)
    await database.stop()


def _print(
    console: Console,
    problem: Problem,
    placed: list[Placed],
    worked: float,
    stood: float,
    committed: float,
    stood_at_commit: float,
) -> None:
    Timed.seconds, Timed.programmes = 0.0, 0
    setattr(solver, "Network", Timed)  # noqa: B010 (a timer in its place)
    try:
        began = time.perf_counter()
        again = solver.solve(problem)
        alone = time.perf_counter() - began
    finally:
        setattr(solver, "Network", Network)  # noqa: B010
    wrong = broken(problem, placed)
    apart = Counter(each.most - each.least for each in spreads(problem, placed) if each.teachers)
    departed = problem.teachers[0].person_id
    before = {each.key: each.teacher_id for each in placed}
    since = solver.solve(
        replace(
            problem,
            teachers=problem.teachers[1:],
            demands=tuple(
                replace(each, present="" if before[each.key] == departed else before[each.key])
                for each in problem.demands
            ),
        )
    )
    touched = sum(bool(before[each.key]) and before[each.key] not in (departed, each.teacher_id) for each in since)
    table = Table(show_header=False)
    rows: list[tuple[str, str]] = [
        ("cells", f"{len(problem.demands)}, of which filled {sum(bool(each.teacher_id) for each in placed)}"),
        ("from the beginning to the preview", f"{worked:.1f} s"),
        ("longest standstill of the service meanwhile", f"{stood * 1000:.0f} ms"),
        ("commit", f"{committed:.2f} s, standstill {stood_at_commit * 1000:.0f} ms"),
        ("solver alone in one process", f"{alone:.1f} s"),
        ("bare linear programmes in it", f"{Timed.seconds:.1f} s, {Timed.programmes} of them"),
        ("ratio", f"{alone / Timed.seconds:.2f}"),
        ("hard rules broken", str(len(wrong))),
        ("the same answer again", "yes" if again == placed else "NO"),
        ("months of departments by spread of loads", ", ".join(f"{n}: {apart[n]}" for n in sorted(apart))),
        ("others changed when one teacher departs", str(touched)),
        ("reasons", ", ".join(f"{name} {count}" for name, count in Counter(e.reason for e in placed).most_common())),
    ]
    for row in rows:
        table.add_row(*row)
    console.print(table)


def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name, usual in (("trainees", 2000), ("months", 24), ("departments", 40), ("teachers", 600), ("cap", 4)):
        parser.add_argument(f"--{name}", type=int, default=usual)
    parser.add_argument("--shared", type=float, default=0.0)
    asked = parser.parse_args()
    console = Console()
    sizes = (asked.trainees, asked.months, asked.departments, asked.teachers, asked.cap)
    server = postgres.create_server()
    try:
        console.print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")
        uvloop.run(run(made_up(*sizes, shared=asked.shared), server.database("faculty"), console))
    finally:
        postgres.remove_server(server)


if __name__ == "__main__":
    main()
