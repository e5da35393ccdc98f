"""What enrollment tells of dossiers field by field, and what it carries over."""

from __future__ import annotations

from services.kit.ids import new_id
from tests.authority.asks import Fields, Relation, asks
from tests.authority.asks_enrollment import _applications, _cycles
from tests.authority.scene import Scene, key
from tests.authority.wire import Someone
from tests.support.people import FOREIGN_BASE

_APPLICATION = "enrollment.ApplicationService"


@asks(f"{_APPLICATION}.GetCapabilities")
async def _capabilities(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    """By the application; an applicant's own also by the cycle, where another's cannot be named."""
    named: list[Fields] = [{"application_id": application} for application in _applications(scene, who, relation)]
    if who.role == "applicant" and relation is not Relation.OTHER:
        named += [{"cycle_id": cycle} for cycle in _cycles(scene, relation)]
    return named


@asks(f"{_APPLICATION}.ListSelectable")
async def _selectable(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    """What one may choose is told by one's own dossier; a base of another province has no place in our cycle."""
    if relation is Relation.OTHER:
        return [{"cycle_id": scene.ids["cycle"], "base_code": FOREIGN_BASE}]
    return [{"cycle_id": cycle} for cycle in _cycles(scene, relation)]


@asks(f"{_APPLICATION}.CarryOver")
async def _carry_over(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    """One's own draft is filled; a dossier of a cycle in which one has none cannot be had."""
    ours = {"cycle_id": scene.ids["cycle"], "idempotency_key": key()}
    sources = {Relation.OWN: "", Relation.OTHER: scene.ids["foreign_cycle"], Relation.ABSENT: new_id()}
    return [{**ours, "from_cycle_id": sources[relation]}]
