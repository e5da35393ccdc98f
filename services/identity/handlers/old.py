"""Identity's use cases: register, sign in, appoint, organise."""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from zoneinfo import ZoneInfo

from pydantic import SecretStr

from residency.identity.v1 import events_pb2
from services.identity.domain import credentials, resident_id, roles
from services.identity.domain import organisation as organisations
from services.identity.domain.organisation import Organisation
from services.identity.domain.roles import Role
from services.identity.passwords import Passwords
from services.identity.store import Account, Accounts, Organisations
from services.identity.tokens import SignedToken, TokenIssuer
from services.identity.vault import Vault
from services.kit.clock import Clock
from services.kit.database import Database
from services.kit.domain import Caller, DomainError, Fact, Kind
from services.kit.ids import new_id

FAILURES_ALLOWED = 10
FAILURE_WINDOW = timedelta(minutes=5)
"""ID-14: after ten failures within five minutes a login rests; sign-ins that succeed are never counted."""

DAY_ZONE = ZoneInfo("Asia/Shanghai")
"""Where a birthday begins."""


@dataclass(frozen=True, slots=True)
class NewAccount:
    """What a person enters to register."""

    role: Role
    name: str
    resident_id: str = field(repr=False)
    login: str
    password: str = field(repr=False)
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class NewStaff:
    """What it takes to appoint staff."""

    login: str
    password: str = field(repr=False)
    name: str
    role: Role
    organisation_code: str


@dataclass(frozen=True, slots=True)
class Person:
    """A person as others may see them: the document number is masked."""

    person_id: str
    name: str
    role: Role
    organisation_code: str
    masked_document: str

    @property
    def verified(self) -> bool:
        """ID-17: a document number that passed ID-01 to ID-05 is bound to this account and to no other.

        No authority's register is asked yet; that will be a condition more, here.
        """
        return bool(self.masked_document)


