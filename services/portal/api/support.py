"""Helping people: find, look in their place, reveal, unlock; the security desk; the audit of identity."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter
from pydantic import Field
from starlette.responses import Response

from residency.enrollment.v1 import application_pb2
from residency.enrollment.v1 import support_service_pb2 as unlock_service_pb2
from residency.identity.v1 import support_service_pb2
from services.portal.api.common import PREFIX, Body, Id, IdempotencyKey, Services, SignedIn, answers, json_answer
from services.portal.api.staff import Reasoned
from services.portal.api.table import Row, add_rows
from services.portal.wire import enum_label

router = APIRouter(prefix=PREFIX, tags=["support"], dependencies=[SignedIn])
_ONE = "/support/persons/{person_id}"


class Search(Body):
    """Whom to find; at least one of them."""

    login: str = Field(default="", max_length=64)
    name: str = Field(default="", max_length=100)
    document_number: str = Field(default="", max_length=40)
    mobile: str = Field(default="", max_length=24)


class Acting(Reasoned):
    """Why to look in a person's place; with a granted proposal also to write."""

    proposal_id: str = Field(default="", max_length=36)


class Release(Reasoned):
    """Whether a held account is released, or refused as a duplicate."""

    release: bool


class NewUnlock(Reasoned):
    """Which sections to unlock, and for how long."""

    sections: list[Literal["basic", "education", "certificates", "work"]] = Field(min_length=1, max_length=4)
    minutes: int = Field(ge=5, le=4320)


@router.post("/support/persons/search", **answers(support_service_pb2.FindPersonsResponse))
async def find_persons(body: Search, services: Services) -> Response:
    """Find persons by login, name, document or mobile number; a POST, so that none of it stands in an address."""
    return json_answer(await services.support.FindPersons(support_service_pb2.FindPersonsRequest(**body.model_dump())))


@router.post(_ONE + "/acting", **answers(support_service_pb2.ActAsResponse, 201))
async def act_as(person_id: Id, body: Acting, services: Services) -> Response:
    """Begin a session that sees what a person sees; ten minutes, not refreshed."""
    request = support_service_pb2.ActAsRequest(person_id=person_id, reason=body.reason, proposal_id=body.proposal_id)
    return json_answer(await services.support.ActAs(request), 201)


@router.post(_ONE + "/acting-proposals", **answers(support_service_pb2.ProposeActingWriteResponse, 201))
async def propose_acting_write(person_id: Id, body: Reasoned, key: IdempotencyKey, services: Services) -> Response:
    """Ask for the right to act with writing, once."""
    request = support_service_pb2.ProposeActingWriteRequest(**_on(person_id, body, key))
    return json_answer(await services.support.ProposeActingWrite(request), 201)


@router.post(_ONE + "/binding-overrides", **answers(support_service_pb2.ProposeBindingOverrideResponse, 201))
async def propose_binding_override(person_id: Id, body: Reasoned, key: IdempotencyKey, services: Services) -> Response:
    """Ask to lift the thirty days for one person."""
    request = support_service_pb2.ProposeBindingOverrideRequest(**_on(person_id, body, key))
    return json_answer(await services.support.ProposeBindingOverride(request), 201)


@router.post(_ONE + "/document", **answers(support_service_pb2.RevealDocumentResponse))
async def reveal_document(person_id: Id, body: Reasoned, services: Services) -> Response:
    """Show a document number in full, with a reason, audited."""
    request = support_service_pb2.RevealDocumentRequest(person_id=person_id, reason=body.reason)
    return json_answer(await services.support.RevealDocument(request))


@router.post(_ONE + "/suspension", **answers(support_service_pb2.SuspendAccountResponse))
async def suspend_account(person_id: Id, body: Reasoned, key: IdempotencyKey, services: Services) -> Response:
    """Suspend a person; all sessions end at once."""
    request = support_service_pb2.SuspendAccountRequest(**_on(person_id, body, key))
    return json_answer(await services.support.SuspendAccount(request))


@router.post(_ONE + "/restoration", **answers(support_service_pb2.RestoreAccountResponse))
async def restore_account(person_id: Id, body: Reasoned, key: IdempotencyKey, services: Services) -> Response:
    """Let a suspended person sign in again."""
    request = support_service_pb2.RestoreAccountRequest(**_on(person_id, body, key))
    return json_answer(await services.support.RestoreAccount(request))


@router.post(_ONE + "/second-factor-reset", **answers(support_service_pb2.ResetSecondFactorResponse))
async def reset_second_factor(person_id: Id, body: Reasoned, key: IdempotencyKey, services: Services) -> Response:
    """Take the second factors of a person away after a document check."""
    request = support_service_pb2.ResetSecondFactorRequest(**_on(person_id, body, key))
    return json_answer(await services.support.ResetSecondFactor(request))


@router.get("/support/held", **answers(support_service_pb2.ListHeldResponse))
async def list_held(services: Services) -> Response:
    """List registrations held for a comparison, oldest first."""
    return json_answer(await services.support.ListHeld(support_service_pb2.ListHeldRequest()))


@router.post("/support/held/{person_id}/decision", **answers(support_service_pb2.DecideHeldResponse))
async def decide_held(person_id: Id, body: Release, key: IdempotencyKey, services: Services) -> Response:
    """Release a held account, or refuse it as a duplicate."""
    request = support_service_pb2.DecideHeldRequest(release=body.release, **_on(person_id, body, key))
    return json_answer(await services.support.DecideHeld(request))


@router.post(
    "/cycles/{cycle_id}/persons/{person_id}/unlocks", **answers(unlock_service_pb2.UnlockSectionsResponse, 201)
)
async def unlock_sections(
    cycle_id: Id, person_id: Id, body: NewUnlock, key: IdempotencyKey, services: Services
) -> Response:
    """Unlock named sections of one application for a while."""
    labels = [enum_label(application_pb2.Section.DESCRIPTOR, section) for section in body.sections]
    request = unlock_service_pb2.UnlockSectionsRequest(
        cycle_id=cycle_id,
        sections=[label for label in labels if label is not None],
        minutes=body.minutes,
        **_on(person_id, body, key),
    )
    return json_answer(await services.unlocks.UnlockSections(request), 201)


@router.get("/cycles/{cycle_id}/persons/{person_id}/unlocks", **answers(unlock_service_pb2.ListUnlocksResponse))
async def list_unlocks(cycle_id: Id, person_id: Id, services: Services) -> Response:
    """List the unlocks of a person's application, newest first."""
    request = unlock_service_pb2.ListUnlocksRequest(cycle_id=cycle_id, person_id=person_id)
    return json_answer(await services.unlocks.ListUnlocks(request))


@router.post("/unlocks/{unlock_id}/end", **answers(unlock_service_pb2.EndUnlockResponse))
async def end_unlock(unlock_id: Id, body: Reasoned, key: IdempotencyKey, services: Services) -> Response:
    """End an unlock before its time."""
    request = unlock_service_pb2.EndUnlockRequest(unlock_id=unlock_id, reason=body.reason, idempotency_key=key)
    return json_answer(await services.unlocks.EndUnlock(request))


_table = APIRouter(tags=["support"])
add_rows(
    _table,
    support_service_pb2,
    "SupportService",
    "support",
    (Row("GET", "/security-events", "ListSecurityEvents", "Read the audit of identity, newest first."),),
)
router.routes.extend(_table.routes)


def _on(person_id: str, body: Reasoned, key: str) -> dict[str, Any]:
    return {"person_id": person_id, "reason": body.reason, "idempotency_key": key}
