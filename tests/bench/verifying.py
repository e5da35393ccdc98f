"""What a look at everything costs: `python -m tests.bench.verifying --applications 100000`.

A closed season is written straight into the tables, as large as asked for, with ten acts and five facts of each
application, a message of each fact and a text message of each of those; then `residency verify`'s own look at the
databases is taken, and the seconds of each of its queries are told, the slowest first. Streams, histories and chains
are not in it: they cost by the fact, the run and the row (docs/operations/verify.md).
"""

from __future__ import annotations

import argparse
import asyncio
import time
from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import asyncpg

from residency.enrollment.v1.events_pb2 import ApplicationSubmitted
from services.verifier import authority, books, check, facts, histories, notice_queries, notices, privacy, queries
from services.verifier.broker import Account
from services.verifier.finding import Finding
from services.verifier.snapshot import Snapshot
from tests.bench.province import Province
from tests.support import postgres

ACTS, FACTS = 10, 5
SERVICES = ("identity", "enrollment", "faculty", "notify")
FILL = (
    """
    UPDATE cycle_phase p SET entered_at = coalesce(opens_at, now() - $2 * interval '10 d') FROM cycle_gate g
    WHERE g.cycle_id = $1 AND p.cycle_id = g.cycle_id AND p.sequence <= g.sequence
    """,
    """
    UPDATE application SET state = CASE WHEN n % 3 = 0 THEN 'approved' ELSE 'rejected' END, version = $2
    FROM (
        SELECT id, row_number() OVER () AS n FROM application WHERE cycle_id = $1 AND submission_number > 0
    ) a WHERE application.id = a.id
    """,
    """
    INSERT INTO submission (application_id, number, cycle_id, round, base_code, specialty_code, accepts_reallocation,
        dossier, fingerprint, sealed_with, correction_of, gate_sequence, submitted_at)
    SELECT id, submission_number, cycle_id, round, base_code, specialty_code, false, '{}', '', '', 0, 3, now()
    FROM application WHERE cycle_id = $1 AND submission_number > 0 AND $2 > 0 ON CONFLICT DO NOTHING
    """,
    """
    INSERT INTO audit (aggregate_id, n, at, command, actor, role, organisation, rule, phase, gate_sequence,
        calendar_version, state_before, state_after, submission_number, detail, idempotency_key, address, acted_for,
        prev_hash, hash)
    SELECT a.id, n, p.entered_at + n * interval '1 ms', 'submit_application', a.person_id, 'applicant', '', 'r',
        p.phase, p.sequence, 1, CASE WHEN n = 1 THEN 'draft' ELSE a.state END, a.state, a.submission_number, '{}',
        gen_random_uuid()::text, '', '', '', ''
    FROM application a JOIN cycle_gate g ON g.cycle_id = a.cycle_id
    JOIN cycle_phase p ON p.cycle_id = a.cycle_id AND p.sequence = g.sequence, generate_series(1, $2) n
    WHERE a.cycle_id = $1 AND submission_number > 0 ON CONFLICT DO NOTHING
    """,
)
OUTBOX = """
INSERT INTO outbox (event_id, subject, event_type, aggregate_id, version, body, published_at)
SELECT gen_random_uuid(), 'residency.enrollment.v1.application.submitted', $2, id::text, n, decode(repeat('0a', 300),
    'hex'), now() FROM application, generate_series(1, $3) n
WHERE cycle_id = $1 AND submission_number > 0
"""
MESSAGE = """
INSERT INTO message (message_id, key, person_id, template, title, body, sealed_with, application_id, sent_at,
    release_at, routed_at, edition)
SELECT gen_random_uuid(), 'fact/' || event || '/person:' || person || '/t', person, 'application_submitted', 't', 'b',
    'k', '', now(), now(), now(), 'e' FROM unnest($1::uuid[], $2::text[]) AS told (event, person)
"""
DELIVERY = """
INSERT INTO delivery (delivery_id, message_id, channel, person_id, order_key, priority, state, due_at, not_before,
    delivered_at, finished_at)
SELECT gen_random_uuid(), message_id, 'sms', person_id, '', 1, 'delivered', now(), now(), now(), now() FROM message
"""


