"""What enrollment tells the world once it is committed: `residency.enrollment.v1.<noun>.<past-verb>`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from google.protobuf.message import Message

from residency.enrollment.v1 import events_pb2
from services.enrollment.domain.calendar import PhaseWindow
from services.enrollment.domain.dossier import Section
from services.enrollment.domain.sending import Decided, news_from
from services.enrollment.records import ApplicationRecord, CycleRecord
from services.kit.domain import Fact
from services.kit.ids import new_id


def cycle_created(cycle_id: str) -> Fact:
    """A cycle stands in preparation."""
    return _fact("cycle.created", events_pb2.CycleCreated(cycle_id=cycle_id), cycle_id, 1)


def phase_entered(cycle_id: str, window: PhaseWindow) -> Fact:
    """The gate moved."""
    body = events_pb2.PhaseEntered(
        cycle_id=cycle_id, phase=window.phase.label, sequence=window.sequence, round=window.round
    )
    return _fact("phase.entered", body, cycle_id, window.sequence + 1)


def calendar_changed(
    cycle: CycleRecord,
    kind: str,
    version: int,
    *,
    urgent: bool,
    unfit: Sequence[str],
    round_names: Sequence[str] = (),
    reason: str = "",
    present: str = "",
    next_at: datetime | None = None,
) -> Fact:
    """Another version of the calendar holds.

    `round_names` are those in which the bases of `unfit` do not fit, in their order; `next_at` is the next boundary.
    """
    body = events_pb2.CalendarChanged(
        cycle_id=cycle.id,
        version=version,
        kind=kind,
        urgent=urgent,
        unfit_base_codes=unfit,
        unfit_round_names=round_names,
        province_code=cycle.province_code,
        reason=reason,
        present=present,
    )
    if next_at is not None:
        body.next_at.FromDatetime(next_at)
    return _fact("cycle.calendar_changed", body, f"{cycle.id}/calendar", version)


def window_closed(cycle_id: str, base_code: str, number: int, unreviewed: int, unselected: int, version: int) -> Fact:
    """A base's window in a round ended."""
    body = events_pb2.WindowClosed(
        cycle_id=cycle_id, base_code=base_code, round=number, unreviewed=unreviewed, unselected=unselected
    )
    return _fact("window.closed", body, f"{cycle_id}/{base_code}/{number}", version)


def milestones_set(cycle_id: str, base_code: str, number: int, version: int) -> Fact:
    """A base set or moved its own dates in a round."""
    body = events_pb2.MilestonesSet(cycle_id=cycle_id, base_code=base_code, round=number)
    return _fact("window.milestones_set", body, f"{cycle_id}/{base_code}/{number}", version)


def submitted(cycle: CycleRecord, after: ApplicationRecord, left_base_code: str) -> Fact:
    """A submission was frozen."""
    body = events_pb2.ApplicationSubmitted(application=_about(cycle, after), left_base_code=left_base_code)
    return _fact("application.submitted", body, after.id, after.version)


def reviewed(cycle: CycleRecord, after: ApplicationRecord, decided: Decided, *, approved: bool) -> Fact:
    """A base gave its verdict; a rejection near its deadline names the end of the fix window."""
    fix_until = None if approved else after.marks.fix_until
    body = events_pb2.ApplicationReviewed(
        application=_news(cycle, after, decided, until=fix_until),
        approved=approved,
        reason_code=after.reason_code,
        remark=after.remark,
    )
    if fix_until is not None:
        body.fix_until.FromDatetime(fix_until)
    return _fact("application.reviewed", body, after.id, after.version)


def not_selected(cycle: CycleRecord, after: ApplicationRecord, decided: Decided) -> Fact:
    """Approved and not selected in this round."""
    body = events_pb2.ApplicationNotSelected(application=_news(cycle, after, decided))
    return _fact("application.not_selected", body, after.id, after.version)


