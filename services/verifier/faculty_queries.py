"""The verifier's questions about a batch of faculty. `$1` is the batch; a query named after what must not be returns a
row for each violation. Columns follow `services/faculty/migrations`."""

from __future__ import annotations

CANDIDACIES = "SELECT state, count(*) FROM candidacy WHERE batch_id = $1 GROUP BY state"
"""How many stand where."""

OUTSIDE_THE_WINDOW = """
SELECT d.candidacy_id, d.n, d.kind, d.at, b.opens_at, b.closes_at
FROM candidacy_decision d JOIN candidacy c USING (candidacy_id) JOIN batch b USING (batch_id)
WHERE c.batch_id = $1 AND d.kind IN ('returned', 'recommended', 'not_recommended', 'reversed')
    AND (d.at < b.opens_at OR d.at >= b.closes_at + $2::interval) AND c.appeal_state <> 'upheld'
"""
"""CAND-02: decided before the batch opened or after it closed, save for what an upheld appeal brought back; `$2` lies
between the look at the clock and the instant that is written down."""

SUBMITTED_LATE = """
SELECT c.candidacy_id, c.submitted_at, b.apply_until, b.closes_at
FROM candidacy c JOIN batch b USING (batch_id)
WHERE c.batch_id = $1 AND (c.submitted_at < b.opens_at OR c.submitted_at >= $2::interval +
    CASE WHEN EXISTS (SELECT FROM candidacy_decision d WHERE d.candidacy_id = c.candidacy_id AND d.kind = 'returned')
        THEN b.closes_at ELSE b.apply_until END)
"""
"""CAND-02: submitted outside the days of submission; what was returned may come back until the close."""

APPOINTMENTS_UNLIKE_DECISIONS = """
SELECT c.candidacy_id, c.state, count(a.appointment_id) AS appointments
FROM candidacy c LEFT JOIN appointment a ON a.candidacy_id = c.candidacy_id
WHERE c.batch_id = $1 GROUP BY c.candidacy_id, c.state
HAVING count(a.appointment_id) <> CASE WHEN c.state = 'recommended' THEN 1 ELSE 0 END
"""
"""Who was recommended has one appointment from it, and nobody else has one."""

APPOINTED_TWICE = """
SELECT a.person_id, a.base_code, count(*) AS appointments FROM appointment a
WHERE a.state IN ('pending', 'active', 'suspended')
    AND a.person_id IN (SELECT person_id FROM candidacy WHERE batch_id = $1)
GROUP BY a.person_id, a.base_code HAVING count(*) > 1
"""
"""A person with two open appointments at one base."""

STILL_WAITING = """
SELECT c.candidacy_id, c.state FROM candidacy c
WHERE c.batch_id = $1 AND (c.state IN ('draft', 'submitted', 'returned') OR c.appeal_state = 'open')
"""
"""Undecided in a batch that is over, or an appeal that nobody answered."""

UNAUDITED = """
SELECT c.candidacy_id, c.version FROM candidacy c
WHERE c.batch_id = $1 AND NOT EXISTS (SELECT FROM audit au WHERE au.aggregate_id = c.candidacy_id::text)
"""
"""A candidacy of which the audit says nothing."""

KEYS = """
SELECT key, count(*) AS times FROM (
    SELECT key FROM idempotency WHERE key = ANY($1::text[])
    UNION ALL SELECT idempotency_key FROM command WHERE idempotency_key = ANY($1::text[])) AS taken
GROUP BY key
"""
"""Which of these keys of commands were taken, those of saved sections among them."""

TAUGHT_UNAPPOINTED = """
SELECT cell.trainee_id, cell.department_code, cell.month, cell.teacher_id FROM cell
WHERE cell.teacher_id IN (SELECT person_id FROM candidacy WHERE batch_id = $1) AND NOT EXISTS (
    SELECT FROM appointment a WHERE a.person_id = cell.teacher_id AND a.state = 'active'
        AND a.from_day <= cell.month AND a.until_day >= cell.month)
"""
"""A month given to somebody who is not appointed in it."""

MONTHS = "SELECT count(*) FROM cell WHERE teacher_id IN (SELECT person_id FROM candidacy WHERE batch_id = $1)"
"""Months given to people of the batch."""
