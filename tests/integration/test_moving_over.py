"""OPS-12, OPS-14, OPS-15: credentials that change while a process runs, servers reached by TLS, copies of streams."""

from __future__ import annotations

import asyncio
import functools
import json
import shutil
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest
from sqlalchemy import text

from services.kit.bus import NATS_ERRORS, Messaging
from services.kit.consumers import Consumer
from services.kit.database import Database
from services.kit.delivery import Delivery
from services.kit.migrations import roles
from services.kit.nats_login import NatsLogin, NotEncrypted
from services.kit.secret_files import FileSecret
from tests.support import bus, servers
from tests.support.certificates import Authority
from tests.support.nats import NatsServer
from tests.support.postgres import PostgresServer
from tests.support.tls_proxy import encrypted
from tests.support.wait import eventually

OWNER = "residency_kit"


def write(file: Path, content: str) -> None:
    draft = file.with_suffix(".new")
    draft.write_text(content, encoding="utf-8")
    draft.replace(file)


@pytest.fixture
def logins(kit_url: str, postgres: PostgresServer) -> Callable[[str], str]:
    """URL of the test's database for a login role that acts as its owner; made when first asked for."""

    def url(suffix: str) -> str:
        role = f"{OWNER}_{suffix}"
        postgres.admin(
            f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN "
            f"CREATE ROLE {role} LOGIN PASSWORD 'test'; END IF; END $$",
            *roles.login_statements("kit", OWNER, role),
            f"ALTER ROLE {role} LOGIN",
        )
        return kit_url.replace(f"{OWNER}:", f"{role}:")

    return url


async def test_ops_12_sessions_move_to_the_other_role_without_a_failed_call(
    logins: Callable[[str], str], postgres: PostgresServer, kit_url: str, tmp_path: Path
) -> None:
    first, second = await asyncio.to_thread(logins, "a"), await asyncio.to_thread(logins, "b")
    file = tmp_path / "database_url"
    write(file, first)
    database = Database(FileSecret(file).get_secret_value, name="moving", pool_size=4)
    await database.start()
    stop, done = asyncio.Event(), 0
    looker = await asyncpg.connect(postgres.admin_url)

    async def fast() -> None:
        nonlocal done
        while not stop.is_set():
            assert await database.fetchval("SELECT current_user") == OWNER
            done += 1

    async def work() -> None:
        nonlocal done
        while not stop.is_set():
            async with database.unit_of_work() as unit:
                assert (await unit.session.execute(text("SELECT current_user::text"))).scalar() == OWNER
            with suppress(ValueError):  # what fails gives its session back another way
                async with database.unit_of_work() as unit:
                    await unit.session.execute(text("SELECT 1"))
                    raise ValueError
            done += 1

    async def who() -> set[str]:
        rows = await looker.fetch(
            "SELECT usename FROM pg_stat_activity"
            " WHERE application_name = 'database moving' AND usename IS NOT NULL"  # none while it signs in
        )
        return {row[0] for row in rows}

    async def all_are(role: str) -> bool:
        return await who() == {role}

    try:
        callers = [asyncio.create_task(call()) for call in (fast, fast, fast, work, work, work)]
        await eventually(lambda: all_are(f"{OWNER}_a"), "all sessions are the first role's")
        for url in (second, first, second):
            write(file, url)
            role = str(urlsplit(url).username)
            await eventually(functools.partial(all_are, role), f"all sessions are those of {role}", 15)
        # The old role is of no use to anybody any more, and nobody misses it.
        await looker.execute(f"ALTER ROLE {OWNER}_a NOLOGIN")
        seen = done
        await eventually(lambda: _more(lambda: done, seen + 100), "calls go on")
        stop.set()
        await asyncio.gather(*callers)
    finally:
        stop.set()
        await looker.close()
        await database.stop()


async def _more(count: Callable[[], int], than: int) -> bool:
    return count() > than


async def test_ops_12_credentials_that_the_server_refuses_are_not_taken(
    logins: Callable[[str], str], kit_url: str, tmp_path: Path
) -> None:
    first, second = await asyncio.to_thread(logins, "a"), await asyncio.to_thread(logins, "b")
    file = tmp_path / "database_url"
    write(file, first)
    database = Database(FileSecret(file).get_secret_value, name="refused", pool_size=2)
    await database.start()

    async def is_the_second() -> bool:
        return bool(await database.fetchval("SELECT session_user") == f"{OWNER}_b")

    async def was_refused() -> bool:
        return database._refused == second.replace(f"{OWNER}_b", f"{OWNER}_nobody")

    try:
        write(file, second.replace(f"{OWNER}_b", f"{OWNER}_nobody"))
        await eventually(was_refused, "the credentials were tried")
        assert await database.fetchval("SELECT session_user") == f"{OWNER}_a"
        write(file, second)
        await eventually(is_the_second, "those that are good are taken")
    finally:
        await database.stop()