def provisionally_admitted(cycle: CycleRecord, after: ApplicationRecord, decided: Decided) -> Fact:
    """拟录取 or 调剂录取."""
    about = _news(cycle, after, decided, held=True)
    body = events_pb2.ApplicationProvisionallyAdmitted(application=about, remark=after.remark)
    return _fact("application.provisionally_admitted", body, after.id, after.version)


def admitted(cycle: CycleRecord, after: ApplicationRecord, decided: Decided) -> Fact:
    """录取."""
    about = _news(cycle, after, decided, held=True)
    body = events_pb2.ApplicationAdmitted(application=about, cycle_year=cycle.year)
    return _fact("application.admitted", body, after.id, after.version)


def withdrawn(cycle: CycleRecord, after: ApplicationRecord, *, freed_place: bool = False) -> Fact:
    """Given up by the applicant, perhaps with a place that may be offered to the next."""
    body = events_pb2.ApplicationWithdrawn(application=_about(cycle, after), freed_place=freed_place)
    return _fact("application.withdrawn", body, after.id, after.version)


def place_lost(
    cycle: CycleRecord,
    after: ApplicationRecord,
    cause: str,
    remark: str,
    decided: Decided,
    *,
    freed: bool,
    undone_since: datetime | None = None,
) -> Fact:
    """A place was taken back or given up by a decision; `freed` when it may be offered to the next.

    `undone_since` is when the grant was decided that is undone within its hold.
    """
    about = _news(cycle, after, decided)
    body = events_pb2.ApplicationPlaceLost(application=about, cause=cause, freed=freed, remark=remark)
    if undone_since is not None:
        body.undone_since.FromDatetime(undone_since)
    return _fact("application.place_lost", body, after.id, after.version)


def admission_undone(
    cycle: CycleRecord, after: ApplicationRecord, remark: str, decided: Decided, undone_since: datetime | None
) -> Fact:
    """The final admission of `undone_since` was taken back within its hold."""
    body = events_pb2.ApplicationAdmissionUndone(application=_news(cycle, after, decided), remark=remark)
    if undone_since is not None:
        body.undone_since.FromDatetime(undone_since)
    return _fact("application.admission_undone", body, after.id, after.version)


def offered(cycle: CycleRecord, after: ApplicationRecord, until: datetime, number: int, decided: Decided) -> Fact:
    """A freed place is offered."""
    body = events_pb2.ApplicationOffered(application=_news(cycle, after, decided, until=until), offer_number=number)
    body.until.FromDatetime(until)
    return _fact("application.offered", body, after.id, after.version)


def offer_answered(cycle: CycleRecord, after: ApplicationRecord, number: int, seat_offer_id: str, outcome: str) -> Fact:
    """An offer was accepted or declined by whom it was made to."""
    body = events_pb2.ApplicationOfferEnded(
        application=_about(cycle, after), offer_number=number, seat_offer_id=seat_offer_id, outcome=outcome
    )
    return _fact("application.offer_ended", body, after.id, after.version)


def offer_expired(
    cycle: CycleRecord, after: ApplicationRecord, number: int, seat_offer_id: str, decided: Decided
) -> Fact:
    """An offer's time ended and nobody had answered."""
    about = _news(cycle, after, decided)
    body = events_pb2.ApplicationOfferEnded(
        application=about, offer_number=number, seat_offer_id=seat_offer_id, outcome="expired"
    )
    return _fact("application.offer_ended", body, after.id, after.version)


def specialty_changed(
    cycle: CycleRecord, after: ApplicationRecord, left_code: str, remark: str, decided: Decided
) -> Fact:
    """A base moved somebody to another of its specialties."""
    body = events_pb2.ApplicationSpecialtyChanged(
        application=_news(cycle, after, decided),
        left_specialty_code=left_code,
        left_specialty_name=cycle.catalogue.specialties.get(left_code, ""),
        remark=remark,
    )
    return _fact("application.specialty_changed", body, after.id, after.version)


