"""The hats of staff: listed, suspended, restored, ended, moved, dated; their sessions end with them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from services.identity.core import Core
from services.identity.domain import reach
from services.identity.domain.organisation import Tree
from services.identity.domain.roles import Role
from services.identity.handlers.invitations import check_end
from services.identity.opening import SessionOpener
from services.identity.records import Hat
from services.identity.store.hats import Hats
from services.identity.store.organisations import Organisations
from services.identity.store.people import People
from services.identity.store.staff import PENDING, Invitations, InvitationState, Member, StaffList
from services.identity.store.watching import Watching
from services.kit.audit import note
from services.kit.commands import once
from services.kit.database import UnitOfWork
from services.kit.domain import Caller, DomainError, Kind

PAGE = 50
"""ROLE-30: most members of staff on a page."""


class HatHandlers:
    """Use cases over the hats of staff."""

    def __init__(self, core: Core, opener: SessionOpener) -> None:
        self._core = core
        self._opener = opener

    async def list_staff(self, who: Caller, organisation_code: str, after: str) -> tuple[Sequence[Member], str]:
        """ROLE-30: a page of the staff within reach, oldest hat first, and the cursor of the next page, or empty.

        Raises DomainError NOT_FOUND ORGANISATION_UNKNOWN, INVALID CURSOR.
        """
        _check_cursor(after)
        async with self._core.database.unit_of_work() as uow:
            tree = await Organisations(uow.session).tree()
            if organisation_code:
                codes = tree.under(reach.reached(who, tree, organisation_code).code)
            else:
                codes = [each.code for each in tree.in_order() if reach.reaches(who, tree, each.code)]
            found = await StaffList(uow.session).page(codes, after, PAGE + 1, self._core.clock.now())
        return found[:PAGE], found[PAGE - 1].hat.hat_id if len(found) > PAGE else ""

    async def suspend(self, who: Caller, hat_id: str, reason: str, key: str) -> None:
        """ROLE-31: let a hat rest; its sessions end at once, and what its wearer has offered is taken back.

        Raises DomainError as `reach.check_change` does; NOT_NOW HAT_ENDED; CONFLICT IDEMPOTENCY_KEY_REUSED.
        """
        async with self._core.database.unit_of_work() as uow:
            if await self._again(uow, who, key, "suspend", hat_id, reason):
                return
            hat, _ = await self._hat(uow, who, hat_id)
            if hat.suspended_at is None:
                await Hats(uow.session).change(hat_id, suspended_at=self._core.clock.now())
                await Invitations(uow.session).withdraw_of(hat.person_id)
                await self._end_sessions(uow, hat, "hat_suspended")
            await self._note(uow, who, "hat_suspended", hat, reason)

    async def restore(self, who: Caller, hat_id: str, reason: str, key: str) -> None:
        """ROLE-31: let a suspended hat be worn again. Raises as `suspend`."""
        async with self._core.database.unit_of_work() as uow:
            if await self._again(uow, who, key, "restore", hat_id, reason):
                return
            hat, _ = await self._hat(uow, who, hat_id)
            await Hats(uow.session).change(hat_id, suspended_at=None)
            await self._note(uow, who, "hat_restored", hat, reason)

    async def end(self, who: Caller, hat_id: str, reason: str, key: str) -> None:
        """ROLE-31: end a hat for good, as `suspend` does; an invitation nobody has accepted yet is withdrawn."""
        async with self._core.database.unit_of_work() as uow:
            if await self._again(uow, who, key, "end", hat_id, reason) or await self._withdraw(
                uow, who, hat_id, reason
            ):
                return
            hat, _ = await self._hat(uow, who, hat_id)
            await Hats(uow.session).change(hat_id, ended_at=self._core.clock.now())
            await Invitations(uow.session).withdraw_of(hat.person_id)
            await self._end_sessions(uow, hat, "hat_ended")
            await self._note(uow, who, "hat_ended", hat, reason)

    async def move(self, who: Caller, hat_id: str, organisation_code: str, reason: str, key: str) -> Hat:
        """ROLE-24: move a hat to another organisation of the same kind within reach; its sessions end at once.

        Raises DomainError as `reach.check_move` does; FORBIDDEN TWO_PEOPLE for a powerful hat, which is given anew
        instead (ROLE-21); NOT_NOW HAT_ENDED; CONFLICT HAT_WORN when the person wears the same one there.
        """
        async with self._core.database.unit_of_work() as uow:
            if await self._again(uow, who, key, "move", hat_id, organisation_code, reason):
                return await self._seen(uow, hat_id)
            hat, tree = await self._hat(uow, who, hat_id)
            target = reach.check_move(who, hat, organisation_code, tree)
            if target.code != hat.organisation_code:
                _refuse_powerful(hat)
                worn = await Hats(uow.session).of(hat.person_id)
                if any((each.role, each.organisation_code) == (hat.role, target.code) for each in worn):
                    raise DomainError(Kind.CONFLICT, "HAT_WORN", "该人员在目标机构已有相同身份。", rule="ROLE-24")
                await Hats(uow.session).change(hat_id, organisation_code=target.code)
                await self._opener.end_all(uow, hat.person_id, "hat_moved", hat_id=hat_id)
            await self._note(uow, who, "hat_moved", hat, reason, {"to": target.code})
            return replace(hat, organisation_code=target.code, organisation_name=target.name)

    async def set_expiry(self, who: Caller, hat_id: str, expires_at: datetime | None, reason: str, key: str) -> Hat:
        """ROLE-29: set or take away the end of a hat; its sessions end at once when it ends earlier than before.

        Raises DomainError as `suspend` does; INVALID END_PAST; FORBIDDEN TWO_PEOPLE when a powerful hat would hold
        longer than two people have signed for (ROLE-21).
        """
        check_end(expires_at, self._core.clock.now())
        end = expires_at.isoformat() if expires_at else ""
        async with self._core.database.unit_of_work() as uow:
            if await self._again(uow, who, key, "expiry", hat_id, end, reason):
                return await self._seen(uow, hat_id)
            hat, _ = await self._hat(uow, who, hat_id)
            if hat.expires_at is not None and (expires_at is None or expires_at > hat.expires_at):
                _refuse_powerful(hat)
            await Hats(uow.session).change(hat_id, expires_at=expires_at)
            if expires_at is not None and (hat.expires_at is None or expires_at < hat.expires_at):
                await self._opener.end_all(uow, hat.person_id, "hat_dated", hat_id=hat_id)
            await self._note(uow, who, "hat_dated", hat, reason, {"until": end})
            return replace(hat, expires_at=expires_at)

    async def _again(self, uow: UnitOfWork, who: Caller, key: str, *command: str) -> bool:
        body = json.dumps(command, ensure_ascii=False).encode()
        return await once(uow, self._core.clock, who.actor, key, body) is not None

    async def _hat(self, uow: UnitOfWork, who: Caller, hat_id: str) -> tuple[Hat, Tree]:
        """The hat, which `who` may change, under the lock of its wearer; and all organisations."""
        hats = Hats(uow.session)
        found = await hats.by_id(hat_id)
        if found is None:
            raise reach.unknown_hat()
        await People(uow.session).by_id(found.person_id, lock=True)
        hat = await self._seen(uow, hat_id)
        tree = await Organisations(uow.session).tree()
        reach.check_change(who, hat, tree)
        if hat.ended_at is not None:
            raise DomainError(Kind.NOT_NOW, "HAT_ENDED", "该身份已终止。", field="hat_id", rule="ROLE-31")
        return hat, tree

    async def _end_sessions(self, uow: UnitOfWork, hat: Hat, reason: str) -> None:
        """End the sessions that carry a hat, and those its wearer has in the place of others."""
        await self._opener.end_all(uow, hat.person_id, reason, hat_id=hat.hat_id)
        if hat.role is Role.SUPPORT:
            acting = await Watching(uow.session).acting_sessions(hat.person_id, self._core.clock.now())
            await self._opener.end(uow, acting, reason)

    async def _seen(self, uow: UnitOfWork, hat_id: str) -> Hat:
        found = await Hats(uow.session).by_id(hat_id)
        if found is None:
            raise reach.unknown_hat()
        return found

    async def _withdraw(self, uow: UnitOfWork, who: Caller, invitation_id: str, reason: str) -> bool:
        """ROLE-27: withdraw an invitation within reach; False when this is no pending one."""
        store = Invitations(uow.session)
        offer = await store.by_id(invitation_id, lock=True)
        tree = await Organisations(uow.session).tree()
        if offer is None or offer.state not in PENDING or not reach.reaches(who, tree, offer.organisation_code):
            return False
        await store.change(invitation_id, state=InvitationState.WITHDRAWN.value)
        await note(uow, self._core.clock, "invitation_withdrawn", invitation_id, who=who, reason=reason)
        return True

    async def _note(
        self, uow: UnitOfWork, who: Caller, act: str, hat: Hat, reason: str, more: dict[str, str] | None = None
    ) -> None:
        detail = {"hat": hat.hat_id, "role": hat.role.value, "organisation": hat.organisation_code} | (more or {})
        await note(uow, self._core.clock, act, hat.person_id, who=who, reason=reason, detail=detail)


def _refuse_powerful(hat: Hat) -> None:
    """ROLE-21: one person alone neither prolongs nor moves what two have given. Raises FORBIDDEN TWO_PEOPLE."""
    if hat.role in reach.POWERFUL:
        message = "该身份须经两人授予，不能直接延期或调动，请重新邀请。"
        raise DomainError(Kind.FORBIDDEN, "TWO_PEOPLE", message, rule="ROLE-21")


def _check_cursor(after: str) -> None:
    if not after:
        return
    try:
        UUID(after)
    except ValueError:
        raise DomainError(Kind.INVALID, "CURSOR", "翻页位置无效。", field="after", rule="ROLE-30") from None