async def test_ops_12_a_login_role_lives_under_its_services_limits_and_owns_what_it_makes(
    logins: Callable[[str], str],
) -> None:
    connection = await asyncpg.connect(await asyncio.to_thread(logins, "a"))
    try:
        for name, wanted in (("transaction_timeout", "5s"), ("lock_timeout", "3s"), ("synchronous_commit", "on")):
            assert await connection.fetchval("SELECT current_setting($1)", name) == wanted
        await connection.execute("CREATE TABLE made (n int)")
        assert await connection.fetchval("SELECT tableowner FROM pg_tables WHERE tablename = 'made'") == OWNER
    finally:
        await connection.close()


async def test_ops_12_a_role_without_limits_does_not_start(logins: Callable[[str], str]) -> None:
    url = await asyncio.to_thread(logins, "a")
    database = Database(f"{url}?options=-c%20transaction_timeout%3D0", name="unlimited")
    with pytest.raises(RuntimeError, match="transaction_timeout"):
        await database.start()


@pytest.mark.parametrize(
    ("host", "authority", "comes_in"), [("localhost", 0, True), ("127.0.0.2", 0, False), ("localhost", 1, False)]
)
async def test_postgresql_is_reached_by_tls_as_its_url_says(
    host: str, authority: int, comes_in: bool, kit_url: str, postgres: PostgresServer, tmp_path: Path
) -> None:
    authorities = Authority(), Authority("somebody else")
    folder = authorities[0].issue(tmp_path / "server")
    (tmp_path / "trusted.crt").write_bytes(authorities[authority].pem)
    async with encrypted(postgres.port, folder, postgres=True) as port:
        place = urlsplit(kit_url)
        url = place._replace(
            netloc=f"{place.username}:{place.password}@{host}:{port}",
            query=f"sslmode=verify-full&sslrootcert={tmp_path / 'trusted.crt'}",
        ).geturl()
        database = Database(url, name="encrypted", pool_size=2)
        if not comes_in:
            with pytest.raises((TimeoutError, OSError)):
                await database._check_settings(url)
            return
        await database.start()
        try:
            assert await database.fetchval("SELECT 1") == 1
            async with database.unit_of_work() as unit:
                assert (await unit.session.execute(text("SELECT 1"))).scalar() == 1
        finally:
            await database.stop()


class Guarded(NatsServer):
    """A NATS server with users, and with TLS when it is given a certificate."""

    users: tuple[str, ...] = ("old",)
    certificate: Path | None = None

    def settings(self) -> str:
        """What its file says of both."""
        users = [{"user": user, "password": f"word of {user}"} for user in self.users]
        told = f"authorization: {json.dumps({'users': users})}\n"
        if self.certificate is not None:
            files = {"cert_file": "tls.crt", "key_file": "tls.key", "ca_file": "ca.crt"}
            told += "tls: " + json.dumps(
                {name: str(self.certificate / file) for name, file in files.items()} | {"verify": True}
            )
        return told

    def let_in(self, *users: str) -> None:
        """Know these users from now on, as an operator reloads the server."""
        self.users = users
        assert self._process is not None
        self.write()
        self._process.send_signal(signal.SIGHUP)


@asynccontextmanager
async def guarded(certificate: Path | None = None) -> AsyncIterator[Guarded]:
    server = Guarded(servers.new_folder("residency-nats-"))
    server.certificate = certificate
    try:
        await asyncio.to_thread(server.start)
        yield server
    finally:
        server.stop()
        shutil.rmtree(server.folder, ignore_errors=True)


async def test_ops_14_the_connection_moves_to_the_new_user_and_no_fact_is_lost(tmp_path: Path) -> None:
    file = tmp_path / "nats_credentials"
    write(file, "old:word of old\n")
    async with guarded() as server:
        login = NatsLogin(server.url, FileSecret(file).get_secret_value)
        messaging = Messaging(login, streams_file=bus.things_file(tmp_path, ["first"]))
        heard: list[str] = []

        async def hear(delivery: Delivery) -> None:
            heard.append(delivery.event_id)

        consumer = Consumer(messaging, bus.THINGS, "first", hear)
        await messaging.start()
        await consumer.start()
        sent: list[str] = []
        stop = asyncio.Event()

        async def tell() -> None:
            while not stop.is_set():
                fact = bus.thing(aggregate_id=f"thing-{len(sent)}")
                with suppress(*NATS_ERRORS):  # unknown, as for a relay: told again
                    await bus.publish(messaging, fact)
                    sent.append(fact.event_id)

        async def moved() -> bool:
            return messaging.client.stats["reconnects"] == 1 and messaging.client.is_connected

        async def all_heard() -> bool:
            return set(heard) >= set(sent)

        telling = [asyncio.create_task(tell()) for _ in range(4)]
        try:
            server.let_in("old", "new")
            write(file, "new:word of new\n")
            await eventually(moved, "the connection was made anew")
            server.let_in("new")
            before = len(sent)
            await eventually(lambda: _more(lambda: len(sent), before + 50), "facts are told")
            stop.set()
            await asyncio.gather(*telling)
            await eventually(all_heard, "every fact was heard")
            assert messaging.client.stats["reconnects"] == 1, "the removed user was still in use"
        finally:
            stop.set()
            await consumer.stop()
            await messaging.stop()


