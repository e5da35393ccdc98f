"""The workflows process: its settings and its parts. It holds no database credentials."""

from __future__ import annotations

from residency.enrollment.v1.cycle_service_pb2_grpc import CycleServiceStub
from residency.enrollment.v1.place_service_pb2_grpc import PlaceServiceStub
from residency.enrollment.v1.selection_service_pb2_grpc import SelectionServiceStub
from services.access import channel_to, machine_token
from services.kit.grpc_client import Channel
from services.kit.messaging import Messaging
from services.kit.part import Part
from services.kit.settings import Settings
from workflows.connection import TemporalConnection
from workflows.next_cycle.schedule import NextCycleSchedule
from workflows.reconcile import Reconcile
from workflows.signal_bridge import SignalBridge
from workflows.worker import Workers, queues

MACHINE = "worker"
"""The machine this process signs in as; its role is `scheduler`."""


class WorkflowSettings(Settings):
    """What only this process reads."""

    worker_build_id: str = ""
    """Version under which this worker polls; unversioned when empty."""
    next_cycle_cron: str = "0 9 1 11 *"
    """When the drafts of the next year are prepared (minute, hour, day, month, weekday); never when empty."""
    next_cycle_zone: str = "Asia/Shanghai"
    """IANA zone by whose clock and year that is."""
    temporal_metrics: str = ""
    """host:port on which the SDK's core serves its own Prometheus metrics; none when empty."""


SETTINGS = WorkflowSettings


def reconcile_part(connection: TemporalConnection, enrollment: Channel) -> Reconcile:
    """The comparison over `enrollment`'s services, for this process and for `residency reconcile`."""
    cycles, offers = enrollment.stub(CycleServiceStub), enrollment.stub(PlaceServiceStub)
    return Reconcile(connection, cycles, offers, enrollment.stub(SelectionServiceStub))


def parts(settings: WorkflowSettings) -> list[Part]:
    """Connection, workers, bridge and the net under it, in starting order."""
    token = machine_token(MACHINE, settings)
    enrollment = channel_to("enrollment", settings, token)
    notify = channel_to("notify", settings, token)
    connection = TemporalConnection(settings, settings.temporal_metrics)
    messaging = Messaging(settings.nats_url, name="workflows")
    return [
        connection,
        Workers(connection, queues(enrollment, notify), settings.worker_build_id),
        messaging,
        SignalBridge(connection).consumer(messaging),
        reconcile_part(connection, enrollment),
        NextCycleSchedule(connection, settings.next_cycle_cron, settings.next_cycle_zone),
    ]