async def fill(urls: dict[str, str], applications: int) -> UUID:
    """Write the season; its cycle."""
    province = await Province.found(urls["enrollment"])
    for count in [2_000] * (applications // 2_000) or [applications]:
        await province.fill(count)
    cycle = UUID(province.cycle_id)
    await province.close()
    enrollment, notify = await patient(urls["enrollment"]), await patient(urls["notify"])
    for statement in FILL:
        await enrollment.execute(statement, cycle, ACTS)
    await enrollment.execute(OUTBOX, cycle, ApplicationSubmitted.DESCRIPTOR.full_name, FACTS)
    told = await enrollment.fetch(
        "SELECT o.event_id, a.person_id FROM outbox o JOIN application a ON a.id::text = o.aggregate_id"
    )
    await enrollment.execute("UPDATE outbox SET published_at = now()")
    every = [row[0] for row in await enrollment.fetch("SELECT event_id FROM outbox")]
    await notify.execute("INSERT INTO inbox SELECT c, e FROM unnest($1::text[]) c, unnest($2::uuid[]) e", HEAR, every)
    faculty = await patient(urls["faculty"])
    await faculty.execute("INSERT INTO inbox SELECT 'faculty-enrollment', e FROM unnest($1::uuid[]) e", every)
    await notify.execute(MESSAGE, [row[0] for row in told], [row[1] for row in told])
    await notify.execute(DELIVERY)
    for connection in (enrollment, notify, faculty):
        await connection.execute("VACUUM ANALYZE")
        await connection.close()
    return cycle


HEAR = ["notify-enrollment", "webhooks-enrollment"]


async def patient(url: str) -> asyncpg.Connection[asyncpg.Record]:
    """A session that may take its time."""
    return await asyncpg.connect(url, server_settings={"statement_timeout": "0", "transaction_timeout": "0"})


async def look(urls: dict[str, str], cycle: UUID) -> tuple[dict[str, float], list[Finding]]:
    """Seconds of each query, and what the look found."""
    spent: dict[str, float] = defaultdict(float)
    names = {
        text: name
        for module in (queries, notice_queries, authority, privacy)
        for name, text in vars(module).items()
        if isinstance(text, str) and name.isupper()
    }
    async with Snapshot(urls) as snapshot:

        async def rows(service: str, query: str, *values: Any) -> Sequence[asyncpg.Record]:
            began = time.perf_counter()
            found = await snapshot.rows(service, query, *values)
            digest = "DIGESTS" if "get_byte" in query else "other"
            spent[f"{service} {names.get(query, digest)}"] += time.perf_counter() - began
            return found

        findings = [await each(rows, cycle) for each in books.CHECKS]
        findings.append(await authority.check(rows, rows, cycle))
        findings.append(await facts.check(rows, rows, Account(), SERVICES, check.LATE_SECONDS))
        findings.append(await notices.check(rows, None, check.LATE_SECONDS))
        findings.append(await privacy.check(rows, SERVICES, histories.Histories(), None))
    return spent, findings


async def measure(applications: int) -> None:
    """Fill, look and tell."""
    server = await asyncio.to_thread(postgres.create_server)
    try:
        urls = {service: await asyncio.to_thread(server.database, service) for service in SERVICES}
        cycle = await fill(urls, applications)
        began = time.perf_counter()
        spent, findings = await look(urls, cycle)
        whole = time.perf_counter() - began
    finally:
        await asyncio.to_thread(postgres.remove_server, server)
    for name, seconds in sorted(spent.items(), key=lambda each: -each[1])[:12]:
        print(f"{seconds:8.2f} s  {name}")
    for finding in findings:
        print(f"{finding.name:<6} {finding.state.value:<10} {finding.checked:>9}  {'; '.join(finding.examples[:1])}")
    print(f"{applications} applications: queries {sum(spent.values()):.1f} s, with the comparing {whole:.1f} s")


def main() -> None:
    """Ask and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--applications", type=int, default=100_000)
    asyncio.run(measure(parser.parse_args().applications))


if __name__ == "__main__":
    main()
