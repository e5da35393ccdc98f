"""Fault 37. PostgreSQL has no room for its log: it stops rather than forget, and goes on once there is room.

The log of its writes moves onto a small disk of memory for that (as root, who may mount one), and back.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import asyncpg

from services.drills.faults.ground import Ground
from services.drills.faults.scene import scene
from services.drills.faults.traffic import Told, saving
from services.kit.ids import new_id
from services.stack import databases, servers
from services.stack.problems import StackFailure

ROOM_BYTES = 48 * 1024 * 1024
"""Beside what the log holds already: three of its files."""
FULL_SECONDS = 8.0
"""How long people are refused."""
RECOVERS_SECONDS = 30.0
"""After so long its supervisor tries it again at the latest, however often it has died."""
_TABLES = "SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'"


async def run(ground: Ground) -> None:
    """Fill the disk in full traffic, see people refused, make room, and see nothing lost and nothing broken."""
    stage = await scene(ground)
    year = await stage.year(day_seconds=240.0)
    told = Told()
    async with _small_disk(ground) as disk:
        await ground.ready()
        async with saving(ground, stage, year, told=told):
            ballast = disk / "ballast"
            _fill(ballast, disk)
            ground.report.did("there is no room for PostgreSQL's log")
            accepted, tries = await _until_refused(ground, told)
            ground.report.found("commands are refused", f"{tries} tries, as unavailable", holds=tries > 0)
            key, actor = new_id(), stage.applicants[0]
            blocked = asyncio.create_task(told.send(actor, year.save(actor, number=9, key=key), key))
            await asyncio.sleep(FULL_SECONDS)
            ground.report.found("accepted without room", f"{len(told.accepted) - accepted} more", holds=True)
            ballast.unlink()
            began = time.monotonic()
            more = told.more(2 * len(stage.applicants))
            await ground.until(lambda: _answers(ground), "PostgreSQL answers")
            await ground.ready()
            await ground.until(more, "everybody's commands are done again")
            recovered = time.monotonic() - began
            await blocked
        broken = await _broken(ground)
        ground.report.found("tables that cannot be read to their end", ", ".join(broken) or 0, holds=not broken)
    await ground.until(lambda: _answers(ground), "PostgreSQL answers")
    await ground.ready()
    await told.judge(ground)
    said = json.loads(await ground.residency("audit", "verify", "--json"))
    whole = {each["service"]: each["whole"] for each in said}
    ground.report.found("`residency audit verify` afterwards", whole, holds=all(whole.values()))
    ground.timely("whole again after", recovered, RECOVERS_SECONDS)
    ground.recovered(recovered)


async def _until_refused(ground: Ground, told: Told) -> tuple[int, int]:
    """Have the log go on to another file until there is none; accepted and refused by then."""
    before = sum(told.failed_tries.values())

    async def refused() -> bool:
        with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError):
            connection = await asyncpg.connect(_url(ground, "postgres"), timeout=3)
            try:
                # A message too large for what is left in this file, so that the next one is asked for.
                await connection.execute(
                    "SELECT pg_logical_emit_message(false, 'drill', repeat('x', 4000000))", timeout=3
                )
                await connection.execute("SELECT pg_switch_wal()", timeout=3)
            finally:
                connection.terminate()
        return sum(told.failed_tries.values()) > before

    await ground.until(refused, "commands are refused")
    return len(told.accepted), sum(told.failed_tries.values()) - before


@asynccontextmanager
async def _small_disk(ground: Ground) -> AsyncIterator[Path]:
    """Inside, the log is on a disk of its own of `ROOM_BYTES` more than it holds; then back where it was."""
    if os.geteuid() != 0:
        raise StackFailure("only root may mount a small disk for this")
    log = ground.stack.data / "postgres" / "pg_wal"
    aside = log.with_name("pg_wal_aside")
    owner = log.stat()
    async with ground.down("postgres"):
        log.rename(aside)
        log.mkdir(mode=0o700)
        os.chown(log, owner.st_uid, owner.st_gid)
        size = sum(each.stat().st_size for each in aside.rglob("*") if each.is_file()) + ROOM_BYTES
        try:
            options = f"size={size},mode=700,uid={owner.st_uid},gid={owner.st_gid}"
            _command("mount", "-t", "tmpfs", "-o", options, "residency-drill", str(log))
            _copied(aside, log)
        except BaseException:
            _put_back(log, aside)
            raise
    try:
        yield log
    finally:
        async with ground.down("postgres"):
            (log / "ballast").unlink(missing_ok=True)
            shutil.rmtree(aside)
            aside.mkdir(mode=0o700)
            os.chown(aside, owner.st_uid, owner.st_gid)
            _copied(log, aside)
            _put_back(log, aside)


def _copied(source: Path, target: Path) -> None:
    """With owners and modes, or PostgreSQL would not read it."""
    _command("cp", "-a", f"{source}/.", str(target))


def _put_back(log: Path, aside: Path) -> None:
    if os.path.ismount(log):
        _command("umount", "-l", str(log))
    log.rmdir()
    aside.rename(log)


def _fill(ballast: Path, disk: Path) -> None:
    """Take all room there is on `disk`."""
    with suppress(OSError), ballast.open("wb") as file:
        while (free := shutil.disk_usage(disk).free) > 0:
            file.write(b"\0" * min(free, 1 << 20))
            file.flush()


async def _answers(ground: Ground) -> bool:
    try:
        connection = await asyncpg.connect(_url(ground, "postgres"), timeout=3)
        await connection.close(timeout=2)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError):
        return False
    return True


async def _broken(ground: Ground) -> list[str]:
    """Tables of all services whose rows cannot all be read: every page's checksum is looked at."""
    broken = []
    for service in databases.SERVICES:
        connection = await asyncpg.connect(_url(ground, databases.database(service)), timeout=10)
        try:
            for (table,) in await connection.fetch(_TABLES):
                try:
                    await connection.fetchval(f"SELECT count(t.*::text) FROM {table} AS t")  # noqa: S608 (its own name)
                except asyncpg.PostgresError as error:
                    broken.append(f"{service} {table}: {error}")
        finally:
            await connection.close(timeout=5)
    return broken


def _url(ground: Ground, database: str) -> str:
    return f"{servers.url('postgres', ground.stack.state()).rsplit('/', 1)[0]}/{database}"


def _command(*words: str) -> None:
    done = subprocess.run(words, capture_output=True, text=True, check=False)  # noqa: S603 (words of our own)
    if done.returncode != 0:
        raise StackFailure(f"`{' '.join(words)}` failed: {done.stderr.strip()}")
