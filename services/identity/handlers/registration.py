"""ID-39, ID-40: opening an account in three steps: identity, account, done.

ID-11: the document number is sealed for the registration first and for the person then; it stands nowhere else.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from services.identity.adapters.real_name import RealNameRegister
from services.identity.captchas import Captchas
from services.identity.codes import Codes, Sent
from services.identity.core import Core
from services.identity.domain import credentials, documents, mobile, registration, roles
from services.identity.domain.documents import Document, DocumentType, Sex
from services.identity.domain.roles import Role
from services.identity.facts import account_registered
from services.identity.opening import Opened, SessionOpener
from services.identity.records import Hat, Person, PersonState
from services.identity.store.hats import Hats
from services.identity.store.people import People
from services.identity.store.registrations import Registration, Registrations
from services.identity.throttle import ACCOUNT, Throttle
from services.kit import auth
from services.kit.audit import note
from services.kit.commands import once, remember
from services.kit.database import UnitOfWork
from services.kit.domain import Caller, DomainError, Kind
from services.kit.ids import new_id
from services.kit.networks import network

PURPOSE = "registration"
DAY_ZONE = ZoneInfo("Asia/Shanghai")
"""Where a birthday begins."""
MISMATCH, MISMATCH_HERE = "real_name", "real_name_address"
"""ID-38: buckets of the throttle: names tried for one document, and from one address."""


@dataclass(frozen=True, slots=True)
class NewPerson:
    """What a person enters in step 1, as typed."""

    role: Role
    name: str
    document_type: DocumentType
    document_number: str = field(repr=False)
    birth_date: str = field(repr=False)
    sex: Sex | None
    captcha_id: str
    captcha_answer: str


@dataclass(frozen=True, slots=True)
class NewAccount:
    """What a person enters in step 2, as typed."""

    registration_id: str
    login: str
    password: str = field(repr=False)
    mobile: str = field(repr=False)
    code: str = field(repr=False)
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class Begun:
    """A registration that may go on."""

    registration_id: str
    expires_at: datetime
    masked_document: str
    held: bool


class RegistrationHandlers:
    """The three steps."""

    def __init__(
        self, core: Core, register: RealNameRegister, captchas: Captchas, codes: Codes, opener: SessionOpener
    ) -> None:
        self._core = core
        self._register = register
        self._captchas = captchas
        self._codes = codes
        self._opener = opener
        self._throttle = Throttle(core)

    async def verify_identity(self, new: NewPerson) -> Begun:
        """Step 1: the document's rules, the captcha, the real-name register, one person one account, in this order.

        What costs nothing is checked before the captcha is used up, and the register is asked last.

        Raises:
            DomainError: FORBIDDEN ROLE_NOT_OPEN; INVALID for name and document (ID-07, ID-01 to ID-25); INVALID
                CAPTCHA_WRONG (ID-33); EXHAUSTED TOO_MANY_FAILURES, INVALID REAL_NAME_MISMATCH, UNAVAILABLE
                REAL_NAME_UNAVAILABLE (ID-38); CONFLICT PERSON_REGISTERED (ID-10).
        """
        core, now = self._core, self._core.clock.now()
        roles.check_self_registration(new.role)
        name = credentials.clean_name(new.name)
        today = now.astimezone(DAY_ZONE).date()
        document = documents.parse(new.document_type, new.document_number, new.birth_date, new.sex, today)
        await self._captchas.check(new.captcha_id, new.captcha_answer)
        await confirm_real_name(core, self._throttle, self._register, name, document)
        registration_id = new_id()
        begun = Registration(
            registration_id,
            new.role,
            name,
            document.kind,
            core.vault.lookup("document", document.key),
            core.vault.seal(document.number, registration_id),
            core.vault.lookup("birth", document.birth_key(name)),
            held=False,
            expires_at=now + registration.LIFE,
        )
        async with core.database.unit_of_work() as uow:
            people = People(uow.session)
            owner = await people.by_document(begun.document_lookup)
            if owner is None:
                held = bool(await people.alike(begun.birth_lookup))
                store = Registrations(uow.session)
                await store.prune(now)
                await store.add(replace(begun, held=held))
        if owner is not None:
            await note_attempt(core, owner)
            raise registration.already_registered()
        return Begun(registration_id, begun.expires_at, documents.mask(document.number), held)

    async def send_code(self, registration_id: str, number: str) -> Sent:
        """Step 2: a code to the mobile number.

        Raises DomainError NOT_FOUND REGISTRATION_UNKNOWN (ID-40), INVALID MOBILE_FORMAT (ID-26), and as `Codes.send`.
        """
        parsed = mobile.parse(number)
        await self._open_registration(registration_id)
        return await self._codes.send(PURPOSE, registration_id, parsed)

    async def create_account(self, new: NewAccount) -> Opened:
        """Steps 2 and 3: open the account and sign in; the same content and key again signs the same person in (ID-15).

        Raises:
            DomainError: NOT_FOUND REGISTRATION_UNKNOWN (ID-40); INVALID for login (ID-08), mobile (ID-26) and
                password (ID-09, ID-27, ID-28); as `Codes.check` (ID-34); CONFLICT LOGIN_TAKEN (ID-08),
                PERSON_REGISTERED (ID-10), IDEMPOTENCY_KEY_REUSED (ROLE-16); EXHAUSTED SIGN_IN_BUSY (ID-12).
        """
        login_key = credentials.login_key(new.login)
        number = mobile.parse(new.mobile)
        body = self._core.vault.lookup(PURPOSE, json.dumps([new.registration_id, login_key, number]))
        try:
            return await self._open_account(new, login_key, number, body)
        except DomainError as refusal:
            # A lost answer or a second tab: what is refused now may be what this very request did before.
            if refusal.kind is Kind.UNAVAILABLE:
                raise
            earlier = await self._opened_before(new, body)
            if earlier is None:
                raise
        return await self._sign_in_again(new, login_key, earlier)

    async def cancel(self, registration_id: str) -> None:
        """ID-40: forget what was entered; nothing happens when it is forgotten already."""
        async with self._core.database.unit_of_work() as uow:
            await Registrations(uow.session).take(registration_id)

    async def _open_account(self, new: NewAccount, login_key: str, number: str, body: bytes) -> Opened:
        core = self._core
        begun = await self._open_registration(new.registration_id)
        document = core.vault.open(begun.document_sealed, begun.registration_id)
        credentials.check_password(
            new.password, login=new.login, document=document, mobile=number, name=begun.name, staff=False
        )
        async with core.database.unit_of_work() as uow:
            await _refuse_taken(People(uow.session), login_key, begun.document_lookup)
        code_id = await self._codes.verify(PURPOSE, begun.registration_id, number, new.code)
        async with core.passwords.slot() as slot:
            password_hash = await slot.hash(new.password)
        now, person_id = core.clock.now(), new_id()
        person = Person(
            person_id=person_id,
            login=new.login,
            name=begun.name,
            password_hash=password_hash,
            password_set_at=now,
            state=PersonState.ACTIVE,
            document_type=begun.document_type,
            document_lookup=begun.document_lookup,
            document_sealed=core.vault.seal(document, person_id),
            birth_lookup=begun.birth_lookup,
            mobile_lookup=core.vault.lookup("mobile", number),
            mobile_sealed=core.vault.seal(number, person_id),
            bound_at=now,
            last_bound_at=now,
            override_until=None,
            created_at=now,
            seen_at=now,
        )
        async with core.database.unit_of_work() as uow:
            if await once(uow, core.clock, new.registration_id, new.idempotency_key, body) is not None:
                raise _answered()
            return await self._write(uow, person, begun, code_id, new.idempotency_key)

    async def _write(
        self, uow: UnitOfWork, person: Person, begun: Registration, code_id: str, idempotency_key: str
    ) -> Opened:
        """Everything a new account consists of, in one transaction."""
        clock, people, store = self._core.clock, People(uow.session), Registrations(uow.session)
        if not await store.take(begun.registration_id):
            raise _answered()
        await self._codes.spend(uow, code_id)
        await store.one_at_a_time(begun.document_lookup, begun.birth_lookup)
        if await people.alike(begun.birth_lookup):
            person = replace(person, state=PersonState.HELD)
        if not await people.add(person):
            await _refuse_taken(people, person.login.lower(), begun.document_lookup)
            raise _answered()
        hat = Hat(new_id(), person.person_id, begun.role, "", given_by=person.person_id, given_at=clock.now())
        await Hats(uow.session).add(hat)
        held = person.state is PersonState.HELD
        who = Caller(person.person_id, begun.role.value)
        detail: dict[str, str | int | bool] = {"held": held, "document_type": begun.document_type.value}
        await note(uow, clock, "account_opened", person.person_id, who=who, detail=detail)
        uow.add_fact(account_registered(person.person_id, begun.role.name, held))
        await remember(uow, begun.registration_id, idempotency_key, person.person_id.encode())
        return await self._opener.open(uow, person, hat=hat)

    async def _opened_before(self, new: NewAccount, body: bytes) -> Person | None:
        """Whom this very request made earlier. Raises CONFLICT when its key served for something else."""
        core = self._core
        async with core.database.unit_of_work() as uow:
            answer = await once(uow, core.clock, new.registration_id, new.idempotency_key, body)
            if not answer:
                # Nothing was made: the claim just written must not stay, or the next try would find it.
                await uow.session.rollback()
                return None
            person = await People(uow.session).by_id(answer.decode())
        return person if person and core.clock.now() < person.created_at + registration.LIFE else None

    async def _sign_in_again(self, new: NewAccount, login_key: str, person: Person) -> Opened:
        """The answer holds tokens, so the password is checked as at any sign-in, throttle included."""
        core = self._core
        async with core.passwords.slot() as slot:
            async with core.database.unit_of_work() as uow:
                await self._throttle.spend(uow, ACCOUNT, login_key)
            if not await slot.matches(person.password_hash, new.password):
                message = "该请求编号已用于其他内容。"
                field_name = "idempotency_key"
                raise DomainError(Kind.CONFLICT, "IDEMPOTENCY_KEY_REUSED", message, field=field_name, rule="ID-15")
        async with core.database.unit_of_work() as uow:
            await self._throttle.give_back(uow, ACCOUNT, login_key)
            return await self._opener.open(uow, person)

    async def _open_registration(self, registration_id: str) -> Registration:
        async with self._core.database.unit_of_work() as uow:
            found = await Registrations(uow.session).by_id(registration_id)
        if found is None or not registration.is_open(found.expires_at, self._core.clock.now()):
            raise registration.unknown()
        return found


async def confirm_real_name(
    core: Core, throttle: Throttle, register: RealNameRegister, name: str, document: Document
) -> None:
    """ID-38: ask the register, but do not let anybody try names for a document, or documents for a name.

    Raises DomainError as `RealNameRegister.confirm`; EXHAUSTED TOO_MANY_FAILURES with `until`.
    """
    buckets = [(MISMATCH, document.key), (MISMATCH_HERE, network(auth.origin().address))]
    async with core.database.unit_of_work() as uow:
        await throttle.check_all(uow, buckets)
    try:
        await register.confirm(name, document)
    except DomainError as refusal:
        if refusal.kind is Kind.INVALID:
            async with core.database.unit_of_work() as uow:
                await throttle.failed_all(uow, buckets)
        raise


async def note_attempt(core: Core, owner: Person) -> None:
    """ID-10: the audit of an account keeps that somebody else came with its document."""
    async with core.database.unit_of_work() as uow:
        who = Caller(owner.person_id, "")
        await note(uow, core.clock, "registration", owner.person_id, who=who, outcome="PERSON_REGISTERED")


async def _refuse_taken(people: People, login_key: str, document_lookup: bytes) -> None:
    """ID-10, ID-08: raises CONFLICT PERSON_REGISTERED or LOGIN_TAKEN."""
    if await people.by_document(document_lookup) is not None:
        raise registration.already_registered()
    if await people.by_login(login_key) is not None:
        raise registration.login_taken()


def _answered() -> DomainError:
    """Somebody was faster; never seen outside when it was this very request."""
    message = "本次注册已经完成或取消，请直接登录，或重新开始。"
    return DomainError(Kind.CONFLICT, "REGISTRATION_RACED", message, rule="ID-15")
