"""Trainees, their rotation plans, and what departments train in."""

from __future__ import annotations

from sqlalchemy import Column, Date, ForeignKey, Index, Integer, Table, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from services.faculty.store.columns import day, ident, moment, number, order, words, yes
from services.faculty.store.tables import METADATA

trainee = Table(
    "trainee",
    METADATA,
    ident("trainee_id", key=True),
    ident("person_id"),
    words("name"),
    words("base_code"),
    words("specialty_code"),
    words("specialty_name"),
    words("cycle_id"),
    Column("application_id", Text, nullable=False, unique=True),
    order("application_version"),
    number("cohort"),
    words("kind"),
    day("from_day"),
    day("until_day"),
    words("state"),
    number("plan_version"),
    number("version", 1),
    moment("arrived_at", nullable=False),
    moment("name_asked_at"),
    Index("ix_trainee_base_code_cohort", "base_code", "cohort"),
    Index("ix_trainee_person_id", "person_id"),
    Index("ix_trainee_unnamed", "trainee_id", postgresql_where=text("name_asked_at IS NULL")),
)
"""`application_version` is the order of the newest fact heard of the application: older ones are ignored."""

heard_application = Table(
    "heard_application",
    METADATA,
    Column("application_id", Text, primary_key=True),
    order("application_version"),
    yes("lost"),
    number("until_year"),
)
"""What was heard of an application before its admission was: facts may come in any order."""

rotation = Table(
    "rotation",
    METADATA,
    Column("trainee_id", ForeignKey("trainee.trainee_id"), primary_key=True),
    Column("from_day", Date, primary_key=True),
    day("until_day", nullable=False),
    words("department_code"),
    Index("ix_rotation_department_code_from_day", "department_code", "from_day"),
)
"""The present plan; both days are included, and stretches of one trainee do not overlap."""

rotation_plan = Table(
    "rotation_plan",
    METADATA,
    Column("trainee_id", ForeignKey("trainee.trainee_id"), primary_key=True),
    Column("plan_version", Integer, primary_key=True, autoincrement=False),
    Column("rotations", JSONB, nullable=False),
    words("origin"),
    words("reason"),
    words("made_by"),
    moment("made_at", nullable=False),
)
"""Every version of every plan; written once."""

department_discipline = Table(
    "department_discipline",
    METADATA,
    Column("department_code", Text, primary_key=True),
    words("base_code"),
    Column("disciplines", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    number("places"),
    words("set_by"),
    moment("set_at", nullable=False),
    Index("ix_department_discipline_base_code", "base_code"),
)
