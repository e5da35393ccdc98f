"""The verifier, on a real database: a clean cycle holds, each planted violation is found (OPS-08: I8; OPS-45)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from residency.enrollment.v1.events_pb2 import ApplicationSubmitted, CalendarChanged
from services.kit.ids import new_id
from services.notify.consumers import HEARD
from services.rehearsal.account import compare
from services.rehearsal.ledger import Act, Ledger, Outcome
from services.verifier import notices
from services.verifier.finding import Finding
from services.verifier.invariants import Verifier
from services.verifier.stores import Stores

START = datetime(2026, 1, 5, tzinfo=UTC)
PHASES = ("preparation", "registration", "first_choice", "second_choice", "reallocation", "confirmation", "closed")
DAY = timedelta(days=1)
HANDLED = "INSERT INTO inbox (consumer, event_id) VALUES ('notify-enrollment', $1), ('webhooks-enrollment', $1)"


@dataclass
class Played:
    """A small cycle that has closed, written straight into the tables."""

    databases: Mapping[str, str]
    enrollment: asyncpg.Connection[asyncpg.Record]
    notify: asyncpg.Connection[asyncpg.Record]
    cycle: UUID = field(default_factory=uuid4)
    ledger: Ledger = field(default_factory=Ledger)
    board: list[dict[str, Any]] = field(default_factory=list)
    finals: list[dict[str, Any]] = field(default_factory=list)

    async def lay_out(self) -> None:
        """Cycle, phases (a day each, entered a second late), one base with one place, windows closed."""
        run = self.enrollment.execute
        await run(
            "INSERT INTO cycle (id, province_code, year, title, time_zone, day_seconds)"
            " VALUES ($1, '37', 2023, 't', 'Asia/Shanghai', 86400)",
            self.cycle,
        )
        for sequence, phase in enumerate(PHASES):
            opens, closes = START + (sequence - 1) * DAY, START + sequence * DAY
            await run(
                "INSERT INTO cycle_phase (cycle_id, sequence, phase, name, key, opens_at, closes_at, entered_at, round)"
                " VALUES ($1, $2, $3, $3, $3, $4, $5, $6, $7)",
                self.cycle,
                sequence,
                phase,
                opens if sequence else None,
                closes if phase != "closed" else None,
                opens + timedelta(seconds=1) if sequence else START - DAY,
                sequence - 1 if phase in PHASES[2:5] else 0,
            )
        await run("INSERT INTO cycle_gate (cycle_id, phase, sequence) VALUES ($1, 'closed', 6)", self.cycle)
        await run("INSERT INTO base VALUES ($1, 'B', 'base')", self.cycle)
        await run("INSERT INTO specialty VALUES ($1, '0100', '内科')", self.cycle)
        await run(
            "INSERT INTO seat (cycle_id, base_code, specialty_code, planned) VALUES ($1, 'B', '0100', 1)", self.cycle
        )
        for number in (1, 2, 3):
            await run(
                "INSERT INTO base_window (cycle_id, base_code, round, closed_at) VALUES ($1, 'B', $2, now())",
                self.cycle,
                number,
            )
        await self.add_person("admitted", taken=True)
        self.board = [
            {"base_code": "B", "specialty_code": "0100", "planned": 1, "applied": 1, "provisional": 0, "admitted": 1}
        ]

    async def add_person(self, state: str, *, taken: bool = False, person: str = "") -> UUID:
        """Somebody whose one accepted command was a submission on the first day of registration."""
        application = uuid4()
        await self.enrollment.execute(
            "INSERT INTO application (id, cycle_id, person_id, name, masked_document, version, state, round, base_code,"
            " specialty_code, submission_number, audit_hash)"
            " VALUES ($1, $2, $3, 'n', 'm', 0, $4, 1, 'B', '0100', 1, '')",
            application,
            self.cycle,
            person or str(application),
            state,
        )
        await self.enrollment.execute(
            "INSERT INTO submission (application_id, number, cycle_id, round, base_code, specialty_code,"
            " accepts_reallocation, dossier, fingerprint, sealed_with, correction_of, gate_sequence, submitted_at)"
            " VALUES ($1, 1, $2, 1, 'B', '0100', false, '{}', '', '', 0, 1, $3)",
            *(application, self.cycle, START + timedelta(hours=1)),
        )
        if taken:
            await self.enrollment.execute("UPDATE seat SET taken = taken + 1 WHERE cycle_id = $1", self.cycle)
        await self.audit(application, START + timedelta(hours=1), "registration", accepted=True)
        self.finals.append({"application_id": str(application), "state": state, "round": 1})
        return application

    async def audit(self, application: UUID, at: datetime, phase: str, *, accepted: bool) -> str:
        """A row in the audit, and the act that caused it, as its sender saw it."""
        row = await self.enrollment.fetchrow(
            "UPDATE application SET version = version + 1 WHERE id = $1 RETURNING version, state, person_id",
            application,
        )
        assert row is not None
        version, state, person = row
        key = new_id()
        await self.enrollment.execute(
            "INSERT INTO audit (aggregate_id, n, at, command, actor, role, organisation, rule, phase, gate_sequence,"
            " calendar_version, state_before, state_after, submission_number, detail, idempotency_key, address,"
            " acted_for, prev_hash, hash) VALUES ($1, $2, $3, 'submit_application', $9, 'applicant', '', 'r', $4, $5,"
            " 1, $7, $8, 1, '{}', $6, '', '', '', '')",
            *(application, version, at, phase, PHASES.index(phase), key, "draft" if version == 1 else state, state),
            person,
        )
        await self.tell(application, version)
        self.ledger.add(an_act(key, Outcome.ACCEPTED if accepted else Outcome.REFUSED))
        return key

    async def tell(self, application: UUID, version: int) -> None:
        """What follows from a command: the fact, its message, and a text message that left."""
        person = await self.enrollment.fetchval("SELECT person_id FROM application WHERE id = $1", application)
        event, message = uuid4(), uuid4()
        await self.enrollment.execute(
            "INSERT INTO outbox (event_id, subject, event_type, aggregate_id, version, body, published_at)"
            " VALUES ($1, 's', $2, $3, $4, '', now())",
            *(event, ApplicationSubmitted.DESCRIPTOR.full_name, str(application), version),
        )
        await self.notify.execute(HANDLED, event)
        await self.notify.execute(
            "INSERT INTO message (message_id, key, person_id, template, title, body, sealed_with, application_id,"
            " sent_at, release_at, routed_at, edition) VALUES ($1, $2, $3, 'application_submitted', 't', 'b', 'k', $4,"
            " now(), now(), now(), 'e')",
            *(message, f"fact/{event}/person:{person}/application_submitted", person, str(application)),
        )
        await self.notify.execute(
            "INSERT INTO delivery (delivery_id, message_id, channel, person_id, order_key, priority, state, due_at,"
            " not_before, delivered_at, finished_at) VALUES ($1, $2, 'sms', $3, '', 1, 'delivered', now(), now(),"
            " now(), now())",
            *(uuid4(), message, person),
        )

    @asynccontextmanager
    async def for_a_moment(self, done: str) -> AsyncIterator[None]:
        """Something is done in notify's database, and undone afterwards."""
        for table in ("message", "delivery"):
            await self.notify.execute(f"CREATE TEMP TABLE IF NOT EXISTS kept_{table} AS TABLE {table}")
        await self.notify.execute(done)
        yield
        await self.notify.execute("DELETE FROM delivery; DELETE FROM message")
        for table in ("message", "delivery"):
            await self.notify.execute(f"INSERT INTO {table} TABLE kept_{table}")

    async def verify(self) -> dict[str, Finding]:
        """All findings by name."""

        async def read_board() -> Sequence[Mapping[str, Any]]:
            return self.board

        async with Verifier(Stores(self.databases), settle_seconds=0) as verifier:
            findings = await compare(verifier, str(self.cycle), self.ledger, self.finals, read_board)
        return {finding.name: finding for finding in findings}

    async def broken(self) -> set[str]:
        """Names of the invariants that do not hold."""
        return {name for name, finding in (await self.verify()).items() if not finding.holds}


