"""What must be after a run as it was before: processes, their memory and files, connections, locks, tables."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from services.stack import databases, processes, servers
from services.stack.state import State
from tests.authority.state import Fingerprint, changed
from tests.authority.state import State as Tables

RESTLESS = frozenset(
    {
        *("audit", "audit_head", "audit_seal", "audit_leaf"),  # a refused attempt is written down: that is their use
        *("attempt", "captcha", "challenge", "scan_ticket", "registration", "recovery", "text_code", "sandbox_text"),
        *("session", "outbox", "inbox", "relay_lease", "service_secret", "service_account"),
        *("discarded_object", "reminder", "calendar_feed"),
    }
)
"""Tables that a refusal, a reading or the time itself may touch: throttles, traces, leases."""
GROWN_BYTES = 400 * 1024 * 1024
"""A process that grew by more than this during a run leaks: caches of tokens, statements and documents have bounds."""
GROWN_FILES, GROWN_LOCKS = 60, 8
_LOCKS = (
    "SELECT count(*) FROM pg_locks WHERE locktype IN ('advisory', 'tuple', 'transactionid') AND pid <> pg_backend_pid()"
)
_STUCK = (
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE state LIKE 'idle in transaction%' AND state_change < now() - interval '5 s'"
)
_OPEN = "SELECT count(*) FROM pg_stat_activity WHERE usename LIKE 'residency%'"


@dataclass(frozen=True)
class Vitals:
    """One look at the stack."""

    pids: dict[str, int]
    restarts: dict[str, int]
    memory: dict[str, int]
    """Resident bytes, by process of the product."""
    files: dict[str, int]
    """Open files and sockets, by process of the product."""
    connections: int
    locks: int
    stuck: int
    """Transactions idle for more than five seconds."""


async def look(state: State, admin_url: str) -> Vitals:
    """How the stack is now."""
    ours = {name: state.pids[name] for name in processes.names(state) if state.pids.get(name)}
    connection = await asyncpg.connect(admin_url)
    try:
        connections, locks, stuck = [await connection.fetchval(query) for query in (_OPEN, _LOCKS, _STUCK)]
    finally:
        await connection.close()
    return Vitals(
        dict(state.pids),
        dict(state.restarts),
        {name: _resident(pid) for name, pid in ours.items()},
        {name: _files(pid) for name, pid in ours.items()},
        connections,
        locks,
        stuck,
    )


async def tables(data: Path, state: State) -> Tables:
    """Connections that can hash every table of every service."""
    admin = servers.reach("postgres", data)
    found = await Tables.connect({name: databases.service_url(admin, state, name) for name in databases.SERVICES})
    for name in databases.SERVICES:
        await found.execute(name, "SET statement_timeout = 0")
        await found.execute(name, "SET transaction_timeout = 0")
    return found


async def content(found: Tables) -> dict[str, Fingerprint]:
    """By service and table, the hash of all rows."""
    return {name: await found.fingerprint(name) for name in databases.SERVICES}


def written(before: Mapping[str, Fingerprint], after: Mapping[str, Fingerprint]) -> list[str]:
    """Tables, `service.table`, whose content changed though nothing may have changed it."""
    return sorted(
        f"{service}.{table}"
        for service, now in after.items()
        for table in changed(before[service], now)
        if table not in RESTLESS
    )


async def quiet(found: Tables, tries: int = 20) -> dict[str, Fingerprint]:
    """The content once two looks at it agree: what earlier inputs set going has come to its end."""
    now = await content(found)
    for _ in range(tries):
        await asyncio.sleep(0.5)
        before, now = now, await content(found)
        if not written(before, now):
            break
    return now


async def settled(found: Tables, before: Mapping[str, Fingerprint], tries: int = 5) -> list[str]:
    """As `written`, once what was under way has ended: a change that is taken back (a lease, a lock) is none."""
    left: list[str] = []
    for _ in range(tries):
        left = written(before, await content(found))
        if not left:
            return []
        await asyncio.sleep(0.2)
    return left


def spoken(data: Path, marks: tuple[str, ...], since: Mapping[Path, int]) -> list[str]:
    """What logs and traces, written since they had these sizes, should not say: marked people, and bugs by kind."""
    found = []
    for file, content in recent(data, since):
        for line in content.splitlines():
            if named := next((mark for mark in marks if mark in line), ""):
                place = line.index(named)
                found.append(f"{file.name} names a marked person\n{line[max(0, place - 800) : place + 200]}")
            elif file.suffix == ".log" and not _KNOWN.search(line) and (bug := _BUG.search(line)):
                what = " ".join(_WHAT.findall(line)[:2])
                found.append(f"{file.name} tells of a bug: {bug[0]} {what}\n{line[-2500:]}")
    return found


_BUG = re.compile(
    r"handler failed|page failed|Traceback|exception was never|was never awaited|consumer starts over"
    r"|raised by servicer"
)
_KNOWN = re.compile(r'"level": "warning"|dropping the signal')
"""What is told of and is no bug: Temporal's client says with a trace that it drops a signal which nobody can read."""
_WHAT = re.compile(r'"(?:method|error_type|name|exception.type)": "([^"]+)"')


def sizes(data: Path) -> dict[Path, int]:
    """How large each log and trace is now."""
    return {file: file.stat().st_size for file in (*data.glob("logs/*.log"), *data.glob("traces/*.jsonl"))}


def recent(data: Path, since: Mapping[Path, int]) -> list[tuple[Path, str]]:
    """What was written to each log and trace since."""
    found = []
    for file in sizes(data):
        with file.open("rb") as opened:
            opened.seek(since.get(file, 0))
            found.append((file, opened.read().decode("utf-8", "replace")))
    return found


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096
    except (OSError, IndexError):
        return 0


def _files(pid: int) -> int:
    try:
        return len(list(Path(f"/proc/{pid}/fd").iterdir()))
    except OSError:
        return 0


def leaks(before: Vitals, after: Vitals) -> list[str]:
    """What is not as it was."""
    found = []
    if after.restarts != before.restarts:
        found.append(f"processes were started again: {before.restarts} → {after.restarts}")
    for name, was in before.memory.items():
        now = after.memory.get(name, 0)
        if now > was + GROWN_BYTES:
            found.append(f"{name} grew from {was >> 20} to {now >> 20} MB")
        if after.files.get(name, 0) > before.files[name] + GROWN_FILES:
            found.append(f"{name} has {after.files[name]} open files, had {before.files[name]}")
    if after.locks > before.locks + GROWN_LOCKS:
        found.append(f"{after.locks} locks are held, {before.locks} were")
    if after.stuck:
        found.append(f"{after.stuck} transactions are idle")
    return found
