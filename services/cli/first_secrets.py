"""OPS-88: `residency secrets FOLDER`: every secret of a first installation, made so that they fit together."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from services.cli import output
from services.stack.databases import MIGRATOR, SERVICES, database
from services.stack.processes import MODULES, machine

OPERATOR = "operator"
LETTERS = ("a", "b")
"""Each login to a server comes twice: while one is in use the other gets a new password."""
TRUSTED = "?sslmode=verify-full&sslrootcert=/run/residency/postgres/ca.crt"

Folder = dict[str, dict[str, str]]
"""Name of a Secret → its keys."""


def register(app: typer.Typer) -> None:
    """Add `secrets`."""
    app.command("secrets")(secrets)


def secrets(
    folder: Annotated[Path, typer.Argument(help="A folder that does not exist yet; only its owner may read it.")],
    release: Annotated[str, typer.Option(help="Name of the Helm release, with which the Secrets' names begin.")] = (
        "residency"
    ),
    postgres: Annotated[str, typer.Option(help="host:port of PostgreSQL, as the processes reach it.")] = (
        "residency-rw.residency-data.svc:5432"
    ),
    trusted: Annotated[
        bool,
        typer.Option("--trusted", help="Check PostgreSQL's certificate (`postgres.caSecret` names the chart's CA)."),
    ] = False,
) -> None:
    """Make passwords, machine secrets and key documents of a first installation: a folder a Secret, a file a key.

    FOLDER/postgres and FOLDER/nats hold the Secrets of these servers, FOLDER/processes those of the release. Put them
    into your secret store or the cluster, keep a copy of the key documents apart from the databases' backups, and
    delete the folder: nothing that was sealed can be read without them.

    Example: residency secrets made
    """
    if folder.exists():
        output.fail(f"{folder} is there already: what its keys sealed can be read with no others", output.CONFLICT)
    parts = made(release, postgres, TRUSTED if trusted else "")
    try:
        for part, each in parts.items():
            _write(folder / part, each)
    except OSError as error:
        output.fail(f"cannot write {folder}: {error.strerror}")
    counts = ", ".join(f"{len(each)} for {part}" for part, each in parts.items())
    output.say(f"secrets of the release {release} are in {folder}: {counts}")


def made(release: str, postgres: str, query: str) -> dict[str, Folder]:
    """The Secrets of `postgres` and `nats`, and of the release's `processes`, all fresh."""
    from services.identity import keys  # noqa: PLC0415  (brings cryptography)
    from services.kit import vault  # noqa: PLC0415

    logins = [f"{database(service)}_{letter}" for service in SERVICES for letter in LETTERS]
    database_passwords = {login: _fresh() for login in (MIGRATOR, *logins)}
    names = (*MODULES, OPERATOR)
    broker_passwords = {f"{name}_{letter}": _fresh() for name in names for letter in LETTERS}
    users: Folder = {
        login.replace("_", "-"): {"username": login, "password": password}
        for login, password in database_passwords.items()
    }
    lines = (f'{user.upper()}: "{password}"\n' for user, password in broker_passwords.items())
    broker: Folder = {"nats-passwords": {"passwords.conf": "".join(lines)}}

    def url(login: str, service: str) -> str:
        return f"postgresql://{login}:{database_passwords[login]}@{postgres}/{database(service)}{query}"

    processes: Folder = {
        f"{release}-{name}": {"nats_credentials": f"{name}_a:{broker_passwords[f'{name}_a']}"} for name in names
    }
    for service in SERVICES:
        document = keys.generate() if service == keys.SERVICE else vault.generate()
        own = {"database_url": url(f"{database(service)}_a", service), "keys": json.dumps(document)}
        processes[f"{release}-{service}"] |= own
        processes[f"{release}-{OPERATOR}"][f"{service}_database_url"] = own["database_url"]
    machines = {name: _fresh() for name in names if name not in (keys.SERVICE, "portal")}
    for name, secret in machines.items():
        processes[f"{release}-{name}"]["machine_secret"] = secret
    known = {machine(name): secret for name, secret in machines.items()}
    processes[f"{release}-{keys.SERVICE}"]["machine_secrets"] = json.dumps(known)
    processes[f"{release}-migrate"] = {f"database_url_{service}": url(MIGRATOR, service) for service in SERVICES}
    return {"postgres": users, "nats": broker, "processes": processes}


def _fresh() -> str:
    """A secret that needs no quoting anywhere."""
    return os.urandom(24).hex()


def _write(folder: Path, secrets: Mapping[str, Mapping[str, str]]) -> None:
    folder.mkdir(mode=0o700, parents=True)
    folder.parent.chmod(0o700)
    for name, keys in secrets.items():
        (folder / name).mkdir(mode=0o700)
        for key, value in keys.items():
            descriptor = os.open(folder / name / key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(value)
