"""The board as it was: counts at any moment gone by, from the audit, the submissions and the plans there were."""

from __future__ import annotations

BOARD_AT = """
    WITH standing AS (
        SELECT a.id, e.state_after, e.submission_number
        FROM application a CROSS JOIN LATERAL (
            SELECT state_after, submission_number FROM audit e
            WHERE e.aggregate_id = a.id AND e.at <= $2 ORDER BY e.n DESC LIMIT 1
        ) e
        WHERE a.cycle_id = $1 AND e.state_after NOT IN ('draft', 'withdrawn', 'annulled')
    ), counted AS (
        SELECT s.base_code, s.specialty_code, count(*) AS applied,
            count(*) FILTER (WHERE t.state_after = 'provisional') AS provisional,
            count(*) FILTER (WHERE t.state_after = 'admitted') AS admitted
        FROM standing t JOIN submission s ON s.application_id = t.id AND s.number = t.submission_number
        GROUP BY s.base_code, s.specialty_code
    ), plan AS (
        SELECT DISTINCT ON (base_code, specialty_code) base_code, specialty_code, planned
        FROM seat_history WHERE cycle_id = $1 AND at <= $2
        ORDER BY base_code, specialty_code, at DESC
    )
    SELECT base_code, specialty_code, p.planned, coalesce(c.applied, 0) AS applied,
        coalesce(c.provisional, 0) AS provisional, coalesce(c.admitted, 0) AS admitted
    FROM plan p LEFT JOIN counted c USING (base_code, specialty_code)
    ORDER BY base_code, specialty_code
"""
"""EXP-08: the last row of each application's audit up to the moment says its state and its submission then, and a
submission never changes. A plan changed later does not change what was."""

BOARD_CLOCK = "SELECT clock_timestamp() AS now FROM cycle WHERE id = $1"
"""The database's clock; no row when there is no such cycle."""
