"""Organisations, invitations, the hats of staff, and second signatures."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, Field
from starlette.responses import Response

from residency.identity.v1 import account_pb2, staff_service_pb2
from services.kit.domain import DomainError, Kind
from services.portal.api.common import PREFIX, Body, Id, IdempotencyKey, Services, SignedIn, answers, json_answer
from services.portal.api.table import Row, add_rows
from services.portal.wire import enum_label, stamp_of

router = APIRouter(prefix=PREFIX, tags=["staff"])
_HAT = "/staff/{hat_id}"


class Reasoned(Body):
    """Why; kept in the audit."""

    reason: str = Field(min_length=2, max_length=500)


class NewInvitation(Body):
    """Whom to invite to which hat."""

    name: str = Field(min_length=1, max_length=100)
    mobile: str = Field(min_length=5, max_length=24)
    role: str = Field(max_length=40)
    organisation_code: str = Field(min_length=1, max_length=32)
    expires_at: AwareDatetime | None = None


class Secret(Body):
    """What the invitation's message carries."""

    secret: str = Field(min_length=20, max_length=100)


class Acceptance(Secret):
    """A new account for who was invited."""

    login: str = Field(pattern="^[A-Za-z0-9._-]{3,64}$")
    password: str = Field(min_length=12, max_length=200)


class Move(Reasoned):
    """Where the hat is to hold."""

    organisation_code: str = Field(min_length=1, max_length=32)


class Expiry(Reasoned):
    """When the hat ends by itself; null for never."""

    expires_at: AwareDatetime | None


class Decision(Reasoned):
    """A second signature, or its refusal."""

    approve: bool


@router.get("/organisations", **answers(staff_service_pb2.ListOrganisationsResponse))
async def list_organisations(services: Services) -> Response:
    """List organisations: a province, then its bases, each followed by its departments."""
    return json_answer(await services.staff.ListOrganisations(staff_service_pb2.ListOrganisationsRequest()))


@router.post("/invitations", dependencies=[SignedIn], **answers(staff_service_pb2.InviteStaffResponse, 201))
async def invite_staff(body: NewInvitation, key: IdempotencyKey, services: Services) -> Response:
    """Invite a person to wear a hat; a powerful one waits for a second signature."""
    role = enum_label(account_pb2.Role.DESCRIPTOR, body.role)
    if role is None:
        raise DomainError(Kind.INVALID, "UNKNOWN_ROLE", "没有这个身份。", field="role")
    request = staff_service_pb2.InviteStaffRequest(
        name=body.name,
        mobile=body.mobile,
        role=role,
        organisation_code=body.organisation_code,
        expires_at=stamp_of(body.expires_at),
        idempotency_key=key,
    )
    return json_answer(await services.staff.InviteStaff(request), 201)


@router.post("/invitations/lookup", **answers(staff_service_pb2.GetInvitationResponse))
async def get_invitation(body: Secret, services: Services) -> Response:
    """Read what an invitation offers; the secret stays out of every address."""
    return json_answer(await services.staff.GetInvitation(staff_service_pb2.GetInvitationRequest(secret=body.secret)))


@router.post("/invitations/acceptance", **answers(staff_service_pb2.AcceptInvitationResponse, 201))
async def accept_invitation(body: Acceptance, services: Services) -> Response:
    """Accept with a new account; it then enrols a second factor."""
    request = staff_service_pb2.AcceptInvitationRequest(secret=body.secret, login=body.login, password=body.password)
    return json_answer(await services.staff.AcceptInvitation(request), 201)


@router.post(
    "/invitations/acceptance-as-me",
    dependencies=[SignedIn],
    **answers(staff_service_pb2.AcceptInvitationAsMeResponse, 201),
)
async def accept_invitation_as_me(body: Secret, services: Services) -> Response:
    """Accept as one more hat of oneself."""
    request = staff_service_pb2.AcceptInvitationAsMeRequest(secret=body.secret)
    return json_answer(await services.staff.AcceptInvitationAsMe(request), 201)


@router.post(_HAT + "/suspension", dependencies=[SignedIn], **answers(staff_service_pb2.SuspendHatResponse))
async def suspend_hat(hat_id: Id, body: Reasoned, key: IdempotencyKey, services: Services) -> Response:
    """Suspend a hat; its sessions end at once."""
    return json_answer(await services.staff.SuspendHat(staff_service_pb2.SuspendHatRequest(**_on(hat_id, body, key))))


@router.post(_HAT + "/restoration", dependencies=[SignedIn], **answers(staff_service_pb2.RestoreHatResponse))
async def restore_hat(hat_id: Id, body: Reasoned, key: IdempotencyKey, services: Services) -> Response:
    """Let a suspended hat be worn again."""
    return json_answer(await services.staff.RestoreHat(staff_service_pb2.RestoreHatRequest(**_on(hat_id, body, key))))


@router.post(_HAT + "/end", dependencies=[SignedIn], **answers(staff_service_pb2.EndHatResponse))
async def end_hat(hat_id: Id, body: Reasoned, key: IdempotencyKey, services: Services) -> Response:
    """End a hat for good; its sessions end at once."""
    return json_answer(await services.staff.EndHat(staff_service_pb2.EndHatRequest(**_on(hat_id, body, key))))


@router.post(_HAT + "/move", dependencies=[SignedIn], **answers(staff_service_pb2.MoveHatResponse))
async def move_hat(hat_id: Id, body: Move, key: IdempotencyKey, services: Services) -> Response:
    """Move a hat to another organisation of the same kind."""
    request = staff_service_pb2.MoveHatRequest(organisation_code=body.organisation_code, **_on(hat_id, body, key))
    return json_answer(await services.staff.MoveHat(request))


@router.put(_HAT + "/expiry", dependencies=[SignedIn], **answers(staff_service_pb2.SetHatExpiryResponse))
async def set_hat_expiry(hat_id: Id, body: Expiry, key: IdempotencyKey, services: Services) -> Response:
    """Set or take away the end of a hat."""
    request = staff_service_pb2.SetHatExpiryRequest(expires_at=stamp_of(body.expires_at), **_on(hat_id, body, key))
    return json_answer(await services.staff.SetHatExpiry(request))


@router.get("/proposals", dependencies=[SignedIn], **answers(staff_service_pb2.ListProposalsResponse))
async def list_proposals(services: Services, decided: Annotated[bool, Query()] = False) -> Response:
    """List what waits for a second signature, or what was decided."""
    return json_answer(await services.staff.ListProposals(staff_service_pb2.ListProposalsRequest(decided=decided)))


@router.post(
    "/proposals/{proposal_id}/decision", dependencies=[SignedIn], **answers(staff_service_pb2.DecideProposalResponse)
)
async def decide_proposal(proposal_id: Id, body: Decision, key: IdempotencyKey, services: Services) -> Response:
    """Give the second signature, or refuse it; never by who proposed."""
    request = staff_service_pb2.DecideProposalRequest(
        proposal_id=proposal_id, approve=body.approve, reason=body.reason, idempotency_key=key
    )
    return json_answer(await services.staff.DecideProposal(request))


_table = APIRouter(tags=["staff"])
add_rows(
    _table,
    staff_service_pb2,
    "StaffService",
    "staff",
    (Row("GET", "/staff", "ListStaff", "List the staff within one's reach, suspended and ended hats too."),),
)
router.routes.extend(_table.routes)


def _on(hat_id: str, body: Reasoned, key: str) -> dict[str, Any]:
    return {"hat_id": hat_id, "reason": body.reason, "idempotency_key": key}
