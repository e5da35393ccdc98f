"""Lists of additions and dismissals, as uploaded by secretaries."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, text
from sqlalchemy.dialects.postgresql import JSONB

from services.faculty.store.columns import ident, moment, number, words
from services.faculty.store.tables import METADATA

roster = Table(
    "roster",
    METADATA,
    ident("roster_id", key=True),
    words("department_code"),
    words("base_code"),
    words("state"),
    words("file_name"),
    words("sha256"),
    number("rows"),
    number("faulty"),
    number("additions"),
    number("dismissals"),
    words("uploaded_by"),
    moment("uploaded_at", nullable=False),
    moment("committed_at"),
    number("version", 1),
    Index("ix_roster_department_code_uploaded_at", "department_code", "uploaded_at"),
)

roster_row = Table(
    "roster_row",
    METADATA,
    Column("roster_id", ForeignKey("roster.roster_id"), primary_key=True),
    Column("row", Integer, primary_key=True, autoincrement=False),
    words("action"),
    words("body"),
    words("sealed_with"),
    words("match"),
    words("outcome"),
    Column("faults", JSONB, nullable=False),
    ident("person_id", nullable=True),
    ident("appointment_id", nullable=True),
    Index("ix_roster_row_inviting", "roster_id", postgresql_where=text("outcome = 'inviting'")),
)
"""`body` is sealed: names, numbers and addresses as they stood in the file."""
