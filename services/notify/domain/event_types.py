"""HOOK-01: the kinds of events that systems of organisations can be told of, and which hat may subscribe to which."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from services.kit.domain import DomainError, Kind

PING = "ping"
"""A test event; nobody subscribes to it."""
BASE, TEACHING, PROVINCE = "base_administrator", "teaching_department", "province_administrator"
_RECRUITMENT = frozenset({BASE, PROVINCE})
_FACULTY = frozenset({TEACHING, PROVINCE})
_EVERYBODY = frozenset({BASE, TEACHING, PROVINCE})


@dataclass(frozen=True, slots=True)
class EventType:
    """A kind of event: what has happened, and whose systems may be told."""

    name: str
    zh: str
    en: str
    roles: frozenset[str]


def _types(roles: frozenset[str], *known: tuple[str, str, str]) -> Iterable[EventType]:
    return (EventType(name, zh, en, roles) for name, zh, en in known)


EVENT_TYPES: Mapping[str, EventType] = {
    each.name: each
    for each in (
        *_types(
            _EVERYBODY,
            ("phase.entered", "招录年度进入新的阶段", "A cycle entered a phase"),
            ("cycle.amended", "招录日程有新版本、暂停或恢复", "A calendar changed, was held or resumed"),
        ),
        *_types(
            _RECRUITMENT,
            ("application.submitted", "报名表已提交", "An application was submitted"),
            ("application.approved", "审核通过", "An application was approved"),
            ("application.rejected", "审核不通过", "An application was rejected"),
            ("application.not_selected", "本轮未入选", "An approved application was not selected"),
            ("application.provisional", "拟录取", "A provisional admission was made"),
            ("application.place_confirmed", "报名人接受拟录取", "An applicant took the provisional place"),
            ("application.admitted", "录取", "A final admission was made"),
            ("application.admission_undone", "录取已撤回，拟录取保留", "A final admission was taken back"),
            ("application.place_lost", "名额已收回或放弃", "A place was taken back or given up"),
            ("application.withdrawn", "报名人撤回报名", "An application was withdrawn"),
            ("application.corrected", "报名信息已更正", "A section was corrected"),
            ("application.unlocked", "已开放修改", "Sections were unlocked for a while"),
            ("application.held", "报名转入核查", "An application was held for the province"),
            ("application.released", "核查结束", "A held application was released"),
            ("application.moved", "调剂到新的基地或专业", "An application was moved to another choice"),
            ("application.specialty_changed", "改为本基地其他专业", "A base changed the specialty"),
            ("application.deferred", "延期参加培训", "Training was deferred"),
            ("application.published", "列入公示名单", "A published list names the application"),
            ("application.objected", "收到对拟录取的异议", "Somebody objected to a provisional admission"),
            ("application.objection_resolved", "异议已处理", "An objection was resolved"),
            ("application.offered", "递补通知已发出", "A freed place was offered"),
            ("application.offer_ended", "递补已答复或到期", "An offer was answered or ran out"),
            ("application.revocation_proposed", "基地申请撤销拟录取", "A base asked to take a place back"),
            ("application.revocation_refused", "省级不同意撤销拟录取", "The province let the place stand"),
            ("application.grant_proposed", "协同单位提交主基地确认", "A collaborative base proposed a grant"),
            ("application.grant_declined", "主基地未确认拟录取", "The main base declined a grant"),
            ("list.published", "公示名单已发布", "A list of provisional admissions was published"),
            ("plan.changed", "招收计划或规则有变更", "Planned places or the policy changed"),
            ("plan.change_decided", "计划变更申请已答复", "A request for another plan was answered"),
            ("window.closed", "基地本轮窗口关闭", "A base's window in a round closed"),
            ("window.dates_set", "基地设置或调整了日程", "A base set or moved its own dates"),
        ),
        *_types(frozenset({BASE}), ("application.left", "报名离开本基地", "An application left the base")),
        *_types(
            _FACULTY,
            ("batch.changed", "师资报名批次新建或调整", "A batch was created or its dates moved"),
            ("batch.published", "师资报名结果已公布", "Results of a batch were published"),
            ("candidacy.submitted", "师资报名已提交", "A candidacy was submitted"),
            ("candidacy.withdrawn", "师资报名已撤回", "A candidacy was withdrawn"),
            ("candidacy.decided", "师资报名有结果", "A candidacy was decided"),
            ("candidacy.appealed", "师资报名有申诉", "A decision about a candidacy was appealed"),
            ("appointment.started", "聘任或续聘", "Somebody was appointed, or for another term"),
            ("appointment.changed", "聘任有变更", "An appointment changed"),
            ("appointment.ended", "聘任结束", "An appointment ended"),
            ("trainee.arrived", "学员入培", "A trainee arrived"),
            ("trainee.left", "学员离培", "A trainee left"),
            ("rotation.published", "轮转计划有新版本", "A rotation plan has a new version"),
            ("rotation.assigned", "带教已分配", "Months were assigned to teachers"),
            ("rotation.orphaned", "带教月份待补", "Months lost their teacher"),
            ("roster.committed", "科室名单已执行", "A secretary's list was carried out"),
        ),
    )
}
"""By name."""


def open_to(role: str) -> Sequence[EventType]:
    """What a hat may subscribe to; a reviewer sees what the administrator may."""
    seen = BASE if role == "base_reviewer" else role
    return [each for each in EVENT_TYPES.values() if seen in each.roles]


def check_types(role: str, wanted: Iterable[str]) -> None:
    """HOOK-01: raises DomainError INVALID EVENT_TYPE_UNKNOWN for one that is not open to this hat."""
    known = {each.name for each in open_to(role)}
    if not set(wanted) <= known:
        message = "所选事件类型不存在，或不对您的身份开放。"
        raise DomainError(Kind.INVALID, "EVENT_TYPE_UNKNOWN", message, field="event_types", rule="HOOK-01")
