"""Persons: who sees whom, binding and unbinding of name and document.

Holds ID-30, ID-31, ID-32, ID-39, ID-45, ROLE-07 and PEN-01.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.identity.domain.documents import DocumentType
from services.identity.domain.roles import Role
from services.identity.handlers.people import NewBinding
from services.identity.records import Person, PersonState
from services.identity.store.people import People
from services.kit.domain import Caller, DomainError, Kind
from services.kit.ids import new_id
from tests.handlers.identity.conftest import World, caller_of
from tests.handlers.identity.desk import PASSWORD, Desk, named, number, refused

MONTH = timedelta(days=30)
SECOND = timedelta(seconds=1)
SERVICE = Caller("machine:enrollment", "service")


def same(order: int) -> NewBinding:
    """The binding of a person's own name and number."""
    return NewBinding(named(order), DocumentType.RESIDENT_ID, number(order), "", None)


def passport(name: str, at: str = "E12345678", born: str = "1998-03-12") -> NewBinding:
    return NewBinding(name, DocumentType.PASSPORT, at, born, None)


async def stored(world: World, person_id: str) -> Person:
    async with world.database.unit_of_work() as uow:
        found = await People(uow.session).by_id(person_id)
    assert found is not None
    return found


async def change(world: World, person_id: str, **values: Any) -> None:
    async with world.database.unit_of_work() as uow:
        await People(uow.session).change(person_id, **values)


async def test_role_07_oneself_and_services_anyone(world: World) -> None:
    desk = Desk(world)
    mine = await desk.register_person(1)
    other = await desk.register_person(2)
    caller = caller_of(mine)
    seen = await desk.people.get(caller, mine.person.person_id)
    assert (seen.person.person_id, seen.role) == (mine.person.person_id, Role.APPLICANT)
    for hidden in (other.person.person_id, new_id()):
        error = await refused(desk.people.get(caller, hidden))
        assert (error.kind, error.reason) == (Kind.NOT_FOUND, "PERSON_UNKNOWN")
    seen = await desk.people.get(SERVICE, other.person.person_id)
    assert (seen.person.name, seen.role, seen.organisation_code) == (named(2), Role.APPLICANT, "")
    assert (await refused(desk.people.get(SERVICE, new_id()))).reason == "PERSON_UNKNOWN"


async def test_who_the_caller_is(world: World) -> None:
    desk = Desk(world)
    opened = await desk.register_person(1)
    me = await desk.people.me(caller_of(opened))
    assert (me.hat, me.worn.role) == (opened.hat, Role.APPLICANT)
    assert me.bindable_from == world.clock.now() + MONTH
    unchosen = Caller(opened.person.person_id, "unchosen")
    assert (await desk.people.me(unchosen)).hat is None
    assert (await refused(desk.people.me(Caller(new_id(), "applicant")))).reason == "PERSON_UNKNOWN"


async def test_id_30_the_second_binding_within_thirty_days_is_refused_to_the_second(world: World) -> None:
    desk, bound_at = Desk(world), world.clock.now()
    caller = caller_of(await desk.register_person(1))
    world.clock.forward(timedelta(days=3))
    assert await desk.people.unbind(caller, PASSWORD) == bound_at + MONTH
    assert not (await desk.people.get(caller, caller.person_id)).person.verified
    world.clock.instant = bound_at + MONTH - SECOND
    error = await refused(desk.people.bind(caller, same(1)))
    assert (error.kind, error.reason, error.rule) == (Kind.NOT_NOW, "BINDING_TOO_SOON", "ID-30")
    assert error.until == bound_at + MONTH
    world.clock.forward(SECOND)
    again = await desk.people.bind(caller, same(1))
    assert (again.person.verified, again.person.last_bound_at) == (True, world.clock.now())
    assert (await desk.people.me(caller)).bindable_from == world.clock.now() + MONTH
    acts = [act for act, _ in await world.acts(caller.person_id)]
    assert acts[-2:] == ["real_name_unbound", "real_name_bound"]


