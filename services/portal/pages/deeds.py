"""What the staff of a base may decide about one application: each as a form that says when it is closed, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from google.protobuf.message import Message

from residency.enrollment.v1 import decision_service_pb2, place_service_pb2, selection_service_pb2
from services.portal.capabilities import Told, closed
from services.portal.i18n.language import N_, Words, listed, tr
from services.portal.panels import Ask

_REASON = Ask("reason", "原因", "area", hint="报名人会看到。")
_REMARK = Ask("remark", "备注", "area", hint="报名人会看到。", required=False)
_QUALIFIED = Ask("qualified", "已核对报名资格", "tick")


@dataclass(frozen=True, slots=True)
class Kind:
    """One sort of decision: which capability opens it, which request it becomes, what it asks for."""

    path: str
    action: str
    request: type[Message]
    service: str
    rpc: str
    button: str
    """With `{grant}`, `{name}`, and `{place}` for name and specialty: whoever acts for good reads whom it is about."""
    asks: tuple[Ask, ...] = ()
    fixed: Mapping[str, Any] = field(default_factory=dict)
    danger: bool = False
    needs: Mapping[str, str] = field(default_factory=dict)
    """What must be filled in, with the sentence when it is not."""
    usual: bool = True
    """Shown also while it is closed; the others only while they are open."""


_NAMES = Words(
    {
        "approve": "审核通过",
        "reject": "审核不通过",
        "not-selected": "登记未入选",
        "admission": "录取",
        "proposal": "提交主基地确认",
        "undo": "撤回刚才的决定",
        "specialty": "改为本基地其他专业",
        "revocation": "申请撤销拟录取",
        "objection": "登记异议",
        "no-show": "登记未报到",
        "quit": "登记退培",
        "deferral": "登记延期",
    },
    context="do",
)
_GRANTS = Words({False: "拟录取", True: "调剂录取"}, context="do")
"""What granting a place is called, by whether the round reallocates."""

KINDS: tuple[Kind, ...] = (
    Kind(
        "approve", "approve", decision_service_pb2.ReviewApplicationRequest, "decisions",
        "ReviewApplication", N_("确认审核通过"), (_REMARK,), {"verdict": "approve"},
    ),
    Kind(
        "reject", "reject", decision_service_pb2.ReviewApplicationRequest, "decisions",
        "ReviewApplication", N_("确认审核不通过"),
        (Ask("reason_code", "原因", "select"), Ask("remark", "备注", "area", hint="报名人会看到。")),
        {"verdict": "reject"}, danger=True,
        needs=N_({"reason_code": "请选择审核不通过的原因", "remark": "请填写备注，报名人据此修改"}),
    ),
    Kind(
        "provisional", "grant_provisional", decision_service_pb2.GrantProvisionalRequest, "decisions",
        "GrantProvisional", "{grant} {place}", (_REMARK,),
    ),
    Kind(
        "not-selected", "record_not_selected", decision_service_pb2.RecordNotSelectedRequest, "decisions",
        "RecordNotSelected", N_("登记 {name} 本轮未入选"),
    ),
    Kind(
        "admission", "admit", decision_service_pb2.AdmitRequest, "decisions", "Admit",
        N_("录取 {place}"),
    ),
    Kind(
        "proposal", "propose_grant", place_service_pb2.ProposeGrantRequest, "places", "ProposeGrant",
        N_("提交主基地确认：{grant} {place}"), (_REMARK,), usual=False,
    ),
    Kind(
        "undo", "undo", place_service_pb2.UndoRequest, "places", "Undo", N_("撤回对 {name} 的决定"),
        (_REASON,), danger=True, usual=False,
    ),
    Kind(
        "specialty", "change_specialty", place_service_pb2.ChangeSpecialtyRequest, "places",
        "ChangeSpecialty", N_("将 {name} 改为所选专业"), (Ask("specialty_code", "改为专业", "select"), _REASON),
        usual=False,
    ),
    Kind(
        "revocation", "propose_revocation", place_service_pb2.ProposeRevocationRequest, "places",
        "ProposeRevocation", N_("申请撤销 {name} 的拟录取"), (Ask("reason", "原因", "area", hint="供省级审批。"),),
        danger=True, usual=False,
    ),
    Kind(
        "objection", "file_objection", selection_service_pb2.FileObjectionRequest, "selection",
        "FileObjection", N_("登记对 {name} 的异议"),
        (Ask("grounds", "异议内容", "area", most=2000), Ask("objector", "提出人及联系方式", required=False, most=200)),
        usual=False,
    ),
    Kind(
        "no-show", "report_no_show", place_service_pb2.ReportNoShowRequest, "places", "ReportNoShow",
        N_("登记 {name} 未报到，名额空出"), (_REASON,), danger=True, usual=False,
    ),
    Kind(
        "quit", "record_quit", place_service_pb2.RecordQuitRequest, "places", "RecordQuit",
        N_("登记 {name} 退培，名额空出"),
        (
            Ask("reason_code", "主要原因", "select"),
            Ask("measures", "已采取的措施", "area"),
            Ask("destination", "去向", required=False),
            Ask("base_opinion", "基地意见", "area"),
        ),
        danger=True, usual=False,
    ),
    Kind(
        "deferral", "defer", place_service_pb2.DeferRequest, "places", "Defer",
        N_("登记 {name} 延期参加培训"), (Ask("until_year", "延至年份", "number"), _REASON), usual=False,
    ),
)  # fmt: skip
BY_PATH = {kind.path: kind for kind in KINDS}
_NUMBERED = "submission_number"


@dataclass(frozen=True, slots=True)
class Deed:
    """One decision as the page offers it."""

    path: str
    action: str
    name: str
    button: str
    told: Told
    asks: tuple[Ask, ...]
    danger: bool
    open: bool
    """Shown unfolded: the one that was just refused."""
    numbered: bool


@dataclass(frozen=True, slots=True)
class About:
    """Whom and what the decisions are about."""

    name: str
    specialty: str
    reallocating: bool
    specialties: Sequence[tuple[str, str]]
    """Others of the base."""
    rejections: Sequence[tuple[str, str]]
    quits: Sequence[tuple[str, str]]
    late: bool = False
    """The last refusal asked for knowing that the rejection is a late one."""


def deeds(told: Mapping[str, Told], reasons: Mapping[str, str], about: About, refused: str) -> list[Deed]:
    """The decision bar. `reasons` says by action why it is closed; `refused` is the path that was just refused.

    A collaborative base proposes where it may not grant: closed for that reason alone, the proposal is what is open.
    """
    proposing = reasons.get("grant_provisional") == "MAIN_BASE_CONFIRMS"
    found = []
    for kind in KINDS:
        name = _NAMES.get(kind.path) or _GRANTS[about.reallocating]
        if kind.action == "propose_grant":
            said = Told(kind.action, name, allowed=proposing, sentence=tr("由主基地确认后生效"))
        else:
            said = told.get(kind.action) or closed(kind.action)
        if not kind.usual and not said.allowed and kind.path != refused:
            continue
        grant, place = _GRANTS[about.reallocating], listed((about.name, about.specialty), "，")
        found.append(
            Deed(
                kind.path,
                kind.action,
                name,
                tr(kind.button, grant=grant, name=about.name, place=place),
                said,
                _asks(kind, about),
                kind.danger,
                kind.path == refused,
                _NUMBERED in kind.request.DESCRIPTOR.fields_by_name,
            )
        )
    return found


def asked(kind: Kind, reallocating: bool) -> tuple[Ask, ...]:
    """What a form of this kind may send."""
    more = (_QUALIFIED,) if reallocating and "qualified" in kind.request.DESCRIPTOR.fields_by_name else ()
    late = (Ask("confirm_late", "", "tick"),) if kind.path == "reject" else ()
    return (*kind.asks, *more, *late)


def _asks(kind: Kind, about: About) -> tuple[Ask, ...]:
    options = {
        ("reject", "reason_code"): about.rejections,
        ("quit", "reason_code"): about.quits,
        ("specialty", "specialty_code"): about.specialties,
    }
    found = []
    for ask in asked(kind, about.reallocating):
        if ask.name == "confirm_late":
            if about.late:
                found.append(Ask("confirm_late", "我知道：此时审核不通过，报名人可在补正时限内修改", "tick"))
            continue
        choices = options.get((kind.path, ask.name))
        found.append(ask if choices is None else Ask(ask.name, ask.label, ask.kind, ask.hint, choices, ask.required))
    return tuple(found)
