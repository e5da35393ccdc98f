"""OPS-45: enrollment's database goes back to a backup during a season, then Temporal's store is lost, then NATS's.

The order is that of `docs/operations/backup-restore.md`: databases, epoch, streams, reconcile, verify. What cannot be
brought back is only what the restored database itself had lost, and the account names it.

Time is that of the season: with a day of two seconds, ten seconds between backup and loss are five days of its facts.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import subprocess
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from services.drills.ground import Options, Stack, running
from services.drills.play import Play, playing
from services.drills.report import Report
from services.drills.waiting import eventually
from services.stack import databases, servers, wheels
from services.stack.problems import StackFailure

SERVICE = "enrollment"
BACKUP_AT, LOSS_AT = 0.3, 0.38
"""Shares of the season that have passed at the backup and at the loss."""
SETTLED_SECONDS = 90.0
FEW = 50
"""Facts that wait while a season goes on: those of the moment."""
HONEST = "answers"
"""What a loss may show in: what people then do may be refused. I4 itself leaves out what was lost with the database."""


async def run(options: Options) -> Report:
    """Play a season through all three losses. Raises StackProblem without the embedded servers, StackFailure else."""
    report = options.report("restore")
    with (
        running(keep=options.keep) as stack,
        playing(stack, options) as play,
    ):
        lost = await _database_goes_back(stack, play, report)
        workflows = await _lose_temporal(stack, report)
        facts = await _lose_nats(stack, report)
        report.found("the season outlasts the losses", not play.over, holds=not play.over)
        _judge(report, await play.report())
    report.figures |= {
        "facts lost with the database": lost,
        "workflows lost with Temporal": workflows,
        "facts lost with NATS": facts,
    }
    return report


async def _database_goes_back(stack: Stack, play: Play, report: Report) -> int:
    """Back up, go on, restore, and begin another epoch; how many facts were lost with the database."""
    dump = stack.data.with_name("enrollment.dump")
    await play.reached(BACKUP_AT)
    await asyncio.to_thread(run_pg, stack, "pg_dump", "--format=custom", f"--file={dump}", databases.database(SERVICE))
    report.did(f"backed up {SERVICE}'s database")
    await play.reached(LOSS_AT)
    await asyncio.to_thread(restore_beside, stack, dump)
    report.did("restored the backup beside the database that runs")
    gone = await take_place(stack)
    report.did("the backup has taken the database's place; NATS and Temporal went on")
    told = await eventually(lambda: says_restored(stack), "enrollment says that it was restored", 30.0)
    report.found("/readyz stays 200 and tells what to run", told, holds="residency restored enrollment" in told)
    report.found("reading goes on", "yes", holds=await asyncio.to_thread(stack.get, "/api/v1/cycles") is not None)
    first = json.loads(await _residency(stack, "restored", SERVICE, "--dry-run", "--json"))
    named = {each["event_id"] for each in first["unknown_facts"]}
    report.found(
        "the facts after the backup are named, all of them and no others",
        f"{len(named)} of {len(gone)}, people got {sum(first['people_told'].values())} notices, "
        f"{len(first['places_given'])} places had been given",
        holds=named == gone,
    )
    begun = json.loads(await _residency(stack, "restored", SERVICE, "--yes", "--json"))
    report.found("another epoch has begun", begun["begun"], holds=begun["begun"] == first["epoch"] + 1)
    await eventually(lambda: not says_restored(stack), "enrollment accepts commands again", 30.0)
    report.did("enrollment accepts commands again")
    await _reconcile(stack, report, "--restored")
    return len(gone)


async def _lose_temporal(stack: Stack, report: Report) -> int:
    """How many workflows are still missing after two comparisons."""
    await asyncio.to_thread(stack.lose_temporal)
    report.did("deleted Temporal's store")
    await _reconcile(stack, report)
    missing = [each for each in await _reconcile(stack, report) if each["what"] == "missing"]
    report.found("after that nothing is missing", len(missing), holds=not missing)
    return len(missing)


async def _lose_nats(stack: Stack, report: Report) -> int:
    """OPS-44: delete JetStream's store and fill it again; how many published facts it does not hold then."""
    os.kill(stack.state().pids["nats"], signal.SIGSTOP)
    shutil.rmtree(stack.data / "nats" / "jetstream")
    await asyncio.to_thread(stack.kill, "nats")
    report.did("deleted NATS's store")
    before = json.loads(await _residency(stack, "outbox", "republish", "--json"))
    report.did(f"had {sum(before.values())} facts published again")

    def published() -> bool:
        found = json.loads(stack.run("outbox", "show", "--json"))
        return sum(int(each["waiting"]) for each in found) < FEW

    await eventually(published, "the streams are filled again", SETTLED_SECONDS)
    left: dict[str, int] = json.loads(await _residency(stack, "outbox", "republish", "--json"))
    missing = sum(left.values())
    report.found("published facts that JetStream does not hold again", missing, holds=missing == 0)
    return missing