async def test_id_31_unbinding_gives_no_new_right(world: World) -> None:
    desk, bound_at = Desk(world), world.clock.now()
    caller = caller_of(await desk.register_person(1))
    world.clock.instant = bound_at + timedelta(days=29)
    await desk.people.unbind(caller, PASSWORD)
    assert (await refused(desk.people.bind(caller, same(1)))).until == bound_at + MONTH
    assert (await refused(desk.people.unbind(caller, PASSWORD))).reason == "NOT_BOUND"


async def test_id_31_unbinding_wants_the_password_and_counts_wrong_ones(world: World) -> None:
    desk = Desk(world)
    caller = caller_of(await desk.register_person(1))
    reasons = [(await refused(desk.people.unbind(caller, f"wrong {n}"))).reason for n in range(11)]
    assert reasons == ["PASSWORD_WRONG"] * 10 + ["TOO_MANY_FAILURES"]
    assert (await stored(world, caller.person_id)).verified


async def test_id_32_an_exception_lifts_the_thirty_days_once(world: World) -> None:
    desk = Desk(world)
    caller = caller_of(await desk.register_person(1))
    await desk.people.unbind(caller, PASSWORD)
    await change(world, caller.person_id, override_until=world.clock.now() + timedelta(days=7))
    assert (await desk.people.me(caller)).bindable_from is None
    world.clock.forward(timedelta(days=7) - SECOND)
    bound = (await desk.people.bind(caller, same(1))).person
    assert (bound.verified, bound.override_until) == (True, None)
    assert await desk.people.unbind(caller, PASSWORD) == world.clock.now() + MONTH
    assert (await refused(desk.people.bind(caller, same(1)))).reason == "BINDING_TOO_SOON"
    [row] = await world.rows("SELECT detail FROM audit WHERE act = 'real_name_bound'")
    assert '"by_exception": true' in row["detail"]


async def test_id_32_an_exception_that_ended_lifts_nothing(world: World) -> None:
    desk, bound_at = Desk(world), world.clock.now()
    caller = caller_of(await desk.register_person(1))
    await desk.people.unbind(caller, PASSWORD)
    await change(world, caller.person_id, override_until=world.clock.now() + timedelta(days=7))
    world.clock.forward(timedelta(days=7))
    assert (await refused(desk.people.bind(caller, same(1)))).until == bound_at + MONTH


async def test_id_45_name_and_number_do_not_change_while_bound(world: World) -> None:
    desk = Desk(world)
    caller = caller_of(await desk.register_person(1))
    world.clock.forward(2 * MONTH)
    for new in (same(1), passport("另一人")):
        error = await refused(desk.people.bind(caller, new))
        assert (error.kind, error.reason, error.rule) == (Kind.CONFLICT, "ALREADY_BOUND", "ID-45")
    assert (await stored(world, caller.person_id)).name == named(1)


@pytest.mark.parametrize(
    ("new", "held"),
    [
        (same(1), False),
        (passport(named(1)), False),
        (passport(named(1), born="1998-03-13"), True),
        (passport("另一人"), True),
    ],
)
async def test_id_39_binding_somebody_else_than_before_waits_for_a_human(
    world: World, new: NewBinding, held: bool
) -> None:
    desk = Desk(world)
    caller = caller_of(await desk.register_person(1))
    await desk.people.unbind(caller, PASSWORD)
    world.clock.forward(MONTH)
    bound = (await desk.people.bind(caller, new)).person
    assert (bound.state is PersonState.HELD, bound.verified) == (held, not held)
    assert (await stored(world, caller.person_id)) == bound


async def test_id_39_binding_what_another_account_is_named_waits_for_a_human(world: World) -> None:
    desk = Desk(world)
    caller = caller_of(await desk.register_person(1))
    await desk.people.unbind(caller, PASSWORD)
    await desk.register_person(2, name=named(1))
    world.clock.forward(MONTH)
    assert (await desk.people.bind(caller, same(1))).person.state is PersonState.HELD


