"""Papers: the pictures of a dossier, what each submission showed of them, and objects that nobody needs any more."""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

STATEMENTS = (
    # The picture itself lies sealed in the object store under `object_key`, which is its own and never used again.
    """
    CREATE TABLE paper (
        id uuid CONSTRAINT pk_paper PRIMARY KEY,
        application_id uuid NOT NULL CONSTRAINT fk_paper_application_id_application REFERENCES application,
        kind text NOT NULL,
        object_key text NOT NULL CONSTRAINT uq_paper_object_key UNIQUE,
        sealed_with text NOT NULL,
        width integer NOT NULL,
        height integer NOT NULL,
        bytes integer NOT NULL,
        sha256 text NOT NULL,
        warnings text[] NOT NULL,
        in_draft boolean NOT NULL,
        uploaded_at timestamptz NOT NULL,
        CONSTRAINT ck_paper_kind
            CHECK (kind IN ('portrait', 'qualification_scan', 'practice_scan', 'education_scan'))
    )
    """,
    "CREATE INDEX ix_paper_application_id ON paper (application_id)",
    # What a submission showed. One that has no row showed what the latest one before it did, or nothing: moves and
    # corrections of other things change no picture.
    """
    CREATE TABLE submission_paper (
        application_id uuid NOT NULL,
        number integer NOT NULL,
        paper_ids uuid[] NOT NULL,
        CONSTRAINT pk_submission_paper PRIMARY KEY (application_id, number)
    )
    """,
    """
    CREATE TRIGGER written_once BEFORE UPDATE OR DELETE ON submission_paper
        FOR EACH ROW EXECUTE FUNCTION refuse_change()
    """,
    # Frozen by the insert itself: a submission costs no second statement. Corrections say themselves what they show, if
    # anything changed; a move by the province shows what the submission before it did, so it freezes nothing.
    """
    CREATE FUNCTION freeze_papers() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        shown uuid[] := ARRAY(
            SELECT p.id FROM paper p WHERE p.application_id = NEW.application_id AND p.in_draft
            ORDER BY p.uploaded_at, p.id
        );
    BEGIN
        IF cardinality(shown) > 0
            OR EXISTS (SELECT 1 FROM submission_paper f WHERE f.application_id = NEW.application_id)
        THEN
            INSERT INTO submission_paper (application_id, number, paper_ids)
            SELECT NEW.application_id, NEW.number, shown FROM audit a
            WHERE a.aggregate_id = NEW.application_id AND a.submission_number = NEW.number
                AND a.command = 'submit_application';
        END IF;
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER shows_papers AFTER INSERT ON submission FOR EACH ROW WHEN (NEW.correction_of = 0)
        EXECUTE FUNCTION freeze_papers()
    """,
    # Objects are no part of a transaction: whoever takes one away says so here, and it is removed after the commit.
    """
    CREATE TABLE discarded_object (
        object_key text CONSTRAINT pk_discarded_object PRIMARY KEY,
        discarded_at timestamptz NOT NULL DEFAULT clock_timestamp()
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
)

DOWN = (
    "DROP TRIGGER shows_papers ON submission",
    "DROP FUNCTION freeze_papers",
    "DROP TABLE paper",
    "DROP FUNCTION discard_object",
    "DROP TABLE discarded_object",
    "DROP TABLE submission_paper",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    for statement in DOWN:
        op.execute(statement)
