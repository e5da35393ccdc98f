"""A decision about one action, and how a refusal is told: one sentence and one kind for each stable reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.kit.domain import DomainError, Kind


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether an action is open, by which rule; if not, why; until when this holds and what would change it."""

    allowed: bool
    reason: str
    rule: str
    until: datetime | None = None
    changed_by: str = ""


REASONS: dict[str, tuple[Kind, str]] = {
    "ROLE_NOT_ALLOWED": (Kind.FORBIDDEN, "您的身份不能办理此项。"),
    "APPLICATION_NOT_FOUND": (Kind.NOT_FOUND, "没有这份报名。"),
    "CYCLE_HELD": (Kind.NOT_NOW, "招录已暂停,恢复后方可办理。"),
    "NOT_IN_PHASE": (Kind.NOT_NOW, "当前阶段不能办理此项。"),
    "WRONG_STATE": (Kind.NOT_NOW, "当前状态不能办理此项。"),
    "AFTER_DEADLINE": (Kind.NOT_NOW, "基地的审核截止时间已过。"),
    "NOT_VERIFIED": (Kind.NOT_NOW, "请先完成实名认证。"),
    "CONSENT_REQUIRED": (Kind.NOT_NOW, "调剂阶段须先选择接受调剂。"),
    "ALREADY_RECORDED": (Kind.CONFLICT, "已登记为未入选。"),
    "PUBLICITY_RUNNING": (Kind.NOT_NOW, "公示尚未结束。"),
    "SECTION_NOT_UNLOCKED": (Kind.NOT_NOW, "该部分没有开放修改。"),
    "NOT_PUBLISHED": (Kind.NOT_NOW, "拟录取名单尚未公示。"),
    "OBJECTED": (Kind.NOT_NOW, "该拟录取有异议,处理完毕前不能录取。"),
    "NO_OBJECTION": (Kind.NOT_NOW, "没有待处理的异议。"),
    "NOT_CONFIRMED": (Kind.NOT_NOW, "申请人尚未确认。"),
    "ALREADY_CONFIRMED": (Kind.CONFLICT, "已经确认过了。"),
    "HELD": (Kind.NOT_NOW, "该报名待省级核查,核查完毕前不能办理。"),
    "NOTHING_HELD": (Kind.NOT_NOW, "该报名没有待核查事项。"),
    "NOTHING_OFFERED": (Kind.NOT_NOW, "目前没有可接受的递补名额。"),
    "OFFER_OVER": (Kind.NOT_NOW, "递补名额的确认时间已过。"),
    "HOLD_OVER": (Kind.NOT_NOW, "撤回时限已过,请申请撤销。"),
    "ALREADY_PROPOSED": (Kind.CONFLICT, "已提出撤销申请,等待省级审批。"),
    "NOTHING_PROPOSED": (Kind.NOT_NOW, "基地没有提出撤销申请。"),
    "OFFER_OPEN": (Kind.NOT_NOW, "正在向该申请人递补名额,答复前不能另行办理。"),
    "MAIN_BASE_CONFIRMS": (Kind.NOT_NOW, "协同基地须先提交主基地确认。"),
    "ALREADY_DEFERRED": (Kind.CONFLICT, "已登记延期。"),
    "SEAT_FULL": (Kind.NOT_NOW, "该专业的计划数已满。"),
    "BASE_LOCKED": (Kind.NOT_NOW, "本阶段内不能改报其他基地。"),
    "IDENTITY_FIXED": (Kind.NOT_NOW, "姓名和证件来自实名认证,不能在报名中修改。"),
}


def require(decision: Decision) -> None:
    """Raise the DomainError that tells why `decision` refuses; return when it allows."""
    if decision.allowed:
        return
    kind, message = REASONS[decision.reason]
    details = {"changed_by": decision.changed_by} if decision.changed_by else None
    raise DomainError(kind, decision.reason, message, rule=decision.rule, until=decision.until, details=details)


def superseded(current: int) -> DomainError:
    """APP-06: a decision names the submission it was made on; one on a superseded submission is refused."""
    return DomainError(
        Kind.CONFLICT,
        "SUPERSEDED",
        "该报名信息已被申请人更新,请查看最新提交。",
        field="submission_number",
        rule="APP-06",
        details={"current": str(current)},
    )


def stale_version(current: int) -> DomainError:
    """APP-07: an edit made on an older version than the present one is refused."""
    return DomainError(
        Kind.CONFLICT,
        "STALE_VERSION",
        "报名信息已在别处更新,请刷新后重试。",
        field="expected_version",
        rule="APP-07",
        details={"current": str(current)},
    )


def base_locked() -> DomainError:
    """APP-08: who was rejected in this round keeps the base in P2 and P3."""
    return DomainError(
        Kind.NOT_NOW, "BASE_LOCKED", "本阶段内不能改报其他基地。", field="choice.base_code", rule="APP-08"
    )
