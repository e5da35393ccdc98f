"""All SQL of the verifier. It only reads, and only in the databases' own tables of one cycle.

Column names follow `services/enrollment/migrations`, `services/notify/migrations` and `services.kit.tables`. `$1` is
the cycle's id wherever a cycle is meant. A query named after what must not be returns one row for each violation.
"""

from __future__ import annotations

SEATS_OVERSOLD = """
SELECT base_code, specialty_code, planned, taken, holders, offered
FROM (
    SELECT s.base_code, s.specialty_code, s.planned, s.taken,
        (SELECT count(*) FROM application a WHERE a.cycle_id = s.cycle_id AND a.base_code = s.base_code
            AND a.specialty_code = s.specialty_code AND a.state IN ('provisional', 'admitted')) AS holders,
        (SELECT count(*) FROM place_offer o WHERE o.cycle_id = s.cycle_id AND o.base_code = s.base_code
            AND o.specialty_code = s.specialty_code AND o.outcome = 'open') AS offered
    FROM seat s WHERE s.cycle_id = $1
) counted
WHERE holders + offered > planned OR holders + offered <> taken
"""
"""I1: more holders than places, or a counter that disagrees with the rows (one snapshot); open offers hold seats."""

HOLDERS_WITHOUT_SEAT = """
SELECT a.id FROM application a
WHERE a.cycle_id = $1 AND a.state IN ('provisional', 'admitted') AND NOT EXISTS (
    SELECT FROM seat s WHERE s.cycle_id = a.cycle_id AND s.base_code = a.base_code
        AND s.specialty_code = a.specialty_code)
"""
"""I1: somebody admitted to a place that is not in the plan."""

PEOPLE_TWICE = """
SELECT person_id, count(*) FILTER (WHERE state NOT IN ('withdrawn', 'annulled')) AS live,
    count(*) FILTER (WHERE state IN ('provisional', 'admitted')) AS places
FROM application WHERE cycle_id = $1
GROUP BY person_id
HAVING count(*) FILTER (WHERE state NOT IN ('withdrawn', 'annulled')) > 1
    OR count(*) FILTER (WHERE state IN ('provisional', 'admitted')) > 1
"""
"""I2: more than one live application or more than one place."""

AUDIT_OUTSIDE_WINDOW = """
SELECT au.aggregate_id, au.n, au.command, au.at, p.phase, p.entered_at, p.closes_at
FROM audit au
JOIN application a ON a.id = au.aggregate_id AND a.cycle_id = $1
LEFT JOIN cycle_phase p ON p.cycle_id = a.cycle_id AND p.sequence = au.gate_sequence
LEFT JOIN cycle_phase following ON following.cycle_id = a.cycle_id AND following.sequence = au.gate_sequence + 1
WHERE p.sequence IS NULL OR p.phase <> au.phase OR au.at < p.entered_at OR au.at >= p.closes_at + $2::interval
    OR au.at >= following.entered_at
"""
"""I3: an accepted command of an applicant or a base outside the window of the phase it was judged by.

The writing transaction looks at the clock first and writes the instant down next; `$2` is what may lie between.
"""

COMMANDS_IN_WRONG_PHASE = """
SELECT au.aggregate_id, au.n, au.command, au.phase
FROM audit au JOIN application a ON a.id = au.aggregate_id AND a.cycle_id = $1
WHERE CASE
    WHEN au.command IN ('accept_offer', 'decline_offer', 'confirm_place', 'withdraw_application')
        THEN au.phase NOT IN ('registration', 'first_choice', 'second_choice', 'reallocation', 'confirmation')
    WHEN au.role = 'applicant' THEN au.phase NOT IN ('registration', 'first_choice', 'second_choice', 'reallocation')
    WHEN au.command IN ('record_quit', 'defer_place') THEN au.phase NOT IN ('confirmation', 'closed')
    WHEN au.command = 'annul_place' THEN au.phase <> 'closed'
    WHEN au.command = 'expire_offer' THEN au.phase IN ('preparation', 'registration')
    ELSE au.phase NOT IN ('first_choice', 'second_choice', 'reallocation', 'confirmation') END
"""
"""I3: an accepted command in a phase in which nobody of that side may do anything (rules B4 and B5)."""

