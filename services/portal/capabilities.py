"""Capabilities as sentences: what is open until when, what is closed, why, and what would open it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from residency.enrollment.v1 import application_pb2
from services.portal.cycles import CycleView
from services.portal.i18n import terms
from services.portal.i18n.language import reason_text, tr
from services.portal.wire import instant_of


@dataclass(frozen=True, slots=True)
class Told:
    """One action, told to a person."""

    action: str
    name: str
    allowed: bool
    sentence: str


def tell(capabilities: Iterable[application_pb2.Capability], view: CycleView) -> dict[str, Told]:
    """The capabilities that pages show, by action, in the order given."""
    return {
        each.action: Told(each.action, terms.ACTIONS[each.action], each.allowed, _sentence(each, view))
        for each in capabilities
        if each.action in terms.ACTIONS
    }


def tell_one(capability: application_pb2.Capability, view: CycleView) -> Told:
    """One capability, whether or not pages have a button for its action."""
    name = terms.ACTIONS.get(capability.action, capability.action)
    return Told(capability.action, name, capability.allowed, _sentence(capability, view))


def closed(action: str) -> Told:
    """An action that the service did not mention: closed, without a reason to give."""
    return Told(action, terms.ACTIONS.get(action, action), False, tr("现在不能办理"))


def _sentence(capability: application_pb2.Capability, view: CycleView) -> str:
    until = view.calendar.deadline(instant_of(capability.until)) if capability.HasField("until") else ""
    if capability.allowed:
        return tr("{until} 前可办理", until=until) if until else tr("可办理")
    said = reason_text(capability.reason, capability.message).rstrip("。.")
    why = terms.REFUSALS.get(capability.reason) or said or tr("现在不能办理")
    opens = terms.CHANGED_BY.get(capability.changed_by, "")
    if opens and until and capability.changed_by.startswith(("PHASE_", "PUBLICITY")):
        start = view.calendar.moment(instant_of(capability.until))
        return tr("{why}；{start} 起可办理", why=why, start=start)
    return tr("{why}；{opens}", why=why, opens=opens) if opens else why
