"""Calendars: dates that overlap, touch, run backwards or twice at once, at the builder and through the contract."""

from __future__ import annotations

import asyncio
import json
import random
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

from services.enrollment.domain.calendar import Calendar, MilestoneDate, PhaseDates, build_calendar
from services.enrollment.domain.phases import LISTED, ORDER
from services.kit.domain import DomainError, Kind
from services.kit.ids import new_id
from tests.hostile import words
from tests.hostile.book import Sent
from tests.hostile.door import Door, Ground
from tests.hostile.doors.rest import judged
from tests.hostile.wire import Hung, Wire, request

_PHASES = [phase for phase in ORDER if phase in LISTED]
_REFUSED = (
    "reversed",
    "overlapping",
    "touching",
    "milestone outside",
    "wrong order",
    "doubled key",
    "nothing",
    "unknown zone",
)


class Calendars(Door):
    """`build_calendar`, and the year and its amendments over REST as the province's administrator."""

    name = "calendars"
    kinds = (
        *_REFUSED,
        *("gap", "29 February", "400 days", "one day", "before now", "many rounds", "odd zone", "odd day length"),
        *("shuffled", "far years", "holiday", "milestone inside"),
    )
    targets = ("builder", "builder", "builder", "builder", "year", "amendment", "two amendments")
    rounds = 2
    at_once = 6

    async def open(self, ground: Ground) -> None:
        """Which cycles can be amended."""
        await super().open(ground)
        self._wire = Wire(ground.stack.port, 60)
        found = json.loads((await self._wire.send(request("GET", "/api/v1/cycles", self._headers()))).body)
        self._cycles = found.get("cycles", [])

    async def close(self) -> None:
        """Close the connection."""
        await self._wire.close()

    async def send(self, target: object, kind: str, chance: random.Random) -> Sent:
        """One calendar."""
        dates, milestones = _dates(kind, chance)
        zone = (
            chance.choice(("Mars/Olympus", "", "/etc/passwd", "../UTC", "Asia/Shanghai\x00"))
            if kind == "unknown zone"
            else "Asia/Shanghai"
        )
        if kind == "odd zone":
            zone = chance.choice(("Pacific/Kiritimati", "Asia/Kathmandu", "America/St_Johns", "Pacific/Apia"))
        if target == "builder":
            return _built(kind, dates, milestones, zone, chance)
        return await self._asked(str(target), kind, dates, milestones, zone, chance)

    async def _asked(
        self,
        target: str,
        kind: str,
        dates: list[PhaseDates],
        milestones: list[MilestoneDate],
        zone: str,
        chance: random.Random,
    ) -> Sent:
        phases = [
            {
                "phase": each.phase.value,
                "name": each.name,
                "first_day": str(each.first_day),
                "last_day": str(each.last_day),
                "key": each.key,
            }
            for each in dates
        ]
        days = [
            {"key": each.key, "phase_key": each.phase_key, "name": each.name, "day": str(each.day)}
            for each in milestones
        ]
        cycle: dict[str, Any] = chance.choice(self._cycles) if self._cycles else {"cycle_id": new_id()}
        if target == "year":
            path, body = "/api/v1/cycles", _year(phases, days, zone, chance)
        else:
            wish = {"kind": "amend", "based_on": cycle.get("calendar_version", 1), "phases": phases, "milestones": days}
            path, body = f"/api/v1/cycles/{cycle['cycle_id']}/amendments", {"wish": wish, "reason": "测试日程调整"}
        raws = [
            request("POST", path, self._headers(), json.dumps(body).encode())
            for _ in range(2 if target == "two amendments" else 1)
        ]
        shown = f"{path} {json.dumps(body, ensure_ascii=False)[:1500]}"
        try:
            answers = await asyncio.gather(*(self._wire.send(each, fresh=True) for each in raws))
        except Hung as error:
            return Sent("hang", f"{target} {kind}: {error}", request=shown)
        fault = next(filter(None, (judged(each, "") for each in answers)), "")
        answer = answers[0]
        if kind in _REFUSED and answer.status < 300:
            fault = f"accepted ({answer.status})"
        if target == "two amendments" and all(each.status < 300 for each in answers):
            versions = {json.loads(each.body).get("amendment", {}).get("amendment_id") for each in answers}
            fault = "" if len(versions) == 2 else "two amendments became one"
        told = answer.text if answer.status >= 300 else ""
        return Sent(
            str(answer.status), fault and f"{target} {kind}: {fault}", told, shown, refused=answer.status >= 300
        )

    def _headers(self) -> dict[str, str | bytes]:
        token = self.ground.actors.token("province_administrator")
        return {"authorization": f"Bearer {token}", "idempotency-key": new_id(), "content-type": "application/json"}


