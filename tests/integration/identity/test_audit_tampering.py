"""AUD-01, AUD-02, AUD-03: whoever has the database in his hands may change the audit, and is found out and named.

The attacker here is PostgreSQL's superuser with the triggers off: careless ones, and careful ones who repair hashes,
heads, leaves and seals behind them.
"""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.kit import audit, audit_chain
from services.kit.clock import SystemClock
from services.kit.database import Database
from services.kit.domain import Caller, Fact
from services.kit.ids import new_id
from services.kit.seal_copy import SealCopy
from services.kit.sealer import Sealer
from services.verifier import audits
from services.verifier.audits import Report
from tests.support.postgres import PostgresServer

KINDS = ("changed", "deleted", "inserted", "swapped", "cut_off")
EACH = 20
PEOPLE = 6
ACTS = 8
WHO = Caller("person", "auditor", "37")
Row = dict[str, Any]
Statements = list[tuple[str, list[object]]]


@dataclass
class Sealed:
    """A database with sealed and unsealed rows, and how to look at it and spoil it."""

    database: Database
    url: str
    superuser: str
    copy: SealCopy
    sealer: Sealer

    async def verify(self) -> Report:
        return await audits.verify("identity", self.url, self.copy, self.copy.trusted())

    async def verify_after(self, statements: Statements) -> Report:
        """What the verifier says once the superuser has run `statements`; they are rolled back then."""
        connection = await asyncpg.connect(self.superuser)
        try:
            # Superusers need not ask triggers.
            await connection.execute("SET session_replication_role = replica")
            transaction = connection.transaction()
            await transaction.start()
            for statement, values in statements:
                await connection.execute(statement, *values)
            report = await audits.examine(connection, "identity", list(self.copy.read()), self.copy.trusted())
            await transaction.rollback()
            return report
        finally:
            await connection.close()


def fact(seal: audit_chain.Seal) -> Fact:
    return Fact("residency.identity.v1.audit.sealed", "test", b"", "audit", seal.number, new_id())


async def write(database: Database, people: list[str], acts: int) -> None:
    for number in range(acts):
        for person in people:
            async with database.unit_of_work() as uow:
                await audit.note(uow, SystemClock(), f"act_{number}", person, who=WHO, reason=f"原因 {number}")


@pytest.fixture
async def sealed(database_url: Callable[[str], str], postgres: PostgresServer, tmp_path: Path) -> AsyncIterator[Sealed]:
    url = database_url("identity")
    database = Database(url, name="identity", pool_size=4)
    await database.start()
    copy = SealCopy(tmp_path, "identity")
    key = Ed25519PrivateKey.generate()
    sealer = Sealer("identity", database, key, SystemClock(), seconds=60, copy=copy, fact=fact)
    copy.trust(audit_chain.public_key(key))
    superuser = postgres.admin_url.rsplit("/", 1)[0] + "/" + url.rsplit("/", 1)[1]
    yield Sealed(database, url, superuser, copy, sealer)
    await database.stop()


async def rows_of(url: str, person: str) -> list[Row]:
    connection = await asyncpg.connect(url)
    try:
        return [
            dict(r) for r in await connection.fetch("SELECT * FROM audit WHERE aggregate_id = $1 ORDER BY n", person)
        ]
    finally:
        await connection.close()


def rechained(rows: list[Row]) -> list[Row]:
    """The same rows with the hashes their contents ask for."""
    before = b""
    for row in rows:
        row["prev_hash"] = before
        row["hash"] = before = audit.row_hash(before, row)
    return rows


def replace_chain(person: str, rows: list[Row], *, head: bool = True) -> Statements:
    """Statements that put `rows` in the place of a person's chain."""
    statements: Statements = [("DELETE FROM audit WHERE aggregate_id = $1", [person])]
    names = (*audit.HASHED, "prev_hash", "hash")
    places = ", ".join(f"${number}" for number in range(1, len(names) + 1))
    insert = f"INSERT INTO audit ({', '.join(names)}) VALUES ({places})"
    statements += [(insert, [row[name] for name in names]) for row in rows]
    if head:
        last = rows[-1] if rows else {"n": 0, "hash": b""}
        update = "UPDATE audit_head SET n = $2, hash = $3 WHERE aggregate_id = $1"
        statements.append((update, [person, last["n"], last["hash"]]))
    return statements


