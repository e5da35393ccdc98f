"""MSG-35, MSG-36 and MSG-37 on a real database: everybody of an audience is written to once, whoever dies meanwhile;
nobody more once it is paused or ended."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count

import pytest

from services.kit.clock import Clock as KitClock
from services.kit.database import Database
from services.kit.domain import DomainError, Kind
from services.kit.ids import new_id
from services.kit.quiet import QuietHours
from services.notify.campaigning import Campaigning
from services.notify.domain.campaigns import Audience, Campaign, State
from services.notify.domain.channels import Channel
from services.notify.handlers.campaigns import CampaignHandlers
from services.notify.handlers.previewing import Previewing
from services.notify.handlers.writing import Writer
from services.notify.routing import Router
from services.notify.wishes import Wishes
from tests.support.campaigns import LI, NOON, WANG, Clock, Crowd, order, plain_letter
from tests.support.postgres import PostgresServer
from tests.support.vaults import VAULT
from tests.support.wait import eventually

NIGHT = QuietHours(NOON - timedelta(hours=12), 86_400.0, 8 * 60, 20 * 60)
"""Quiet at noon, for eight hours more."""
ROUND = {
    "round_name": "第二轮",
    "opens_at": NOON.isoformat(),
    "closes_at": (NOON + timedelta(days=10)).isoformat(),
}
WANTED = """
    INSERT INTO preference (person_id, kind, channel, wanted, changed_at)
    SELECT person, 'campaign', 'sms', true, now() FROM unnest($1::text[]) person