def _built(
    kind: str, dates: list[PhaseDates], milestones: list[MilestoneDate], zone: str, chance: random.Random
) -> Sent:
    seconds, starts = 0.0, None
    if kind == "odd day length":
        seconds, starts = (
            chance.choice((-1.0, 0.001, 60.0, 86_401.0, float("nan"), float("inf"))),
            datetime(2026, 6, 1, tzinfo=UTC),
        )
    shown = f"{kind} {dates!r:.900}"
    try:
        calendar = build_calendar(dates, zone, milestones=milestones, day_seconds=seconds, starts_at=starts)
    except DomainError as error:
        named = kind not in ("reversed", "overlapping", "touching") or len(error.details) >= 2
        fault = (
            ""
            if error.kind is Kind.INVALID and error.field and error.rule and named
            else f"does not say which: {error.reason}"
        )
        return Sent(error.reason, fault and f"builder {kind}: {fault}", str(error), shown)
    except Exception as error:  # noqa: BLE001  (the builder must not raise anything else)
        return Sent("raised", f"builder {kind}: {type(error).__name__}: {error!s:.200}", "", shown)
    fault = f"accepted {kind}" if kind in _REFUSED else _holes(calendar)
    return Sent("built", fault and f"builder: {fault}", "", shown, refused=False)


def _holes(calendar: Calendar) -> str:
    """What is wrong with an accepted calendar: windows must be half-open, in order, and one instant in one at most."""
    for before, after in pairwise(calendar.phases[1:-1]):
        if before.closes_at is None or after.opens_at is None or before.closes_at > after.opens_at:
            return f"{before.name} reaches into {after.name}"
        if before.covers(before.closes_at):
            return "a window holds its own end"
    return ""


def _dates(kind: str, chance: random.Random) -> tuple[list[PhaseDates], list[MilestoneDate]]:
    day = date(2026, 6, 1) + timedelta(days=chance.randrange(300))
    if kind == "29 February":
        day = date(2028, 2, chance.randrange(25, 30))
    if kind == "far years":
        day = date(chance.choice((1, 1900, 2199, 9990)), 1, 1)
    if kind == "before now":
        day = date(2001, 1, 1)
    lengths = {"one day": 1, "400 days": 400}
    found: list[PhaseDates] = []
    for number, phase in enumerate(_PHASES):
        length = lengths.get(kind, chance.randrange(1, 20))
        key = f"p{number}" if kind != "doubled key" else "same"
        found.append(PhaseDates(phase, f"阶段{number}", day, _later(day, length - 1), key))
        day = _later(day, length + (chance.randrange(1, 9) if kind == "gap" else 0))
    if kind == "many rounds":
        second = next(each for each in found if each.phase.value.startswith("second"))
        place = found.index(second)
        found[place:place] = [second] * chance.randrange(1, 14)
    at = chance.randrange(1, len(found))
    one = found[at]
    match kind:
        case "reversed":
            found[at] = PhaseDates(one.phase, one.name, one.last_day + timedelta(days=3), one.first_day, one.key)
        case "overlapping":
            found[at] = PhaseDates(
                one.phase, one.name, found[at - 1].last_day - timedelta(days=1), one.last_day, one.key
            )
            found[at - 1] = PhaseDates(
                found[at - 1].phase,
                "前",
                found[at - 1].first_day - timedelta(days=5),
                found[at - 1].last_day,
                found[at - 1].key,
            )
            if at > 1:
                found[at - 2 : at] = [found[at - 1]]
        case "touching":
            found[at] = PhaseDates(
                one.phase, one.name, found[at - 1].last_day, max(one.last_day, found[at - 1].last_day), one.key
            )
        case "wrong order":
            found[at - 1], found[at] = found[at], found[at - 1]
        case "nothing":
            found = []
        case "shuffled":
            chance.shuffle(found)
    milestones = []
    if kind in ("milestone outside", "milestone inside", "holiday"):
        outside = kind == "milestone outside"
        on = _later(found[-1].last_day, 9) if outside else found[0].first_day
        key = "nowhere" if outside and chance.random() < 0.3 else found[0].key
        milestones = [MilestoneDate("m1", key, "节点", on)]
    return found, milestones


def _later(day: date, days: int) -> date:
    return day + timedelta(days=days) if day.toordinal() + days < date.max.toordinal() else date.max


def _year(phases: list[dict[str, Any]], days: list[dict[str, Any]], zone: str, chance: random.Random) -> dict[str, Any]:
    return {
        "province_code": "37",
        "year": chance.randrange(2030, 2200),
        "title": words.text(chance)[:100] or "年度",
        "time_zone": zone,
        "phases": phases,
        "milestones": days,
        "bases": [{"code": "SD-QILU", "name": "医院"}],
        "specialties": [{"code": "0100", "name": "内科"}],
        "plan": [{"base_code": "SD-QILU", "specialty_code": "0100", "planned": 5}],
    }


def door() -> Door:
    """The door."""
    return Calendars()
