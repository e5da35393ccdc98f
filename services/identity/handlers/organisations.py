"""Organisations: who may write them, and the public list."""

from __future__ import annotations

from collections.abc import Sequence

from services.identity.core import Core
from services.identity.domain import organisation, reach
from services.identity.domain.organisation import Organisation, Tree
from services.identity.store.organisations import Organisations
from services.kit.audit import note
from services.kit.domain import Caller


class OrganisationHandlers:
    """Use cases over provinces, bases and departments."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def import_organisations(self, who: Caller, wanted: Sequence[Organisation]) -> int:
        """ROLE-09: create or rename organisations; answers how many were new or changed.

        Raises DomainError as `organisation.changes` does, and NOT_FOUND OUTSIDE_PROVINCE (ROLE-04).
        """
        async with self._core.database.unit_of_work() as uow:
            store = Organisations(uow.session)
            await store.lock()
            known = await store.all()
            # Who may not write them learns nothing of what is wrong with them.
            reach.check_import(who, wanted, Tree({each.code: each for each in wanted} | known))
            changed = organisation.changes(known, wanted)
            await store.write(changed)
            if changed:
                codes = sorted({Tree(known | {each.code: each for each in changed}).province_of(c) for c in changed})
                for code in codes:
                    await note(
                        *(uow, self._core.clock, "organisations_written", code),
                        who=who,
                        detail={"changed": len(changed)},
                    )
        return len(changed)

    async def list_organisations(self) -> Sequence[Organisation]:
        """ROLE-12: every organisation, in the order of the list."""
        async with self._core.database.unit_of_work() as uow:
            return (await Organisations(uow.session).tree()).in_order()
