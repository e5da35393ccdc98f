"""A calendar that runs: what a change would do, who asks for it, who agrees."""

from __future__ import annotations

from datetime import UTC, datetime

from services.enrollment.domain.amendable import Change, Wish
from services.enrollment.domain.impact import Impact
from services.enrollment.store.amending import Amendment, propose
from services.kit.ids import new_id
from tests.authority.asks import Fields, Relation, asks
from tests.authority.scene import Scene, key
from tests.authority.wire import Someone

_AMENDMENT = "enrollment.AmendmentService"
_HOLD: Fields = {"kind": "AMENDMENT_KIND_HOLD", "based_on": 1}


def _cycle(scene: Scene, relation: Relation) -> str:
    names = {Relation.OWN: "cycle", Relation.OTHER: "foreign_cycle"}
    return new_id() if relation is Relation.ABSENT else scene.ids[names[relation]]


@asks(f"{_AMENDMENT}.ListAmendments")
async def _list(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    return [{"cycle_id": _cycle(scene, relation)}]


@asks(f"{_AMENDMENT}.PreviewAmendment")
async def _preview(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    return [{"cycle_id": _cycle(scene, relation), "wish": _HOLD}]


@asks(f"{_AMENDMENT}.ProposeAmendment")
async def _propose(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    wish = {"cycle_id": _cycle(scene, relation), "wish": _HOLD, "reason": "按省厅通知"}
    return [{**wish, "idempotency_key": key()}]


@asks(f"{_AMENDMENT}.DecideAmendment")
async def _decide(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    """It is refused each time, so that the cycle goes on."""
    cycle = _cycle(scene, relation)
    amendment = new_id() if relation is Relation.ABSENT else await _open(scene, cycle)
    named = {"cycle_id": cycle, "amendment_id": amendment, "agree": False, "answer": "不同意"}
    return [{**named, "idempotency_key": key()}]


async def _open(scene: Scene, cycle: str) -> str:
    """A change of the cycle's calendar that waits for a second person; asked for by nobody we know, if by nobody."""
    wish, nothing = Wish(Change.HOLD, 1), Impact((), (), (), 0, 0, ("AMD-15",), True, 2, ())
    statement = propose(Amendment(new_id(), cycle, wish, nothing, "按省厅通知", new_id(), datetime.now(UTC)))
    await scene.state.execute("enrollment", statement.sql, *statement.values)
    waiting = "SELECT id FROM calendar_amendment WHERE cycle_id = $1 AND state = 'open'"
    amendment = await scene.state.value("enrollment", waiting, cycle)
    if cycle == scene.ids["foreign_cycle"]:
        scene.foreign.add(amendment)
    return amendment
