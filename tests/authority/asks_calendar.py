"""The calendar as it is published, feeds of it, and the days on which a province works."""

from __future__ import annotations

from hashlib import sha256

from services.kit.ids import new_id
from tests.authority.asks import Fields, Relation, asks
from tests.authority.asks_enrollment import _cycles
from tests.authority.scene import Scene, key
from tests.authority.wire import Someone
from tests.support.people import OTHER_PROVINCE, PROVINCE

_CALENDAR = "enrollment.CalendarService"


@asks(f"{_CALENDAR}.GetCalendar", f"{_CALENDAR}.ListCalendarVersions", f"{_CALENDAR}.ListFeeds")
async def _in_cycle(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    return [{"cycle_id": cycle} for cycle in _cycles(scene, relation)]


@asks(f"{_CALENDAR}.OpenFeed")
async def _open(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    """An applicant's feed is named by its cycle, which is public, and the caller: another's cannot be named."""
    if who.role == "applicant" and relation is Relation.OTHER:
        return []
    return [{**fields, "idempotency_key": key()} for fields in await _in_cycle(scene, method, who, relation)]


@asks(f"{_CALENDAR}.CloseFeed")
async def _close(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    if relation is Relation.ABSENT:
        return [{"feed_id": new_id(), "idempotency_key": key()}]
    owner = who.person_id if relation is Relation.OWN else new_id()
    feed, _ = await _feed(scene, owner)
    return [{"feed_id": feed, "idempotency_key": key()}]


@asks(f"{_CALENDAR}.GetFeed")
async def _read(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    """Whoever has the token reads: there is none of another's to name."""
    if relation is Relation.OTHER:
        return []
    return [{"token": new_id() if relation is Relation.ABSENT else (await _feed(scene, new_id()))[1]}]


@asks(f"{_CALENDAR}.ListWorkingDays")
async def _days(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    province = {Relation.OWN: PROVINCE, Relation.OTHER: OTHER_PROVINCE, Relation.ABSENT: "99"}[relation]
    return [{"province_code": province, "year": 2023}]


@asks(f"{_CALENDAR}.RecordHolidays")
async def _record(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    """They are entered for the caller's own province: another's cannot be named."""
    if relation is not Relation.OWN:
        return []
    entered = {"year": 2026, "resting": ["2026-03-18"], "source": "省政府办公厅通知", "reason": "补录"}
    return [{**entered, "idempotency_key": key()}]


async def _feed(scene: Scene, owner: str) -> tuple[str, str]:
    """Id and token of an open feed."""
    feed, token = new_id(), new_id()
    await scene.state.execute(
        "enrollment",
        "INSERT INTO calendar_feed (id, token_hash, owner, cycle_id, base_code, idempotency_key)"
        " SELECT $1, $2, $3, cycle_id, code, $5 FROM base WHERE cycle_id = $4 ORDER BY code LIMIT 1",
        *(feed, sha256(token.encode()).digest(), owner, scene.ids["cycle"], feed),
    )
    return feed, token
