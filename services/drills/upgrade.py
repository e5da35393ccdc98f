"""OPS-63: a release and the one before it serve one season side by side, on one database, and nobody is refused for it.

The former release starts and a season begins; this one migrates the databases under it, starts beside it and stays
alone: the order of docs/operations/upgrade.md.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from services.drills import former_release
from services.drills.bare_ground import Bare, bare, plain_environment
from services.drills.ground import Options, Stack, environment
from services.drills.play import Play, judge, playing
from services.drills.report import Report
from services.stack import databases, demo, processes, state
from services.stack.up import PROVINCE

MIGRATE_AT, MEET_UNTIL = 0.1, 0.4
"""Shares of the season: when the databases are migrated, and until when both releases serve."""
READY_SECONDS = 120.0
FORMER, NEW = "", ".2"
"""How the replicas of either release are called: `identity` and `identity.2`."""


async def run(options: Options) -> Report:
    """Do the upgrade. Raises StackProblem without git's history or the embedded servers, StackFailure otherwise."""
    report = options.report("upgrade")
    name, commit = former_release.former(options.release)
    with _folder(options.keep) as folder:
        code = former_release.lay_out(commit, folder / "former")
        stack = Stack(folder / "data")
        async with bare(stack.data, stack.port, 2) as ground:
            door = ground.door()
            await door.open()
            try:
                report.did(f"laid out the former release, {name} ({commit[:7]})")
                await _Upgrade(ground, stack, code, report).run(options)
            finally:
                await door.close()
    return report


class _Upgrade:
    """One drill, once the servers are there."""

    def __init__(self, ground: Bare, stack: Stack, code: Path, report: Report) -> None:
        self._ground = ground
        self._stack = stack
        self._former = plain_environment() | former_release.way_to(code)
        self._report = report

    async def run(self, options: Options) -> None:
        before = await self._migrate("former", self._former)
        await self._start(FORMER, self._former)
        await self._load()
        self._report.did("the former release serves")
        with playing(self._stack, options) as play:
            await play.reached(MIGRATE_AT)
            after = await self._migrate("new", environment())
            moved = [f"{each} {before[each]} → {after[each]}" for each in before if before[each] != after[each]]
            self._report.did(f"migrated under the former release: {', '.join(moved) or 'no migration in between'}")
            await self._start(NEW, environment())
            self._report.did("both releases serve")
            await play.reached(MEET_UNTIL)
            await self._end_former(play)
            told = await play.report()
        judge(self._report, "upgrade", told)

    async def _migrate(self, who: str, told: Mapping[str, str]) -> dict[str, str]:
        """The databases' revisions after the migrations of one release."""
        command = [sys.executable, "-m", "services.cli", "migrate", "--all"]
        said = await self._ground.run_once(f"migrate-{who}", command, {**told, **self._ground.migration_settings()})
        lines = (line.split(" is at ") for line in said.splitlines() if " is at " in line)
        return {service: revision for service, revision in lines if service in databases.SERVICES}

    async def _start(self, suffix: str, told: Mapping[str, str]) -> None:
        names = [f"{process}{suffix}" for process in processes.MODULES]
        for name in names:
            command = [sys.executable, "-m", "services.cli.run", processes.service(name)]
            self._ground.start_process(name, command, {**told, **self._ground.settings(name)})
        await self._ground.supervisor.ready(*names, seconds=READY_SECONDS)

    async def _load(self) -> None:
        command = [sys.executable, "-m", "services.stack.load", str(PROVINCE), str(self._ground.data)]
        settings = processes.operator_environment(self._ground.state)
        await self._ground.run_once("load", command, {**environment(), **settings})
        self._ground.state.loaded = demo.fingerprint(PROVINCE, self._ground.state)
        state.save(self._ground.data, self._ground.state)

    async def _end_former(self, play: Play) -> None:
        for process in processes.MODULES:
            code = await self._ground.end_process(process)
            self._report.found(f"the former {process} ends as it was told to", f"exit code {code}", holds=code == 0)
        self._report.did("the new release is alone")
        self._report.found("the season outlasts the upgrade", not play.over, holds=not play.over)


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    """Where the former code and the data are for the length of the drill, or for good."""
    folder = keep or Path(tempfile.mkdtemp(prefix="residency-upgrade-"))
    folder.mkdir(parents=True, exist_ok=True)
    # PostgreSQL is somebody else and has to pass through.
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        if keep is None:
            shutil.rmtree(folder, ignore_errors=True)
