"""SVC-04 to SVC-08: accounts of programs: opened, given secrets, ended, and signed in with: use cases."""

from __future__ import annotations

import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from services.identity.core import Core
from services.identity.domain import credentials, reach
from services.identity.domain import service_accounts as rules
from services.identity.domain.roles import Role
from services.identity.domain.service_accounts import Secret, ServiceAccount
from services.identity.facts import session_ended
from services.identity.store.organisations import Organisations
from services.identity.store.service_accounts import ServiceAccounts
from services.identity.throttle import SERVICE, SERVICE_ADDRESS, Throttle
from services.identity.tokens import SignedToken, TokenIssuer
from services.kit import auth
from services.kit.audit import note
from services.kit.commands import once, remember
from services.kit.database import UnitOfWork
from services.kit.domain import Caller, DomainError, Kind
from services.kit.ids import new_id
from services.kit.networks import network

PAGE = 50
"""Most accounts on a page."""


@dataclass(frozen=True, slots=True)
class NewAccount:
    """What is asked for."""

    name: str
    role: Role
    scopes: Sequence[str]
    expires_at: datetime
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class Handed:
    """An account with a secret that is shown this once."""

    account: ServiceAccount
    secret: str = field(repr=False)


class ServiceAccountHandlers:
    """What people do with accounts of programs, and how programs sign in."""

    def __init__(self, core: Core, issuer: TokenIssuer, throttle: Throttle) -> None:
        self._core = core
        self._issuer = issuer
        self._throttle = throttle

    async def list_accounts(self, who: Caller, after: str) -> tuple[Sequence[ServiceAccount], str]:
        """SVC-05: a page of the accounts the caller looks after, oldest first, and the next page's cursor, or empty.

        Raises DomainError INVALID CURSOR.
        """
        if after and not _is_id(after):
            raise DomainError(Kind.INVALID, "CURSOR", "翻页位置无效。", field="after", rule="SVC-05")
        async with self._core.database.unit_of_work() as uow:
            tree = await Organisations(uow.session).tree()
            codes = [each.code for each in tree.in_order() if reach.reaches(who, tree, each.code)]
            store = ServiceAccounts(uow.session)
            found = await store.page(codes, rules.visible_roles(who), after, PAGE + 1)
        return found[:PAGE], found[PAGE - 1].account_id if len(found) > PAGE else ""

    async def create(self, who: Caller, new: NewAccount) -> Handed:
        """SVC-04: open an account for the caller's own organisation; the same again with its key is answered again.

        Raises DomainError as `rules.check_new`; INVALID for the name; CONFLICT IDEMPOTENCY_KEY_REUSED; EXHAUSTED
        TOO_MANY_SERVICE_ACCOUNTS.
        """
        now = self._core.clock.now()
        name = credentials.clean_name(new.name)
        rules.check_new(who, new.role, new.scopes, new.expires_at, now)
        body = json.dumps(["service", name, new.role.value, sorted(new.scopes), new.expires_at.isoformat()]).encode()
        async with self._core.database.unit_of_work() as uow:
            store = ServiceAccounts(uow.session)
            stored = await once(uow, self._core.clock, who.actor, new.idempotency_key, body)
            if stored is not None:
                return await self._again(who, store, stored)
            if await store.count_live(who.organisation, now) >= rules.MOST:
                message = f"一个机构最多有 {rules.MOST} 个有效的服务账号。"
                raise DomainError(Kind.EXHAUSTED, "TOO_MANY_SERVICE_ACCOUNTS", message, rule="SVC-04")
            account = ServiceAccount(
                account_id=new_id(),
                name=name,
                role=new.role,
                organisation_code=who.organisation,
                scopes=tuple(sorted(new.scopes)),
                created_by=who.actor,
                created_at=now,
                expires_at=new.expires_at,
            )
            await store.add(account)
            detail = {"role": account.role.value, "scopes": " ".join(account.scopes)}
            detail |= {"until": account.expires_at.isoformat()}
            await note(uow, self._core.clock, "service_account_created", account.account_id, who=who, detail=detail)
            return await self._hand_out(uow, who, account, new.idempotency_key)

    async def add_secret(self, who: Caller, account_id: str, key: str) -> Handed:
        """SVC-06: one more secret; the same again with its key is answered again.

        Raises DomainError NOT_FOUND SERVICE_ACCOUNT_UNKNOWN; NOT_NOW SERVICE_ACCOUNT_ENDED, SECRETS_FULL while two
        count; CONFLICT IDEMPOTENCY_KEY_REUSED.
        """
        body = json.dumps(["service secret", account_id]).encode()
        async with self._core.database.unit_of_work() as uow:
            store = ServiceAccounts(uow.session)
            stored = await once(uow, self._core.clock, who.actor, key, body)
            if stored is not None:
                return await self._again(who, store, stored)
            account = await store.by_id(account_id, lock=True)
            if account is None or not rules.own(who, account):
                raise rules.unknown_account()
            if not account.live(self._core.clock.now()):
                message = "该服务账号已停用或到期。"
                raise DomainError(Kind.NOT_NOW, "SERVICE_ACCOUNT_ENDED", message, rule="SVC-04")
            if len(account.secrets) >= rules.SECRETS_AT_ONCE:
                message = "同时有效的密钥最多两个，请先停用一个。"
                raise DomainError(Kind.NOT_NOW, "SECRETS_FULL", message, rule="SVC-06")
            return await self._hand_out(uow, who, account, key)

    async def end_secret(self, who: Caller, account_id: str, secret_id: str) -> None:
        """SVC-06: end one secret, and the tokens it opened; one that has ended stays so.

        Raises DomainError NOT_FOUND SERVICE_ACCOUNT_UNKNOWN.
        """
        async with self._core.database.unit_of_work() as uow:
            account = await self._looked_after(uow, who, account_id)
            gone = [each for each in account.secrets if each.secret_id == secret_id]
            await self._end(uow, gone)
            if gone:
                detail = {"secret": secret_id}
                await note(uow, self._core.clock, "service_secret_ended", account_id, who=who, detail=detail)

    async def revoke(self, who: Caller, account_id: str, reason: str) -> None:
        """SVC-07: end an account for good, with its secrets and tokens; one that has ended stays so.

        Raises DomainError NOT_FOUND SERVICE_ACCOUNT_UNKNOWN; INVALID REASON_NUMBERS.
        """
        async with self._core.database.unit_of_work() as uow:
            account = await self._looked_after(uow, who, account_id)
            if account.revoked_at is not None:
                return
            await ServiceAccounts(uow.session).change(account_id, revoked_at=self._core.clock.now())
            await self._end(uow, account.secrets)
            await note(uow, self._core.clock, "service_account_revoked", account_id, who=who, reason=reason)

    async def sign_in(self, account_id: str, secret: str) -> tuple[SignedToken, Sequence[str]]:
        """SVC-08: a short token with the account's hat and scopes; its session is the secret that opened it.

        Failures are counted by account and address together, and by address: whoever guesses from elsewhere does not
        lock a hospital's program out.

        Raises DomainError UNAUTHENTICATED BAD_SERVICE_SECRET, the same for an unknown account, a wrong secret, and an
        account that has ended; EXHAUSTED TOO_MANY_FAILURES with `until`.
        """
        address = network(auth.origin().address)
        buckets = ((SERVICE, f"{account_id}\0{address}"), (SERVICE_ADDRESS, address))
        now = self._core.clock.now()
        given = rules.hash_of(secret)
        async with self._core.database.unit_of_work() as uow:
            await self._throttle.check_all(uow, buckets)
            store = ServiceAccounts(uow.session)
            account = await store.by_id(account_id) if _is_id(account_id) else None
            right = (
                [each for each in account.secrets if hmac.compare_digest(each.secret_hash, given)] if account else []
            )
            if account is not None and right and account.live(now):
                return await self._signed_in(uow, account, right[0], now)
        async with self._core.database.unit_of_work() as uow:
            await self._throttle.failed_all(uow, buckets)
            if account is not None:
                who = Caller(rules.subject_of(account_id), "")
                outcome = "BAD_SERVICE_SECRET"
                await note(uow, self._core.clock, "service_signed_in", account_id, who=who, outcome=outcome)
        message = "服务账号或密钥不正确，或已停用、到期。"
        raise DomainError(Kind.UNAUTHENTICATED, "BAD_SERVICE_SECRET", message, rule="SVC-08")

    async def _signed_in(
        self, uow: UnitOfWork, account: ServiceAccount, secret: Secret, now: datetime
    ) -> tuple[SignedToken, Sequence[str]]:
        store = ServiceAccounts(uow.session)
        # Under the account's lock, and read anew: it may have been revoked since.
        account = await store.by_id(account.account_id, lock=True) or account
        if not account.live(now) or secret.secret_id not in {each.secret_id for each in account.secrets}:
            message = "服务账号或密钥不正确，或已停用、到期。"
            raise DomainError(Kind.UNAUTHENTICATED, "BAD_SERVICE_SECRET", message, rule="SVC-08")
        await store.change(account.account_id, last_used_at=now)
        await store.change_secret(secret.secret_id, last_used_at=now)
        who = Caller(rules.subject_of(account.account_id), account.role.value, account.organisation_code)
        detail = {"secret": secret.secret_id}
        await note(uow, self._core.clock, "service_signed_in", account.account_id, who=who, detail=detail)
        token = self._issuer.sign(
            who.person_id,
            account.role.value,
            account.organisation_code,
            session=secret.secret_id,
            scopes=account.scopes,
            until=account.expires_at,
        )
        return token, account.scopes

    async def _hand_out(self, uow: UnitOfWork, who: Caller, account: ServiceAccount, key: str) -> Handed:
        secret_id = new_id()
        text = self._text_of(secret_id)
        secret = Secret(secret_id, account.account_id, rules.hash_of(text), text[-4:], self._core.clock.now())
        await ServiceAccounts(uow.session).add_secret(secret)
        detail = {"secret": secret_id}
        await note(uow, self._core.clock, "service_secret_made", account.account_id, who=who, detail=detail)
        await remember(uow, who.actor, key, json.dumps([account.account_id, secret_id]).encode())
        return Handed(replace(account, secrets=(*account.secrets, secret)), text)

    async def _again(self, who: Caller, store: ServiceAccounts, stored: bytes) -> Handed:
        account_id, secret_id = json.loads(stored)
        account = await store.by_id(account_id)
        if account is None or not rules.own(who, account):  # they may have changed organisation since
            raise rules.unknown_account()
        return Handed(account, self._text_of(secret_id))

    def _text_of(self, secret_id: str) -> str:
        """A secret: derived from a key of ours, so that only its hash is stored, and a lost answer is given again."""
        return rules.secret_text(self._core.vault.lookup("service secret", secret_id))

    async def _looked_after(self, uow: UnitOfWork, who: Caller, account_id: str) -> ServiceAccount:
        account = await ServiceAccounts(uow.session).by_id(account_id, lock=True)
        tree = await Organisations(uow.session).tree()
        if account is None or not rules.looked_after(who, account, tree):
            raise rules.unknown_account()
        return account

    async def _end(self, uow: UnitOfWork, secrets: Sequence[Secret]) -> None:
        """SVC-07: every service hears of it as of sessions that end, and refuses the tokens these secrets opened."""
        now = self._core.clock.now()
        for each in secrets:
            await ServiceAccounts(uow.session).change_secret(each.secret_id, ended_at=now)
            uow.add_fact(session_ended(each.secret_id, now + self._issuer.life))


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
