"""Fault 39. Somebody with the whole database in hand changes, deletes, inserts, swaps and cuts off rows of the audit.

Twenty of each, careless and careful ones in turn (who repair all hashes and heads behind them), on the stack's own
audit, each in a transaction that is looked at by the verifier from inside and then rolled back: the audit stays whole.
"""

from __future__ import annotations

import json
import random
import time
from typing import TYPE_CHECKING, Any

import asyncpg

from services.drills.faults.ground import Ground
from services.drills.faults.scene import scene
from services.kit import audit
from services.kit.seal_copy import SealCopy
from services.stack import databases, servers
from services.verifier import audits

SERVICE = "identity"
KINDS = ("changed", "deleted", "inserted", "swapped", "cut off")
EACH = 20
PEOPLE = 6
MANY, MANY_SECONDS = 1_000_000, 60.0
_COLUMNS = ("actor", "reason", "outcome", "address", "act")
_SEALED = """
SELECT a.aggregate_id::text AS aggregate FROM audit a LEFT JOIN audit_leaf l USING (aggregate_id, n)
GROUP BY 1 HAVING count(*) >= 4 AND count(l.hash) = count(*) ORDER BY md5(a.aggregate_id::text || $1) LIMIT 40
"""
_UNSEALED = "SELECT count(*) FROM audit LEFT JOIN audit_leaf l USING (aggregate_id, n) WHERE l.hash IS NULL"
_ROWS = "SELECT * FROM audit WHERE aggregate_id::text = $1 ORDER BY n"

Row = dict[str, Any]
if TYPE_CHECKING:
    Connection = asyncpg.Connection[asyncpg.Record]


async def run(ground: Ground) -> None:
    """Tamper a hundred times, and look each time."""
    await scene(ground)  # somebody has to have done something
    running = ground.stack.state()
    url = f"{servers.url('postgres', running).rsplit('/', 1)[0]}/{databases.database(SERVICE)}"
    copy = SealCopy(ground.stack.data / "seals", SERVICE)
    connection: Connection = await asyncpg.connect(url, timeout=10)
    try:
        await connection.execute("SET session_replication_role = replica")  # superusers need not ask triggers
        seed = str(ground.options.seed)
        chance = random.Random(f"tampering/{ground.options.seed}")  # noqa: S311 (reproducible, no secret)
        missed, rows, seconds = [], 0, 0.0
        for kind in KINDS:
            for variant in range(EACH):
                # Anew each time: beside a season people go on doing things, and what is not sealed yet is not guarded.
                people = await ground.until(lambda: _sealed(connection, seed), "enough is sealed", 150.0)
                person, other = people[variant % len(people)], people[(variant + 1) % len(people)]
                began = time.monotonic()
                report, places = await _tampered(connection, copy, chance, kind, variant, person, other)
                seconds, rows = seconds + time.monotonic() - began, rows + report.rows
                if not places & {(each.aggregate_id, each.n) for each in report.findings}:
                    missed.append(f"{kind} {variant}")
    finally:
        await connection.close()
    counts = f"{len(KINDS) * EACH - len(missed)} of {len(KINDS) * EACH}"
    ground.report.did(f"tampered {len(KINDS) * EACH} times with {rows // (len(KINDS) * EACH)} rows of {SERVICE}")
    ground.report.found(
        "found, and the place named", counts + "".join(f"; not: {each}" for each in missed), holds=not missed
    )
    ground.timely("to look through a million rows", seconds / max(rows, 1) * MANY, MANY_SECONDS)
    await _services_may_not(ground)
    said = json.loads(await ground.residency("audit", "verify", "--json"))
    whole = {each["service"]: each["whole"] for each in said}
    ground.report.found("`residency audit verify` afterwards", whole, holds=all(whole.values()))
    ground.report.figures |= {"tampered": len(KINDS) * EACH, "found": len(KINDS) * EACH - len(missed)}


async def _sealed(connection: Connection, seed: str) -> list[str]:
    """People with several rows, all of them sealed; none while there are too few."""
    found = [str(row["aggregate"]) for row in await connection.fetch(_SEALED, seed)]
    return found if len(found) >= PEOPLE else []


async def _tampered(
    connection: Connection, copy: SealCopy, chance: random.Random, kind: str, variant: int, person: str, other: str
) -> tuple[audits.Report, set[tuple[str, int]]]:
    """What the verifier says of one tampering, and the places of which it has to name one; nothing is left of it."""
    copies = list(copy.read())
    transaction = connection.transaction()
    await transaction.start()
    try:
        places = await _SPOIL[kind](connection, chance, variant, person, other)
        return await audits.examine(connection, SERVICE, copies, copy.trusted()), places
    finally:
        await transaction.rollback()


async def _changed(
    connection: Connection, chance: random.Random, variant: int, person: str, _other: str
) -> set[tuple[str, int]]:
    rows = await _rows(connection, person)
    n = chance.randint(1, len(rows) - 1)
    column = _COLUMNS[variant % len(_COLUMNS)]
    rows[n - 1][column] = "forged"
    await _replace(connection, person, rows, careful=_careful(variant))
    return {(person, n)}


