"""Facts that tell a person about something that happened to their account; notify makes messages of them."""

from __future__ import annotations

from enum import StrEnum

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


def noticed(person_id: str, what: Notice) -> Fact:
    """The fact `residency.identity.v1.security.noticed`, to be added to the transaction of the act."""
    body = events_pb2.SecurityNoticed(person_id=person_id, what=what.value)
    return Fact(
        subject="residency.identity.v1.security.noticed",
        event_type=body.DESCRIPTOR.full_name,
        body=body.SerializeToString(),
        aggregate_id=person_id,
        version=1,
        event_id=new_id(),
    )
