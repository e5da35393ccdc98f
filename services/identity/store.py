"""Identity's tables and the queries over them; every method runs inside the caller's unit of work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import (
    Column,
    ColumnElement,
    DateTime,
    ForeignKey,
    LargeBinary,
    Table,
    Text,
    Uuid,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from services.identity.domain.organisation import Organisation, OrganisationKind
from services.identity.domain.roles import Role
from services.kit.tables import metadata

METADATA = metadata()

organisation = Table(
    "organisation",
    METADATA,
    Column("code", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("parent_code", Text, ForeignKey("organisation.code")),
)

account = Table(
    "account",
    METADATA,
    Column("person_id", Uuid(as_uuid=False), primary_key=True),
    Column("login", Text, nullable=False),
    Column("login_key", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("organisation_code", Text, ForeignKey("organisation.code")),
    Column("password_hash", Text, nullable=False),
    Column("document_lookup", LargeBinary, unique=True),
    Column("document_sealed", LargeBinary),
    Column("created_at", DateTime(timezone=True), nullable=False),
)

registration = Table(
    "registration",
    METADATA,
    Column("idempotency_key", Text, primary_key=True),
    Column("request_hash", LargeBinary, nullable=False),
    Column("person_id", Uuid(as_uuid=False), ForeignKey("account.person_id"), nullable=False),
)

sign_in_failure = Table(
    "sign_in_failure",
    METADATA,
    Column("failure_id", Uuid(as_uuid=False), primary_key=True),
    Column("login_lookup", LargeBinary, nullable=False, index=True),
    Column("failed_at", DateTime(timezone=True), nullable=False, index=True),
)


@dataclass(frozen=True, slots=True)
class Account:
    """One account: a person with one hat. Staff have no document, applicants and faculty no organisation."""

    person_id: str
    login: str
    name: str
    role: Role
    organisation_code: str
    password_hash: str = field(repr=False)
    document_sealed: bytes | None = field(repr=False)
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Registration:
    """What an idempotency key was used for."""

    request_hash: bytes
    person_id: str


_ACCOUNT = (
    account.c.person_id,
    account.c.login,
    account.c.name,
    account.c.role,
    account.c.organisation_code,
    account.c.password_hash,
    account.c.document_sealed,
    account.c.created_at,
)


class Accounts:
    """Accounts, registrations and failed sign-ins."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def by_id(self, person_id: str) -> Account | None:
        """The account of a person."""
        return await self._one(account.c.person_id == person_id)

    async def by_login(self, login_key: str) -> Account | None:
        """The account with this lower-case login."""
        return await self._one(account.c.login_key == login_key)

    async def has_document(self, lookup: bytes) -> bool:
        """True when an account holds the document with this keyed hash."""
        return bool(await self._session.scalar(select(select(1).where(account.c.document_lookup == lookup).exists())))

    async def add(self, new: Account, login_key: str, document_lookup: bytes | None) -> bool:
        """Write a new account; False, and nothing written, when its login or document is taken."""
        values = {
            "person_id": new.person_id,
            "login": new.login,
            "login_key": login_key,
            "name": new.name,
            "role": new.role.value,
            "organisation_code": new.organisation_code or None,
            "password_hash": new.password_hash,
            "document_lookup": document_lookup,
            "document_sealed": new.document_sealed,
            "created_at": new.created_at,
        }
        statement = upsert(account).values(values).on_conflict_do_nothing().returning(account.c.person_id)
        return await self._session.scalar(statement) is not None

    async def set_password_hash(self, person_id: str, password_hash: str) -> None:
        """Replace the stored hash."""
        await self._session.execute(
            update(account).where(account.c.person_id == person_id).values(password_hash=password_hash)
        )

    async def registration(self, idempotency_key: str) -> Registration | None:
        """What was registered under this key."""
        columns = (registration.c.request_hash, registration.c.person_id)
        row = (
            await self._session.execute(select(*columns).where(registration.c.idempotency_key == idempotency_key))
        ).one_or_none()
        return None if row is None else Registration(row.request_hash, row.person_id)

    async def add_registration(self, idempotency_key: str, request_hash: bytes, person_id: str) -> bool:
        """Remember a registration; False, and nothing written, when the key is used already."""
        statement = (
            upsert(registration)
            .values(idempotency_key=idempotency_key, request_hash=request_hash, person_id=person_id)
            .on_conflict_do_nothing()
            .returning(registration.c.person_id)
        )
        return await self._session.scalar(statement) is not None

    async def failures_since(self, login_lookup: bytes, since: datetime) -> Sequence[datetime]:
        """When sign-ins with this login failed after `since`, newest first."""
        statement = (
            select(sign_in_failure.c.failed_at)
            .where(sign_in_failure.c.login_lookup == login_lookup, sign_in_failure.c.failed_at > since)
            .order_by(sign_in_failure.c.failed_at.desc())
        )
        return (await self._session.scalars(statement)).all()

    async def add_failure(self, failure_id: str, login_lookup: bytes, at: datetime, forget_before: datetime) -> None:
        """Remember a failed sign-in, and forget everybody's failures that no longer count."""
        await self._session.execute(
            insert(sign_in_failure).values(failure_id=failure_id, login_lookup=login_lookup, failed_at=at)
        )
        # Two failures at once delete the same old rows: whoever comes second need not wait for them.
        old = (
            select(sign_in_failure.c.failure_id)
            .where(sign_in_failure.c.failed_at <= forget_before)
            .with_for_update(skip_locked=True)
        )
        await self._session.execute(delete(sign_in_failure).where(sign_in_failure.c.failure_id.in_(old)))

    async def _one(self, condition: ColumnElement[bool]) -> Account | None:
        row = (await self._session.execute(select(*_ACCOUNT).where(condition))).one_or_none()
        if row is None:
            return None
        return Account(
            row.person_id,
            row.login,
            row.name,
            Role(row.role),
            row.organisation_code or "",
            row.password_hash,
            row.document_sealed,
            row.created_at,
        )


class Organisations:
    """Provinces and bases."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def all(self) -> dict[str, Organisation]:
        """Every organisation by code."""
        rows = await self._session.execute(select(organisation))
        return {r.code: Organisation(r.code, r.name, OrganisationKind(r.kind), r.parent_code or "") for r in rows}

    async def lock(self) -> None:
        """Let imports pass one at a time, until the transaction ends."""
        await self._session.execute(select(func.pg_advisory_xact_lock(func.hashtext("organisation"))))

    async def write(self, changed: Sequence[Organisation]) -> None:
        """Insert what is new and rename what is known, in order (parents first)."""
        if not changed:
            return
        statement = upsert(organisation)
        statement = statement.on_conflict_do_update(
            index_elements=[organisation.c.code], set_={"name": statement.excluded.name}
        )
        await self._session.execute(
            statement,
            [
                {"code": o.code, "name": o.name, "kind": o.kind.value, "parent_code": o.parent_code or None}
                for o in changed
            ],
        )
