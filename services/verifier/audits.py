"""Reads the audits of services out of their databases and checks them; changes nothing.

It knows each service's table and nothing of how the service writes it, and recomputes every hash itself.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import Any

import asyncpg

from services.kit import audit_chain, vault
from services.kit.audit_chain import ChainCheck, CopiedSeal, Entry, Finding, HashOf, Leaf, Seal
from services.kit.domain import DomainError, Kind
from services.kit.seal_check import SealCheck
from services.kit.seal_copy import SealCopy
from services.kit.settings import Settings

SERVICES = ("identity", "enrollment", "faculty")
"""Services that keep an audit."""
LATE = timedelta(hours=1)
"""A row this much older than the newest seal must be under one."""
_FETCH = 2000
_UNLIMITED = {
    "default_transaction_read_only": "on",
    "transaction_timeout": "0",
    "statement_timeout": "0",
    "idle_in_transaction_session_timeout": "0",
    "application_name": "residency audit verify",
}


@dataclass(frozen=True, slots=True)
class Report:
    """What a verification found in one service's audit."""

    service: str
    rows: int
    aggregates: int
    seals: int
    unsealed: int
    """Rows since the newest seal; they are only as safe as their chain."""
    newest_seal: datetime | None
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class _Leaves:
    number: int
    leaves: list[Leaf]


@dataclass(frozen=True, slots=True)
class _Source:
    columns: tuple[str, ...]
    heads: str
    content: Callable[[Mapping[str, Any]], Any]
    hash_of: HashOf


async def verify(service: str, url: str, copy: SealCopy | None, trusted: frozenset[str]) -> Report:
    """AUD-03: check one service's audit at `url`: chains, heads, seals, signatures and the copy outside.

    Args:
        service: One of `SERVICES`.
        url: `postgresql://…` of its database; reading is enough.
        copy: The outside copy; None when there is none.
        trusted: Public keys whose seals count.

    Raises:
        OSError, asyncpg.PostgresError: The database cannot be read.
        CopyBroken: The outside copy is not readable.
    """
    # Read first: every seal in it is committed, so the database, read later, must have it.
    copies = list(copy.read()) if copy is not None and copy.path.exists() else None
    connection = await asyncpg.connect(url, timeout=5, server_settings=_UNLIMITED)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            return await examine(connection, service, copies, trusted)
    finally:
        await connection.close(timeout=5)


async def examine(
    connection: Any, service: str, copies: Sequence[CopiedSeal] | None, trusted: frozenset[str]
) -> Report:
    """As `verify`, inside a transaction of the caller's; `copies` is what the outside copy held before it began."""
    source = _SOURCES[service]()
    now = await connection.fetchval("SELECT clock_timestamp()")
    seals = SealCheck(service, trusted, copies, now)
    await _check_seals(connection, service, seals)
    through = seals.last.sealed_at - LATE if seals.last else None
    chains = ChainCheck(service, source.hash_of, sealed_through=through, watched=set(seals.lost))
    aggregates = await _check_chains(connection, source, chains)
    return Report(
        service=service,
        rows=chains.rows,
        aggregates=aggregates,
        seals=seals.seals,
        unsealed=chains.unsealed,
        newest_seal=seals.last.sealed_at if seals.last else None,
        findings=(*seals.finish(), *chains.finish()),
    )


async def _check_seals(connection: Any, service: str, check: SealCheck) -> None:
    groups = _leaves(connection)
    group = await anext(groups, None)
    for row in await connection.fetch("SELECT * FROM audit_seal ORDER BY number"):
        seal = Seal(
            service=service,
            number=row["number"],
            sealed_at=row["sealed_at"],
            leaves=row["leaves"],
            root=row["root"],
            prev=row["prev_hash"],
            key=row["key"],
            signature=row["signature"],
        )
        while group is not None and group.number < seal.number:
            check.orphans(group.number)
            group = await anext(groups, None)
        if group is not None and group.number == seal.number:
            check.seal(seal, group.leaves)
            group = await anext(groups, None)
        else:
            check.seal(seal, [])
    while group is not None:
        check.orphans(group.number)
        group = await anext(groups, None)
    check.finish()


