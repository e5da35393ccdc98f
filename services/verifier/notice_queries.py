"""SQL over facts and what became of them: outboxes, inboxes, messages, deliveries. It only reads.

Column names follow `services/notify/migrations` and `services.kit.tables`.
"""

from __future__ import annotations

UNPUBLISHED = """
SELECT count(*) AS facts, coalesce(extract(epoch FROM clock_timestamp() - min(created_at)), 0)::float8 AS oldest
FROM outbox WHERE published_at IS NULL
"""
"""I5: facts still waiting for their relay, and since how many seconds the oldest does (every service)."""

DIGESTS = """
SELECT get_byte(uuid_send(event_id), 15) AS part, count(*) AS facts, {digest} AS digest
FROM {table} WHERE {condition} GROUP BY 1
"""
"""I5: 256 sums of event ids: equal where the same facts are on both sides, without telling each of a million."""

BY_HASH = "sum(uuid_hash_extended(event_id, 0))::text"
"""Quick, for two tables of the same PostgreSQL."""

BY_ID = "sum(('x' || right(replace(event_id::text, '-', ''), 16))::bit(64)::bigint)::text"
"""As `digest.Digest` sums what a stream holds."""

COUNT = "SELECT count(*) AS facts FROM outbox"

IDS = """
SELECT event_id::text AS event_id FROM {table} WHERE {condition} AND get_byte(uuid_send(event_id), 15) = ANY($1)
"""
"""I5: the facts of the parts whose sums differ."""

BACKLOG = """
SELECT (SELECT count(*) FROM message WHERE routed_at IS NULL AND sent_at <= now()) AS unrouted,
    (SELECT count(*) FROM delivery WHERE state IN ('queued', 'sending') AND not_before <= now()) AS unsent
"""
"""I8: what notify has still to do."""

NOTICES_DUE = """
SELECT o.event_id::text AS event_id, o.event_type, a.person_id
FROM audit au JOIN application a ON a.id = au.aggregate_id AND ($1::uuid IS NULL OR a.cycle_id = $1)
JOIN outbox o ON o.aggregate_id = au.aggregate_id::text AND o.version = au.n
WHERE o.event_type = ANY($2)
"""
"""I8: accepted commands of which the applicant has to hear, by the facts they became."""

DECISIONS_UNTOLD = """
SELECT au.aggregate_id, au.n, au.command, au.state_before, au.state_after
FROM audit au JOIN application a ON a.id = au.aggregate_id AND ($1::uuid IS NULL OR a.cycle_id = $1)
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
SELECT c.id::text AS cycle_id, o.event_type, o.epoch, o.version, c.province_code
FROM cycle c JOIN outbox o ON o.aggregate_id = c.id::text || '/calendar'
WHERE ($1::uuid IS NULL OR c.id = $1) AND o.event_type = ANY($2)
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
SELECT d.delivery_id, d.channel, m.template, d.state, d.reason, d.attempts,
    extract(epoch FROM now() - CASE d.state WHEN 'queued' THEN d.not_before ELSE d.claimed_at END)::float8 AS seconds
FROM delivery d JOIN message m USING (message_id)
WHERE d.state = 'sending' AND d.claimed_at < now() - make_interval(secs => $1)
    OR d.state = 'queued' AND d.not_before < now() - make_interval(secs => $1)
"""
"""I8: a delivery that is due and has not left."""

MESSAGES_LEFT_BEHIND = """
SELECT m.message_id, m.template, extract(epoch FROM now() - coalesce(m.routed_at, m.sent_at))::float8 AS seconds
FROM message m
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

HEARD = "SELECT event_id::text AS event_id FROM inbox WHERE consumer LIKE 'notify-%' AND event_id = ANY($1::uuid[])"
"""I8: of some facts those that notify has handled."""

RESTORED_SINCE = "SELECT since FROM database_epoch WHERE number > 1"
"""When a restored database went on (every service); no row where it was never restored."""
