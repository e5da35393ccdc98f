"""SQL over enrollment's books: seats, people, windows, the audit, the gate. It only reads.

Column names follow `services/enrollment/migrations` and `services.kit.tables`. `$1` is the cycle's id.
A query named after what must not be returns one row for each violation.
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

RESTORED = """
SELECT e.since, coalesce((SELECT max(o.created_at) FROM outbox o WHERE o.epoch < e.number), to_timestamp(0)) AS point
FROM database_epoch e WHERE e.number > 1
"""
"""I4: when a restored database went on, and the last fact of the epoch before; no row where it was never restored. What
was accepted before it was noticed is of the epoch after."""

DOUBLED_KEYS = """
SELECT au.aggregate_id, au.actor, au.idempotency_key, count(*) AS rows
FROM audit au JOIN application a ON a.id = au.aggregate_id AND a.cycle_id = $1
WHERE au.idempotency_key <> '' GROUP BY 1, 2, 3 HAVING count(*) > 1
"""
"""I4: a command that was carried out again when it was sent again."""

STATES_UNLIKE_AUDIT = """
SELECT aggregate_id, n, command, state_before, previous, state_after, state FROM (
    SELECT au.aggregate_id, au.n, au.command, au.at, au.state_before, au.state_after, au.gate_sequence,
        lag(au.state_after) OVER w AS previous, lag(au.at) OVER w AS at_before,
        lag(au.gate_sequence) OVER w AS gate_before, a.version, a.state
    FROM audit au JOIN application a ON a.id = au.aggregate_id AND a.cycle_id = $1
    WINDOW w AS (PARTITION BY au.aggregate_id ORDER BY au.n)
) told
WHERE previous <> state_before OR at < at_before OR gate_sequence < gate_before OR n = version AND state_after <> state
"""
"""I4: an application that stands otherwise than its audit says, or an audit whose rows do not follow each other."""

GATE = "SELECT phase, sequence, held_since FROM cycle_gate WHERE cycle_id = $1"
"""Where the cycle stands."""

GATE_ODD = """
SELECT g.phase, g.sequence, p.phase AS planned, p.entered_at,
    (SELECT max(f.sequence) FROM cycle_phase f WHERE f.cycle_id = g.cycle_id AND f.entered_at IS NOT NULL) AS furthest
FROM cycle_gate g LEFT JOIN cycle_phase p ON p.cycle_id = g.cycle_id AND p.sequence = g.sequence
WHERE g.cycle_id = $1 AND (p.sequence IS NULL OR p.phase <> g.phase OR p.sequence <> 0 AND p.entered_at IS NULL
    OR EXISTS (SELECT FROM cycle_phase f WHERE f.cycle_id = g.cycle_id AND f.entered_at IS NOT NULL
        AND f.sequence > g.sequence))
