"""Persons: who they are, and the binding of name and document (ID-30 to ID-32, ID-45)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from services.identity.adapters.real_name import RealNameRegister
from services.identity.core import Core
from services.identity.domain import binding, credentials, documents, registration, roles
from services.identity.domain.documents import DocumentType, Sex
from services.identity.domain.roles import Role
from services.identity.handlers.registration import DAY_ZONE, confirm_real_name, note_attempt
from services.identity.records import Hat, Person, PersonState
from services.identity.store.hats import Hats
from services.identity.store.people import People
from services.identity.store.registrations import Registrations
from services.identity.throttle import ACCOUNT, Throttle
from services.identity.wire import unknown_person
from services.kit.audit import note
from services.kit.database import UnitOfWork
from services.kit.domain import Caller, DomainError, Kind

_BINDING = (
    *("name", "document_type", "document_lookup", "document_sealed", "birth_lookup", "bound_at", "last_bound_at"),
    *("override_until", "state"),
)
"""The columns a binding sets."""


@dataclass(frozen=True, slots=True)
class Worn:
    """A person with the hat they are asked about."""

    person: Person
    role: Role | None
    organisation_code: str = ""


@dataclass(frozen=True, slots=True)
class Me:
    """What a person is told about themselves."""

    worn: Worn
    hat: Hat | None
    bindable_from: datetime | None


@dataclass(frozen=True, slots=True)
class NewBinding:
    """Name and document as typed."""

    name: str
    document_type: DocumentType
    document_number: str = field(repr=False)
    birth_date: str = field(repr=False)
    sex: Sex | None


class PeopleHandlers:
    """Reads persons; binds and unbinds."""

    def __init__(self, core: Core, register: RealNameRegister) -> None:
        self._core = core
        self._register = register
        self._throttle = Throttle(core)

    async def get(self, caller: Caller, person_id: str) -> Worn:
        """ROLE-07: oneself, or anyone for services. Raises DomainError NOT_FOUND, also when not visible."""
        if not roles.may_see(caller, person_id):
            raise unknown_person()
        async with self._core.database.unit_of_work() as uow:
            found = await People(uow.session).by_id(person_id)
            hats = await Hats(uow.session).of(person_id)
        if found is None:
            raise unknown_person()
        if caller.person_id == person_id:
            return Worn(found, Role(caller.role), caller.organisation)
        return _worn(found, hats, self._core.clock.now())

    def document_key(self, person: Person) -> str:
        """PEN-01: the pseudonym of a bound document, by which services recognise its holder; empty when none is bound.

        A keyed hash of its own, so that it finds nothing in identity's tables; the number never leaves identity.
        """
        if person.document_type is None or person.document_sealed is None:
            return ""
        number = self._core.vault.open(person.document_sealed, person.person_id)
        return self._key_of(person.document_type, number)

    def key_of_document(self, kind: DocumentType, number: str) -> tuple[str, str]:
        """PEN-01: the same for a document as typed, whoever holds it, and its number masked.

        Raises INVALID as step 1 of a registration for the number.
        """
        today = self._core.clock.now().astimezone(DAY_ZONE).date()
        number = documents.checked(kind, number, today)
        return self._key_of(kind, number), documents.mask(number)

    async def find(self, kind: DocumentType, number: str) -> str:
        """ROST-20: whom a document as typed is bound to; empty for nobody. Nothing else is told about them.

        Raises INVALID as step 1 of a registration for the number.
        """
        today = self._core.clock.now().astimezone(DAY_ZONE).date()
        lookup = self._core.vault.lookup("document", documents.key(kind, documents.checked(kind, number, today)))
        async with self._core.database.unit_of_work() as uow:
            found = await People(uow.session).by_document(lookup)
        return found.person_id if found is not None else ""

    def _key_of(self, kind: DocumentType, number: str) -> str:
        return self._core.vault.lookup("document_key", documents.key(kind, number)).hex()

    async def me(self, caller: Caller) -> Me:
        """Who the caller is. Raises DomainError NOT_FOUND PERSON_UNKNOWN for a token of nobody known here."""
        now = self._core.clock.now()
        async with self._core.database.unit_of_work() as uow:
            found = await People(uow.session).by_id(caller.person_id)
            hats = await Hats(uow.session).of(caller.person_id)
        if found is None:
            raise unknown_person()
        hat = next((h for h in hats if (h.role, h.organisation_code) == (caller.role, caller.organisation)), None)
        free = binding.bindable_from(found.last_bound_at, found.override_until, now)
        return Me(Worn(found, Role(caller.role), caller.organisation), hat, free)

    async def bind(self, caller: Caller, new: NewBinding) -> Worn:
        """ID-30: bind name and document; another name or birth date than before is for a human to compare (ID-39).

        Raises:
            DomainError: CONFLICT ALREADY_BOUND (ID-45); NOT_NOW BINDING_TOO_SOON with `until` (ID-30); as step 1 of a
                registration for name, document and register; CONFLICT PERSON_REGISTERED (ID-10); FORBIDDEN ACTING.
        """
        _check_in_person(caller)
        core, now = self._core, self._core.clock.now()
        name = credentials.clean_name(new.name)
        today = now.astimezone(DAY_ZONE).date()
        document = documents.parse(new.document_type, new.document_number, new.birth_date, new.sex, today)
        async with core.database.unit_of_work() as uow:
            _check_may_bind(await self._locked(uow, caller.person_id), now)
        await confirm_real_name(core, self._throttle, self._register, name, document)
        lookup = core.vault.lookup("document", document.key)
        birth_lookup = core.vault.lookup("birth", document.birth_key(name))
        async with core.database.unit_of_work() as uow:
            person = await self._locked(uow, caller.person_id)
            _check_may_bind(person, now)
            await Registrations(uow.session).one_at_a_time(lookup, birth_lookup)
            owner = await People(uow.session).by_document(lookup)
            if owner is None:
                bound = replace(
                    person,
                    name=name,
                    document_type=document.kind,
                    document_lookup=lookup,
                    document_sealed=core.vault.seal(document.number, person.person_id),
                    birth_lookup=birth_lookup,
                    bound_at=now,
                    last_bound_at=now,
                    override_until=None,
                )
                return Worn(await self._bind(uow, caller, person, bound), Role(caller.role), caller.organisation)
        await note_attempt(core, owner)
        raise registration.already_registered()

    async def unbind(self, caller: Caller, password: str) -> datetime | None:
        """ID-31: take the binding back; answers from when a new one is possible, None for now.

        Raises DomainError CONFLICT NOT_BOUND; INVALID PASSWORD_WRONG; EXHAUSTED TOO_MANY_FAILURES, SIGN_IN_BUSY;
        FORBIDDEN ACTING.
        """
        _check_in_person(caller)
        core, now = self._core, self._core.clock.now()
        async with core.passwords.slot() as slot:
            async with core.database.unit_of_work() as uow:
                person = await self._locked(uow, caller.person_id)
                binding.check_bound(person.bound_at)
                await self._throttle.spend(uow, ACCOUNT, person.login.lower())
            if not await slot.matches(person.password_hash, password):
                raise DomainError(Kind.INVALID, "PASSWORD_WRONG", "密码不正确。", field="password", rule="ID-31")
        async with core.database.unit_of_work() as uow:
            person = await self._locked(uow, caller.person_id)
            binding.check_bound(person.bound_at)
            await self._throttle.give_back(uow, ACCOUNT, person.login.lower())
            nothing = {"document_type": "", "document_lookup": None, "document_sealed": None, "bound_at": None}
            await People(uow.session).change(person.person_id, **nothing)
            await note(uow, core.clock, "real_name_unbound", person.person_id, who=caller)
        return binding.bindable_from(person.last_bound_at, person.override_until, now)

    async def _bind(self, uow: UnitOfWork, caller: Caller, before: Person, bound: Person) -> Person:
        people, now = People(uow.session), self._core.clock.now()
        birth_lookup = bound.birth_lookup or b""
        changed = before.birth_lookup not in (None, birth_lookup)
        if changed or await people.alike(birth_lookup, but=bound.person_id):
            bound = replace(bound, state=PersonState.HELD)
        values = {name: getattr(bound, name) for name in _BINDING}
        await people.change(bound.person_id, **values)
        detail: dict[str, str | int | bool] = {
            "document_type": bound.document_type or "",
            "held": bound.state is PersonState.HELD,
            "by_exception": before.override_until is not None and now < before.override_until,
        }
        await note(uow, self._core.clock, "real_name_bound", bound.person_id, who=caller, detail=detail)
        return bound

    async def _locked(self, uow: UnitOfWork, person_id: str) -> Person:
        found = await People(uow.session).by_id(person_id, lock=True)
        if found is None:
            raise unknown_person()
        return found


def _check_in_person(caller: Caller) -> None:
    """ID-30: nobody says in another's place who that person is, whatever was granted."""
    if caller.acting_by:
        message = "代他人办理期间不能绑定或解除实名，请由本人办理。"
        raise DomainError(Kind.FORBIDDEN, "ACTING", message, rule="ID-30")


def _check_may_bind(person: Person, now: datetime) -> None:
    binding.check_unbound(person.bound_at)
    binding.check_may_bind(person.last_bound_at, person.override_until, now)


def _worn(person: Person, hats: Sequence[Hat], now: datetime) -> Worn:
    """A person as services ask for them: with the oldest hat that may be worn now."""
    hat = next((each for each in hats if each.wearable(now)), None)
    return Worn(person, hat.role, hat.organisation_code) if hat else Worn(person, None)