async def test_id_10_a_document_bound_elsewhere_is_refused(world: World) -> None:
    desk = Desk(world)
    caller = caller_of(await desk.register_person(1))
    other = await desk.register_person(2)
    await desk.people.unbind(caller, PASSWORD)
    world.clock.forward(MONTH)
    assert (await refused(desk.people.bind(caller, same(2)))).reason == "PERSON_REGISTERED"
    assert ("registration", "PERSON_REGISTERED") in await world.acts(other.person.person_id)
    assert (await stored(world, caller.person_id)).bound_at is None


async def test_id_10_two_who_bind_one_document_at_once_end_in_one(world: World) -> None:
    desk = Desk(world)
    callers = [caller_of(await desk.register_person(order)) for order in (1, 2, 3)]
    for caller in callers:
        await desk.people.unbind(caller, PASSWORD)
    world.clock.forward(MONTH)
    names = ("甲", "乙", "丙")
    bound = await asyncio.gather(
        *(desk.people.bind(caller, passport(name)) for caller, name in zip(callers, names, strict=True)),
        return_exceptions=True,
    )
    reasons = sorted(each.reason if isinstance(each, DomainError) else "" for each in bound)
    assert reasons == ["", "PERSON_REGISTERED", "PERSON_REGISTERED"]
    assert not [each for each in bound if isinstance(each, BaseException) and not isinstance(each, DomainError)]


async def test_id_30_two_bindings_at_once_are_one(world: World) -> None:
    desk = Desk(world)
    caller = caller_of(await desk.register_person(1))
    await desk.people.unbind(caller, PASSWORD)
    world.clock.forward(MONTH)
    bound = await asyncio.gather(*(desk.people.bind(caller, same(1)) for _ in range(4)), return_exceptions=True)
    assert sorted(each.reason if isinstance(each, DomainError) else "" for each in bound) == [
        "",
        *["ALREADY_BOUND"] * 3,
    ]


async def test_id_38_the_register_is_not_asked_when_binding_is_not_possible_yet(world: World) -> None:
    desk = Desk(world)
    caller = caller_of(await desk.register_person(1))
    await desk.people.unbind(caller, PASSWORD)
    assert (await refused(desk.people.bind(caller, passport("停机中")))).reason == "BINDING_TOO_SOON"
    world.clock.forward(MONTH)
    assert (await refused(desk.people.bind(caller, passport("停机中")))).reason == "REAL_NAME_UNAVAILABLE"
    assert (await refused(desk.people.bind(caller, passport("不符者")))).reason == "REAL_NAME_MISMATCH"
    assert (await desk.people.bind(caller, same(1))).person.verified


async def test_pen_01_a_document_has_one_pseudonym_that_says_nothing(world: World) -> None:
    desk = Desk(world)
    mine = await desk.register_person(1)
    seen = await desk.people.get(SERVICE, mine.person.person_id)
    key = desk.people.document_key(seen.person)
    assert len(key) == 64
    assert key != (seen.person.document_lookup or b"").hex()
    typed = desk.people.key_of_document(DocumentType.RESIDENT_ID, f" {number(1).lower()} ")
    assert typed == (key, f"{number(1)[:4]}{'*' * 12}{number(1)[-2:]}")
    assert desk.people.key_of_document(DocumentType.RESIDENT_ID, number(2))[0] != key
    permit, renewed = (
        desk.people.key_of_document(DocumentType.HONG_KONG_MACAO_PERMIT, each)[0]
        for each in ("H12345678", "H1234567801")
    )
    assert permit == renewed
    with pytest.raises(DomainError) as error:
        desk.people.key_of_document(DocumentType.RESIDENT_ID, "123")
    assert error.value.kind is Kind.INVALID
    unbound = await stored(world, mine.person.person_id)
    assert desk.people.document_key(replace(unbound, document_type=None, document_sealed=None)) == ""