DECISIONS_UNLIKE_AUDIT = """
SELECT d.application_id, d.version, d.decided_at, au.at, d.gate_sequence, au.gate_sequence
FROM decision d JOIN application a ON a.id = d.application_id AND a.cycle_id = $1
LEFT JOIN audit au ON au.aggregate_id = d.application_id AND au.n = d.version
WHERE au.n IS NULL OR au.at <> d.decided_at OR au.gate_sequence <> d.gate_sequence
"""
"""I3, I4: a decision that the audit does not know, or knows otherwise."""

AUDIT_GAPS = """
SELECT a.id, a.version, count(au.n) AS rows
FROM application a LEFT JOIN audit au ON au.aggregate_id = a.id
WHERE a.cycle_id = $1 GROUP BY a.id, a.version
HAVING count(au.n) <> a.version OR max(au.n) <> a.version
"""
"""I4: an application whose version is not the length of its audit."""

AUDIT_KEYS = """
SELECT au.idempotency_key AS key, count(*) AS rows
FROM audit au JOIN application a ON a.id = au.aggregate_id AND a.cycle_id = $1
WHERE au.idempotency_key <> '' GROUP BY au.idempotency_key
"""
"""I4: how often each idempotency key stands in the audit."""

AUDIT_ROWS = """
SELECT count(*) FROM audit au JOIN application a ON a.id = au.aggregate_id AND a.cycle_id = $1
"""

UNPUBLISHED = "SELECT count(*) FROM outbox WHERE published_at IS NULL"
"""I5: facts still waiting for their relay (every service)."""

FACTS = "SELECT event_id, event_type FROM outbox"
"""I5: every fact of a service."""

HANDLED = "SELECT event_id FROM inbox WHERE consumer = $1"
"""I5: what a consumer with an inbox has handled."""

STATES = "SELECT state, count(*) FROM application WHERE cycle_id = $1 GROUP BY state"
"""I7: stored states; what is none of the ended ones after the close is derived as closed_unplaced, except places."""

WAITING_WHEN_CLOSED = """
SELECT a.id, a.state FROM application a JOIN cycle_gate g ON g.cycle_id = a.cycle_id
WHERE a.cycle_id = $1 AND (g.phase <> 'closed' OR a.state = 'provisional'
    OR EXISTS (SELECT FROM place_offer o WHERE o.application_id = a.id AND o.outcome = 'open'))
"""
"""I7: a provisional admission that nobody verified, or an offer that has not ended, still waits for somebody when the
cycle has closed."""

WINDOWS = """
SELECT b.code, p.round, w.closed_at IS NOT NULL AS closed FROM base b
JOIN cycle_phase p ON p.cycle_id = b.cycle_id AND p.round > 0
LEFT JOIN base_window w ON w.cycle_id = b.cycle_id AND w.base_code = b.code AND w.round = p.round
WHERE b.cycle_id = $1
"""
"""Every base's window in every round, and whether its workflow wrote its end down."""

BOARD = """
SELECT s.base_code, s.specialty_code, s.planned,
    count(a.id) FILTER (WHERE a.live AND a.state <> 'draft') AS applied,
    count(a.id) FILTER (WHERE a.state = 'provisional') AS provisional,
    count(a.id) FILTER (WHERE a.state = 'admitted') AS admitted
FROM seat s LEFT JOIN application a ON a.cycle_id = s.cycle_id AND a.base_code = s.base_code
    AND a.specialty_code = s.specialty_code
WHERE s.cycle_id = $1
GROUP BY s.base_code, s.specialty_code, s.planned
"""
"""What the public board must show."""

PHASES = """
SELECT key, opens_at, entered_at FROM cycle_phase WHERE cycle_id = $1 ORDER BY sequence
"""
"""When each phase was due and when the gate entered it."""

MESSAGES = """
SELECT split_part(key, '/', 2) AS event_id, count(*) AS messages FROM message WHERE key LIKE 'fact/%' GROUP BY 1
"""
"""I5: how many messages each fact became; its key begins with the fact. Held and dropped ones count too."""
