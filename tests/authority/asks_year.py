"""The year: who is concerned by its dates, how rounds ended, the draft of the next."""

from __future__ import annotations

from services.kit.ids import new_id
from tests.authority.asks import Fields, Relation, asks, asks_nothing
from tests.authority.scene import Scene, key
from tests.authority.wire import Someone

_CYCLE = "enrollment.CycleService"

asks_nothing(f"{_CYCLE}.ListDraftCycles")


def _cycle(scene: Scene, relation: Relation) -> str:
    names = {Relation.OWN: "cycle", Relation.OTHER: "foreign_cycle"}
    return new_id() if relation is Relation.ABSENT else scene.ids[names[relation]]


@asks(f"{_CYCLE}.ListConcerned")
async def _concerned(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    return [{"cycle_id": _cycle(scene, relation), "concern": "CONCERN_DRAFTS"}]


@asks(f"{_CYCLE}.GetPhaseReport")
async def _report(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    return [{"cycle_id": _cycle(scene, relation), "round": 1}]


@asks(f"{_CYCLE}.PrepareNextCycle")
async def _prepare(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    return [{"cycle_id": _cycle(scene, relation), "year": 2024}]


@asks(f"{_CYCLE}.ConfirmCycle")
async def _confirm(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    return [{"cycle_id": _cycle(scene, relation), "idempotency_key": key()}]
