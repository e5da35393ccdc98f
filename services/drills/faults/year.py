"""One year of a scene: commands on it as people give them, and what its tables say of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from google.protobuf.json_format import ParseDict
from google.protobuf.struct_pb2 import Struct

from residency.enrollment.v1 import (
    application_pb2,
    application_service_pb2,
    cycle_service_pb2,
    decision_service_pb2,
    place_service_pb2,
)
from residency.enrollment.v1.application_service_pb2_grpc import ApplicationServiceStub
from residency.enrollment.v1.cycle_service_pb2_grpc import CycleServiceStub
from residency.enrollment.v1.decision_service_pb2_grpc import DecisionServiceStub
from residency.enrollment.v1.place_service_pb2_grpc import PlaceServiceStub
from services.kit.grpc_client import Channel
from services.kit.ids import new_id
from services.rehearsal.dossiers import SECTIONS, amend

if TYPE_CHECKING:
    from services.drills.faults.scene import Actor

Call = Callable[[], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody applies to."""

    base_code: str
    specialty_code: str


class Year:
    """A cycle of the scene. What returns a `Call` sends its request, the same each time, when it is called."""

    def __init__(self, cycle_id: str, channel: Channel, bases: list[str], specialties: list[str]) -> None:
        self.cycle_id = cycle_id
        self.places = [Place(base, specialty) for base in bases for specialty in specialties]
        self._applications = channel.stub(ApplicationServiceStub)
        self._decisions = channel.stub(DecisionServiceStub)
        self._places = channel.stub(PlaceServiceStub)
        self._cycles = channel.stub(CycleServiceStub)

    def start(self, key: str = "") -> Call:
        """Start an application."""
        request = application_service_pb2.StartApplicationRequest(
            cycle_id=self.cycle_id, idempotency_key=key or new_id()
        )
        return lambda: self._applications.StartApplication(request)

    def save(self, actor: Actor, section: str = "basic", number: int = 0, key: str = "") -> Call:
        """Save a section; the basic one with the actor's `number`-th telephone number."""
        body = amend(actor.dossier["basic"], number) if section == "basic" else actor.dossier[section]
        request = application_service_pb2.SaveSectionRequest(
            cycle_id=self.cycle_id,
            section=f"SECTION_{section.upper()}",
            body=_struct(body),
            idempotency_key=key or new_id(),
        )
        return lambda: self._applications.SaveSection(request)

    def choose(self, place: Place, key: str = "") -> Call:
        """Save the choice of a place."""
        request = application_service_pb2.SaveChoiceRequest(
            cycle_id=self.cycle_id,
            choice=application_pb2.Choice(
                base_code=place.base_code, specialty_code=place.specialty_code, accepts_reallocation=True
            ),
            idempotency_key=key or new_id(),
        )
        return lambda: self._applications.SaveChoice(request)

    def submit(self, key: str = "") -> Call:
        """Submit what is filled in and chosen."""
        request = application_service_pb2.SubmitApplicationRequest(
            cycle_id=self.cycle_id, idempotency_key=key or new_id()
        )
        return lambda: self._applications.SubmitApplication(request)

    def approve(self, application_id: str, submission: int = 1, key: str = "") -> Call:
        """Approve a submission."""
        request = decision_service_pb2.ReviewApplicationRequest(
            application_id=application_id,
            submission_number=submission,
            verdict=decision_service_pb2.VERDICT_APPROVE,
            idempotency_key=key or new_id(),
        )
        return lambda: self._decisions.ReviewApplication(request)

    def grant(self, application_id: str, submission: int = 1, key: str = "", remark: str = "") -> Call:
        """Give a place."""
        request = decision_service_pb2.GrantProvisionalRequest(
            application_id=application_id, submission_number=submission, remark=remark, idempotency_key=key or new_id()
        )
        return lambda: self._decisions.GrantProvisional(request)

    def admit(self, application_id: str, key: str = "") -> Call:
        """Admit who has a place."""
        request = decision_service_pb2.AdmitRequest(application_id=application_id, idempotency_key=key or new_id())
        return lambda: self._decisions.Admit(request)

    def undo(self, application_id: str, key: str = "") -> Call:
        """Take back what the base decided last."""
        request = place_service_pb2.UndoRequest(
            application_id=application_id, reason="故障演练", idempotency_key=key or new_id()
        )
        return lambda: self._places.Undo(request)

    async def phase(self, actor: Actor) -> int:
        """The number of the phase in which the gate stands."""
        request = cycle_service_pb2.GetCycleRequest(cycle_id=self.cycle_id)
        return int((await actor.do(lambda: self._cycles.GetCycle(request))).cycle.sequence)

    async def begin(self, actor: Actor) -> str:
        """Start an application and fill in everything; its id."""
        answer = await actor.do(self.start())
        for section in SECTIONS:
            await actor.do(self.save(actor, section))
        return str(answer.application.application_id)

    async def apply(self, actor: Actor, place: Place) -> str:
        """Start, fill in, choose and submit; the application's id."""
        application_id = await self.begin(actor)
        await actor.do(self.choose(place))
        await actor.do(self.submit())
        return application_id


def _struct(body: Mapping[str, Any]) -> Struct:
    return ParseDict(dict(body), Struct())
