"""What a province orders for its cycle: policy, plan, penalties, holds, reallocation; and a document's pseudonym."""

from __future__ import annotations

from datetime import UTC, datetime

from services.kit.ids import new_id
from tests.authority.asks import Fields, Relation, asks, asks_nothing
from tests.authority.asks_enrollment import _applications, _cycles
from tests.authority.scene import Scene, key
from tests.authority.wire import Someone
from tests.handlers.enrollment.story import MEDICINE
from tests.support.people import BASE, FOREIGN_BASE, OTHER_BASE

_PLAN = "enrollment.PlanService"
_SCREENING = "enrollment.ScreeningService"
_REALLOCATION = "enrollment.ReallocationService"
_ENTRY: Fields = {
    "document_type": "DOCUMENT_TYPE_PASSPORT",
    "document_number": "E12345678",
    "name": "某人",
    "cause": "no_show",
    "since": "2023-09-01",
    "years": 3,
    "reason": "未报到",
}

asks_nothing(
    "identity.PersonService.GetDocumentKey", document_type="DOCUMENT_TYPE_PASSPORT", document_number="E12345678"
)


@asks(
    *(
        f"{_PLAN}.{verb}"
        for verb in ("GetPolicy", "ListPlan", "ListPlanChanges", "ListPlanHistory", "ListSeatExceptions")
    ),
    f"{_PLAN}.PreviewReversion",
    *(f"{_SCREENING}.List{what}" for what in ("Penalties", "PenaltyCases", "Holds")),
    f"{_REALLOCATION}.ListReallocations",
)
async def _read(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    return [{"cycle_id": cycle} for cycle in _cycles(scene, relation)]


@asks(f"{_REALLOCATION}.GetWishes")
async def _mine(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    """Wishes are named by their cycle and the caller: another's cannot be named."""
    return [] if relation is Relation.OTHER else [{"cycle_id": cycle} for cycle in _cycles(scene, relation)]


@asks(f"{_REALLOCATION}.SaveWishes")
async def _wishes(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    wishes = [{"base_code": BASE, "specialty_code": MEDICINE}]
    mine = await _mine(scene, method, who, relation)
    return [{**fields, "wishes": wishes, "idempotency_key": key()} for fields in mine]


@asks(f"{_PLAN}.SetPolicy", f"{_PLAN}.SetPlan", f"{_PLAN}.RevertUnfilled")
async def _order(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    more: dict[str, Fields] = {
        "SetPolicy": {"values": {"offer_hours": 12}, "reason": "调整"},
        "SetPlan": {"rows": [{"base_code": BASE, "specialty_code": MEDICINE, "planned": 5}], "reason": "调整"},
        "RevertUnfilled": {},
    }
    chosen = more[method.rsplit(".", 1)[1]]
    return [{**chosen, "cycle_id": cycle, "idempotency_key": key()} for cycle in _cycles(scene, relation)]


@asks(*(f"{_PLAN}.{verb}" for verb in ("ProposePlanChange", "GrantSeatException", "SetProgramme")))
async def _place(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    more: dict[str, Fields] = {
        "ProposePlanChange": {"wanted": 6, "reason": "扩招"},
        "GrantSeatException": {"seats": 1, "number": key(), "reason": "援疆"},
        "SetProgramme": {"programme": "PROGRAMME_STATUS_OPEN", "reason": "恢复"},
    }
    chosen = {**more[method.rsplit(".", 1)[1]], "specialty_code": MEDICINE}
    ours, theirs = scene.ids["cycle"], scene.ids["foreign_cycle"]
    places = {
        Relation.OWN: [(ours, BASE)],
        Relation.OTHER: [(theirs, FOREIGN_BASE)],
        Relation.ABSENT: [(new_id(), BASE)],
    }[relation]
    if relation is Relation.OTHER and who.role.startswith("base_"):
        places = [*places, (ours, OTHER_BASE)]
    return [{**chosen, "cycle_id": cycle, "base_code": base, "idempotency_key": key()} for cycle, base in places]


@asks(f"{_PLAN}.DecidePlanChange")
async def _decide(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    cycles = _cycles(scene, relation)
    found: list[Fields] = []
    for cycle in cycles:
        change = new_id()
        if relation is not Relation.ABSENT:
            base = BASE if relation is Relation.OWN else FOREIGN_BASE
            # Settled ones of earlier questions make room for one that waits.
            await scene.state.execute(
                "enrollment", "UPDATE plan_proposal SET state = 'refused' WHERE cycle_id = $1", cycle
            )
            await scene.state.execute(
                "enrollment",
                "INSERT INTO plan_proposal (id, cycle_id, base_code, specialty_code, planned, wanted, reason,"
                " proposed_at) VALUES ($1, $2, $3, $4, 5, 6, '', now())",
                *(change, cycle, base, MEDICINE),
            )
        found.append(
            {"cycle_id": cycle, "change_id": change, "grant": False, "answer": "容量不足", "idempotency_key": key()}
        )
    return found


@asks(f"{_PLAN}.ExtendDeadline")
async def _extend(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    ours, theirs = scene.ids["cycle"], scene.ids["foreign_cycle"]
    cycle, base = {
        Relation.OWN: (ours, BASE),
        Relation.OTHER: (theirs, FOREIGN_BASE),
        Relation.ABSENT: (new_id(), BASE),
    }[relation]
    named = {"cycle_id": cycle, "base_code": base, "round": 1, "review_deadline": datetime(2023, 7, 20, tzinfo=UTC)}
    return [{**named, "reason": "停电", "idempotency_key": key()}]


@asks(f"{_SCREENING}.AddPenalty", f"{_SCREENING}.ImportPenalties")
async def _penalise(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    entry = {**_ENTRY, "number": key()}
    chosen: Fields = {"entry": entry} if method.endswith("AddPenalty") else {"entries": [entry]}
    return [{**chosen, "cycle_id": cycle, "idempotency_key": key()} for cycle in _cycles(scene, relation)]


@asks(f"{_SCREENING}.LiftPenalty")
async def _lift(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    """A penalty is asked for through a cycle of its province."""
    found: list[Fields] = []
    for cycle in _cycles(scene, relation):
        penalty = new_id()
        if relation is not Relation.ABSENT:
            await scene.state.execute(
                "enrollment",
                "INSERT INTO penalty (id, province_code, document_key, name, sealed_with, masked_document, cause,"
                " since, until, reason, number, added_at) SELECT $1, province_code, $3, '', '', '', 'other',"
                " now(), now() + interval '1 year', '', $3, now() FROM cycle WHERE id = $2",
                *(penalty, cycle, key()),
            )
        found.append({"cycle_id": cycle, "penalty_id": penalty, "reason": "申诉", "idempotency_key": key()})
    return found


@asks(f"{_SCREENING}.DecidePenaltyCase")
async def _case(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    found: list[Fields] = []
    for cycle in _cycles(scene, relation):
        case = new_id()
        if relation is not Relation.ABSENT:
            application = scene.ids["application" if relation is Relation.OWN else "foreign_application"]
            await scene.state.execute("enrollment", "DELETE FROM penalty_case WHERE cycle_id = $1", cycle)
            await scene.state.execute(
                "enrollment",
                "INSERT INTO penalty_case (id, cycle_id, application_id, person_id, cause, at)"
                " SELECT $1, cycle_id, id, person_id, 'quit', now() FROM application WHERE id = $2",
                *(case, application),
            )
        found.append({"cycle_id": cycle, "case_id": case, "reason": "因病", "idempotency_key": key()})
    return found


@asks(f"{_SCREENING}.ResolveHold")
async def _hold(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    hold = new_id()
    if relation is not Relation.ABSENT:
        application = scene.ids["application" if relation is Relation.OWN else "foreign_application"]
        await scene.state.execute(
            "enrollment", "UPDATE hold SET state = 'released' WHERE application_id = $1", application
        )
        await scene.state.execute(
            "enrollment",
            "INSERT INTO hold (id, cycle_id, application_id, cause, alike)"
            " SELECT $1, cycle_id, id, 'DUPLICATE', '{}' FROM application WHERE id = $2",
            *(hold, application),
        )
    return [{"hold_id": hold, "release": False, "reason": "核查", "idempotency_key": key()}]


@asks(f"{_REALLOCATION}.ProposeReallocation")
async def _propose(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    return [{"cycle_id": cycle, "idempotency_key": key()} for cycle in _cycles(scene, relation)]


@asks(*(f"{_REALLOCATION}.{verb}Reallocation" for verb in ("Get", "Edit", "Commit")))
async def _proposal(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    [cycle] = _cycles(scene, relation)
    proposal = new_id()
    if relation is not Relation.ABSENT:
        await scene.state.execute(
            "enrollment",
            "INSERT INTO reallocation (id, cycle_id, seats, digest, proposed_at) VALUES ($1, $2, 0, '', now())",
            *(proposal, cycle),
        )
    if method.endswith("GetReallocation"):
        return [{"proposal_id": proposal}]
    more: Fields = {}
    if method.endswith("EditReallocation"):
        more = {"application_id": scene.ids["application"], "reason": "调整"}
    return [{**more, "proposal_id": proposal, "idempotency_key": key()}]


@asks(f"{_REALLOCATION}.MoveApplicant")
async def _move(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    to = {"base_code": OTHER_BASE, "specialty_code": MEDICINE}
    more: Fields = {"to": to, "reason": "有空缺"}
    applications = _applications(scene, who, relation)
    return [{**more, "application_id": each, "idempotency_key": key()} for each in applications]
