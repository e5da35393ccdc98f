"""PRIV-01 to PRIV-05 in enrollment's tables: sealed, bound to their place, sealed anew, forgotten."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import asyncpg
import pytest

from residency.identity.v1 import events_pb2 as identity
from services.enrollment.domain.audit import broken_at
from services.enrollment.domain.dossier import Section
from services.enrollment.domain.milestones import Milestones
from services.enrollment.domain.phases import P1, P2
from services.enrollment.handlers.applications import SaveSection, SubmitApplication
from services.enrollment.handlers.decisions import ReviewApplication
from services.enrollment.handlers.running import text_of
from services.enrollment.handlers.upkeep import Upkeep
from services.enrollment.handlers.windows import SetMilestones
from services.enrollment.store.papers import PaperStore
from services.enrollment.store.sealed import SealedStore
from services.enrollment.store.sealing import Sealing
from services.enrollment.views import ApplicationView
from services.kit.database import Database
from services.kit.domain import Caller, DomainError
from services.kit.vault import SealBroken
from tests.handlers.enrollment.story import ADMINISTRATOR, DOSSIER, QILU, REVIEWER, Stage, applicant, key
from tests.support.deliveries import delivery_of
from tests.support.vaults import AFTERWARDS, NEXT

HIDDEN: Mapping[Section, Mapping[str, Any]] = {
    Section.BASIC: {"mobile": "13711112222", "email": "hidden@example.org", "qq": "99887766"},
    Section.EDUCATION: {
        "bachelor_has_graduation_certificate": True,
        "bachelor_graduation_certificate_number": "XL370102199805017788",
        "bachelor_has_degree_certificate": True,
        "bachelor_degree_date": "2023-06-30",
        "bachelor_degree_certificate_number": "XW370102199805017788",
    },
    Section.CERTIFICATES: {
        "has_qualification": True,
        "qualification_level": "physician",
        "qualification_category": "clinical",
        "qualification_number": "2023370102199805017788",
        "qualification_date": "2023-06-30",
        "has_practice_licence": True,
        "practice_licence_number": "110370102199805017788",
        "practice_licence_date": "2023-06-30",
        "language_exam": "other",
        "language_level": "N1",
        "language_certificate_number": "CET370102199805017788",
    },
}
SENSITIVE = (
    *("13711112222", "hidden@example.org", "99887766", "XL370102199805017788", "XW370102199805017788"),
    *("2023370102199805017788", "110370102199805017788", "CET370102199805017788"),
)


@pytest.fixture
async def alone(database_url: Callable[[str], str]) -> AsyncIterator[Stage]:
    """A stage whose database nobody shares: every row of it is looked at."""
    database = Database(database_url("enrollment"), name="alone", pool_size=8)
    await database.start()
    stage = Stage(database)
    await stage.open()
    await stage.stand(P1)
    yield stage
    await database.stop()


async def submitted(stage: Stage) -> tuple[Caller, ApplicationView]:
    """Somebody whose dossier has every sensitive field, submitted."""
    person = applicant()
    await stage.start(person)
    await stage.fill(person)
    for section, more in HIDDEN.items():
        body = {**DOSSIER[section], **more}
        await stage.applications.save_section(person, SaveSection(stage.cycle_id, section, body, 0, key()))
    return person, await stage.submit(person)


def shown(view: ApplicationView) -> dict[Section, dict[str, Any]]:
    return {section.section: section.body for section in view.sections}


async def dump(database: Database) -> str:
    """Every row of every table as text; what is bytes also as the text that it may hold."""
    found = []
    for table in await database.fetch("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 2200"):
        for row in await database.fetch(f"SELECT * FROM {table['relname']}"):
            values = [value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value) for value in row]
            found.append(" ".join(values))
    return "\n".join(found)


async def test_priv_01_no_table_holds_a_sensitive_value(alone: Stage) -> None:
    """PRIV-01: dossier, frozen copy, stored answers, outbox, audit: none of them."""
    _, view = await submitted(alone)
    assert all(value in str(shown(view)) for value in SENSITIVE)
    found = await dump(alone.database)
    assert [value for value in SENSITIVE if value in found] == []
    assert "某医学院" in found, "what is not sensitive stays readable"


async def test_priv_02_a_body_hash_cannot_be_found_by_trying_numbers(stage: Stage) -> None:
    """PRIV-02: keyed, and still the same for the same order."""
    await stage.stand(P1)
    person = applicant()
    await stage.start(person)
    order = SaveSection(stage.cycle_id, Section.BASIC, DOSSIER[Section.BASIC], 0, key())
    first = await stage.applications.save_section(person, order)
    assert await stage.applications.save_section(person, order) == first
    stored = await stage.database.fetchval("SELECT body_hash FROM idempotency WHERE key = $1", order.idempotency_key)
    assert stored == stage.sealing.body_hash(text_of(order))
    assert stored != hashlib.sha256(text_of(order).encode()).digest()


@pytest.mark.parametrize(
    "swap",
    [
        "UPDATE dossier_section d SET body = jsonb_set(d.body, '{mobile}', o.body->'mobile') FROM dossier_section o"
        " WHERE o.section = 'basic' AND d.section = 'basic' AND o.application_id <> d.application_id"
        " AND d.application_id = ANY($1) AND o.application_id = ANY($1)",
        "UPDATE dossier_section SET body = jsonb_set(body, '{mobile}', body->'qq') WHERE section = 'basic'"
        " AND application_id = ANY($1)",
    ],
    ids=["another person's", "another field's"],
)
async def test_priv_01_ciphertexts_in_another_place_do_not_open(stage: Stage, swap: str) -> None:
    await stage.stand(P1)
    (person, one), (_, two) = [await submitted(stage) for _ in range(2)]
    await stage.database.execute(swap, [one.application_id, two.application_id])
    with pytest.raises(SealBroken):
        await stage.applications.get_my_application(person, stage.cycle_id)


async def test_priv_01_an_answer_under_another_key_does_not_open(stage: Stage) -> None:
    await stage.stand(P1)
    person, _ = await submitted(stage)
    orders = [SubmitApplication(stage.cycle_id, 0, key()) for _ in range(2)]
    for order in orders:
        await stage.applications.submit_application(person, order)
    await stage.database.execute(
        "UPDATE idempotency SET answer = (SELECT answer FROM idempotency WHERE key = $2) WHERE key = $1",
        *(order.idempotency_key for order in orders),
    )
    with pytest.raises(SealBroken):
        await stage.applications.submit_application(person, orders[0])


async def test_app_12_a_key_used_for_something_that_is_not_sealed_is_told_as_such(stage: Stage) -> None:
    """APP-12: the hash is compared before anything is opened."""
    await stage.stand(P1)
    _, view = await submitted(stage)
    same = key()
    order = SetMilestones(stage.cycle_id, QILU, 1, Milestones(), same)
    await stage.base_windows.set_milestones(ADMINISTRATOR, order)
    await stage.stand(P2)
    review = ReviewApplication(view.application_id, 1, True, "", "", same)
    with pytest.raises(DomainError, match="KEY_REUSED"):
        await stage.decisions.review_application(ADMINISTRATOR, review)


async def test_priv_03_a_frozen_dossier_that_was_changed_is_found(stage: Stage) -> None:
    """PRIV-03: the row is written once beside its seal, the audit names its fingerprint, reading compares."""
    await stage.stand(P1)
    _, view = await submitted(stage)
    id_ = view.application_id
    (row,) = [row for row in await stage.queries.audit(id_) if row.command == "submit_application"]
    stored = await stage.database.fetchval("SELECT fingerprint FROM submission WHERE application_id = $1", id_)
    assert f'"dossier":"{stored.hex()}"' in row.detail
    for change in ("base_code = 'X'", "fingerprint = ''", "submitted_at = now()", "number = 7", "correction_of = 1"):
        with pytest.raises(asyncpg.PostgresError, match="written once"):
            await stage.database.execute(f"UPDATE submission SET {change} WHERE application_id = $1", id_)
    await stage.database.execute(
        "UPDATE submission SET dossier = jsonb_set(dossier, '{basic,sex}', '\"male\"') WHERE application_id = $1", id_
    )
    with pytest.raises(SealBroken, match="not the one that was submitted"):
        await stage.queries.submission(id_, 1)


async def test_priv_04_everything_is_sealed_anew_while_it_is_read(alone: Stage) -> None:
    """PRIV-04: a batch at a time, nobody waits, and then the old key may go."""
    people = [await submitted(alone) for _ in range(4)]
    person, view = people[0]
    order = SubmitApplication(alone.cycle_id, 0, key())
    answer = await alone.applications.submit_application(person, order)
    rotating = Stage(alone.database, NEXT)
    rotating.cycle_id = alone.cycle_id
    old = await rotating.sealed.left()
    assert old > 40
    reads = 0

    async def read() -> None:
        nonlocal reads
        while not done:
            who, was = people[reads % 4]
            assert shown((await rotating.applications.get_my_application(who, alone.cycle_id))[0]) == shown(was)
            frozen = await rotating.queries.submission(was.application_id, 1)
            assert frozen is not None
            assert frozen.dossier == shown(was)
            reads += 1

    done = False
    reader = asyncio.create_task(read())
    rewrapped = 0
    while left := await rotating.sealed.left():
        found, after = await rotating.upkeep.rewrap(7)
        assert (found, after) == (min(7, left), left - found)
        rewrapped += found
    done = True
    await reader
    assert (rewrapped, await rotating.upkeep.rewrap(7)) == (old, (0, 0))
    assert reads > 0

    afterwards = Stage(alone.database, AFTERWARDS)
    assert await afterwards.applications.submit_application(person, order) == answer
    for who, was in people:
        assert shown((await afterwards.applications.get_my_application(who, alone.cycle_id))[0]) == shown(was)
    with pytest.raises(SealBroken):
        await alone.queries.submission(view.application_id, 1)


async def test_priv_05_who_was_erased_is_forgotten_and_the_decision_stays(alone: Stage) -> None:
    """PRIV-05: names, masked document, dossiers and answers go; state, decision and the audit's chain stay."""
    (person, view), (other, others) = [await submitted(alone) for _ in range(2)]
    await alone.stand(P2)
    review = ReviewApplication(view.application_id, 1, True, "", "", key())
    await alone.decisions.review_application(REVIEWER, review)
    before = await alone.queries.audit(view.application_id)
    sealing = Sealing(NEXT)
    upkeep = Upkeep(SealedStore(alone.database, sealing), PaperStore(alone.database, alone.objects, sealing))
    for fact in (
        identity.PersonErased(person_id=person.person_id),
        identity.AccountReleased(person_id=other.person_id),
    ):
        async with alone.database.unit_of_work() as uow:
            await upkeep.hear(delivery_of(fact), uow)

    id_ = view.application_id
    row = await alone.database.fetchrow("SELECT * FROM application WHERE id = $1", id_)
    assert row is not None
    assert (row["name"], row["masked_document"], row["state"]) == ("", "", "approved")
    assert await alone.database.fetchval("SELECT count(*) FROM dossier_section WHERE application_id = $1", id_) == 0
    frozen = await alone.queries.submission(id_, 1)
    assert frozen is not None
    assert (frozen.dossier, frozen.choice) == ({}, view.choice)
    keys = [each.idempotency_key for each in before if each.idempotency_key]
    assert await alone.database.fetchval("SELECT count(*) FROM idempotency WHERE key = ANY($1)", keys) == 0
    rows = await alone.queries.audit(id_)
    assert rows[:-1] == before
    assert (rows[-1].command, rows[-1].rule, rows[-1].state_after) == ("erase_person", "PRIV-05", "approved")
    assert broken_at(rows, row["version"], row["audit_hash"]) == 0
    assert await alone.database.fetchval("SELECT count(*) FROM decision WHERE application_id = $1", id_) == 1
    assert (await alone.decisions.get_submission(REVIEWER, id_)).row.name == ""
    assert shown((await alone.applications.get_my_application(other, alone.cycle_id))[0]) == shown(others)
