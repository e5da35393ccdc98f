"""What every page and route shares: the services behind, the memory of public answers, the live hub."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from starlette.requests import Request

from residency.enrollment.v1 import application_service_pb2, decision_service_pb2
from residency.faculty.v1 import faculty_service_pb2
from residency.identity.v1 import person_service_pb2
from residency.notify.v1 import notify_service_pb2
from services.kit.auth import TokenVerifier
from services.kit.domain import DomainError
from services.portal.board import Boards
from services.portal.clients import Clients
from services.portal.cycles import CycleBook, CycleView
from services.portal.dossier import Definition, Dossiers, label_of
from services.portal.edge.session import Visitor
from services.portal.i18n.language import language, speaking
from services.portal.organisations import Organisations
from services.portal.organisations import load as load_organisations
from services.portal.published import PublishedCalendars
from services.portal.remembered import Remembered
from services.portal.shape import Shape, shapes_of

_log = structlog.get_logger("portal")


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around every page."""

    visitor: Visitor
    name: str
    unread: int | None
    """Unread messages; None when anonymous or when notify does not answer."""
    cycle: CycleView | None


@dataclass(frozen=True, slots=True)
class Reasons:
    """Codes and names of the reasons that staff choose from."""

    rejections: list[tuple[str, str]]
    quits: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom people turn to about the platform; empty where the province names nobody."""

    phone: str = ""
    email: str = ""


_NOBODY = Contact()


class Portal:
    """The shared parts of one process; found on `request.app.state.portal`."""

    def __init__(self, clients: Clients, verifier: TokenVerifier, contact: Contact = _NOBODY) -> None:
        self.clients = clients
        self.contact = contact
        self.verifier = verifier
        self.cycles = CycleBook(clients)
        self.boards = Boards(clients)
        self.calendars = PublishedCalendars(clients)
        self.dossiers = Dossiers(self._ask_enrollment)
        self._reasons = Remembered(self._load_reasons, seconds=60.0)
        self._shapes = Remembered(self._load_shapes, seconds=60.0)
        self.faculty_dossiers = Dossiers(self._ask_faculty)
        self._faculty_shapes = Remembered(self._load_faculty_shapes, seconds=60.0)
        self._mine = Remembered(self._load_me, seconds=30.0, size=5000)
        self._organisations = Remembered(self._load_organisations, seconds=60.0)

    async def shapes(self) -> dict[str, Shape]:
        """How the fields of an applicant's sections hang together, by section."""
        return await self._shapes.get(language())

    async def faculty_shapes(self) -> dict[str, Shape]:
        """The same of a teacher's sections."""
        return await self._faculty_shapes.get(language())

    async def reasons(self) -> Reasons:
        """The coded reasons that staff choose from, at most a minute old."""
        return await self._reasons.get(language())

    async def organisations(self) -> Organisations:
        """Organisations by name, at most a minute old."""
        return await self._organisations.get("all")

    async def _load_organisations(self, _: str) -> Organisations:
        return await load_organisations(self.clients)

    def heard(self, topics: set[str]) -> None:
        """Facts were heard that change `topics`."""
        if "cycle" in topics:
            self.cycles.stale()
            self.calendars.stale()
        if "board" in topics:
            self.boards.stale()

    async def frame(self, visitor: Visitor, wanted_cycle: str = "") -> Frame:
        """The frame for `visitor`. Whatever a service cannot say now is left out: the page itself still stands."""
        name, unread, cycle = await asyncio.gather(
            self._name(visitor), self._unread(visitor), self._cycle(wanted_cycle)
        )
        return Frame(visitor, name, unread, cycle)

    async def _name(self, visitor: Visitor) -> str:
        if visitor.caller is None:
            return ""
        try:
            return str((await self.me(visitor)).person.name)
        except DomainError as error:
            _log.warning("name left out", reason=error.reason)
            return ""

    async def me(self, visitor: Visitor) -> person_service_pb2.GetMeResponse:
        """Who the visitor is: person, hat, binding; at most half a minute old. Call it within the visitor's request."""
        caller = visitor.require()
        return await self._mine.get((caller.session or caller.person_id, caller.role))

    async def _unread(self, visitor: Visitor) -> int | None:
        if visitor.caller is None or visitor.role in {"unchosen", "enrolling"}:
            return None
        try:
            answer = await self.clients.notify.CountUnread(notify_service_pb2.CountUnreadRequest())
            return int(answer.unread)
        except DomainError as error:
            _log.warning("unread count left out", reason=error.reason)
            return None

    async def _cycle(self, wanted: str) -> CycleView | None:
        try:
            return await self.cycles.find(wanted)
        except DomainError as error:
            _log.warning("deadline strip left out", reason=error.reason)
            return None

    async def _load_reasons(self, spoken: str) -> Reasons:
        answer = await self.clients.decisions.GetReasons(decision_service_pb2.GetReasonsRequest())
        with speaking(spoken):
            kinds = [[(each.code, label_of(each)) for each in kind] for kind in (answer.rejections, answer.quits)]
        return Reasons(*kinds)

    async def _load_shapes(self, spoken: str) -> dict[str, Shape]:
        definitions = await self._ask_enrollment()
        with speaking(spoken):
            return shapes_of(definitions)

    async def _load_faculty_shapes(self, spoken: str) -> dict[str, Shape]:
        definitions = await self._ask_faculty()
        with speaking(spoken):
            return shapes_of(definitions)

    async def _ask_enrollment(self) -> Sequence[Definition]:
        request = application_service_pb2.GetDossierDefinitionRequest()
        answer: application_service_pb2.GetDossierDefinitionResponse
        answer = await self.clients.applications.GetDossierDefinition(request)
        return answer.sections

    async def _ask_faculty(self) -> Sequence[Definition]:
        request = faculty_service_pb2.GetDossierDefinitionRequest()
        answer: faculty_service_pb2.GetDossierDefinitionResponse
        answer = await self.clients.faculty.GetDossierDefinition(request)
        return answer.sections

    async def _load_me(self, _key: tuple[str, str]) -> person_service_pb2.GetMeResponse:
        answer: person_service_pb2.GetMeResponse = await self.clients.persons.GetMe(person_service_pb2.GetMeRequest())
        return answer


def portal_of(request: Request) -> Portal:
    """The portal that serves `request`."""
    portal = request.app.state.portal
    assert isinstance(portal, Portal)
    return portal
