"""Many people at once: applications by the hundred, writers in parallel, and a flip in the middle of them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from services.enrollment.domain.phases import ORDER, P2, P3
from services.enrollment.handlers.decisions import GrantProvisional, ReviewApplication
from services.enrollment.views import QueueRowView
from services.kit.database import Database
from services.kit.domain import DomainError, Kind
from tests.handlers.enrollment.story import (
    ADMINISTRATOR,
    MEDICINE,
    OPERATOR,
    PLAN,
    QILU,
    REVIEWER,
    WORKER,
    Stage,
    cycle_order,
    key,
)

WRITERS = 64
PROCESSES = 8
"""Writers of one process put their commands together; those of several are in each other's way."""
LONGEST_FLIP = 2.0
"""Seconds a flip may wait at worst."""
P2_SEQUENCE, P3_SEQUENCE = ORDER.index(P2), ORDER.index(P3)


@dataclass
class Race:
    """What came of flips among decisions."""

    decided: int = 0
    refused: int = 0
    leaked: int = 0
    """Decisions of the old phase that were committed after the flip was."""
    longest_flip: float = 0.0

    @property
    def healthy(self) -> bool:
        """No leak, no flip that waited too long."""
        return self.leaked == 0 and self.longest_flip < LONGEST_FLIP


class Crowd:
    """Stages, as of several processes, whose cycle is in P2, with P3 due already, so that only the gate decides."""

    def __init__(self, url: str, writers: Database, scheduler: Database) -> None:
        self.url = url
        self.stage = Stage(writers)
        self.stages = [self.stage, *(Stage(writers) for _ in range(PROCESSES - 1))]
        self.scheduling = Stage(scheduler)

    @classmethod
    async def gather(cls, url: str, writers: Database, scheduler: Database) -> Crowd:
        """A cycle whose days last an hour: by the calendar P3 has just begun; the gate is put back into P2."""
        crowd = cls(url, writers, scheduler)
        await crowd.begin(PLAN)
        return crowd

    async def begin(self, plan: Mapping[tuple[str, str], int]) -> None:
        """A fresh cycle with `plan`."""
        order = cycle_order(plan, starts_at=datetime.now(UTC) - timedelta(hours=32), day_seconds=3600.0)
        view = await self.stage.cycles.create_cycle(OPERATOR, order)
        for stage in self.stages:
            stage.cycle_id = view.cycle_id
        await self.stage.stand(P2)

    async def applications(self, count: int, state: str = "pending") -> list[str]:
        """So many applications to one base and specialty, written straight into the table."""
        found = await self.stage.database.fetch(
            """
            INSERT INTO application (id, cycle_id, person_id, name, masked_document, version, state, round,
                submission_number, base_code, specialty_code, submitted_at, audit_hash)
            SELECT gen_random_uuid(), $1, gen_random_uuid()::text, '某', '3', 1, $2, 1, 1, $3, $4, now(), ''
            FROM generate_series(1, $5) RETURNING id
            """,
            self.stage.cycle_id,
            state,
            QILU,
            MEDICINE,
            count,
        )
        return [str(row["id"]) for row in found]

    async def approve(self, application_id: str, idempotency_key: str = "", process: int = 0) -> QueueRowView:
        """Approve one application."""
        order = ReviewApplication(application_id, 1, True, "", "", idempotency_key or key())
        return await self.stages[process].decisions.review_application(REVIEWER, order)

    async def grant(self, application_id: str, idempotency_key: str = "", remark: str = "") -> QueueRowView:
        """Grant one place."""
        order = GrantProvisional(application_id, 1, False, remark, idempotency_key or key())
        return await self.stage.decisions.grant_provisional(ADMINISTRATOR, order)

    async def old_phase_decisions(self) -> int:
        """Decisions committed under P2."""
        return int(
            await self.scheduling.database.fetchval(
                """
                SELECT count(*) FROM decision d JOIN application a ON a.id = d.application_id
                WHERE a.cycle_id = $1 AND d.gate_sequence = $2
                """,
                self.stage.cycle_id,
                P2_SEQUENCE,
            )
        )

    async def flip(self) -> float:
        """Enter P3; seconds it took."""
        began = time.perf_counter()
        await self.scheduling.cycles.enter_phase(WORKER, self.stage.cycle_id, P3_SEQUENCE)
        return time.perf_counter() - began

    async def race(self, flips: int, each: int) -> Race:
        """Flip into P3 while 64 writers decide, `each` as many as they can up to so many, again and again."""
        result = Race()
        for _ in range(flips):
            await self.stage.stand(P2)
            await self._one_flip(result, await self.applications(WRITERS * each))
        return result

    async def found_out(self, wrong: Callable[[Race], bool], each: int) -> bool:
        """Whether a version broken on purpose shows itself in one of ten races; a sound one never does."""
        for _ in range(10):
            if wrong(await self.race(flips=1, each=each)):
                return True
        return False

    async def _one_flip(self, result: Race, waiting: list[str]) -> None:
        begun = asyncio.Semaphore(0)

        async def writer(own: list[str], process: int) -> None:
            for application_id in own:
                try:
                    await self.approve(application_id, process=process)
                    result.decided += 1
                except DomainError:
                    result.refused += 1
                    return
                finally:
                    begun.release()

        writers = [
            asyncio.create_task(writer(waiting[number::WRITERS], number % PROCESSES)) for number in range(WRITERS)
        ]
        for _ in range(WRITERS // 8):
            await begun.acquire()
        try:
            result.longest_flip = max(result.longest_flip, await self.flip())
            at_the_flip = await self.old_phase_decisions()
            await asyncio.gather(*writers)
            result.leaked += await self.old_phase_decisions() - at_the_flip
        except DomainError as error:
            if error.kind is not Kind.UNAVAILABLE:
                raise
            # The gate could not be had in all its tries.
            result.longest_flip = float("inf")
            for task in writers:
                task.cancel()
            await asyncio.gather(*writers, return_exceptions=True)

    async def redefine(self, function: str, *replacements: tuple[str, str]) -> None:
        """Replace parts of a function's source in this database: a version broken on purpose, or slowed down."""
        source = str(
            await self.stage.database.fetchval(
                "SELECT pg_get_functiondef(oid) FROM pg_proc WHERE proname = $1", function
            )
        )
        for old, new in replacements:
            assert old in source, f"{function} has no {old!r}"
            source = source.replace(old, new)
        await self.stage.database.execute(source)
