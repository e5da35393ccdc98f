"""Facts of identity as other services hear them: ids and enums only."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from google.protobuf.message import Message

from residency.identity.v1 import events_pb2
from services.kit.domain import Fact
from services.kit.ids import new_id


class Notice(StrEnum):
    """What its owner should hear of, by the names of the contract (`SecurityNoticed.what`)."""

    NEW_DEVICE = "new_device"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 (a name)
    MOBILE_CHANGED = "mobile_changed"
    FACTOR_ADDED = "factor_added"
    FACTOR_REMOVED = "factor_removed"
    ACTED_AS = "acted_as"
    DOCUMENT_REVEALED = "document_revealed"
    ACCOUNT_SUSPENDED = "account_suspended"
    ACCOUNT_RESTORED = "account_restored"


def account_registered(person_id: str, role: str, held: bool) -> Fact:
    """A person opened an account; `role` is the name of the hat, upper case, and `held` that it waits for a human."""
    body = events_pb2.AccountRegistered(person_id=person_id, role=f"ROLE_{role}", held=held)
    return _fact("account.registered", body, person_id, 1)


def person_erased(person_id: str, at: datetime) -> Fact:
    """A person's data are gone; nothing follows it."""
    return _fact("person.erased", events_pb2.PersonErased(person_id=person_id), person_id, int(at.timestamp()))


def session_ended(session_id: str, forget_at: datetime) -> Fact:
    """Tokens of a session count no longer; nobody need remember it after `forget_at`."""
    body = events_pb2.SessionEnded(session_id=session_id)
    body.forget_at.FromDatetime(forget_at)
    return _fact("session.ended", body, session_id, 1)


def noticed(person_id: str, what: Notice) -> Fact:
    """Something happened to an account that its owner should hear of; notify makes a message of it."""
    return _fact("security.noticed", events_pb2.SecurityNoticed(person_id=person_id, what=what.value), person_id, 1)


def account_released(person_id: str) -> Fact:
    """A held account may be used now."""
    return _fact("account.released", events_pb2.AccountReleased(person_id=person_id), person_id, 1)


def _fact(name: str, body: Message, aggregate_id: str, version: int) -> Fact:
    return Fact(
        subject=f"residency.identity.v1.{name}",
        event_type=body.DESCRIPTOR.full_name,
        body=body.SerializeToString(),
        aggregate_id=aggregate_id,
        version=version,
        event_id=new_id(),
    )
