"""SUP-01: whom support and the security desk may help, and what they may do to whom."""

from __future__ import annotations

from collections.abc import Sequence

from services.identity.domain import reach
from services.identity.domain.organisation import Tree
from services.identity.domain.roles import STAFF, Role
from services.identity.records import Hat, Person, PersonState
from services.identity.store.hats import Hats
from services.identity.store.organisations import Organisations
from services.identity.store.people import People
from services.identity.wire import unknown_person
from services.kit.database import UnitOfWork
from services.kit.domain import Caller, DomainError, Kind


def helps(who: Caller, hats: Sequence[Hat], tree: Tree) -> bool:
    """SUP-01: applicants and faculty belong to no organisation and are reached from every province; staff only when
    every staff hat they wear is within reach.
    """
    places = [hat.organisation_code for hat in hats if hat.role in STAFF]
    return all(reach.reaches(who, tree, place) for place in places)


async def helped(
    uow: UnitOfWork, who: Caller, person_id: str, *, lock: bool = False
) -> tuple[Person, Sequence[Hat], Tree]:
    """The person, their hats that have not ended, and all organisations.

    Raises:
        DomainError: NOT_FOUND PERSON_UNKNOWN for an unknown or erased person, and for one out of reach alike; FORBIDDEN
            OWN_ACCOUNT for the caller, or who acts in the caller's place (ROLE-23).
    """
    person = await People(uow.session).by_id(person_id, lock=lock)
    hats = await Hats(uow.session).of(person_id)
    tree = await Organisations(uow.session).tree()
    if person is None or person.state is PersonState.ERASED or not helps(who, hats, tree):
        raise unknown_person()
    if person_id in (who.person_id, who.actor):
        message = "不能对本人的账号办理此项，请由其他有权人员办理。"
        raise DomainError(Kind.FORBIDDEN, "OWN_ACCOUNT", message, field="person_id", rule="ROLE-23")
    return person, hats, tree


def check_power(who: Caller, hats: Sequence[Hat], tree: Tree) -> None:
    """ROLE-05: an account is suspended, restored or stripped of its factors only by who may change its staff hats."""
    for hat in hats:
        if hat.role in STAFF:
            reach.check_change(who, hat, tree)


def check_acted_for(hats: Sequence[Hat]) -> None:
    """SUP-02: nobody acts for those who guard and watch. Raises DomainError FORBIDDEN NOT_ACTED_FOR."""
    if any(hat.role in reach.NOT_ACTED_FOR for hat in hats):
        message = "不能代系统、安全、审计管理员或客服操作。"
        raise DomainError(Kind.FORBIDDEN, "NOT_ACTED_FOR", message, field="person_id", rule="SUP-02")


def hat_to_look_through(hats: Sequence[Hat]) -> Hat | None:
    """SUP-02: through which of the wearable hats support looks: a self-taken one before a staff one."""
    own = [hat for hat in hats if hat.role in (Role.APPLICANT, Role.FACULTY)]
    return next(iter([*own, *hats]), None)
