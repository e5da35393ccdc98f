"""What one application costs from draft to place, in ever larger provinces: `python -m tests.bench.life`.

For each size a database of its own holds so many applications with all that they leave behind: sections, submissions,
audit, answers under keys, published facts, likeness. A service process of its own stands before each. In turn, round
after round, as many new people live through a whole season in every province: start, four sections, choice, submit,
read, review, place, and the base reads its queue. PostgreSQL has room for all of them in its buffers, as in production.
What counts is the processor time of service and PostgreSQL for one of them: the median of the rounds' ratios to the
smallest province.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import os
import statistics
from collections.abc import Iterable, Sequence
from contextlib import AsyncExitStack
from datetime import date, timedelta
from typing import Any

import asyncpg
import grpc
import uvloop
from google.protobuf.struct_pb2 import Struct
from joserfc.jwk import OKPKey

from residency.enrollment.v1 import application_pb2
from residency.enrollment.v1 import application_service_pb2 as applications
from residency.enrollment.v1 import decision_service_pb2 as decisions
from residency.enrollment.v1.application_service_pb2_grpc import ApplicationServiceStub
from residency.enrollment.v1.decision_service_pb2_grpc import DecisionServiceStub
from services.enrollment.domain.dossier import Section
from services.enrollment.grpc_api import convert
from tests.bench.hosting import Hosted, hosted
from tests.bench.processor import milliseconds
from tests.bench.province import Province, token
from tests.bench.result import Options, Result, ratios_of
from tests.handlers.enrollment.story import DOSSIER
from tests.support import postgres

SIZES = (1_000, 3_000, 10_000, 30_000, 100_000)
AT_ONCE, STEP = 16, 1_000
BIRTHDAYS = 6_000
"""So many days for as many new people: a whole run has fewer."""
TARGET, STRETCH = 1.15, 1.0
# What an application leaves behind, beside its own row: as many rows, as long, with the same indexes.
BEHIND = (
    """INSERT INTO dossier_section (application_id, section, body, saved_at, sealed_with)
        SELECT a, s, jsonb_build_object('filled', repeat('x', 600)), now(), 'k' FROM unnest($1::uuid[]) a,
            unnest(ARRAY['basic', 'education', 'certificates', 'work']) s""",
    """INSERT INTO submission (application_id, number, cycle_id, round, base_code, specialty_code,
            accepts_reallocation, dossier, fingerprint, sealed_with, gate_sequence, submitted_at, correction_of)
        SELECT id, 1, cycle_id, round, base_code, specialty_code, true,
            jsonb_build_object('filled', repeat('x', 2400)), sha256(id::text::bytea), 'k', 3, submitted_at, 0
        FROM application WHERE id = ANY ($1)""",
    """INSERT INTO audit (aggregate_id, n, at, command, actor, role, organisation, rule, phase, gate_sequence,
            calendar_version, state_before, state_after, submission_number, detail, idempotency_key, address, acted_for,
            prev_hash, hash)
        SELECT a, n, now(), 'save_section', a::text, 'applicant', '', 'APP-01', 'REGISTRATION', 1, 1, 'draft', 'draft',
            0, repeat('x', 80), md5(a::text || n), '127.0.0.1', '', sha256('a'), sha256(a::text::bytea)
        FROM unnest($1::uuid[]) a, generate_series(1, 8) n""",
    """INSERT INTO idempotency (actor, key, body_hash, answer, sealed_with)
        SELECT a::text, md5(a::text || n), sha256(a::text::bytea), repeat('x', 700)::bytea, 'k'
        FROM unnest($1::uuid[]) a, generate_series(1, 8) n""",
    """INSERT INTO outbox (event_id, subject, event_type, aggregate_id, version, body, published_at)
        SELECT gen_random_uuid(), 'residency.enrollment.v1.application.submitted',
            'residency.enrollment.v1.ApplicationSubmitted', a::text, n, repeat('x', 220)::bytea, now()
        FROM unnest($1::uuid[]) a, generate_series(1, 3) n""",
    """INSERT INTO likeness (cycle_id, kind, digest, application_id, person_id)
        SELECT cycle_id, kind, sha256((id::text || kind)::bytea), id, person_id
        FROM application, unnest(ARRAY['mobile', 'name_and_birth']) kind WHERE id = ANY ($1)""",
)

_numbers, _people = itertools.count(1), itertools.count(1)


class Lives:
    """A province with so many applications, the service before it, and new people in it."""

    def __init__(self, size: int, province: Province, serving: Hosted, key: OKPKey) -> None:
        self.size = size
        self.process = serving.pid
        self._province = province
        self._key = key
        self._channel = grpc.aio.insecure_channel(f"127.0.0.1:{serving.our_port}")
        self._applications = ApplicationServiceStub(self._channel)  # type: ignore[no-untyped-call]  # generated
        self._decisions = DecisionServiceStub(self._channel)  # type: ignore[no-untyped-call]  # generated
        self._seats = itertools.cycle(province.seats)

    async def live(self, count: int) -> None:
        """So many new people, some at once, each from draft to place."""
        waiting = iter(range(count))

        async def next_ones() -> None:
            for _ in waiting:
                await self._one(next(_people), *next(self._seats))

        await asyncio.gather(*(next_ones() for _ in range(AT_ONCE)))

    async def close(self) -> None:
        """Leave."""
        await self._channel.close()
        await self._province.close()

    async def _one(self, number: int, base: str, specialty: str) -> None:
        cycle, own = self._province.cycle_id, self._as(f"new-{number}", "applicant", "")
        asked, sent = self._applications, {"timeout": 30, "metadata": own}
        await asked.StartApplication(
            applications.StartApplicationRequest(cycle_id=cycle, idempotency_key=_key()), **sent
        )
        # Nobody looks like anybody else: whoever does is held, which is another path.
        born = date(1985, 1, 1) + timedelta(days=number % BIRTHDAYS)
        basic = {"mobile": f"139{number:08d}", "birth_date": str(born)}
        for section, usual in DOSSIER.items():
            body = Struct()
            body.update({**usual, **(basic if section is Section.BASIC else {})})
            named = convert.section_message(section)
            save = applications.SaveSectionRequest(cycle_id=cycle, section=named, body=body, idempotency_key=_key())
            await asked.SaveSection(save, **sent)
        choice = application_pb2.Choice(base_code=base, specialty_code=specialty, accepts_reallocation=True)
        await asked.SaveChoice(
            applications.SaveChoiceRequest(cycle_id=cycle, choice=choice, idempotency_key=_key()), **sent
        )
        submit = applications.SubmitApplicationRequest(cycle_id=cycle, idempotency_key=_key())
        await asked.SubmitApplication(submit, **sent)
        read = await asked.GetMyApplication(applications.GetMyApplicationRequest(cycle_id=cycle), **sent)
        await self._decide(read.application, base)

    async def _decide(self, application: application_pb2.Application, base: str) -> None:
        cycle, staff = self._province.cycle_id, self._as(f"staff-{base}", "base_administrator", base)
        sent: dict[str, Any] = {"timeout": 30, "metadata": staff}
        await self._decisions.ListQueue(decisions.ListQueueRequest(cycle_id=cycle), **sent)
        about: dict[str, Any] = {
            "application_id": application.application_id,
            "submission_number": application.submission_number,
        }
        verdict = decisions.ReviewApplicationRequest(verdict=decisions.VERDICT_APPROVE, idempotency_key=_key(), **about)
        await self._decisions.ReviewApplication(verdict, **sent)
        place = decisions.GrantProvisionalRequest(idempotency_key=_key(), **about)
        await self._decisions.GrantProvisional(place, **sent)

    def _as(self, person: str, role: str, base: str) -> tuple[tuple[str, str], ...]:
        return (("authorization", f"Bearer {token(self._key, person, role, base)}"),)


async def fill(url: str, province: Province, size: int) -> None:
    """So many applications with everything that they leave behind."""
    connection = await asyncpg.connect(url)
    for done in range(0, size, STEP):
        ids = await province.filled(min(STEP, size - done))
        for statement in BEHIND:
            await connection.execute(statement, ids)
    await connection.execute("ANALYZE")
    await connection.close()


async def compare(sizes: Sequence[int], rounds: int, people: int) -> dict[int, list[tuple[float, float]]]:
    """Milliseconds of one application at the service and in PostgreSQL, by size, round by round, all sizes in turn."""
    server = postgres.create_server("shared_buffers=1GB", "max_wal_size=4GB")
    key = OKPKey.generate_key("Ed25519", {"kid": "bench"})
    postmaster = int((server.folder / "data" / "postmaster.pid").read_text().split()[0])
    found: dict[int, list[tuple[float, float]]] = {size: [] for size in sizes}
    try:
        async with AsyncExitStack() as stack:
            provinces = []
            for size in sizes:
                url = server.database("enrollment")
                province = await Province.found(url)
                await fill(url, province, size)
                serving = await stack.enter_async_context(hosted(url, key))
                provinces.append(Lives(size, province, serving, key))
            for number in range(rounds + 1):
                turn: Iterable[Lives] = provinces if number % 2 else reversed(provinces)
                for each in turn:
                    before = milliseconds(each.process), milliseconds(postmaster, children=True)
                    await each.live(people)
                    after = milliseconds(each.process), milliseconds(postmaster, children=True)
                    if number:
                        served, stored = ((now - then) / people for then, now in zip(before, after, strict=True))
                        found[each.size].append((served, stored))
            for each in provinces:
                await each.close()
    finally:
        postgres.remove_server(server)
    return found


async def measure(options: Options) -> list[Result]:
    """The curve, and the largest province beside the smallest."""
    sizes = SIZES[:3] if options.quick else SIZES
    found = await compare(sizes, options.rounds, options.sized(120, 32))
    totals = {size: [sum(each) for each in pairs] for size, pairs in found.items()}
    first, last = sizes[0], sizes[-1]
    served, stored = (statistics.median(each[side] for each in found[last]) for side in (0, 1))
    smallest = statistics.median(totals[first])
    return [
        Result(
            *("cost", f"one application, province of {last} beside {first}", "ms of CPU", totals[last], totals[first]),
            ratios_of(totals[last], totals[first]),
            target=TARGET,
            stretch=STRETCH,
            better="lower",
            notes=["service and PostgreSQL, from draft to place: 10 commands, one read, one page of the queue"],
            costs={"application_service_cpu_ms": served, "application_database_cpu_ms": stored},
            curve=[
                {
                    "applications": size,
                    "service, ms": statistics.median(each[0] for each in pairs),
                    "PostgreSQL, ms": statistics.median(each[1] for each in pairs),
                    "beside the first": statistics.median(totals[size]) / smallest,
                }
                for size, pairs in found.items()
            ],
        )
    ]


def _key() -> str:
    return f"life-{next(_numbers):010d}"


def main() -> None:
    """Parse the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--people", type=int, default=120, help="new people in each province, each round")
    given = parser.parse_args()
    sizes = [int(each) for each in given.sizes.split(",")]
    found = uvloop.run(compare(sizes, given.rounds, given.people))
    print(f"{given.people} people, {given.rounds} rounds, load {os.getloadavg()[0]:.1f}")
    for size, pairs in found.items():
        served, stored = (statistics.median(each[side] for each in pairs) for side in (0, 1))
        ratios = ratios_of([sum(each) for each in pairs], [sum(each) for each in found[sizes[0]]])
        print(f"{size:7} service {served:6.1f} ms, PostgreSQL {stored:6.1f} ms, ratio {statistics.median(ratios):.2f}")


if __name__ == "__main__":
    main()
