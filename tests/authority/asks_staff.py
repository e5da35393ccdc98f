"""Identity's organisations, hats, proposals, and the desk that helps people."""

from __future__ import annotations

from services.kit.ids import new_id
from tests.authority.asks import Fields, Relation, asks, asks_nothing
from tests.authority.scene import FOREIGN_DEPARTMENT, OTHER_DEPARTMENT, Scene, key
from tests.authority.wire import Someone
from tests.support.people import BASE, DEPARTMENT, FOREIGN_BASE, OTHER_BASE, OTHER_PROVINCE, PROVINCE

_STAFF = "identity.StaffService"
_SUPPORT = "identity.SupportService"
WHY = {"reason": "权限核对"}

asks_nothing(f"{_STAFF}.ListProposals", f"{_SUPPORT}.ListHeld", f"{_SUPPORT}.ListSecurityEvents")


def _hat_and_places(who: Someone, relation: Relation) -> tuple[str, list[str]]:
    """A hat that `who` may hand out, and where: within reach, beyond it, nowhere."""
    if relation is Relation.ABSENT:
        places = ["NO-SUCH-PLACE"]
    elif who.role == "teaching_department":
        places = [DEPARTMENT] if relation is Relation.OWN else [FOREIGN_DEPARTMENT, OTHER_DEPARTMENT]
    elif who.role == "base_administrator":
        places = [BASE] if relation is Relation.OWN else [FOREIGN_BASE, OTHER_BASE]
    else:
        places = [BASE] if relation is Relation.OWN else [FOREIGN_BASE]
    roles = {"teaching_department": "department_secretary", "base_administrator": "base_reviewer"}
    return roles.get(who.role, "base_administrator"), places


@asks(f"{_STAFF}.ImportOrganisations")
async def _import(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    """A base of the own province, of the other, of none."""
    code, parent = {
        Relation.OWN: (BASE, PROVINCE),
        Relation.OTHER: (FOREIGN_BASE, OTHER_PROVINCE),
        Relation.ABSENT: ("NO-SUCH-BASE", "99"),
    }[relation]
    kind = "ORGANISATION_KIND_BASE"
    return [{"organisations": [{"code": code, "name": "改名医院", "kind": kind, "parent_code": parent}]}]


@asks(f"{_STAFF}.InviteStaff")
async def _invite(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    role, places = _hat_and_places(who, relation)
    named = {"name": "某人", "mobile": "13912345678", "role": f"ROLE_{role.upper()}", "idempotency_key": key()}
    return [{**named, "organisation_code": place} for place in places]


@asks(f"{_STAFF}.ListStaff")
async def _list(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    _, places = _hat_and_places(who, relation)
    everything: list[Fields] = [{}] if relation is Relation.OWN else []
    return [*everything, *({"organisation_code": place} for place in places)]


@asks(f"{_STAFF}.SuspendHat", f"{_STAFF}.RestoreHat", f"{_STAFF}.EndHat", f"{_STAFF}.SetHatExpiry")
async def _hat(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    role, places = _hat_and_places(who, relation)
    hats = [new_id() if relation is Relation.ABSENT else await scene.hat(role, place) for place in places]
    return [{"hat_id": hat, **WHY, "idempotency_key": key()} for hat in hats]


@asks(f"{_STAFF}.MoveHat")
async def _move(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    """Another's hat into the own organisation, and the own hat into another's."""
    role, [home] = _hat_and_places(who, Relation.OWN)
    moves: list[Fields] = [{**fields, "organisation_code": home} for fields in await _hat(scene, method, who, relation)]
    if relation is not Relation.OWN:
        own = await scene.hat(role, home)
        _, places = _hat_and_places(who, relation)
        moves += [{"hat_id": own, "organisation_code": place, **WHY, "idempotency_key": key()} for place in places]
    return moves


@asks(f"{_STAFF}.DecideProposal")
async def _decide(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    place = {Relation.OWN: PROVINCE, Relation.OTHER: OTHER_PROVINCE}
    proposal = await scene.proposal(place[relation]) if relation in place else new_id()
    return [{"proposal_id": proposal, "approve": False, **WHY, "idempotency_key": key()}]


@asks(f"{_SUPPORT}.FindPersons")
async def _find(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    whose = {Relation.OWN: "staff", Relation.OTHER: "foreign_staff"}
    if relation not in whose:
        return [{"login": "nobody-at-all"}, {"name": "查无此人"}]
    return [{by: scene.ids[f"{whose[relation]}_{by}"]} for by in ("login", "name")]


async def _people(scene: Scene, who: Someone, relation: Relation) -> list[str]:
    """Staff of the own province, staff of the other, nobody."""
    if relation is Relation.ABSENT:
        return [new_id()]
    return [await scene.staff(BASE if relation is Relation.OWN else FOREIGN_BASE)]


@asks(f"{_SUPPORT}.ActAs", f"{_SUPPORT}.RevealDocument")
async def _person(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    return [{"person_id": person, **WHY} for person in await _people(scene, who, relation)]


@asks(
    *(f"{_SUPPORT}.{verb}" for verb in ("ProposeActingWrite", "ProposeBindingOverride", "ResetSecondFactor")),
    *(f"{_SUPPORT}.{verb}" for verb in ("SuspendAccount", "RestoreAccount")),
)
async def _command(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    return [{**fields, "idempotency_key": key()} for fields in await _person(scene, method, who, relation)]


@asks(f"{_SUPPORT}.DecideHeld")
async def _held(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    place = {Relation.OWN: BASE, Relation.OTHER: FOREIGN_BASE}
    person = await scene.staff(place[relation], state="held") if relation in place else new_id()
    return [{"person_id": person, "release": False, **WHY, "idempotency_key": key()}]
