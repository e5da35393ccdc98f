"""Whether a round is over, asked when everybody who decided in it has committed."""

from __future__ import annotations

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

# Whoever decides holds the gate shared and compares the clock with the round's end. So once it was held alone after
# that end, nobody's decision in the round is still to be committed, also while the flip is late or a gap follows.
ROUND_IS_OVER = """
CREATE FUNCTION round_is_over(p_lock_key bigint, p_cycle uuid, p_sequence integer) RETURNS boolean
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM set_config('transaction_timeout', '0', true);
    PERFORM set_config('transaction_timeout', '4s', true);
    PERFORM set_config('lock_timeout', '2s', true);
    PERFORM pg_advisory_xact_lock(p_lock_key);
    RETURN EXISTS (
        SELECT FROM cycle_gate g JOIN cycle_phase p ON p.cycle_id = g.cycle_id AND p.sequence = p_sequence
        WHERE g.cycle_id = p_cycle
            AND (g.sequence > p_sequence OR (g.held_since IS NULL AND p.closes_at <= clock_timestamp()))
    );
END $$
"""


def upgrade() -> None:
    op.get_bind().exec_driver_sql(ROUND_IS_OVER)


def downgrade() -> None:
    op.execute("DROP FUNCTION round_is_over")
