"""OPS-56: `residency roles`: the SQL with which an administrator of PostgreSQL makes databases and their roles."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated

import typer

from services.cli import output
from services.kit.migrations.roles import role_statements
from services.stack.databases import MIGRATOR, SERVICES, database

LOGINS = ("a", "b")
"""A service has two logins: while one is in use the other gets a new password."""

HEAD = """\
-- Databases and roles of residency, made by `residency roles`; run it as often as you like:
--
--   residency roles | psql --no-psqlrc postgresql://ADMINISTRATOR@HOST/postgres
--
-- Needs PostgreSQL 17 or newer. Each database has an owner that nobody logs in as, and two logins that act as the
-- owner; one role migrates them all.
\\set ON_ERROR_STOP on
SET client_min_messages = warning;
"""
PASSWORDS = """\
-- A password is set where the environment has RESIDENCY_PASSWORD_<LOGIN>, and left alone otherwise. It may be a SCRAM
-- verifier, which no log can give away.
"""


def register(app: typer.Typer) -> None:
    """Add `roles`."""
    app.command("roles")(roles)


def roles(
    names: Annotated[list[str] | None, typer.Argument(help=f"Any of {', '.join(SERVICES)}; all when none.")] = None,
    passwords: Annotated[bool, typer.Option(help="Set passwords; without, something else does.")] = True,
) -> None:
    """Print the SQL that makes the databases and their roles, for psql; nothing is connected to.

    Passwords come from the environment of psql: RESIDENCY_PASSWORD_MIGRATE, RESIDENCY_PASSWORD_IDENTITY_A and so on.

    Example: residency roles | psql postgresql://postgres@db.example.org/postgres
    """
    wanted = names or list(SERVICES)
    if unknown := [name for name in wanted if name not in SERVICES]:
        output.fail(f"no database of {unknown[0]!r}; there are {', '.join(SERVICES)}", output.USAGE)
    for line in script(wanted, passwords):
        output.say(line)


def logins(service: str) -> list[str]:
    """The two roles as which the processes of `service` log in."""
    return [f"{database(service)}_{letter}" for letter in LOGINS]


def script(services: Sequence[str], passwords: bool = True) -> Iterator[str]:
    """The lines for psql."""
    yield HEAD
    yield from _role(MIGRATOR, "LOGIN")
    for service in services:
        yield f"\n-- {service}"
        yield from _service(service)
    if passwords:
        yield "\n" + PASSWORDS.rstrip()
        for role in (MIGRATOR, *(login for service in services for login in logins(service))):
            yield from _password(role)


def _service(service: str) -> Iterator[str]:
    name = database(service)
    yield from _role(name, "NOLOGIN")
    for login in logins(service):
        yield from _role(login, "LOGIN")
        yield from (f"{statement};" for statement in role_statements(service, login))
    members = ", ".join(f'"{role}"' for role in (MIGRATOR, *logins(service)))
    # The administrator of a rented server is no superuser: to give a database away it must be a member of the owner.
    yield f'GRANT "{name}" TO CURRENT_USER, {members};'
    yield _unless(
        f"SELECT FROM pg_database WHERE datname = '{name}'",
        f'CREATE DATABASE "{name}" OWNER "{name}" TEMPLATE template0 ENCODING \'UTF8\'',
    )
    yield f'REVOKE CONNECT, TEMPORARY ON DATABASE "{name}" FROM PUBLIC;'
    yield f'GRANT CONNECT ON DATABASE "{name}" TO {members};'
    # What they make and own is the owner's, whichever of them was in use.
    for role in (MIGRATOR, *logins(service)):
        yield f'ALTER ROLE "{role}" IN DATABASE "{name}" SET role = \'{name}\';'


def _role(name: str, may: str) -> Iterator[str]:
    yield _unless(f"SELECT FROM pg_roles WHERE rolname = '{name}'", f'CREATE ROLE "{name}" {may}')


def _unless(found: str, statement: str) -> str:
    """Have psql run `statement` unless the query finds something; names are ours, so none can end the quotes."""
    quoted = statement.replace("'", "''")
    return f"SELECT '{quoted}' WHERE NOT EXISTS ({found}) \\gexec"


def _password(role: str) -> Iterator[str]:
    variable = role.removeprefix("residency_")
    yield f"\\getenv {variable} RESIDENCY_PASSWORD_{variable.upper()}"
    yield f"\\if :{{?{variable}}}"
    yield f"  ALTER ROLE \"{role}\" PASSWORD :'{variable}';"
    yield "\\endif"
