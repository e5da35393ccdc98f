"""What should be waited for: read from enrollment, which knows every cycle, window, list and offer that is open."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from residency.enrollment.v1 import cycle_pb2
from residency.enrollment.v1 import cycle_service_pb2 as wire
from residency.enrollment.v1 import place_service_pb2 as places
from residency.enrollment.v1 import selection_service_pb2 as selection
from workflows.base_window import contract as base_window
from workflows.published_list import contract as published_list
from workflows.recruitment_cycle import contract as recruitment_cycle
from workflows.seat_offer import contract as seat_offer
from workflows.wire import instant

AT_ONCE = 20
"""Windows asked about at the same time."""


class CycleBook(Protocol):
    """The part of enrollment's CycleService used here."""

    def ListCycles(self, request: wire.ListCyclesRequest, /) -> Awaitable[wire.ListCyclesResponse]:
        """Lists cycles."""
        ...

    def GetCatalogue(self, request: wire.GetCatalogueRequest, /) -> Awaitable[wire.GetCatalogueResponse]:
        """Reads the bases of a cycle."""
        ...

    def GetPhaseReport(self, request: wire.GetPhaseReportRequest, /) -> Awaitable[wire.GetPhaseReportResponse]:
        """Sums how the windows of a round ended."""
        ...

    def GetWindow(self, request: wire.GetWindowRequest, /) -> Awaitable[wire.GetWindowResponse]:
        """Reads a base's window."""
        ...


class OfferBook(Protocol):
    """The part of enrollment's PlaceService used here."""

    def ListOffers(self, request: places.ListOffersRequest, /) -> Awaitable[places.ListOffersResponse]:
        """Lists offers."""
        ...


class ListBook(Protocol):
    """The part of enrollment's SelectionService used here."""

    def ListOpenLists(self, request: selection.ListOpenListsRequest, /) -> Awaitable[selection.ListOpenListsResponse]:
        """Lists published lists that wait."""
        ...


@dataclass(frozen=True, slots=True)
class Wait:
    """One thing to be waited for, and the workflow that does: its id, its name, its queue and how it is started."""

    workflow_id: str
    name: str
    task_queue: str
    start: Any
    cycle_id: str
    base_code: str = ""
    round: int = 0


@dataclass(frozen=True, slots=True)
class Books:
    """What enrollment knew at one moment."""

    cycles: dict[str, cycle_pb2.Cycle]
    """Every cycle that it shows, closed ones too, by id."""
    waits: dict[str, Wait]
    """What is open, by workflow id."""
    done: frozenset[str]
    """Ids of windows whose books are closed."""

    def cycle_over(self, cycle_id: str) -> str:
        """Why nothing of this cycle is waited for any more; empty while something is.

        A cycle that has closed is left two calendar days for what is said after its end.
        """
        cycle = self.cycles.get(cycle_id)
        if cycle is None:
            return "CYCLE_UNKNOWN"
        if cycle.phase != cycle_pb2.PHASE_CLOSED:
            return ""
        entered = [instant(phase.entered_at) for phase in cycle.phases if phase.HasField("entered_at")]
        late = bool(entered) and instant(cycle.read_at) > max(entered) + timedelta(seconds=2 * cycle.day_seconds)
        return "CYCLE_CLOSED" if late else ""


async def read_books(cycles: CycleBook, offers: OfferBook, lists: ListBook) -> Books:
    """OPS-02: everything open, as enrollment knows it. Raises DomainError UNAVAILABLE when it is away.

    Of a cycle's windows those count whose round the gate has reached and whose books are not closed: after a loss of
    Temporal's store the windows of the round under way are among them, and those of a past round that nobody closed.
    """
    known = {cycle.cycle_id: cycle for cycle in (await cycles.ListCycles(wire.ListCyclesRequest())).cycles}
    waits: list[Wait] = []
    done: set[str] = set()
    for cycle in known.values():
        if cycle.draft or cycle.phase == cycle_pb2.PHASE_CLOSED:
            continue
        waits.append(_cycle_wait(cycle.cycle_id))
        waits += await _offer_waits(offers, cycle.cycle_id)
        for wait, closed in await _windows(cycles, cycle):
            if closed:
                done.add(wait.workflow_id)
            else:
                waits.append(wait)
    waits += [_list_wait(each) for each in (await lists.ListOpenLists(selection.ListOpenListsRequest())).lists]
    return Books(known, {wait.workflow_id: wait for wait in waits}, frozenset(done))


