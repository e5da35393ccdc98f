"""What the wait of a published list needs: who still is on it, and which list an objection is about."""

from __future__ import annotations

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

UP = (
    # Null where the objection was filed before any list named the person.
    """ALTER TABLE objection ADD COLUMN list_id uuid
        CONSTRAINT fk_objection_list_id_published_list REFERENCES published_list""",
    """UPDATE objection o SET list_id = (
        SELECT l.id FROM published_list l JOIN published_entry e ON e.list_id = l.id
        WHERE e.application_id = o.application_id AND l.base_code = o.base_code AND l.published_at <= o.filed_at
        ORDER BY l.number DESC LIMIT 1)""",
    # Somebody is on a list for as long as the place lasts that it named, and no later list names the same place: who
    # lost it has no end of publicity any more, and a place given since is named by a list of its own.
    """CREATE VIEW list_member AS
    SELECT e.list_id, a.id AS application_id, a.state, a.objected, a.admitted_at
    FROM published_entry e
    JOIN published_list l ON l.id = e.list_id
    JOIN application a ON a.id = e.application_id
    WHERE a.base_code = l.base_code AND a.publicity_ends_at IS NOT NULL AND NOT EXISTS (
        SELECT FROM published_entry f JOIN published_list n ON n.id = f.list_id
        WHERE f.application_id = e.application_id AND n.base_code = l.base_code AND n.number > l.number)""",
)


def upgrade() -> None:
    for statement in UP:
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    op.get_bind().exec_driver_sql("DROP VIEW list_member")
    op.get_bind().exec_driver_sql("ALTER TABLE objection DROP COLUMN list_id")
