"""OPS-17: every credential of a running season is replaced, and nobody is refused for it.

Signing key, sealing keys, database roles, NATS users and machine secrets, in the order of
`docs/operations/rotation.md`. What was replaced is then made useless while the season goes on.
"""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import signal
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import httpx

from residency.identity.v1 import session_service_pb2 as identity
from residency.identity.v1.session_service_pb2_grpc import SessionServiceStub
from services.access import channel_to
from services.drills.ground import Options, Stack, running
from services.drills.play import Play, judge, playing
from services.drills.report import Report
from services.drills.waiting import eventually
from services.kit.domain import DomainError
from services.kit.migrations import roles
from services.kit.settings import Settings
from services.stack import databases, handing, processes, servers
from services.stack.problems import StackFailure

TOLD = {"RESIDENCY_MACHINE_TOKEN_LIFE": "PT302S"}
"""Machines sign in anew every few seconds: five minutes before the end of their token."""
TURNS = ("a", "b")
SECONDS = 60.0
"""How long one step may take to be taken over by everybody."""


async def run(options: Options) -> Report:
    """Play a season and rotate. Raises StackProblem without the embedded servers, StackFailure when something hangs."""
    report = options.report("rotation")
    with running(keep=options.keep, told=TOLD) as stack:
        report.did("started the stack")
        with playing(stack, options) as play:
            await play.begun()
            await Rotation(stack, play, report).run()
            report.found("the season outlasts the rotation", not play.over, holds=not play.over)
            judge(report, "rotation", await play.report())
    return report