def an_act(key: str, outcome: Outcome, *, expected: bool = True) -> Act:
    """An act as the ledger keeps it."""
    return Act("submit_application", key, START, START, outcome, 200, "", 1, expected, audited=True)


@pytest.fixture
async def played(database_url: Callable[[str], str]) -> AsyncIterator[Played]:
    services = ("identity", "enrollment", "faculty", "notify")
    databases = {service: await asyncio.to_thread(database_url, service) for service in services}
    enrollment, notify = await asyncpg.connect(databases["enrollment"]), await asyncpg.connect(databases["notify"])
    cycle = Played(databases, enrollment, notify)
    await cycle.lay_out()
    yield cycle
    await enrollment.close()
    await notify.close()


async def test_a_clean_cycle_holds(played: Played) -> None:
    findings = await played.verify()
    assert all(finding.holds for finding in findings.values()), findings
    assert {"I1", "I2", "I3", "I4", "I5", "I7", "I8", "board", "refusals", "answers", "windows"} <= findings.keys()


async def test_i1_more_holders_than_places(played: Played) -> None:
    await played.add_person("admitted")
    played.board[0] |= {"applied": 2, "admitted": 2}
    assert await played.broken() == {"I1"}


async def test_i1_a_counter_that_disagrees(played: Played) -> None:
    await played.enrollment.execute("UPDATE seat SET taken = 0 WHERE cycle_id = $1", played.cycle)
    assert await played.broken() == {"I1"}