async def _windows(cycles: CycleBook, cycle: cycle_pb2.Cycle) -> list[tuple[Wait, bool]]:
    rounds = [phase.round for phase in cycle.phases if phase.round and phase.sequence <= cycle.sequence]
    if not rounds:
        return []
    bases = (await cycles.GetCatalogue(wire.GetCatalogueRequest(cycle_id=cycle.cycle_id))).bases
    few = asyncio.Semaphore(AT_ONCE)
    open_rounds = set()
    for number in rounds:
        report = await cycles.GetPhaseReport(wire.GetPhaseReportRequest(cycle_id=cycle.cycle_id, round=number))
        if report.open:
            open_rounds.add(number)

    async def window(base_code: str, number: int) -> tuple[Wait, bool]:
        wait = _window_wait(cycle.cycle_id, base_code, number)
        if number not in open_rounds:
            return wait, True
        async with few:
            request = wire.GetWindowRequest(cycle_id=cycle.cycle_id, base_code=base_code, round=number)
            answer = await cycles.GetWindow(request)
        return wait, answer.window.closed

    return await asyncio.gather(*[window(base.code, number) for number in rounds for base in bases])


async def _offer_waits(offers: OfferBook, cycle_id: str) -> list[Wait]:
    found: list[Wait] = []
    token = ""
    while True:
        request = places.ListOffersRequest(cycle_id=cycle_id, open_only=True, page_token=token)
        page = await offers.ListOffers(request)
        found += [_offer_wait(cycle_id, offer) for offer in page.offers]
        token = page.next_page_token
        if not token:
            return found


def _cycle_wait(cycle_id: str) -> Wait:
    contract = recruitment_cycle
    start = contract.CycleStart(cycle_id)
    return Wait(contract.workflow_id(cycle_id), contract.NAME, contract.TASK_QUEUE, start, cycle_id)


def _window_wait(cycle_id: str, base_code: str, number: int) -> Wait:
    workflow_id = base_window.workflow_id(cycle_id, base_code, number)
    start = base_window.WindowStart(cycle_id, base_code, number)
    return Wait(workflow_id, base_window.NAME, base_window.TASK_QUEUE, start, cycle_id, base_code, number)


def _offer_wait(cycle_id: str, offer: places.Offer) -> Wait:
    start = seat_offer.SeatOfferStart(cycle_id, offer.base_code, offer.specialty_code, offer.seat_offer_id)
    workflow_id = seat_offer.workflow_id(cycle_id, offer.base_code, offer.specialty_code, offer.seat_offer_id)
    return Wait(workflow_id, seat_offer.NAME, seat_offer.TASK_QUEUE, start, cycle_id, offer.base_code)


def _list_wait(each: selection.OpenList) -> Wait:
    start = published_list.ListStart(each.cycle_id, each.base_code, each.list_id)
    workflow_id = published_list.workflow_id(each.cycle_id, each.list_id)
    queue = published_list.TASK_QUEUE
    return Wait(workflow_id, published_list.NAME, queue, start, each.cycle_id, each.base_code)


def orphaned(workflow_id: str, books: Books) -> str:
    """OPS-03: why the run of this id waits for nothing any more; empty when it does, or when one cannot tell.

    An offer between two people is not open for a moment, so only the end of its cycle ends it. Where enrollment knows
    no cycle at all, it is likelier the wrong database than an empty one, and nothing is an orphan.
    """
    kind, _, rest = workflow_id.partition("/")
    if workflow_id in books.waits or kind not in _KINDS or not books.cycles:
        return ""
    over = books.cycle_over(rest.partition("/")[0])
    if over:
        return over
    if workflow_id in books.done:
        return "BOOKS_CLOSED"
    return "LIST_OVER" if kind == "list" else ""


def known_names() -> Iterable[str]:
    """Names of the workflows that are compared."""
    return _KINDS.values()


_KINDS = {
    "cycle": recruitment_cycle.NAME,
    "window": base_window.NAME,
    "list": published_list.NAME,
    "seat": seat_offer.NAME,
}
"""How an id begins → name of its workflow."""
