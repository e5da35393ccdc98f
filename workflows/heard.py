"""What a fact of enrollment means to those who wait. Pure: a delivery in, messages of contracts out.

OPS-43: every version in a message is an order over epoch and version.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from residency.enrollment.v1 import cycle_pb2
from residency.enrollment.v1 import events_pb2 as facts
from services.kit.delivery import Delivery, order_of
from workflows.base_window.contract import Decision, DecisionKind, WindowStart
from workflows.published_list.contract import ListStart, Objection, ObjectionKind
from workflows.recruitment_cycle.contract import CalendarChange
from workflows.seat_offer.contract import SeatOfferStart

_REVIEWED = frozenset({cycle_pb2.PHASE_FIRST_CHOICE, cycle_pb2.PHASE_SECOND_CHOICE, cycle_pb2.PHASE_REALLOCATION})
"""Kinds of phases that have windows. What is decided after the rounds has a round of its own, and no window."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One decision for one window."""

    window: WindowStart
    decision: Decision


@dataclass(frozen=True, slots=True)
class HeardObjection:
    """What was done about one person on a published list."""

    published: ListStart
    objection: Objection


def decisions_in(delivery: Delivery) -> list[Heard]:
    """What the fact means for windows: nothing for facts outside the review rounds or not about an application.

    An offer that was taken is a place given. A submission or a move that leaves another base is news for both: the base
    left has one fewer to review.
    """
    read = _DECISIONS.get(delivery.event_type)
    found = read(delivery.body) if read is not None else None
    if found is None:
        return []
    about, kind, left_base = found
    if about.phase not in _REVIEWED or about.round < 1:
        return []
    told = [(about.base_code, kind)]
    if left_base and left_base != about.base_code:
        told.append((left_base, DecisionKind.WITHDRAWN))
    return [
        Heard(
            WindowStart(about.cycle_id, base_code, about.round),
            Decision(about.application_id, order_of(delivery.epoch, about.version), told_kind, delivery.occurred_at),
        )
        for base_code, told_kind in told
    ]


def freed_seat_in(delivery: Delivery) -> SeatOfferStart | None:
    """The seat that a fact frees for whoever waits, named by the fact; None when it frees none."""
    if delivery.event_type == facts.ApplicationPlaceLost.DESCRIPTOR.full_name:
        lost = facts.ApplicationPlaceLost.FromString(delivery.body)
        about, freed = lost.application, lost.freed
    elif delivery.event_type == facts.ApplicationWithdrawn.DESCRIPTOR.full_name:
        withdrawn = facts.ApplicationWithdrawn.FromString(delivery.body)
        about, freed = withdrawn.application, withdrawn.freed_place
    else:
        return None
    return SeatOfferStart(about.cycle_id, about.base_code, about.specialty_code, delivery.event_id) if freed else None


def objection_in(delivery: Delivery) -> HeardObjection | None:
    """What a fact says of an objection to somebody on a list; None for other facts, and when no list names them."""
    if delivery.event_type == facts.ObjectionFiled.DESCRIPTOR.full_name:
        filed = facts.ObjectionFiled.FromString(delivery.body)
        about, list_id, kind, frozen = filed.application, filed.list_id, ObjectionKind.FILED, True
    elif delivery.event_type == facts.ObjectionResolved.DESCRIPTOR.full_name:
        resolved = facts.ObjectionResolved.FromString(delivery.body)
        kind = ObjectionKind.UPHELD if resolved.upheld else ObjectionKind.DISMISSED
        about, list_id, frozen = resolved.application, resolved.list_id, resolved.frozen
    else:
        return None
    if not list_id:
        return None
    version = order_of(delivery.epoch, about.version)
    objection = Objection(about.application_id, version, kind, frozen, delivery.occurred_at)
    return HeardObjection(ListStart(about.cycle_id, about.base_code, list_id), objection)


def list_in(body: bytes) -> ListStart:
    """The list that was published."""
    fact = facts.ListPublished.FromString(body)
    return ListStart(fact.cycle_id, fact.base_code, fact.list_id)


def change_in(delivery: Delivery, fact: facts.CalendarChanged) -> CalendarChange:
    """What a cycle is told when another version of its calendar holds."""
    return CalendarChange(order_of(delivery.epoch, fact.version), fact.kind, fact.urgent)


_Read = tuple[facts.ApplicationFact, DecisionKind, str]


def _submitted(body: bytes) -> _Read:
    fact = facts.ApplicationSubmitted.FromString(body)
    return fact.application, DecisionKind.SUBMITTED, fact.left_base_code


def _moved(body: bytes) -> _Read:
    fact = facts.ApplicationMoved.FromString(body)
    return fact.application, DecisionKind.SUBMITTED, fact.left_base_code


def _reviewed(body: bytes) -> _Read:
    fact = facts.ApplicationReviewed.FromString(body)
    return fact.application, DecisionKind.APPROVED if fact.approved else DecisionKind.REJECTED, ""


def _provisionally_admitted(body: bytes) -> _Read:
    return facts.ApplicationProvisionallyAdmitted.FromString(body).application, DecisionKind.PROVISIONALLY_ADMITTED, ""


def _offer_ended(body: bytes) -> _Read | None:
    fact = facts.ApplicationOfferEnded.FromString(body)
    return (fact.application, DecisionKind.PROVISIONALLY_ADMITTED, "") if fact.outcome == "accepted" else None


def _not_selected(body: bytes) -> _Read:
    return facts.ApplicationNotSelected.FromString(body).application, DecisionKind.NOT_SELECTED, ""


def _withdrawn(body: bytes) -> _Read:
    return facts.ApplicationWithdrawn.FromString(body).application, DecisionKind.WITHDRAWN, ""


def _published(body: bytes) -> _Read:
    return facts.ApplicationPublished.FromString(body).application, DecisionKind.PUBLISHED, ""


def _admitted(body: bytes) -> _Read:
    return facts.ApplicationAdmitted.FromString(body).application, DecisionKind.ADMITTED, ""


def _place_lost(body: bytes) -> _Read:
    return facts.ApplicationPlaceLost.FromString(body).application, DecisionKind.UNDONE, ""


_DECISIONS: dict[str, Callable[[bytes], _Read | None]] = {
    facts.ApplicationSubmitted.DESCRIPTOR.full_name: _submitted,
    facts.ApplicationMoved.DESCRIPTOR.full_name: _moved,
    facts.ApplicationReviewed.DESCRIPTOR.full_name: _reviewed,
    facts.ApplicationProvisionallyAdmitted.DESCRIPTOR.full_name: _provisionally_admitted,
    facts.ApplicationNotSelected.DESCRIPTOR.full_name: _not_selected,
    facts.ApplicationOfferEnded.DESCRIPTOR.full_name: _offer_ended,
    facts.ApplicationWithdrawn.DESCRIPTOR.full_name: _withdrawn,
    facts.ApplicationPublished.DESCRIPTOR.full_name: _published,
    facts.ApplicationAdmitted.DESCRIPTOR.full_name: _admitted,
    facts.ApplicationPlaceLost.DESCRIPTOR.full_name: _place_lost,
}