"""


class Nobody:
    """A directory without anybody."""

    async def mobiles(self, person_ids: object) -> dict[str, str]:
        return {}

    async def staff(self, organisation_codes: object) -> dict[str, tuple[str, ...]]:
        return {}


@dataclass
class Yard:
    """A province that sends to a crowd."""

    database: Database
    crowd: Crowd
    clock: Clock
    handlers: CampaignHandlers
    runners: list[Campaigning] = field(default_factory=list)

    def runner(self, clock: KitClock | None = None, *, hurried: bool = True) -> Campaigning:
        """A process of its own; a hurried one never waits for its rate."""
        seconds = count(0, 1000)
        writer = Writer(self.database, clock or self.clock, VAULT)
        more = {"monotonic": lambda: float(next(seconds))} if hurried else {}
        runner = Campaigning(self.database, clock or self.clock, writer, self.crowd, **more)
        self.runners.append(runner)
        return runner

    async def begun(self, **changes: object) -> str:
        """A campaign that both have agreed on."""
        drafted = (await self.handlers.create_campaign(LI, order(**changes))).campaign
        await self.handlers.approve_campaign(WANG, drafted.campaign_id, drafted.version)
        return drafted.campaign_id

    async def campaign(self, campaign_id: str) -> Campaign:
        return (await self.handlers.get_campaign(LI, campaign_id))[0].campaign

    async def told(self, campaign_id: str) -> list[str]:
        """Whom a campaign has written to, with repetitions, in the order of ids."""
        found = await self.database.fetch(
            "SELECT coalesce(person_id, organisation_code) AS who FROM message WHERE campaign_id = $1 ORDER BY who",
            campaign_id,
        )
        return [row["who"] for row in found]

    async def take_lease(self) -> None:
        """What a killed process held runs out."""
        await self.database.execute("DELETE FROM relay_lease")

    async def states(self, campaign_id: str) -> dict[str, int]:
        return dict((await self.handlers.get_campaign(LI, campaign_id))[0].deliveries)


@pytest.fixture(scope="module")
async def database(postgres: PostgresServer) -> AsyncIterator[Database]:
    """One for all tests here, each of which begins without campaigns."""
    url = postgres.database("notify")
    database = Database(url, name="notify", pool_size=8)
    await database.start()
    yield database
    await database.stop()
    postgres.drop(url)


@pytest.fixture
async def yard(database: Database) -> AsyncIterator[Yard]:
    await database.execute("TRUNCATE campaign, preference, relay_lease CASCADE")
    crowd, clock = Crowd([new_id() for _ in range(60)], ["SD-QILU", "SD-SLYY"]), Clock()
    handlers = CampaignHandlers(database, clock, crowd, Previewing(plain_letter), usual_rate=40)
    yard = Yard(database, crowd, clock, handlers)
    yield yard
    for runner in yard.runners:
        await runner.stop()


async def rounds(runner: Campaigning, number: int) -> None:
    for _ in range(number):
        await runner.round()


async def test_msg_37_killed_at_any_moment_nobody_is_told_twice_and_nobody_missed(yard: Yard) -> None:
    """MSG-37: rounds are cut off anywhere: before, between and behind what they ask, write and commit."""
    dice, kills = random.Random(37), 0
    campaign_id = await yard.begun(rate=20)
    began = asyncio.get_running_loop().time()
    await yard.runner().round()
    usual = asyncio.get_running_loop().time() - began
    while (await yard.campaign(campaign_id)).state is State.RUNNING:
        await yard.take_lease()
        working = asyncio.create_task(yard.runner().round())
        await asyncio.wait({working}, timeout=dice.uniform(0, 1.5 * usual))
        if working.cancel():
            kills += 1
            assert kills < 500
            usual *= 1.05  # on a machine that has become slower, rounds still end
        with suppress(asyncio.CancelledError):
            await working
    assert kills > 0
    campaign = await yard.campaign(campaign_id)
    assert await yard.told(campaign_id) == sorted(yard.crowd.people)
    assert (campaign.state, campaign.written, campaign.skipped) == (State.FINISHED, 60, 0)
    assert campaign.finished_at == NOON


async def test_msg_37_of_two_that_both_believe_to_hold_the_lease_one_writes(yard: Yard) -> None:
    campaign_id = await yard.begun()
    one, other = yard.runner(), yard.runner()
    await one.round()
    await yard.take_lease()
    await other.round()
    yard.crowd.meanwhile = asyncio.Barrier(2).wait
    for _ in range(2):
        await asyncio.gather(one.round(), other.round())
    yard.crowd.meanwhile = None
    while (await yard.campaign(campaign_id)).state is State.RUNNING:
        await other.round()
    campaign = await yard.campaign(campaign_id)
    assert await yard.told(campaign_id) == sorted(yard.crowd.people)
    assert (campaign.written, campaign.skipped) == (60, 0)


async def test_msg_37_whoever_comes_while_it_runs_is_told_at_their_own_place_and_none_twice(yard: Yard) -> None:
    campaign_id = await yard.begun()
    runner = yard.runner()
    await rounds(runner, 2)
    told = await yard.told(campaign_id)
    before, behind = "0" * 8 + told[0][8:], "f" * 8 + told[0][8:]
    yard.crowd.people += [before, behind]
    left = yard.crowd.people.pop(0)
    await rounds(runner, 9)
    # A place that was passed is not gone back to: whoever came there finds the pages of the portal.
    expected = sorted({*yard.crowd.people, left} - {before})
    assert await yard.told(campaign_id) == expected


async def test_msg_36_it_is_never_faster_than_its_rate(yard: Yard) -> None:
    """MSG-36: by the real clock; how near it comes is measured by `tests.bench.campaign`."""
    yard.crowd.people = [new_id() for _ in range(400)]
    campaign_id = await yard.begun(rate=400)
    began = asyncio.get_running_loop().time()
    runner = yard.runner(hurried=False)
    await runner.start()

    async def finished() -> bool:
        return (await yard.campaign(campaign_id)).state is State.FINISHED

    await eventually(finished, "everybody was written to")
    took = asyncio.get_running_loop().time() - began
    # The first piece leaves at once, the last a quarter of a second before the second is over.
    assert took >= 0.7
    assert len(await yard.told(campaign_id)) == 400


async def test_msg_35_paused_it_writes_to_nobody_more_and_resumed_it_goes_on(yard: Yard) -> None:
    campaign_id = await yard.begun()
    runner = yard.runner()
    await rounds(runner, 2)
    await yard.handlers.pause_campaign(LI, campaign_id, "")
    told = await yard.told(campaign_id)
    await rounds(runner, 3)
    assert await yard.told(campaign_id) == told
    assert 0 < len(told) < 60
    await yard.handlers.resume_campaign(WANG, campaign_id)
    await rounds(runner, 9)
    assert await yard.told(campaign_id) == sorted(yard.crowd.people)


async def test_msg_35_a_page_that_was_asked_for_before_it_was_paused_is_not_written(yard: Yard) -> None:
    campaign_id = await yard.begun()
    runner = yard.runner()
    await runner.round()
    yard.crowd.meanwhile = lambda: yard.handlers.pause_campaign(LI, campaign_id, "")
    await runner.round()
    assert len(await yard.told(campaign_id)) == 10
    assert (await yard.campaign(campaign_id)).state is State.PAUSED


async def test_msg_35_ended_what_waits_is_suppressed_and_what_nobody_read_is_taken_back(yard: Yard) -> None:
    yard.crowd.hours = NIGHT
    await yard.database.execute(WANTED, yard.crowd.people)
    campaign_id = await yard.begun(template="campaign_round_open", parameters=ROUND)
    runner = yard.runner()
    await rounds(runner, 3)
    router = Router(yard.database, yard.clock, Wishes(), Nobody(), {Channel.SMS}, lambda: None)
    await router.route()
    await rounds(runner, 1)  # written, and not yet routed
    assert await yard.states(campaign_id) == {"queued": 30}
    stopped = await yard.handlers.stop_campaign(WANG, campaign_id, "内容有误")
    assert stopped.campaign.finished_at is None
    for _ in range(4):
        await runner.round()
        await router.route()
    assert (await yard.campaign(campaign_id)).finished_at == NOON
    assert await yard.states(campaign_id) == {"suppressed": 30}
    kept = "SELECT count(*) FROM message WHERE campaign_id = $1 AND dropped_at IS NULL"
    assert await yard.database.fetchval(kept, campaign_id) == 0
    assert len(await yard.told(campaign_id)) == 40


async def test_msg_35_ended_what_stands_in_an_inbox_stays_there(yard: Yard) -> None:
    campaign_id = await yard.begun()
    runner = yard.runner()
    await rounds(runner, 2)
    await yard.handlers.stop_campaign(WANG, campaign_id, "")
    await Router(yard.database, yard.clock, Wishes(), Nobody(), set(), lambda: None).route()
    await rounds(runner, 3)
    kept = "SELECT count(*) FROM message WHERE campaign_id = $1 AND dropped_at IS NULL AND body <> ''"
    assert await yard.database.fetchval(kept, campaign_id) == len(await yard.told(campaign_id)) == 20
    assert (await yard.campaign(campaign_id)).finished_at == NOON


async def test_msg_38_in_quiet_hours_it_is_written_and_seen_when_they_end(yard: Yard) -> None:
    yard.crowd.hours = NIGHT
    campaign_id = await yard.begun()
    await rounds(yard.runner(), 9)
    found = await yard.database.fetchrow(
        "SELECT min(release_at), max(release_at), count(*) FROM message WHERE campaign_id = $1", campaign_id
    )
    assert found is not None
    assert tuple(found) == (NOON + timedelta(hours=8), NOON + timedelta(hours=8), 60)


async def test_it_begins_at_its_time(yard: Yard) -> None:
    campaign_id = await yard.begun(starts_at=NOON + timedelta(hours=1))
    runner = yard.runner()
    await rounds(runner, 2)
    assert await yard.told(campaign_id) == []
    yard.clock.at = NOON + timedelta(hours=1)
    await rounds(runner, 9)
    assert len(await yard.told(campaign_id)) == 60


async def test_bases_are_told_as_organisations(yard: Yard) -> None:
    campaign_id = await yard.begun(audience=Audience.BASES, template="campaign_text_staff")
    await rounds(yard.runner(), 2)
    assert await yard.told(campaign_id) == ["SD-QILU", "SD-SLYY"]
    assert (await yard.campaign(campaign_id)).state is State.FINISHED


async def test_while_enrollment_is_away_it_rests_and_what_no_retry_mends_is_paused_to_be_seen(yard: Yard) -> None:
    campaign_id, other = await yard.begun(), await yard.begun()
    runner = yard.runner()
    yard.crowd.away = DomainError(Kind.UNAVAILABLE, "UNAVAILABLE", "服务暂时不可用。")
    for rest in (1.0, 1.0):
        assert await runner.round() == rest
    asked = yard.crowd.pages
    assert (await yard.campaign(campaign_id)).state is State.RUNNING
    yard.crowd.away = DomainError(Kind.INVALID, "UNKNOWN_BASE", "没有这个培训基地。")
    await rounds(runner, 2)
    assert yard.crowd.pages == asked
    for each in (campaign_id, other):
        view, steps = await yard.handlers.get_campaign(LI, each)
        assert view.campaign.state is State.PAUSED
        assert (steps[-1].what.value, steps[-1].by, steps[-1].reason) == ("paused", "", "UNKNOWN_BASE")
    yard.crowd.away = None
    await yard.handlers.resume_campaign(LI, campaign_id)
    await rounds(runner, 9)
    assert await yard.told(campaign_id) == sorted(yard.crowd.people)
