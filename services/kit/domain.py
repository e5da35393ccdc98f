"""What every domain shares: expected failures, who is calling, and facts. Standard library only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """The kinds of expected failure; `services.kit.errors` maps each to gRPC, HTTP and Temporal."""

    INVALID = "invalid"
    """The input breaks a rule that does not depend on state."""
    UNAUTHENTICATED = "unauthenticated"
    """Nobody known is calling."""
    FORBIDDEN = "forbidden"
    """Known, and not theirs to do."""
    NOT_FOUND = "not_found"
    """Absent, or not visible to the caller: the two look the same."""
    CONFLICT = "conflict"
    """Somebody was faster, or the caller saw an older version."""
    NOT_NOW = "not_now"
    """A rule forbids it in the present state or phase."""
    EXHAUSTED = "exhausted"
    """Too much asked; try later."""
    UNAVAILABLE = "unavailable"
    """A dependency is down; the same call may succeed later."""
    INTERNAL = "internal"
    """A bug; never raised on purpose by a domain."""


class DomainError(Exception):
    """An expected failure, with a stable reason for programs and a Chinese message for people.

    Args:
        kind: What sort of failure; decides status codes and retries.
        reason: Stable `UPPER_SNAKE` name; clients and tests rely on it.
        message: One sentence in Chinese for the person at the screen; no personal data.
        field: Name of the input field at fault, or empty.
        rule: Id of the rule that refused, or empty (`docs/rules.md`).
        until: Until when the refusal holds at the latest (aware UTC), when known.
        details: Further string facts for programs; no personal data.
    """

    def __init__(
        self,
        kind: Kind,
        reason: str,
        message: str,
        *,
        field: str = "",
        rule: str = "",
        until: datetime | None = None,
        details: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(f"{reason}: {message}")
        self.kind = kind
        self.reason = reason
        self.message = message
        self.field = field
        self.rule = rule
        self.until = until
        self.details: dict[str, str] = dict(details or {})


@dataclass(frozen=True, slots=True)
class Caller:
    """Who acts: a person (or machine), one of their roles, and the organisation in which it holds."""

    person_id: str
    role: str
    organisation: str = ""
    session: str = ""
    """The session whose token came with the call; empty for machines."""
    proved_at: datetime | None = None
    """When a second factor was last proved in this session (aware UTC); None for never."""
    acting_by: str = ""
    """Person id of who acts in this person's place; empty when the person acts."""
    may_write: bool = True
    """False for somebody who acts in another's place and may only look."""
    scopes: frozenset[str] | None = None
    """What a service account may do, as `enrollment.read`; None for people and our own machines, whom none limits."""

    @property
    def actor(self) -> str:
        """Who answers for the deed: the person, or whoever acts in their place."""
        return self.acting_by or self.person_id


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a call came from, as the edge saw it."""

    address: str = ""
    """Network address of the browser or program; empty when unknown."""
    browser: str = ""
    """What it calls itself (User-Agent), at most 300 characters; empty when unknown."""


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that happened, to be published once its transaction has committed.

    `subject` is `residency.<service>.v1.<noun>.<past-verb>`, `event_type` the full name of the protobuf message in
    `body`, `version` the aggregate's version after the fact (later facts carry higher ones).
    """

    subject: str
    event_type: str
    body: bytes = field(repr=False)
    aggregate_id: str
    version: int
    event_id: str
