"""OPS-63: what a release migrates before it is rolled out takes nothing from the release that still serves."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import asyncpg
import pytest

from services.kit.migrations import run
from tests.support.postgres import PostgresServer

RELEASED = {"identity": "0003", "enrollment": "0017", "faculty": "0009", "notify": "0004"}
"""The newest revisions of the last release: set anew together with `protos/released.binpb`."""

WIDER = {("int4", "int8"), ("int2", "int4"), ("varchar", "text")}
"""Changes of a type that leave everything readable and writable as before."""

Columns = dict[tuple[str, str], dict[str, Any]]
_COLUMNS = """
SELECT table_name, column_name, udt_name, is_nullable = 'YES' AS nullable,
    column_default IS NOT NULL OR is_identity = 'YES' OR is_generated = 'ALWAYS' AS filled
FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
WHERE table_schema = 'public' AND table_type = 'BASE TABLE'
"""
_PROMISES = """
SELECT conrelid::regclass::text AS "table", conname AS name, pg_get_constraintdef(oid) AS definition
FROM pg_constraint WHERE contype IN ('c', 'u', 'x', 'f') AND connamespace = 'public'::regnamespace
"""


@pytest.fixture
def url(postgres: PostgresServer, service: str) -> Iterator[str]:
    url = postgres.empty_database(service)
    yield url
    postgres.drop(url)


async def found(url: str, query: str) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetch(query)
    finally:
        await connection.close()


async def columns(url: str) -> Columns:
    return {(row["table_name"], row["column_name"]): dict(row) for row in await found(url, _COLUMNS)}


def taken(before: Columns, after: Columns) -> list[str]:
    """What the former release would miss, or could no longer write."""
    wrong = []
    for place, former in before.items():
        now = after.get(place)
        if now is None:
            wrong.append(f"{'.'.join(place)} is gone")
        elif now["udt_name"] != former["udt_name"] and (former["udt_name"], now["udt_name"]) not in WIDER:
            wrong.append(f"{'.'.join(place)} was {former['udt_name']} and is {now['udt_name']}")
        elif not (now["nullable"] or now["filled"]) and (former["nullable"] or former["filled"]):
            wrong.append(f"{'.'.join(place)} has to be given")
    tables = {table for table, _ in before}
    wrong += [
        f"{'.'.join(place)} is new and has to be given"
        for place, now in after.items()
        if place[0] in tables and place not in before and not (now["nullable"] or now["filled"])
    ]
    return wrong


@pytest.mark.parametrize("service", RELEASED)
async def test_ops_63_migrations_since_the_last_release_only_add(service: str, url: str) -> None:
    await asyncio.to_thread(run.upgrade, service, url, RELEASED[service])
    before, promised = await columns(url), {tuple(row) for row in await found(url, _PROMISES)}
    assert before
    await asyncio.to_thread(run.upgrade, service, url)
    assert not taken(before, await columns(url))
    tables = {table for table, _ in before}
    stricter = [row for row in await found(url, _PROMISES) if row["table"] in tables and tuple(row) not in promised]
    assert not stricter, "a constraint that the former release does not know may refuse what it writes"


def column(kind: str = "text", *, nullable: bool = False, filled: bool = False) -> dict[str, Any]:
    return {"udt_name": kind, "nullable": nullable, "filled": filled}


@pytest.mark.parametrize(
    ("after", "said"),
    [
        ({}, "t.a is gone"),
        ({("t", "a"): column("int8", nullable=True)}, "t.a was text and is int8"),
        ({("t", "a"): column()}, "t.a has to be given"),
        ({("t", "a"): column(nullable=True), ("t", "b"): column()}, "t.b is new and has to be given"),
    ],
)
def test_what_would_hurt_is_told(after: Columns, said: str) -> None:
    assert taken({("t", "a"): column(nullable=True)}, after) == [said]


def test_what_only_adds_is_not() -> None:
    before = {("t", "a"): column()}
    after = before | {("t", "b"): column(nullable=True), ("t", "c"): column(filled=True), ("u", "d"): column()}
    assert not taken(before, after)
