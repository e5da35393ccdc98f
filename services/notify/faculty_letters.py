"""MSG-07, MSG-42, MSG-43: what facts of faculty become. They hold ids, dates and codes: no letter names anybody."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import zip_longest
from typing import Any
from zoneinfo import ZoneInfo

from google.protobuf.message import Message

from residency.faculty.v1 import events_pb2 as faculty
from services.kit.messaging import Delivery
from services.kit.quiet import NIGHTS, is_quiet, not_before
from services.notify.domain.recipients import Recipient
from services.notify.domain.shapes import Value
from services.notify.hearing import Hearing, Letter, instant_in
from services.notify.labels import END_LABELS, ENDS

_ZONE = ZoneInfo("Asia/Shanghai")
"""Where a day begins."""
_UNSAID = "—"

_DECISIONS: Mapping[str, str] = {
    "returned": "candidacy_returned",
    "recommended": "candidacy_recommended",
    "not_recommended": "candidacy_not_recommended",
    "revoked": "candidacy_revoked",
    "reversed": "candidacy_reopened",
    "expired": "candidacy_expired",
    "acknowledged": "candidacy_acknowledged",
    "appeal_upheld": "candidacy_reopened",
    "appeal_dismissed": "candidacy_appeal_dismissed",
}
_WITH_REASON = frozenset({"returned", "not_recommended"})

QUIET_KINDS: Mapping[str, frozenset[str]] = {
    faculty.AppointmentChanged.DESCRIPTOR.full_name: frozenset(
        {
            # The secretary's routine; the person sees on their own page until when they are confirmed.
            "confirmed",
            # Told with AppointmentReminded, which says to whom besides.
            "overdue",
            # Told with CandidacyDecided: what was recommended is not.
            "revoked",
        }
    ),
}
"""MSG-07: what is said of nothing in facts that otherwise become messages, each for a reason."""


def _to(person_id: str) -> Recipient:
    return Recipient(person_id=person_id)


def _staff(organisation_code: str) -> Recipient:
    return Recipient(organisation_code=organisation_code)


def _batch_reminded(fact: Any, delivery: Delivery) -> list[Letter]:
    """People hear that a batch opened or ends soon, bases how many wait for them."""
    said: dict[str, Value] = {"batch": fact.batch_name or _UNSAID, "until": _until(fact, delivery)}
    template = {"opened": "faculty_batch_opened", "drafts": "candidacy_draft_reminder"}.get(fact.kind)
    to_people = [
        Letter(template, _to(person), said) if template else Letter("faculty_news", _to(person), {})
        for person in fact.person_ids
    ]
    counts = dict(zip_longest(fact.organisation_codes, fact.counts, fillvalue=0))
    to_staff = [
        Letter("candidacies_undecided", _staff(code), {**said, "count": counts[code]})
        if fact.kind == "undecided"
        else Letter("faculty_news_staff", _staff(code), {})
        for code in dict.fromkeys(fact.organisation_codes)
    ]
    return [*to_people, *to_staff]


def _candidacy_submitted(fact: Any, delivery: Delivery) -> list[Letter]:
    said: dict[str, Value] = {"batch": fact.candidacy.batch_name or _UNSAID, "submitted_at": delivery.occurred_at}
    return [Letter("candidacy_submitted", _to(fact.candidacy.person_id), said)]


def _candidacy_decided(fact: Any, _delivery: Delivery) -> list[Letter]:
    reader, template = _to(fact.candidacy.person_id), _DECISIONS.get(fact.kind)
    if template is None:
        return [Letter("faculty_news", reader, {})]
    said: dict[str, Value] = {"batch": fact.candidacy.batch_name or _UNSAID}
    return [Letter(template, reader, said | ({"remark": fact.reason} if fact.kind in _WITH_REASON else {}))]


def _candidacy_appealed(fact: Any, _delivery: Delivery) -> list[Letter]:
    said: dict[str, Value] = {"batch": fact.candidacy.batch_name or _UNSAID}
    return [Letter("candidacy_appealed", _staff(fact.candidacy.base_code), said)]


def _appointment_started(fact: Any, delivery: Delivery) -> list[Letter]:
    about = fact.appointment
    said: dict[str, Value] = {"from_day": about.from_day or _UNSAID, "until_day": about.until_day or _UNSAID}
    return [
        Letter("appointment_renewed" if fact.renewed else "appointment_started", _to(about.person_id), said),
        *_of_department("faculty_appointed", about, {}, f"faculty/appointed/{_day(delivery)}"),
    ]


def _appointment_changed(fact: Any, delivery: Delivery) -> list[Letter]:
    """The person hears what happened to them, the department what it has to do or to know."""
    about, kind = fact.appointment, str(fact.kind)
    if kind in QUIET_KINDS[fact.DESCRIPTOR.full_name]:
        return []
    match kind:
        case "review_opened":
            said: dict[str, Value] = {"year": fact.review_year, "until": _end_of(fact.review_due, delivery)}
            return _of_department("review_opened", about, said, f"faculty/review_opened/{fact.review_year}")
        case "dismissal_proposed":
            key = f"faculty/dismissal_proposed/{about.base_code}/{about.department_code}/{_day(delivery)}"
            return [Letter("dismissal_proposed", _staff(about.base_code), {}, key=key)]
        case "dismissal_refused":
            return _of_department("dismissal_refused", about, {}, "")
        case "dismissal_decided" | "dismissed" | "transferred" | "expired":
            return _left(fact)
        case "suspended" | "lifted":
            state = "暂停带教" if kind == "suspended" else "恢复带教"
            return [
                Letter(f"appointment_{kind}", _to(about.person_id), {}),
                *_of_department("faculty_standing", about, {"state": state}, ""),
            ]
        case "corrected" | "level_set":
            key = f"faculty/updated/{about.appointment_id}/{_day(delivery)}"
            return [Letter("appointment_updated", _to(about.person_id), {}, key=key)]
        case _:
            return [Letter("faculty_news", _to(about.person_id), {})]


def _left(fact: Any) -> list[Letter]:
    """MSG-42: an end is told once, when it is decided; when it takes effect, only who was not told."""
    about, ended = fact.appointment, ENDS[fact.kind]
    day = fact.effective_day or about.until_day or _UNSAID
    key = f"faculty/left/{about.appointment_id}/{ended}"
    said: dict[str, Value] = {} if ended == "expired" else {"effective_day": day}
    return [
        Letter(f"appointment_{ended}", _to(about.person_id), said, key=f"{key}/person"),
        *_of_department("faculty_left", about, {"cause": END_LABELS[ended], "effective_day": day}, key),
    ]


def _appointment_reminded(fact: Any, delivery: Delivery) -> list[Letter]:
    """MSG-42: however many appointments it is about, an organisation is reminded once a day of each last day."""
    about, until = fact.appointment, _end_of(fact.until_day, delivery)
    template = {"due": "review_due", "overdue": "review_overdue", "term": "terms_ending"}.get(fact.kind)
    to_staff = [
        Letter(
            template or "faculty_news_staff",
            _staff(code),
            {"until": until} if template else {},
            key=f"faculty/{template or 'news'}/{code}/{fact.until_day}/{_day(delivery)}",
        )
        for code in dict.fromkeys(fact.organisation_codes)
    ]
    if fact.kind != "term":
        return to_staff
    return [Letter("appointment_term_ending", _to(about.person_id), {"until": until}), *to_staff]


def _incident_recorded(fact: Any, _delivery: Delivery) -> list[Letter]:
    return [Letter("incident_withdrawn" if fact.withdrawn else "incident_recorded", _to(fact.person_id), {})]


def _eligibility_reached(fact: Any, _delivery: Delivery) -> list[Letter]:
    return [
        Letter("eligibility_reached", _to(person), {"on_day": fact.on_day or _UNSAID}) for person in fact.person_ids
    ]


def _roster_committed(fact: Any, _delivery: Delivery) -> list[Letter]:
    said: dict[str, Value] = {"additions": fact.additions, "cases": fact.cases}
    return [Letter("roster_committed", _staff(fact.base_code), said)]


def _faculty_invited(fact: Any, _delivery: Delivery) -> list[Letter]:
    return [Letter("faculty_invited", _to(fact.person_id), {})]


def _plan_changed(fact: Any, delivery: Delivery) -> list[Letter]:
    key = f"faculty/plan/{fact.trainee_id}/{_day(delivery)}"
    return [Letter("rotation_plan_changed", _to(fact.person_id), {}, key=key)]


def _cells_assigned(fact: Any, delivery: Delivery) -> list[Letter]:
    return [
        Letter("months_assigned", _to(teacher), {}, key=f"faculty/cells/{teacher}/{_day(delivery)}")
        for teacher in dict.fromkeys(fact.teacher_ids)
    ]


def _months_orphaned(fact: Any, _delivery: Delivery) -> list[Letter]:
    said: dict[str, Value] = {
        "count": fact.count,
        "month": fact.first_month or _UNSAID,
        "cause": END_LABELS.get(fact.cause, "其他原因"),
    }
    return [Letter("months_orphaned", _staff(fact.department_code), said)]


def _of_department(template: str, about: Any, said: Mapping[str, Value], key: str) -> list[Letter]:
    """A letter to an appointment's department, by a key of its own when several facts say the same."""
    code = about.department_code
    return [Letter(template, _staff(code), said, key=f"{key}/{code}" if key else "")] if code else []