class Identity:
    """Who somebody is, which hat they wear, and in which organisation."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        passwords: Passwords,
        issuer: TokenIssuer,
        machine_secrets: Mapping[str, SecretStr],
        clock: Clock,
    ) -> None:
        self._database = database
        self._vault = vault
        self._passwords = passwords
        self._issuer = issuer
        self._machine_secrets = machine_secrets
        self._clock = clock

    async def register_account(self, new: NewAccount) -> tuple[Person, SignedToken]:
        """ID-15: open an account and sign in; the same key and content again gives the same person.

        Raises:
            DomainError: FORBIDDEN ROLE_NOT_OPEN; INVALID for number, name, login or password; CONFLICT
                PERSON_REGISTERED (one person, one account), LOGIN_TAKEN, IDEMPOTENCY_KEY_REUSED; EXHAUSTED
                SIGN_IN_BUSY.
        """
        roles.check_self_registration(new.role)
        name = credentials.clean_name(new.name)
        login_key = credentials.login_key(new.login)
        credentials.check_password(new.password, login=new.login, resident_id=new.resident_id)
        document = resident_id.parse(new.resident_id, self._clock.now().astimezone(DAY_ZONE).date())
        document_lookup = self._vault.lookup("document", document.number)
        request_hash = self._vault.lookup(
            "registration", json.dumps([new.role.value, name, document.number, login_key])
        )

        earlier = await self._registered_before(new, request_hash)
        if earlier is None:
            async with self._database.unit_of_work() as uow:
                await self._refuse_taken(Accounts(uow.session), login_key, document_lookup)
            async with self._passwords.slot() as slot:
                password_hash = await slot.hash(new.password)
            person_id = new_id()
            sealed = self._vault.seal(document.number, person_id)
            fresh = Account(person_id, new.login, name, new.role, "", password_hash, sealed, self._clock.now())
            async with self._database.unit_of_work() as uow:
                accounts = Accounts(uow.session)
                if await accounts.add(fresh, login_key, document_lookup):
                    if not await accounts.add_registration(new.idempotency_key, request_hash, person_id):
                        raise _key_reused()
                    uow.add_fact(_registered(fresh))
                    return self._signed_in(fresh)
            # Somebody was faster, perhaps this very request: then it is answered, else refused by name.
            earlier = await self._registered_before(new, request_hash)
            if earlier is None:
                async with self._database.unit_of_work() as uow:
                    await self._refuse_taken(Accounts(uow.session), login_key, document_lookup)
                raise DomainError(Kind.CONFLICT, "REGISTRATION_RACED", "注册信息有冲突，请重试。", rule="ID-15")
        return self._signed_in(earlier)

    async def sign_in(self, login: str, password: str) -> tuple[Person, SignedToken]:
        """ID-16: the person and a token; one answer, in one time, for a wrong password and an unknown login.

        Raises DomainError UNAUTHENTICATED BAD_CREDENTIALS; EXHAUSTED TOO_MANY_FAILURES with `until` (ID-14, also
        for the right password: a limit that lets it through would let guessing go on) or SIGN_IN_BUSY.
        """
        login_key = login.lower()
        login_lookup = self._vault.lookup("login", login_key)
        async with self._passwords.slot() as slot:
            now = self._clock.now()
            async with self._database.unit_of_work() as uow:
                accounts = Accounts(uow.session)
                failures = await accounts.failures_since(login_lookup, now - FAILURE_WINDOW)
                found = await accounts.by_login(login_key)
            if len(failures) >= FAILURES_ALLOWED:
                until = failures[FAILURES_ALLOWED - 1] + FAILURE_WINDOW
                message = "登录失败次数过多，请稍后再试。"
                raise DomainError(Kind.EXHAUSTED, "TOO_MANY_FAILURES", message, rule="ID-14", until=until)
            right = await slot.matches(found.password_hash if found else None, password)
            if found is None or not right:
                async with self._database.unit_of_work() as uow:
                    await Accounts(uow.session).add_failure(new_id(), login_lookup, now, now - FAILURE_WINDOW)
                raise DomainError(Kind.UNAUTHENTICATED, "BAD_CREDENTIALS", "登录名或密码不正确。", rule="ID-16")
            if slot.outdated(found.password_hash):
                rehashed = await slot.hash(password)
                async with self._database.unit_of_work() as uow:
                    await Accounts(uow.session).set_password_hash(found.person_id, rehashed)
        return self._signed_in(found)

    def sign_in_machine(self, machine: str, secret: str) -> SignedToken:
        """ROLE-06: a token with the machine's hat; its subject is `machine:<name>`.

        Raises DomainError UNAUTHENTICATED BAD_MACHINE, the same for an unknown machine and a wrong secret.
        """
        role = roles.machine_role(machine)
        expected = self._machine_secrets.get(machine, SecretStr("")).get_secret_value()
        right = hmac.compare_digest(expected.encode(), secret.encode())
        if role is None or not expected or not right:
            raise DomainError(Kind.UNAUTHENTICATED, "BAD_MACHINE", "机器身份验证失败。", rule="ROLE-06")
        return self._issuer.sign(f"machine:{machine}", role.value)

    def key_set_json(self) -> str:
        """The public keys that check tokens, as a JSON Web Key Set."""
        return self._issuer.key_set_json()

    async def get_person(self, caller: Caller, person_id: str) -> Person:
        """ROLE-07: oneself, or anyone for staff and services. Raises DomainError NOT_FOUND, also when not visible."""
        if roles.may_see(caller, person_id):
            async with self._database.unit_of_work() as uow:
                found = await Accounts(uow.session).by_id(person_id)
            if found is not None:
                return self._person(found)
        raise DomainError(Kind.NOT_FOUND, "PERSON_UNKNOWN", "没有找到该人员。", rule="ROLE-07")

    async def import_organisations(self, caller: Caller, wanted: Sequence[Organisation]) -> int:
        """ROLE-09: create or rename organisations; answers how many were new or changed.

        Raises DomainError as `organisation.changes` does, and FORBIDDEN OUTSIDE_PROVINCE (ROLE-04).
        """
        for each in wanted:
            roles.check_reach(caller, each)
        async with self._database.unit_of_work() as uow:
            store = Organisations(uow.session)
            await store.lock()
            changed = organisations.changes(await store.all(), wanted)
            await store.write(changed)
        return len(changed)

    async def list_organisations(self) -> Iterable[Organisation]:
        """Every organisation: each province by code, then its bases by code."""
        async with self._database.unit_of_work() as uow:
            return organisations.in_order((await Organisations(uow.session).all()).values())

    async def appoint_staff(self, caller: Caller, new: NewStaff) -> Person:
        """ROLE-08: an account with a staff hat; the same login, hat and organisation again changes nothing.

        Raises DomainError NOT_FOUND ORGANISATION_UNKNOWN; as `roles.check_appointment`; INVALID for name, login or
        password; CONFLICT LOGIN_TAKEN when the login belongs to another hat or organisation.
        """
        name = credentials.clean_name(new.name)
        login_key = credentials.login_key(new.login)
        credentials.check_password(new.password, login=new.login)
        async with self._database.unit_of_work() as uow:
            organisation = (await Organisations(uow.session).all()).get(new.organisation_code)
            earlier = await Accounts(uow.session).by_login(login_key)
        if organisation is None:
            raise DomainError(
                Kind.NOT_FOUND, "ORGANISATION_UNKNOWN", "没有找到该机构。", field="organisation_code", rule="ROLE-03"
            )
        roles.check_appointment(caller, new.role, organisation)
        if earlier is None:
            async with self._passwords.slot() as slot:
                password_hash = await slot.hash(new.password)
            fresh = Account(
                new_id(), new.login, name, new.role, organisation.code, password_hash, None, self._clock.now()
            )
            async with self._database.unit_of_work() as uow:
                accounts = Accounts(uow.session)
                added = await accounts.add(fresh, login_key, None)
                earlier = fresh if added else await accounts.by_login(login_key)
        if earlier is None or (earlier.role, earlier.organisation_code) != (new.role, organisation.code):
            raise _login_taken("ROLE-08")
        return self._person(earlier)

    async def _registered_before(self, new: NewAccount, request_hash: bytes) -> Account | None:
        """The account this very request made earlier. Raises CONFLICT when its key served for something else."""
        async with self._database.unit_of_work() as uow:
            accounts = Accounts(uow.session)
            before = await accounts.registration(new.idempotency_key)
            found = await accounts.by_id(before.person_id) if before else None
        if before is None or found is None:
            return None
        if not hmac.compare_digest(before.request_hash, request_hash):
            raise _key_reused()
        # The answer holds a token, so the password is checked like at any sign-in, throttle included.
        try:
            await self.sign_in(new.login, new.password)
        except DomainError as error:
            raise _key_reused() if error.reason == "BAD_CREDENTIALS" else error from None
        return found

    async def _refuse_taken(self, accounts: Accounts, login_key: str, document_lookup: bytes) -> None:
        if await accounts.has_document(document_lookup):
            message = "该身份证号码已注册，请直接登录。"
            raise DomainError(Kind.CONFLICT, "PERSON_REGISTERED", message, field="resident_id", rule="ID-10")
        if await accounts.by_login(login_key) is not None:
            raise _login_taken("ID-08")

    def _signed_in(self, found: Account) -> tuple[Person, SignedToken]:
        token = self._issuer.sign(found.person_id, found.role.value, found.organisation_code)
        return self._person(found), token

    def _person(self, found: Account) -> Person:
        sealed = found.document_sealed
        masked = resident_id.mask(self._vault.open(sealed, found.person_id)) if sealed else ""
        return Person(found.person_id, found.name, found.role, found.organisation_code, masked)


def _registered(account: Account) -> Fact:
    body = events_pb2.AccountRegistered(person_id=account.person_id, role=f"ROLE_{account.role.name}")
    return Fact(
        subject="residency.identity.v1.account.registered",
        event_type=body.DESCRIPTOR.full_name,
        body=body.SerializeToString(),
        aggregate_id=account.person_id,
        version=1,
        event_id=new_id(),
    )


def _key_reused() -> DomainError:
    message = "该请求编号已用于其他内容。"
    return DomainError(Kind.CONFLICT, "IDEMPOTENCY_KEY_REUSED", message, field="idempotency_key", rule="ID-15")


def _login_taken(rule: str) -> DomainError:
    return DomainError(Kind.CONFLICT, "LOGIN_TAKEN", "该登录名已被使用，请换一个。", field="login", rule=rule)
