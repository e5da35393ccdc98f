"""OPS-42, OPS-44: `residency restored` and `residency outbox` where a database was restored, and JetStream lost."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from residency.enrollment.v1 import events_pb2 as facts
from services.kit.database import Database
from services.kit.domain import Fact
from services.kit.ids import new_id
from services.kit.messaging import Messaging
from services.kit.outbox import Relay
from services.kit.restored import newest_facts
from tests.support import bus
from tests.support.nats import NatsServer
from tests.support.wait import eventually

PERSON = "0198f5a2-7c1e-7d30-9a55-4f1f3c1d2e00"


class Ground:
    """Enrollment's database with a relay, notify's beside it, and the command line on both."""

    def __init__(self, urls: dict[str, str], nats: NatsServer, database: Database, messaging: Messaging) -> None:
        self.urls, self.nats, self.database, self.messaging = urls, nats, database, messaging
        self.relay = Relay(database, messaging, "enrollment")
        self.data = Path("/nowhere")

    async def admitted(self, version: int) -> Fact:
        """A place is given, and published."""
        about = facts.ApplicationFact(
            application_id="a-1", person_id=PERSON, base_code="SD-QILU", specialty_code="0600", version=version
        )
        body = facts.ApplicationAdmitted(application=about)
        subject, name = "residency.enrollment.v1.application.admitted", body.DESCRIPTOR.full_name
        fact = Fact(subject, name, body.SerializeToString(), "a-1", version, new_id())
        async with self.database.unit_of_work() as unit:
            unit.add_fact(fact)
        await eventually(self.published, "it is published")
        return fact

    async def published(self) -> bool:
        return not await self.database.fetchval("SELECT count(*) FROM outbox WHERE published_at IS NULL")

    async def heard(self, fact: Fact) -> None:
        """Notify has handled a fact and written to its person."""
        connection = await asyncpg.connect(self.urls["notify"])
        await connection.execute("INSERT INTO inbox VALUES ('notify-enrollment', $1)", UUID(fact.event_id))
        await connection.close()

    async def residency(self, *arguments: str, code: int = 0) -> Any:
        """What a command printed, as JSON, or what it said where it failed."""
        given = {f"RESIDENCY_{name.upper()}_DATABASE_URL": url for name, url in self.urls.items()}
        done = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-m", "services.cli", *arguments, "--json", "--data", str(self.data)],
            env=os.environ | given | {"RESIDENCY_NATS_URL": self.nats.url},
            capture_output=True,
            text=True,
        )
        assert done.returncode == code, done.stderr
        return json.loads(done.stdout) if code == 0 else done.stderr


@pytest.fixture
async def ground(database_url: Callable[[str], str], nats_server: NatsServer, tmp_path: Path) -> AsyncIterator[Ground]:
    urls = {name: database_url(name) for name in ("enrollment", "notify")}
    database = Database(urls["enrollment"], name="enrollment", pool_size=3)
    await database.start()
    messaging = Messaging(nats_server.url, name="test")
    await messaging.start()
    await bus.wipe(messaging)
    made = Ground(urls, nats_server, database, messaging)
    made.data = tmp_path
    await made.relay.start()
    yield made
    await made.relay.stop()
    await messaging.stop()
    await database.stop()


async def test_a_restore_is_accounted_for_and_another_epoch_begins(ground: Ground) -> None:
    await ground.admitted(4)
    lost = await ground.admitted(5)
    await ground.heard(lost)
    await ground.relay.stop()
    connection = await asyncpg.connect(ground.urls["enrollment"])
    await connection.execute("DELETE FROM outbox WHERE event_id = $1", UUID(lost.event_id))
    await connection.close()
    await ground.relay.start()
    assert ground.relay.degraded()

    told = await ground.residency("restored", "enrollment", "--dry-run")
    assert [each["event_id"] for each in told["unknown_facts"]] == [lost.event_id]
    assert told["places_given"] == [
        {"application_id": "a-1", "base_code": "SD-QILU", "specialty_code": "0600", "kind": "admitted"}
    ]
    assert (told["epoch"], told["next_epoch"], told["begun"]) == (1, 2, None)
    assert told["stands_still_since"]
    assert told["not_asked"] == ["identity", "faculty"]
    assert PERSON not in json.dumps(told), "no person is named"
    assert "epoch 1 is not new" in await ground.residency("restored", "enrollment", "--yes", "--epoch", "1", code=2)

    begun = await ground.residency("restored", "enrollment", "--yes")
    assert begun["begun"] == 2

    async def goes_on() -> bool:
        return not ground.relay.degraded()

    await eventually(goes_on, "commands are accepted again")
    new = await ground.admitted(5)
    newest = {fact.event_id: fact.order for fact in await newest_facts(ground.messaging, "enrollment")}
    assert newest[new.event_id] > newest[lost.event_id]
    after = await ground.residency("restored", "enrollment", "--dry-run")
    assert after["unknown_facts"] == [], "what was accounted for is not told again"


async def test_where_jetstream_is_lost_too_inboxes_tell(ground: Ground) -> None:
    lost = await ground.admitted(5)
    await ground.heard(lost)
    await ground.relay.stop()
    connection = await asyncpg.connect(ground.urls["enrollment"])
    await connection.execute("DELETE FROM outbox WHERE event_id = $1", UUID(lost.event_id))
    await connection.close()
    await bus.wipe(ground.messaging)
    told = await ground.residency("restored", "enrollment", "--dry-run")
    assert told["unknown_facts"] == []
    assert told["handled_elsewhere"] == {"notify-enrollment": 1}


async def test_what_jetstream_lost_is_published_again_and_nothing_else(ground: Ground) -> None:
    sent = [await ground.admitted(version) for version in (1, 2, 3)]
    assert await ground.residency("outbox", "republish", "enrollment") == {"enrollment": 0}
    await bus.wipe(ground.messaging)
    assert await ground.residency("outbox", "republish", "enrollment", "notify") == {"enrollment": 3, "notify": 0}
    await eventually(ground.published, "they are published")
    newest = await newest_facts(ground.messaging, "enrollment")
    assert [fact.event_id for fact in newest] == [fact.event_id for fact in sent]
    (shown,) = await ground.residency("outbox", "show", "enrollment")
    assert (shown["facts"], shown["waiting"], shown["epoch"]) == (3, 0, 1)
    assert "no outbox of 'portal'" in await ground.residency("outbox", "show", "portal", code=2)
