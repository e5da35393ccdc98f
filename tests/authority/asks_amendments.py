"""A calendar that runs: what a change would do, who asks for it, who agrees."""

from __future__ import annotations

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
    """An amendment of the cycle, and one that is not of it: nobody has asked for any."""
    named = {"cycle_id": _cycle(scene, relation), "amendment_id": new_id(), "agree": True}
    return [{**named, "idempotency_key": key()}]