async def test_i2_two_live_applications(played: Played) -> None:
    await played.enrollment.execute("DROP INDEX uq_application_one_live")
    await played.add_person("pending", person="twin")
    await played.add_person("pending", person="twin")
    played.board[0]["applied"] = 3
    for final in played.finals[1:]:
        final["state"] = "closed_unplaced"
    assert await played.broken() == {"I2"}


@pytest.mark.parametrize(
    ("at", "phase"),
    [
        (START + timedelta(hours=23, minutes=59, seconds=59) + timedelta(seconds=2), "registration"),
        (START + timedelta(milliseconds=500), "registration"),
        (START + DAY + timedelta(hours=1), "registration"),
    ],
    ids=["after the close", "before the gate entered", "in the next phase"],
)
async def test_i3_outside_the_window(played: Played, at: datetime, phase: str) -> None:
    person = await played.add_person("draft")
    played.finals[-1]["state"] = "closed_unplaced"
    await played.audit(person, at, phase, accepted=True)
    # What was done before the submission stands behind it in the audit.
    assert await played.broken() == ({"I3", "I4"} if at < START + timedelta(hours=1) else {"I3"})


async def test_i6_an_applicant_in_confirmation(played: Played) -> None:
    person = await played.add_person("draft")
    played.finals[-1]["state"] = "closed_unplaced"
    await played.audit(person, START + 4 * DAY + timedelta(hours=1), "confirmation", accepted=True)
    assert await played.broken() == {"I6"}


async def test_i4_accepted_and_not_in_the_audit(played: Played) -> None:
    played.ledger.add(an_act(new_id(), Outcome.ACCEPTED))
    assert await played.broken() == {"I4"}


