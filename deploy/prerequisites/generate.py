"""OPS-57, OPS-59: write what of the prerequisites follows from the code: `deploy/prerequisites/generate.py [--check]`.

`nats-accounts.conf` lets each process publish its own facts and read what `deploy/streams.yaml` declares for it, and no
more; `postgres.yaml` has a database and the roles of `residency roles` for each service.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

from services.cli.roles import LOGINS, logins
from services.stack.databases import MIGRATOR, SERVICES, database
from services.stack.processes import MODULES

HERE = Path(__file__).parent

ACCOUNTS, POSTGRES = HERE / "nats-accounts.conf", HERE / "postgres.yaml"
MARK = "# Made by deploy/prerequisites/generate.py (`make chart`): change what it reads, not this.\n"
OPERATOR = "operator"
ENDED_SESSIONS = "residency.identity.v1.session.ended"
"""What everybody who checks tokens reads with a consumer of its own that the server forgets."""
HEARD = {"portal": ("residency.enrollment.v1.>", "residency.notify.v1.message.written")}
"""Subjects that a process hears as they are published, without a stream."""
READERS = {"webhooks": "notify"}
"""Whose a durable consumer is, where its name does not begin with the process."""
ONLY_LOOKS = "portal"
"""Whom the internet reaches: who may change a stream can have its facts sent to an inbox of its own, or stop it."""
COUNTER = "notify"
"""The process that counts what all streams hold."""

NATS_HEAD = """\
# Who may do what on NATS. A process has two users: while one is in use the other gets a new password, and then they
# change places. Passwords are variables of `passwords.conf`, a mounted Secret: the line `IDENTITY_A: "…"` is that of
# the user `identity_a` (a bcrypt hash will do).
"""
POSTGRES_HEAD = """\
# PostgreSQL by CloudNativePG: three instances, of which one standby has every commit. Then, once, as the superuser:
#   residency roles --no-passwords | kubectl -n residency-data exec -i residency-1 -c postgres -- psql --no-psqlrc
# gives roles their limits and databases their owners' rights; running it again changes nothing. Each `passwordSecret`
# is a Secret of type kubernetes.io/basic-auth with `username` and `password` (external-secrets.example.yaml).
"""


def declared() -> dict[str, list[str]]:
    """Stream → its durable consumers, from `deploy/streams.yaml`."""
    content = yaml.safe_load((HERE.parent / "streams.yaml").read_text(encoding="utf-8"))
    found: dict[str, list[str]] = {stream["name"]: [] for stream in content["streams"]}
    for consumer in content["consumers"]:
        found[consumer["stream"]].append(consumer["durable"])
    return found


def reader(durable: str) -> str:
    """The process to which a durable consumer belongs."""
    first = durable.partition("-")[0]
    return READERS.get(first, first)


def publishing(process: str) -> tuple[list[str], list[str]]:
    """Subjects on which a process may publish, and those of them on which it may not."""
    streams = declared()
    api = "$JS.API"
    # Every process applies the whole declaration when it connects, but for one that waits until others have.
    applying = process != ONLY_LOOKS
    may = [
        f"{api}.STREAM.{verb}.{stream}"
        for stream in streams
        for verb in ("INFO", *(("CREATE", "UPDATE") if applying else ()))
    ]
    not_may = []
    for stream, durables in streams.items():
        for durable in durables:
            may.append(f"{api}.CONSUMER.INFO.{stream}.{durable}")
            if applying:
                may += [f"{api}.CONSUMER.CREATE.{stream}.{durable}", f"{api}.CONSUMER.CREATE.{stream}.{durable}.>"]
            if reader(durable) == process:
                may += [f"{api}.CONSUMER.MSG.NEXT.{stream}.{durable}", f"$JS.ACK.{stream}.{durable}.>"]
                may.append(f"residency.deadletters.{durable}")
            elif stream == "IDENTITY" and process != "workflows":
                not_may.append(f"{api}.CONSUMER.MSG.NEXT.{stream}.{durable}")
    if process.upper() in streams:
        may += [f"residency.{process}.v1.>", f"{api}.STREAM.MSG.GET.{process.upper()}"]
    if process != "workflows":
        may += [f"{api}.CONSUMER.CREATE.IDENTITY.*.{ENDED_SESSIONS}", f"{api}.CONSUMER.MSG.NEXT.IDENTITY.*"]
    if process == COUNTER:
        may += [f"{api}.STREAM.LIST", f"{api}.CONSUMER.LIST.*"]
    return may, not_may


def accounts() -> str:
    """The text of `nats-accounts.conf`."""
    lines = [MARK + NATS_HEAD, "include ../nats-passwords/passwords.conf", ""]
    for process in MODULES:
        lines.append(f"{process.upper()}_MAY {{")
        lines += _subjects("publish", *publishing(process))
        lines += _subjects("subscribe", [f"_INBOX.{process}.>", *HEARD.get(process, ())], [])
        lines.append("}")
    lines += ["", "accounts {", "  RESIDENCY {", "    jetstream: enabled", "    users: ["]
    for process in (*MODULES, OPERATOR):
        for letter in LOGINS:
            may = f", permissions: ${process.upper()}_MAY" if process != OPERATOR else ""
            lines.append(f"      {{ user: {process}_{letter}, password: ${process.upper()}_{letter.upper()}{may} }}")
    lines += ["    ]", "  }", "  SYS { }", "}", "system_account: SYS"]
    return "\n".join(lines) + "\n"


def _subjects(verb: str, may: Sequence[str], not_may: Sequence[str]) -> Iterator[str]:
    yield f"  {verb}: {{"
    for word, subjects in (("allow", may), ("deny", not_may)):
        if subjects:
            yield f"    {word}: ["
            yield from (f'      "{subject}"' for subject in subjects)
            yield "    ]"
    yield "  }"


def postgres() -> str:
    """The text of `postgres.yaml`."""
    documents = [_cluster(), *(_database(service) for service in SERVICES)]
    texts = [yaml.safe_dump(each, sort_keys=False, width=120) for each in documents]
    return MARK + POSTGRES_HEAD + "---\n".join(texts)


def _cluster() -> dict[str, Any]:
    owners = [{"name": database(service), "ensure": "present", "login": False} for service in SERVICES]
    users = {MIGRATOR: [database(service) for service in SERVICES]}
    users |= {login: [database(service)] for service in SERVICES for login in logins(service)}
    members = [
        {
            "name": name,
            "ensure": "present",
            "login": True,
            "inRoles": inside,
            "passwordSecret": {"name": name.replace("_", "-")},
        }
        for name, inside in users.items()
    ]
    return {
        "apiVersion": "postgresql.cnpg.io/v1",
        "kind": "Cluster",
        "metadata": {"name": "residency", "namespace": "residency-data"},
        "spec": {
            "instances": 3,
            # The gate needs transaction_timeout, which PostgreSQL has from 17 on.
            "imageName": "ghcr.io/cloudnative-pg/postgresql:18",
            "bootstrap": {"initdb": {"dataChecksums": True, "encoding": "UTF8"}},
            # A commit that was told is on two machines; with one machine left, commits wait rather than risk it.
            "postgresql": {
                "synchronous": {"method": "any", "number": 1, "dataDurability": "required"},
                "parameters": {
                    "max_connections": "700",
                    "shared_buffers": "4GB",
                    "effective_cache_size": "12GB",
                    "wal_compression": "lz4",
                    "synchronous_commit": "on",
                },
            },
            "managed": {"roles": owners + members},
            "storage": {"size": "150Gi"},
            "walStorage": {"size": "20Gi"},
            "resources": {"requests": {"cpu": "4", "memory": "16Gi"}, "limits": {"cpu": "8", "memory": "16Gi"}},
            "affinity": {
                "enablePodAntiAffinity": True,
                "podAntiAffinityType": "required",
                "topologyKey": "topology.kubernetes.io/zone",
            },
            "monitoring": {"enablePodMonitor": True},
        },
    }


def _database(service: str) -> dict[str, Any]:
    return {
        "apiVersion": "postgresql.cnpg.io/v1",
        "kind": "Database",
        "metadata": {"name": f"residency-{service}", "namespace": "residency-data"},
        "spec": {
            "cluster": {"name": "residency"},
            "name": database(service),
            "owner": database(service),
            "encoding": "UTF8",
            "template": "template0",
            # Deleting this object leaves the data.
            "databaseReclaimPolicy": "retain",
        },
    }


def main() -> int:
    """Write the files, or with `--check` say which are stale; returns the exit code."""
    wanted = {ACCOUNTS: accounts(), POSTGRES: postgres()}
    stale = [path for path, text in wanted.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    if "--check" in sys.argv[1:]:
        for path in stale:
            sys.stderr.write(f"{path.name} is stale: run `make chart`\n")
        return 1 if stale else 0
    for path in stale:
        path.write_text(wanted[path], encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