class Rotation:
    """All of it, on a stack whose processes are handed their credentials as files."""

    def __init__(self, stack: Stack, play: Play, report: Report) -> None:
        self._stack = stack
        self._play = play
        self._report = report
        self._state = stack.state()

    async def run(self) -> None:
        """Rotate everything, in order."""
        await self._keys()
        await self._database_roles()
        await self._nats_users()
        await self._machine_secrets()

    async def _keys(self) -> None:
        self._stack.run("keys", "rotate", "signing")
        commands = [
            self._stack.residency("keys", "rotate", "sealing", "--service", name) for name in databases.SERVICES
        ]
        for command in commands:
            _, talk = command.communicate(timeout=SECONDS)
            if command.returncode != 0:
                raise StackFailure(f"a sealing key was not replaced: {talk}")
        for service in databases.SERVICES:
            await self._logged([service], "changed keys are in use", f"{service} uses its fresh keys")
        self._report.did("replaced the signing key and the sealing keys of all services")
        said = self._stack.run("keys", "rewrap")
        left = [line for line in said.splitlines() if "none left under an older key" not in line]
        self._report.found("values under an older sealing key", "; ".join(left) or 0, holds=not left)

    async def _database_roles(self) -> None:
        admin = await asyncpg.connect(servers.url("postgres", self._state))
        try:
            for turn in TURNS:
                for service in databases.SERVICES:
                    await self._login(admin, service, turn)
                await self._only(admin, turn)
                self._report.did(f"all database sessions are those of the roles …_{turn}")
            for service in databases.SERVICES:
                await admin.execute(f'ALTER ROLE "{databases.database(service)}_{TURNS[0]}" NOLOGIN')
            self._report.found("former database roles", "closed", holds=not await self._others(admin, TURNS[1]))
        finally:
            await admin.close()

    async def _login(self, admin: asyncpg.Connection[asyncpg.Record], service: str, turn: str) -> None:
        owner, word = databases.database(service), secrets.token_urlsafe(32)
        role = f"{owner}_{turn}"
        await admin.execute(f"CREATE ROLE \"{role}\" LOGIN PASSWORD '{word}'")
        for statement in roles.login_statements(service, owner, role):
            await admin.execute(statement)
        file = handing.file(self._stack.data, service, "DATABASE_URL")
        parts = urlsplit(file.read_text(encoding="utf-8"))
        place = parts.netloc.rpartition("@")[2]
        handing.write(file, parts._replace(netloc=f"{role}:{word}@{place}").geturl())

    async def _only(self, admin: asyncpg.Connection[asyncpg.Record], turn: str) -> None:
        try:
            async with asyncio.timeout(SECONDS):
                while await self._others(admin, turn):  # noqa: ASYNC110  (another server: there is no event)
                    await asyncio.sleep(0.2)
        except TimeoutError:
            who = ", ".join(await self._others(admin, turn))
            raise StackFailure(f"sessions of {who} are still there after {SECONDS:g} s") from None

    async def _others(self, admin: asyncpg.Connection[asyncpg.Record], turn: str) -> list[str]:
        """Sessions of our processes that are not those of this turn's roles."""
        rows = await admin.fetch(
            "SELECT DISTINCT usename FROM pg_stat_activity WHERE application_name LIKE 'database %'"
            " AND usename IS NOT NULL AND usename NOT LIKE '%\\_' || $1",
            turn,
        )
        return [str(row[0]) for row in rows]

    async def _nats_users(self) -> None:
        file = self._stack.data / "nats" / "nats.conf"
        held = json.loads(file.read_text(encoding="utf-8"))
        users = {held["authorization"]["user"]: held["authorization"]["password"]}
        for number, turn in enumerate(TURNS, start=1):
            user, word = f"residency_{turn}", secrets.token_urlsafe(32)
            users[user] = word
            self._let_in(file, held, users)
            for process in processes.MODULES:
                handing.write(handing.file(self._stack.data, process, "NATS_CREDENTIALS"), f"{user}:{word}")
            await self._logged(
                processes.MODULES, "the connection uses the changed credentials", f"all use {user}", times=number
            )
            self._report.did(f"all processes reach NATS as {user}")
        del users[f"residency_{TURNS[0]}"]
        self._let_in(file, held, users)
        self._report.did("NATS forgot the former user")

    def _let_in(self, file: Path, held: dict[str, object], users: dict[str, str]) -> None:
        named = [{"user": user, "password": word} for user, word in users.items()]
        handing.write(file, json.dumps({**held, "authorization": {"users": named}}, indent=1))
        os.kill(self._stack.state().pids["nats"], signal.SIGHUP)

    async def _machine_secrets(self) -> None:
        file = handing.file(self._stack.data, "identity", "MACHINE_SECRETS")
        former: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
        # The operator's own stays: the rehearsal that plays beside us signs in with it.
        fresh = {name: secrets.token_urlsafe(32) for name in former if name != "operator"}
        handing.write(file, json.dumps({**former, **{name: [former[name], word] for name, word in fresh.items()}}))
        for process in processes.MODULES:
            word = fresh[processes.machine(process)]
            handing.write(handing.file(self._stack.data, process, "MACHINE_SECRET"), word)
        self._report.did("machines were given fresh secrets; identity takes the former ones too")
        await self._signed_in(4)
        handing.write(file, json.dumps({**former, **fresh}))
        await self._signed_in(4)
        self._report.did("identity takes the fresh secrets only")
        refused = sum(self._count(["identity"], "a machine was refused").values())
        self._report.found("machines that were refused", refused, holds=refused == 0)
        await self._useless(former["worker"])

    async def _useless(self, secret: str) -> None:
        settings = Settings(identity_address=processes.address(self._state, "identity"))
        channel = channel_to("identity", settings)
        try:
            await channel.stub(SessionServiceStub).SignInMachine(
                identity.SignInMachineRequest(machine="worker", secret=secret)
            )
        except DomainError as error:
            seen = error.reason
        else:
            seen = "taken"
        finally:
            await channel.close()
        self._report.found("a former machine secret", seen, holds=seen == "BAD_MACHINE")

    async def _signed_in(self, more: int) -> None:
        """Wait until `more` machines have signed in since now: each does so every few seconds while it has work."""
        wanted = self._sign_ins() + more
        await eventually(lambda: self._sign_ins() >= wanted or self._play.over, f"{more} machines sign in", 2 * SECONDS)

    def _sign_ins(self) -> float:
        places = [each for each in processes.names(self._state) if processes.service(each) == "identity"]
        told = [self._metrics(self._state.ports[f"{each}.metrics"]) for each in places]
        counts = [line for text in told for line in text.splitlines() if "SignInMachine" in line and "_count{" in line]
        return sum(float(line.rsplit(" ", 1)[1]) for line in counts if 'code="OK"' in line)

    def _metrics(self, port: int) -> str:
        return httpx.get(f"http://127.0.0.1:{port}/metrics", trust_env=False).text

    async def _logged(self, names: Iterable[str], line: str, what: str, *, times: int = 1) -> None:
        await eventually(lambda: all(count >= times for count in self._count(names, line).values()), what, SECONDS)

    def _count(self, names: Iterable[str], line: str) -> dict[str, int]:
        """How often each replica of these processes has said `line`."""
        logs, wanted = self._stack.data / "logs", set(names)
        replicas = [each for each in processes.names(self._state) if processes.service(each) in wanted]
        return {
            name: (logs / f"{name}.log").read_text(encoding="utf-8", errors="replace").count(line) for name in replicas
        }
