"""MSG-20: the router: a written message becomes one delivery for each way in which somebody is to hear it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime

import structlog

from services.kit.clock import Clock
from services.kit.database import Database
from services.kit.domain import DomainError
from services.kit.ending import ended
from services.kit.ids import new_id
from services.kit.lease import Lease
from services.notify import metrics
from services.notify.contacts import Directory
from services.notify.domain.channels import PUSHED, Channel
from services.notify.domain.kinds import NoticeKind
from services.notify.domain.templates import TEMPLATES
from services.notify.store.deliveries import Deliveries, Planned, Unrouted
from services.notify.wishes import Wishes

BATCH = 200
"""Messages for which channels are chosen together."""
POLL_SECONDS = 0.25
"""How often messages are looked for without a poke: those of other replicas."""
REST_SECONDS = 5.0
"""How long messages to organisations wait when nobody can say who works there."""

_log = structlog.get_logger("notify.routing")
_Wanted = Mapping[tuple[str, NoticeKind], frozenset[Channel]]


class Router:
    """A part that chooses channels; of several replicas one is at work at a time.

    A channel is chosen that is in use, has words in the template, is wanted, and has a proved address where it needs
    one. What an organisation is told goes to each who works there, and to its webhook.

    Args:
        channels: Those in use.
        only: By channel, the templates its carrier knows; one that is missing here carries all.
        routed: Called after each batch: the dispatcher's poke.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        wishes: Wishes,
        directory: Directory,
        channels: Collection[Channel],
        routed: Callable[[], None],
        only: Mapping[Channel, Collection[str]] | None = None,
    ) -> None:
        self.name = "router"
        self._database = database
        self._deliveries = Deliveries(database)
        self._clock = clock
        self._wishes = wishes
        self._directory = directory
        self._channels = frozenset(channels) & frozenset(PUSHED)
        self._routed = routed
        self._only = only or {}
        self._lease = Lease(database, "notify-router")
        self._poked = asyncio.Event()
        self._staff_again = 0.0
        self._loop: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to route."""
        self._loop = asyncio.create_task(self._run(), name=self.name)

    async def stop(self) -> None:
        """Route no more and let another replica begin at once."""
        if self._loop is None:
            return
        await ended(self._loop)
        self._loop = None
        await self._lease.release()

    def poke(self) -> None:
        """Say that messages were written; routing begins within milliseconds."""
        self._poked.set()

    def not_ready(self) -> str:
        """Empty while the loop runs."""
        return "not running" if self._loop is None or self._loop.done() else ""

    async def route(self) -> int:
        """Choose channels for up to `BATCH` messages, the most urgent first; how many there were.

        Raises DomainError UNAVAILABLE.
        """
        organisations = asyncio.get_running_loop().time() >= self._staff_again
        found = await self._deliveries.unrouted(BATCH, organisations=organisations)
        if not found:
            return 0
        staff: Mapping[str, Sequence[str]] = {}
        codes = {each.organisation_code for each in found if each.organisation_code and not each.in_vain}
        if codes:
            try:
                staff = await self._directory.staff(codes)
            except DomainError as error:
                # People's own messages do not wait for those of organisations.
                _log.warning("staff unknown", reason=error.reason)
                self._staff_again = asyncio.get_running_loop().time() + REST_SECONDS
                found = [each for each in found if not each.organisation_code]
        await self._write(found, staff)
        metrics.ROUTED.inc(len(found))
        self._routed()
        return len(found)

    async def _write(self, found: Sequence[Unrouted], staff: Mapping[str, Sequence[str]]) -> None:
        heard = [(each, person_id) for each in found for person_id in _readers(each, staff)]
        wanted = await self._wishes.channels(
            self._database, {(person_id, TEMPLATES[each.template].kind) for each, person_id in heard if person_id}
        )
        now = self._clock.now()
        # In the order in which they were written: what is due together and belongs together leaves in this order.
        heard.sort(key=lambda one: one[0].message_id)
        planned = [one for each, person_id in heard for one in self._planned(each, person_id, wanted, now)]
        await self._deliveries.route([each.message_id for each in found], planned, now)

    def _planned(self, message: Unrouted, person_id: str, wanted: _Wanted, now: datetime) -> Iterator[Planned]:
        template = TEMPLATES[message.template]
        wished = wanted.get((person_id, template.kind), frozenset()) if person_id else frozenset({Channel.WEBHOOK})
        for channel in PUSHED:
            known = message.template in self._only.get(channel, (message.template,))
            if known and channel in self._channels & template.channels & wished:
                yield Planned(
                    delivery_id=new_id(),
                    message_id=message.message_id,
                    channel=channel,
                    person_id=person_id,
                    order_key=message.application_id,
                    priority=message.priority,
                    due_at=max(message.release_at, now),
                    expires_at=message.expires_at,
                )

    async def _run(self) -> None:
        while True:
            self._poked.clear()
            full = False
            try:
                full = await self._lease.hold() and await self.route() == BATCH
            except DomainError as error:
                _log.warning("router waits", reason=error.reason)
            except Exception as error:  # noqa: BLE001 (supervision: a loop that ended would keep everything back)
                # Its text may hold what is sent.
                _log.error("router starts over", error=type(error).__name__)
            if not full:
                with suppress(TimeoutError):
                    async with asyncio.timeout(POLL_SECONDS):
                        await self._poked.wait()


def _readers(message: Unrouted, staff: Mapping[str, Sequence[str]]) -> Sequence[str]:
    """Person ids of who hears it; empty for an organisation's own system."""
    if message.in_vain or message.template not in TEMPLATES:
        return ()
    if message.organisation_code:
        return ("", *staff.get(message.organisation_code, ()))
    return (message.person_id,)
