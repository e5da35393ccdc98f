"""MSG-22, must hold whatever dies: nobody is left out, and nobody hears twice but where it is counted."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

from services.kit.database import Database
from services.notify.domain.delivering import MOST_DOUBTS
from tests.support.carrier_servers import Answered, Heard, Mailboxes, http_carrier, saying
from tests.support.carriers import NOON, Engine, engine
from tests.support.delivering_worker import STEPS, Task, deliver

PEOPLE = 60
KILLS = 20
SEED = 20230720
MOST = {"claimed": 3, "sending": 12, "answered": 12, "noting": 5, "noted": 5}
"""How often a process comes to a step at most, before it dies there."""
EVERY = 7
"""Of so many new messages a carrier takes one and never says so."""


class Gateway:
    """Takes text messages, each id once; a second copy has to be the same."""

    def __init__(self) -> None:
        self.taken: dict[str, object] = {}
        self.copies = 0

    def answer(self, heard: Heard) -> Answered:
        name = heard.json["id"]
        if name in self.taken:
            assert self.taken[name] == heard.json
            self.copies += 1
            return saying({})
        self.taken[name] = heard.json
        return Answered(hangs_up=True) if len(self.taken) % EVERY == 0 else saying({})


class Server(Mailboxes):
    """Takes every mail, and lets the answer to some get lost: it says nothing until its client has left."""

    def __init__(self) -> None:
        super().__init__()
        self.copies: Counter[str] = Counter()

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        name = str(message_from_bytes(envelope.content)["Message-ID"]).strip("<>").partition("@")[0]
        self.copies[name] += 1
        if self.copies[name] == 1 and len(self.copies) % EVERY == 0:
            await asyncio.Event().wait()
        return "250 2.0.0 taken"


async def test_msg_22_killed_twenty_times_everybody_hears_and_every_copy_is_counted(
    database_url: Callable[[str], str], tmp_path: Path
) -> None:
    url, gateway, mailboxes = database_url("notify"), Gateway(), Server()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(mailboxes, hostname="mail.example", loop=loop), "127.0.0.1", 0)
    async with engine(url) as world, http_carrier(gateway.answer) as carrier:
        order = await _written(world)
        minutes, where, chance = 0, Counter[str](), random.Random(SEED)

        async def one(per_second: float, dies_at: str = "", times: int = 0) -> int:
            nonlocal minutes
            minutes += 15  # by then what failed is due again
            log = tmp_path / f"{minutes}"
            now = NOON + timedelta(minutes=minutes)
            port = server.sockets[0].getsockname()[1]
            numbers = world.people.numbers
            code = await deliver(Task(url, now, carrier.url, port, numbers, per_second, dies_at, times, log))
            assert code == (-9 if log.exists() else 0)
            if log.exists():
                where[log.read_text()] += 1
            await _time_passes(world.database)
            return code

        while where.total() < KILLS:
            assert minutes < 15 * 3 * KILLS, f"only {where.total()} processes came to their step"
            step = STEPS[where.total() % len(STEPS)]
            await one(16.0, step, chance.randint(1, MOST[step]))
        while await world.database.fetchval("SELECT count(*) FROM delivery WHERE state IN ('queued', 'sending')"):
            assert await one(1000.0) == 0
        rows = {str(row["delivery_id"]): row for row in await world.rows()}
    server.close()

    assert len(rows) == PEOPLE * 4
    assert set(where.values()) == {KILLS // len(STEPS)}
    # A mail may be given up after two lost answers: it is seen among those given up, whether it had left or not.
    assert all(row["state"] == "delivered" or row["doubtful"] >= MOST_DOUBTS for row in rows.values())
    # The gateway drops copies of an id: each delivery is there exactly once.
    texts = [name for name, row in rows.items() if row["channel"] == "sms"]
    assert sorted(gateway.taken) == sorted(texts)
    assert gateway.copies > 0
    assert {rows[name]["doubtful"] for name in texts} == {0}
    # The mail server does not: there are no more copies of a mail than its row admits, and none of what counts as
    # delivered is missing. On a machine that is busy elsewhere an answer may be lost before the mail was taken.
    mails = {name: row for name, row in rows.items() if row["channel"] == "email"}
    assert set(mailboxes.copies) >= {name for name, row in mails.items() if row["state"] == "delivered"}
    assert set(mailboxes.copies) <= set(mails)
    assert all(mailboxes.copies[name] <= 1 + row["doubtful"] for name, row in mails.items())
    assert 0 < mailboxes.copies.total() - len(mailboxes.copies) <= sum(row["doubtful"] for row in mails.values())
    # Of one application, in order.
    for taken in (gateway.taken, mailboxes.copies):
        place = {str(rows[name]["message_id"]): number for number, name in enumerate(taken)}
        assert all(place[earlier] < place[later] for earlier, later in order)


async def _written(world: Engine) -> list[tuple[str, str]]:
    """Two messages to each, about one application; their ids."""
    order = []
    for number in range(PEOPLE):
        person_id = world.people.person()
        await world.proved(person_id)
        drafts = [world.draft(person_id, application_id=f"app-{number}") for _ in range(2)]
        async with world.database.unit_of_work() as uow:
            await world.writer.write_many(uow, drafts)
        keys = [draft.key for draft in drafts]
        found = await world.database.fetch("SELECT key, message_id::text FROM message WHERE key = ANY($1)", keys)
        ids = {row["key"]: row["message_id"] for row in found}
        order.append((ids[keys[0]], ids[keys[1]]))
    while await world.router().route():
        pass
    return order


async def _time_passes(database: Database) -> None:
    """A dead holder's lease runs out, and what it claimed is abandoned."""
    await database.execute("UPDATE relay_lease SET until = clock_timestamp() - interval '1 second'")
    await database.execute("UPDATE delivery SET claimed_at = claimed_at - interval '1 minute' WHERE state = 'sending'")
