"""OPS-57: with its own NATS user a process does all it has to, and nothing of another's; on a real server."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from nats.aio.client import Client

from services.access import revocations
from services.kit import streams
from services.kit.auth import TokenVerifier
from services.kit.bus import Messaging
from services.kit.nats_login import NatsLogin
from services.kit.pull import Pull
from services.kit.stream_gauges import stream_gauges
from tests.support import nats as nats_support
from tests.support import servers
from tests.support.nats import NatsServer
from tests.support.wait import eventually

ACCOUNTS = Path(__file__).parents[2] / "deploy" / "prerequisites" / "nats-accounts.conf"
PROCESSES = ("identity", "enrollment", "faculty", "notify", "portal", "workflows")
READS = {
    "enrollment": {"IDENTITY.enrollment-identity"},
    "faculty": {"IDENTITY.faculty-identity", "ENROLLMENT.faculty-enrollment"},
    "notify": {
        *("IDENTITY.notify-identity", "ENROLLMENT.notify-enrollment", "FACULTY.notify-faculty"),
        *("ENROLLMENT.webhooks-enrollment", "FACULTY.webhooks-faculty"),
    },
    "workflows": {"ENROLLMENT.workflows-enrollment", "FACULTY.workflows-faculty"},
}
"""Process → its durable consumers, stream first."""
DURABLES = sorted(durable for durables in READS.values() for durable in durables)
SERVICES = ("identity", "enrollment", "faculty", "notify")
REFUSED = re.compile(r'(?:publish|subscription) to "[^"]+"')
HEADERS = {
    "ce-id": "01936b6e-0000-7000-8000-000000000001",
    "ce-type": "residency.Thing",
    "ce-subject": "thing",
    "ce-time": "2026-01-01T00:00:00+00:00",
    "residency-epoch": "1",
    "residency-version": "1",
}
"""Of a fact that can be read."""


class Guarded(NatsServer):
    """A server with the accounts of production; every password is the user's name backwards."""

    def settings(self) -> str:
        passwords, accounts = self.folder / "nats-passwords", self.folder / "nats-accounts"
        for folder in (passwords, accounts):
            folder.mkdir(exist_ok=True)
        users = [f"{process}_{letter}" for process in (*PROCESSES, "operator") for letter in "ab"]
        lines = [f'{user.upper()}: "{user[::-1]}"' for user in users]
        (passwords / "passwords.conf").write_text("\n".join(lines) + "\n")
        (accounts / ACCOUNTS.name).write_bytes(ACCOUNTS.read_bytes())
        return f"include nats-accounts/{ACCOUNTS.name}\n"


@pytest.fixture(scope="module")
def guarded() -> Iterator[NatsServer]:
    server = Guarded(servers.new_folder("residency-nats-"))
    server.start()
    yield server
    nats_support.remove_server(server)


def login(server: NatsServer, user: str) -> NatsLogin:
    return NatsLogin(server.url, lambda: f"{user}:{user[::-1]}")


@asynccontextmanager
async def connected(server: NatsServer, user: str) -> AsyncIterator[tuple[Client, list[str]]]:
    """A plain connection of `user`, and what the server has refused on it."""
    client, refused = Client(), list[str]()

    async def hear(error: Exception) -> None:
        refused.append(str(error).lower())

    await client.connect(server.url, user=user, password=user[::-1], error_cb=hear, allow_reconnect=False)
    yield client, refused
    await client.close()


@pytest.mark.parametrize("process", PROCESSES)
async def test_ops_57_a_process_does_all_it_has_to(guarded: NatsServer, process: str) -> None:
    async with connected(guarded, "operator_b") as (operator, _):
        # The portal waits for others, who apply what is declared.
        await streams.apply(operator.jetstream(), streams.load(streams.streams_file()))
    messaging = Messaging(login(guarded, f"{process}_b"), name=process)
    hinted = asyncio.Event()
    if process == "portal":
        for subject in ("residency.enrollment.v1.>", "residency.notify.v1.message.written"):
            await messaging.subscribe_hints(subject, lambda _delivery: hinted.set())
    await messaging.start()
    try:
        if process in SERVICES:
            await messaging.publish(f"residency.{process}.v1.thing.made", b"", {})
            await messaging.js.get_msg(process.upper(), 1)
        for durable in READS.get(process, ()):
            stream, _, name = durable.partition(".")
            pull = Pull(messaging, stream, name, 1)
            await pull.start()
            async with connected(guarded, "operator_a") as (operator, _):
                # It passes the filter of every consumer of its stream.
                noun = {"enrollment-identity": "person.erased", "faculty-identity": "person.erased"}.get(name)
                subject = f"residency.{stream.lower()}.v1.{noun or 'application.made'}"
                await operator.jetstream().publish(subject, b"")
            for message in await pull.fetch():
                await message.ack_sync()
            await pull.stop()
            await messaging.publish(f"residency.deadletters.{name}", b"", {})
        if process != "workflows":
            ended = revocations(messaging, TokenVerifier(_no_keys))
            await ended.start()
            async with asyncio.timeout(20):
                await ended._caught_up.wait()
            await ended.stop()
        if process == "notify":
            assert await stream_gauges(messaging)._read()
        if process == "portal":
            async with connected(guarded, "operator_b") as (operator, _):
                await operator.jetstream().publish("residency.enrollment.v1.cycle.changed", b"", headers=HEADERS)
            async with asyncio.timeout(20):
                await hinted.wait()
    finally:
        refused = messaging._last_error
        await messaging.stop()
    assert refused == ""