def deferred(cycle: CycleRecord, after: ApplicationRecord, until_year: int, remark: str, decided: Decided) -> Fact:
    """A place is taken up in a later year."""
    about = _news(cycle, after, decided)
    body = events_pb2.ApplicationDeferred(application=about, until_year=until_year, remark=remark)
    return _fact("application.deferred", body, after.id, after.version)


def place_confirmed(cycle: CycleRecord, after: ApplicationRecord) -> Fact:
    """The applicant took a provisional place."""
    body = events_pb2.ApplicationPlaceConfirmed(application=_about(cycle, after))
    return _fact("application.place_confirmed", body, after.id, after.version)


def revocation_proposed(cycle: CycleRecord, after: ApplicationRecord) -> Fact:
    """A base asks its province to take a place back."""
    body = events_pb2.ApplicationRevocationProposed(application=_about(cycle, after), province_code=cycle.province_code)
    return _fact("application.revocation_proposed", body, after.id, after.version)


def revocation_refused(cycle: CycleRecord, after: ApplicationRecord, remark: str) -> Fact:
    """The province lets the place stand."""
    body = events_pb2.ApplicationRevocationRefused(application=_about(cycle, after), remark=remark)
    return _fact("application.revocation_refused", body, after.id, after.version)


def grant_proposed(cycle: CycleRecord, after: ApplicationRecord, main_base_code: str) -> Fact:
    """A collaborative base proposes a grant."""
    body = events_pb2.ApplicationGrantProposed(application=_about(cycle, after), main_base_code=main_base_code)
    return _fact("application.grant_proposed", body, after.id, after.version)


def grant_declined(cycle: CycleRecord, after: ApplicationRecord, remark: str) -> Fact:
    """The main base declined a grant."""
    body = events_pb2.ApplicationGrantDeclined(application=_about(cycle, after), remark=remark)
    return _fact("application.grant_declined", body, after.id, after.version)


def corrected(cycle: CycleRecord, after: ApplicationRecord, section: Section) -> Fact:
    """A correction of the current submission was appended."""
    body = events_pb2.ApplicationCorrected(application=_about(cycle, after), section=f"SECTION_{section.name}")
    return _fact("application.corrected", body, after.id, after.version)


def unlocked(cycle: CycleRecord, after: ApplicationRecord, until: datetime) -> Fact:
    """Sections may be edited for a while."""
    body = events_pb2.ApplicationUnlocked(application=_about(cycle, after))
    body.until.FromDatetime(until)
    return _fact("application.unlocked", body, after.id, after.version)


def list_published(cycle_id: str, base_code: str, list_id: str, number: int, ends_at: datetime) -> Fact:
    """A base published a list of provisional admissions."""
    body = events_pb2.ListPublished(list_id=list_id, cycle_id=cycle_id, base_code=base_code, number=number)
    body.ends_at.FromDatetime(ends_at)
    return _fact("list.published", body, list_id, 1)


def published(cycle: CycleRecord, after: ApplicationRecord, list_id: str, ends_at: datetime, decided: Decided) -> Fact:
    """A published list names the provisional admission."""
    body = events_pb2.ApplicationPublished(application=_news(cycle, after, decided), list_id=list_id)
    body.ends_at.FromDatetime(ends_at)
    return _fact("application.published", body, after.id, after.version)


def objection_filed(
    cycle: CycleRecord, after: ApplicationRecord, objection_id: str, list_id: str, decided: Decided
) -> Fact:
    """Somebody objects to a provisional admission; `list_id` is empty when no list names it yet."""
    about = _news(cycle, after, decided)
    body = events_pb2.ObjectionFiled(application=about, objection_id=objection_id, list_id=list_id)
    return _fact("objection.filed", body, after.id, after.version)


