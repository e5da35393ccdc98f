"""Anybody does anything at any time, on a real database: CAND-01, CAND-02, CAND-04, CAND-26 hold after every step."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Coroutine, Iterator
from datetime import timedelta
from typing import Any, ClassVar, TypeVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from services.faculty.domain.candidacy_checks import Post
from services.faculty.handlers.candidacies import Order
from services.kit.database import Database
from services.kit.domain import Caller, DomainError, Kind
from tests.handlers.faculty.conftest import TABLES
from tests.support.faculty import CARDIO, NEURO, OFFICE, PROVINCE_STAFF, QILU
from tests.support.faculty_candidacies import DAY, Campaign, campaign_of
from tests.support.postgres import PostgresServer

T = TypeVar("T")
TEACHERS, BATCHES, RUNS, STEPS = 3, 2, 6, 6
MOVES = (
    *(("time", 12), ("apply", 14), ("expire", 6)),
    *(("edit", 3), ("submit", 8), ("recall", 4), ("discard", 3), ("appeal", 6)),
    *(("open", 6), ("return", 6), ("recommend", 9), ("refuse", 9)),
    *(("revoke", 5), ("reverse", 4), ("uphold", 5), ("acknowledge", 4)),
)
"""What somebody may want to do, and how often."""
OWNERS = ("edit", "submit", "recall", "discard", "appeal")
AT_ONCE = 30
"""Moves of one step: so that a run that hypothesis keeps short is still a story."""
IN_WINDOW = ("returned", "recommended", "not_recommended", "reversed")
"""Decisions that end with the batch."""


class Season(RuleBasedStateMachine):
    """A few teachers, two batches that overlap, and a clock that only goes on."""

    runner: ClassVar[asyncio.Runner]
    database: ClassVar[Database]
    done: ClassVar[Counter[str]] = Counter()

    campaign: Campaign
    teachers: list[Caller]
    batch_ids: list[str]
    versions: dict[str, int]
    steps: int = 0

    def run(self, doing: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(doing)

    @initialize()
    def begin(self) -> None:
        async def make() -> None:
            for table in TABLES:
                await self.database.execute(f"DELETE FROM {table}")
            self.campaign = campaign_of(self.database)
            self.teachers = [await self.campaign.teacher() for _ in range(TEACHERS)]
            now = self.campaign.clock.now()
            self.batch_ids = [
                await self.campaign.batch(),
                await self.campaign.batch(opens_at=now + 5 * DAY, needs_acknowledgement=True),
            ]

        self.versions = {}
        self.run(make())

    @rule(dice=st.integers(0, 2**32))
    def somebody_does_something(self, dice: int) -> None:
        self.steps += 1
        chance = random.Random(f"{dice}/{self.steps}")
        for _ in range(AT_ONCE):
            self._move(chance)
            self.run(self._check())

    def _move(self, chance: random.Random) -> None:
        [move] = chance.choices([name for name, _ in MOVES], [weight for _, weight in MOVES])
        match move:
            case "time":
                self.campaign.clock.goes(timedelta(days=chance.choice((0.5, 2, 6))))
            case "apply":
                self._apply(chance.randrange(TEACHERS), chance.randrange(BATCHES))
            case "expire":
                self.attempt("expire", self.campaign.ticks.expire(chance.choice(self.batch_ids)))
            case _ if move in OWNERS:
                self._owner(chance.randrange(6), move)
            case _:
                self._staff(chance.randrange(6), move, chance.choice((0, 0, 0, 1)))

    def _apply(self, person: int, batch: int) -> None:
        """Begin and submit, as far as that is allowed."""
        who, batch_id = self.teachers[person], self.batch_ids[batch]
        begun = self.attempt("begin", self.campaign.begin(who, batch_id))
        if begun:
            self.attempt("submit", self._submit(who, begun))

    def _owner(self, which: int, what: str) -> None:
        who, order = self._one(which)
        if order is None:
            return
        owner = self.campaign.owner
        match what:
            case "edit":
                doing = owner.edit(who, order, Post(QILU, CARDIO, (NEURO,)))
            case "submit":
                doing = owner.submit(who, order)
            case "recall":
                doing = owner.recall(who, order)
            case "discard":
                doing = owner.discard(who, order)
            case _:
                doing = owner.appeal(who, order, "请复核")
        self.attempt(what, doing)

    def _staff(self, which: int, what: str, stale: int) -> None:
        _, order = self._one(which, stale)
        if order is None:
            return
        decisions, each = self.campaign.decisions, order.candidacy_id
        match what:
            case "open":
                doing: Coroutine[Any, Any, object] = decisions.open(OFFICE, order)
            case "return":
                doing = self.campaign.hand_back(each)
            case "recommend":
                doing = self.campaign.recommend(each)
            case "refuse":
                doing = self.campaign.refuse(each)
            case "revoke":
                doing = decisions.revoke(OFFICE, order, "有误")
            case "reverse":
                doing = decisions.reverse(OFFICE, order, "有误")
            case "uphold":
                doing = decisions.resolve_appeal(OFFICE, order, "成立", uphold=True)
            case _:
                doing = decisions.acknowledge(PROVINCE_STAFF, order)
        # Decisions on many look at the versions themselves.
        self.attempt(what, doing, stale=bool(stale) and what not in ("return", "recommend", "refuse"))

    def attempt(self, what: str, doing: Coroutine[Any, Any, T], *, stale: bool = False) -> T | None:
        """Do it; what is refused is refused with a reason of the rules."""
        try:
            found = self.run(doing)
        except DomainError as error:
            by_rule = error.rule.startswith(("CAND-", "APPT-"))
            if by_rule and error.kind in (Kind.NOT_NOW, Kind.NOT_FOUND, Kind.CONFLICT):
                return None
            raise
        assert not stale, f"{what} was done on another version than the one looked at"
        self.done[what] += 1
        return found

    def _one(self, which: int, stale: int = 0) -> tuple[Caller, Order | None]:
        """One of those there are, and whose it is."""

        async def find() -> tuple[Caller, Order | None]:
            rows = await self.database.fetch(
                "SELECT candidacy_id, person_id FROM candidacy ORDER BY created_at, batch_id"
            )
            if not rows:
                return self.teachers[0], None
            row = rows[which % len(rows)]
            order = await self.campaign.order(str(row["candidacy_id"]))
            [who] = [each for each in self.teachers if each.person_id == str(row["person_id"])]
            return who, Order(order.candidacy_id, order.version + stale, order.key, b"")

        return self.run(find())

    async def _submit(self, who: Caller, candidacy_id: str) -> str:
        return await self.campaign.owner.submit(who, await self.campaign.order(candidacy_id))

    async def _check(self) -> None:
        """Versions rise, one is open, what is decided lies in its window."""
        rows = await self.database.fetch(
            "SELECT c.*, b.opens_at, b.closes_at, a.state AS appointed FROM candidacy c JOIN batch b USING (batch_id)"
            " LEFT JOIN appointment a ON a.appointment_id = c.appointment_id"
        )
        open_ones = Counter(row["person_id"] for row in rows if row["state"] in ("draft", "submitted", "returned"))
        assert all(count == 1 for count in open_ones.values()), "two open candidacies of one person"
        for row in rows:
            known = self.versions.get(str(row["candidacy_id"]), 0)
            assert row["version"] - known in (0, 1, 2), "begun and submitted in one step at most"
            self.versions[str(row["candidacy_id"])] = row["version"]
            assert (row["state"] == "recommended") == (row["appointment_id"] is not None)
            assert (row["submitted_at"] is None) <= (row["state"] in ("draft", "discarded", "expired"))
            if row["state"] == "recommended":
                assert row["appointed"] in ("active", "pending")
            decided = await self.database.fetch(
                "SELECT n, kind, at, version, evaluation FROM candidacy_decision WHERE candidacy_id = $1 ORDER BY n",
                row["candidacy_id"],
            )
            assert [each["n"] for each in decided] == list(range(1, len(decided) + 1))
            versions = [each["version"] for each in decided]
            assert versions == sorted(set(versions))
            upheld = False
            for each in decided:
                upheld |= each["kind"] == "appeal_upheld"
                if each["kind"] in IN_WINDOW and not upheld:
                    assert row["opens_at"] <= each["at"] < row["closes_at"], each["kind"]
                if each["kind"] == "expired":
                    assert each["at"] >= row["closes_at"]
                if each["kind"] == "recommended":
                    assert '"not_met"' not in each["evaluation"]


@pytest.fixture(scope="module")
def season(postgres: PostgresServer) -> Iterator[type[Season]]:
    url = postgres.database("faculty")
    with asyncio.Runner() as runner:
        Season.runner, Season.database = runner, Database(url, name="campaign", pool_size=2)
        runner.run(Season.database.start())
        yield Season
        runner.run(Season.database.stop())
    postgres.drop(url)


def test_cand_01_anybody_does_anything(season: type[Season]) -> None:
    run_state_machine_as_test(
        season,
        settings=settings(
            max_examples=RUNS,
            stateful_step_count=STEPS,
            derandomize=True,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.generate,),
        ),
    )
    usual = {"begin", "submit", "return", "recommend", "refuse", "expire"}
    assert usual <= set(season.done), f"never done: {usual - set(season.done)} ({season.done})"
    assert season.done.total() >= 30, season.done
