"""MSG-36 and MSG-37: campaigns carried out: page by page, at their rate, each member once, whoever dies meanwhile."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress

import structlog

from services.kit.clock import Clock
from services.kit.database import Database
from services.kit.domain import DomainError, Kind
from services.kit.ending import ended
from services.kit.lease import Lease
from services.kit.quiet import not_before
from services.notify.audiences import Source
from services.notify.domain.campaigns import Campaign, Pace, State, Step, chunk_of
from services.notify.domain.templates import read_values
from services.notify.handlers.campaigns import CampaignHandlers, Texts, asked_of
from services.notify.handlers.writing import Draft, Writer
from services.notify.store.campaigns import Campaigns

POLL_SECONDS = 1.0
"""How often campaigns are looked for without a poke: those of other replicas, and those whose time comes."""
LONGEST_REST = 30.0
"""Seconds a campaign rests at most whose audience cannot be asked for."""
AT_ONCE = 1000
"""So many messages and deliveries of a stopped campaign are taken back in one transaction."""
HOPELESS = frozenset({Kind.INVALID, Kind.NOT_FOUND, Kind.FORBIDDEN, Kind.NOT_NOW})
"""What no retry mends: the campaign is paused, for somebody to look at."""

_log = structlog.get_logger("notify.campaigning")


class Campaigning:
    """A part that writes the messages of campaigns; of several replicas one is at work at a time.

    Each page is asked for outside any transaction, and written together with the place behind it: whoever goes on
    after a crash does so where the last page ended, and a message's key keeps even a page written twice harmless. A
    holder that wakes up late finds another place than it read, and writes nothing.
    """

    name = "campaigns"

    def __init__(
        self,
        database: Database,
        clock: Clock,
        writer: Writer,
        source: Source,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._clock = clock
        self._writer = writer
        self._source = source
        self._monotonic = monotonic
        self._lease = Lease(database, "notify-campaigns")
        self._paces: dict[str, Pace] = {}
        self._rests: dict[str, float] = {}
        self._poked = asyncio.Event()
        self._loop: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin."""
        self._loop = asyncio.create_task(self._run(), name=self.name)

    async def stop(self) -> None:
        """Write no more and let another replica go on at once."""
        if self._loop is None:
            return
        await ended(self._loop)
        self._loop = None
        await self._lease.release()

    def poke(self) -> None:
        """Say that somebody took a step."""
        self._poked.set()

    def not_ready(self) -> str:
        """Empty while the loop runs."""
        return "not running" if self._loop is None or self._loop.done() else ""

    async def round(self) -> float:
        """Write what is due of each campaign under way; seconds until something is due again.

        Raises DomainError UNAVAILABLE while the database is away.
        """
        if not await self._lease.hold():
            return POLL_SECONDS
        async with self._database.unit_of_work() as uow:
            found = await Campaigns(uow.session, self._clock.now()).under_way()
        known = {campaign.campaign_id for campaign in found}
        self._paces = {each: pace for each, pace in self._paces.items() if each in known}
        self._rests = {each: seconds for each, seconds in self._rests.items() if each in known}
        return min([POLL_SECONDS, *[await self._one(campaign) for campaign in found]])

    async def _one(self, campaign: Campaign) -> float:
        """Do what is due of one campaign; seconds until more is."""
        if campaign.state is State.STOPPED:
            return 0.0 if await self._take_back(campaign) else POLL_SECONDS
        name, now = campaign.campaign_id, self._monotonic()
        pace = self._paces.setdefault(name, Pace(campaign.rate, now))
        if pace.wait(now) > 0:
            return pace.wait(now)
        try:
            written = await self._write_page(campaign)
        except DomainError as error:
            if error.kind in HOPELESS:
                await self._give_up(campaign, error.reason)
                return POLL_SECONDS
            rest = min(LONGEST_REST, self._rests.get(name, POLL_SECONDS / 2) * 2)
            self._rests[name] = rest
            self._paces[name] = Pace(campaign.rate, now + rest)
            _log.warning("campaign waits", campaign=name, reason=error.reason)
            return rest
        self._rests.pop(name, None)
        pace.wrote(written, now)
        return pace.wait(self._monotonic())

    async def _write_page(self, campaign: Campaign) -> int:
        """MSG-37: write to the next members and go on behind them, in one transaction; how many they were."""
        asked, name = asked_of(campaign), campaign.campaign_id
        counted = None if campaign.cursor else (await self._source.count(asked)).count
        quiet = await self._source.quiet(campaign.cycle_id)
        page = await self._source.page(asked, campaign.cursor, chunk_of(campaign.rate))
        now = self._clock.now()
        values = read_values(campaign.template, campaign.parameters)
        drafts = [
            Draft(
                # MSG-05: whatever is tried again, a member has one message of a campaign.
                key=f"campaign/{name}/{member.address}",
                recipient=member,
                template=campaign.template,
                values=values,
                release_at=not_before(quiet, now),
                campaign_id=name,
            )
            for member in page.members
        ]
        async with self._database.unit_of_work() as uow:
            campaigns = Campaigns(uow.session, now)
            present = await campaigns.one(name, lock=True)
            if present is None or present.state is not State.RUNNING or present.cursor != campaign.cursor:
                return 0
            if counted is not None:
                await campaigns.count(name, counted)
            written = (await self._writer.write_many(uow, drafts)).count(True) if drafts else 0
            await campaigns.advance(name, page.cursor, written, len(drafts) - written)
            if not page.cursor:
                await campaigns.step(name, Step.FINISHED, State.FINISHED, "", finished_at=now)
        return len(drafts)

    async def _give_up(self, campaign: Campaign, reason: str) -> None:
        """Pause what no retry mends, so that it is seen, and can go on once it is mended."""
        _log.error("campaign paused", campaign=campaign.campaign_id, reason=reason)
        async with self._database.unit_of_work() as uow:
            campaigns = Campaigns(uow.session, self._clock.now())
            present = await campaigns.one(campaign.campaign_id, lock=True)
            if present is not None and present.state is State.RUNNING:
                await campaigns.step(campaign.campaign_id, Step.PAUSED, State.PAUSED, "", reason)

    async def _take_back(self, campaign: Campaign) -> bool:
        """MSG-35: take back a part of what a stopped campaign left; whether there was more to do at once."""
        name = campaign.campaign_id
        async with self._database.unit_of_work() as uow:
            campaigns = Campaigns(uow.session, self._clock.now())
            done = await campaigns.take_back(name, AT_ONCE) + await campaigns.suppress(name, AT_ONCE)
            if done:
                return True
            # What a channel has taken may come back to wait: it is over when nothing can leave any more.
            if await campaigns.is_quiet(name):
                await campaigns.close(name)
        return False

    async def _run(self) -> None:
        while True:
            # Cleared before looking, so that a poke during the round is not lost.
            self._poked.clear()
            pause = POLL_SECONDS
            try:
                pause = await self.round()
            except DomainError as error:
                _log.warning("campaigns wait", reason=error.reason)
            except Exception as error:  # noqa: BLE001 (supervision: a loop that ended would keep every campaign back)
                _log.error("campaigns start over", error=type(error).__name__)
            if pause > 0:
                with suppress(TimeoutError):
                    async with asyncio.timeout(pause):
                        await self._poked.wait()
            else:
                await asyncio.sleep(0)


def campaigns(
    database: Database, clock: Clock, writer: Writer, source: Source, texts: Texts, usual_rate: int
) -> tuple[CampaignHandlers, Campaigning]:
    """What people do to campaigns, and the part that carries them out, at once when somebody took a step."""
    handlers, runner = (
        CampaignHandlers(database, clock, source, texts, usual_rate),
        Campaigning(database, clock, writer, source),
    )
    handlers.on_step(runner.poke)
    return handlers, runner