async def _leaves(connection: Any) -> AsyncIterator[_Leaves]:
    """The leaves of each seal, by number."""
    query = "SELECT number, aggregate_id::text AS aggregate_id, n, hash FROM audit_leaf ORDER BY number, place"
    group: _Leaves | None = None
    async for row in connection.cursor(query, prefetch=_FETCH):
        if group is None or row["number"] != group.number:
            if group is not None:
                yield group
            group = _Leaves(row["number"], [])
        group.leaves.append(Leaf(row["aggregate_id"], row["n"], row["hash"]))
    if group is not None:
        yield group


async def _check_chains(connection: Any, source: _Source, check: ChainCheck) -> int:
    heads = {row[0]: (row[1], row[2]) for row in await connection.fetch(source.heads)}
    columns = ", ".join(f"a.{name}" for name in source.columns)
    query = (
        f"SELECT aggregate_id::text AS of, n AS number, {columns}, l.hash AS leaf"  # noqa: S608 (names of our own)
        " FROM audit a FULL JOIN audit_leaf l USING (aggregate_id, n) ORDER BY aggregate_id, n"
    )
    aggregates, current, entries = 0, "", list[Entry]()
    async for row in connection.cursor(query, prefetch=_FETCH):
        if entries and row["of"] != current:
            aggregates += 1
            check.aggregate(current, entries, heads.pop(current, None))
            entries = []
        current = row["of"]
        entries.append(_entry(row, source))
    if entries:
        aggregates += 1
        check.aggregate(current, entries, heads.pop(current, None))
    for aggregate_id, head in heads.items():
        check.aggregate(aggregate_id, [], head)
    return aggregates


def _entry(row: Any, source: _Source) -> Entry:
    if row["hash"] is None:
        return Entry(row["number"], leaf=row["leaf"])
    return Entry(row["number"], source.content(row), row["hash"], row["prev_hash"], row["leaf"], row["at"])


def _kit() -> _Source:
    """Of services whose audit is the kit's."""
    module = import_module("services.kit.audit")
    hashed: tuple[str, ...] = module.HASHED

    def hash_of(content: Any, aggregate_id: str, n: int, prev_hash: bytes) -> bytes:
        row = dict(zip(hashed, content, strict=True)) | {"aggregate_id": aggregate_id, "n": n}
        return bytes(module.row_hash(prev_hash, row))

    return _Source(
        columns=(*(name for name in hashed if name not in ("aggregate_id", "n")), "prev_hash", "hash"),
        heads="SELECT aggregate_id, n, hash FROM audit_head",
        content=lambda row: tuple(None if name in ("aggregate_id", "n") else row[name] for name in hashed),
        hash_of=hash_of,
    )


def _enrollment() -> _Source:
    module = import_module("services.enrollment.domain.audit")
    names = tuple(field.name for field in fields(module.AuditRow))
    placed = ("aggregate_id", "n")

    def hash_of(content: Any, aggregate_id: str, n: int, prev_hash: bytes) -> bytes:
        return bytes(module.row_hash(replace(content, aggregate_id=aggregate_id, n=n, prev_hash=prev_hash)))

    def content(row: Mapping[str, Any]) -> Any:
        return module.AuditRow(**{name: row[name] for name in names if name not in placed}, aggregate_id="", n=0)

    return _Source(
        columns=tuple(name for name in names if name not in placed),
        heads=(
            "SELECT id::text, version, audit_hash FROM application"
            " UNION ALL SELECT id::text, version, audit_hash FROM cycle"
        ),
        content=content,
        hash_of=hash_of,
    )


_SOURCES: dict[str, Callable[[], _Source]] = {"identity": _kit, "enrollment": _enrollment, "faculty": _kit}


def first(findings: tuple[Finding, ...], most: int) -> list[Finding]:
    """At most so many findings, each row once."""
    return list(islice(dict.fromkeys(findings), most))


def trusted(service: str, copy: SealCopy, data: Path, *, own: bool = False) -> frozenset[str]:
    """Public keys from beside the copy, else from the key document of the stack on `data`, else of the process that
    this is the `own` place of. Raises DomainError NOT_FOUND where there are none."""
    if keys := copy.trusted():
        return keys
    document = vault.file_in(data, service)
    if own and not document.exists():
        document = Settings().keys_file or document
    if not document.exists():
        message = f"no key to check seals of {service} with: {copy.keys_path} is not there"
        raise DomainError(Kind.NOT_FOUND, "NO_AUDIT_KEY", message)
    return frozenset({audit_chain.public_key(vault.audit_key(json.loads(document.read_text(encoding="utf-8"))))})
