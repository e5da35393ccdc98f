"""Second factors of the caller: enrol, list, take back."""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from services.identity.core import Core
from services.identity.domain import factors as rules
from services.identity.domain.factors import FactorKind
from services.identity.domain.roles import STAFF, Role
from services.identity.factors import Factors
from services.identity.facts import Notice, noticed
from services.identity.opening import Opened, SessionOpener
from services.identity.passkeys import NAME, PasskeyRefused, RelyingParty
from services.identity.records import Person
from services.identity.store.factors import Factor, FactorStore
from services.identity.store.hats import Hats
from services.identity.store.people import People
from services.identity.wire import unknown_person
from services.kit.audit import note
from services.kit.database import UnitOfWork
from services.kit.domain import Caller, DomainError, Kind
from services.kit.grpc_server import STEP_UP_LIFE
from services.kit.ids import new_id

BEGUN_LIFE = timedelta(minutes=15)
"""How long an app that was begun may wait for its first code."""
NONCE_LIFE = timedelta(minutes=5)
"""How long a browser has to make a passkey."""
PASSKEYS = 10
"""CRED-08: passkeys a person may have."""
APP_LABEL = "身份验证器应用"


@dataclass(frozen=True, slots=True)
class Enrolled:
    """What a confirmed factor brought."""

    codes: Sequence[str] = field(repr=False)
    """Recovery codes, shown this once."""
    opened: Opened | None
    """The session, when it had waited for the factor."""


