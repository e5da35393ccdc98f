"""How a base stands in a round, for a province without a database: what `GetWindow` and `ListConcerned` answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from google.protobuf.timestamp_pb2 import Timestamp

from residency.enrollment.v1 import cycle_pb2
from residency.enrollment.v1 import cycle_service_pb2 as wire

_PAGE = 2


@dataclass
class Desk:
    """A base's own dates, and its counts beside those that wait. `fixable` are persons and until when they may."""

    written_exam: datetime | None = None
    interview: datetime | None = None
    pre_admission: datetime | None = None
    approved: int = 0
    not_selected: int = 0
    rejected: int = 0
    provisional: int = 0
    unpublished: int = 0
    late_pending: int = 0
    fixable: list[tuple[str, datetime]] = field(default_factory=list)
    fix_until: datetime | None = None

    def still_fixable(self, now: datetime) -> list[tuple[str, datetime]]:
        """Those whose time has not ended."""
        return [(person, until) for person, until in self.fixable if now < until]


def fill(window: cycle_pb2.Window, desk: Desk, now: datetime) -> None:
    """Writes the base's dates and counts into `window`, counted at `now`."""
    window.read_at.CopyFrom(stamp(now))
    for name in ("written_exam", "interview", "pre_admission"):
        at = getattr(desk, name)
        if at is not None:
            getattr(window.milestones, name).CopyFrom(stamp(at))
    window.approved, window.not_selected, window.rejected = desk.approved, desk.not_selected, desk.rejected
    window.provisional, window.unpublished, window.late_pending = desk.provisional, desk.unpublished, desk.late_pending
    window.fixable = len(desk.still_fixable(now))
    if desk.fix_until is not None:
        window.fix_until.CopyFrom(stamp(desk.fix_until))


def concerned(people: Sequence[tuple[str, datetime]], page_token: str) -> wire.ListConcernedResponse:
    """Whoever may still repair, two at a time."""
    begin = int(page_token or 0)
    return wire.ListConcernedResponse(
        persons=[
            wire.ConcernedPerson(
                person_id=person, application_id=person, base_name="基地", specialty_name="内科", until=stamp(until)
            )
            for person, until in people[begin : begin + _PAGE]
        ],
        next_page_token=str(begin + _PAGE) if begin + _PAGE < len(people) else "",
    )


def stamp(moment: datetime) -> Timestamp:
    """The instant as a contract writes it."""
    written = Timestamp()
    written.FromDatetime(moment)
    return written
