"""AUD-02: rows are sealed once, whoever seals; the copy outside follows; the service itself cannot change a row."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.access import audit_sealed
from services.cli import audit as command
from services.identity.store.tables import METADATA
from services.kit import audit, audit_chain, sealer, vault
from services.kit.clock import SystemClock
from services.kit.database import Database
from services.kit.domain import Caller
from services.kit.migrations import run
from services.kit.seal_copy import CopyBroken, SealCopy
from services.kit.sealer import Sealer
from services.kit.settings import Settings
from services.kit.vault import KeysMissing
from services.verifier import audits
from tests.support.postgres import PostgresServer
from tests.support.wait import eventually

WHO = Caller("person", "auditor", "37")
COLUMN = {"audit": "hash", "audit_leaf": "hash", "audit_seal": "root"}


class SlowClock:
    """Years behind."""

    def now(self) -> datetime:
        return datetime(2020, 1, 1, tzinfo=UTC)


@dataclass
class Sealing:
    """An audit to be sealed."""

    database: Database
    url: str
    copy: SealCopy
    key: Ed25519PrivateKey

    def sealer(self, copy: SealCopy | None = None, seconds: float = 60.0) -> Sealer:
        return Sealer(
            *("identity", self.database, self.key, SystemClock()),
            seconds=seconds,
            copy=copy or self.copy,
            fact=audit_sealed,
        )

    async def write(self, rows: int, about: str = "someone") -> None:
        async with self.database.unit_of_work() as uow:
            for _ in range(rows):
                await audit.note(uow, SystemClock(), "act", about, who=WHO)

    async def verify(self, copy: SealCopy | None = None) -> audits.Report:
        copy = copy or self.copy
        return await audits.verify("identity", self.url, copy, self.copy.trusted())

    async def found(self, copy: SealCopy | None = None) -> set[tuple[str, int]]:
        return {(each.what, each.n) for each in (await self.verify(copy)).findings}


@pytest.fixture
async def sealing(database_url: Callable[[str], str], tmp_path: Path) -> AsyncIterator[Sealing]:
    url = database_url("identity")
    database = Database(url, name="identity", pool_size=8)
    await database.start()
    key = Ed25519PrivateKey.generate()
    copy = SealCopy(tmp_path / "seals", "identity")
    copy.trust(audit_chain.public_key(key))
    yield Sealing(database, url, copy, key)
    await database.stop()


async def test_several_sealers_seal_each_row_once(sealing: Sealing, tmp_path: Path) -> None:
    other = SealCopy(tmp_path / "elsewhere", "identity")
    sealers = [sealing.sealer() for _ in range(3)] + [sealing.sealer(other) for _ in range(2)]
    for round_number in range(4):
        await sealing.write(5, f"person {round_number}")
        await asyncio.gather(*(each.seal() for each in sealers))
    # Whoever came while another was at it seals nothing: the next round has the rest.
    for each in sealers:
        await each.seal()
    report = await sealing.verify()
    assert (report.rows, report.unsealed, report.findings) == (20, 0, ())
    assert (await sealing.verify(other)).findings == ()
    sealed = await sealing.database.fetchval("SELECT count(*) FROM outbox WHERE subject LIKE '%audit.sealed'")
    assert sealed == report.seals <= 8


async def test_rows_that_commit_late_or_carry_an_old_time_are_sealed_too(sealing: Sealing) -> None:
    one = sealing.sealer()
    await sealing.write(3)
    assert await one.seal() == 3
    async with sealing.database.unit_of_work() as late:
        await audit.note(late, SystemClock(), "late", "slow", who=WHO)
        await sealing.write(2)
        assert await one.seal() == 2
    assert await one.seal() == 1
    assert await one.seal() == 0
    # Written by somebody whose clock is years behind: found when everything is looked through.
    async with sealing.database.unit_of_work() as uow:
        await audit.note(uow, SlowClock(), "behind", "old", who=WHO)
    assert await one.seal() == 0
    assert await sealing.sealer().seal() == 1


async def test_more_rows_than_one_seal_takes(sealing: Sealing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealer, "BATCH", 7)
    monkeypatch.setattr(sealer, "_SWEEP", 16)
    for person in range(10):
        await sealing.write(5, f"person {person}")
    one = sealing.sealer()
    assert await one.seal() == 50
    await sealing.write(30, "another")
    assert await one.seal() == 30
    report = await sealing.verify()
    assert (report.rows, report.unsealed, report.findings) == (80, 0, ())
    assert report.seals >= 80 / 7


async def test_it_seals_by_itself_and_copies_what_a_restart_left(sealing: Sealing) -> None:
    async def copied() -> bool:
        return sealing.copy.last_number() > 0

    part = sealing.sealer(seconds=0.05)
    await part.start()
    try:
        assert not part.not_ready()
        await sealing.write(4)
        await eventually(copied, "a seal is copied outside")
    finally:
        await part.stop()
    assert part.not_ready()
    # The process died before the copy, or in the middle of a line.
    lines = sealing.copy.path.read_bytes()
    sealing.copy.path.write_bytes(lines[: len(lines) // 2])
    await sealing.sealer().seal()
    assert sealing.copy.path.read_bytes() == lines
    assert await sealing.found() == set()


async def test_the_service_can_neither_change_nor_remove_nor_empty(sealing: Sealing, postgres: PostgresServer) -> None:
    """Two fences: the right is taken from the service's role, and triggers refuse whoever has it."""
    await sealing.write(2)
    await sealing.sealer().seal()
    statements = [
        f"{verb} {table}{rest}"
        for table in COLUMN
        for verb, rest in (("DELETE FROM", ""), ("TRUNCATE", ""), ("UPDATE", f" SET {COLUMN[table]} = ''"))
    ]
    for statement in statements:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await sealing.database.execute(statement)
    superuser = await asyncpg.connect(postgres.admin_url.rsplit("/", 1)[0] + "/" + sealing.url.rsplit("/", 1)[1])
    for statement in statements:
        with pytest.raises(asyncpg.PostgresError, match="written once"):
            await superuser.execute(statement)
    await superuser.close()
    assert await sealing.found() == set()


