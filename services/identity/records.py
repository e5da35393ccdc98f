"""Rows of identity as the use cases see them; instants are aware UTC."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from services.identity.domain.documents import DocumentType
from services.identity.domain.roles import Role


class PersonState(StrEnum):
    """How far an account has come."""

    ACTIVE = "active"
    HELD = "held"
    SUSPENDED = "suspended"
    ERASED = "erased"


@dataclass(frozen=True, slots=True)
class Person:
    """One person, one account."""

    person_id: str
    login: str
    name: str
    password_hash: str = field(repr=False)
    password_set_at: datetime
    state: PersonState
    document_type: DocumentType | None
    document_lookup: bytes | None = field(repr=False)
    document_sealed: bytes | None = field(repr=False)
    birth_lookup: bytes | None = field(repr=False)
    mobile_lookup: bytes | None = field(repr=False)
    mobile_sealed: bytes | None = field(repr=False)
    bound_at: datetime | None
    """When name and document were bound; None while they are not."""
    last_bound_at: datetime | None
    """The last successful binding, unbound since or not."""
    override_until: datetime | None
    created_at: datetime
    seen_at: datetime

    @property
    def verified(self) -> bool:
        """ID-17: name and document are bound by a real-name verification, and nobody holds the account back."""
        return self.bound_at is not None and self.state is PersonState.ACTIVE


@dataclass(frozen=True, slots=True)
class Hat:
    """One hat of a person."""

    hat_id: str
    person_id: str
    role: Role
    organisation_code: str
    given_by: str
    given_at: datetime
    expires_at: datetime | None = None
    suspended_at: datetime | None = None
    ended_at: datetime | None = None
    organisation_name: str = ""

    def wearable(self, now: datetime) -> bool:
        """ROLE-15: not ended, not suspended, not expired."""
        return (
            self.ended_at is None and self.suspended_at is None and (self.expires_at is None or now < self.expires_at)
        )


@dataclass(frozen=True, slots=True)
class Session:
    """One session of a person: a browser that is signed in."""

    session_id: str
    person_id: str
    hat_id: str | None
    """The hat it carries, or is to carry once a second factor is enrolled; None while none is chosen."""
    role: Role
    organisation_code: str
    generation: int
    """How often its refresh token was exchanged, from 1."""
    rotated_at: datetime
    began_at: datetime
    idle_at: datetime
    """When it ends for want of use."""
    ends_at: datetime
    """When it ends whatever happens."""
    proved_at: datetime | None = None
    acting_by: str = ""
    may_write: bool = True
    browser: str = ""
    address: str = ""
    ended_at: datetime | None = None
    end_reason: str = ""

    def live(self, now: datetime) -> bool:
        """SES-07: neither ended nor left alone for too long."""
        return self.ended_at is None and now < self.idle_at and now < self.ends_at


@dataclass(frozen=True, slots=True)
class Challenge:
    """A second factor that is owed."""

    challenge_id: str
    person_id: str
    session_id: str | None
    purpose: str
    """`sign_in` or `step_up`."""
    nonce: bytes = field(repr=False)
    tries: int
    expires_at: datetime
    used_at: datetime | None = None
