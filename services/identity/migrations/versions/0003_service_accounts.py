"""Accounts of programs, and their secrets."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"

TABLES = (
    """
    CREATE TABLE service_account (
        account_id UUID NOT NULL,
        name TEXT NOT NULL,
        role TEXT NOT NULL,
        organisation_code TEXT NOT NULL,
        scopes TEXT[] NOT NULL,
        created_by TEXT NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE NOT NULL,
        expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
        revoked_at TIMESTAMP WITH TIME ZONE,
        last_used_at TIMESTAMP WITH TIME ZONE,
        CONSTRAINT pk_service_account PRIMARY KEY (account_id),
        CONSTRAINT fk_service_account_organisation_code_organisation FOREIGN KEY(organisation_code)
            REFERENCES organisation (code)
    )
    """,
    "CREATE INDEX ix_service_account_organisation_code ON service_account (organisation_code)",
    """
    CREATE TABLE service_secret (
        secret_id UUID NOT NULL,
        account_id UUID NOT NULL,
        secret_hash BYTEA NOT NULL,
        ending TEXT NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE NOT NULL,
        ended_at TIMESTAMP WITH TIME ZONE,
        last_used_at TIMESTAMP WITH TIME ZONE,
        CONSTRAINT pk_service_secret PRIMARY KEY (secret_id),
        CONSTRAINT fk_service_secret_account_id_service_account FOREIGN KEY(account_id)
            REFERENCES service_account (account_id)
    )
    """,
    "CREATE INDEX ix_service_secret_account_id ON service_secret (account_id)",
)


def upgrade() -> None:
    for statement in TABLES:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE service_secret")
    op.execute("DROP TABLE service_account")