async def spoil(sealing: Sealing, postgres: PostgresServer, *statements: str) -> None:
    name = sealing.url.rsplit("/", 1)[1]
    await asyncio.to_thread(
        postgres.admin, ";".join(["SET session_replication_role = replica", *statements]), database=name
    )


async def test_seals_cut_off_forged_or_written_anew_are_found(sealing: Sealing, postgres: PostgresServer) -> None:
    """AUD-03: the copy outside knows what the database no longer does."""
    for person in range(3):
        await sealing.write(3, f"person {person}")
        await sealing.sealer().seal()
    assert await sealing.found() == set()
    # Rows, heads, leaves and the seal all gone: only the copy remembers.
    await spoil(
        *(sealing, postgres, "DELETE FROM audit_leaf WHERE number = 3", "DELETE FROM audit_seal WHERE number = 3"),
        *(
            "DELETE FROM audit WHERE aggregate_id = 'person 2'",
            "DELETE FROM audit_head WHERE aggregate_id = 'person 2'",
        ),
    )
    report = await sealing.verify()
    assert {(each.what, each.aggregate_id, each.n) for each in report.findings} == {
        ("seal", "", 3),
        *(("cut_off", "person 2", n) for n in (1, 2, 3)),
    }
    # The service goes on and makes another third seal: not the one the copy has.
    await sealing.write(1, "person 4")
    await sealing.sealer().seal()
    assert ("seal", 3) in await sealing.found()

    forger = replace(sealing, key=Ed25519PrivateKey.generate())
    await forger.write(1, "person 5")
    await forger.sealer().seal()
    assert ("seal", 4) in await sealing.found()
    await spoil(
        sealing, postgres, "UPDATE audit_seal SET signature = (SELECT signature FROM audit_seal WHERE number = 1)"
    )
    assert {("seal", 2), ("seal", 3)} <= await sealing.found()


async def test_a_copy_that_was_shortened_doubled_or_scribbled_on_is_told(
    sealing: Sealing, postgres: PostgresServer
) -> None:
    for person in range(3):
        await sealing.write(1, f"person {person}")
        await sealing.sealer().seal()
    lines = sealing.copy.path.read_text().splitlines(keepends=True)
    sealing.copy.path.write_text("".join(lines[:2]))
    assert await sealing.found() == set(), "a copy may lag for a while"
    await spoil(sealing, postgres, "UPDATE audit_seal SET sealed_at = sealed_at - interval '1 day'")
    assert ("copy", 3) in await sealing.found()
    sealing.copy.path.write_text("".join([*lines, lines[1]]))
    assert ("copy", 2) in await sealing.found()
    sealing.copy.path.write_text("nonsense\n")
    with pytest.raises(CopyBroken):
        await sealing.found()


async def test_the_command_names_the_row_and_fails(
    sealing: Sealing, postgres: PostgresServer, capsys: pytest.CaptureFixture[str]
) -> None:
    """AUD-03: `residency audit verify`."""
    await sealing.write(3)
    await sealing.sealer().seal()

    def verify(**options: Any) -> None:
        folder = sealing.copy.path.parent
        command.verify("identity", sealing.url, seals=folder, data=folder, **options)

    await asyncio.to_thread(verify)
    assert "3 rows in 1 chains, 1 seals" in capsys.readouterr().out
    await spoil(sealing, postgres, "UPDATE audit SET reason = 'other' WHERE n = 2")
    with pytest.raises(SystemExit) as end:
        await asyncio.to_thread(verify, as_json=True)
    assert end.value.code == 1
    [report] = json.loads(capsys.readouterr().out)
    [finding] = report["findings"]
    assert (report["service"], finding["what"], finding["aggregate"], finding["n"]) == (
        "identity",
        "changed",
        "someone",
        2,
    )


async def test_the_tables_are_those_that_are_declared_down_to_nothing_and_up_again(sealing: Sealing) -> None:
    await asyncio.to_thread(run.check, "identity", sealing.url, METADATA)
    await asyncio.to_thread(run.downgrade, "identity", sealing.url, "0001")
    assert await sealing.database.execute("DELETE FROM audit_head") == "DELETE 0"
    await asyncio.to_thread(run.downgrade, "identity", sealing.url, "base")
    await asyncio.to_thread(run.upgrade, "identity", sealing.url)
    await asyncio.to_thread(run.check, "identity", sealing.url, METADATA)


def test_a_key_document_of_before_is_completed_where_it_is_ours_and_refused_elsewhere(tmp_path: Path) -> None:
    old = {name: value for name, value in vault.generate().items() if name != "audit"}
    with pytest.raises(KeysMissing, match="audit"):
        vault.audit_key(old)
    with pytest.raises(KeysMissing, match="malformed"):
        vault.audit_key(old | {"audit": "short"})
    path = vault.file_in(tmp_path, "enrollment")
    vault.write_once(path, json.dumps(old))
    settings = Settings(data_dir=tmp_path)
    document = vault.document_of("enrollment", settings, vault.generate)
    assert {name: document[name] for name in old} == old
    assert audit_chain.public_key(vault.audit_key(document)) == audit_chain.public_key(
        vault.audit_key(vault.document_of("enrollment", settings, vault.generate))
    )
