"""A deed on a cycle locks its row without keeping rows that name it from being written.

`FOR UPDATE` also held off whoever wrote a row that refers to the cycle, such as an objection: filed while the base
published a list of the same person, each waited for the other until the server ended one of them.
"""

from __future__ import annotations

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

APPEND_TO_CYCLE = """
CREATE OR REPLACE FUNCTION append_to_cycle(p_audit jsonb) RETURNS integer LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    r audit := jsonb_populate_record(NULL::audit, p_audit);
    c cycle;
BEGIN
    SELECT * INTO STRICT c FROM cycle WHERE id = r.aggregate_id {lock};
    r.n := c.version + 1;
    r.prev_hash := c.audit_hash;
    r.at := clock_timestamp();
    r.hash := audit_hash(r);
    INSERT INTO audit SELECT r.*;
    UPDATE cycle SET version = r.n, audit_hash = r.hash WHERE id = c.id;
    RETURN r.n;
END $$
"""


def upgrade() -> None:
    op.execute(APPEND_TO_CYCLE.format(lock="FOR NO KEY UPDATE"))


def downgrade() -> None:
    op.execute(APPEND_TO_CYCLE.format(lock="FOR UPDATE"))
