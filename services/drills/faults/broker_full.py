"""Fault 18. The disk of NATS is full: it refuses, facts wait in the outbox, and an alarm rings.

Its store moves onto a small disk of memory for that (as root, who may mount one), and back.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from services.drills.faults.ground import Ground
from services.drills.faults.telling import commit, submitting
from services.drills.faults.witness import Facts, Witness, gauge, told
from services.stack.problems import StackFailure

ROOM_BYTES = 24 * 1024 * 1024
"""Beside what the store holds already."""
LARGE = 60_000
"""Bytes of a fact's body: somewhat less than the largest."""
ALARM_SECONDS = 30.0
"""`OutboxStuck` rings once the oldest fact is older, for half a minute (deploy/chart/rules/queues.yaml)."""
BY_ITSELF_SECONDS = 10.0
"""How long it may take by itself once there is room; then the server is started again, as its runbook says."""


async def run(ground: Ground) -> None:
    """Fill the disk, look at what waits and what rings, make room, and see everything leave."""
    witness = await Witness.begin(ground)
    async with submitting(ground) as people, _small_disk(ground) as disk:
        await witness.settled(await witness.facts(), 120.0)
        ballast = disk / "ballast"
        quiet = _log(ground).stat().st_size
        _fill(ballast, disk)
        ground.report.did("the disk of NATS is full")
        began = time.monotonic()
        await commit(ground, 100, size=LARGE)
        refused = await ground.until(lambda: _said(ground, quiet), "the relay is refused, and says why", 60.0)
        ground.report.found("what the relay is told", refused, holds=True)
        mark = people.more(40)
        rang = await ground.seconds_until(lambda: _rings(ground), "the oldest fact is older than the alarm allows")
        alarm = time.monotonic() - began
        ground.report.did(
            f"OutboxStuck would ring: the oldest fact of identity waits for more than {ALARM_SECONDS:g} s"
        )
        ground.report.found("people went on submitting meanwhile", len(people.accepted), holds=mark())
        waiting = len(await _unpublished(witness, await witness.facts()))
        held = await witness.held("identity")
        ballast.unlink()
        made_room = time.monotonic()
        facts = await witness.facts()
        again = await _by_itself(ground, witness, facts)
        if not again:
            await ground.kill("nats")
            ground.report.did("started NATS again: with room alone it goes on refusing")
        await witness.settled(facts, 180.0)
        recovered = time.monotonic() - made_room
        kept = await witness.held("identity")
    everything = await witness.facts()
    await witness.settled(everything, 120.0)
    ground.recovered(recovered)
    ground.timely("the alarm's condition holds after", alarm, 60.0)
    ground.report.found(
        "facts the stream held when the disk was full, and after", f"{held}, {kept}", holds=kept >= held
    )
    effects = await witness.effects(everything)
    ground.report.found(
        f"of {len(everything)} facts those whose effect does not stand once", told(effects), holds=not effects
    )
    await people.judge(ground)
    ground.report.figures |= {
        "services_with_waiting_facts": waiting,
        "alarm_seconds": round(rang, 1),
        "drained_without_a_restart": again,
    }


@asynccontextmanager
async def _small_disk(ground: Ground) -> AsyncIterator[Path]:
    """Inside, the store of NATS is on a disk of its own of `ROOM_BYTES` more than it holds; then back where it was."""
    if os.geteuid() != 0:
        raise StackFailure("only root may mount a small disk for this")
    store = ground.stack.data / "nats" / "jetstream"
    aside = store.with_name("aside")
    async with ground.down("nats"):
        store.rename(aside)
        store.mkdir(mode=0o700)
        size = sum(each.stat().st_blocks * 512 for each in aside.rglob("*") if each.is_file())
        try:
            _command("mount", "-t", "tmpfs", "-o", f"size={size + ROOM_BYTES},mode=700", "residency-drill", str(store))
            shutil.copytree(aside, store, dirs_exist_ok=True)
        except BaseException:
            _put_back(store, aside)
            raise
    try:
        yield store
    finally:
        async with ground.down("nats"):
            (store / "ballast").unlink(missing_ok=True)
            newer = store.with_name("newer")
            shutil.rmtree(newer, ignore_errors=True)
            shutil.copytree(store, newer)
            shutil.rmtree(aside)
            newer.rename(aside)
            _put_back(store, aside)


def _put_back(store: Path, aside: Path) -> None:
    if os.path.ismount(store):
        _command("umount", str(store))
    store.rmdir()
    aside.rename(store)


def _fill(ballast: Path, disk: Path) -> None:
    """Take all room there is on `disk`."""
    with ballast.open("wb") as file:
        while (free := shutil.disk_usage(disk).free) > 0:
            try:
                file.write(b"\0" * min(free, 1 << 20))
                file.flush()
            except OSError:
                return


async def _by_itself(ground: Ground, witness: Witness, facts: Facts) -> bool:
    """Whether all facts leave by themselves within a short while."""
    end = time.monotonic() + BY_ITSELF_SECONDS
    while time.monotonic() < end:
        if not await _unpublished(witness, facts):
            return True
        await asyncio.sleep(0.2)
    return False


async def _unpublished(witness: Witness, facts: Facts) -> list[str]:
    return await witness.unpublished(facts)


async def _rings(ground: Ground) -> bool:
    port = ground.stack.state().ports["identity.metrics"]
    return (await gauge(port, "residency_outbox_oldest_seconds", service="identity") or 0.0) > ALARM_SECONDS


def _log(ground: Ground) -> Path:
    return ground.stack.data / "logs" / "identity.log"


def _said(ground: Ground, since: int) -> str:
    """Why the relay of identity waits, as its log says from byte `since` on; empty while it does not."""
    lines = _log(ground).read_bytes()[since:].decode(errors="replace").splitlines()
    told_why = [line.partition('"error": "')[2].partition('"')[0] for line in lines if "relay waits" in line]
    return told_why[-1] if told_why else ""


def _command(*arguments: str) -> None:
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode != 0:
        raise StackFailure(f"{arguments[0]}: {done.stderr.strip()}")
