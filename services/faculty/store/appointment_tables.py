"""Appointments, their history, dismissal cases, sanctions, policies, and reminders already given."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from services.faculty.store.columns import day, ident, moment, number, words
from services.faculty.store.tables import METADATA

appointment = Table(
    "appointment",
    METADATA,
    ident("appointment_id", key=True),
    ident("person_id"),
    words("name"),
    words("base_code"),
    words("department_code"),
    Column("extra_departments", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    words("state"),
    day("from_day", nullable=False),
    day("until_day", nullable=False),
    day("ends_on"),
    words("ending"),
    words("level"),
    words("title"),
    ident("candidacy_id", nullable=True),
    number("review_year"),
    words("review_state"),
    day("review_due"),
    moment("term_told_at"),
    number("grace_days", 60),
    number("terms", 1),
    Column("renewal", JSONB),
    number("version", 1),
    moment("created_at", nullable=False),
    Index(
        "uq_appointment_open",
        "person_id",
        "base_code",
        unique=True,
        postgresql_where=text("state IN ('pending', 'active', 'suspended')"),
    ),
    Index("ix_appointment_base_code_department_code", "base_code", "department_code"),
    Index("ix_appointment_person_id", "person_id"),
)
"""`until_day` is the last day of the term, `ends_on` the last day after a decided `ending` (dismissed, transferred).

`grace_days` is what was configured when the term was given. `terms` counts the terms of this appointment, and `renewal`
is another one that the province has yet to acknowledge.
"""

appointment_event = Table(
    "appointment_event",
    METADATA,
    Column("appointment_id", ForeignKey("appointment.appointment_id"), primary_key=True),
    Column("n", Integer, primary_key=True, autoincrement=False),
    words("kind"),
    words("by"),
    moment("at", nullable=False),
    words("reason_code"),
    words("reason"),
    day("effective_day"),
    Column("detail", JSONB),
)
"""Written once."""

dismissal_case = Table(
    "dismissal_case",
    METADATA,
    ident("case_id", key=True),
    Column("appointment_id", ForeignKey("appointment.appointment_id"), nullable=False),
    words("reason_code"),
    words("reason"),
    words("proposed_by"),
    moment("proposed_at", nullable=False),
    words("source"),
    day("effective_day", nullable=False),
    words("state"),
    words("decided_by"),
    moment("decided_at"),
    words("decision_reason"),
    number("version", 1),
    Index("uq_dismissal_case_open", "appointment_id", unique=True, postgresql_where=text("state = 'open'")),
    Index("ix_dismissal_case_appointment_id", "appointment_id"),
)

sanction = Table(
    "sanction",
    METADATA,
    ident("sanction_id", key=True),
    Column("appointment_id", ForeignKey("appointment.appointment_id"), nullable=False),
    words("reason_code"),
    words("reason"),
    words("source"),
    words("organisation_code"),
    words("recorded_by"),
    moment("recorded_at", nullable=False),
    words("lifted_by"),
    moment("lifted_at"),
    words("lift_reason"),
    Index("ix_sanction_appointment_id", "appointment_id"),
)
"""`organisation_code` is who suspended: the base or the province."""

faculty_policy = Table(
    "faculty_policy",
    METADATA,
    Column("organisation_code", Text, primary_key=True),
    Column("edition", Integer, primary_key=True, autoincrement=False),
    Column("content", JSONB, nullable=False),
    words("reason"),
    words("set_by"),
    moment("set_at", nullable=False),
)

reminder = Table(
    "reminder",
    METADATA,
    Column("key", Text, primary_key=True),
    moment("at", nullable=False),
)
"""What was reminded of already: a batch, appointment or month, a kind and a moment."""
