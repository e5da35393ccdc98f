"""Batches and the candidacies in them."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from services.faculty.store.columns import day, ident, moment, number, words, yes
from services.faculty.store.tables import METADATA

batch = Table(
    "batch",
    METADATA,
    ident("batch_id", key=True),
    words("organisation_code"),
    words("name"),
    moment("opens_at", nullable=False),
    moment("apply_until", nullable=False),
    moment("closes_at", nullable=False),
    day("reference_date", nullable=False),
    yes("needs_acknowledgement"),
    moment("published_at"),
    number("version", 1),
    words("created_by"),
    moment("created_at", nullable=False),
    Index("ix_batch_organisation_code_opens_at", "organisation_code", "opens_at"),
)

candidacy = Table(
    "candidacy",
    METADATA,
    ident("candidacy_id", key=True),
    Column("batch_id", ForeignKey("batch.batch_id"), nullable=False),
    ident("person_id"),
    words("name"),
    words("masked_document"),
    words("hospital_code"),
    words("base_code"),
    words("department_code"),
    Column("extra_departments", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    words("state"),
    number("version", 1),
    moment("opened_at"),
    moment("submitted_at"),
    moment("decided_at"),
    words("decided_by"),
    words("reason_code"),
    words("reason"),
    moment("acknowledged_at"),
    Column("snapshot", JSONB),
    words("sealed_with"),
    words("title"),
    day("title_since"),
    day("hospital_since"),
    day("teaching_since"),
    words("has_qualification"),
    number("title_months"),
    number("teaching_months"),
    number("hospital_months"),
    number("trainees_3y"),
    number("own_trainees_3y"),
    words("training_state"),
    words("training_level"),
    words("appeal_state"),
    words("appeal"),
    ident("appointment_id", nullable=True),
    moment("created_at", nullable=False),
    UniqueConstraint("batch_id", "person_id"),
    Index(
        "uq_candidacy_open",
        "person_id",
        unique=True,
        postgresql_where=text("state IN ('draft', 'submitted', 'returned')"),
    ),
    Index("ix_candidacy_base_code_state_submitted_at", "base_code", "state", "submitted_at", "candidacy_id"),
    Index(
        "ix_candidacy_queue",
        "base_code",
        "submitted_at",
        "candidacy_id",
        postgresql_where=text("submitted_at IS NOT NULL"),
    ),
    Index("ix_candidacy_batch_id_state", "batch_id", "state"),
    Index("ix_candidacy_person_id", "person_id"),
)
"""`snapshot` is the dossier as frozen at submission, its sensitive fields and `appeal` sealed with `sealed_with`.

`base_code` is the base whose 教学部 decides: the hospital itself, or its main base. What the list is filtered by, from
`title` to `training_level`, stands as it was at submission. `submitted_at` is null while 教学部 may not see it.
"""

candidacy_decision = Table(
    "candidacy_decision",
    METADATA,
    Column("candidacy_id", ForeignKey("candidacy.candidacy_id"), primary_key=True),
    Column("n", Integer, primary_key=True, autoincrement=False),
    words("kind"),
    words("reason_code"),
    words("reason"),
    words("note"),
    words("sealed_with"),
    words("by"),
    moment("at", nullable=False),
    Column("evaluation", JSONB),
    number("version"),
)
"""Written once. `note` is sealed."""
