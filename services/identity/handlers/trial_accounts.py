"""ID-44: accounts of a trial, many at once: what a registration leaves behind, without its pictures and texts.

Only where the sandbox stands in for pictures, telephones and the register: nothing that they prove is proved here.
Everything else is as for somebody who registers alone: the rules of document, log-in, mobile number and password, one
person one account, the hash, the audit, the fact.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from services.identity.core import Core
from services.identity.domain import credentials, documents, mobile, registration
from services.identity.domain.documents import Document, DocumentType
from services.identity.domain.roles import Role
from services.identity.facts import account_registered
from services.identity.handlers.registration import DAY_ZONE
from services.identity.opening import Opened, SessionOpener
from services.identity.records import Hat, Person, PersonState
from services.identity.store.hats import Hats
from services.identity.store.people import People
from services.identity.store.registrations import Registrations
from services.kit.audit import note
from services.kit.database import UnitOfWork
from services.kit.domain import Caller, DomainError
from services.kit.ids import new_id


@dataclass(frozen=True, slots=True)
class Newcomer:
    """What somebody would enter in the three steps, as typed."""

    name: str
    resident_id: str = field(repr=False)
    mobile: str = field(repr=False)
    login: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one: refused for `reason`, or open, and signed in where that was asked for."""

    reason: str = ""
    opened: Opened | None = None


@dataclass(frozen=True, slots=True)
class _Checked:
    """A newcomer whose entries obey the rules."""

    new: Newcomer
    name: str
    document: Document
    number: str
    password_hash: str


class TrialAccountHandlers:
    """Opens them."""

    def __init__(self, core: Core, opener: SessionOpener) -> None:
        self._core = core
        self._opener = opener

    async def open_many(self, newcomers: Sequence[Newcomer], *, sign_in: bool) -> list[Outcome]:
        """One outcome each, in this order; each is opened in a transaction of its own, so that none is open for long.

        Reasons are those of a registration (`RegistrationHandlers`), `PERSON_REGISTERED` for a repeated batch among
        them. Raises DomainError only for what concerns no row: EXHAUSTED SIGN_IN_BUSY (ID-12), UNAVAILABLE.
        """
        return [await self._opened(new, sign_in) for new in newcomers]

    async def _opened(self, new: Newcomer, sign_in: bool) -> Outcome:
        checked = await self._checked(new)
        if isinstance(checked, str):
            return Outcome(checked)
        async with self._core.database.unit_of_work() as uow:
            return await self._open(uow, checked, sign_in)

    async def _checked(self, new: Newcomer) -> _Checked | str:
        """The newcomer with a hash, or the reason why not. Who is known already costs no hash."""
        core = self._core
        today = core.clock.now().astimezone(DAY_ZONE).date()
        try:
            name = credentials.clean_name(new.name)
            document = documents.parse(DocumentType.RESIDENT_ID, new.resident_id, "", None, today)
            login_key, number = credentials.login_key(new.login), mobile.parse(new.mobile)
            credentials.check_password(
                new.password, login=new.login, document=document.number, mobile=number, name=name, staff=False
            )
        except DomainError as refusal:
            return refusal.reason
        async with core.database.unit_of_work() as uow:
            reason = await self._taken(People(uow.session), login_key, document)
        if reason:
            return reason
        async with core.passwords.slot() as slot:
            return _Checked(new, name, document, number, await slot.hash(new.password))

    async def _open(self, uow: UnitOfWork, who: _Checked, sign_in: bool) -> Outcome:
        core, people = self._core, People(uow.session)
        now, person_id, vault = core.clock.now(), new_id(), core.vault
        document_lookup = vault.lookup("document", who.document.key)
        birth_lookup = vault.lookup("birth", who.document.birth_key(who.name))
        await Registrations(uow.session).one_at_a_time(document_lookup, birth_lookup)
        held = bool(await people.alike(birth_lookup))
        person = Person(
            person_id=person_id,
            login=who.new.login,
            name=who.name,
            password_hash=who.password_hash,
            password_set_at=now,
            state=PersonState.HELD if held else PersonState.ACTIVE,
            document_type=who.document.kind,
            document_lookup=document_lookup,
            document_sealed=vault.seal(who.document.number, person_id),
            birth_lookup=birth_lookup,
            mobile_lookup=vault.lookup("mobile", who.number),
            mobile_sealed=vault.seal(who.number, person_id),
            bound_at=now,
            last_bound_at=now,
            override_until=None,
            created_at=now,
            seen_at=now,
        )
        if not await people.add(person):
            return Outcome(await self._taken(people, who.new.login.lower(), who.document) or "REGISTRATION_RACED")
        hat = Hat(new_id(), person_id, Role.APPLICANT, "", given_by=person_id, given_at=now)
        await Hats(uow.session).add(hat)
        detail: dict[str, str | int | bool] = {"held": held, "document_type": who.document.kind.value}
        caller = Caller(person_id, Role.APPLICANT.value)
        await note(uow, core.clock, "account_opened", person_id, who=caller, detail=detail)
        uow.add_fact(account_registered(person_id, Role.APPLICANT.name, held))
        return Outcome(opened=await self._opener.open(uow, person, hat=hat) if sign_in else None)

    async def _taken(self, people: People, login_key: str, document: Document) -> str:
        """ID-10, ID-08: whether person or log-in are known; the reason, empty when they are not."""
        if await people.by_document(self._core.vault.lookup("document", document.key)) is not None:
            return registration.already_registered().reason
        return registration.login_taken().reason if await people.by_login(login_key) is not None else ""