async def test_ops_14_a_user_that_nats_does_not_know_is_not_taken(tmp_path: Path) -> None:
    file = tmp_path / "nats_credentials"
    write(file, "old:word of old")
    async with guarded() as server:
        login = NatsLogin(server.url, FileSecret(file).get_secret_value)
        messaging = Messaging(login, streams_file=bus.things_file(tmp_path, []))
        await messaging.start()

        async def refused() -> bool:
            return messaging._refused.get("user") == "stranger"

        try:
            write(file, "stranger:whatever")
            await eventually(refused, "it was tried")
            await bus.publish(messaging, bus.thing())
            assert messaging.client.stats["reconnects"] == 0
        finally:
            await messaging.stop()


async def test_ops_14_credentials_that_were_wrong_at_the_start_are_mended_without_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "nats_credentials"
    write(file, "stranger:whatever")
    async with guarded() as server:
        login = NatsLogin(server.url, FileSecret(file).get_secret_value)
        messaging = Messaging(login, streams_file=bus.things_file(tmp_path, []))
        starting = asyncio.create_task(messaging.start())

        async def refused() -> bool:
            return "Authorization" in messaging._last_error

        try:
            await eventually(refused, "the server refuses us")
            write(file, "old:word of old")
            await asyncio.wait_for(messaging.connected(), 15)
            await bus.publish(messaging, bus.thing())
        finally:
            await starting
            await messaging.stop()


async def test_ops_14_nats_is_reached_by_tls_and_never_in_clear_when_told_so(
    nats_server: NatsServer, tmp_path: Path
) -> None:
    authority = Authority()
    client, other = authority.issue(tmp_path / "client"), Authority("other").issue(tmp_path / "other")
    async with guarded(authority.issue(tmp_path / "server")) as server:
        url = server.url.replace("nats://127.0.0.1", "nats://old:word%20of%20old@localhost")
        messaging = Messaging(NatsLogin(url, folder=client), streams_file=bus.things_file(tmp_path, []))
        await messaging.start()
        await bus.publish(messaging, bus.thing())
        await messaging.stop()
        with pytest.raises(NATS_ERRORS):
            await NatsLogin(url, folder=other).call()
    with pytest.raises(NotEncrypted):
        await NatsLogin(nats_server.url, folder=client).call()


class Clustered(NatsServer):
    """One of three servers that keep their streams together."""

    routes: tuple[int, ...] = ()
    route: int = 0

    def settings(self) -> str:
        """How it finds the others."""
        others = [f"nats://127.0.0.1:{port}" for port in self.routes]
        return f"cluster: {json.dumps({'name': 'three', 'listen': f'127.0.0.1:{self.route}', 'routes': others})}"


async def _copied(part: Messaging, copies: int) -> bool:
    """Whether everything has so many copies; not while the servers still choose who leads."""
    try:
        stream = await part.js.stream_info(bus.THINGS)
        consumer = await part.js.consumer_info(bus.THINGS, "first")
        await bus.publish(part, bus.thing())
    except NATS_ERRORS:
        return False
    return (stream.config.num_replicas, consumer.config.num_replicas or 1) == (copies, copies)


async def test_ops_15_streams_and_consumers_have_the_copies_that_the_settings_ask_for(tmp_path: Path) -> None:
    three = [Clustered(servers.new_folder("residency-nats-")) for _ in range(3)]
    routes = tuple(servers.free_port() for _ in three)
    for server, route in zip(three, routes, strict=True):
        server.routes, server.route = routes, route
    try:
        for starting in [asyncio.to_thread(server.start) for server in three]:
            await starting
        declared = bus.things_file(tmp_path, ["first"])
        single = Messaging(three[0].url, streams_file=declared)
        copied = Messaging(",".join(server.url for server in three), streams_file=declared, replicas=3)
        for part, copies in ((single, 1), (copied, 3)):
            await part.start()
            await eventually(functools.partial(_copied, part, copies), f"{copies} copies, and facts are taken")
            await part.stop()
    finally:
        for server in three:
            server.stop()
            shutil.rmtree(server.folder, ignore_errors=True)
