"""Faculty's tables of dossiers; those of other concerns stand in the modules beside this one, on the same METADATA.

Migrations make them, `residency migrate check` compares.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, DateTime, ForeignKey, Integer, LargeBinary, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB

from services.kit.tables import add_audit_tables, add_seal_tables, metadata

METADATA = metadata()
add_audit_tables(METADATA)
add_seal_tables(METADATA)

dossier = Table(
    "dossier",
    METADATA,
    Column("person_id", Uuid(as_uuid=False), primary_key=True),
    Column("version", Integer, nullable=False, server_default=text("0")),
    Column("opened_at", DateTime(timezone=True), nullable=False),
)

dossier_section = Table(
    "dossier_section",
    METADATA,
    Column("person_id", Uuid(as_uuid=False), ForeignKey("dossier.person_id"), primary_key=True),
    Column("section", Text, primary_key=True),
    Column("body", JSONB, nullable=False),
    Column("saved_at", DateTime(timezone=True), nullable=False),
    Column("sealed_with", Text, nullable=False),
    Column("unverified", Boolean, nullable=False, server_default=text("false")),
)
"""`sealed_with` names the key that sealed the sensitive fields of the body. `unverified`: the mobile number in it is
not the one that the account has verified (FDOS-10)."""

command = Table(
    "command",
    METADATA,
    Column("person_id", Uuid(as_uuid=False), ForeignKey("dossier.person_id"), primary_key=True),
    Column("idempotency_key", Text, primary_key=True),
    Column("request_hash", LargeBinary, nullable=False),
    Column("done_at", DateTime(timezone=True), nullable=False),
)
