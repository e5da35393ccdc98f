"""What is known of teachers: incidents, evidence, ratings, and who asked to be reminded."""

from __future__ import annotations

from sqlalchemy import Column, Date, Index, Table, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB

from services.faculty.store.columns import day, ident, moment, number, words
from services.faculty.store.tables import METADATA

incident = Table(
    "incident",
    METADATA,
    ident("incident_id", key=True),
    ident("person_id"),
    words("base_code"),
    words("kind"),
    words("degree"),
    day("occurred_on", nullable=False),
    words("source"),
    words("detail"),
    words("sealed_with"),
    words("recorded_by"),
    moment("recorded_at", nullable=False),
    moment("withdrawn_at"),
    words("withdrawn_by"),
    words("withdrawn_reason"),
    Index("ix_incident_person_id", "person_id"),
)
"""`detail` is sealed."""

evidence = Table(
    "evidence",
    METADATA,
    ident("evidence_id", key=True),
    ident("person_id"),
    words("base_code"),
    words("kind"),
    words("rule"),
    words("outcome"),
    day("on_day", nullable=False),
    day("until_day"),
    number("year"),
    words("source"),
    words("recorded_by"),
    moment("recorded_at", nullable=False),
    Index("ix_evidence_person_id", "person_id"),
    Index(
        "uq_evidence_derived",
        "person_id",
        "base_code",
        "year",
        unique=True,
        postgresql_where=text("kind = 'yearly_result' AND recorded_by = ''"),
    ),
)
"""Without `recorded_by`: derived from ratings, once a year."""

rating = Table(
    "rating",
    METADATA,
    ident("rating_id", key=True),
    ident("trainee_id"),
    ident("teacher_id"),
    words("department_code"),
    words("base_code"),
    Column("month", Date, nullable=False),
    Column("scores", JSONB, nullable=False),
    words("remark"),
    words("sealed_with"),
    moment("rated_at", nullable=False),
    UniqueConstraint("trainee_id", "department_code", "month", "teacher_id"),
    Index("ix_rating_teacher_id_month", "teacher_id", "month"),
)
"""`month` is its first day; `remark` is sealed."""

eligibility_reminder = Table(
    "eligibility_reminder",
    METADATA,
    ident("person_id", key=True),
    day("due_on"),
    moment("asked_at", nullable=False),
    moment("reminded_at"),
    day("checked_on"),
    Index("ix_eligibility_reminder_checked_on", "checked_on", postgresql_where=text("reminded_at IS NULL")),
)
"""`due_on` as it was on `checked_on`; null when no day could be told."""
