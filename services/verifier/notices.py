"""OPS-08, I8: every notice due was delivered, or given up with a reason: the audit is joined with deliveries.

Due is what the books of enrollment and identity say happened to somebody; told is what notify's tables say became of
it. Neither knows what the other decided.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from asyncpg import Record

from residency.enrollment.v1 import events_pb2 as enrollment
from residency.faculty.v1 import events_pb2 as faculty
from residency.identity.v1 import events_pb2 as identity
from services.kit.delivery import order_of
from services.verifier import notice_queries as queries
from services.verifier.finding import Finding, tell
from services.verifier.snapshot import Rows

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
ON_ITS_WAY_SECONDS = 2.0
"""How long something may be due before it is told of at all."""
NO_REFUSAL = ("security_%", "account_%")
"""Templates about the safety of an account: nobody may do without their text message."""

TITLE = "every notice due was delivered, or given up with a reason"


async def check(rows: Rows, cycle: UUID | None, late_seconds: float) -> Finding:
    """I8: compare the books of a cycle, or of all, with notify's.

    A fact that notify has not handled yet is no notice due yet: I5 tells of it. What is due for less than
    `late_seconds` is on its way; for longer, it was left behind.
    """
    due, untold = await _due(rows, cycle)
    written = await rows("notify", queries.NOTICES, str(cycle) if cycle else "%")
    broken = untold + _compare(due, written, await _unheard(rows, due, written))
    ways = await rows("notify", queries.WAYS)
    waits: list[str] = []
    for query in (queries.WAYS_LEFT_BEHIND, queries.MESSAGES_LEFT_BEHIND):
        for row in await rows("notify", query, ON_ITS_WAY_SECONDS):
            (broken if row["seconds"] > late_seconds else waits).append(tell(row))
    for query in (queries.WAYS_WITHOUT_REASON, queries.DROPPED_AND_SENT):
        broken += [tell(row) for row in await rows("notify", query)]
    if any(row["channel"] == "sms" for row in ways):
        broken += [tell(row) for row in await rows("notify", queries.MANDATORY_MISSING, list(NO_REFUSAL))]
    finding = Finding.of("I8", TITLE, len(due), broken, waits)
    return replace(finding, counts=_counts(due, written, ways))


async def _due(rows: Rows, cycle: UUID | None) -> tuple[dict[str, tuple[str, str]], list[str]]:
    """Event or key → its type and who is to hear it (empty: staff); and decisions that became no fact at all."""
    due: dict[str, tuple[str, str]] = {}
    for row in await rows("enrollment", queries.NOTICES_DUE, cycle, list(TO_APPLICANTS)):
        due[row["event_id"]] = row["event_type"], row["person_id"]
    for service, kinds in (("enrollment", TO_STAFF), ("identity", TO_OWNERS)):
        for row in await rows(service, queries.FACTS_OF, list(kinds)):
            due[row["event_id"]] = row["event_type"], row["aggregate_id"] if kinds is TO_OWNERS else ""
    for row in await rows("enrollment", queries.CALENDARS_CHANGED, cycle, list(TO_PROVINCES)):
        version = order_of(row["epoch"], row["version"])
        due[f"notice/calendar/{row['cycle_id']}/{version}/{row['province_code']}"] = row["event_type"], ""
    return due, [tell(row) for row in await rows("enrollment", queries.DECISIONS_UNTOLD, cycle)]


async def _unheard(rows: Rows, due: Mapping[str, object], written: Sequence[Record]) -> set[str]:
    """Of what is due and was not written, what notify has not handled, so that it cannot have written it."""
    missing = list(due.keys() - {row["due"] for row in written})
    facts = [each for each in missing if "/" not in each]
    heard = {row["event_id"] for row in await rows("notify", queries.HEARD, facts)} if facts else set[str]()
    return set(facts) - heard


def _compare(due: Mapping[str, tuple[str, str]], written: Sequence[Record], unheard: set[str]) -> list[str]:
    """What is due and was not written once, or to somebody else."""
    found: dict[str, list[str]] = {}
    for row in written:
        found.setdefault(row["due"], []).append(row["person_id"])
    return [
        f"{kind} {what} became {len(readers)} messages" + (", not to whom it concerns" if readers else "")
        for what, (kind, person_id) in due.items()
        if what not in unheard and (readers := found.get(what, [])) != [person_id]
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
