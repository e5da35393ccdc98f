"""The services behind the portal: one stub each; every call carries the person's own token (`kit.auth.act_as`)."""

from __future__ import annotations

from residency.enrollment.v1.amendment_service_pb2_grpc import AmendmentServiceStub
from residency.enrollment.v1.application_service_pb2_grpc import ApplicationServiceStub
from residency.enrollment.v1.board_service_pb2_grpc import BoardServiceStub
from residency.enrollment.v1.calendar_service_pb2_grpc import CalendarServiceStub
from residency.enrollment.v1.cycle_service_pb2_grpc import CycleServiceStub
from residency.enrollment.v1.decision_service_pb2_grpc import DecisionServiceStub
from residency.enrollment.v1.export_service_pb2_grpc import ExportServiceStub
from residency.enrollment.v1.form_service_pb2_grpc import FormServiceStub
from residency.enrollment.v1.paper_service_pb2_grpc import PaperServiceStub
from residency.enrollment.v1.place_service_pb2_grpc import PlaceServiceStub
from residency.enrollment.v1.plan_service_pb2_grpc import PlanServiceStub
from residency.enrollment.v1.reallocation_service_pb2_grpc import ReallocationServiceStub
from residency.enrollment.v1.screening_service_pb2_grpc import ScreeningServiceStub
from residency.enrollment.v1.selection_service_pb2_grpc import SelectionServiceStub
from residency.enrollment.v1.story_service_pb2_grpc import StoryServiceStub
from residency.enrollment.v1.support_service_pb2_grpc import SupportServiceStub as UnlockServiceStub
from residency.faculty.v1.appointment_service_pb2_grpc import AppointmentServiceStub
from residency.faculty.v1.assignment_service_pb2_grpc import AssignmentServiceStub
from residency.faculty.v1.batch_service_pb2_grpc import BatchServiceStub
from residency.faculty.v1.faculty_service_pb2_grpc import FacultyServiceStub
from residency.faculty.v1.rating_service_pb2_grpc import RatingServiceStub
from residency.faculty.v1.report_service_pb2_grpc import FacultyReportServiceStub
from residency.faculty.v1.roster_service_pb2_grpc import RosterServiceStub
from residency.faculty.v1.rotation_service_pb2_grpc import RotationServiceStub
from residency.faculty.v1.standing_service_pb2_grpc import StandingServiceStub
from residency.identity.v1.credential_service_pb2_grpc import CredentialServiceStub
from residency.identity.v1.person_service_pb2_grpc import PersonServiceStub
from residency.identity.v1.registration_service_pb2_grpc import RegistrationServiceStub
from residency.identity.v1.scan_service_pb2_grpc import ScanServiceStub
from residency.identity.v1.service_account_service_pb2_grpc import ServiceAccountServiceStub
from residency.identity.v1.session_service_pb2_grpc import SessionServiceStub
from residency.identity.v1.staff_service_pb2_grpc import StaffServiceStub
from residency.identity.v1.support_service_pb2_grpc import SupportServiceStub
from residency.notify.v1.campaign_service_pb2_grpc import CampaignServiceStub
from residency.notify.v1.delivery_service_pb2_grpc import DeliveryServiceStub
from residency.notify.v1.notify_service_pb2_grpc import NotifyServiceStub
from residency.notify.v1.preference_service_pb2_grpc import PreferenceServiceStub
from residency.notify.v1.webhook_service_pb2_grpc import WebhookServiceStub
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
        self.channels = {"identity": identity, "enrollment": enrollment, "faculty": faculty, "notify": notify}
        self.registrations = identity.stub(RegistrationServiceStub)
        self.sessions = identity.stub(SessionServiceStub)
        self.scans = identity.stub(ScanServiceStub)
        self.credentials = identity.stub(CredentialServiceStub)
        self.persons = identity.stub(PersonServiceStub)
        self.service_accounts = identity.stub(ServiceAccountServiceStub)
        self.staff = identity.stub(StaffServiceStub)
        self.support = identity.stub(SupportServiceStub)
        self.cycles = enrollment.stub(CycleServiceStub)
        self.calendars = enrollment.stub(CalendarServiceStub)
        self.amendments = enrollment.stub(AmendmentServiceStub)
        self.applications = enrollment.stub(ApplicationServiceStub)
        self.decisions = enrollment.stub(DecisionServiceStub)
        self.board = enrollment.stub(BoardServiceStub)
        self.papers = enrollment.stub(PaperServiceStub)
        self.printed = enrollment.stub(FormServiceStub)
        self.stories = enrollment.stub(StoryServiceStub)
        self.exports = enrollment.stub(ExportServiceStub)
        self.selection = enrollment.stub(SelectionServiceStub)
        self.places = enrollment.stub(PlaceServiceStub)
        self.plans = enrollment.stub(PlanServiceStub)
        self.screening = enrollment.stub(ScreeningServiceStub)
        self.reallocation = enrollment.stub(ReallocationServiceStub)
        self.unlocks = enrollment.stub(UnlockServiceStub)
        self.faculty = faculty.stub(FacultyServiceStub)
        self.batches = faculty.stub(BatchServiceStub)
        self.standing = faculty.stub(StandingServiceStub)
        self.ratings = faculty.stub(RatingServiceStub)
        self.appointments = faculty.stub(AppointmentServiceStub)
        self.rosters = faculty.stub(RosterServiceStub)
        self.rotations = faculty.stub(RotationServiceStub)
        self.assignment = faculty.stub(AssignmentServiceStub)
        self.faculty_reports = faculty.stub(FacultyReportServiceStub)
        self.notify = notify.stub(NotifyServiceStub)
        self.preferences = notify.stub(PreferenceServiceStub)
        self.campaigns = notify.stub(CampaignServiceStub)
        self.deliveries = notify.stub(DeliveryServiceStub)
        self.webhooks = notify.stub(WebhookServiceStub)

    async def start(self) -> None:
        """Nothing to wait for: channels connect at their first call."""

    async def stop(self) -> None:
        """Close the channels."""
        for channel in self.channels.values():
            await channel.close()

    def not_ready(self) -> str:
        """Always ready: the portal says on the page when a service behind it is down."""
        return ""