async def _deleted(
    connection: Connection, chance: random.Random, variant: int, person: str, _other: str
) -> set[tuple[str, int]]:
    rows = await _rows(connection, person)
    n, last = chance.randint(1, len(rows) - 1), len(rows)
    del rows[n - 1]
    if _careful(variant):
        _renumber(rows)
    await _replace(connection, person, rows, careful=_careful(variant))
    return {(person, n), (person, last)}


async def _inserted(
    connection: Connection, chance: random.Random, variant: int, person: str, _other: str
) -> set[tuple[str, int]]:
    rows = await _rows(connection, person)
    if _careful(variant):
        n = chance.randint(1, len(rows) - 1)
        rows.insert(n - 1, dict(rows[n - 1]) | {"act": "forged"})
        _renumber(rows)
        await _replace(connection, person, rows, careful=True)
        return {(person, n)}
    forged = dict(rows[-1]) | {"act": "forged", "n": len(rows) + 1, "prev_hash": rows[-1]["hash"]}
    forged["hash"] = audit.row_hash(rows[-1]["hash"], forged)
    await _replace(connection, person, [*rows, forged], careful=False)
    return {(person, len(rows) + 1)}


async def _swapped(
    connection: Connection, chance: random.Random, variant: int, person: str, other: str
) -> set[tuple[str, int]]:
    mine, careful = await _rows(connection, person), _careful(variant)
    if variant % 4 < 2:
        n = chance.randint(1, len(mine) - 1)
        mine[n - 1]["n"], mine[n]["n"] = n + 1, n
        mine.sort(key=lambda row: int(row["n"]))
        await _replace(connection, person, mine, careful=careful)
        return {(person, n), (person, n + 1)}
    theirs = await _rows(connection, other)
    n = chance.randint(1, min(len(mine), len(theirs)) - 1)
    mine[n - 1], theirs[n - 1] = (
        theirs[n - 1] | {"aggregate_id": mine[0]["aggregate_id"]},
        mine[n - 1] | {"aggregate_id": theirs[0]["aggregate_id"]},
    )
    await _replace(connection, person, mine, careful=careful)
    await _replace(connection, other, theirs, careful=careful)
    return {(person, n), (other, n)}


async def _cut_off(
    connection: Connection, chance: random.Random, variant: int, person: str, _other: str
) -> set[tuple[str, int]]:
    rows = await _rows(connection, person)
    n = chance.randint(1, len(rows) - 1)
    await _replace(connection, person, rows[:n], careful=_careful(variant))
    if variant % 4 == 3:
        await connection.execute("DELETE FROM audit_leaf WHERE aggregate_id::text = $1 AND n > $2", person, n)
    return {(person, number) for number in range(n + 1, len(rows) + 1)}


_SPOIL = {"changed": _changed, "deleted": _deleted, "inserted": _inserted, "swapped": _swapped, "cut off": _cut_off}


async def _rows(connection: Connection, person: str) -> list[Row]:
    return [dict(row) for row in await connection.fetch(_ROWS, person)]


def _careful(variant: int) -> bool:
    return variant % 2 == 1


def _renumber(rows: list[Row]) -> None:
    for number, row in enumerate(rows, start=1):
        row["n"] = number


async def _replace(connection: Connection, person: str, rows: list[Row], *, careful: bool) -> None:
    """Put `rows` in the place of a chain; with care, so that every hash and the head fit what stands there now."""
    names = (*audit.HASHED, "prev_hash", "hash")
    before = b""
    if careful:
        for row in rows:
            row["prev_hash"] = before
            row["hash"] = before = audit.row_hash(before, row)
    await connection.execute("DELETE FROM audit WHERE aggregate_id::text = $1", person)
    places = ", ".join(f"${number}" for number in range(1, len(names) + 1))
    insert = f"INSERT INTO audit ({', '.join(names)}) VALUES ({places})"  # noqa: S608 (names of our own)
    await connection.executemany(insert, [[row[name] for name in names] for row in rows])
    if careful and rows:
        update = "UPDATE audit_head SET n = $2, hash = $3 WHERE aggregate_id::text = $1"
        await connection.execute(update, person, rows[-1]["n"], rows[-1]["hash"])


async def _services_may_not(ground: Ground) -> None:
    """The role of the service itself can change and delete nothing."""
    refused = []
    async with ground.database(SERVICE) as database:
        for statement in ("UPDATE audit SET actor = 'forged'", "DELETE FROM audit", "TRUNCATE audit"):
            try:
                async with database.transaction():
                    await database.execute(statement)
                    raise _Allowed
            except asyncpg.PostgresError:
                refused.append(statement.split(" ", 1)[0])
            except _Allowed:
                continue
    ground.report.found("what the service's own role is refused", ", ".join(refused), holds=len(refused) == 3)


class _Allowed(Exception):
    """It was done; the transaction is to be rolled back."""
