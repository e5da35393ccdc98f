"""OPS-08, I8: every notice due was delivered, or given up with a reason: the audit is joined with deliveries.

Due is what the books of enrollment and identity say happened to somebody; told is what notify's tables say became of
it. Neither knows what the other decided.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from asyncpg import Record

from residency.enrollment.v1 import events_pb2 as enrollment
from residency.faculty.v1 import events_pb2 as faculty
from residency.identity.v1 import events_pb2 as identity
from services.kit.delivery import order_of
from services.verifier import queries

TO_APPLICANTS = frozenset(
    body.DESCRIPTOR.full_name
    for body in (
        enrollment.ApplicationSubmitted,
        enrollment.ApplicationReviewed,
        enrollment.ApplicationNotSelected,
        enrollment.ApplicationProvisionallyAdmitted,
        enrollment.ApplicationAdmitted,
        enrollment.ApplicationAdmissionUndone,
        enrollment.ApplicationWithdrawn,
        enrollment.ApplicationPlaceLost,
        enrollment.ApplicationUnlocked,
        enrollment.ApplicationHeld,
        enrollment.ApplicationReleased,
        enrollment.ApplicationMoved,
        enrollment.ApplicationPublished,
        enrollment.ObjectionFiled,
        enrollment.ObjectionResolved,
        enrollment.ApplicationOffered,
        enrollment.ApplicationOfferEnded,
        enrollment.ApplicationSpecialtyChanged,
        enrollment.ApplicationDeferred,
    )
)
"""Facts about an application of which its applicant hears, once."""
TO_STAFF = frozenset(
    body.DESCRIPTOR.full_name
    for body in (
        enrollment.ApplicationCorrected,
        enrollment.ApplicationRevocationProposed,
        enrollment.ApplicationRevocationRefused,
        enrollment.ApplicationGrantProposed,
        enrollment.ApplicationGrantDeclined,
        enrollment.PlanChangeDecided,
    )
)
"""Facts of which one organisation hears, once."""
TO_OWNERS = frozenset(
    body.DESCRIPTOR.full_name
    for body in (identity.AccountRegistered, identity.AccountReleased, identity.SecurityNoticed)
)
"""Facts about an account of which its owner hears, once."""
TO_PROVINCES = frozenset({enrollment.CalendarChanged.DESCRIPTOR.full_name})
"""Facts of which the province hears, by a key that its workflow uses too: whoever comes first."""
OF_FACULTY = frozenset(
    body.DESCRIPTOR.full_name
    for body in (
        *(faculty.BatchReminded, faculty.CandidacySubmitted, faculty.CandidacyDecided, faculty.CandidacyAppealed),
        *(faculty.AppointmentStarted, faculty.AppointmentChanged, faculty.AppointmentReminded),
        *(faculty.IncidentRecorded, faculty.EligibilityReached, faculty.RosterCommitted, faculty.FacultyInvited),
        *(faculty.RotationPlanChanged, faculty.CellsAssigned, faculty.MonthsOrphaned),
    )
)
"""Facts of which somebody hears, and which no rehearsal of a recruitment brings about: I8 does not count them."""
LATE_SECONDS = 2.0
"""How long something may be due before it counts as left behind."""
NO_REFUSAL = ("security_%", "account_%")
"""Templates about the safety of an account: nobody may do without their text message."""

Rows = Callable[..., Awaitable[Sequence[Record]]]


@dataclass(frozen=True, slots=True)
class Notices:
    """What was due, what breaks I8, and how many of what there was."""

    due: int
    broken: Sequence[str]
    counts: Mapping[str, int]


async def check(rows: Rows, cycle: UUID) -> Notices:
    """Compare the books with notify's; `rows` reads the database of a service."""
    due, untold = await _due(rows, cycle)
    written = await rows("notify", queries.NOTICES, str(cycle))
    broken = untold + _compare(due, written)
    ways = await rows("notify", queries.WAYS)
    for query in (queries.WAYS_LEFT_BEHIND, queries.MESSAGES_LEFT_BEHIND):
        broken += [_tell(row) for row in await rows("notify", query, LATE_SECONDS)]
    for query in (queries.WAYS_WITHOUT_REASON, queries.DROPPED_AND_SENT):
        broken += [_tell(row) for row in await rows("notify", query)]
    if any(row["channel"] == "sms" for row in ways):
        broken += [_tell(row) for row in await rows("notify", queries.MANDATORY_MISSING, list(NO_REFUSAL))]
    return Notices(len(due), broken, _counts(due, written, ways))


async def _due(rows: Rows, cycle: UUID) -> tuple[dict[str, tuple[str, str]], list[str]]:
    """Event or key → its type and who is to hear it (empty: staff); and decisions that became no fact at all."""
    due: dict[str, tuple[str, str]] = {}
    for row in await rows("enrollment", queries.NOTICES_DUE, cycle, list(TO_APPLICANTS)):
        due[row["event_id"]] = row["event_type"], row["person_id"]
    for service, kinds in (("enrollment", TO_STAFF), ("identity", TO_OWNERS)):
        for row in await rows(service, queries.FACTS_OF, list(kinds)):
            due[row["event_id"]] = row["event_type"], row["aggregate_id"] if kinds is TO_OWNERS else ""
    for row in await rows("enrollment", queries.CALENDARS_CHANGED, cycle, list(TO_PROVINCES)):
        version = order_of(row["epoch"], row["version"])
        due[f"notice/calendar/{cycle}/{version}/{row['province_code']}"] = row["event_type"], ""
    return due, [_tell(row) for row in await rows("enrollment", queries.DECISIONS_UNTOLD, cycle)]


def _compare(due: Mapping[str, tuple[str, str]], written: Sequence[Record]) -> list[str]:
    """What is due and was not written once, or to somebody else."""
    found: dict[str, list[str]] = {}
    for row in written:
        found.setdefault(row["due"], []).append(row["person_id"])
    return [
        f"{kind} {what} became {len(readers)} messages" + (", not to whom it concerns" if readers else "")
        for what, (kind, person_id) in due.items()
        if (readers := found.get(what, [])) != [person_id]
    ]


def _counts(due: Mapping[str, object], written: Sequence[Record], ways: Sequence[Record]) -> dict[str, int]:
    counted: Counter[str] = Counter({"due": len(due)})
    for row in written:
        if row["due"] in due:
            counted[f"inbox {'dropped' if row['dropped'] else 'held' if row['held'] else 'delivered'}"] += 1
    for row in ways:
        reason = f" {row['reason']}" if row["reason"] else ""
        counted[f"{row['channel']} {row['state']}{reason}"] += row["ways"]
        counted["perhaps twice"] += row["doubtful"]
    return dict(counted)


def _tell(row: Record) -> str:
    return ", ".join(f"{key} {value}" for key, value in row.items())
