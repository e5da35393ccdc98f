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

RESTORED = """
SELECT e.since, coalesce((SELECT max(o.created_at) FROM outbox o WHERE o.epoch < e.number), to_timestamp(0)) AS point
FROM database_epoch e WHERE e.number > 1
"""
"""I4: when a restored database went on, and the last fact of the epoch before; no row where it was never restored. What
was accepted before it was noticed is of the epoch after."""

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

NOTICES_DUE = """
SELECT o.event_id::text AS event_id, o.event_type, a.person_id
FROM audit au JOIN application a ON a.id = au.aggregate_id AND a.cycle_id = $1
JOIN outbox o ON o.aggregate_id = au.aggregate_id::text AND o.version = au.n
WHERE o.event_type = ANY($2)
"""
"""I8: accepted commands of which the applicant has to hear, by the facts they became."""

DECISIONS_UNTOLD = """
SELECT au.aggregate_id, au.n, au.command, au.state_before, au.state_after
FROM audit au JOIN application a ON a.id = au.aggregate_id AND a.cycle_id = $1
WHERE au.state_before <> au.state_after
    AND au.state_after IN ('pending', 'approved', 'rejected', 'provisional', 'admitted', 'withdrawn')
    AND NOT EXISTS (SELECT FROM outbox o WHERE o.aggregate_id = au.aggregate_id::text AND o.version = au.n)
"""
"""I8: a command that changed where somebody stands and became no fact: nobody can have heard of it."""

FACTS_OF = """
SELECT event_id::text AS event_id, event_type, aggregate_id FROM outbox WHERE event_type = ANY($1)
"""
"""I8: facts of some types; those about an account carry its person as their aggregate."""

CALENDARS_CHANGED = """
SELECT o.event_type, o.epoch, o.version, c.province_code
FROM cycle c JOIN outbox o ON o.aggregate_id = c.id::text || '/calendar'
WHERE c.id = $1 AND o.event_type = ANY($2)
"""
"""I8: versions of the cycle's calendar that its province was told of."""

NOTICES = """
SELECT CASE WHEN key LIKE 'fact/%' THEN split_part(key, '/', 2) ELSE key END AS due,
    coalesce(person_id, '') AS person_id, dropped_at IS NOT NULL AS dropped, release_at > now() AS held
FROM message WHERE key LIKE 'fact/%' OR key LIKE 'notice/calendar/' || $1 || '/%'
"""
"""I8: the messages that facts became."""

WAYS = """
SELECT channel, CASE WHEN state = 'queued' AND not_before > now() THEN 'held' ELSE state END AS state, reason,
    count(*) AS ways, sum(doubtful) AS doubtful
FROM delivery GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""
"""I8: what became of the messages on each channel."""

WAYS_LEFT_BEHIND = """
SELECT d.delivery_id, d.channel, m.template, d.state, d.reason, d.attempts
FROM delivery d JOIN message m USING (message_id)
WHERE d.state = 'sending' AND d.claimed_at < now() - make_interval(secs => $1)
    OR d.state = 'queued' AND d.not_before < now() - make_interval(secs => $1)
"""
"""I8: a delivery that is due and has not left."""

MESSAGES_LEFT_BEHIND = """
SELECT m.message_id, m.template FROM message m
WHERE m.routed_at IS NULL AND m.sent_at < now() - make_interval(secs => $1)
    OR NOT m.in_inbox AND m.routed_at < now() - make_interval(secs => $1)
        AND NOT EXISTS (SELECT FROM delivery d WHERE d.message_id = m.message_id)
"""
"""I8: a message that no channel was chosen for, or that stands in no inbox and goes nowhere else."""

WAYS_WITHOUT_REASON = """
SELECT d.delivery_id, d.channel, m.template, d.state FROM delivery d JOIN message m USING (message_id)
WHERE d.state IN ('failed', 'suppressed', 'expired') AND (d.reason = '' OR d.finished_at IS NULL)
    OR d.state = 'delivered' AND d.delivered_at IS NULL
"""
"""I8: a delivery that ended, and nobody can say why or when."""

DROPPED_AND_SENT = """
SELECT d.delivery_id, d.channel, m.template FROM delivery d JOIN message m USING (message_id)
WHERE d.delivered_at > m.dropped_at
"""
"""I8: something that was undone before it was told, and left all the same."""

MANDATORY_MISSING = """
SELECT m.message_id, m.template FROM message m
WHERE m.template LIKE ANY($1) AND m.person_id IS NOT NULL AND m.routed_at IS NOT NULL AND m.edition <> ''
    AND m.dropped_at IS NULL AND NOT EXISTS (
        SELECT FROM delivery d WHERE d.message_id = m.message_id AND d.channel = 'sms'
    )
"""
"""I8: a notice that nobody may do without, and no text message of it. Where any are sent at all."""
