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

_PATIENCE = timedelta(seconds=60)
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

    async def close(self) -> None:
        """Close the channel."""
        await self._channel.close()

    async def upload(self, session: FacultySession, kind: str, content: bytes) -> bool:
        """Put a picture into the dossier; tried again with the same key while the service is away."""
        clock, key = session.rest.clock, session.rest.key(session.actor)
        sent_at, tries, answer = clock.now(), 0, Answer(0, {})
        asked = dossiers.UploadPaperRequest(kind=_KINDS[kind], content=content, idempotency_key=key)
        while True:
            tries += 1
            token = session.token
            try:
                with act_as(token):
                    await self._faculty.UploadPaper(asked)
                answer = Answer(201, {})
                break
            except DomainError as error:
                if error.kind is Kind.UNAUTHENTICATED and await session.renew(token):
                    continue
                if error.kind not in (Kind.UNAVAILABLE, Kind.EXHAUSTED):
                    answer = Answer(409, {"reason": error.reason})
                    break
            if clock.now() >= sent_at + _PATIENCE:
                break
            await asyncio.sleep(min(2.0, 0.1 * 2**tries))
        session.note("upload_faculty_paper", key, Sent(answer, tries, sent_at), expected=answer.ok, audited=True)
        return answer.ok
