"""What notify hears and what it then writes: one table, event type → (template, recipient, parameters)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import zip_longest
from typing import Any

from google.protobuf.message import DecodeError, Message

from residency.enrollment.v1 import application_pb2, cycle_pb2
from residency.enrollment.v1 import events_pb2 as enrollment
from residency.identity.v1 import account_pb2
from residency.identity.v1 import events_pb2 as identity
from services.kit.database import UnitOfWork
from services.kit.messaging import Delivery, Poison
from services.notify.domain.recipients import Recipient
from services.notify.domain.shapes import Value
from services.notify.domain.templates import TEMPLATES, render
from services.notify.handlers import Notify
from services.notify.store import Told

STATE_LABELS = {
    application_pb2.APPLICATION_STATE_PENDING: "待审核",
    application_pb2.APPLICATION_STATE_REJECTED: "审核不通过",
    application_pb2.APPLICATION_STATE_APPROVED: "审核通过",
    application_pb2.APPLICATION_STATE_PROVISIONAL: "拟录取",
    application_pb2.APPLICATION_STATE_ADMITTED: "录取",
    application_pb2.APPLICATION_STATE_WITHDRAWN: "已撤回",
}
ROLE_LABELS = {
    account_pb2.ROLE_APPLICANT: "报名人",
    account_pb2.ROLE_FACULTY: "师资",
    account_pb2.ROLE_BASE_REVIEWER: "基地审核员",
    account_pb2.ROLE_BASE_ADMINISTRATOR: "基地管理员",
    account_pb2.ROLE_TEACHING_DEPARTMENT: "教学部",
    account_pb2.ROLE_DEPARTMENT_DIRECTOR: "科室主任",
    account_pb2.ROLE_DEPARTMENT_SECRETARY: "科室教学秘书",
    account_pb2.ROLE_PROVINCE_ADMINISTRATOR: "省级管理员",
    account_pb2.ROLE_AUDITOR: "审计管理员",
    account_pb2.ROLE_SUPPORT: "客服",
    account_pb2.ROLE_SYSTEM_ADMINISTRATOR: "系统管理员",
    account_pb2.ROLE_SECURITY_ADMINISTRATOR: "安全管理员",
}
SECTION_LABELS = {
    application_pb2.SECTION_BASIC: "基本信息",
    application_pb2.SECTION_EDUCATION: "教育经历",
    application_pb2.SECTION_CERTIFICATES: "证书信息",
    application_pb2.SECTION_WORK: "工作信息",
}
CAUSE_LABELS = {
    "undone": "基地撤回了拟录取",
    "revoked": "省级批准撤销拟录取",
    "no_show": "未按时报到",
    "quit": "退培",
    "annulled": "省级取消资格",
}
OFFER_TEMPLATES = {
    "accepted": "application_provisional",
    "declined": "application_offer_declined",
    "expired": "application_offer_expired",
}


@dataclass(frozen=True, slots=True)
class Letter:
    """One message that an event becomes."""

    template: str
    recipient: Recipient
    parameters: Mapping[str, Value]
    application_id: str = ""
    key: str = ""
    """Its key where somebody else may send the same; empty: fact, recipient and template."""


@dataclass(frozen=True, slots=True)
class Hearing:
    """What one event becomes; a ValueError for one that names nobody."""

    body: type[Message]
    letters: Callable[[Any, Delivery], Sequence[Letter]]


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
            "left": fact.left_specialty_name or fact.left_specialty_code,
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


def _calendar_changed(fact: Any, _delivery: Delivery) -> list[Letter]:
    """MSG-12: the province hears that its calendar changed, a base only when its own dates do not fit any more."""
    said: dict[str, Value] = {"reason": fact.reason, "present": fact.present or "—"}
    if fact.kind != "hold":
        said["next_at"] = _instant(fact, "next_at") or ""
    unfit = zip_longest(fact.unfit_base_codes, fact.unfit_round_names, fillvalue="")
    return [
        Letter(
            "calendar_held" if fact.kind == "hold" else "calendar_changed",
            Recipient(organisation_code=fact.province_code),
            said,
            # As RecruitmentCycle calls it, which tells the bases, and the province too: whoever comes first.
            key=f"notice/calendar/{fact.cycle_id}/{fact.version}/{fact.province_code}",
        ),
        *(
            Letter("milestone_unfit", Recipient(organisation_code=base), {"round_name": name or "相关轮次"})
            for base, name in unfit
        ),
    ]


_HEARD: tuple[Hearing, ...] = (
    *_PLACES,
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
            **({"until": fact.fix_until.ToDatetime(tzinfo=UTC)} if fact.HasField("fix_until") else {}),
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
            "specialty": fact.specialty_name or fact.specialty_code,
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
        # Nobody is left to write to; what was written is forgotten.
        ERASED,
    }
)
"""MSG-07: events that nobody is written about, each for a reason."""


class Listener:
    """Turns facts into messages, each once."""

    def __init__(self, notify: Notify) -> None:
        self._notify = notify

    async def hear(self, delivery: Delivery, uow: UnitOfWork) -> None:
        """MSG-05, PRIV-05: write what the fact is due, or forget whom it says was erased, within `uow`.

        A message's key is fact, recipient and template, so that one fact may be told to several. Raises Poison for an
        event that is in neither table, or a body that cannot be read or names nobody: no retry will mend it, and a
        dead letter shows it.
        """
        if delivery.event_type == ERASED:
            await self._notify.forget(uow, identity.PersonErased.FromString(delivery.body).person_id)
        if delivery.event_type in SILENT:
            return
        hearing = HEARD.get(delivery.event_type)
        if hearing is None:
            raise Poison(f"no message is declared for {delivery.event_type}")
        try:
            fact = hearing.body.FromString(delivery.body)
            letters = hearing.letters(fact, delivery)
        except (DecodeError, ValueError) as error:
            raise Poison(f"{delivery.event_type} cannot be read: {type(error).__name__}") from error
        for letter in letters:
            key = letter.key or f"fact/{delivery.event_id}/{letter.recipient.address}/{letter.template}"
            text = render(letter.template, letter.parameters)
            told, release_at = _told(fact, letter, delivery)
            await self._notify.write(uow, key, letter.recipient, letter.template, text, told, release_at)


def _told(fact: Any, letter: Letter, delivery: Delivery) -> tuple[Told, datetime | None]:
    """What a message tells of, and from when on: for staff, and about no application, at once."""
    if not letter.application_id or not letter.recipient.person_id:
        return Told(letter.application_id), None
    about = fact.application
    decided_at = _instant(about, "decided_at") or delivery.occurred_at
    undone_since = _instant(fact, "undone_since") if "undone_since" in fact.DESCRIPTOR.fields_by_name else None
    return Told(letter.application_id, decided_at, undone_since), _instant(about, "release_at")


def _instant(message: Any, field: str) -> datetime | None:
    return getattr(message, field).ToDatetime(tzinfo=UTC) if message.HasField(field) else None
