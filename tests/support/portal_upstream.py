"""The services behind the portal in one real gRPC server, and the portal's application in front of it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx

from residency.enrollment.v1 import (
    amendment_service_pb2,
    amendment_service_pb2_grpc,
    application_service_pb2,
    application_service_pb2_grpc,
    board_service_pb2,
    board_service_pb2_grpc,
    calendar_service_pb2,
    calendar_service_pb2_grpc,
    cycle_service_pb2,
    cycle_service_pb2_grpc,
    decision_service_pb2,
    decision_service_pb2_grpc,
    export_service_pb2,
    export_service_pb2_grpc,
    form_service_pb2,
    form_service_pb2_grpc,
    paper_service_pb2,
    paper_service_pb2_grpc,
    place_service_pb2,
    place_service_pb2_grpc,
    plan_service_pb2,
    plan_service_pb2_grpc,
    reallocation_service_pb2,
    reallocation_service_pb2_grpc,
    screening_service_pb2,
    screening_service_pb2_grpc,
    selection_service_pb2,
    selection_service_pb2_grpc,
    story_service_pb2,
    story_service_pb2_grpc,
)
from residency.enrollment.v1 import support_service_pb2 as unlock_service_pb2
from residency.enrollment.v1 import support_service_pb2_grpc as unlock_service_pb2_grpc
from residency.faculty.v1 import (
    appointment_service_pb2,
    appointment_service_pb2_grpc,
    assignment_service_pb2,
    assignment_service_pb2_grpc,
    batch_service_pb2,
    batch_service_pb2_grpc,
    faculty_service_pb2,
    faculty_service_pb2_grpc,
    rating_service_pb2,
    rating_service_pb2_grpc,
    report_service_pb2,
    report_service_pb2_grpc,
    roster_service_pb2,
    roster_service_pb2_grpc,
    rotation_service_pb2,
    rotation_service_pb2_grpc,
    standing_service_pb2,
    standing_service_pb2_grpc,
)
from residency.identity.v1 import (
    credential_service_pb2,
    credential_service_pb2_grpc,
    person_service_pb2,
    person_service_pb2_grpc,
    registration_service_pb2,
    registration_service_pb2_grpc,
    scan_service_pb2,
    scan_service_pb2_grpc,
    session_service_pb2,
    session_service_pb2_grpc,
    staff_service_pb2,
    staff_service_pb2_grpc,
    support_service_pb2,
    support_service_pb2_grpc,
)
from residency.notify.v1 import (
    campaign_service_pb2,
    campaign_service_pb2_grpc,
    delivery_service_pb2,
    delivery_service_pb2_grpc,
    notify_service_pb2,
    notify_service_pb2_grpc,
    preference_service_pb2,
    preference_service_pb2_grpc,
)
from services.access import token_verifier
from services.kit.auth import TokenVerifier, caller
from services.kit.delivery import Delivery
from services.kit.domain import DomainError, Kind
from services.kit.grpc_server import MAX_MESSAGE_BYTES, GrpcServer, Servicer
from services.kit.settings import Settings
from services.portal.app import build
from services.portal.clients import Clients
from services.portal.edge.cookies import SESSION
from services.portal.live.hub import LiveHub
from services.portal.portal import Portal
from services.portal.settings import PortalSettings
from tests.support.portal_accounts import PASSWORD
from tests.support.portal_catalogue import faculty_definition
from tests.support.portal_desk import Staff, Support, Unlocks
from tests.support.portal_enrollment import Enrollment
from tests.support.portal_identity import Identity
from tests.support.portal_notify import Campaigns, Notify, Preferences, deliveries
from tests.support.portal_stand_in import StandIn

__all__ = ["ORIGIN", "PASSWORD", "Upstream"]

ORIGIN = "http://testserver"


class Faculty(faculty_service_pb2_grpc.FacultyServiceServicer):
    """One dossier a person."""

    def __init__(self) -> None:
        self.sections: dict[tuple[str, int], faculty_service_pb2.SectionStatus] = {}

    async def GetDossier(self, request: Any, context: Any) -> Any:
        own = caller().person_id
        sections = [
            self.sections.get((own, number), faculty_service_pb2.SectionStatus(section=name))
            for name, number in faculty_service_pb2.DossierSection.items()
            if number
        ]
        return faculty_service_pb2.GetDossierResponse(sections=sections)

    async def GetDossierDefinition(self, request: Any, context: Any) -> Any:
        return faculty_definition()

    async def SaveDossierSection(self, request: Any, context: Any) -> Any:
        if "mobile" in request.body and not str(request.body["mobile"]).isdigit():
            sentence = "手机号码须为 11 位手机号码。"
            details = {"contact.mobile": f"FDOS-04 {sentence}"}
            raise DomainError(Kind.INVALID, "SECTION_MALFORMED", sentence, field="contact.mobile", details=details)
        status = faculty_service_pb2.SectionStatus(section=request.section, body=request.body, complete=True)
        status.saved_at.GetCurrentTime()
        self.sections[caller().person_id, request.section] = status
        return faculty_service_pb2.SaveDossierSectionResponse(section=status)


class Hints:
    """Stands where NATS would: tests say what is heard."""

    def __init__(self) -> None:
        self._callbacks: list[tuple[str, Callable[[Delivery], None]]] = []

    async def start(self) -> None:
        """Nothing to connect to."""

    async def stop(self) -> None:
        """Nothing to close."""

    def degraded(self) -> str:
        return ""

    async def subscribe_hints(self, subject: str, callback: Callable[[Delivery], None]) -> None:
        """Keep the callback."""
        self._callbacks.append((subject, callback))

    def on_reconnect(self, callback: Callable[[], None]) -> None:
        """Never lost, never back."""

    def say(self, subject: str, body: bytes = b"") -> None:
        """Have a fact heard."""
        delivery = Delivery(str(uuid.uuid4()), subject, "", "", 1, 1, body, "", 1, datetime.now(UTC))
        for wanted, callback in self._callbacks:
            if subject == wanted or (wanted.endswith(">") and subject.startswith(wanted[:-1])):
                callback(delivery)


class Upstream:
    """Everything behind and the application in front; `start` and `stop` it, or run it under a real server.

    Args:
        identity_address: Where a real identity listens, in place of the stand-in; empty for the stand-in.
        enrollment_address: The same for enrollment.
    """

    def __init__(self, identity_address: str = "", enrollment_address: str = "") -> None:
        self._identity_address = identity_address
        self.enrollment_address = enrollment_address
        self.notify_address = ""
        """The same for notify, set before the start."""
        self.faculty_address = ""
        """The same for faculty."""
        self.identity, self.enrollment, self.notify, self.faculty = Identity(), Enrollment(), Notify(), Faculty()
        self.staff, self.support, self.unlocks = Staff(self.identity), Support(self.identity), Unlocks()
        self.papers = StandIn(paper_service_pb2, "PaperService")
        self.printed = StandIn(form_service_pb2, "FormService")
        self.stories = StandIn(story_service_pb2, "StoryService")
        self.exports = StandIn(export_service_pb2, "ExportService")
        self.selection = StandIn(selection_service_pb2, "SelectionService")
        self.places = StandIn(place_service_pb2, "PlaceService")
        self.plans = StandIn(plan_service_pb2, "PlanService")
        self.screening = StandIn(screening_service_pb2, "ScreeningService")
        self.reallocation = StandIn(reallocation_service_pb2, "ReallocationService")
        self.calendars = StandIn(calendar_service_pb2, "CalendarService")
        self.amendments = StandIn(amendment_service_pb2, "AmendmentService")
        self.preferences, self.campaigns, self.deliveries = Preferences(), Campaigns(), deliveries()
        self.teaching = {
            "BatchService": StandIn(batch_service_pb2, "BatchService"),
            "StandingService": StandIn(standing_service_pb2, "StandingService"),
            "RatingService": StandIn(rating_service_pb2, "RatingService"),
            "AppointmentService": StandIn(appointment_service_pb2, "AppointmentService"),
            "RosterService": StandIn(roster_service_pb2, "RosterService"),
            "RotationService": StandIn(rotation_service_pb2, "RotationService"),
            "AssignmentService": StandIn(assignment_service_pb2, "AssignmentService"),
            "FacultyReportService": StandIn(report_service_pb2, "FacultyReportService"),
        }
        """The services of faculty beside the dossier, by name."""
        self.hints = Hints()

    async def start(self) -> None:
        """Serve gRPC on a free port and build the application."""
        files: list[tuple[Any, Any, object]] = [
            (
                registration_service_pb2,
                registration_service_pb2_grpc.add_RegistrationServiceServicer_to_server,
                self.identity,
            ),
            (session_service_pb2, session_service_pb2_grpc.add_SessionServiceServicer_to_server, self.identity),
            (scan_service_pb2, scan_service_pb2_grpc.add_ScanServiceServicer_to_server, self.identity),
            (
                credential_service_pb2,
                credential_service_pb2_grpc.add_CredentialServiceServicer_to_server,
                self.identity,
            ),
            (person_service_pb2, person_service_pb2_grpc.add_PersonServiceServicer_to_server, self.identity),
            (staff_service_pb2, staff_service_pb2_grpc.add_StaffServiceServicer_to_server, self.staff),
            (support_service_pb2, support_service_pb2_grpc.add_SupportServiceServicer_to_server, self.support),
            (unlock_service_pb2, unlock_service_pb2_grpc.add_SupportServiceServicer_to_server, self.unlocks),
            (cycle_service_pb2, cycle_service_pb2_grpc.add_CycleServiceServicer_to_server, self.enrollment),
            (
                application_service_pb2,
                application_service_pb2_grpc.add_ApplicationServiceServicer_to_server,
                self.enrollment,
            ),
            (decision_service_pb2, decision_service_pb2_grpc.add_DecisionServiceServicer_to_server, self.enrollment),
            (board_service_pb2, board_service_pb2_grpc.add_BoardServiceServicer_to_server, self.enrollment),
            (notify_service_pb2, notify_service_pb2_grpc.add_NotifyServiceServicer_to_server, self.notify),
            (
                preference_service_pb2,
                preference_service_pb2_grpc.add_PreferenceServiceServicer_to_server,
                self.preferences,
            ),
            (campaign_service_pb2, campaign_service_pb2_grpc.add_CampaignServiceServicer_to_server, self.campaigns),
            (delivery_service_pb2, delivery_service_pb2_grpc.add_DeliveryServiceServicer_to_server, self.deliveries),
            (faculty_service_pb2, faculty_service_pb2_grpc.add_FacultyServiceServicer_to_server, self.faculty),
            (paper_service_pb2, paper_service_pb2_grpc.add_PaperServiceServicer_to_server, self.papers),
            (form_service_pb2, form_service_pb2_grpc.add_FormServiceServicer_to_server, self.printed),
            (story_service_pb2, story_service_pb2_grpc.add_StoryServiceServicer_to_server, self.stories),
            (export_service_pb2, export_service_pb2_grpc.add_ExportServiceServicer_to_server, self.exports),
            (selection_service_pb2, selection_service_pb2_grpc.add_SelectionServiceServicer_to_server, self.selection),
            (place_service_pb2, place_service_pb2_grpc.add_PlaceServiceServicer_to_server, self.places),
            (plan_service_pb2, plan_service_pb2_grpc.add_PlanServiceServicer_to_server, self.plans),
            (screening_service_pb2, screening_service_pb2_grpc.add_ScreeningServiceServicer_to_server, self.screening),
            (
                reallocation_service_pb2,
                reallocation_service_pb2_grpc.add_ReallocationServiceServicer_to_server,
                self.reallocation,
            ),
            (calendar_service_pb2, calendar_service_pb2_grpc.add_CalendarServiceServicer_to_server, self.calendars),
            (amendment_service_pb2, amendment_service_pb2_grpc.add_AmendmentServiceServicer_to_server, self.amendments),
            (
                batch_service_pb2,
                batch_service_pb2_grpc.add_BatchServiceServicer_to_server,
                self.teaching["BatchService"],
            ),
            (
                standing_service_pb2,
                standing_service_pb2_grpc.add_StandingServiceServicer_to_server,
                self.teaching["StandingService"],
            ),
            (
                rating_service_pb2,
                rating_service_pb2_grpc.add_RatingServiceServicer_to_server,
                self.teaching["RatingService"],
            ),
            (
                appointment_service_pb2,
                appointment_service_pb2_grpc.add_AppointmentServiceServicer_to_server,
                self.teaching["AppointmentService"],
            ),
            (
                roster_service_pb2,
                roster_service_pb2_grpc.add_RosterServiceServicer_to_server,
                self.teaching["RosterService"],
            ),
            (
                rotation_service_pb2,
                rotation_service_pb2_grpc.add_RotationServiceServicer_to_server,
                self.teaching["RotationService"],
            ),
            (
                assignment_service_pb2,
                assignment_service_pb2_grpc.add_AssignmentServiceServicer_to_server,
                self.teaching["AssignmentService"],
            ),
            (
                report_service_pb2,
                report_service_pb2_grpc.add_FacultyReportServiceServicer_to_server,
                self.teaching["FacultyReportService"],
            ),
        ]
        servicers = [
            Servicer(
                next(iter(file.DESCRIPTOR.services_by_name.values())),
                add,
                servicer,
                max_bytes=12 * 1024 * 1024 if servicer is self.papers else MAX_MESSAGE_BYTES,
            )
            for file, add, servicer in files
        ]
        self._server = GrpcServer(0, servicers, self.verifier())
        await self._server.start()
        address = f"127.0.0.1:{self._server.port}"
        self.settings = PortalSettings(
            identity_address=self._identity_address or address,
            enrollment_address=self.enrollment_address or address,
            faculty_address=self.faculty_address or address,
            notify_address=self.notify_address or address,
        )
        self._clients = Clients(self.settings)
        self.portal = Portal(self._clients, self.verifier())
        self.hub = LiveHub(self.hints, self.portal.heard)
        await self.hub.start()
        self.app = build(self.portal, self.hub)

    async def stop(self) -> None:
        """Stop everything."""
        await self.hub.stop()
        await self._clients.stop()
        await self._server.stop()

    def verifier(self) -> TokenVerifier:
        """Checks tokens of the identity here, or of the real one."""
        if self._identity_address:
            return token_verifier(Settings(identity_address=self._identity_address))

        async def fetch() -> str:
            return self.identity.key_set()

        return TokenVerifier(fetch)

    def browser(self, login: str = "", **claims: Any) -> httpx.AsyncClient:
        """A browser, signed in as `login` when named; `claims` as for `Identity.token`."""
        headers = {"sec-fetch-site": "same-origin", "origin": ORIGIN}
        cookies = {SESSION: self.identity.token(login, **claims)} if login else {}
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers=headers, cookies=cookies)

    def program(self, login: str = "") -> httpx.AsyncClient:
        """A program on the REST side, with a bearer token when a login is named; a fresh key for each client."""
        headers = {"idempotency-key": str(uuid.uuid4())}
        if login:
            headers["authorization"] = f"Bearer {self.identity.token(login)}"
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url=f"{ORIGIN}/api/v1", headers=headers)
