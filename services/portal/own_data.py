"""Everything the platform knows of the visitor, from all services, as one object for their own keeping."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable
from typing import Any

from google.protobuf.message import Message

from residency.enrollment.v1 import application_service_pb2, cycle_service_pb2
from residency.faculty.v1 import (
    appointment_service_pb2,
    assignment_service_pb2,
    batch_service_pb2,
    faculty_service_pb2,
    rating_service_pb2,
    rotation_service_pb2,
    standing_service_pb2,
)
from residency.identity.v1 import person_service_pb2
from residency.notify.v1 import notify_service_pb2, preference_service_pb2
from services.kit.domain import DomainError, Kind
from services.portal.portal import Portal
from services.portal.wire import to_json

_PAGE = 100
_ABSENT = frozenset({Kind.FORBIDDEN, Kind.NOT_FOUND})


async def collect(portal: Portal) -> dict[str, Any]:
    """Identity's part, applications with their histories, what one taught and trained, messages, wishes, addresses.

    Parts that do not exist for the visitor's hat are left out. Raises UNAVAILABLE when a service is down: half an
    answer would look whole.
    """
    clients = portal.clients
    own = await clients.persons.ExportMyData(person_service_pb2.ExportMyDataRequest())
    applications, dossier, teaching, training, messages, notices = await asyncio.gather(
        *(_applications(portal), _dossier(portal), _teaching(portal), _training(portal)),
        *(_messages(portal), _notices(portal)),
    )
    return {
        "identity": json.loads(own.json),
        "applications": applications,
        "faculty_dossier": dossier,
        "teaching": teaching,
        "training": training,
        "messages": messages,
        "notices": notices,
    }


async def _applications(portal: Portal) -> list[dict[str, Any]]:
    cycles = await portal.clients.cycles.ListCycles(cycle_service_pb2.ListCyclesRequest())
    found = []
    for cycle in cycles.cycles:
        request = application_service_pb2.GetMyApplicationRequest(cycle_id=cycle.cycle_id)
        try:
            answer = await portal.clients.applications.GetMyApplication(request)
        except DomainError as error:
            if error.kind in _ABSENT:
                break
            raise
        if not answer.application.application_id:
            continue
        asked = application_service_pb2.ListHistoryRequest(application_id=answer.application.application_id)
        history = await portal.clients.applications.ListHistory(asked)
        found.append({"cycle": cycle.title, **to_json(answer.application), "history": to_json(history)["entries"]})
    return found


async def _dossier(portal: Portal) -> list[dict[str, Any]]:
    try:
        answer = await portal.clients.faculty.GetDossier(faculty_service_pb2.GetDossierRequest())
    except DomainError as error:
        if error.kind in _ABSENT:
            return []
        raise
    sections: list[dict[str, Any]] = to_json(answer)["sections"]
    return sections


async def _teaching(portal: Portal) -> dict[str, Any]:
    """Candidacies, appointments, evidence, ratings added up, months."""
    clients = portal.clients
    candidacies, appointments, evidence, rated, months = await asyncio.gather(
        _part(clients.batches.ListMyCandidacies(batch_service_pb2.ListMyCandidaciesRequest())),
        _part(clients.appointments.ListMyAppointments(appointment_service_pb2.ListMyAppointmentsRequest())),
        _part(clients.standing.ListEvidence(standing_service_pb2.ListEvidenceRequest())),
        _part(clients.ratings.GetRatings(rating_service_pb2.GetRatingsRequest())),
        _part(clients.assignment.ListMyMonths(assignment_service_pb2.ListMyMonthsRequest())),
    )
    return {**candidacies, **appointments, **evidence, **rated, **months}


async def _training(portal: Portal) -> dict[str, Any]:
    """The plan of somebody in training, and the months they rated."""
    clients = portal.clients
    plan, rated = await asyncio.gather(
        _part(clients.rotations.GetPlan(rotation_service_pb2.GetPlanRequest())),
        _part(clients.ratings.ListMyRatings(rating_service_pb2.ListMyRatingsRequest())),
    )
    return {"plan": plan, "rated": rated.get("months", [])}


async def _part(call: Awaitable[Message]) -> dict[str, Any]:
    try:
        return to_json(await call)
    except DomainError as error:
        if error.kind in _ABSENT:
            return {}
        raise


async def _notices(portal: Portal) -> dict[str, Any]:
    try:
        answer = await portal.clients.preferences.GetPreferences(preference_service_pb2.GetPreferencesRequest())
    except DomainError as error:
        if error.kind in _ABSENT:
            return {}
        raise
    return to_json(answer)


async def _messages(portal: Portal) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    token = ""
    while True:
        request = notify_service_pb2.ListMessagesRequest(page_size=_PAGE, page_token=token)
        try:
            answer = await portal.clients.notify.ListMessages(request)
        except DomainError as error:
            if error.kind in _ABSENT:
                return found
            raise
        found += to_json(answer)["messages"]
        token = answer.next_page_token
        if not token:
            return found
