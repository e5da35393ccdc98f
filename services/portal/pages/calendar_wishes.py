"""The form in which a province writes how its calendar shall be: shown, read back, and found in what was refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from residency.enrollment.v1 import cycle_pb2
from services.kit.domain import DomainError
from services.portal.cycles import CycleView, phase_key, phase_name
from services.portal.forms import Posted, Refusal, refused
from services.portal.i18n import terms
from services.portal.i18n.language import reason_text
from services.portal.wire import instant_of

NEW = "new"
"""Stands for the key of what is added."""
INSERTABLE = ("second_choice", "reallocation", "confirmation")
"""Kinds of phases that a calendar may get while it runs; those that may stand in it once are left out when they do."""
_ONCE = ("reallocation", "confirmation")
_EDGES = ("first_day", "last_day", "name")


def input_of(what: str, key: str) -> str:
    """Name of the input for a phase's or milestone's `what`."""
    return f"{what}:{key}"


def phase_rows(view: CycleView) -> list[dict[str, Any]]:
    """The phases as they stand; what has ended is shown and not asked for."""
    rows = []
    for phase in view.cycle.phases:
        if phase.first_day:
            ended = phase.sequence < view.cycle.sequence or instant_of(phase.closes_at) <= view.now
            rows.append(
                {
                    "key": phase.key,
                    "name": phase.name,
                    "shown": phase_name(phase),
                    "kind": terms.PHASE_NAMES.get(phase_key(phase.phase), ""),
                    "round": phase.round,
                    "ended": ended,
                    "begun": instant_of(phase.opens_at) <= view.now,
                    "first_day": phase.first_day,
                    "last_day": phase.last_day,
                    "gap_name": phase.gap_name,
                }
            )
    return rows


def shown_values(view: CycleView) -> dict[str, str]:
    """What stands in the inputs before anybody typed."""
    values = {
        input_of(what, row["key"]): row[what]
        for row in phase_rows(view)
        for what in ("name", "first_day", "last_day", "gap_name")
    }
    for milestone in view.cycle.milestones:
        values |= {
            input_of("milestone_name", milestone.key): milestone.name,
            input_of("day", milestone.key): milestone.day,
            input_of("exam", milestone.key): "yes" if milestone.exam else "",
        }
    return values


def insertable(view: CycleView) -> list[tuple[str, str]]:
    """Kinds that may be added to this calendar, with their names."""
    there = {phase_key(phase.phase) for phase in view.cycle.phases}
    return [(kind, terms.PHASE_NAMES[kind]) for kind in INSERTABLE if kind not in _ONCE or kind not in there]


def wish_of(form: Posted, view: CycleView) -> dict[str, Any]:
    """The whole calendar as the form wants it, in the order of its days, as JSON of a `Wish`."""
    phases = [
        _phase(phase, form)
        for phase in view.cycle.phases
        if phase.first_day and not form.checked(input_of("drop", phase.key))
    ]
    if form.get(input_of("name", NEW)) or form.get(input_of("first_day", NEW)):
        phases.append(_added(form, [phase.key for phase in view.cycle.phases]))
    phases.sort(key=lambda phase: phase["first_day"])
    milestones: list[dict[str, Any]] = [
        {
            "key": each.key,
            "name": form.get(input_of("milestone_name", each.key), each.name),
            "day": form.get(input_of("day", each.key), each.day),
            "exam": form.checked(input_of("exam", each.key)),
        }
        for each in view.cycle.milestones
        if not form.checked(input_of("drop_milestone", each.key))
    ]
    if form.get(input_of("milestone_name", NEW)) or form.get(input_of("day", NEW)):
        milestones.append(
            {
                "key": _free("day", [each.key for each in view.cycle.milestones]),
                "name": form.get(input_of("milestone_name", NEW)),
                "day": form.get(input_of("day", NEW)),
                "exam": form.checked(input_of("exam", NEW)),
            }
        )
    for milestone in milestones:
        milestone["phase_key"] = _phase_around(milestone["day"], phases)
    return {"kind": "amend", "based_on": form.number("based_on"), "phases": phases, "milestones": milestones}


def refused_wish(error: DomainError, view: CycleView) -> Refusal:
    """The refusal with its sentence at the input that it is about. Raises what no form can mend."""
    refusal = refused(error)
    path, dot, rest = error.field.removeprefix("wish.").partition(".")
    if not dot or path not in ("phases", "milestones"):
        return refusal
    told = reason_text(error.reason, error.message)
    if path == "milestones":
        known = {each.key for each in view.cycle.milestones}
        name = input_of("day", rest if rest in known else NEW)
        return Refusal(refusal.heading, {name: told}, refusal.status, refusal.reason)
    key, what = rest, "first_day"
    for edge in _EDGES:
        if rest.endswith(f".{edge}"):
            key, what = rest.removesuffix(f".{edge}"), edge
    known = {phase.key for phase in view.cycle.phases}
    return Refusal(
        refusal.heading, {input_of(what, key if key in known else NEW): told}, refusal.status, refusal.reason
    )


def _phase(phase: cycle_pb2.CyclePhase, form: Posted) -> dict[str, Any]:
    def typed(what: str) -> str:
        return form.get(input_of(what, phase.key), getattr(phase, what))

    return {
        "phase": phase_key(phase.phase),
        "key": phase.key,
        "name": typed("name"),
        "first_day": typed("first_day"),
        "last_day": typed("last_day"),
        "gap_name": typed("gap_name"),
    }


def _added(form: Posted, keys: Sequence[str]) -> dict[str, Any]:
    kind = form.get(input_of("kind", NEW)) or INSERTABLE[0]
    return {
        "phase": kind,
        "key": _free(kind, keys),
        "name": form.get(input_of("name", NEW)),
        "first_day": form.get(input_of("first_day", NEW)),
        "last_day": form.get(input_of("last_day", NEW)),
        "gap_name": "",
    }


def _free(kind: str, keys: Sequence[str]) -> str:
    """A key that nothing has, as enrollment itself would make it."""
    number, key = 1, kind
    while key in keys:
        number += 1
        key = f"{kind}.{number}"
    return key


def _phase_around(day: str, phases: Sequence[Mapping[str, Any]]) -> str:
    """Key of the phase in which a day lies; of the last one begun before it when it lies in none, for a refusal."""
    begun = [phase for phase in phases if phase["first_day"] <= day]
    around = [phase for phase in begun if day <= phase["last_day"]]
    return str((around or begun or phases)[-1]["key"]) if phases else ""
