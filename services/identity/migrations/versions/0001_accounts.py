"""Organisations, accounts, registrations, failed sign-ins, and the kit's own tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from services.kit.migrations import drop_kit_tables, kit_tables

revision = "0001"
down_revision = None


def upgrade() -> None:
    kit_tables(op)
    op.create_table(
        "organisation",
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("parent_code", sa.Text),
        sa.PrimaryKeyConstraint("code", name="pk_organisation"),
        sa.ForeignKeyConstraint(
            ["parent_code"], ["organisation.code"], name="fk_organisation_parent_code_organisation"
        ),
    )
    op.create_table(
        "account",
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("login", sa.Text, nullable=False),
        sa.Column("login_key", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("organisation_code", sa.Text),
        sa.Column("password_hash", sa.Text, nullable=False),
        sa.Column("document_lookup", sa.LargeBinary),
        sa.Column("document_sealed", sa.LargeBinary),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("person_id", name="pk_account"),
        sa.UniqueConstraint("login_key", name="uq_account_login_key"),
        sa.UniqueConstraint("document_lookup", name="uq_account_document_lookup"),
        sa.ForeignKeyConstraint(
            ["organisation_code"], ["organisation.code"], name="fk_account_organisation_code_organisation"
        ),
    )
    op.create_table(
        "registration",
        sa.Column("idempotency_key", sa.Text, nullable=False),
        sa.Column("request_hash", sa.LargeBinary, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.PrimaryKeyConstraint("idempotency_key", name="pk_registration"),
        sa.ForeignKeyConstraint(["person_id"], ["account.person_id"], name="fk_registration_person_id_account"),
    )
    op.create_table(
        "sign_in_failure",
        sa.Column("failure_id", sa.Uuid, nullable=False),
        sa.Column("login_lookup", sa.LargeBinary, nullable=False),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("failure_id", name="pk_sign_in_failure"),
    )
    op.create_index("ix_sign_in_failure_login_lookup", "sign_in_failure", ["login_lookup"])
    op.create_index("ix_sign_in_failure_failed_at", "sign_in_failure", ["failed_at"])


def downgrade() -> None:
    for table in ("sign_in_failure", "registration", "account", "organisation"):
        op.drop_table(table)
    drop_kit_tables(op)
