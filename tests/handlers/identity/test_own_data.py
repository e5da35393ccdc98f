"""A person's data: given to themselves, erased after the retention period, sealed anew, never in the clear.

Holds ID-11, ID-41, ID-42 and ID-43.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from residency.identity.v1 import events_pb2
from services.identity import keys
from services.identity.domain.mobile import national
from services.identity.domain.roles import Role
from services.identity.handlers.upkeep import Erased
from services.identity.records import PersonState
from services.identity.store import tables
from services.identity.store.people import People
from services.identity.store.sealed import sealed_columns
from services.kit import vault
from services.kit.domain import Caller
from services.kit.ids import new_id
from services.kit.vault import Vault, VaultKeys
from tests.handlers.identity.conftest import World, caller_of
from tests.handlers.identity.desk import PASSWORD, Desk, mobile, named, number, refused

OPERATOR = Caller("machine:operator", "operator")


async def dump(world: World) -> dict[str, str]:
    """Every row of every table as text, as a dump would show it."""
    names = await world.rows("SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'")
    found = {}
    for name in (row["name"] for row in names):
        rows = await world.rows(f'SELECT t.*::text AS line FROM "{name}" AS t')
        found[name] = "\n".join(row["line"] for row in rows)
    return found


def spellings(plain: str) -> list[str]:
    """How a value could stand in a dump: as it is, or as bytes in hex."""
    return [plain, plain.encode().hex()]


async def test_id_11_no_document_and_no_mobile_number_stands_in_any_table(world: World) -> None:
    desk = Desk(world)
    secrets = []
    for order in range(1, 6):
        await desk.register_person(order)
        secrets += [number(order), national(mobile(order))]
    begun = await desk.begin(6)
    await desk.account(6, begun)
    caller = caller_of(await desk.register_person(7))
    await desk.people.unbind(caller, PASSWORD)
    await refused(desk.begin(1, name="别的名字"))
    secrets += [number(6), national(mobile(6)), number(7), national(mobile(7))]
    found = await dump(world)
    assert sum(bool(text) for text in found.values()) >= 9, "there is something to look at"
    for secret in secrets:
        for spelling in spellings(secret):
            assert [table for table, text in found.items() if spelling in text] == []


async def test_id_11_a_sealed_value_of_another_row_is_refused(world: World) -> None:
    desk = Desk(world)
    one, two = await desk.register_person(1), await desk.register_person(2)
    assert one.person.document_sealed is not None
    with pytest.raises(vault.SealBroken):
        world.vault.open(one.person.document_sealed, two.person.person_id)


async def test_id_41_the_export_tells_everything_and_only_about_the_caller(world: World) -> None:
    desk = Desk(world)
    opened = await desk.register_person(1)
    other = await desk.register_person(2)
    await world.open(opened.person)
    caller = caller_of(opened)
    text = await desk.own_data.export(caller)
    told = json.loads(text)
    assert told["person"]["document_number"] == number(1)
    assert told["person"]["mobile_number"] == mobile(1)
    assert (told["person"]["name"], told["person"]["login"]) == (named(1), "wang1")
    assert [hat["role"] for hat in told["hats"]] == ["applicant"]
    assert len(told["sessions"]) == 2
    acts = [row["act"] for row in told["audit"]]
    assert acts == ["account_opened", "session_began", "session_began", "data_exported"]
    assert told["exported_at"] == world.clock.now().isoformat()
    for foreign in (other.person.person_id, number(2), mobile(2), named(2), opened.person.password_hash, "$argon2"):
        assert foreign not in text


async def test_id_41_every_table_about_persons_is_told_or_left_out_on_purpose(world: World) -> None:
    told = {
        *("person", "hat", "session", "factor", "recovery_code", "recovery", "text_code", "scan_ticket", "proposal"),
        "audit",
    }
    about_nobody = {
        *("organisation", "attempt", "captcha", "audit_head", "idempotency", "outbox", "inbox", "relay_lease"),
        "database_epoch",
        # Before there is an account, or nobody's yet; challenges live five minutes and hold nothing but a nonce.
        *("registration", "invitation", "challenge", "sandbox_text"),
        # Of an organisation; who opened one is in that person's rows of the audit.
        *("service_account", "service_secret"),
        # Roots over the audit.
        *("audit_seal", "audit_leaf"),
    }
    assert {*tables.METADATA.tables} - told - about_nobody == set()


async def test_id_41_nobody_exports_in_anothers_place(world: World) -> None:
    desk = Desk(world)
    caller = replace(caller_of(await desk.register_person(1)), acting_by=new_id())
    assert (await refused(desk.own_data.export(caller))).reason == "OWN_DATA_ONLY"


async def test_id_42_accounts_idle_beyond_the_retention_period_are_erased(world: World) -> None:
    desk = Desk(world)
    gone = (await desk.register_person(1)).person
    await world.hat(gone, Role.BASE_REVIEWER)
    retention = world.core.settings.retention
    world.clock.forward(timedelta(days=30))
    stays = (await desk.register_person(2)).person
    world.clock.forward(retention - timedelta(days=30))
    assert await desk.upkeep.erase_expired(OPERATOR, dry_run=False, limit=0) == Erased(0, 0), "not a moment early"
    world.clock.forward(timedelta(seconds=1))
    assert await desk.upkeep.erase_expired(OPERATOR, dry_run=True, limit=0) == Erased(1, 0)
    assert await desk.upkeep.erase_expired(OPERATOR, dry_run=False, limit=0) == Erased(1, 1)
    assert await desk.upkeep.erase_expired(OPERATOR, dry_run=False, limit=0) == Erased(0, 0)

    async with world.database.unit_of_work() as uow:
        tombstone = await People(uow.session).by_id(gone.person_id)
        left = await People(uow.session).by_id(stays.person_id)
    assert left == stays
    assert tombstone is not None
    assert tombstone.state is PersonState.ERASED
    found = await dump(world)
    for trace in (gone.login + ",", named(1), gone.password_hash):
        assert [table for table, text in found.items() if trace in text] == []
    for blob in (gone.document_lookup, gone.document_sealed, gone.birth_lookup, gone.mobile_lookup, gone.mobile_sealed):
        assert blob is not None
        assert [table for table, text in found.items() if blob.hex() in text] == []
    assert gone.person_id not in found["session"]
    assert gone.person_id in found["hat"], "decisions keep naming the id and the hat"
    assert (await world.acts(gone.person_id))[-1] == ("person_erased", "done")
    [fact] = await world.facts("person.erased")
    assert events_pb2.PersonErased.FromString(fact["body"]).person_id == gone.person_id


async def test_id_42_document_and_login_are_free_again(world: World) -> None:
    desk = Desk(world)
    first = (await desk.register_person(1)).person
    world.clock.forward(world.core.settings.retention + timedelta(seconds=1))
    await desk.upkeep.erase_expired(OPERATOR, dry_run=False, limit=0)
    again = (await desk.register_person(1)).person
    assert (again.login, again.state) == (first.login, PersonState.ACTIVE)
    assert again.person_id != first.person_id


async def test_id_42_as_many_as_asked_for_and_each_once(world: World) -> None:
    desk = Desk(world)
    for order in range(1, 5):
        await desk.register_person(order)
    world.clock.forward(world.core.settings.retention + timedelta(seconds=1))
    together = await asyncio.gather(*(desk.upkeep.erase_expired(OPERATOR, dry_run=False, limit=2) for _ in range(2)))
    assert sum(each.erased for each in together) == 2
    assert await desk.upkeep.erase_expired(OPERATOR, dry_run=False, limit=0) == Erased(2, 2)
    assert len(await world.facts("person.erased")) == 4


def rotate(world: World, name: str, document: dict[str, Any]) -> VaultKeys:
    """Have values sealed with another key from now on, as a changed key document does; the keys as they are then."""
    document["sealing"]["keys"].setdefault(name, vault.fresh_key())
    document["sealing"]["current"] = name
    world.vault.renew(vault.parse(document))
    return vault.parse(document)


async def test_id_43_values_are_sealed_anew_while_others_read(world: World) -> None:
    desk = Desk(world)
    people = [(await desk.register_person(order)).person for order in range(1, 5)]
    await desk.begin(9)
    held = rotate(world, "k2", keys.document_of(world.core.settings))

    async def read() -> None:
        for order, person in enumerate(people, start=1):
            async with world.database.unit_of_work() as uow:
                found = await People(uow.session).by_id(person.person_id)
            assert found is not None
            assert found.document_sealed is not None
            assert world.vault.open(found.document_sealed, person.person_id) == number(order)

    first = await desk.upkeep.rewrap_sealed(3)
    assert first.rewrapped == 3
    assert first.left > 3
    readings = asyncio.gather(*(read() for _ in range(10)))
    done = first
    while done.left:
        done = await desk.upkeep.rewrap_sealed(4)
        assert 0 < done.rewrapped <= 4
    await readings
    assert (await desk.upkeep.rewrap_sealed(0)).rewrapped == 0

    # The old key may go: nothing needs it any more.
    only_new = Vault(VaultKeys(held.lookup, "k2", {"k2": held.sealing["k2"]}))
    async with world.database.unit_of_work() as uow:
        found = await People(uow.session).by_id(people[0].person_id)
    assert found is not None
    assert found.document_sealed is not None
    assert found.mobile_sealed is not None
    assert only_new.open(found.document_sealed, found.person_id) == number(1)
    assert only_new.open(found.mobile_sealed, found.person_id) == mobile(1)
    for column in sealed_columns():
        for row in await world.rows(f"SELECT {column.name} AS blob FROM {column.table.name}"):
            assert row["blob"] is None or vault.key_of(row["blob"]) == "k2"


async def test_id_43_every_sealed_column_is_known_and_key_names_of_any_length_are(world: World) -> None:
    assert {f"{column.table.name}.{column.name}" for column in sealed_columns()} >= {
        *("person.document_sealed", "person.mobile_sealed", "registration.document_sealed", "factor.secret_sealed"),
        *("sandbox_text.text_sealed", "sandbox_text.code_sealed", "invitation.mobile_sealed", "recovery.mobile_sealed"),
    }
    desk = Desk(world)
    document = keys.document_of(world.core.settings)
    for name in ("k", "k11", "a-longer-name", "k11"):
        rotate(world, name, document)
        await desk.texts.send(mobile(1), "notice", "审核通过。")
    held = await desk.upkeep.rewrap_sealed(0)
    assert (held.rewrapped, held.left) == (2, 0)
    assert len(await desk.texts.kept(mobile(1))) == 4
