"""The hash chain of the audit, computed a second time outside the database (rule APP-11)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One accepted command, as it stands in the audit of its aggregate (an application or a cycle)."""

    aggregate_id: str
    n: int
    at: datetime
    command: str
    actor: str
    role: str
    organisation: str
    rule: str
    phase: str
    gate_sequence: int
    calendar_version: int
    state_before: str
    state_after: str
    submission_number: int
    detail: str
    idempotency_key: str
    address: str
    acted_for: str
    prev_hash: bytes
    hash: bytes


def row_hash(row: AuditRow) -> bytes:
    """SHA-256 over the row before it and this row's content, byte for byte what the database computes."""
    content = [
        row.aggregate_id,
        row.n,
        (row.at - _EPOCH) // timedelta(microseconds=1),
        row.command,
        row.actor,
        row.role,
        row.organisation,
        row.rule,
        row.phase,
        row.gate_sequence,
        row.calendar_version,
        row.state_before,
        row.state_after,
        row.submission_number,
        row.detail,
        row.idempotency_key,
        row.address,
        row.acted_for,
    ]
    return hashlib.sha256(row.prev_hash + json.dumps(content, ensure_ascii=False).encode()).digest()


def broken_at(rows: Sequence[AuditRow], version: int, head: bytes) -> int:
    """APP-11: each accepted command is in its aggregate's chain once; number of the first row that is not as written.

    `version` and `head` are what the aggregate itself says about its chain. 0 when the chain is whole.
    """
    before = b""
    for number, row in enumerate(rows, start=1):
        if row.n != number or row.prev_hash != before or row.hash != row_hash(row):
            return number
        before = row.hash
    return 0 if len(rows) == version and before == head else len(rows) + 1
