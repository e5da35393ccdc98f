"""Accounts of programs and their secrets: every method runs inside the caller's unit of work."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.identity.domain.roles import Role
from services.identity.domain.service_accounts import Secret, ServiceAccount
from services.identity.store.tables import organisation, service_account, service_secret

_NAMES = tuple(name for name in ServiceAccount.__dataclass_fields__ if name != "secrets")
_COLUMNS = tuple(service_account.c[name] for name in _NAMES)
_SECRET_COLUMNS = tuple(service_secret.c[name] for name in Secret.__dataclass_fields__)


class ServiceAccounts:
    """Which programs may sign in."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def by_id(self, account_id: str, *, lock: bool = False) -> ServiceAccount | None:
        """The account with this id, ended or not; with `lock`, nobody else changes it meanwhile."""
        statement = select(*_COLUMNS).where(service_account.c.account_id == account_id)
        if lock:
            statement = statement.with_for_update()
        found = await self._accounts((await self._session.execute(statement)).mappings().all())
        return found[0] if found else None

    async def page(
        self, organisation_codes: Collection[str], roles: Collection[Role], after: str, limit: int
    ) -> Sequence[ServiceAccount]:
        """Accounts of these organisations with these hats, oldest first, from behind the account `after`."""
        conditions: list[ColumnElement[bool]] = [
            service_account.c.organisation_code.in_(organisation_codes),
            service_account.c.role.in_([role.value for role in roles]),
        ]
        if after:
            conditions.append(service_account.c.account_id > after)
        statement = select(*_COLUMNS).where(*conditions).order_by(service_account.c.account_id).limit(limit)
        return await self._accounts((await self._session.execute(statement)).mappings().all())

    async def count_live(self, organisation_code: str, now: datetime) -> int:
        """How many accounts of an organisation have not ended; openings there take turns until the transaction ends."""
        owner = select(organisation.c.code).where(organisation.c.code == organisation_code).with_for_update()
        await self._session.execute(owner)
        live = (service_account.c.revoked_at.is_(None), service_account.c.expires_at > now)
        statement = select(func.count()).where(service_account.c.organisation_code == organisation_code, *live)
        return int(await self._session.scalar(statement) or 0)

    async def add(self, new: ServiceAccount) -> None:
        """Write a new account, without its secrets."""
        values = {name: getattr(new, name) for name in _NAMES}
        await self._session.execute(
            insert(service_account).values(values | {"role": new.role.value, "scopes": list(new.scopes)})
        )

    async def change(self, account_id: str, **values: Any) -> None:
        """Set columns of an account."""
        statement = update(service_account).where(service_account.c.account_id == account_id)
        await self._session.execute(statement.values(**values))

    async def add_secret(self, new: Secret) -> None:
        """Write a new secret."""
        values = {name: getattr(new, name) for name in Secret.__dataclass_fields__}
        await self._session.execute(insert(service_secret).values(values))

    async def change_secret(self, secret_id: str, **values: Any) -> None:
        """Set columns of a secret."""
        statement = update(service_secret).where(service_secret.c.secret_id == secret_id)
        await self._session.execute(statement.values(**values))

    async def _accounts(self, rows: Sequence[Any]) -> list[ServiceAccount]:
        found = [
            ServiceAccount(**dict(row) | {"role": Role(row["role"]), "scopes": tuple(row["scopes"])}) for row in rows
        ]
        ids = [each.account_id for each in found]
        live = (service_secret.c.account_id.in_(ids), service_secret.c.ended_at.is_(None))
        statement = select(*_SECRET_COLUMNS).where(*live).order_by(service_secret.c.secret_id)
        secrets = [Secret(**row) for row in (await self._session.execute(statement)).mappings()] if ids else []
        return [
            replace(each, secrets=tuple(one for one in secrets if one.account_id == each.account_id)) for each in found
        ]
