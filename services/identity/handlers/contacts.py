"""MSG-28: how people are reached, told to who delivers messages, at the moment in which one leaves."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from services.identity.core import Core
from services.identity.store.contacts import Contacts


class ContactHandlers:
    """Numbers in the clear, and who works where. Only services may ask: the contract says so."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def mobiles(self, person_ids: Collection[str]) -> Mapping[str, str]:
        """MSG-28: E.164 numbers by person; who was erased is left out, who is held or suspended hears of that."""
        async with self._core.database.unit_of_work() as uow:
            sealed = await Contacts(uow.session).mobiles(person_ids)
        return {person_id: self._core.vault.open(number, person_id) for person_id, number in sealed.items()}

    async def staff(self, organisation_codes: Collection[str]) -> Mapping[str, list[str]]:
        """MSG-28: by organisation, who wears a hat there that does its work; organisations without are left out."""
        async with self._core.database.unit_of_work() as uow:
            pairs = await Contacts(uow.session).staff(organisation_codes, self._core.clock.now())
        found: dict[str, list[str]] = {}
        for code, person_id in pairs:
            found.setdefault(code, []).append(person_id)
        return found