async def tampering(
    kind: str, variant: int, url: str, person: str, other: str
) -> tuple[Statements, set[tuple[str, int]]]:
    """How to spoil a row, carelessly or carefully, and the places of which at least one must be named."""
    rows = await rows_of(url, person)
    careful = variant % 2 == 1
    n = random.Random(variant * 31 + KINDS.index(kind)).randint(2, len(rows) - 2)
    if kind == "changed":
        column = ("actor", "reason", "outcome", "address", "act")[variant % 5]
        if not careful:
            update = f"UPDATE audit SET {column} = 'forged' WHERE aggregate_id = $1 AND n = $2"
            return [(update, [person, n])], {(person, n)}
        rows[n - 1][column] = "forged"
        return replace_chain(person, rechained(rows)), {(person, n)}
    if kind == "deleted":
        if not careful:
            return [("DELETE FROM audit WHERE aggregate_id = $1 AND n = $2", [person, n])], {(person, n)}
        del rows[n - 1]
        for number, row in enumerate(rows, start=1):
            row["n"] = number
        statements = replace_chain(person, rechained(rows))
        if variant % 4 == 3:
            leaf = "DELETE FROM audit_leaf WHERE aggregate_id = $1 AND n = $2"
            statements.append((leaf, [person, len(rows) + 1]))
        return statements, {(person, n), (person, len(rows) + 1)}
    if kind == "inserted":
        forged = dict(rows[n - 1]) | {"act": "forged"}
        if not careful:
            forged["n"] = len(rows) + 1
            forged["prev_hash"] = rows[-1]["hash"]
            forged["hash"] = audit.row_hash(rows[-1]["hash"], forged)
            return replace_chain(person, [*rows, forged], head=False), {(person, len(rows) + 1)}
        rows.insert(n - 1, forged)
        for number, row in enumerate(rows, start=1):
            row["n"] = number
        return replace_chain(person, rechained(rows)), {(person, n)}
    if kind == "swapped":
        if variant % 4 < 2:
            m = n + 1
            first, second = rows[n - 1], rows[m - 1]
            first["n"], second["n"] = m, n
            rows.sort(key=lambda row: int(str(row["n"])))
            rows = rechained(rows) if careful else rows
            return replace_chain(person, rows, head=careful), {(person, n), (person, m)}
        theirs = await rows_of(url, other)
        mine, their = rows[n - 1], theirs[n - 1]
        mine["aggregate_id"], their["aggregate_id"] = other, person
        rows[n - 1], theirs[n - 1] = their, mine
        if careful:
            rows, theirs = rechained(rows), rechained(theirs)
        both = replace_chain(person, rows, head=careful) + replace_chain(other, theirs, head=careful)
        return both, {(person, n), (other, n)}
    gone = {(person, number) for number in range(n + 1, len(rows) + 1)}
    statements = replace_chain(person, rows[:n], head=careful)
    if variant % 4 == 3:
        statements.append(("DELETE FROM audit_leaf WHERE aggregate_id = $1 AND n > $2", [person, n]))
    if variant % 8 == 7:
        statements.append(("DELETE FROM audit_leaf WHERE number = (SELECT max(number) FROM audit_seal)", []))
        statements.append(("DELETE FROM audit_seal WHERE number = (SELECT max(number) FROM audit_seal)", []))
    return statements, gone


async def test_each_of_a_hundred_tamperings_is_found_and_named(sealed: Sealed) -> None:
    """AUD-03: five kinds, twenty each, careless and careful, in sealed rows: a hundred of a hundred."""
    people = [new_id() for _ in range(PEOPLE)]
    await write(sealed.database, people, ACTS // 2)
    await sealed.sealer.seal()
    await write(sealed.database, people, ACTS - ACTS // 2)
    await sealed.sealer.seal()
    report = await audits.verify("identity", sealed.url, sealed.copy, sealed.copy.trusted())
    assert (report.rows, report.seals, report.unsealed, report.findings) == (PEOPLE * ACTS, 2, 0, ())

    missed = []
    for kind in KINDS:
        for variant in range(EACH):
            person, other = people[variant % PEOPLE], people[(variant + 1) % PEOPLE]
            statements, places = await tampering(kind, variant, sealed.url, person, other)
            findings = (await sealed.verify_after(statements)).findings
            if not places & {(each.aggregate_id, each.n) for each in findings}:
                missed.append((kind, variant, findings))
    assert missed == []
