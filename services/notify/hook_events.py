"""HOOK-02: which facts become events for systems of organisations, whose they are, and what is said: ids, no person."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from google.protobuf.message import DecodeError, Message

from residency.enrollment.v1 import cycle_pb2
from residency.enrollment.v1 import events_pb2 as enrollment
from residency.faculty.v1 import events_pb2 as faculty
from residency.identity.v1 import events_pb2 as identity
from residency.notify.v1 import events_pb2 as notify
from services.kit.delivery import order_of
from services.kit.messaging import Delivery, Poison
from services.notify.hearing import instant_in

Data = dict[str, str | int | bool]
_APPLICATION = ("application_id", "cycle_id", "base_code", "specialty_code", "submission_number", "round", "version")
_CANDIDACY = ("candidacy_id", "batch_id", "base_code", "department_code", "version")
_APPOINTMENT = ("appointment_id", "base_code", "department_code", "version", "from_day", "until_day")
_ENDS = frozenset({"dismissed", "expired", "transferred", "revoked"})


@dataclass(frozen=True, slots=True)
class Event:
    """What happened, as systems are told.

    It belongs to the `bases` it names and to their province; without one to everybody of the province, which is that of
    the cycle when only the cycle is named. With `bases_only` the province is not told.
    """

    type: str
    data: Data
    bases: tuple[str, ...] = ()
    province: str = ""
    cycle_id: str = ""
    bases_only: bool = False


@dataclass(frozen=True, slots=True)
class Written:
    """An event with its id and its body, as it is sent: the same to every system, however often."""

    event_id: str
    event: Event
    occurred_at: datetime
    body: str = field(repr=False)


Reader = Callable[[Any], Sequence[Event]]


def _picked(message: Any, names: Sequence[str]) -> Data:
    """Fields of a message by name; an empty one says nothing."""
    return {name: getattr(message, name) for name in names if getattr(message, name) not in ("", 0)}


def _application(kind: str | Callable[[Any], str], *more: str, also: str = "", left: str = "") -> Reader:
    """A fact about an application. `more` fields are told, the base in the field `also` is told too, and the one in
    the field `left` that it is gone, not where to."""

    def read(fact: Any) -> Sequence[Event]:
        about = fact.application
        bases = tuple(dict.fromkeys(code for code in (about.base_code, getattr(fact, also) if also else "") if code))
        name = kind if isinstance(kind, str) else kind(fact)
        data = _picked(about, _APPLICATION) | _picked(fact, more)
        found = [Event(name, data, bases, cycle_id=about.cycle_id)]
        gone = getattr(fact, left) if left else ""
        if gone and gone not in bases:
            told: Data = {"application_id": about.application_id, "cycle_id": about.cycle_id, "base_code": gone}
            found.append(Event("application.left", told, (gone,), cycle_id=about.cycle_id, bases_only=True))
        return found

    return read


def _of_cycle(kind: str, *names: str) -> Reader:
    """A fact about a whole cycle, or about a base in it when it names one."""

    def read(fact: Any) -> Sequence[Event]:
        known = fact.DESCRIPTOR.fields_by_name
        base = fact.base_code if "base_code" in known else ""
        province = fact.province_code if "province_code" in known else ""
        data = _picked(fact, ("cycle_id", *names))
        return [Event(kind, data, (base,) if base else (), province, fact.cycle_id)]

    return read


def _phase_entered(fact: Any) -> Sequence[Event]:
    phase = cycle_pb2.Phase.Name(fact.phase)
    data: Data = {"phase": phase.removeprefix("PHASE_").lower(), **_picked(fact, ("cycle_id", "sequence", "round"))}
    return [Event("phase.entered", data, cycle_id=fact.cycle_id)]


def _of_base(kind: str | Callable[[Any], str], *names: str, part: str = "", parts: Sequence[str] = ()) -> Reader:
    """A fact of faculty about a base: `names` of its own fields, and `parts` of what it is about, the field `part`."""

    def read(fact: Any) -> Sequence[Event]:
        about = getattr(fact, part) if part else fact
        name = kind if isinstance(kind, str) else kind(fact)
        return [Event(name, _picked(about, parts) | _picked(fact, names), (about.base_code,))]

    return read


def _of_owner(kind: str) -> Reader:
    """A fact about a batch: a base's, or a province's, which all its bases hear of."""

    def read(fact: Any) -> Sequence[Event]:
        data = _picked(fact, ("batch_id", "organisation_code", "version"))
        return [Event(kind, data, (fact.organisation_code,))]

    return read


_CANDIDATE: Mapping[str, Any] = {"part": "candidacy", "parts": _CANDIDACY}
_APPOINTED: Mapping[str, Any] = {"part": "appointment", "parts": _APPOINTMENT}

_TOLD: tuple[tuple[type[Message], Reader], ...] = (
    (enrollment.PhaseEntered, _phase_entered),
    (enrollment.CalendarChanged, _of_cycle("cycle.amended", "version", "kind", "urgent")),
    (enrollment.WindowClosed, _of_cycle("window.closed", "base_code", "round", "unreviewed", "unselected")),
    (enrollment.MilestonesSet, _of_cycle("window.dates_set", "base_code", "round")),
    (enrollment.PlanChanged, _of_cycle("plan.changed", "base_code", "kind", "edition")),
    (
        enrollment.PlanChangeDecided,
        _of_cycle("plan.change_decided", "base_code", "specialty_code", "granted", "planned"),
    ),
    (enrollment.ListPublished, _of_cycle("list.published", "list_id", "base_code", "number")),
    (enrollment.ApplicationSubmitted, _application("application.submitted", left="left_base_code")),
    (
        enrollment.ApplicationReviewed,
        _application(lambda fact: "application.approved" if fact.approved else "application.rejected", "reason_code"),
    ),
    (enrollment.ApplicationNotSelected, _application("application.not_selected")),
    (enrollment.ApplicationProvisionallyAdmitted, _application("application.provisional")),
    (enrollment.ApplicationPlaceConfirmed, _application("application.place_confirmed")),
    (enrollment.ApplicationAdmitted, _application("application.admitted", "cycle_year")),
    (enrollment.ApplicationAdmissionUndone, _application("application.admission_undone")),
    (enrollment.ApplicationPlaceLost, _application("application.place_lost", "cause", "freed")),
    (enrollment.ApplicationWithdrawn, _application("application.withdrawn", "freed_place")),
    (enrollment.ApplicationCorrected, _application("application.corrected")),
    (enrollment.ApplicationUnlocked, _application("application.unlocked")),
    (enrollment.ApplicationHeld, _application("application.held")),
    (enrollment.ApplicationReleased, _application("application.released")),
    (enrollment.ApplicationMoved, _application("application.moved", left="left_base_code")),
    (
        enrollment.ApplicationSpecialtyChanged,
        _application("application.specialty_changed", "left_specialty_code"),
    ),
    (enrollment.ApplicationDeferred, _application("application.deferred", "until_year")),
    (enrollment.ApplicationPublished, _application("application.published", "list_id")),
    (enrollment.ObjectionFiled, _application("application.objected", "objection_id", "list_id")),
    (
        enrollment.ObjectionResolved,
        _application("application.objection_resolved", "objection_id", "list_id", "upheld", "frozen"),
    ),
    (enrollment.ApplicationOffered, _application("application.offered", "offer_number")),
    (enrollment.ApplicationOfferEnded, _application("application.offer_ended", "offer_number", "outcome")),
    (enrollment.ApplicationRevocationProposed, _application("application.revocation_proposed")),
    (enrollment.ApplicationRevocationRefused, _application("application.revocation_refused")),
    (
        enrollment.ApplicationGrantProposed,
        _application("application.grant_proposed", "main_base_code", also="main_base_code"),
    ),
    (enrollment.ApplicationGrantDeclined, _application("application.grant_declined")),
    (faculty.BatchChanged, _of_owner("batch.changed")),
    (faculty.BatchPublished, _of_owner("batch.published")),
    (faculty.CandidacySubmitted, _of_base("candidacy.submitted", **_CANDIDATE)),
    (faculty.CandidacyWithdrawn, _of_base("candidacy.withdrawn", **_CANDIDATE)),
    (faculty.CandidacyDecided, _of_base("candidacy.decided", "kind", "reason_code", **_CANDIDATE)),
    (faculty.CandidacyAppealed, _of_base("candidacy.appealed", **_CANDIDATE)),
    (faculty.AppointmentStarted, _of_base("appointment.started", "renewed", **_APPOINTED)),
    (
        faculty.AppointmentChanged,
        _of_base(
            lambda fact: "appointment.ended" if fact.kind in _ENDS else "appointment.changed",
            *("kind", "reason_code", "effective_day"),
            **_APPOINTED,
        ),
    ),
    (
        faculty.TraineeArrived,
        _of_base(lambda fact: "trainee.left" if fact.left else "trainee.arrived", "trainee_id", "base_code", "version"),
    ),
    (faculty.RotationPlanChanged, _of_base("rotation.published", "trainee_id", "base_code", "plan_version")),
    (
        faculty.CellsAssigned,
        _of_base(
            "rotation.assigned",
            *("department_code", "base_code", "proposal_id", "count", "from_month", "until_month"),
        ),
    ),
    (
        faculty.MonthsOrphaned,
        _of_base("rotation.orphaned", "department_code", "base_code", "count", "first_month", "cause"),
    ),
    (
        faculty.RosterCommitted,
        _of_base("roster.committed", "roster_id", "department_code", "base_code", "additions", "cases"),
    ),
)
TOLD: Mapping[str, tuple[type[Message], Reader]] = {body.DESCRIPTOR.full_name: (body, read) for body, read in _TOLD}
"""By the name of the fact."""

UNTOLD: frozenset[str] = frozenset(
    body.DESCRIPTOR.full_name
    for body in (
        # A draft of the province; it is told when its first phase is entered.
        enrollment.CycleCreated,
        # What a person does about themselves, before it is anybody's business.
        faculty.DossierSaved,
        faculty.EligibilityReached,
        faculty.FacultyInvited,
        # Reminders are for people.
        faculty.BatchReminded,
        faculty.AppointmentReminded,
        # About how somebody works and teaches: read by who may, with their name beside it, or not at all.
        faculty.IncidentRecorded,
        faculty.EvidenceRecorded,
        faculty.TeacherRated,
        faculty.FacultyPolicySet,
        # Accounts, sessions, seals and messages: the platform's own.
        identity.AccountRegistered,
        identity.SessionEnded,
        identity.SecurityNoticed,
        identity.AccountReleased,
        identity.PersonErased,
        identity.AuditSealed,
        notify.MessageWritten,
    )
)
"""HOOK-02: facts that no system is told of, each for a reason; one in neither table fails a test."""


def events_of(delivery: Delivery) -> list[Written]:
    """HOOK-02: what a fact becomes; nothing for one that is not told. Raises Poison for a body that cannot be read."""
    known = TOLD.get(delivery.event_type)
    if known is None:
        return []
    body, read = known
    try:
        fact = body.FromString(delivery.body)
        found = read(fact)
    except (DecodeError, ValueError) as error:
        raise Poison(f"{delivery.event_type} cannot be read: {type(error).__name__}") from error
    about = getattr(fact, "application", None)
    at = (instant_in(about, "decided_at") if about is not None else None) or delivery.occurred_at
    told = [_in_epoch(each, delivery.epoch) for each in found]
    return [written(_id_of(delivery.event_id, place), each, at) for place, each in enumerate(told)]


def _in_epoch(event: Event, epoch: int) -> Event:
    """OPS-43: `version` goes on growing for those who are told, also after a restore from a backup."""
    version = event.data.get("version")
    if not isinstance(version, int):
        return event
    return replace(event, data={**event.data, "version": order_of(epoch, version)})


def written(event_id: str, event: Event, at: datetime) -> Written:
    """An event with its body."""
    stamp = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    content = {"id": event_id, "type": event.type, "time": stamp, "data": event.data}
    return Written(event_id, event, at, json.dumps(content, ensure_ascii=False, separators=(",", ":")))


def _id_of(fact_id: str, place: int) -> str:
    """The first event of a fact has its id, another one always the same other."""
    return fact_id if place == 0 else str(uuid.uuid5(uuid.UUID(fact_id), str(place)))
