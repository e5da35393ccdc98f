"""ROLE-16: a command repeated with its key has one effect and gets the same answer; the key serves nothing else."""

from __future__ import annotations

import hashlib
import hmac

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from services.kit.clock import Clock
from services.kit.database import UnitOfWork
from services.kit.domain import DomainError, Kind
from services.kit.tables import add_audit_tables, metadata

_METADATA = metadata()
add_audit_tables(_METADATA)
_KEYS = _METADATA.tables["idempotency"]


async def once(uow: UnitOfWork, clock: Clock, actor: str, key: str, body: bytes) -> bytes | None:
    """ROLE-16: claim `key` for the command `body`; the stored answer when it was carried out before, else None.

    Call it first in the command's transaction, and `remember` before its end: a second call at the same time waits
    here until the first has committed, and then reads its answer.

    Args:
        uow: The transaction of the command itself.
        clock: Tells when the key was used.
        actor: Whose key it is: `Caller.actor`, or the id of a registration.
        key: Chosen by the client.
        body: What the key stands for, the same bytes for the same command; only their hash is kept. When they carry
            a document or mobile number, pass `Vault.lookup` of them: a bare hash of a number can be guessed.

    Raises:
        DomainError: CONFLICT IDEMPOTENCY_KEY_REUSED when the key was used for something else.
    """
    digest = hashlib.sha256(body).digest()
    claim = (
        upsert(_KEYS)
        .values(actor=actor, key=key, body_hash=digest, answer=b"", created_at=clock.now())
        .on_conflict_do_nothing()
        .returning(_KEYS.c.key)
    )
    if await uow.session.scalar(claim) is not None:
        return None
    columns = (_KEYS.c.body_hash, _KEYS.c.answer)
    mine = (_KEYS.c.actor == actor, _KEYS.c.key == key)
    stored = (await uow.session.execute(select(*columns).where(*mine))).one()
    if not hmac.compare_digest(bytes(stored.body_hash), digest):
        raise DomainError(
            Kind.CONFLICT,
            "IDEMPOTENCY_KEY_REUSED",
            "该请求编号已用于其他内容。",
            field="idempotency_key",
            rule="ROLE-16",
        )
    return bytes(stored.answer)


async def remember(uow: UnitOfWork, actor: str, key: str, answer: bytes) -> None:
    """Keep the answer to the command that claimed `key` in this transaction; no secrets, no numbers of persons."""
    await uow.session.execute(update(_KEYS).where(_KEYS.c.actor == actor, _KEYS.c.key == key).values(answer=answer))