@pytest.mark.parametrize("process", PROCESSES)
async def test_ops_57_a_process_is_refused_what_is_anothers(guarded: NatsServer, process: str) -> None:
    tries = {f"residency.{service}.v1.thing.made": service == process for service in SERVICES}
    for durable in DURABLES:
        mine = durable in READS.get(process, ())
        tries[f"$JS.API.CONSUMER.MSG.NEXT.{durable}"] = mine
        tries[f"$JS.ACK.{durable}.1.1.1.1.0"] = mine
        tries[f"residency.deadletters.{durable.partition('.')[2]}"] = mine
        tries[f"$JS.API.CONSUMER.DELETE.{durable}"] = False
        tries[f"$JS.API.CONSUMER.CREATE.{durable}"] = process != "portal"
    for stream in (*(service.upper() for service in SERVICES), "DEADLETTERS"):
        tries[f"$JS.API.STREAM.MSG.GET.{stream}"] = stream == process.upper()
        tries[f"$JS.API.CONSUMER.CREATE.{stream}.spy"] = False
        # Whoever the internet reaches cannot have a stream's facts sent elsewhere, nor stop it.
        tries[f"$JS.API.STREAM.UPDATE.{stream}"] = process != "portal"
        tries[f"$JS.API.STREAM.CREATE.{stream}"] = process != "portal"
        for verb in ("DELETE", "PURGE", "MSG.DELETE", "SNAPSHOT", "RESTORE"):
            tries[f"$JS.API.STREAM.{verb}.{stream}"] = False
    listens = {f"_INBOX.{other}.x": other == process for other in PROCESSES}
    listens |= {"residency.>": False, "_INBOX.>": False, "residency.identity.v1.>": False}
    async with connected(guarded, f"{process}_a") as (client, refused):
        for subject in tries:
            await client.publish(subject, b"")
        for subject in listens:
            await client.subscribe(subject)
        await client.flush()
        wanted = {f'publish to "{subject}"' for subject, may in tries.items() if not may}
        wanted |= {f'subscription to "{subject}"' for subject, may in listens.items() if not may}

        async def all_told() -> bool:
            return len(refused) >= len(wanted)

        # The client hands refusals on in tasks of their own.
        await eventually(all_told, f"{len(wanted)} refusals, not {len(refused)}", 10)
    assert {found for error in refused for found in REFUSED.findall(error)} == {each.lower() for each in wanted}


async def test_ops_57_the_portal_waits_until_another_has_made_the_streams() -> None:
    server = Guarded(servers.new_folder("residency-nats-"))
    server.start()
    waiting = Messaging(login(server, "portal_a"), name="portal")
    making = Messaging(login(server, "identity_a"), name="identity")
    try:
        async with asyncio.timeout(30):
            starting = asyncio.create_task(waiting.start())

            async def refused() -> bool:
                return "stream.create" in waiting._last_error.lower()

            await eventually(refused, "it may not make them itself", 20)
            await making.start()
            await waiting.connected()
            await starting
        assert waiting.degraded() == ""
    finally:
        await waiting.stop()
        await making.stop()
        nats_support.remove_server(server)


async def test_ops_57_nobody_comes_in_without_a_name(guarded: NatsServer) -> None:
    client = Client()

    async def quiet(_error: Exception) -> None:
        """It is raised as well."""

    with pytest.raises(Exception, match=r"(?i)authorization"):
        await asyncio.wait_for(
            client.connect(guarded.url, allow_reconnect=False, max_reconnect_attempts=0, error_cb=quiet), 5
        )


async def _no_keys() -> str:
    return '{"keys": []}'
