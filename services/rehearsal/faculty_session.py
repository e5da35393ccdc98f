"""Those of a faculty season at the door: as applicants and staff are, with pictures and an audit of their own."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

from residency.faculty.v1 import faculty_service_pb2 as dossiers
from residency.faculty.v1.faculty_service_pb2_grpc import FacultyServiceStub
from services.access import channel_to
from services.kit.auth import act_as
from services.kit.domain import DomainError, Kind
from services.kit.grpc_client import Channel
from services.kit.settings import Settings
from services.rehearsal.rest import Answer, Sent
from services.rehearsal.session import Session

_PATIENCE = timedelta(seconds=180)
_AT_ONCE = 3
"""Each picture is decoded and drawn anew, which takes a core for a while."""
_KINDS = {
    "id_scan": dossiers.PAPER_KIND_ID_SCAN,
    "photo": dossiers.PAPER_KIND_PHOTO,
    "qualification_scan": dossiers.PAPER_KIND_QUALIFICATION_SCAN,
}
_BY_ROW = "decide_"
"""Commands about several candidacies: each row is taken under a key that faculty makes of theirs."""


@dataclass(slots=True)
class Deeds:
    """What the people of a faculty season did."""

    accepted: dict[str, str] = field(default_factory=dict)
    """Idempotency key → command, of every accepted one that is taken under that key."""
    done: Counter[str] = field(default_factory=Counter)
    """Accepted commands by name."""


@dataclass(slots=True)
class FacultySession(Session):
    """Writes into the ledger as any session does; faculty's audit is compared apart from that of enrollment."""

    deeds: Deeds = field(default_factory=Deeds)

    def note(self, name: str, key: str, sent: Sent, *, expected: bool, audited: bool, trespass: bool = False) -> None:
        """Write an exchange into the ledger, and what was accepted down for the audit of faculty."""
        if sent.answer.ok and key and audited:
            self.deeds.done[name] += 1
            if not name.startswith(_BY_ROW):
                self.deeds.accepted[key] = name
        Session.note(self, name, key, sent, expected=expected, audited=False, trespass=trespass)


class Pictures:
    """The one command of a dossier whose body is no JSON goes to the service itself, with its owner's token."""

    def __init__(self, settings: Settings) -> None:
        self._channel: Channel = channel_to("faculty", settings)
        self._faculty = self._channel.stub(FacultyServiceStub)
        self._slots = asyncio.Semaphore(_AT_ONCE)

    async def close(self) -> None:
        """Close the channel."""
        await self._channel.close()

    async def upload(self, session: FacultySession, kind: str, content: bytes) -> bool:
        """Put a picture into the dossier; tried again with the same key while the service is away or busy."""
        async with self._slots:
            return await self._upload(session, kind, content)

    async def _upload(self, session: FacultySession, kind: str, content: bytes) -> bool:
        clock, key = session.rest.clock, session.rest.key(session.actor)
        asked = dossiers.UploadPaperRequest(kind=_KINDS[kind], content=content, idempotency_key=key)
        sent_at, tries, doubtful = clock.now(), 0, False
        while True:
            tries += 1
            token = session.token
            answer = await self._once(token, asked)
            if answer.status == 401 and await session.renew(token):
                continue
            if answer.status not in (0, 429):
                break
            doubtful |= not answer.shed
            if clock.now() >= sent_at + _PATIENCE:
                # Turned away each time: then nothing can have happened. Otherwise nobody knows.
                answer = Answer(0, {}) if doubtful else answer
                break
            session.rest.ledger.tried_again(str(answer.status or "no answer"), clock.now())
            await asyncio.sleep(min(2.0, 0.1 * 2 ** min(tries, 6)))
        sent, expected = Sent(answer, tries, sent_at), answer.ok or answer.shed
        session.note("upload_faculty_paper", key, sent, expected=expected, audited=True)
        return answer.ok

    async def _once(self, token: str, asked: dossiers.UploadPaperRequest) -> Answer:
        """The answer as REST would give it."""
        try:
            with act_as(token):
                await self._faculty.UploadPaper(asked)
        except DomainError as error:
            status = {Kind.UNAUTHENTICATED: 401, Kind.EXHAUSTED: 429, Kind.UNAVAILABLE: 0}.get(error.kind, 409)
            return Answer(status, {"reason": error.reason})
        return Answer(201, {})
