"""What selection is tested with: its handlers over a stage, and people who wait for a score or a place."""

from __future__ import annotations

import json
from typing import Any

from services.enrollment.domain.phases import P2
from services.enrollment.handlers.lists import ListHandlers, PublishList
from services.enrollment.handlers.objections import ObjectionHandlers
from services.enrollment.handlers.ranking import RankingHandlers, RankingView, SetWaitingList, WaitingListView
from services.enrollment.handlers.scores import EnterScores, RowResult, ScoreHandlers, ScoreRow
from services.enrollment.handlers.working_days import Days, provincial_days
from services.enrollment.store.deeds import DeedStore
from services.enrollment.store.lists import ListStore
from services.enrollment.store.objections import ObjectionStore
from services.enrollment.store.scores import ScoreStore
from services.enrollment.store.working_days import WorkingDayStore
from services.kit.domain import Caller
from tests.handlers.enrollment.story import ADMINISTRATOR, MEDICINE, QILU, REVIEWER, Stage, key

PROVINCE = Caller("province", "province_administrator", "37")
OTHER_PROVINCE = Caller("elsewhere", "province_administrator", "11")


class Selecting:
    """Selection over a stage whose gate stands in the first review round."""

    def __init__(self, stage: Stage, days: Days | None = None) -> None:
        self.stage = stage
        self.database = stage.database
        deeds = DeedStore(stage.database, stage.sealing)
        self.score_store = ScoreStore(stage.database, stage.sealing)
        self.scores = ScoreHandlers(stage.cycle_store, stage.application_store, deeds, self.score_store)
        self.ranking = RankingHandlers(stage.cycle_store, deeds, self.score_store)
        days = days or provincial_days(WorkingDayStore(stage.database))
        self.lists = ListHandlers(stage.cycle_store, deeds, ListStore(stage.database), self.ranking, days)
        self.objections = ObjectionHandlers(
            stage.cycle_store, stage.application_store, deeds, ObjectionStore(stage.database, stage.sealing)
        )

    async def open(self, plan: dict[tuple[str, str], int], **policy: Any) -> None:
        """A fresh cycle with this plan and policy, in the first review round."""
        await self.stage.open(plan)
        await self.stage.stand(P2)
        await self.policy(**policy)

    async def policy(self, **policy: Any) -> None:
        """The province decides otherwise."""
        await self.database.execute(
            "UPDATE cycle SET policy = policy || $2::jsonb WHERE id = $1", self.stage.cycle_id, json.dumps(policy)
        )
        await self.database.execute(
            "UPDATE cycle_gate SET edition = edition + 1 WHERE cycle_id = $1", self.stage.cycle_id
        )

    async def people(self, count: int, state: str = "approved", *, base: str = QILU, round_: int = 1) -> list[str]:
        """So many applications to a base for medicine, written straight into the table, in the order of their ids."""
        found = await self.database.fetch(
            """
            INSERT INTO application (id, cycle_id, person_id, name, masked_document, version, state, round,
                submission_number, base_code, specialty_code, submitted_at, audit_hash, provisional_at)
            SELECT gen_random_uuid(), $1, gen_random_uuid()::text, '张三', '3701**********12', 1, $2, $6, 1, $3, $4,
                now() + n * interval '1 second', '', CASE WHEN $2 = 'provisional' THEN now() END
            FROM generate_series(1, $5) AS n RETURNING id
            """,
            *(self.stage.cycle_id, state, base, MEDICINE, count, round_),
        )
        if state == "provisional":
            await self.database.execute(
                "UPDATE seat SET taken = taken + $3 WHERE cycle_id = $1 AND base_code = $2 AND specialty_code = $4",
                *(self.stage.cycle_id, base, count, MEDICINE),
            )
        return sorted(str(row["id"]) for row in found)

    async def enter(self, rows: list[ScoreRow], idempotency_key: str = "", by: Caller = REVIEWER) -> list[RowResult]:
        """Enter a sheet."""
        order = EnterScores(self.stage.cycle_id, tuple(rows), idempotency_key or key())
        return await self.scores.enter_scores(by, order)

    async def scored(self, ids: list[str], *totals: str) -> None:
        """Give these the same marks in every part, so that they are the total."""
        results = await self.enter([sheet(each, total) for each, total in zip(ids, totals, strict=True)])
        assert all(result.accepted for result in results), results

    async def ranked(self, number: int = 0) -> RankingView:
        """The ranking of our base."""
        return await self.ranking.get_ranking(ADMINISTRATOR, self.stage.cycle_id, MEDICINE, number)

    async def wait(self, *tie_order: str) -> WaitingListView:
        """Fix the waiting list."""
        order = SetWaitingList(self.stage.cycle_id, MEDICINE, tie_order, key())
        return await self.ranking.set_waiting_list(ADMINISTRATOR, order)

    def publishing(self, **changes: Any) -> PublishList:
        """An order to publish everybody who is on no list."""
        values: dict[str, Any] = {"specialty_code": "", "round": 0, "supplement_to": 0, "again": ()}
        return PublishList(cycle_id=self.stage.cycle_id, idempotency_key=key(), **{**values, **changes})

    async def one(self, statement: str, *values: object) -> Any:
        """The one row that a statement finds."""
        return await self.database.fetchrow(statement, *values)

    async def row(self, application_id: str) -> Any:
        """An application as it stands in the table."""
        return await self.one("SELECT * FROM application WHERE id = $1", application_id)

    async def facts(self, subject: str) -> list[Any]:
        """Facts of a kind about this cycle's applications and lists, oldest first."""
        return await self.database.fetch(
            "SELECT * FROM outbox WHERE subject = $1 ORDER BY position", f"residency.enrollment.v1.{subject}"
        )


def sheet(application_id: str, marks: str, **changes: Any) -> ScoreRow:
    """A row with the same marks in every part."""
    parts = dict.fromkeys(("written", "skills", "interview"), marks)
    values: dict[str, Any] = {"submission_number": 1, "parts": parts}
    return ScoreRow(application_id, **{**values, **changes})