def objection_resolved(
    cycle: CycleRecord, after: ApplicationRecord, objection_id: str, list_id: str, decided: Decided, *, upheld: bool
) -> Fact:
    """The province resolved an objection; whether the admission stays frozen, the application's marks say."""
    body = events_pb2.ObjectionResolved(
        application=_news(cycle, after, decided),
        objection_id=objection_id,
        upheld=upheld,
        list_id=list_id,
        frozen=after.marks.objected,
    )
    return _fact("objection.resolved", body, after.id, after.version)


def held(cycle: CycleRecord, after: ApplicationRecord) -> Fact:
    """The application waits for the province."""
    body = events_pb2.ApplicationHeld(application=_about(cycle, after))
    return _fact("application.held", body, after.id, after.version)


def released(cycle: CycleRecord, after: ApplicationRecord, decided: Decided) -> Fact:
    """The province has looked into it."""
    body = events_pb2.ApplicationReleased(application=_news(cycle, after, decided))
    return _fact("application.released", body, after.id, after.version)


def moved(cycle: CycleRecord, after: ApplicationRecord, left_base_code: str, remark: str, decided: Decided) -> Fact:
    """The province moved somebody who consents."""
    about = _news(cycle, after, decided)
    body = events_pb2.ApplicationMoved(application=about, left_base_code=left_base_code, remark=remark)
    return _fact("application.moved", body, after.id, after.version)


def plan_changed(cycle_id: str, base_code: str, kind: str, edition: int) -> Fact:
    """Policy, places, exceptions or programmes of a cycle changed."""
    body = events_pb2.PlanChanged(cycle_id=cycle_id, base_code=base_code, kind=kind, edition=edition)
    return _fact("cycle.plan_changed", body, f"{cycle_id}/plan", edition)


def plan_change_decided(
    cycle: CycleRecord, cell: tuple[str, str], edition: int, *, granted: bool, planned: int, answer: str
) -> Fact:
    """What a base asked for was granted or refused."""
    body = events_pb2.PlanChangeDecided(
        cycle_id=cycle.id,
        base_code=cell[0],
        specialty_code=cell[1],
        specialty_name=cycle.catalogue.specialties.get(cell[1], ""),
        granted=granted,
        planned=planned,
        answer=answer,
    )
    return _fact("cycle.plan_change_decided", body, f"{cycle.id}/plan", edition)


def _about(cycle: CycleRecord, after: ApplicationRecord) -> events_pb2.ApplicationFact:
    choice, window = after.submitted, cycle.calendar.window_of(after.round)
    return events_pb2.ApplicationFact(
        application_id=after.id,
        cycle_id=cycle.id,
        person_id=after.person_id,
        base_code=choice.base_code,
        base_name=cycle.catalogue.bases.get(choice.base_code, ""),
        specialty_code=choice.specialty_code,
        specialty_name=cycle.catalogue.specialties.get(choice.specialty_code, ""),
        submission_number=after.submission_number,
        round=after.round,
        phase=window.phase.label if window is not None else None,
        version=after.version,
        state=f"APPLICATION_STATE_{after.state.name}",
    )


def _news(
    cycle: CycleRecord,
    after: ApplicationRecord,
    decided: Decided,
    *,
    held: bool = False,
    until: datetime | None = None,
) -> events_pb2.ApplicationFact:
    """MSG-09: the same for what others decided about somebody: when that was, and from when it is told."""
    about = _about(cycle, after)
    about.decided_at.FromDatetime(decided.at)
    about.release_at.FromDatetime(news_from(cycle.policy, cycle.calendar, decided, held=held, until=until))
    return about


def _fact(name: str, body: Message, aggregate_id: str, version: int) -> Fact:
    return Fact(
        subject=f"residency.enrollment.v1.{name}",
        event_type=body.DESCRIPTOR.full_name,
        body=body.SerializeToString(),
        aggregate_id=aggregate_id,
        version=version,
        event_id=new_id(),
    )
