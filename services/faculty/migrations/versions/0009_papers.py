"""Papers of dossiers, drafts of sections; names of files, which stood for papers until now, are no longer kept."""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"

STATEMENTS = (
    """
    CREATE TABLE paper (
        id UUID NOT NULL,
        person_id UUID NOT NULL,
        kind TEXT DEFAULT '' NOT NULL,
        object_key TEXT NOT NULL,
        sealed_with TEXT DEFAULT '' NOT NULL,
        width INTEGER DEFAULT 0 NOT NULL,
        height INTEGER DEFAULT 0 NOT NULL,
        bytes INTEGER DEFAULT 0 NOT NULL,
        sha256 TEXT DEFAULT '' NOT NULL,
        warnings TEXT[] DEFAULT '{}' NOT NULL,
        in_dossier BOOLEAN DEFAULT false NOT NULL,
        uploaded_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_paper PRIMARY KEY (id),
        CONSTRAINT fk_paper_person_id_dossier FOREIGN KEY(person_id) REFERENCES dossier (person_id),
        CONSTRAINT uq_paper_object_key UNIQUE (object_key)
    )
    """,
    "CREATE INDEX ix_paper_person_id ON paper (person_id)",
    """
    CREATE TABLE paper_use (
        record_id UUID NOT NULL,
        person_id UUID NOT NULL,
        paper_ids TEXT[] DEFAULT '{}' NOT NULL,
        CONSTRAINT pk_paper_use PRIMARY KEY (record_id)
    )
    """,
    "CREATE INDEX ix_paper_use_person_id ON paper_use (person_id)",
    """
    CREATE TABLE discarded_object (
        object_key TEXT NOT NULL,
        discarded_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
        CONSTRAINT pk_discarded_object PRIMARY KEY (object_key)
    )
    """,
    """
    CREATE FUNCTION discard_object() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO discarded_object (object_key) VALUES (OLD.object_key) ON CONFLICT DO NOTHING;
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER object_left_by_delete AFTER DELETE ON paper FOR EACH ROW EXECUTE FUNCTION discard_object()
    """,
    """
    CREATE TRIGGER object_left_by_update AFTER UPDATE OF object_key ON paper FOR EACH ROW
        WHEN (OLD.object_key IS DISTINCT FROM NEW.object_key) EXECUTE FUNCTION discard_object()
    """,
    """
    CREATE TABLE dossier_draft (
        person_id UUID NOT NULL,
        section TEXT NOT NULL,
        body JSONB NOT NULL,
        drafted_at TIMESTAMP WITH TIME ZONE NOT NULL,
        sealed_with TEXT DEFAULT '' NOT NULL,
        idempotency_key TEXT DEFAULT '' NOT NULL,
        CONSTRAINT pk_dossier_draft PRIMARY KEY (person_id, section),
        CONSTRAINT fk_dossier_draft_person_id_dossier FOREIGN KEY(person_id) REFERENCES dossier (person_id)
    )
    """,
    "ALTER TABLE dossier_section ADD COLUMN unverified BOOLEAN DEFAULT false NOT NULL",
    "UPDATE dossier_section SET body = body - '{id_scan,photo,qualification_scan}'::text[] WHERE section = 'basic'",
)
DOWN = (
    "ALTER TABLE dossier_section DROP COLUMN unverified",
    "DROP TABLE dossier_draft",
    "DROP TABLE paper",
    "DROP FUNCTION discard_object",
    "DROP TABLE discarded_object",
    "DROP TABLE paper_use",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWN:
        op.execute(statement)