async def _reconcile(stack: Stack, report: Report, *more: str) -> list[dict[str, Any]]:
    """The differences found, which are mended then; tried again while the worker finds its way back."""
    end = asyncio.get_running_loop().time() + SETTLED_SECONDS
    while True:
        try:
            found = json.loads(await _residency(stack, "reconcile", "--json", *more))
        except StackFailure:
            if asyncio.get_running_loop().time() > end:
                raise
            await asyncio.sleep(0.5)
            continue
        kinds = [each["what"] for each in found["differences"]]
        told = ", ".join(f"{kinds.count(kind)} {kind}" for kind in sorted(set(kinds))) or "nothing"
        report.did(f"reconciled: {told} to mend, {found['waits']} waits")
        return list(found["differences"])


async def _residency(stack: Stack, *arguments: str) -> str:
    return await asyncio.to_thread(stack.run, *arguments)


def restore_beside(stack: Stack, dump: Path) -> None:
    """Fill a new database from the backup while the old one still runs: the change-over is short then."""
    name = databases.database(SERVICE)
    make = f'CREATE DATABASE "{name}_back" OWNER "{name}" TEMPLATE template0'
    run_pg(stack, "psql", "--command", make, "postgres")
    run_pg(stack, "pg_restore", "--exit-on-error", f"--dbname={_url(stack, f'{name}_back')}", str(dump))


async def take_place(stack: Stack) -> set[str]:
    """Give the backup the database's name; ids of the facts that others heard and that are lost."""
    name = databases.database(SERVICE)
    admin = await asyncpg.connect(_url(stack, "postgres"))
    cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1"
    try:
        await admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        await admin.execute(cut, name)
        await admin.execute(f'ALTER DATABASE "{name}" RENAME TO "{name}_lost"')
        await admin.execute(f'ALTER DATABASE "{name}_back" RENAME TO "{name}"')
        await databases.provision(servers.url("postgres", stack.state()), stack.state())
        await admin.execute(f'ALTER DATABASE "{name}_lost" ALLOW_CONNECTIONS true')
    finally:
        await admin.close()
    everything = "SELECT event_id::text FROM outbox"
    heard = await _ids(stack, f"{name}_lost", f"{everything} WHERE published_at IS NOT NULL")
    return heard - await _ids(stack, name, everything)


async def drop_lost(stack: Stack) -> None:
    """Delete the database whose place the backup took, and a backup that never took one; nothing when there is none."""
    admin = await asyncpg.connect(_url(stack, "postgres"))
    try:
        for end in ("lost", "back"):
            await admin.execute(f'DROP DATABASE IF EXISTS "{databases.database(SERVICE)}_{end}" WITH (FORCE)')
    finally:
        await admin.close()


async def _ids(stack: Stack, database: str, query: str) -> set[str]:
    connection = await asyncpg.connect(_url(stack, database))
    try:
        return {row[0] for row in await connection.fetch(query)}
    finally:
        await connection.close()


def says_restored(stack: Stack) -> str:
    """What enrollment's `/readyz` says of a restore; empty when it is not ready, or was not restored."""
    port = stack.state().ports[f"{SERVICE}.metrics"]
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            lines = answer.read().decode().splitlines()
    except OSError:
        return ""
    return next((line for line in lines if "database restored" in line), "")


def _url(stack: Stack, database: str) -> str:
    parts = urlsplit(servers.url("postgres", stack.state()))
    return urlunsplit(parts._replace(path=f"/{database}"))


def run_pg(stack: Stack, program: str, *arguments: str) -> None:
    """Run one of PostgreSQL's programs as administrator; the last argument of `pg_dump` and `psql` is a database."""
    *options, last = arguments
    target = last if program == "pg_restore" else _url(stack, last)
    done = subprocess.run(  # noqa: S603
        [str(wheels.postgres_bin() / program), *options, target], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise StackFailure(f"{program} ended with {done.returncode}: {done.stderr.strip()[-500:]}")


def _judge(report: Report, told: Mapping[str, Any]) -> None:
    """What must hold in spite of everything, and what was lost with the database and nothing else."""
    invariants = told["invariants"]
    broken = [key for key, each in invariants.items() if not (each["holds"] or each["advisory"] or key == HONEST)]
    seen = "; ".join(f"{key}: {invariants[key]['broken']}, {invariants[key]['examples'][:2]}" for key in broken)
    report.found("every invariant holds that a loss leaves", seen or "yes", holds=not broken)
    report.figures |= {
        "accepted commands lost with the database": invariants["I4"]["counts"].get("lost with a restore", 0),
        "answers that people did not expect": invariants[HONEST]["broken"],
    }
