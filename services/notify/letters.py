"""MSG-07, MSG-12: what each fact becomes: one table, event type → (template, recipient, parameters)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC
from itertools import zip_longest
from typing import Any

from google.protobuf.message import Message

from residency.enrollment.v1 import cycle_pb2
from residency.enrollment.v1 import events_pb2 as enrollment
from residency.identity.v1 import events_pb2 as identity
from residency.notify.v1 import events_pb2 as notify
from services.kit.delivery import order_of
from services.kit.messaging import Delivery
from services.notify.domain.recipients import Recipient
from services.notify.domain.shapes import Value
from services.notify.domain.templates import TEMPLATES
from services.notify.faculty_letters import FACULTY_HEARD, FACULTY_SILENT
from services.notify.hearing import Hearing, Letter, instant_in
from services.notify.labels import CAUSE_LABELS, ROLE_LABELS, SECTION_LABELS, STATE_LABELS

OFFER_TEMPLATES = {
    "accepted": "application_provisional",
    "declined": "application_offer_declined",
    "expired": "application_offer_expired",
}


def _hearing(
    body: type[Message],
    template: Callable[[Any], str],
    recipient: Callable[[Any], Recipient],
    parameters: Callable[[Any, Delivery], Mapping[str, Value]],
    application_id: Callable[[Any], str],
) -> Hearing:
    """An event that becomes one message."""

    def letters(fact: Any, delivery: Delivery) -> list[Letter]:
        return [Letter(template(fact), recipient(fact), parameters(fact, delivery), application_id(fact))]

    return Hearing(body, letters)


def _always(template: str) -> Callable[[Any], str]:
    return lambda _fact: template


def _where(fact: Any) -> dict[str, Value]:
    application = fact.application
    return {
        "base": application.base_name or application.base_code or "—",
        "specialty": application.specialty_name or application.specialty_code or "—",
    }


def _application(
    body: type[Message],
    template: Callable[[Any], str],
    more: Callable[[Any, Delivery], Mapping[str, Value]] = lambda _fact, _delivery: {},
) -> Hearing:
    """A fact about an application: its applicant hears of it, told base and specialty and `more`."""
    return _hearing(
        body,
        template,
        lambda fact: Recipient(person_id=fact.application.person_id),
        lambda fact, delivery: {**_where(fact), **more(fact, delivery)},
        lambda fact: str(fact.application.application_id),
    )


def _verdict(fact: Any) -> str:
    if fact.approved:
        return "application_approved"
    return "application_rejected_late" if fact.HasField("fix_until") else "application_rejected"


def _to_organisation(body: type[Message], template: str, organisation: Callable[[Any], str]) -> Hearing:
    """A fact about an application that the staff of an organisation have to hear of, told the specialty only."""
    return _hearing(
        body,
        _always(template),
        lambda fact: Recipient(organisation_code=organisation(fact)),
        lambda fact, _delivery: _where(fact),
        lambda fact: str(fact.application.application_id),
    )


_PLACES: tuple[Hearing, ...] = (
    _application(
        enrollment.ApplicationPlaceLost,
        _always("application_place_lost"),
        lambda fact, _delivery: {"cause": CAUSE_LABELS.get(fact.cause, "名额已取消"), "remark": fact.remark},
    ),
    _application(
        enrollment.ApplicationAdmissionUndone,
        _always("application_admission_undone"),
        lambda fact, _delivery: {"remark": fact.remark},
    ),
    _application(
        enrollment.ApplicationOffered,
        _always("application_offered"),
        lambda fact, _delivery: {"until": fact.until.ToDatetime(tzinfo=UTC)},
    ),
    _application(
        enrollment.ApplicationOfferEnded,
        lambda fact: OFFER_TEMPLATES.get(fact.outcome, "application_offer_expired"),
        lambda fact, _delivery: {"result": "拟录取", "remark": ""} if fact.outcome == "accepted" else {},
    ),
    _application(
        enrollment.ApplicationSpecialtyChanged,
        _always("application_specialty_changed"),
        lambda fact, _delivery: {
            "left": fact.left_specialty_name or fact.left_specialty_code or "—",
            "remark": fact.remark,
        },
    ),
    _application(
        enrollment.ApplicationDeferred,
        _always("application_deferred"),
        lambda fact, _delivery: {"year": fact.until_year, "remark": fact.remark},
    ),
    _to_organisation(
        enrollment.ApplicationRevocationProposed, "revocation_proposed", lambda fact: str(fact.province_code)
    ),
    _to_organisation(
        enrollment.ApplicationRevocationRefused, "revocation_refused", lambda fact: str(fact.application.base_code)
    ),
    _to_organisation(enrollment.ApplicationGrantProposed, "grant_proposed", lambda fact: str(fact.main_base_code)),
    _to_organisation(
        enrollment.ApplicationGrantDeclined, "grant_declined", lambda fact: str(fact.application.base_code)
    ),
)
"""What happens to a place once it was given, or while it is on offer."""


def _calendar_changed(fact: Any, delivery: Delivery) -> list[Letter]:
    """MSG-12: the province hears that its calendar changed, a base only when its own dates do not fit any more."""
    said: dict[str, Value] = {"reason": fact.reason, "present": fact.present or "—"}
    if fact.kind != "hold":
        said["next_at"] = instant_in(fact, "next_at") or ""
    version = order_of(delivery.epoch, fact.version)
    unfit = zip_longest(fact.unfit_base_codes, fact.unfit_round_names, fillvalue="")
    return [
        Letter(
            "calendar_held" if fact.kind == "hold" else "calendar_changed",
            Recipient(organisation_code=fact.province_code),
            said,
            # As RecruitmentCycle calls it, which tells the bases, and the province too: whoever comes first.
            key=f"notice/calendar/{fact.cycle_id}/{version}/{fact.province_code}",
        ),
        *(
            Letter("milestone_unfit", Recipient(organisation_code=base), {"round_name": name or "相关轮次"})
            for base, name in unfit
        ),
    ]


_HEARD: tuple[Hearing, ...] = (
    *_PLACES,
    *FACULTY_HEARD,
    Hearing(enrollment.CalendarChanged, _calendar_changed),
    _hearing(
        identity.AccountRegistered,
        lambda fact: "account_held" if fact.held else "account_registered",
        lambda fact: Recipient(person_id=fact.person_id),
        lambda fact, _delivery: {"role": ROLE_LABELS.get(fact.role, "用户")},
        lambda _fact: "",
    ),
    _hearing(
        identity.AccountReleased,
        _always("account_released"),
        lambda fact: Recipient(person_id=fact.person_id),
        lambda _fact, _delivery: {},
        lambda _fact: "",
    ),
    _hearing(
        identity.SecurityNoticed,
        lambda fact: f"security_{fact.what}" if f"security_{fact.what}" in TEMPLATES else "security_other",
        lambda fact: Recipient(person_id=fact.person_id),
        lambda _fact, delivery: {"at": delivery.occurred_at},
        lambda _fact: "",
    ),
    _application(
        enrollment.ApplicationSubmitted,
        _always("application_submitted"),
        lambda fact, delivery: {
            "submitted_at": delivery.occurred_at,
            "state": STATE_LABELS.get(fact.application.state, "待审核"),
        },
    ),
    _application(
        enrollment.ApplicationReviewed,
        _verdict,
        lambda fact, _delivery: {
            "remark": fact.remark,
            **({"until": instant_in(fact, "fix_until")} if _verdict(fact) == "application_rejected_late" else {}),
        },
    ),
    _application(
        enrollment.ApplicationProvisionallyAdmitted,
        _always("application_provisional"),
        lambda fact, _delivery: {
            "result": "调剂录取" if fact.application.phase == cycle_pb2.PHASE_REALLOCATION else "拟录取",
            "remark": fact.remark,
        },
    ),
    _application(enrollment.ApplicationNotSelected, _always("application_not_selected")),
    _application(enrollment.ApplicationAdmitted, _always("application_admitted")),
    _application(enrollment.ApplicationWithdrawn, _always("application_withdrawn")),
    _application(
        enrollment.ApplicationUnlocked,
        _always("application_unlocked"),
        lambda fact, _delivery: {"until": fact.until.ToDatetime(tzinfo=UTC)},
    ),
    _application(
        enrollment.ApplicationPublished,
        _always("application_published"),
        lambda fact, _delivery: {"until": fact.ends_at.ToDatetime(tzinfo=UTC)},
    ),
    _application(enrollment.ObjectionFiled, _always("application_objected")),
    _application(
        enrollment.ObjectionResolved,
        lambda fact: "application_objection_upheld" if fact.upheld else "application_objection_dismissed",
    ),
    _application(enrollment.ApplicationHeld, _always("application_held")),
    _application(enrollment.ApplicationReleased, _always("application_released")),
    _application(
        enrollment.ApplicationMoved,
        _always("application_moved"),
        lambda fact, _delivery: {"remark": fact.remark},
    ),
    _hearing(
        enrollment.PlanChangeDecided,
        lambda fact: "plan_change_granted" if fact.granted else "plan_change_refused",
        lambda fact: Recipient(organisation_code=fact.base_code),
        lambda fact, _delivery: {
            "specialty": fact.specialty_name or fact.specialty_code or "—",
            "planned": fact.planned,
            "answer": fact.answer,
        },
        lambda _fact: "",
    ),
    _hearing(
        enrollment.ApplicationCorrected,
        _always("application_corrected"),
        lambda fact: Recipient(organisation_code=fact.application.base_code),
        lambda fact, _delivery: {
            "specialty": _where(fact)["specialty"],
            "section": SECTION_LABELS.get(fact.section, "报名信息"),
        },
        lambda fact: str(fact.application.application_id),
    ),
)

HEARD: Mapping[str, Hearing] = {hearing.body.DESCRIPTOR.full_name: hearing for hearing in _HEARD}
"""MSG-07: every event that becomes a message."""

ERASED = identity.PersonErased.DESCRIPTOR.full_name

SILENT: frozenset[str] = frozenset(
    {
        # Everybody sees the calendar on every page; nobody is written to.
        enrollment.CycleCreated.DESCRIPTOR.full_name,
        enrollment.PhaseEntered.DESCRIPTOR.full_name,
        # The window's own workflow tells the staff, once, with `window_not_reviewed`.
        enrollment.WindowClosed.DESCRIPTOR.full_name,
        # A base's dates stand on its page; its workflow reminds of them.
        enrollment.MilestonesSet.DESCRIPTOR.full_name,
        # The plan stands on the board and on the pages of the bases.
        enrollment.PlanChanged.DESCRIPTOR.full_name,
        # Whom the list names is told with `application_published`; it stands on the public page for everybody else.
        enrollment.ListPublished.DESCRIPTOR.full_name,
        # The base sees it beside the name; the applicant did it.
        enrollment.ApplicationPlaceConfirmed.DESCRIPTOR.full_name,
        # For machines: who checks tokens, and whoever keeps the seals of an audit.
        identity.SessionEnded.DESCRIPTOR.full_name,
        identity.AuditSealed.DESCRIPTOR.full_name,
        *FACULTY_SILENT,
        # Says that a message lies in an inbox; telling it would be a message again.
        notify.MessageWritten.DESCRIPTOR.full_name,
        # Nobody is left to write to; what was written is forgotten.
        ERASED,
    }
)
"""MSG-07: events that nobody is written about, each for a reason."""
