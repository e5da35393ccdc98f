"""AUD-01: every security-relevant act is written down in the transaction that does it, chained per aggregate."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from sqlalchemy import insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from services.kit import auth
from services.kit.clock import Clock
from services.kit.database import UnitOfWork
from services.kit.domain import Caller, DomainError, Kind
from services.kit.tables import add_audit_tables, metadata

HASHED = (
    *("aggregate_id", "n", "at", "act", "actor", "actor_role", "organisation_code", "address", "reason"),
    *("outcome", "detail"),
)
"""The columns a row's hash covers, in this order."""
_NUMBERS = re.compile(r"[0-9]{17}[0-9Xx]|(?<![0-9])(?:86)?1[3-9][0-9]{9}(?![0-9])")
"""Resident identity and mobile numbers, blanks and hyphens left out."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_METADATA = metadata()
add_audit_tables(_METADATA)
_AUDIT, _HEAD = _METADATA.tables["audit"], _METADATA.tables["audit_head"]


async def note(
    uow: UnitOfWork,
    clock: Clock,
    act: str,
    about: str,
    *,
    who: Caller,
    reason: str = "",
    outcome: str = "done",
    detail: Mapping[str, str | int | bool] | None = None,
) -> None:
    """Write one row about the aggregate `about` (a person, hat, organisation or proposal id).

    Args:
        uow: The transaction of the act itself; a refusal gets a transaction of its own.
        clock: Tells the time of the row.
        act: What is done, a stable lower-case name such as `sign_in`, `hat_given`.
        about: Id of the aggregate whose chain grows.
        who: Who does it; for acts without a caller (a sign-in) the person it is about, with an empty role.
        reason: Why, as the person wrote it.
        outcome: `done`, or the stable reason of the refusal.
        detail: Further facts; ids, enums and numbers only, no personal data.

    Raises:
        DomainError: INVALID REASON_NUMBERS (AUD-06), and the act is not done.
    """
    check_reason(reason)
    session = uow.session
    await session.execute(upsert(_HEAD).values(aggregate_id=about, n=0, hash=b"").on_conflict_do_nothing())
    # The row lock lets acts about one aggregate pass one at a time: each hashes the one before.
    head = (await session.execute(select(_HEAD).where(_HEAD.c.aggregate_id == about).with_for_update())).one()
    row: dict[str, object] = {
        "aggregate_id": about,
        "n": head.n + 1,
        "at": clock.now(),
        "act": act,
        "actor": who.actor,
        "actor_role": who.role,
        "organisation_code": who.organisation,
        "address": auth.origin().address,
        "reason": reason,
        "outcome": outcome,
        "detail": json.dumps(detail, sort_keys=True, ensure_ascii=False) if detail else "",
    }
    chained = row_hash(head.hash, row)
    await session.execute(insert(_AUDIT).values(**row, prev_hash=head.hash, hash=chained))
    await session.execute(update(_HEAD).where(_HEAD.c.aggregate_id == about).values(n=head.n + 1, hash=chained))


def check_reason(reason: str) -> None:
    """AUD-06: what is written for good names nobody by number. Raises DomainError INVALID REASON_NUMBERS."""
    if _NUMBERS.search(re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", reason))):
        message = "原因会长期留存，请不要填写证件号码或手机号码。"
        raise DomainError(Kind.INVALID, "REASON_NUMBERS", message, field="reason", rule="AUD-06")


def row_hash(prev_hash: bytes, row: Mapping[str, object]) -> bytes:
    """SHA-256 over the hash of the row before and this row's `HASHED` columns; instants as microseconds since 1970."""
    content = [
        (value - _EPOCH) // timedelta(microseconds=1) if isinstance(value, datetime) else value
        for value in (row[name] for name in HASHED)
    ]
    return hashlib.sha256(prev_hash + json.dumps(content, ensure_ascii=False).encode()).digest()
