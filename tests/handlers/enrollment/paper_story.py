"""Pictures of people on a stage: what each test of papers does again and again."""

from __future__ import annotations

from typing import Any

from services.enrollment.domain.papers import PaperKind
from services.enrollment.handlers.papers import PaperEditView, RemovePaper
from services.kit.domain import Caller
from tests.handlers.enrollment.story import Stage, applicant, key
from tests.support import pictures

PORTRAIT, SCAN = PaperKind.PORTRAIT, PaperKind.EDUCATION_SCAN
PROVINCE = Caller("province", "province_administrator", "37")


async def upload(
    stage: Stage, person: Caller, kind: PaperKind = PORTRAIT, content: bytes = b"", **changes: Any
) -> PaperEditView:
    """Add a picture; a good one of the kind unless `content` is another."""
    sent = content or (pictures.portrait() if kind is PORTRAIT else pictures.scan())
    order = {"accept_warnings": False, "key": key(), **changes}
    return await stage.papers.upload_paper(person, stage.cycle_id, kind, sent, order["accept_warnings"], order["key"])


async def remove(stage: Stage, person: Caller, paper_id: str) -> PaperEditView:
    """Take a picture out of the draft."""
    return await stage.papers.remove_paper(person, RemovePaper(stage.cycle_id, paper_id, key()))


async def drafted(stage: Stage) -> tuple[Caller, str]:
    """Somebody new with a draft that could be submitted."""
    person = applicant()
    view = await stage.start(person)
    await stage.fill(person)
    return person, view.application_id


async def listed(stage: Stage, caller: Caller, id_: str, number: int = 0) -> list[str]:
    """Ids of the pictures somebody is shown."""
    return [each.paper_id for each in (await stage.paper_reading.list_papers(caller, id_, number)).papers]


async def seen(stage: Stage, caller: Caller, id_: str, paper_id: str) -> bytes:
    """A picture as somebody is shown it."""
    content, _ = await stage.paper_reading.get_paper(caller, id_, paper_id, small=False)
    return content


async def objects(stage: Stage) -> list[str]:
    """Every key in the store."""
    return [each.key async for page in stage.objects.listed() for each in page]


def id_of(view: PaperEditView) -> str:
    """The picture that was added."""
    assert view.paper is not None
    return view.paper.paper_id