async def test_ops_45_i4_what_a_restore_lost_is_counted_and_not_held_against_anybody(played: Played) -> None:
    lost = an_act(str(uuid4()), Outcome.ACCEPTED)
    played.ledger.add(lost)
    since = lost.answered_at + timedelta(seconds=1)
    await played.enrollment.execute("UPDATE database_epoch SET number = 2, since = $1", since)
    finding = (await played.verify())["I4"]
    assert (finding.holds, finding.counts) == (False, {}), "a fact of the epoch before is younger than the command"
    await played.enrollment.execute("UPDATE outbox SET created_at = $1", lost.sent_at - timedelta(seconds=1))
    finding = (await played.verify())["I4"]
    assert (finding.holds, finding.counts) == (True, {"lost with a restore": 1})
    played.ledger.add(replace(lost, key=str(uuid4()), sent_at=since, answered_at=since))
    assert not (await played.verify())["I4"].holds, "what was accepted in the new epoch must be there"


async def test_i4_refused_and_in_the_audit(played: Played) -> None:
    person = await played.add_person("draft")
    played.finals[-1]["state"] = "closed_unplaced"
    await played.audit(person, START + timedelta(hours=2), "registration", accepted=False)
    assert await played.broken() == {"I4"}


async def test_i5_an_unpublished_and_an_unhandled_fact(played: Played) -> None:
    insert = (
        "INSERT INTO outbox (event_id, subject, event_type, aggregate_id, version, body, published_at)"
        " VALUES ($1, 's', 't', 'a', 1, '', $2)"
    )
    event = uuid4()
    await played.enrollment.execute(insert, event, None)
    finding = (await played.verify())["I5"]
    assert finding.broken == 1, finding
    await played.enrollment.execute("UPDATE outbox SET published_at = now()")
    finding = (await played.verify())["I5"]
    assert finding.broken == 2
    assert "notify-enrollment has not handled 1 facts" in finding.examples[0]
    await played.notify.execute(HANDLED, event)
    assert (await played.verify())["I5"].holds


async def test_ops_08_i8_counts_what_was_due_and_what_became_of_it(played: Played) -> None:
    found = (await played.verify())["I8"]
    assert found.checked == 1
    assert found.counts == {"due": 1, "inbox delivered": 1, "sms delivered": 1, "perhaps twice": 0}


async def test_ops_08_i8_a_decision_of_the_audit_that_became_no_fact(played: Played) -> None:
    await played.enrollment.execute("DELETE FROM outbox")
    assert await played.broken() == {"I8"}


def test_ops_08_i8_knows_every_fact_that_somebody_hears_of() -> None:
    counted = notices.TO_APPLICANTS | notices.TO_STAFF | notices.TO_OWNERS | notices.TO_PROVINCES
    assert set(HEARD) == counted | notices.OF_FACULTY
    assert not counted & notices.OF_FACULTY


async def test_ops_08_i8_a_changed_calendar_is_told_to_its_province(played: Played) -> None:
    await played.enrollment.execute(
        "INSERT INTO outbox (event_id, subject, event_type, aggregate_id, version, body, published_at)"
        " VALUES ($1, 's', $2, $3, 4, '', now())",
        *(uuid4(), CalendarChanged.DESCRIPTOR.full_name, f"{played.cycle}/calendar"),
    )
    finding = (await played.verify())["I8"]
    assert (finding.broken, finding.checked) == (1, 2), finding
    await played.notify.execute(
        "INSERT INTO message (message_id, key, organisation_code, template, title, body, sealed_with, application_id,"
        " sent_at, routed_at) VALUES ($1, $2, '37', 'calendar_changed', 't', 'b', 'k', '', now(), now())",
        *(uuid4(), f"notice/calendar/{played.cycle}/4/37"),
    )
    assert (await played.verify())["I8"].counts["inbox delivered"] == 2


