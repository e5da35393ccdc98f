"""Lists uploaded by secretaries."""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"

TABLES = (
    """
    CREATE TABLE roster (
        roster_id UUID NOT NULL,
        department_code TEXT DEFAULT '' NOT NULL,
        base_code TEXT DEFAULT '' NOT NULL,
        state TEXT DEFAULT '' NOT NULL,
        file_name TEXT DEFAULT '' NOT NULL,
        sha256 TEXT DEFAULT '' NOT NULL,
        rows INTEGER DEFAULT 0 NOT NULL,
        faulty INTEGER DEFAULT 0 NOT NULL,
        additions INTEGER DEFAULT 0 NOT NULL,
        dismissals INTEGER DEFAULT 0 NOT NULL,
        uploaded_by TEXT DEFAULT '' NOT NULL,
        uploaded_at TIMESTAMP WITH TIME ZONE NOT NULL,
        committed_at TIMESTAMP WITH TIME ZONE,
        version INTEGER DEFAULT 1 NOT NULL,
        CONSTRAINT pk_roster PRIMARY KEY (roster_id)
    )
    """,
    "CREATE INDEX ix_roster_department_code_uploaded_at ON roster (department_code, uploaded_at)",
    """
    CREATE TABLE roster_row (
        roster_id UUID NOT NULL,
        row INTEGER NOT NULL,
        action TEXT DEFAULT '' NOT NULL,
        body TEXT DEFAULT '' NOT NULL,
        sealed_with TEXT DEFAULT '' NOT NULL,
        match TEXT DEFAULT '' NOT NULL,
        outcome TEXT DEFAULT '' NOT NULL,
        faults JSONB NOT NULL,
        person_id UUID,
        appointment_id UUID,
        CONSTRAINT pk_roster_row PRIMARY KEY (roster_id, row),
        CONSTRAINT fk_roster_row_roster_id_roster FOREIGN KEY(roster_id) REFERENCES roster (roster_id)
    )
    """,
    "CREATE INDEX ix_roster_row_inviting ON roster_row (roster_id) WHERE outcome = 'inviting'",
)
NAMES = ("roster_row", "roster")


def upgrade() -> None:
    for statement in TABLES:
        op.execute(statement)


def downgrade() -> None:
    for name in NAMES:
        op.execute(f"DROP TABLE {name}")
