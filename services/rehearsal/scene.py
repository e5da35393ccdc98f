"""The cycle that is played: an unfinished one that is joined, or a new one about to begin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from services.kit.clock import Clock
from services.kit.domain import DomainError, Kind
from services.rehearsal.operator import Operator
from services.rehearsal.plans import Seats, make_plan
from services.rehearsal.province import BaseEntry
from services.rehearsal.rest import Rest
from services.rehearsal.script import Script
from services.rehearsal.timetable import Timetable

_LEAD_SECONDS = 4.0
"""Between creating the cycle and its first day: the cycle's workflow has to start."""
_PLAYED_POLICY = {"give_up_provisional": True, "offer_hours": 72}
"""So that places become free in a round and are offered down the waiting lists (B7 29, OFF-02)."""


@dataclass(slots=True)
class Scene:
    """What was prepared before the curtain."""

    bases: Sequence[BaseEntry]
    plan: Sequence[Seats]
    timetable: Timetable
    base_names: Mapping[str, str]
    joined: bool


async def set_scene(
    script: Script, title: str, rest: Rest, operator: Operator, bases: Sequence[BaseEntry], clock: Clock
) -> Scene:
    """The cycle to play: the unfinished one of this title when resuming, else a new one about to begin."""
    cycle = await _unfinished(rest, script.title) if script.resume else None
    joined = cycle is not None
    if cycle is None:
        plan = make_plan(script.province, script.seed, bases, None if script.whole_plan else script.applicants)
        province = script.province
        if not script.resume:
            province = replace(province, policy={**province.policy, **_PLAYED_POLICY})
        cycle_id = await operator.create_cycle(
            province,
            bases,
            plan,
            title=title,
            starts_at=clock.now() + timedelta(seconds=_LEAD_SECONDS),
            day_seconds=script.day_seconds,
        )
        cycle = await read(rest, f"/cycles/{cycle_id}", "cycle")
    catalogue = await read(rest, f"/cycles/{cycle['cycle_id']}/catalogue", "")
    plan = tuple(Seats(row["base_code"], row["specialty_code"], int(row["planned"])) for row in catalogue["plan"])
    cycle_id = str(cycle["cycle_id"])

    async def read_cycle() -> Mapping[str, Any] | None:
        answer = (await rest.send("GET", f"/cycles/{cycle_id}")).answer
        return answer.body["cycle"] if answer.ok else None

    names = {base["code"]: str(base["name"]) for base in catalogue["bases"]}
    return Scene(bases, plan, Timetable(cycle, read_cycle), names, joined)


async def _unfinished(rest: Rest, title: str) -> Mapping[str, Any] | None:
    cycles = await read(rest, "/cycles?open_only=true", "cycles")
    return next((cycle for cycle in cycles if cycle["title"] == title), None)


async def read(rest: Rest, path: str, part: str) -> Any:
    """One part of what GET `path` answers, all of it for an empty name. Raises DomainError UNAVAILABLE."""
    answer = (await rest.send("GET", path)).answer
    if not answer.ok:
        raise DomainError(Kind.UNAVAILABLE, answer.reason or "NO_ANSWER", f"GET {path} was answered {answer.status}")
    return answer.body[part] if part else answer.body
