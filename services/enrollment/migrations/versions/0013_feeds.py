"""Feeds of the calendar, how bases' own dates changed, and the working days that a province enters."""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

TABLES = """
-- Days on which a province rests or works against the weekday and the national table: the newest version of a year.
CREATE TABLE provincial_days (
    province_code text NOT NULL,
    year integer NOT NULL,
    version integer NOT NULL,
    resting date[] NOT NULL,
    working date[] NOT NULL,
    source text NOT NULL,
    reason text NOT NULL,
    made_by text NOT NULL,
    role text NOT NULL,
    made_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    idempotency_key text NOT NULL,
    CONSTRAINT pk_provincial_days PRIMARY KEY (province_code, year, version),
    CONSTRAINT uq_provincial_days_made_by_idempotency_key UNIQUE (made_by, idempotency_key)
);
CREATE TRIGGER written_once BEFORE UPDATE OR DELETE ON provincial_days
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Only a hash of the token is kept: who reads the table opens no feed.
CREATE TABLE calendar_feed (
    id uuid CONSTRAINT pk_calendar_feed PRIMARY KEY,
    token_hash bytea NOT NULL CONSTRAINT uq_calendar_feed_token_hash UNIQUE,
    owner text NOT NULL,
    cycle_id uuid NOT NULL CONSTRAINT fk_calendar_feed_cycle_id_cycle REFERENCES cycle,
    base_code text NOT NULL DEFAULT '',
    application_id uuid CONSTRAINT fk_calendar_feed_application_id_application REFERENCES application,
    idempotency_key text NOT NULL,
    opened_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    closed_at timestamptz,
    CONSTRAINT uq_calendar_feed_owner_idempotency_key UNIQUE (owner, idempotency_key),
    CONSTRAINT ck_calendar_feed_about CHECK ((base_code = '') <> (application_id IS NULL))
);
CREATE INDEX ix_calendar_feed_owner ON calendar_feed (owner, cycle_id) WHERE closed_at IS NULL;
CREATE INDEX ix_calendar_feed_application_id ON calendar_feed (application_id) WHERE closed_at IS NULL;

-- What each of a base's own dates was, whoever changed it: the calendar counts by it how often its event changed.
CREATE TABLE base_date (
    cycle_id uuid NOT NULL,
    base_code text NOT NULL,
    round integer NOT NULL,
    name text NOT NULL,
    version integer NOT NULL,
    at timestamptz,
    made_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT pk_base_date PRIMARY KEY (cycle_id, base_code, round, name, version),
    CONSTRAINT fk_base_date_base FOREIGN KEY (cycle_id, base_code) REFERENCES base
);
CREATE TRIGGER written_once BEFORE UPDATE OR DELETE ON base_date FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""

NOTE_BASE_DATES = """
CREATE FUNCTION note_base_dates() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO base_date (cycle_id, base_code, round, name, version, at)
    SELECT NEW.cycle_id, NEW.base_code, NEW.round, d.name, coalesce(b.version, 0) + 1, d.at
    FROM (VALUES ('review_deadline', NEW.review_deadline), ('written_exam', NEW.written_exam),
        ('interview', NEW.interview), ('pre_admission', NEW.pre_admission)) AS d (name, at)
    LEFT JOIN LATERAL (
        SELECT version, at FROM base_date
        WHERE cycle_id = NEW.cycle_id AND base_code = NEW.base_code AND round = NEW.round AND name = d.name
        ORDER BY version DESC LIMIT 1
    ) b ON true
    WHERE b.at IS DISTINCT FROM d.at;
    RETURN NULL;
END $$
"""
NOTED = """
CREATE TRIGGER note_base_dates
    AFTER INSERT OR UPDATE OF review_deadline, written_exam, interview, pre_admission ON base_window
    FOR EACH ROW EXECUTE FUNCTION note_base_dates()
"""
FIRST_DATES = """
INSERT INTO base_date (cycle_id, base_code, round, name, version, at)
SELECT w.cycle_id, w.base_code, w.round, d.name, 1, d.at
FROM base_window w
CROSS JOIN LATERAL (VALUES ('review_deadline', w.review_deadline), ('written_exam', w.written_exam),
    ('interview', w.interview), ('pre_admission', w.pre_admission)) AS d (name, at)
WHERE d.at IS NOT NULL
"""

# PRIV: with the person the feeds of their application go.
CLOSE_FEEDS = """
CREATE FUNCTION close_feeds() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE calendar_feed SET closed_at = clock_timestamp() WHERE application_id = NEW.id AND closed_at IS NULL;
    RETURN NULL;
END $$
"""
CLOSED = """
CREATE TRIGGER close_feeds AFTER UPDATE OF name ON application
    FOR EACH ROW WHEN (NEW.name = '' AND OLD.name <> '') EXECUTE FUNCTION close_feeds()
"""

BACK = (
    "DROP TRIGGER close_feeds ON application",
    "DROP FUNCTION close_feeds",
    "DROP TRIGGER note_base_dates ON base_window",
    "DROP FUNCTION note_base_dates",
    "DROP TABLE base_date, calendar_feed, provincial_days",
)


def upgrade() -> None:
    for statement in (*TABLES.split(";"), NOTE_BASE_DATES, NOTED, FIRST_DATES, CLOSE_FEEDS, CLOSED):
        if statement.strip():
            op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    for statement in BACK:
        op.get_bind().exec_driver_sql(statement)
