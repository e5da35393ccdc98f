"""Enrollment and faculty."""

from __future__ import annotations

from services.kit.ids import new_id
from tests.authority.asks import Fields, Relation, asks, asks_nothing
from tests.authority.scene import Scene, key
from tests.authority.story import order
from tests.authority.wire import Someone
from tests.handlers.enrollment.story import DOSSIER, MEDICINE
from tests.support.people import BASE, FOREIGN_BASE, OTHER_BASE, OTHER_PROVINCE, PROVINCE

_APPLICATION = "enrollment.ApplicationService"
_DECISION = "enrollment.DecisionService"
_CYCLE = "enrollment.CycleService"
_SUPPORT = "enrollment.SupportService"

asks_nothing(
    f"{_APPLICATION}.GetDossierDefinition", f"{_CYCLE}.ListCycles", "faculty.FacultyService.GetDossierDefinition"
)
asks_nothing("faculty.FacultyService.GetDossier")
REWRAPS = ("enrollment.SupportService", "faculty.FacultyService", "notify.NotifyService")
asks_nothing(*(f"{service}.RewrapSealed" for service in REWRAPS), limit=10)


def _applications(scene: Scene, who: Someone, relation: Relation) -> list[str]:
    """The application of the caller's own person, base or province; those of others; none."""
    if relation is Relation.ABSENT:
        return [new_id()]
    if relation is Relation.OWN:
        return [scene.ids["applicants_application" if who.role == "applicant" else "application"]]
    others = [scene.ids["foreign_application"]]
    if who.role == "applicant":
        others.append(scene.ids["application"])
    if who.role.startswith("base_"):
        others.append(scene.ids["other_bases_application"])
    return others


def _cycles(scene: Scene, relation: Relation) -> list[str]:
    """The cycle of our province; the other province's; none."""
    names = {Relation.OWN: "cycle", Relation.OTHER: "foreign_cycle"}
    return [new_id() if relation is Relation.ABSENT else scene.ids[names[relation]]]


@asks(f"{_APPLICATION}.GetMyApplication")
async def _mine(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    """An application is named by its cycle and the caller: another's cannot be named."""
    return [] if relation is Relation.OTHER else [{"cycle_id": cycle} for cycle in _cycles(scene, relation)]


@asks(*(f"{_APPLICATION}.{verb}Application" for verb in ("Start", "Submit", "Withdraw")))
async def _my_commands(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    return [{**fields, "idempotency_key": key()} for fields in await _mine(scene, method, who, relation)]


@asks(f"{_APPLICATION}.SaveSection")
async def _section(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    section, body = next(iter(DOSSIER.items()))
    named = {"section": f"SECTION_{section.name}", "body": dict(body)}
    return [{**fields, **named} for fields in await _my_commands(scene, method, who, relation)]


@asks(f"{_APPLICATION}.SaveChoice")
async def _choice(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    choice = {"base_code": BASE, "specialty_code": MEDICINE, "accepts_reallocation": True}
    return [{**fields, "choice": choice} for fields in await _my_commands(scene, method, who, relation)]


@asks(f"{_APPLICATION}.ListHistory", f"{_DECISION}.GetSubmission")
async def _read(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    return [{"application_id": application} for application in _applications(scene, who, relation)]


@asks(f"{_DECISION}.Admit")
async def _admit(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    return [{**fields, "idempotency_key": key()} for fields in await _read(scene, method, who, relation)]


@asks(f"{_DECISION}.RecordNotSelected", f"{_DECISION}.GrantProvisional")
async def _decide(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    return [{**fields, "submission_number": 1} for fields in await _admit(scene, method, who, relation)]


@asks(f"{_DECISION}.ReviewApplication")
async def _review(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    return [{**fields, "verdict": "VERDICT_APPROVE"} for fields in await _decide(scene, method, who, relation)]


@asks(f"{_DECISION}.ListQueue", f"{_CYCLE}.GetCycle", f"{_CYCLE}.GetCatalogue", "enrollment.BoardService.GetBoard")
async def _in_cycle(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    return [{"cycle_id": cycle} for cycle in _cycles(scene, relation)]


@asks(f"{_CYCLE}.CreateCycle")
async def _create(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    province = {Relation.OWN: PROVINCE, Relation.OTHER: OTHER_PROVINCE, Relation.ABSENT: "99"}[relation]
    return [{**order(province), "idempotency_key": key()}]


@asks(f"{_CYCLE}.EnterPhase")
async def _enter(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    return [{"cycle_id": cycle, "sequence": 2} for cycle in _cycles(scene, relation)]


@asks(f"{_CYCLE}.GetWindow", f"{_CYCLE}.CloseWindow")
async def _window(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    ours, theirs = scene.ids["cycle"], scene.ids["foreign_cycle"]
    places = {
        Relation.OWN: [(ours, BASE)],
        Relation.OTHER: [(theirs, FOREIGN_BASE)],
        Relation.ABSENT: [(ours, "NO-SUCH-BASE")],
    }[relation]
    if relation is Relation.OTHER and who.role.startswith("base_"):
        places = [*places, (ours, OTHER_BASE)]
    return [{"cycle_id": cycle, "base_code": base, "round": 1} for cycle, base in places]


@asks(f"{_CYCLE}.SetMilestones")
async def _milestones(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    return [
        {**fields, "milestones": {}, "idempotency_key": key()} for fields in await _window(scene, method, who, relation)
    ]


@asks(f"{_SUPPORT}.ListUnlocks")
async def _unlocks(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    if relation is Relation.ABSENT:
        return [{"cycle_id": scene.ids["cycle"], "person_id": new_id()}, {"cycle_id": new_id(), "person_id": new_id()}]
    if relation is Relation.OWN:
        return [{"cycle_id": scene.ids["cycle"], "person_id": scene.ids["applicants_person"]}]
    others: list[Fields] = [{"cycle_id": scene.ids["foreign_cycle"], "person_id": scene.ids["foreign_person"]}]
    if who.role == "applicant":
        others.append({"cycle_id": scene.ids["cycle"], "person_id": scene.ids["person"]})
    return others


@asks(f"{_SUPPORT}.UnlockSections")
async def _unlock(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    named = {"sections": ["SECTION_WORK"], "minutes": 5, "reason": "核对证书", "idempotency_key": key()}
    return [{**fields, **named} for fields in await _unlocks(scene, method, who, relation)]


@asks(f"{_SUPPORT}.EndUnlock")
async def _end_unlock(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    names = {Relation.OWN: "unlock", Relation.OTHER: "foreign_unlock"}
    unlock = new_id() if relation is Relation.ABSENT else scene.ids[names[relation]]
    return [{"unlock_id": unlock, "reason": "已核对", "idempotency_key": key()}]


@asks("faculty.FacultyService.SaveDossierSection")
async def _dossier(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    """A dossier is named by the caller."""
    named = {"section": "DOSSIER_SECTION_CONTACT", "body": {}, "idempotency_key": key()}
    return [named] if relation is Relation.OWN else []