"""
"""I3: a gate that stands in a phase which was never entered, or went back."""

PHASES_OUT_OF_ORDER = """
SELECT sequence, key, opens_at, entered_at, before FROM (
    SELECT sequence, key, opens_at, entered_at, max(entered_at) OVER earlier AS before,
        coalesce(bool_or(entered_at IS NULL AND sequence > 0) OVER earlier, false) AS gap
    FROM cycle_phase WHERE cycle_id = $1
    WINDOW earlier AS (ORDER BY sequence ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
) entered
WHERE entered_at IS NOT NULL AND (entered_at < before OR gap OR entered_at < opens_at)
"""
"""I3: a phase that was entered before its time, before an earlier one, or though an earlier one never was."""

CYCLES = """
SELECT c.id::text AS id, c.title, g.phase, c.province_code, g.phase = 'closed' AS closed
FROM cycle c JOIN cycle_gate g ON g.cycle_id = c.id
WHERE NOT c.draft AND ($1 = '' OR c.id::text LIKE $1 || '%') ORDER BY c.created_at
"""
"""Every cycle that was published, or those whose id begins so."""

WAITING = """
SELECT count(*) FROM application WHERE cycle_id = $1 AND live AND state NOT IN ('draft', 'admitted')
"""
"""I7: how many still wait while the cycle is open."""

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
SELECT sequence, key, opens_at, entered_at, extract(epoch FROM now() - entered_at)::float8 AS seconds
FROM cycle_phase WHERE cycle_id = $1 ORDER BY sequence
"""
"""When each phase was due, when the gate entered it, and how many seconds before the snapshot that was."""

BOARD_UNLIKE_AUDIT = """
WITH standing AS (
    SELECT s.base_code, s.specialty_code, e.state_after FROM application a
    JOIN audit e ON e.aggregate_id = a.id AND e.n = a.version
    JOIN submission s ON s.application_id = a.id AND s.number = e.submission_number
    WHERE a.cycle_id = $1 AND e.state_after NOT IN ('draft', 'withdrawn', 'annulled')
), told AS (
    SELECT base_code, specialty_code, count(*) AS applied, count(*) FILTER (WHERE state_after = 'provisional') AS given,
        count(*) FILTER (WHERE state_after = 'admitted') AS admitted
    FROM standing GROUP BY 1, 2
), shown AS (
    SELECT base_code, specialty_code, count(*) AS applied, count(*) FILTER (WHERE state = 'provisional') AS given,
        count(*) FILTER (WHERE state = 'admitted') AS admitted
    FROM application WHERE cycle_id = $1 AND live AND state <> 'draft' GROUP BY 1, 2
)
SELECT base_code, specialty_code, s.applied, t.applied AS in_the_books, s.given, t.given AS given_in_the_books,
    s.admitted, t.admitted AS admitted_in_the_books
FROM shown s FULL JOIN told t USING (base_code, specialty_code)
WHERE (s.applied, s.given, s.admitted) IS DISTINCT FROM (t.applied, t.given, t.admitted)
"""
"""A place of the board that shows other counts than audit and submissions say."""

OPEN = """
SELECT 'cycle' AS what, '' AS base_code, '' AS specialty_code, '' AS other, extract(epoch FROM clock_timestamp()
    - greatest(c.created_at, (SELECT max(v.made_at) FROM calendar_version v WHERE v.cycle_id = c.id)))::float8
    AS seconds
FROM cycle c JOIN cycle_gate g ON g.cycle_id = c.id WHERE c.id = $1 AND NOT c.draft AND g.phase <> 'closed'
UNION ALL
SELECT 'window', b.code, '', p.round::text, extract(epoch FROM clock_timestamp() - p.entered_at)::float8
FROM cycle_gate g JOIN cycle_phase p ON p.cycle_id = g.cycle_id AND p.sequence = g.sequence AND p.round > 0
JOIN base b ON b.cycle_id = g.cycle_id
LEFT JOIN base_window w ON w.cycle_id = b.cycle_id AND w.base_code = b.code AND w.round = p.round
WHERE g.cycle_id = $1 AND w.closed_at IS NULL AND g.held_since IS NULL AND clock_timestamp() < g.closes_at
UNION ALL
SELECT 'seat', o.base_code, o.specialty_code, o.seat_offer_id::text,
    extract(epoch FROM clock_timestamp() - o.offered_at)::float8
FROM place_offer o JOIN cycle_gate g ON g.cycle_id = o.cycle_id
WHERE o.cycle_id = $1 AND o.outcome = 'open' AND g.phase <> 'closed'
UNION ALL
SELECT 'list', l.base_code, '', l.id::text, extract(epoch FROM clock_timestamp() - l.published_at)::float8
FROM published_list l JOIN cycle_gate g ON g.cycle_id = l.cycle_id
WHERE l.cycle_id = $1 AND g.phase <> 'closed'
    AND EXISTS (SELECT FROM list_member m WHERE m.list_id = l.id AND m.state = 'provisional')
"""
"""What somebody must wait for: the cycle, the windows of the round that reviews now, open offers, lists with somebody
provisional on them; and since how many seconds."""

BASES = "SELECT count(*) AS bases FROM base WHERE cycle_id = $1"

LONG_CLOSED = """
SELECT g.phase = 'closed' AND coalesce(
    max(p.entered_at) < clock_timestamp() - make_interval(secs => 2 * max(c.day_seconds) + $2), false) AS long_closed
FROM cycle c JOIN cycle_gate g ON g.cycle_id = c.id JOIN cycle_phase p ON p.cycle_id = c.id
WHERE c.id = $1 GROUP BY g.phase
"""
"""Whether nothing of the cycle is waited for any more: two calendar days are left for what is said after its end."""

WINDOWS_LONG_CLOSED = """
SELECT base_code, round FROM base_window
WHERE cycle_id = $1 AND closed_at < clock_timestamp() - make_interval(secs => $2)
"""
"""Windows whose books are closed."""