PLANTED = {
    "nobody was told": "DELETE FROM delivery; DELETE FROM message",
    "somebody else was told": "UPDATE message SET person_id = 'somebody else'",
    "told twice": "INSERT INTO message (message_id, key, person_id, template, title, body, sealed_with, application_id,"
    " sent_at, routed_at) SELECT gen_random_uuid(), key || '2', person_id, template, 't', 'b', 'k', '', now(), now()"
    " FROM message",
    "due and still queued": "UPDATE delivery SET state = 'queued', not_before = now() - interval '5 s'",
    "handed over and never settled": "UPDATE delivery SET state = 'sending', claimed_at = now() - interval '5 s'",
    "given up without a reason": "UPDATE delivery SET state = 'failed'",
    "given up, nobody knows when": "UPDATE delivery SET state = 'expired', reason = 'TOO_LATE', finished_at = NULL",
    "delivered, nobody knows when": "UPDATE delivery SET delivered_at = NULL",
    "undone and sent all the same": "UPDATE message SET dropped_at = sent_at - interval '5 s'",
    "no channel was chosen": "UPDATE message SET routed_at = NULL, sent_at = now() - interval '5 s'",
    "in no inbox and nowhere else": "DELETE FROM delivery; UPDATE message SET in_inbox = false,"
    " routed_at = now() - interval '5 s'",
}
"""What breaks I8, as SQL in notify's database."""
GIVEN_UP = {
    "sms failed NUMBER_DEAD": "state = 'failed', reason = 'NUMBER_DEAD', delivered_at = NULL",
    "sms suppressed NO_ADDRESS": "state = 'suppressed', reason = 'NO_ADDRESS', delivered_at = NULL",
    "sms held": "state = 'queued', not_before = now() + interval '1 h', delivered_at = NULL",
    "sms held BUSY": "state = 'queued', not_before = now() + interval '9 s', reason = 'BUSY', delivered_at = NULL",
}
"""What is counted and breaks nothing."""


async def test_ops_08_i8_a_notice_not_written_once_to_whom_it_concerns_or_left_behind(played: Played) -> None:
    for name, done in PLANTED.items():
        async with played.for_a_moment(done):
            assert await played.broken() == {"I8"}, name
    assert await played.broken() == set()


async def test_ops_08_i8_what_was_given_up_with_a_reason_or_is_not_due_is_counted(played: Played) -> None:
    for counted, done in GIVEN_UP.items():
        async with played.for_a_moment(f"UPDATE delivery SET {done}"):
            found = (await played.verify())["I8"]
            assert (found.holds, found.counts[counted]) == (True, 1), found


async def test_ops_08_i8_what_nobody_may_do_without_left_by_text_message(played: Played) -> None:
    other = await played.add_person("draft")
    played.finals[-1]["state"] = "closed_unplaced"
    change = "UPDATE message SET template = 'security_new_device' WHERE application_id = $1"
    await played.notify.execute(change, str(other))
    assert await played.broken() == set()
    await played.notify.execute("DELETE FROM delivery WHERE person_id = $1", str(other))
    assert await played.broken() == {"I8"}
    await played.notify.execute("DELETE FROM delivery")
    assert await played.broken() == set(), "a province without text messages"


async def test_i7_a_place_never_verified(played: Played) -> None:
    await played.enrollment.execute("UPDATE seat SET planned = 2")
    await played.add_person("provisional", taken=True)
    played.board[0] |= {"planned": 2, "applied": 2, "provisional": 1}
    assert await played.broken() == {"I7"}


async def test_the_board_shows_something_else(played: Played) -> None:
    played.board[0]["applied"] = 7
    assert await played.broken() == {"board"}


async def test_a_window_nobody_closed(played: Played) -> None:
    await played.enrollment.execute("UPDATE base_window SET closed_at = NULL WHERE round = 2")
    assert await played.broken() == {"windows"}


async def test_an_accepted_trespass_and_an_odd_refusal(played: Played) -> None:
    played.ledger.trespasses_accepted.append("late edit")
    played.ledger.add(an_act(new_id(), Outcome.REFUSED, expected=False))
    assert await played.broken() == {"refusals", "answers"}
