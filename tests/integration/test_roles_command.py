"""OPS-56: what `residency roles` prints makes, on a real server and twice over, what migrating and serving need."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from services.cli.roles import script
from services.kit.migrations import run
from tests.support import postgres as postgres_support
from tests.support.postgres import PostgresServer

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    """A server of its own, as roles are everybody's; its administrator is no superuser, as on a rented one."""
    server = postgres_support.create_server()
    server.admin("CREATE ROLE administrator LOGIN CREATEROLE CREATEDB")
    yield server
    postgres_support.remove_server(server)


def url(server: PostgresServer, role: str, database: str) -> str:
    return f"postgresql://{role}@127.0.0.1:{server.port}/{database}"


def psql(server: PostgresServer, text: str, environment: dict[str, str]) -> None:
    program = postgres_support._binaries() / "psql"
    done = subprocess.run(
        [str(program), "--no-psqlrc", "--quiet", url(server, "administrator", "postgres")],
        input=text,
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": os.environ["PATH"], **environment},
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.fixture(scope="module")
def made(server: PostgresServer) -> PostgresServer:
    text = "\n".join(script(["identity", "enrollment"]))
    psql(server, text, {"RESIDENCY_PASSWORD_ENROLLMENT_A": "first"})
    psql(server, text, {"RESIDENCY_PASSWORD_ENROLLMENT_A": 'it\'s "another"'})
    run.upgrade("enrollment", url(server, "residency_migrate", "residency_enrollment"))
    return server


async def test_ops_56_both_logins_serve_what_the_migrating_role_made(made: PostgresServer) -> None:
    for login in ("residency_enrollment_a", "residency_enrollment_b"):
        place = url(made, login, "residency_enrollment")
        assert await run.is_current("enrollment", place)
        connection = await asyncpg.connect(place)
        try:
            assert await connection.fetchval("SELECT current_user") == "residency_enrollment"
            assert await connection.fetchval("SHOW transaction_timeout") == "1500ms"
            assert await connection.fetchval("SHOW statement_timeout") == "4s"
            owners = await connection.fetch("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'")
            assert [row[0] for row in owners] == ["residency_enrollment"]
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute("DELETE FROM audit")
        finally:
            await connection.close()


async def test_ops_56_nothing_leads_across(made: PostgresServer) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncpg.connect(url(made, "residency_identity_a", "residency_enrollment"))
    with pytest.raises(asyncpg.InvalidAuthorizationSpecificationError):
        await asyncpg.connect(url(made, "residency_enrollment", "residency_enrollment"))
    connection = await asyncpg.connect(made.admin_url)
    try:
        found = await connection.fetch(
            "SELECT rolname, rolcanlogin, rolsuper OR rolcreaterole OR rolcreatedb OR rolbypassrls FROM pg_roles"
            " WHERE rolname LIKE 'residency\\_%'"
        )
    finally:
        await connection.close()
    names = {f"residency_{service}{suffix}" for service in ("identity", "enrollment") for suffix in ("", "_a", "_b")}
    assert {row[0] for row in found} == names | {"residency_migrate"}
    assert {row[0] for row in found if not row[1]} == {"residency_identity", "residency_enrollment"}
    assert not any(row[2] for row in found)


async def test_ops_56_a_password_is_set_where_one_is_given_and_stands_in_no_argument(made: PostgresServer) -> None:
    connection = await asyncpg.connect(made.admin_url)
    try:
        rows = await connection.fetch("SELECT rolname, rolpassword FROM pg_authid WHERE rolname LIKE 'residency\\_%'")
    finally:
        await connection.close()
    passwords: dict[str, str | None] = {row[0]: row[1] for row in rows}
    assert str(passwords.pop("residency_enrollment_a")).startswith("SCRAM-SHA-256$")
    assert set(passwords.values()) == {None}
    assert "PASSWORD" not in "\n".join(script(["identity"], passwords=False)).replace("RESIDENCY_PASSWORD", "")


async def test_ops_54_migrate_reads_a_mounted_url_and_stops_where_it_is_told(
    made: PostgresServer, tmp_path: Path
) -> None:
    mounted = tmp_path / "database_url_identity"
    # As with a certificate mounted beside it: what SQLAlchemy alone would not understand.
    mounted.write_text(url(made, "residency_migrate", "residency_identity") + "?sslmode=prefer\n")

    async def migrate(*arguments: str) -> tuple[int | None, str]:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "services.cli.main", "migrate", *arguments),
            cwd=ROOT,
            env={**os.environ, "RESIDENCY_DATABASE_URL_IDENTITY_FILE": str(mounted)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        told, _ = await process.communicate()
        return process.returncode, told.decode()

    assert await migrate("identity", "--to", "0001") == (0, "identity is at 0001, or beyond it\n")
    serving = url(made, "residency_identity_b", "residency_identity")
    assert not await run.is_current("identity", serving)
    assert (await migrate("identity"))[0] == 0
    assert await run.is_current("identity", serving)
    assert (await migrate("identity", "--to", "0001"))[0] == 0, "a step that was taken is no step back"
    assert await run.is_current("identity", serving)
    code, told = await migrate("identity", "--to", "9999")
    assert (code, told) == (2, "residency: identity: Can't locate revision identified by '9999'\n")
    code, told = await migrate("identity", "faculty", "--to", "0001")
    assert code == 2
    assert "--to" in told
