"""Between rows of the database and records."""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from datetime import date, datetime
from typing import Any

import asyncpg

from services.enrollment.domain.application import State
from services.enrollment.domain.choice import Choice
from services.enrollment.domain.dossier import Section
from services.enrollment.domain.marks import Ending, Marks
from services.enrollment.domain.milestones import NAMES, Milestones
from services.enrollment.domain.phases import Phase
from services.enrollment.domain.policy import Policy
from services.enrollment.domain.unlock import Unlocked
from services.enrollment.records import ApplicationRecord, GateRecord
from services.kit import telemetry
from services.kit.domain import Fact

Row = asyncpg.Record


def gate_of(row: Row) -> GateRecord:
    """From the columns gate_phase, gate_sequence, gate_closes_at, now, gate_edition, gate_round and gate_held_since."""
    return GateRecord(
        Phase(row["gate_phase"]),
        row["gate_sequence"],
        row["gate_closes_at"],
        row["now"],
        row["gate_edition"],
        row["gate_round"],
        row["gate_held_since"],
    )


def application_of(row: Row) -> ApplicationRecord | None:
    """From the columns of `application`; None when the join found none."""
    if row["id"] is None:
        return None
    return ApplicationRecord(
        str(row["id"]),
        str(row["cycle_id"]),
        row["person_id"],
        row["name"],
        row["masked_document"],
        row["version"],
        State(row["state"]),
        row["round"],
        Choice(row["draft_base_code"], row["draft_specialty_code"], row["draft_accepts_reallocation"]),
        row["submission_number"],
        Choice(row["base_code"], row["specialty_code"], row["accepts_reallocation"]),
        row["submitted_at"],
        row["remark"],
        row["reason_code"],
        row["not_selected"],
        row["provisional_at"],
        row["audit_hash"],
        marks_of(row),
    )


def marks_of(row: Row) -> Marks:
    """From the columns of `application`."""
    return Marks(
        row["held"],
        row["objected"],
        row["publicity_ends_at"],
        row["admitted_at"],
        row["confirmed_at"],
        row["fix_until"],
        row["revocation_proposed"],
        row["waiting_rank"],
        row["offered_until"],
        Ending(row["ending"]),
    )


def milestones_of(row: Row) -> Milestones:
    """From the four columns of `base_window`."""
    return Milestones(*(row[name] for name in NAMES))


def unlocked_of(text: str | None) -> dict[Section, Unlocked]:
    """From an object of sections to since and until."""
    content = json.loads(text) if text else {}
    return {
        Section(name): Unlocked(datetime.fromisoformat(since), datetime.fromisoformat(until))
        for name, (since, until) in content.items()
    }


def policy_of(text: str) -> Policy:
    """From the cycle's policy; what is not named there keeps its default."""
    known = {entry.name for entry in fields(Policy)}
    content: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in json.loads(text).items()
        if name in known
    }
    return Policy(**content)


def policy_text(policy: Policy) -> str:
    """As `policy_of` reads it."""
    return to_json(asdict(policy))


def fact_row(fact: Fact) -> dict[str, Any]:
    """A row of the outbox, carrying the current trace."""
    return {
        "event_id": fact.event_id,
        "subject": fact.subject,
        "event_type": fact.event_type,
        "aggregate_id": fact.aggregate_id,
        "version": fact.version,
        "body": fact.body,
        "traceparent": telemetry.traceparent(),
    }


def to_json(value: object) -> str:
    """JSON as PostgreSQL reads it into rows: instants in ISO 8601, bytes in hex."""
    return _ENCODER.encode(value)


def _plain(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return "\\x" + value.hex()
    raise TypeError(f"no JSON for {type(value).__name__}")


_ENCODER = json.JSONEncoder(ensure_ascii=False, default=_plain)
