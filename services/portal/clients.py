"""The services behind the portal: one stub each; every call carries the person's own token (`kit.auth.act_as`)."""

from __future__ import annotations

from residency.enrollment.v1.application_service_pb2_grpc import ApplicationServiceStub
from residency.enrollment.v1.board_service_pb2_grpc import BoardServiceStub
from residency.enrollment.v1.cycle_service_pb2_grpc import CycleServiceStub
from residency.enrollment.v1.decision_service_pb2_grpc import DecisionServiceStub
from residency.enrollment.v1.support_service_pb2_grpc import SupportServiceStub as UnlockServiceStub
from residency.faculty.v1.faculty_service_pb2_grpc import FacultyServiceStub
from residency.identity.v1.credential_service_pb2_grpc import CredentialServiceStub
from residency.identity.v1.person_service_pb2_grpc import PersonServiceStub
from residency.identity.v1.registration_service_pb2_grpc import RegistrationServiceStub
from residency.identity.v1.scan_service_pb2_grpc import ScanServiceStub
from residency.identity.v1.session_service_pb2_grpc import SessionServiceStub
from residency.identity.v1.staff_service_pb2_grpc import StaffServiceStub
from residency.identity.v1.support_service_pb2_grpc import SupportServiceStub
from residency.notify.v1.notify_service_pb2_grpc import NotifyServiceStub
from services.access import channel_to
from services.kit.settings import Settings


class Clients:
    """A part that holds the channels; calls return the response or raise DomainError.

    The portal has no token of its own: outside a signed-in request only methods open to anyone answer.
    """

    name = "clients"

    def __init__(self, settings: Settings) -> None:
        identity = channel_to("identity", settings)
        enrollment = channel_to("enrollment", settings)
        faculty = channel_to("faculty", settings)
        notify = channel_to("notify", settings)
        self._channels = (identity, enrollment, faculty, notify)
        self.registrations = identity.stub(RegistrationServiceStub)
        self.sessions = identity.stub(SessionServiceStub)
        self.scans = identity.stub(ScanServiceStub)
        self.credentials = identity.stub(CredentialServiceStub)
        self.persons = identity.stub(PersonServiceStub)
        self.staff = identity.stub(StaffServiceStub)
        self.support = identity.stub(SupportServiceStub)
        self.cycles = enrollment.stub(CycleServiceStub)
        self.applications = enrollment.stub(ApplicationServiceStub)
        self.decisions = enrollment.stub(DecisionServiceStub)
        self.board = enrollment.stub(BoardServiceStub)
        self.unlocks = enrollment.stub(UnlockServiceStub)
        self.faculty = faculty.stub(FacultyServiceStub)
        self.notify = notify.stub(NotifyServiceStub)

    async def start(self) -> None:
        """Nothing to wait for: channels connect at their first call."""

    async def stop(self) -> None:
        """Close the channels."""
        for channel in self._channels:
            await channel.close()

    def not_ready(self) -> str:
        """Always ready: the portal says on the page when a service behind it is down."""
        return ""
