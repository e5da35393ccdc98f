"""Who teaches whom in which month, absences, and proposals of the solver."""

from __future__ import annotations

from sqlalchemy import Column, Date, ForeignKey, Index, Integer, Table, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from services.faculty.store.columns import day, ident, moment, number, words, yes
from services.faculty.store.tables import METADATA

cell = Table(
    "cell",
    METADATA,
    Column("trainee_id", ForeignKey("trainee.trainee_id"), primary_key=True),
    Column("department_code", Text, primary_key=True),
    Column("month", Date, primary_key=True),
    ident("teacher_id", nullable=True),
    Column("assistant_ids", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    words("origin"),
    yes("locked"),
    ident("left_id", nullable=True),
    words("orphan_cause"),
    number("version", 1),
    words("changed_by"),
    moment("changed_at", nullable=False),
    words("reason"),
    Index("ix_cell_teacher_id_month", "teacher_id", "month"),
    Index("ix_cell_department_code_month", "department_code", "month"),
    Index("ix_cell_assistant_ids", "assistant_ids", postgresql_using="gin"),
    Index("ix_cell_orphaned", "department_code", "month", postgresql_where=text("orphan_cause <> ''")),
)
"""`month` is its first day. An orphaned cell has no teacher, and `left_id` says who it was."""

cell_edition = Table(
    "cell_edition",
    METADATA,
    Column("department_code", Text, primary_key=True),
    number("version", 1),
)
"""How often cells of a department were changed: facts about it carry the count."""

leave = Table(
    "leave",
    METADATA,
    ident("leave_id", key=True),
    ident("person_id"),
    words("name"),
    words("base_code"),
    words("department_code"),
    day("from_day", nullable=False),
    day("until_day", nullable=False),
    words("kind"),
    words("recorded_by"),
    moment("recorded_at", nullable=False),
    moment("cancelled_at"),
    Index("ix_leave_person_id", "person_id"),
)

proposal = Table(
    "proposal",
    METADATA,
    ident("proposal_id", key=True),
    words("base_code"),
    Column("department_codes", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    day("from_month", nullable=False),
    day("until_month", nullable=False),
    words("state"),
    number("percent"),
    number("filled"),
    number("changed"),
    number("unfilled"),
    words("fingerprint"),
    words("made_by"),
    moment("made_at", nullable=False),
    words("holder"),
    moment("held_until"),
    number("version", 1),
    number("milliseconds"),
    Column("spreads", JSONB),
    Index("ix_proposal_base_code_made_at", "base_code", "made_at"),
    Index("ix_proposal_working", "made_at", postgresql_where=text("state = 'working'")),
)
"""`holder` works on it until `held_until`; then another process may."""

proposed_cell = Table(
    "proposed_cell",
    METADATA,
    Column("proposal_id", ForeignKey("proposal.proposal_id"), primary_key=True),
    Column("n", Integer, primary_key=True, autoincrement=False),
    ident("trainee_id"),
    words("department_code"),
    Column("month", Date, nullable=False),
    ident("teacher_id", nullable=True),
    ident("before_id", nullable=True),
    words("reason_code"),
)