def _by_day(
    body: type[Message], letters: Callable[[Any, Delivery], Iterable[Letter]]
) -> tuple[type[Message], Callable[[Any, Delivery], Sequence[Letter]]]:
    """MSG-43: nothing of faculty is seen at night: what happens then waits for the morning."""

    def written(fact: Any, delivery: Delivery) -> list[Letter]:
        at = delivery.occurred_at
        release_at = not_before(NIGHTS, at) if is_quiet(NIGHTS, at) else None
        return [replace(letter, release_at=release_at) for letter in letters(fact, delivery)]

    return body, written


def _day(delivery: Delivery) -> str:
    return delivery.occurred_at.astimezone(_ZONE).date().isoformat()


def _until(fact: Any, delivery: Delivery) -> datetime:
    return instant_in(fact, "until") or delivery.occurred_at


def _end_of(day: str, delivery: Delivery) -> datetime:
    """The end of a last day; the fact's own instant where it names none: a letter is due all the same."""
    try:
        return datetime.combine(date.fromisoformat(day) + timedelta(days=1), time(), _ZONE).astimezone(UTC)
    except ValueError:
        return delivery.occurred_at


FACULTY_HEARD: tuple[Hearing, ...] = tuple(
    Hearing(*_by_day(body, letters))
    for body, letters in (
        (faculty.BatchReminded, _batch_reminded),
        (faculty.CandidacySubmitted, _candidacy_submitted),
        (faculty.CandidacyDecided, _candidacy_decided),
        (faculty.CandidacyAppealed, _candidacy_appealed),
        (faculty.AppointmentStarted, _appointment_started),
        (faculty.AppointmentChanged, _appointment_changed),
        (faculty.AppointmentReminded, _appointment_reminded),
        (faculty.IncidentRecorded, _incident_recorded),
        (faculty.EligibilityReached, _eligibility_reached),
        (faculty.RosterCommitted, _roster_committed),
        (faculty.FacultyInvited, _faculty_invited),
        (faculty.RotationPlanChanged, _plan_changed),
        (faculty.CellsAssigned, _cells_assigned),
        (faculty.MonthsOrphaned, _months_orphaned),
    )
)
"""MSG-07: every event of faculty that becomes a message."""

FACULTY_SILENT: frozenset[str] = frozenset(
    {
        # Who saves a dossier sees at once whether it is complete.
        faculty.DossierSaved.DESCRIPTOR.full_name,
        # The batch's workflow has it told when it opens.
        faculty.BatchChanged.DESCRIPTOR.full_name,
        # Everybody was told with the decision on them; the results stand on the batch's page.
        faculty.BatchPublished.DESCRIPTOR.full_name,
        # Its owner did it, and nobody had begun to decide.
        faculty.CandidacyWithdrawn.DESCRIPTOR.full_name,
        # Who configures is who would be told; what holds stands on its page.
        faculty.FacultyPolicySet.DESCRIPTOR.full_name,
        # What follows from evidence one sees among one's conditions; attestations are not for the person.
        faculty.EvidenceRecorded.DESCRIPTOR.full_name,
        # Enrollment tells an admission, and that a place was lost.
        faculty.TraineeArrived.DESCRIPTOR.full_name,
        # Told at once, it would betray who rated; the teacher sees the sum of many.
        faculty.TeacherRated.DESCRIPTOR.full_name,
    }
)
"""MSG-07: events of faculty that nobody is written about, each for a reason."""
