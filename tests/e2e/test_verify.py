"""OPS-90, OPS-91: `residency verify` finds a real season in order, and each corruption of it, by its name.

Each corruption is planted as the superuser, in transactions that the verifier reads inside of and that are rolled back:
nothing is copied, and nobody else ever sees it.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

from services.drills.ground import Stack
from services.rehearsal import site as sites
from services.rehearsal.people import make_people
from services.stack import databases, servers
from services.verifier import check
from services.verifier.check import Look
from services.verifier.finding import Finding, State
from services.verifier.stores import Stores

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

OPEN_CYCLE = "0c0c0c0c-0000-4000-8000-000000000001"
"""A cycle that is planted, and that nobody waits for."""
NUMBER = make_people(1, seed=404, tag="planted")[0].resident_id
"""Of nobody: its check digit is right."""
ONE = "SELECT id FROM application WHERE cycle_id = '{cycle}' AND"
ADMITTED = ONE + " state = 'admitted' ORDER BY id LIMIT 1"
COPY = (
    "INSERT INTO application (id, cycle_id, person_id, name, masked_document, version, state, round, base_code,"
    " specialty_code, submission_number, audit_hash) SELECT gen_random_uuid(), cycle_id, person_id, name,"
    " masked_document, 0, {state}, round, base_code, specialty_code, 0, '' FROM application WHERE id = ({one})"
)


@dataclass(frozen=True)
class Planted:
    """A corruption: as SQL, in whose database, which findings it breaks, and how the first of them names it.

    `{cycle}` stands for the season's cycle, `{application}` for one that was admitted in it.
    """

    what: str
    service: str
    sql: str
    breaks: frozenset[str]
    named: str


def planted(what: str, service: str, sql: str, breaks: str, named: str) -> Planted:
    """A row of the table below; `breaks` are names of findings, the one that names it first."""
    return Planted(what, service, sql, frozenset(breaks.split()), f"{breaks.split(maxsplit=1)[0]}: {named}")


CORRUPTIONS = [
    planted(
        "an oversold seat",
        "enrollment",
        "ALTER TABLE seat DROP CONSTRAINT ck_seat_within_plan;"
        " UPDATE seat SET planned = 0 WHERE cycle_id = '{cycle}' AND taken > 0",
        "I1",
        r"planned 0, taken [1-9]",
    ),
    planted(
        "a counter of places taken that disagrees",
        "enrollment",
        "UPDATE seat SET taken = 0 WHERE cycle_id = '{cycle}' AND taken > 0",
        "I1",
        r"taken 0, holders [1-9]",
    ),
    planted(
        "a second live application of a person",
        "enrollment",
        "DROP INDEX uq_application_one_live; " + COPY.format(state="'draft'", one=ONE + " live ORDER BY id LIMIT 1"),
        "I2",
        r"live 2",
    ),
    planted(
        "a second admission",
        "enrollment",
        "DROP INDEX uq_application_one_live; DROP INDEX uq_application_one_admitted;"
        " ALTER TABLE seat DROP CONSTRAINT ck_seat_within_plan; "
        + COPY.format(state="state", one=ONE + " state = 'admitted' ORDER BY id LIMIT 1")
        + "; UPDATE seat s SET planned = planned + 1, taken = taken + 1 FROM application a WHERE a.id = ("
        + ONE
        + " state = 'admitted' AND version > 0 ORDER BY id LIMIT 1) AND (s.cycle_id, s.base_code, s.specialty_code)"
        " = (a.cycle_id, a.base_code, a.specialty_code)",
        "I2 board",
        r"places 2",
    ),
    planted(
        "a decision outside its window",
        "enrollment",
        "UPDATE cycle_phase p SET closes_at = (SELECT max(at) FROM audit JOIN application a ON a.id = aggregate_id"
        " WHERE a.cycle_id = p.cycle_id AND gate_sequence = p.sequence) - interval '150 ms'"
        " WHERE cycle_id = '{cycle}' AND phase = 'first_choice'",
        "I3",
        r"first_choice",
    ),
    planted(
        "a phase that went back",
        "enrollment",
        "UPDATE cycle_gate SET phase = 'confirmation', sequence = 5 WHERE cycle_id = '{cycle}'",
        "I3",
        r"phase confirmation, sequence 5, .*furthest 6",
    ),
    planted(
        "a phase that its workflow entered and the books did not",
        "enrollment",
        "UPDATE cycle_phase SET entered_at = NULL WHERE cycle_id = '{cycle}' AND phase = 'closed'",
        "histories I3",
        r"entered phase 6, the books did not",
    ),
    planted(
        "a command in a wrong phase",
        "enrollment",
        "UPDATE audit SET phase = 'closed' WHERE command = 'submit_application' AND aggregate_id = ("
        + ONE
        + " state = 'admitted' ORDER BY id LIMIT 1)",
        "I6 I3 I11",
        r"command submit_application, phase closed",
    ),
    planted(
        "a missing row of the audit",
        "enrollment",
        "DELETE FROM audit WHERE n = 2 AND aggregate_id = (" + ONE + " state = 'admitted' ORDER BY id LIMIT 1)",
        "I4 I11",
        r"version \d+, rows \d+",
    ),
    planted(
        "a doubled idempotency key",
        "enrollment",
        "DROP INDEX uq_audit_actor_key;"
        " UPDATE audit l SET idempotency_key = f.idempotency_key FROM audit f WHERE f.aggregate_id = l.aggregate_id"
        " AND f.n = 2 AND l.n = 3 AND l.actor = f.actor AND l.aggregate_id = ("
        + ONE
        + " state = 'admitted' ORDER BY id LIMIT 1)",
        "I4 I11",
        r"rows 2",
    ),
    planted(
        "a state that the audit does not know",
        "enrollment",
        "UPDATE application SET state = CASE state WHEN 'approved' THEN 'rejected' ELSE 'approved' END WHERE id = ("
        + ONE
        + " state IN ('approved', 'rejected') ORDER BY id LIMIT 1)",
        "I4",
        r"state_after (approved, state rejected|rejected, state approved)",
    ),
    planted(
        "a changed row of the audit",
        "enrollment",
        "UPDATE audit SET detail = '[]' WHERE n = 1 AND aggregate_id = ("
        + ONE
        + " state = 'admitted' ORDER BY id LIMIT 1)",
        "I11",
        r"enrollment: .* 1 ",
    ),
    planted(
        "a cut tail of the audit",
        "enrollment",
        "CREATE TEMP TABLE cut AS SELECT a.id, u.n, u.prev_hash FROM application a JOIN audit u"
        " ON u.aggregate_id = a.id AND u.n = a.version JOIN audit_leaf l USING (aggregate_id, n)"
        " WHERE a.cycle_id = '{cycle}' AND u.n > 1 AND u.state_before = u.state_after LIMIT 1;"
        " DELETE FROM audit u USING cut c WHERE u.aggregate_id = c.id AND u.n = c.n;"
        " UPDATE application a SET version = a.version - 1, audit_hash = c.prev_hash FROM cut c WHERE a.id = c.id",
        "I11",
        r"enrollment: ",
    ),
    planted(
        "a fact that was never in its stream",
        "enrollment",
        "INSERT INTO outbox (event_id, subject, event_type, aggregate_id, version, body, published_at)"
        " SELECT gen_random_uuid(), subject, event_type, 'planted', 1, body, now() FROM outbox LIMIT 1",
        "streams I5",
        r"of enrollment is not in its stream",
    ),
    planted(
        "a fact that a consumer lost",
        "notify",
        "DELETE FROM inbox WHERE (consumer, event_id) = (SELECT consumer, event_id FROM inbox"
        " WHERE consumer = 'notify-enrollment' LIMIT 1)",
        "I5",
        r"notify-enrollment has not handled 1 facts",
    ),
    planted(
        "a double notice",
        "notify",
        "INSERT INTO message (message_id, key, person_id, template, title, body, sealed_with, application_id, sent_at,"
        " release_at, routed_at) SELECT gen_random_uuid(), key || '2', person_id, template, title, body, sealed_with,"
        " application_id, sent_at, release_at, routed_at FROM message"
        " WHERE template = 'application_submitted' AND application_id = '{application}' LIMIT 1",
        "I8",
        r"became 2 messages",
    ),
    planted(
        "a notice that nobody wrote",
        "notify",
        "DELETE FROM message WHERE message_id = (SELECT message_id FROM message"
        " WHERE template = 'application_submitted' AND application_id = '{application}' LIMIT 1)",
        "I8",
        r"became 0 messages",
    ),
    planted(
        "a notice that was never delivered",
        "notify",
        "UPDATE delivery SET state = 'queued', not_before = now() - interval '2 h' WHERE delivery_id = ("
        "SELECT delivery_id FROM delivery WHERE state = 'delivered' LIMIT 1)",
        "I8",
        r"state queued",
    ),
    planted(
        "an actor without the role",
        "identity",
        "UPDATE hat SET given_at = now() + interval '1 d' WHERE role = 'base_reviewer'",
        "I9",
        r"acted as base_reviewer of .* and was none",
    ),
    planted(
        "an identity number in the body of a fact",
        "enrollment",
        "UPDATE outbox SET body = body || '\\x1212'::bytea || '" + NUMBER + "'::bytea WHERE position = ("
        "SELECT min(position) FROM outbox)",
        "I10",
        r"^\d{3}\*+.. stands in fact .* of enrollment",
    ),
    planted(
        "a board that shows something else",
        "enrollment",
        "UPDATE application a SET specialty_code = (SELECT min(s.code) FROM specialty s WHERE s.cycle_id = a.cycle_id"
        " AND s.code <> a.specialty_code) WHERE id = (" + ONE + " state = 'approved' ORDER BY id LIMIT 1)",
        "board",
        r"applied \d+, in_the_books",
    ),
    planted(
        "an open cycle that no workflow waits for",
        "enrollment",
        "INSERT INTO cycle (id, province_code, year, title, time_zone, day_seconds, version, audit_hash, created_at)"
        f" VALUES ('{OPEN_CYCLE}', '37', 1999, 't', 'Asia/Shanghai', 86400, 0, '', now() - interval '1 h');"
        " INSERT INTO cycle_phase (cycle_id, sequence, phase, name, key, round)"
        f" SELECT '{OPEN_CYCLE}', sequence, phase, name, key, round FROM cycle_phase WHERE cycle_id = '{{cycle}}';"
        f" INSERT INTO cycle_gate (cycle_id, phase, sequence) VALUES ('{OPEN_CYCLE}', 'preparation', 0)",
        "waits",
        f"cycle/{OPEN_CYCLE} was never started",
    ),
]


@dataclass(frozen=True)
class Season:
    """A season that was played, and what JetStream and Temporal hold of it."""

    stores: Stores
    admin_url: str
    cycle: str
    look: Look

    @asynccontextmanager
    async def corrupted(self, corruption: Planted) -> AsyncIterator[Look]:
        """The same look at it, with the corruption in the databases as the verifier sees them."""
        async with AsyncExitStack() as stack:
            connections = {}
            for service in self.stores.databases:
                connection = await asyncpg.connect(database_at(self.admin_url, service), timeout=30)
                stack.push_async_callback(connection.close)
                transaction = connection.transaction(isolation="repeatable_read")
                await transaction.start()
                stack.push_async_callback(transaction.rollback)
                connections[service] = connection
            victim = connections[corruption.service]
            # Triggers and foreign keys would not let it happen.
            await victim.execute("SET LOCAL session_replication_role = replica; SET LOCAL lock_timeout = '20s'")
            one = await connections["enrollment"].fetchval(ADMITTED.replace("{cycle}", self.cycle))
            sql = corruption.sql.replace("{cycle}", self.cycle).replace("{application}", str(one))
            done = await victim.execute(sql)
            assert not done.endswith(" 0"), f"nothing of the season could be corrupted so: {done}"

            async def rows(service: str, query: str, *values: Any) -> Sequence[asyncpg.Record]:
                return await connections[service].fetch(query, *values)

            async def session(service: str) -> Any:
                return connections[service]

            yield replace(self.look, rows=rows, later=rows, last=rows, connection=session)

    async def judged(self, corruption: Planted) -> dict[str, Finding]:
        """What the verifier says of it; streams and chains are read where they are concerned."""
        stores = self.stores
        if "streams" not in corruption.breaks:
            stores = replace(stores, nats=None)
        if "I11" not in corruption.breaks:
            stores = replace(stores, seals=None)
        cycle = OPEN_CYCLE if "waits" in corruption.breaks else self.cycle
        async with self.corrupted(corruption) as look:
            verdict = await check.judge(stores, look, cycle)
        return {finding.name: finding for finding in verdict.findings}


def database_at(admin_url: str, service: str) -> str:
    """How the superuser reaches the database of a service."""
    parts = urlsplit(admin_url)
    return urlunsplit((parts.scheme, parts.netloc, f"/{databases.database(service)}", parts.query, ""))


async def looked_at(stores: Stores) -> Look:
    """What a look at the season finds that is not in a database."""
    async with check.looking(stores) as look:
        return look


@pytest.fixture(scope="module")
def season(stack: Stack, report: Any) -> Season:
    site = sites.find(stack.data)
    stores = replace(site.stores, files=None)
    admin_url = servers.url("postgres", stack.state())
    return Season(stores, admin_url, report["cycle_id"], asyncio.run(looked_at(stores)))


def test_ops_90_a_season_as_it_was_played_holds_and_every_finding_says_what_it_saw(stack: Stack, report: Any) -> None:
    command = stack.residency("verify", "--cycle", report["cycle_id"], "--json")
    out, talk = command.communicate(timeout=200)
    assert command.returncode == 0, f"{out}\n{talk}"
    told = json.loads(out)
    assert told["state"] in (State.HOLDS, State.NOT_YET)
    assert list(told["invariants"]) == list(check.ORDER)
    assert all(each["checked"] for each in told["invariants"].values()), told
    assert {"enrollment", "identity", "notify", "temporal", "jetstream", "audit"} <= told["seconds"].keys()


@pytest.mark.parametrize("corruption", CORRUPTIONS, ids=lambda corruption: corruption.what)
async def test_ops_91_each_corruption_is_found_and_named(season: Season, corruption: Planted) -> None:
    findings = await season.judged(corruption)
    broken = {name: finding for name, finding in findings.items() if finding.state is State.BROKEN}
    assert set(broken) == corruption.breaks, {name: finding.examples for name, finding in broken.items()}
    name, _, pattern = corruption.named.partition(": ")
    assert any(re.search(pattern, example) for example in broken[name].examples), broken[name].examples
