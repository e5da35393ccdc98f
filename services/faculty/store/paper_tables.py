"""Pictures of dossiers, which of them frozen copies show, drafts of sections, and objects nobody needs any more."""

from __future__ import annotations

from sqlalchemy import Column, DateTime, ForeignKey, Index, Table, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from services.faculty.store.columns import ident, moment, number, words, yes
from services.faculty.store.tables import METADATA

paper = Table(
    "paper",
    METADATA,
    ident("id", key=True),
    Column("person_id", ForeignKey("dossier.person_id"), nullable=False),
    words("kind"),
    Column("object_key", Text, nullable=False, unique=True),
    words("sealed_with"),
    number("width"),
    number("height"),
    number("bytes"),
    words("sha256"),
    Column("warnings", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    yes("in_dossier"),
    moment("uploaded_at", nullable=False),
    Index("ix_paper_person_id", "person_id"),
)
"""The picture itself lies sealed in the object store under `object_key`, which is its own and never used again."""

paper_use = Table(
    "paper_use",
    METADATA,
    ident("record_id", key=True),
    ident("person_id"),
    Column("paper_ids", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Index("ix_paper_use_person_id", "person_id"),
)
"""What a frozen copy (a candidacy) shows: pictures that stay, whatever becomes of the dossier."""

discarded_object = Table(
    "discarded_object",
    METADATA,
    Column("object_key", Text, primary_key=True),
    Column("discarded_at", DateTime(timezone=True), nullable=False, server_default=text("clock_timestamp()")),
)
"""Filled by triggers: objects are no part of a transaction, and are removed after the commit."""

dossier_draft = Table(
    "dossier_draft",
    METADATA,
    Column("person_id", ForeignKey("dossier.person_id"), primary_key=True),
    Column("section", Text, primary_key=True),
    Column("body", JSONB, nullable=False),
    moment("drafted_at", nullable=False),
    words("sealed_with"),
    words("idempotency_key"),
)
"""What was typed and not saved; every value is sealed, since none was checked."""
