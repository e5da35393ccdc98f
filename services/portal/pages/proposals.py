"""Second signatures: what waits for one, what was decided. Nobody decides what they proposed."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from residency.identity.v1 import staff_service_pb2
from services.kit.domain import DomainError
from services.kit.ids import new_id
from services.portal.forms import Refusal, fresh_key, read_form, refused
from services.portal.i18n.language import said
from services.portal.page import Page, PageFor
from services.portal.wire import to_page

router = APIRouter(prefix="/proposals")
_DECIDERS = ("security_administrator", "province_administrator")
Reader = Annotated[Page, Depends(PageFor(*_DECIDERS, "support", "system_administrator", "auditor"))]
Decider = Annotated[Page, Depends(PageFor(*_DECIDERS))]


@router.get("")
async def proposals(page: Reader, decided: str = "") -> Response:
    """Those that wait, or those decided."""
    return await _proposals(page, decided == "yes", None, {})


@router.post("/{proposal_id}")
async def decide(page: Decider, proposal_id: str) -> Response:
    """Sign, or refuse."""
    form = await read_form(page.request)
    approve = form.get("then") == "approve"
    request = staff_service_pb2.DecideProposalRequest(
        proposal_id=proposal_id, approve=approve, reason=form.get("reason"), idempotency_key=form.key
    )
    try:
        await page.clients.staff.DecideProposal(request)
    except DomainError as error:
        again = {"proposal_id": proposal_id, "reason": form.get("reason"), "key": fresh_key(error, form)}
        return await _proposals(page, False, refused(error), again)
    return page.redirect(f"/proposals?done={'approved' if approve else 'refused'}")


async def _proposals(page: Page, decided: bool, refusal: Refusal | None, again: dict[str, str]) -> Response:
    answer = await page.clients.staff.ListProposals(staff_service_pb2.ListProposalsRequest(decided=decided))
    return await page.html(
        "proposals.html",
        status=refusal.status if refusal else 200,
        refusal=refusal,
        proposals=[to_page(each) | {"summary": said(each.summary)} for each in answer.proposals],
        decided=decided,
        decides=page.visitor.role in _DECIDERS,
        me=page.visitor.require().person_id,
        again=again,
        key=new_id(),
    )
