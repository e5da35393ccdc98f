"""Places: undone, changed, lost, confirmed, revoked, co-signed, offered; and batches of decisions."""

from __future__ import annotations

from services.kit.ids import new_id
from tests.authority.asks import Fields, Relation, asks, asks_nothing
from tests.authority.asks_enrollment import _applications, _cycles
from tests.authority.scene import Scene, key
from tests.authority.wire import Someone
from tests.handlers.enrollment.story import MEDICINE
from tests.support.people import BASE

_PLACE = "enrollment.PlaceService"
_DECISION = "enrollment.DecisionService"
_MORE: dict[str, Fields] = {
    "Undo": {"reason": "误点"},
    "ChangeSpecialty": {"submission_number": 1, "specialty_code": MEDICINE, "reason": "专业调整"},
    "ReportNoShow": {"reason": "未报到"},
    "RecordQuit": {"reason_code": "HEALTH", "measures": "谈话", "base_opinion": "同意"},
    "Defer": {"until_year": 2024, "reason": "生育"},
    "ProposeRevocation": {"reason": "材料造假"},
    "DecideRevocation": {"approve": True},
    "Annul": {"reason": "冒名"},
    "GrantException": {"reason": "支援西部"},
    "ConfirmPlace": {},
    "ProposeGrant": {"submission_number": 1},
    "ConfirmGrant": {"number": 1, "approve": True},
    "AnswerOffer": {"accept": True},
}
"""What each command on one application says beside it."""

asks_nothing(f"{_DECISION}.GetReasons")


@asks(*(f"{_PLACE}.{verb}" for verb in _MORE))
async def _command(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    more = {**_MORE[method.rsplit(".", 1)[1]], "idempotency_key": key()}
    if method.endswith("GrantException"):
        more["number"] = key()
    return [{**more, "application_id": each} for each in _applications(scene, who, relation)]


@asks(*(f"{_PLACE}.List{what}" for what in ("Quits", "Revocations", "GrantProposals", "Offers")))
async def _in_cycle(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    return [{"cycle_id": cycle} for cycle in _cycles(scene, relation)]


@asks(f"{_PLACE}.OfferNext")
async def _offer(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    seat = {"base_code": BASE, "specialty_code": MEDICINE, "seat_offer_id": new_id()}
    return [{**seat, "cycle_id": cycle} for cycle in _cycles(scene, relation)]


@asks(f"{_PLACE}.ExpireOffer")
async def _expire(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    return [{"application_id": each, "number": 1} for each in _applications(scene, who, relation)]


@asks(f"{_DECISION}.DecideMany", f"{_DECISION}.PlaceMany")
async def _many(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    """Rows are refused one by one: another's application among one's own is told as one that does not exist."""
    if relation is not Relation.OWN:
        return []
    kind = "BATCH_KIND_APPROVE" if method.endswith("DecideMany") else "BATCH_KIND_GRANT"
    named = [scene.ids["application"], scene.ids["other_bases_application"]]
    rows = [{"application_id": each, "submission_number": 1} for each in named]
    return [{"kind": kind, "rows": rows, "idempotency_key": key()}]
