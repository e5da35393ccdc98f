"""The security desk: accounts suspended and restored, lost factors, registrations held; and the auditor's reading."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from services.identity.core import Core
from services.identity.facts import Notice, account_released, noticed
from services.identity.handlers.helping import check_power, helped, helps
from services.identity.opening import SessionOpener
from services.identity.records import Person, PersonState
from services.identity.store.factors import FactorStore
from services.identity.store.hats import Hats
from services.identity.store.organisations import Organisations
from services.identity.store.people import People
from services.identity.store.staff import Invitations
from services.identity.store.watching import AuditRow, Watching
from services.kit.audit import note
from services.kit.commands import once
from services.kit.database import UnitOfWork
from services.kit.domain import Caller, DomainError, Kind

LISTED = 100
"""Most held accounts, or rows of the audit, in one answer."""


@dataclass(frozen=True, slots=True)
class Held:
    """An account that waits for a comparison, and those it is to be compared with."""

    person: Person
    alike: Sequence[Person]


class AccountHandlers:
    """Use cases over accounts."""

    def __init__(self, core: Core, opener: SessionOpener) -> None:
        self._core = core
        self._opener = opener

    async def suspend(self, who: Caller, person_id: str, reason: str, key: str) -> None:
        """SUP-06: nobody signs in to this account any more; all its sessions end at once, also those in others' place.

        Raises:
            DomainError: NOT_FOUND PERSON_UNKNOWN; FORBIDDEN OWN_ACCOUNT, ROLE_TOO_HIGH; NOT_NOW ACCOUNT_HELD for one
                that waits for a comparison; CONFLICT IDEMPOTENCY_KEY_REUSED.
        """
        async with self._core.database.unit_of_work() as uow:
            person = await self._begin(uow, who, person_id, reason, key, "suspend")
            if person is None or person.state is PersonState.SUSPENDED:
                return
            if person.state is PersonState.HELD:
                message = "该账号待核查，请在待核查列表中处理。"
                raise DomainError(Kind.NOT_NOW, "ACCOUNT_HELD", message, field="person_id", rule="SUP-06")
            await People(uow.session).change(person_id, state=PersonState.SUSPENDED.value)
            await self._cut_off(uow, person_id)
            await note(uow, self._core.clock, "account_suspended", person_id, who=who, reason=reason)
            uow.add_fact(noticed(person_id, Notice.ACCOUNT_SUSPENDED))

    async def restore(self, who: Caller, person_id: str, reason: str, key: str) -> None:
        """SUP-06: let a suspended person sign in again. Raises as `suspend`."""
        async with self._core.database.unit_of_work() as uow:
            person = await self._begin(uow, who, person_id, reason, key, "restore")
            if person is None or person.state is not PersonState.SUSPENDED:
                return
            await People(uow.session).change(person_id, state=PersonState.ACTIVE.value)
            await note(uow, self._core.clock, "account_restored", person_id, who=who, reason=reason)
            uow.add_fact(noticed(person_id, Notice.ACCOUNT_RESTORED))

    async def reset_second_factor(self, who: Caller, person_id: str, reason: str, key: str) -> None:
        """SUP-07: take a person's second factors away after a document check; all sessions end, the person hears of it.

        The password is untouched: staff enrol anew at the next sign-in. Raises as `suspend`.
        """
        async with self._core.database.unit_of_work() as uow:
            if await self._begin(uow, who, person_id, reason, key, "reset_factor") is None:
                return
            taken = await FactorStore(uow.session).remove_all(person_id)
            await self._opener.end_all(uow, person_id, "factor_reset")
            detail = {"factors": taken}
            await note(uow, self._core.clock, "factor_reset", person_id, who=who, reason=reason, detail=detail)
            uow.add_fact(noticed(person_id, Notice.FACTOR_REMOVED))

    async def list_held(self, who: Caller) -> Sequence[Held]:
        """SUP-08: registrations held because name and birth date are known, oldest first, at most a hundred.

        Those `who` may help (SUP-01); whom they are to be compared with is shown wherever those wear a hat.
        """
        async with self._core.database.unit_of_work() as uow:
            people, hats = People(uow.session), Hats(uow.session)
            tree = await Organisations(uow.session).tree()
            return [
                Held(
                    person, await people.alike(person.birth_lookup, but=person.person_id) if person.birth_lookup else ()
                )
                for person in await people.in_state(PersonState.HELD, LISTED)
                if helps(who, await hats.of(person.person_id), tree)
            ]

    async def decide_held(self, who: Caller, person_id: str, reason: str, key: str, *, release: bool) -> None:
        """SUP-08: release a held account, or refuse it as a duplicate: it is suspended then and its sessions end.

        Raises DomainError NOT_FOUND PERSON_UNKNOWN; FORBIDDEN OWN_ACCOUNT, also for who is one of those it is compared
        with; NOT_NOW NOT_HELD.
        """
        async with self._core.database.unit_of_work() as uow:
            command = "release" if release else "refuse"
            if await self._again(uow, who, key, command, person_id, reason):
                return
            person, _, _ = await helped(uow, who, person_id, lock=True)
            if person.state is not PersonState.HELD:
                raise DomainError(Kind.NOT_NOW, "NOT_HELD", "该账号不在待核查状态。", rule="SUP-08")
            alike = await People(uow.session).alike(person.birth_lookup) if person.birth_lookup else ()
            if {who.person_id, who.actor} & {each.person_id for each in alike}:
                message = "涉及本人的账号须由其他有权人员核查。"
                raise DomainError(Kind.FORBIDDEN, "OWN_ACCOUNT", message, field="person_id", rule="ROLE-23")
            state = PersonState.ACTIVE if release else PersonState.SUSPENDED
            await People(uow.session).change(person_id, state=state.value)
            if release:
                uow.add_fact(account_released(person_id))
            else:
                await self._cut_off(uow, person_id)
                uow.add_fact(noticed(person_id, Notice.ACCOUNT_SUSPENDED))
            await note(uow, self._core.clock, f"held_{command}d", person_id, who=who, reason=reason)

    async def security_events(self, person_id: str, act: str, before: int) -> Sequence[AuditRow]:
        """AUD-04: the audit, newest first, at most a hundred rows, for the auditor; reading it leaves it as it is."""
        async with self._core.database.unit_of_work() as uow:
            return await Watching(uow.session).rows(person_id, act, before, LISTED)

    async def _begin(
        self, uow: UnitOfWork, who: Caller, person_id: str, reason: str, key: str, command: str
    ) -> Person | None:
        """The person, locked and within power; None when the command was carried out before."""
        if await self._again(uow, who, key, command, person_id, reason):
            return None
        person, hats, tree = await helped(uow, who, person_id, lock=True)
        check_power(who, hats, tree)
        return person

    async def _again(self, uow: UnitOfWork, who: Caller, key: str, *command: str) -> bool:
        body = json.dumps(command, ensure_ascii=False).encode()
        return await once(uow, self._core.clock, who.actor, key, body) is not None

    async def _cut_off(self, uow: UnitOfWork, person_id: str) -> None:
        """End every session of the person, and what they do or offer through others."""
        await self._opener.end_all(uow, person_id, "account_suspended")
        acting = await Watching(uow.session).acting_sessions(person_id, self._core.clock.now())
        await self._opener.end(uow, acting, "supporter_suspended")
        await Invitations(uow.session).withdraw_of(person_id)
