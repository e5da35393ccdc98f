"""Facts of identity as other services hear them: ids and enums only."""

from __future__ import annotations

from datetime import datetime

from google.protobuf.message import Message

from residency.identity.v1 import events_pb2
from services.kit.domain import Fact
from services.kit.ids import new_id


def session_ended(session_id: str, forget_at: datetime) -> Fact:
    """Tokens of a session count no longer; nobody need remember it after `forget_at`."""
    body = events_pb2.SessionEnded(session_id=session_id)
    body.forget_at.FromDatetime(forget_at)
    return _fact("session.ended", body, session_id, 1)


def security_noticed(person_id: str, what: str, at: datetime) -> Fact:
    """Something the person should hear of; `what` is one of those named in the contract (`SecurityNoticed.what`)."""
    # Versions rise with time: nobody counts what happens to an account.
    body = events_pb2.SecurityNoticed(person_id=person_id, what=what)
    return _fact("security.noticed", body, person_id, int(at.timestamp()))


def _fact(name: str, body: Message, aggregate_id: str, version: int) -> Fact:
    return Fact(
        subject=f"residency.identity.v1.{name}",
        event_type=body.DESCRIPTOR.full_name,
        body=body.SerializeToString(),
        aggregate_id=aggregate_id,
        version=version,
        event_id=new_id(),
    )