class FactorHandlers:
    """Use cases; all of them act on the caller's own factors."""

    def __init__(self, core: Core, opener: SessionOpener) -> None:
        self._core = core
        self._opener = opener
        self._factors = Factors(core)
        self._party = RelyingParty(core.settings.public_url)

    async def mine(self, who: Caller) -> tuple[Sequence[Factor], int]:
        """The enrolled factors, oldest first, and how many recovery codes are left."""
        async with self._core.database.unit_of_work() as uow:
            store = FactorStore(uow.session)
            return await store.enrolled(who.person_id), await store.codes_left(who.person_id)

    async def begin_totp(self, who: Caller) -> tuple[str, str]:
        """The URI for the QR code of an authenticator app, and its secret for typing; one begun before is forgotten.

        Raises DomainError as `_owner` (CRED-05).
        """
        secret, factor_id = rules.new_secret(), new_id()
        async with self._core.database.unit_of_work() as uow:
            person, _ = await self._owner(uow, who)
            store = FactorStore(uow.session)
            await store.remove_begun(who.person_id, FactorKind.TOTP)
            sealed = self._core.vault.seal(secret, factor_id)
            now = self._core.clock.now()
            await store.add(
                Factor(factor_id, who.person_id, FactorKind.TOTP, APP_LABEL, begun_at=now, secret_sealed=sealed)
            )
        return rules.otpauth_uri(secret, person.login, NAME), secret

    async def confirm_totp(self, who: Caller, code: str) -> Enrolled:
        """CRED-06: enrol the app with its first code; it takes the place of an app enrolled before.

        Ten recovery codes come with it, and older ones no longer count (CRED-02).

        Raises DomainError NOT_NOW TOTP_NOT_BEGUN (also after a quarter of an hour); INVALID CODE_WRONG; as `_owner`.
        """
        now = self._core.clock.now()
        async with self._core.database.unit_of_work() as uow:
            person, enrolled = await self._owner(uow, who)
            store = FactorStore(uow.session)
            begun = await store.begun(who.person_id, FactorKind.TOTP, now - BEGUN_LIFE)
            if begun is None or begun.secret_sealed is None:
                message = "登记已超时，请重新扫描二维码登记身份验证器。"
                raise DomainError(Kind.NOT_NOW, "TOTP_NOT_BEGUN", message, rule="CRED-06")
            step = rules.step_shown(self._core.vault.open(begun.secret_sealed, begun.factor_id), code, now)
            if step is None:
                message = "验证码不正确，请输入应用当前显示的6位数字，并确认手机时间准确。"
                raise DomainError(Kind.INVALID, "CODE_WRONG", message, field="code", rule="CRED-06")
            for factor in enrolled:
                if factor.kind is FactorKind.TOTP:
                    await store.remove(factor.factor_id)
            await store.enrol(begun.factor_id, now, step)
            codes = rules.new_recovery_codes()
            await store.replace_codes(who.person_id, [self._factors.code_hash(who.person_id, each) for each in codes])
            return Enrolled(codes, await self._added(uow, who, person, begun))

    async def begin_passkey(self, who: Caller) -> str:
        """PublicKeyCredentialCreationOptions as JSON, good for five minutes in this session.

        Raises DomainError NOT_NOW PASSKEYS_FULL (CRED-08); as `_owner`.
        """
        nonce = secrets.token_bytes(32)
        async with self._core.database.unit_of_work() as uow:
            person, enrolled = await self._owner(uow, who)
            known = _passkeys(enrolled)
            expires_at = self._core.clock.now() + NONCE_LIFE
            await FactorStore(uow.session).add_nonce(new_id(), nonce, who, expires_at)
        return self._party.creation_options(person.person_id, person.login, person.name, nonce, known)

    async def confirm_passkey(self, who: Caller, answer: str, label: str) -> Enrolled:
        """CRED-03: enrol the passkey a browser made for what `begin_passkey` gave.

        Raises DomainError INVALID LABEL_EMPTY; NOT_NOW PASSKEY_NOT_BEGUN; INVALID PASSKEY_WRONG; CONFLICT
        PASSKEY_KNOWN; NOT_NOW PASSKEYS_FULL (CRED-08); as `_owner`.
        """
        now = self._core.clock.now()
        label = _clean_label(label)
        async with self._core.database.unit_of_work() as uow:
            person, enrolled = await self._owner(uow, who)
            _passkeys(enrolled)
            store = FactorStore(uow.session)
            nonce = await store.take_nonce(who, now)
            if nonce is None:
                message = "登记通行密钥已超时，请重新开始。"
                raise DomainError(Kind.NOT_NOW, "PASSKEY_NOT_BEGUN", message, rule="CRED-03")
            try:
                made = self._party.created(answer, nonce)
            except PasskeyRefused as error:
                raise _passkey_wrong() from error
            new = Factor(
                factor_id=new_id(),
                person_id=who.person_id,
                kind=FactorKind.PASSKEY,
                label=label,
                begun_at=now,
                enrolled_at=now,
                credential_id=made.credential_id,
                public_key=made.public_key,
                sign_count=made.sign_count,
            )
            if not await store.add(new):
                message = "该通行密钥已经登记过。"
                raise DomainError(Kind.CONFLICT, "PASSKEY_KNOWN", message, field="passkey_json", rule="CRED-03")
            return Enrolled((), await self._added(uow, who, person, new))

    async def remove(self, who: Caller, factor_id: str) -> None:
        """CRED-07: take a factor back; with the last one the recovery codes go, and staff keep at least one.

        Raises DomainError NOT_FOUND FACTOR_UNKNOWN; NOT_NOW FACTOR_LAST; FORBIDDEN ACTING (CRED-09).
        """
        refuse_acting(who)
        async with self._core.database.unit_of_work() as uow:
            await People(uow.session).by_id(who.person_id, lock=True)
            store = FactorStore(uow.session)
            enrolled = await store.enrolled(who.person_id)
            wanted = next((factor for factor in enrolled if factor.factor_id == factor_id), None)
            if wanted is None:
                message = "没有找到该验证方式，可能已经移除。"
                raise DomainError(Kind.NOT_FOUND, "FACTOR_UNKNOWN", message, field="factor_id", rule="CRED-07")
            if len(enrolled) == 1:
                if any(hat.role in STAFF for hat in await Hats(uow.session).of(who.person_id)):
                    message = "工作人员须至少保留一种二次验证方式；请先登记另一种，再移除这一种。"
                    raise DomainError(Kind.NOT_NOW, "FACTOR_LAST", message, field="factor_id", rule="CRED-07")
                await store.replace_codes(who.person_id, [])
            await store.remove(factor_id)
            await note(
                *(uow, self._core.clock, "factor_removed", who.person_id),
                who=who,
                detail={"factor_id": factor_id, "kind": wanted.kind.value},
            )
            uow.add_fact(noticed(who.person_id, Notice.FACTOR_REMOVED))

    async def _owner(self, uow: UnitOfWork, who: Caller) -> tuple[Person, Sequence[Factor]]:
        """CRED-05: the caller, locked, and the enrolled factors, if the caller may enrol another now.

        A fresh proof in the session is needed: of a factor, or of the password for people without one. A session that
        waits for its first factor needs none; when one was enrolled elsewhere meanwhile it may not add another.

        Raises DomainError FORBIDDEN STEP_UP_REQUIRED, FACTOR_ENROLLED or ACTING (CRED-09).
        """
        refuse_acting(who)
        person = await People(uow.session).by_id(who.person_id, lock=True)
        if person is None:
            raise unknown_person()
        enrolled = await FactorStore(uow.session).enrolled(who.person_id)
        waits = who.role == Role.ENROLLING
        if waits and enrolled:
            message = "该账号已登记二次验证方式，请重新登录并用它验证。"
            raise DomainError(Kind.FORBIDDEN, "FACTOR_ENROLLED", message, rule="CRED-05")
        fresh = who.proved_at is not None and self._core.clock.now() - who.proved_at < STEP_UP_LIFE
        if not (waits or fresh):
            message = "登记新的验证方式前，需要再次验证身份。"
            raise DomainError(Kind.FORBIDDEN, "STEP_UP_REQUIRED", message, rule="CRED-05")
        return person, enrolled

    async def _added(self, uow: UnitOfWork, who: Caller, person: Person, factor: Factor) -> Opened | None:
        await note(
            *(uow, self._core.clock, "factor_added", who.person_id),
            who=who,
            detail={"factor_id": factor.factor_id, "kind": factor.kind.value},
        )
        uow.add_fact(noticed(who.person_id, Notice.FACTOR_ADDED))
        return await self._opener.after_factor(uow, person, who.session)


