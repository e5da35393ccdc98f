"""Batches and candidacies of teaching faculty."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from services.kit.ids import new_id
from tests.authority.asks import Fields, Relation, asks, asks_nothing
from tests.authority.scene import Scene, key
from tests.authority.scene_faculty import PLACES, departments, prefixes_of_others, things
from tests.authority.wire import Someone
from tests.support.people import BASE, DEPARTMENT

_BATCH = "faculty.BatchService"
_POST = {"hospital_code": BASE, "department_code": DEPARTMENT}
_MORE: dict[str, tuple[str, Fields]] = {
    "EditCandidacy": ("candidacy", _POST),
    "SubmitCandidacy": ("candidacy", {}),
    "RecallCandidacy": ("refused_candidacy", {}),
    "DiscardCandidacy": ("refused_candidacy", {}),
    "AppealCandidacy": ("refused_candidacy", {"grounds": "请复核"}),
    "OpenCandidacy": ("refused_candidacy", {}),
    "RevokeRecommendation": ("recommended_candidacy", {"reason": "误点"}),
    "ReverseRefusal": ("refused_candidacy", {"reason": "误点"}),
    "ResolveAppeal": ("refused_candidacy", {"reason": "维持", "uphold": False}),
    "AcknowledgeRecommendation": ("recommended_candidacy", {}),
}
"""What each command on one candidacy is about, and what it says beside it. Nothing takes `candidacy` from those who are
to see it: recalled or given up, it would be its owner's alone."""
_MANY: dict[str, Fields] = {
    "ReturnCandidacies": {"reason_code": "material", "reason": "请补充"},
    "RecommendCandidacies": {},
    "RefuseCandidacies": {"reason_code": "department_limit"},
}

asks_nothing(f"{_BATCH}.ListBatches", f"{_BATCH}.ListMyCandidacies", f"{_BATCH}.ListBatchWaits")


def _dates() -> Fields:
    now = datetime.now(UTC)
    return {"name": "师资报名", "opens_at": now, "closes_at": now + timedelta(days=30), "idempotency_key": key()}


def _batches(scene: Scene, who: Someone, relation: Relation) -> list[str]:
    """A province's own batch is its own; of a base it reads them."""
    if relation is Relation.OWN:
        return [scene.ids["province_batch" if who.role == "province_administrator" else "batch"]]
    if relation is Relation.OTHER:
        prefixes = [prefix for prefix in prefixes_of_others(who) if PLACES[prefix][0] != BASE]
        # Faculty may begin anywhere in the province in which they are.
        prefixes = [prefix for prefix in prefixes if who.role != "faculty" or prefix == "foreign_"]
        return [scene.ids[prefix + "batch"] for prefix in prefixes] + [scene.ids["foreign_province_batch"]]
    return [new_id()]


@asks(f"{_BATCH}.CreateBatch")
async def _create(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    return [_dates()] if relation is Relation.OWN else []


@asks(f"{_BATCH}.AmendBatch")
async def _amend(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    more = {**_dates(), "version": 1, "reason": "延期"}
    return [{**more, "batch_id": each} for each in _batches(scene, who, relation)]


@asks(f"{_BATCH}.PublishBatch")
async def _publish(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    more = {"version": 1, "idempotency_key": key()}
    return [{**more, "batch_id": each} for each in _batches(scene, who, relation)]


@asks(f"{_BATCH}.GetBatch")
async def _get(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    return [{"batch_id": each} for each in _batches(scene, who, relation)]


@asks(f"{_BATCH}.GetBatchClock", f"{_BATCH}.ExpireUndecided")
async def _clock(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    return [{"batch_id": each} for each in things(scene, "batch", who, relation)]


@asks(f"{_BATCH}.RemindBatch")
async def _remind(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    due = {"kind": "undecided", "due_at": datetime(2026, 3, 1, tzinfo=UTC)}
    return [{**due, "batch_id": each} for each in things(scene, "batch", who, relation)]


@asks(f"{_BATCH}.BeginCandidacy")
async def _begin(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    return [{**_POST, "batch_id": each, "idempotency_key": key()} for each in _batches(scene, who, relation)]


@asks(*(f"{_BATCH}.{verb}" for verb in _MORE))
async def _command(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    noun, more = _MORE[method.rsplit(".", 1)[1]]
    return [
        {**more, "version": 1, "idempotency_key": key(), "candidacy_id": each}
        for each in things(scene, noun, who, relation)
    ]


@asks(f"{_BATCH}.GetCandidacy")
async def _candidacy(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    """Staff read one that its owner can take back no more."""
    noun = "candidacy" if who.role == "faculty" else "refused_candidacy"
    return [{"candidacy_id": each} for each in things(scene, noun, who, relation)]


@asks(*(f"{_BATCH}.{verb}" for verb in _MANY))
async def _many(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    """Rows are refused one by one: another's candidacy among one's own is told as one that does not exist."""
    if relation is not Relation.OWN:
        return []
    named = [scene.ids["candidacy"], scene.ids["other_candidacy"]]
    wishes = [{"candidacy_id": each, "version": 1} for each in named]
    return [{**_MANY[method.rsplit(".", 1)[1]], "wishes": wishes, "idempotency_key": key()}]


@asks(f"{_BATCH}.ListCandidacies")
async def _list(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    """What is named narrows one's own; another's batch or department finds nothing."""
    by: dict[str, Callable[[], list[str]]] = {
        "batch_id": lambda: things(scene, "batch", who, relation),
        "department_code": lambda: departments(who, relation),
    }
    return [{name: each} for name, found in by.items() for each in found()]
