"""Pictures of a dossier."""

from __future__ import annotations

from services.kit.ids import new_id
from tests.authority.asks import Fields, Relation, asks
from tests.authority.scene import Scene, key
from tests.authority.wire import Someone
from tests.support import pictures

_PAPERS = "enrollment.PaperService"


def _papers(scene: Scene, who: Someone, relation: Relation) -> list[tuple[str, str]]:
    """Applications and a picture of each: of the caller's own person, base or province; of others; of nobody."""

    def named(owner: str) -> tuple[str, str]:
        return scene.ids[f"{owner}application"], scene.ids[f"{owner}paper"]

    own = named("applicants_" if who.role == "applicant" else "")
    if relation is Relation.OWN:
        return [own]
    if relation is Relation.ABSENT:
        return [(new_id(), new_id()), (own[0], new_id())]
    others = [named("foreign_"), (own[0], scene.ids["foreign_paper"])]
    if who.role == "applicant":
        others.append(named(""))
    if who.role.startswith("base_"):
        others.append(named("other_bases_"))
    return others


@asks(f"{_PAPERS}.ListPapers")
async def _list(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    applications = dict.fromkeys(application for application, _ in _papers(scene, who, relation))
    if relation is not Relation.OWN:
        own = _papers(scene, who, Relation.OWN)[0][0]
        applications.pop(own, None)
    return [{"application_id": application} for application in applications]


@asks(f"{_PAPERS}.GetPaper")
async def _get(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    return [{"application_id": application, "paper_id": paper} for application, paper in _papers(scene, who, relation)]


@asks(f"{_PAPERS}.UploadPaper")
async def _upload(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    """A draft is named by its cycle and the caller: another's cannot be named."""
    cycles = {Relation.OWN: [scene.ids["cycle"]], Relation.ABSENT: [new_id()], Relation.OTHER: []}[relation]
    file = {"kind": "PAPER_KIND_EDUCATION_SCAN", "content": pictures.scan()}
    return [{"cycle_id": cycle, **file, "idempotency_key": key()} for cycle in cycles]


@asks(f"{_PAPERS}.RemovePaper")
async def _remove(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    papers = dict.fromkeys(paper for _, paper in _papers(scene, who, relation))
    return [{"cycle_id": scene.ids["cycle"], "paper_id": paper, "idempotency_key": key()} for paper in papers]
