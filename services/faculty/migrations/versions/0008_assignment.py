"""Cells, absences, proposals."""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"

TABLES = (
    """
    CREATE TABLE cell_edition (
        department_code TEXT NOT NULL,
        version INTEGER DEFAULT 1 NOT NULL,
        CONSTRAINT pk_cell_edition PRIMARY KEY (department_code)
    )
    """,
    """
    CREATE TABLE leave (
        leave_id UUID NOT NULL,
        person_id UUID NOT NULL,
        name TEXT DEFAULT '' NOT NULL,
        base_code TEXT DEFAULT '' NOT NULL,
        department_code TEXT DEFAULT '' NOT NULL,
        from_day DATE NOT NULL,
        until_day DATE NOT NULL,
        kind TEXT DEFAULT '' NOT NULL,
        recorded_by TEXT DEFAULT '' NOT NULL,
        recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
        cancelled_at TIMESTAMP WITH TIME ZONE,
        CONSTRAINT pk_leave PRIMARY KEY (leave_id)
    )
    """,
    "CREATE INDEX ix_leave_person_id ON leave (person_id)",
    """
    CREATE TABLE proposal (
        proposal_id UUID NOT NULL,
        base_code TEXT DEFAULT '' NOT NULL,
        department_codes TEXT[] DEFAULT '{}' NOT NULL,
        from_month DATE NOT NULL,
        until_month DATE NOT NULL,
        state TEXT DEFAULT '' NOT NULL,
        percent INTEGER DEFAULT 0 NOT NULL,
        filled INTEGER DEFAULT 0 NOT NULL,
        changed INTEGER DEFAULT 0 NOT NULL,
        unfilled INTEGER DEFAULT 0 NOT NULL,
        fingerprint TEXT DEFAULT '' NOT NULL,
        made_by TEXT DEFAULT '' NOT NULL,
        made_at TIMESTAMP WITH TIME ZONE NOT NULL,
        holder TEXT DEFAULT '' NOT NULL,
        held_until TIMESTAMP WITH TIME ZONE,
        version INTEGER DEFAULT 1 NOT NULL,
        milliseconds INTEGER DEFAULT 0 NOT NULL,
        spreads JSONB,
        CONSTRAINT pk_proposal PRIMARY KEY (proposal_id)
    )
    """,
    "CREATE INDEX ix_proposal_base_code_made_at ON proposal (base_code, made_at)",
    "CREATE INDEX ix_proposal_working ON proposal (made_at) WHERE state = 'working'",
    """
    CREATE TABLE cell (
        trainee_id UUID NOT NULL,
        department_code TEXT NOT NULL,
        month DATE NOT NULL,
        teacher_id UUID,
        assistant_ids TEXT[] DEFAULT '{}' NOT NULL,
        origin TEXT DEFAULT '' NOT NULL,
        locked BOOLEAN DEFAULT false NOT NULL,
        left_id UUID,
        orphan_cause TEXT DEFAULT '' NOT NULL,
        version INTEGER DEFAULT 1 NOT NULL,
        changed_by TEXT DEFAULT '' NOT NULL,
        changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
        reason TEXT DEFAULT '' NOT NULL,
        CONSTRAINT pk_cell PRIMARY KEY (trainee_id, department_code, month),
        CONSTRAINT fk_cell_trainee_id_trainee FOREIGN KEY(trainee_id) REFERENCES trainee (trainee_id)
    )
    """,
    "CREATE INDEX ix_cell_assistant_ids ON cell USING gin (assistant_ids)",
    "CREATE INDEX ix_cell_department_code_month ON cell (department_code, month)",
    "CREATE INDEX ix_cell_orphaned ON cell (department_code, month) WHERE orphan_cause <> ''",
    "CREATE INDEX ix_cell_teacher_id_month ON cell (teacher_id, month)",
    """
    CREATE TABLE proposed_cell (
        proposal_id UUID NOT NULL,
        n INTEGER NOT NULL,
        trainee_id UUID NOT NULL,
        department_code TEXT DEFAULT '' NOT NULL,
        month DATE NOT NULL,
        teacher_id UUID,
        before_id UUID,
        reason_code TEXT DEFAULT '' NOT NULL,
        CONSTRAINT pk_proposed_cell PRIMARY KEY (proposal_id, n),
        CONSTRAINT fk_proposed_cell_proposal_id_proposal FOREIGN KEY(proposal_id)
            REFERENCES proposal (proposal_id)
    )
    """,
)
NAMES = ("cell_edition", "proposed_cell", "cell", "proposal", "leave")


def upgrade() -> None:
    for statement in TABLES:
        op.execute(statement)


def downgrade() -> None:
    for name in NAMES:
        op.execute(f"DROP TABLE {name}")
