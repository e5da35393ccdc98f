"""What must hold on a stack once all faults and the season beside them are over."""

from __future__ import annotations

import asyncio
import json
import re
import time

import asyncpg
import httpx

from services.drills.faults.ground import crowded
from services.drills.ground import Stack
from services.drills.report import Report
from services.rehearsal.site import find
from services.stack import processes
from services.stack.ports import HOST

CALM_SECONDS = 60.0
"""How long connections may be lent and transactions open after the last fault: whoever heals may still be at work.
Longer on a busy machine."""
_VERIFY_SECONDS = 180.0
_OPEN = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND state LIKE 'idle in transaction%'
    AND clock_timestamp() - state_change > interval '5 seconds'
"""
_LENT = re.compile(r'^residency_database_connections\{[^}]*state="lent"[^}]*\} (\S+)', re.MULTILINE)


async def look(stack: Stack, report: Report, name: str, *, verify: bool = True) -> None:
    """Write down whether everything is at rest, and with `verify` whether it verifies."""
    busy, opened = set(processes.names(stack.state())), -1
    end = time.monotonic() + CALM_SECONDS * crowded()
    while (busy or opened) and time.monotonic() < end:
        # One after another is enough: what is lent for good is never given back.
        busy -= {process for process in busy if await _lent(stack, process) == 0}
        opened = await _open(stack)
        await asyncio.sleep(0.2)
    report.found(f"{name}: processes that keep connections", ", ".join(sorted(busy)) or 0, holds=not busy)
    report.found(f"{name}: transactions left open", opened, holds=opened == 0)
    asleep = [process for process in processes.names(stack.state()) if not stack.state().pids.get(process)]
    report.found(f"{name}: processes that are down", ", ".join(asleep) or 0, holds=not asleep)
    if verify:
        await _verify(stack, report, name)


async def _lent(stack: Stack, process: str) -> int:
    """Connections to its database in somebody's hands in a process; -1 when it does not answer."""
    async with httpx.AsyncClient(timeout=5, trust_env=False) as client:
        try:
            answer = await client.get(f"http://{HOST}:{stack.state().ports[f'{process}.metrics']}/metrics")
        except httpx.HTTPError:
            return -1
    return int(sum(float(each) for each in _LENT.findall(answer.text)))


async def _open(stack: Stack) -> int:
    """Sessions of all services that have stood in a transaction for more than five seconds; -1 without an answer."""
    count = 0
    for url in find(stack.data).databases.values():
        try:
            connection = await asyncpg.connect(url, timeout=5)
            try:
                count += await connection.fetchval(_OPEN)
            finally:
                await connection.close(timeout=2)
        except (OSError, asyncpg.PostgresError, TimeoutError):
            return -1
    return count


async def _verify(stack: Stack, report: Report, name: str) -> None:
    """`residency verify` finds nothing broken."""
    command = stack.residency("verify", "--json")
    try:
        said, talk = await asyncio.to_thread(command.communicate, timeout=_VERIFY_SECONDS)
    finally:
        if command.poll() is None:
            command.kill()
    seen = _broken(said) or talk.strip()[-500:] or "green"
    report.found(f"{name}: `residency verify`", seen, holds=command.returncode == 0)


def _broken(said: str) -> str:
    """What does not hold, in one line; empty when all does, or nobody knows."""
    try:
        found = json.loads(said).get("invariants", {})
    except ValueError:
        return ""
    bad = {name: each for name, each in found.items() if each["state"] in ("broken", "unreadable")}
    return "; ".join(f"{name} {each['title']}: {', '.join(each['examples'])}" for name, each in bad.items())
