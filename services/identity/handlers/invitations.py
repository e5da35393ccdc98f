"""Invitations: one person offers a hat, another signs where it is powerful, a third takes it."""

from __future__ import annotations

import hashlib
import json
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from services.identity.adapters.texts import TextMessages
from services.identity.core import Core
from services.identity.domain import credentials, mobile, reach
from services.identity.domain.roles import Role
from services.identity.domain.titles import TITLES
from services.identity.opening import Opened, SessionOpener
from services.identity.proposals import NAME, ProposalKind, propose
from services.identity.records import Hat, Person, PersonState
from services.identity.store.hats import Hats
from services.identity.store.organisations import Organisations
from services.identity.store.people import People
from services.identity.store.staff import Invitation, Invitations, InvitationState, StaffList
from services.kit.audit import note
from services.kit.commands import once, remember
from services.kit.database import UnitOfWork
from services.kit.domain import Caller, DomainError, Kind
from services.kit.ids import new_id

LIFE = timedelta(days=7)
"""ROLE-26: how long an invitation is good."""
MOST_A_DAY = 5
"""ROLE-28: invitations to one number within a day; each costs a text message."""


@dataclass(frozen=True, slots=True)
class NewInvitation:
    """Whom to invite to what."""

    name: str
    mobile: str = field(repr=False)
    role: Role
    organisation_code: str
    expires_at: datetime | None
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation made; `secret` for machines only, `proposal_id` while a second signature is owed."""

    invitation_id: str
    secret: str = field(repr=False)
    proposal_id: str


class InvitationHandlers:
    """Use cases of invitations."""

    def __init__(self, core: Core, opener: SessionOpener, texts: TextMessages) -> None:
        self._core = core
        self._opener = opener
        self._texts = texts

    async def invite(self, who: Caller, new: NewInvitation) -> Invited:
        """ROLE-25: offer a hat; the same again with its key is answered again, and told again if it was not.

        A powerful hat waits for a second signature (ROLE-21), unless the operator gives it in a province that has no
        security administrator yet to sign.

        Raises:
            DomainError: INVALID for name, mobile number, role or end; NOT_FOUND ORGANISATION_UNKNOWN; FORBIDDEN
                ROLE_TOO_HIGH; CONFLICT SEPARATED_HATS, IDEMPOTENCY_KEY_REUSED; EXHAUSTED TOO_MANY_INVITATIONS;
                UNAVAILABLE when the message could not be sent: the same call again sends it.
        """
        name, number = credentials.clean_name(new.name), mobile.parse(new.mobile)
        lookup = self._core.vault.lookup("mobile", number)
        expires = new.expires_at.isoformat() if new.expires_at else ""
        body = json.dumps(["invite", name, lookup.hex(), new.role.value, new.organisation_code, expires]).encode()
        async with self._core.database.unit_of_work() as uow:
            stored = await once(uow, self._core.clock, who.actor, new.idempotency_key, body)
            if stored is None:
                invitation_id, proposal_id = await self._invite(uow, who, new, name, number, lookup)
                answer = json.dumps([invitation_id, proposal_id]).encode()
                await remember(uow, who.actor, new.idempotency_key, answer)
            else:
                invitation_id, proposal_id = json.loads(stored)
        if not proposal_id:
            await self.tell(invitation_id)
        shown = who.role == Role.OPERATOR and not proposal_id
        return Invited(invitation_id, self.secret_of(invitation_id) if shown else "", proposal_id)

    async def offered(self, secret: str) -> tuple[Invitation, str]:
        """What an invitation offers, and the mobile number it went to. Raises NOT_FOUND INVITATION_UNKNOWN."""
        async with self._core.database.unit_of_work() as uow:
            offer = await self._good(uow, secret)
        return offer, self._core.vault.open(offer.mobile_sealed, offer.invitation_id)

    async def accept(self, secret: str, login: str, password: str) -> Opened:
        """ROLE-26: open an account with the hat offered; its session may only enrol a second factor.

        Raises:
            DomainError: NOT_FOUND INVITATION_UNKNOWN, also for one used, withdrawn, unsigned or too old; INVALID for
                login or password; CONFLICT LOGIN_TAKEN, SEPARATED_HATS; EXHAUSTED SIGN_IN_BUSY.
        """
        credentials.login_key(login)
        offer, number = await self.offered(secret)
        credentials.check_password(password, login=login, mobile=number, name=offer.name, staff=True)
        async with self._core.passwords.slot() as slot:
            password_hash = await slot.hash(password)
        async with self._core.database.unit_of_work() as uow:
            await Invitations(uow.session).one_at_a_time(offer.mobile_lookup)
            offer = await self._good(uow, secret, lock=True)
            await self._check_separated(uow, offer.role, offer.mobile_lookup)
            person = self._person(offer, number, login, password_hash)
            if not await People(uow.session).add(person):
                message = "该登录名已被使用，请换一个。"
                raise DomainError(Kind.CONFLICT, "LOGIN_TAKEN", message, field="login", rule="ID-08")
            hat = await self._give(uow, offer, person.person_id, Caller(person.person_id, ""))
            return await self._opener.open(uow, person, hat=hat)

    async def accept_as(self, who: Caller, secret: str) -> Hat:
        """ROLE-26: take the hat offered as one more of the caller's, whose number the invitation went to.

        Raises:
            DomainError: NOT_FOUND INVITATION_UNKNOWN; FORBIDDEN ACTED_FOR for somebody acting in another's place,
                OTHER_NUMBER, SELF_GIFT for who made the invitation, ACCOUNT_NOT_ACTIVE; CONFLICT SEPARATED_HATS,
                HAT_WORN.
        """
        if who.acting_by:
            raise DomainError(Kind.FORBIDDEN, "ACTED_FOR", "不能代他人接受邀请。", rule="ROLE-26")
        async with self._core.database.unit_of_work() as uow:
            offer = await self._good(uow, secret)
            await Invitations(uow.session).one_at_a_time(offer.mobile_lookup)
            offer = await self._good(uow, secret, lock=True)
            person = await People(uow.session).by_id(who.person_id, lock=True)
            if person is None or person.state is not PersonState.ACTIVE:
                raise DomainError(Kind.FORBIDDEN, "ACCOUNT_NOT_ACTIVE", "该账号目前不能接受邀请。", rule="ROLE-26")
            if person.mobile_lookup != offer.mobile_lookup:
                message = "邀请发往的手机号码与您账号的手机号码不一致，请先更换手机号码或请邀请人重新邀请。"
                raise DomainError(Kind.FORBIDDEN, "OTHER_NUMBER", message, rule="ROLE-26")
            if person.person_id == offer.invited_by:
                raise DomainError(Kind.FORBIDDEN, "SELF_GIFT", "不能接受自己发出的邀请。", rule="ROLE-23")
            await self._check_separated(uow, offer.role, offer.mobile_lookup, person.person_id)
            return await self._give(uow, offer, person.person_id, who)

    async def sign(self, uow: UnitOfWork, who: Caller, invitation_id: str, *, approve: bool) -> None:
        """ROLE-21: what the second signature under a gift does to its invitation; `tell` it after the commit.

        Raises DomainError FORBIDDEN SELF_APPROVAL when it went to the signer's own number; CONFLICT SEPARATED_HATS.
        """
        store = Invitations(uow.session)
        offer = await store.by_id(invitation_id, lock=True)
        if offer is None or offer.state is not InvitationState.PROPOSED:
            raise DomainError(Kind.NOT_NOW, "PROPOSAL_DECIDED", "该邀请已撤回或已处理。", rule="ROLE-17")
        if not approve:
            await store.change(invitation_id, state=InvitationState.REFUSED.value)
            return
        signer = await People(uow.session).by_id(who.person_id) if who.session else None
        if signer is not None and signer.mobile_lookup == offer.mobile_lookup:
            raise DomainError(Kind.FORBIDDEN, "SELF_APPROVAL", "不能审批授予本人的身份。", rule="ROLE-17")
        await store.one_at_a_time(offer.mobile_lookup)
        await self._check_separated(uow, offer.role, offer.mobile_lookup)
        await store.change(
            invitation_id,
            state=InvitationState.OPEN.value,
            secret_hash=_hash(self.secret_of(invitation_id)),
            expires_at=self._core.clock.now() + LIFE,
        )

    async def tell(self, invitation_id: str) -> None:
        """Send the message of an invitation that is good and was not told yet. Raises DomainError UNAVAILABLE."""
        async with self._core.database.unit_of_work() as uow:
            offer = await Invitations(uow.session).by_id(invitation_id)
        if offer is None or offer.state is not InvitationState.OPEN:
            return
        secret = self.secret_of(invitation_id)
        text = (
            f"【住培招录】{offer.name}：{offer.organisation_name}邀请您担任{TITLES[offer.role]}。"
            f"请在{LIFE.days}天内打开 {self._core.settings.public_url}/invitation 并填写邀请码 {secret}"
        )
        number = self._core.vault.open(offer.mobile_sealed, invitation_id)
        await self._texts.send(number, "invitation", text, secret)
        async with self._core.database.unit_of_work() as uow:
            store = Invitations(uow.session)
            now = await store.by_id(invitation_id, lock=True)
            if now is not None and now.state is InvitationState.OPEN:
                await store.change(invitation_id, state=InvitationState.SENT.value)

    def secret_of(self, invitation_id: str) -> str:
        """The secret of an invitation (43 characters): derived from a key of ours, so that only its hash is stored."""
        derived = self._core.vault.lookup("invitation secret", invitation_id)
        return urlsafe_b64encode(derived).rstrip(b"=").decode()

    async def _invite(
        self, uow: UnitOfWork, who: Caller, new: NewInvitation, name: str, number: str, lookup: bytes
    ) -> tuple[str, str]:
        now = self._core.clock.now()
        tree = await Organisations(uow.session).tree()
        organisation = reach.reached(who, tree, new.organisation_code)
        reach.check_gift(who, new.role, organisation)
        check_end(new.expires_at, now)
        store = Invitations(uow.session)
        await store.one_at_a_time(lookup)
        await self._check_separated(uow, new.role, lookup)
        if who.role != Role.OPERATOR and await store.sent_since(lookup, now - timedelta(days=1)) >= MOST_A_DAY:
            message = "今天发往该手机号码的邀请过多，请明天再试。"
            until = now + timedelta(days=1)
            raise DomainError(
                Kind.EXHAUSTED, "TOO_MANY_INVITATIONS", message, field="mobile", rule="ROLE-28", until=until
            )
        two = await self._needs_two(uow, who, new.role, tree.province_of(organisation))
        invitation_id = new_id()
        offer = Invitation(
            invitation_id=invitation_id,
            secret_hash=None if two else _hash(self.secret_of(invitation_id)),
            name=name,
            mobile_lookup=lookup,
            mobile_sealed=self._core.vault.seal(number, invitation_id),
            role=new.role,
            organisation_code=organisation.code,
            hat_expires_at=new.expires_at,
            invited_by=who.actor,
            state=InvitationState.PROPOSED if two else InvitationState.OPEN,
            invited_at=now,
            expires_at=now + LIFE,
        )
        await store.add(offer)
        detail = {"role": new.role.value, "organisation": organisation.code, "two_people": two}
        await note(uow, self._core.clock, "staff_invited", invitation_id, who=who, detail=detail)
        if not two:
            return invitation_id, ""
        proposal = await propose(
            *(uow, self._core.clock, who),
            kind=ProposalKind.GRANT_HAT,
            summary=f"授予{NAME}“{organisation.name}{TITLES[new.role]}”身份",
            content={"invitation_id": invitation_id},
            organisation_code=tree.province_of(organisation),
            reason="",
        )
        return invitation_id, proposal.proposal_id

    async def _needs_two(self, uow: UnitOfWork, who: Caller, role: Role, province: str) -> bool:
        """ROLE-21: a powerful hat takes two people; the operator alone may begin a province that has nobody to sign."""
        if role not in reach.POWERFUL:
            return False
        signed = await StaffList(uow.session).wears(Role.SECURITY_ADMINISTRATOR, province, self._core.clock.now())
        return who.role != Role.OPERATOR or signed

    async def _check_separated(self, uow: UnitOfWork, role: Role, lookup: bytes, person_id: str = "") -> None:
        """ROLE-22 over everybody with this number: what they wear, and what they were promised."""
        if role not in reach.SEPARATED:
            return
        held = list(await Invitations(uow.session).promised(lookup, self._core.clock.now()))
        people = {person.person_id for person in await People(uow.session).by_mobile(lookup)} | {person_id} - {""}
        for each in sorted(people):
            held += [hat.role for hat in await Hats(uow.session).of(each)]
        reach.check_separated(role, held)

    async def _good(self, uow: UnitOfWork, secret: str, *, lock: bool = False) -> Invitation:
        offer = await Invitations(uow.session).by_secret(_hash(secret), lock=lock)
        if offer is None or not offer.good(self._core.clock.now()):
            message = "邀请不存在、已使用或已过期，请联系邀请人。"
            raise DomainError(Kind.NOT_FOUND, "INVITATION_UNKNOWN", message, field="secret", rule="ROLE-26")
        return offer

    async def _give(self, uow: UnitOfWork, offer: Invitation, person_id: str, who: Caller) -> Hat:
        hat = Hat(
            hat_id=new_id(),
            person_id=person_id,
            role=offer.role,
            organisation_code=offer.organisation_code,
            given_by=offer.invited_by,
            given_at=self._core.clock.now(),
            expires_at=offer.hat_expires_at,
            organisation_name=offer.organisation_name,
        )
        if not await Hats(uow.session).add(hat):
            raise DomainError(Kind.CONFLICT, "HAT_WORN", "您已有该身份。", rule="ROLE-26")
        await Invitations(uow.session).change(offer.invitation_id, state=InvitationState.ACCEPTED.value)
        detail = {"hat": hat.hat_id, "role": hat.role.value, "organisation": hat.organisation_code}
        detail |= {"given_by": hat.given_by, "invitation": offer.invitation_id}
        await note(uow, self._core.clock, "hat_given", person_id, who=who, detail=detail)
        return hat

    def _person(self, offer: Invitation, number: str, login: str, password_hash: str) -> Person:
        now, person_id = self._core.clock.now(), new_id()
        return Person(
            person_id=person_id,
            login=login,
            name=offer.name,
            password_hash=password_hash,
            password_set_at=now,
            state=PersonState.ACTIVE,
            document_type=None,
            document_lookup=None,
            document_sealed=None,
            birth_lookup=None,
            mobile_lookup=offer.mobile_lookup,
            mobile_sealed=self._core.vault.seal(number, person_id),
            bound_at=None,
            last_bound_at=None,
            override_until=None,
            created_at=now,
            seen_at=now,
        )


def check_end(expires_at: datetime | None, now: datetime) -> None:
    """ROLE-29: a hat ends in the future or not at all. Raises DomainError INVALID END_PAST."""
    if expires_at is not None and expires_at <= now:
        message = "到期时间应晚于现在。"
        raise DomainError(Kind.INVALID, "END_PAST", message, field="expires_at", rule="ROLE-29")


def _hash(secret: str) -> bytes:
    """A secret of 256 random bits needs no slow hash."""
    return hashlib.sha256(secret.encode()).digest()
