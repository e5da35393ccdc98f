"""Second factors and recovery codes: every method runs inside the caller's unit of work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from services.identity.domain.factors import FactorKind
from services.identity.store.tables import challenge, factor, recovery_code
from services.kit.domain import Caller


@dataclass(frozen=True, slots=True)
class Factor:
    """A second factor of a person; it counts once it is enrolled (instants are aware UTC)."""

    factor_id: str
    person_id: str
    kind: FactorKind
    label: str
    begun_at: datetime
    enrolled_at: datetime | None = None
    secret_sealed: bytes | None = field(default=None, repr=False)
    last_step: int = 0
    credential_id: bytes | None = None
    public_key: bytes | None = field(default=None, repr=False)
    sign_count: int = 0


_COLUMNS = tuple(factor.c[name] for name in Factor.__dataclass_fields__)


class FactorStore:
    """Second factors."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def enrolled(self, person_id: str) -> Sequence[Factor]:
        """The person's factors that count, oldest first."""
        return await self._all(factor.c.person_id == person_id, factor.c.enrolled_at.is_not(None))

    async def begun(self, person_id: str, kind: FactorKind, since: datetime) -> Factor | None:
        """The factor of this kind that the person began to enrol after `since` and has not confirmed."""
        found = await self._all(
            factor.c.person_id == person_id,
            factor.c.kind == kind.value,
            factor.c.enrolled_at.is_(None),
            factor.c.begun_at > since,
        )
        return found[-1] if found else None

    async def add(self, new: Factor) -> bool:
        """Write a new factor; False, and nothing written, when its passkey is somebody's already."""
        values: dict[str, Any] = {name: getattr(new, name) for name in Factor.__dataclass_fields__}
        statement = upsert(factor).values(values | {"kind": new.kind.value}).on_conflict_do_nothing()
        return await self._session.scalar(statement.returning(factor.c.factor_id)) is not None

    async def enrol(self, factor_id: str, at: datetime, step: int) -> None:
        """Let an app count from `at` on; `step` is spent."""
        await self._session.execute(
            update(factor).where(factor.c.factor_id == factor_id).values(enrolled_at=at, last_step=step)
        )

    async def take_step(self, factor_id: str, step: int) -> bool:
        """CRED-01: spend a step; False when it, or a later one, was spent before. Two at once wait for each other."""
        statement = (
            update(factor)
            .where(factor.c.factor_id == factor_id, factor.c.last_step < step)
            .values(last_step=step)
            .returning(factor.c.factor_id)
        )
        return await self._session.scalar(statement) is not None

    async def take_count(self, factor_id: str, count: int) -> bool:
        """CRED-03: remember a passkey's counter; False when it has not risen. Devices that do not count say 0."""
        counts_nothing = (factor.c.sign_count == 0) & (count == 0)
        statement = (
            update(factor)
            .where(factor.c.factor_id == factor_id, or_(factor.c.sign_count < count, counts_nothing))
            .values(sign_count=count)
            .returning(factor.c.factor_id)
        )
        return await self._session.scalar(statement) is not None

    async def remove(self, factor_id: str) -> None:
        """Forget a factor."""
        await self._session.execute(delete(factor).where(factor.c.factor_id == factor_id))

    async def remove_begun(self, person_id: str, kind: FactorKind) -> None:
        """Forget what the person began to enrol and did not confirm."""
        await self._session.execute(
            delete(factor).where(
                factor.c.person_id == person_id, factor.c.kind == kind.value, factor.c.enrolled_at.is_(None)
            )
        )

    async def remove_all(self, person_id: str) -> int:
        """Forget all of the person's factors, begun ones too, and the recovery codes; how many counted."""
        counted = len(await self.enrolled(person_id))
        await self._session.execute(delete(factor).where(factor.c.person_id == person_id))
        await self.replace_codes(person_id, [])
        return counted

    async def replace_codes(self, person_id: str, hashes: Sequence[bytes]) -> None:
        """CRED-02: let these recovery codes count and no others; none leaves the person without."""
        await self._session.execute(delete(recovery_code).where(recovery_code.c.person_id == person_id))
        if hashes:
            rows = [{"person_id": person_id, "code_hash": each} for each in hashes]
            await self._session.execute(insert(recovery_code), rows)

    async def use_code(self, person_id: str, code_hash: bytes, at: datetime) -> bool:
        """CRED-02: spend a recovery code; False when there is no such code, or it was spent before."""
        statement = (
            update(recovery_code)
            .where(
                recovery_code.c.person_id == person_id,
                recovery_code.c.code_hash == code_hash,
                recovery_code.c.used_at.is_(None),
            )
            .values(used_at=at)
            .returning(recovery_code.c.person_id)
        )
        return await self._session.scalar(statement) is not None

    async def codes_left(self, person_id: str) -> int:
        """How many recovery codes are not spent."""
        statement = select(func.count()).where(
            recovery_code.c.person_id == person_id, recovery_code.c.used_at.is_(None)
        )
        return await self._session.scalar(statement) or 0

    async def add_nonce(self, challenge_id: str, nonce: bytes, who: Caller, expires_at: datetime) -> None:
        """Write what a new passkey is to sign in this session; what was written before no longer counts."""
        await self._session.execute(delete(challenge).where(*_passkey_of(who)))
        values = {"challenge_id": challenge_id, "nonce": nonce, "purpose": "passkey", "expires_at": expires_at}
        owner = {"person_id": who.person_id, "session_id": who.session}
        await self._session.execute(insert(challenge).values(values | owner))

    async def take_nonce(self, who: Caller, at: datetime) -> bytes | None:
        """What a new passkey is to sign in this session, once; None when there is nothing, or it is too old."""
        statement = delete(challenge).where(*_passkey_of(who)).returning(challenge.c.nonce, challenge.c.expires_at)
        row = (await self._session.execute(statement)).one_or_none()
        return row.nonce if row is not None and row.expires_at > at else None

    async def _all(self, *conditions: ColumnElement[bool]) -> Sequence[Factor]:
        statement = select(*_COLUMNS).where(*conditions).order_by(factor.c.begun_at, factor.c.factor_id)
        rows = (await self._session.execute(statement)).mappings()
        return [Factor(**{**row, "kind": FactorKind(row["kind"])}) for row in rows]


def _passkey_of(who: Caller) -> tuple[ColumnElement[bool], ...]:
    return challenge.c.session_id == who.session, challenge.c.purpose == "passkey"
