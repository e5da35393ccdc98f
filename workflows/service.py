"""The workflows process: its parts. It holds no database credentials."""

from __future__ import annotations

from residency.enrollment.v1.cycle_service_pb2_grpc import CycleServiceStub
from residency.enrollment.v1.place_service_pb2_grpc import PlaceServiceStub
from residency.enrollment.v1.selection_service_pb2_grpc import SelectionServiceStub
from residency.faculty.v1.appointment_service_pb2_grpc import AppointmentServiceStub
from residency.faculty.v1.batch_service_pb2_grpc import BatchServiceStub
from services.access import channel_to, machine_token
from services.kit import clock_check
from services.kit.grpc_client import Channel
from services.kit.messaging import Messaging
from services.kit.part import Part
from services.kit.watch import Watch
from workflows.connection import LOOK_SECONDS, TemporalConnection
from workflows.faculty_bridge import FacultyBridge
from workflows.faculty_eligibility.schedule import EligibilitySchedule
from workflows.faculty_waits import FacultyBooks
from workflows.gauges import SdkMetrics, run_gauges
from workflows.next_cycle.schedule import NextCycleSchedule
from workflows.reconcile import Reconcile
from workflows.settings import WorkflowSettings
from workflows.signal_bridge import SignalBridge
from workflows.worker import Workers, queues

MACHINE = "worker"
"""The machine this process signs in as; its role is `scheduler`."""


SETTINGS = WorkflowSettings


def reconcile_part(connection: TemporalConnection, enrollment: Channel, faculty: Channel) -> Reconcile:
    """The comparison over the services of `enrollment` and `faculty`, for this process and `residency reconcile`."""
    cycles, offers = enrollment.stub(CycleServiceStub), enrollment.stub(PlaceServiceStub)
    books = FacultyBooks(faculty.stub(BatchServiceStub), faculty.stub(AppointmentServiceStub))
    return Reconcile(connection, cycles, offers, enrollment.stub(SelectionServiceStub), books)


def parts(settings: WorkflowSettings) -> list[Part]:
    """Connection, workers, bridge and the net under it, in starting order."""
    token = machine_token(MACHINE, settings)
    enrollment = channel_to("enrollment", settings, token)
    notify = channel_to("notify", settings, token)
    faculty = channel_to("faculty", settings, token)
    connection = TemporalConnection(settings, settings.temporal_metrics)
    messaging = Messaging.of(settings, "workflows")
    return [
        connection,
        Watch("temporal server", connection.look, LOOK_SECONDS, needed=True),
        Workers(connection, queues(enrollment, notify, faculty), settings.worker_build_id, settings.worker_deployment),
        messaging,
        clock_check.by_nats(messaging, settings.clock_skew_seconds),
        SignalBridge(connection).consumer(messaging),
        FacultyBridge(connection).consumer(messaging),
        reconcile_part(connection, enrollment, faculty),
        run_gauges(connection),
        SdkMetrics(settings.temporal_metrics),
        NextCycleSchedule(connection, settings.next_cycle_cron, settings.next_cycle_zone),
        EligibilitySchedule(connection, settings.eligibility_cron, settings.eligibility_zone),
    ]
