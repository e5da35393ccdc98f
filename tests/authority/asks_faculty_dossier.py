"""A teacher's dossier: its drafts, its printed page, its pictures."""

from __future__ import annotations

from services.kit.ids import new_id
from tests.authority.asks import Fields, Relation, asks, asks_nothing
from tests.authority.scene import Scene, key
from tests.authority.scene_faculty import PLACES, prefixes_of_others, things
from tests.authority.wire import Someone
from tests.support import pictures

_FACULTY = "faculty.FacultyService"
_ROW = """
    INSERT INTO paper (id, person_id, kind, object_key, sealed_with, in_dossier, uploaded_at)
    SELECT $1, $2, kind, gen_random_uuid()::text, sealed_with, true, now() FROM paper WHERE id = $3
"""
_USE = "INSERT INTO paper_use (record_id, person_id, paper_ids) VALUES ($1, $2, ARRAY[$3::text])"
_DOSSIER = "INSERT INTO dossier (person_id, opened_at) VALUES ($1, now()) ON CONFLICT DO NOTHING"

asks_nothing(f"{_FACULTY}.GetDossierForm")


async def _told(scene: Scene) -> None:
    """One picture of each teacher, shown by their candidacy; ours is a real one. Once a scene."""
    if "shown_paper" in scene.ids:
        return
    scan = {"kind": "PAPER_KIND_ID_SCAN", "content": pictures.scan(), "idempotency_key": key()}
    answer = await scene.told(f"{_FACULTY}.UploadPaper", scene.cast["faculty"], **scan)
    scene.ids["shown_paper"] = answer.paper.paper_id
    for prefix in PLACES:
        teacher = scene.ids[f"{prefix}teacher"]
        paper = scene.ids.setdefault(f"{prefix}shown_paper", new_id())
        if prefix:
            await scene.state.execute("faculty", _DOSSIER, teacher)
            await scene.state.execute("faculty", _ROW, paper, teacher, scene.ids["shown_paper"])
        await scene.state.execute("faculty", _USE, scene.ids[f"{prefix}candidacy"], teacher, paper)
    scene.foreign.add(scene.ids["foreign_shown_paper"])


@asks(f"{_FACULTY}.SaveDossierDraft")
async def _draft(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    """A dossier is named by the caller."""
    named = {"section": "DOSSIER_SECTION_WORK", "body": {}, "idempotency_key": key()}
    return [named] if relation is Relation.OWN else []


@asks(f"{_FACULTY}.UploadPaper")
async def _upload(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    """A dossier is named by the caller."""
    file = {"kind": "PAPER_KIND_QUALIFICATION_SCAN", "content": pictures.scan()}
    return [{**file, "idempotency_key": key()}] if relation is Relation.OWN else []


@asks(f"{_FACULTY}.RemovePaper")
async def _remove(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    """What our candidacy shows stays, so that it can be put back into the dossier."""
    await _told(scene)
    own = scene.ids["shown_paper"]
    await scene.state.execute("faculty", "UPDATE paper SET in_dossier = true WHERE id = $1", own)
    others = [scene.ids[f"{prefix}shown_paper"] for prefix in PLACES if prefix]
    papers = {Relation.OWN: [own], Relation.ABSENT: [new_id()], Relation.OTHER: others}[relation]
    return [{"paper_id": each, "idempotency_key": key()} for each in papers]


@asks(f"{_FACULTY}.ListPapers")
async def _list(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    """One's own dossier is named by the caller, a frozen copy by its candidacy."""
    await _told(scene)
    own: list[Fields] = [{}] if who.role == "faculty" and relation is Relation.OWN else []
    return [*own, *({"candidacy_id": each} for each in things(scene, "candidacy", who, relation))]


@asks(f"{_FACULTY}.GetPaper")
async def _get(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    await _told(scene)
    own = {"candidacy_id": scene.ids["candidacy"], "paper_id": scene.ids["shown_paper"]}
    if relation is Relation.OWN:
        return [own]
    if relation is Relation.ABSENT:
        return [{**own, "paper_id": new_id()}, {**own, "candidacy_id": new_id()}]
    return [
        named
        for prefix in prefixes_of_others(who)
        for paper in [scene.ids[f"{prefix}shown_paper"]]
        for named in ({"candidacy_id": scene.ids[f"{prefix}candidacy"], "paper_id": paper}, {**own, "paper_id": paper})
    ]
