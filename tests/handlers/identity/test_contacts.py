"""MSG-28: numbers and staff for who delivers messages: of people who were not erased, and of hats that do the work."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.identity.domain.roles import HOLDS_IN, Role
from services.identity.handlers.contacts import ContactHandlers
from services.identity.records import PersonState
from services.identity.store.hats import Hats
from services.identity.store.people import People
from services.kit.ids import new_id
from tests.handlers.identity.conftest import PLACES, World
from tests.handlers.identity.desk import Desk, mobile

WORKERS = {
    *(Role.BASE_REVIEWER, Role.BASE_ADMINISTRATOR, Role.TEACHING_DEPARTMENT),
    *(Role.DEPARTMENT_DIRECTOR, Role.DEPARTMENT_SECRETARY, Role.PROVINCE_ADMINISTRATOR),
}


async def changed(world: World, person_id: str, state: PersonState) -> None:
    async with world.database.unit_of_work() as uow:
        await People(uow.session).change(person_id, state=state.value)


@pytest.mark.parametrize("state", PersonState)
async def test_msg_28_everybody_but_who_was_erased_has_a_number(world: World, state: PersonState) -> None:
    desk, contacts = Desk(world), ContactHandlers(world.core)
    one, other = [(await desk.register_person(order)).person.person_id for order in (1, 2)]
    without = (await world.person()).person_id
    asked = [one, other, without, new_id()]
    assert await contacts.mobiles(asked) == {one: mobile(1), other: mobile(2)}
    await changed(world, other, state)
    reached = {} if state is PersonState.ERASED else {other: mobile(2)}
    assert await contacts.mobiles(asked) == {one: mobile(1), **reached}
    assert await contacts.mobiles([]) == {}


async def test_msg_28_staff_are_who_wears_a_hat_that_works_there_now(world: World) -> None:
    contacts, now = ContactHandlers(world.core), world.clock.now()
    by_role = {role: (await world.person(role)).person_id for role in HOLDS_IN}
    working: dict[str, list[str]] = {}
    for role, person_id in by_role.items():
        if role in WORKERS:
            working.setdefault(PLACES[HOLDS_IN[role]], []).append(person_id)
    codes = [*PLACES.values(), "NO-SUCH-PLACE"]
    assert await contacts.staff(codes) == {code: sorted(people) for code, people in working.items()}

    reviewer = await world.person(Role.BASE_REVIEWER)
    await world.hat(reviewer, Role.BASE_ADMINISTRATOR)
    [base] = (await contacts.staff(["SD-QILU"])).values()
    assert base.count(reviewer.person_id) == 1, "two hats are one person"

    for over in ({"suspended_at": now}, {"ended_at": now}, {"expires_at": now}):
        gone = await world.person()
        hat = await world.hat(gone, Role.BASE_REVIEWER, expires_at=now + timedelta(days=1))
        assert gone.person_id in (await contacts.staff(["SD-QILU"]))["SD-QILU"]
        async with world.database.unit_of_work() as uow:
            await Hats(uow.session).change(hat.hat_id, **over)
        assert gone.person_id not in (await contacts.staff(["SD-QILU"]))["SD-QILU"], over

    await changed(world, reviewer.person_id, PersonState.SUSPENDED)
    assert reviewer.person_id not in (await contacts.staff(["SD-QILU"]))["SD-QILU"]