def refuse_acting(who: Caller) -> None:
    """CRED-09: nobody changes what another person proves themselves with. Raises DomainError FORBIDDEN ACTING."""
    if who.acting_by:
        message = "代他人办理期间不能更改其密码、手机号码和验证方式，请由本人办理。"
        raise DomainError(Kind.FORBIDDEN, "ACTING", message, rule="CRED-09")


def _passkeys(enrolled: Sequence[Factor]) -> Sequence[bytes]:
    """Ids of the passkeys among `enrolled`. Raises DomainError NOT_NOW when there may be no more."""
    known = [factor.credential_id for factor in enrolled if factor.credential_id is not None]
    if len(known) >= PASSKEYS:
        message = f"最多登记{PASSKEYS}个通行密钥，请先移除不用的。"
        raise DomainError(Kind.NOT_NOW, "PASSKEYS_FULL", message, rule="CRED-08")
    return known


def _clean_label(label: str) -> str:
    """The label in NFC with its blanks trimmed and nothing in it that one cannot see."""
    visible = "".join(c for c in unicodedata.normalize("NFC", label) if unicodedata.category(c)[0] != "C").strip()
    if not visible:
        raise DomainError(Kind.INVALID, "LABEL_EMPTY", "请为通行密钥取一个名称。", field="label", rule="CRED-03")
    return visible


def _passkey_wrong() -> DomainError:
    message = "浏览器没有正确生成通行密钥，请重试；设备须用指纹、面容或锁屏密码确认。"
    return DomainError(Kind.INVALID, "PASSKEY_WRONG", message, field="passkey_json", rule="CRED-03")
