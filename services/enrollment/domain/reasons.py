"""Coded reasons, so that years of verdicts can be counted (PLC-01): a code never changes its meaning, it is retired."""

from __future__ import annotations

from dataclasses import dataclass

from services.kit.domain import DomainError, Kind

VERSION = 1
"""Grows whenever a reason is added or retired."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason that staff choose. `retired_in` is the version from which on nobody may choose it; 0: still open."""

    code: str
    label: str
    label_en: str
    retired_in: int = 0


REJECTIONS: tuple[Reason, ...] = (
    Reason("DOCUMENT_INCOMPLETE", "材料不全", "Documents incomplete"),
    Reason("DOCUMENT_UNREADABLE", "材料不清晰或无法辨认", "Documents cannot be read"),
    Reason("PHOTO_UNSUITABLE", "照片不符合要求", "Portrait does not meet the requirements"),
    Reason("INFORMATION_WRONG", "填报信息与材料不一致", "Entries disagree with the documents"),
    Reason("NOT_ELIGIBLE", "不符合报名条件", "Not eligible"),
    Reason("SPECIALTY_MISMATCH", "所学专业与报考专业不符", "Degree does not fit the specialty"),
    Reason("TYPE_WRONG", "人员类型选择有误", "Wrong type of trainee"),
    Reason("CONTACT_WRONG", "联系方式有误", "Contact details wrong"),
    Reason("OTHER", "其他", "Other"),
)
"""Why a submission is rejected."""

QUITS: tuple[Reason, ...] = (
    Reason("HEALTH", "身体原因", "Health"),
    Reason("FAMILY", "家庭原因", "Family"),
    Reason("FURTHER_STUDY", "继续深造", "Further study"),
    Reason("OTHER_EMPLOYMENT", "另行就业", "Other employment"),
    Reason("EMPLOYER_RECALL", "单位召回", "Recalled by the employer"),
    Reason("NOT_SUITED", "不适应培训", "Not suited to the training"),
    Reason("DISCIPLINE", "违纪", "Misconduct"),
    Reason("OTHER", "其他", "Other"),
)
"""退培: the main reason of somebody who quits."""


def check_reason(code: str, reasons: tuple[Reason, ...]) -> None:
    """PLC-01: only a reason of the list that is not retired can be chosen. Raises INVALID `UNKNOWN_REASON`."""
    if not any(reason.code == code and not reason.retired_in for reason in reasons):
        raise DomainError(Kind.INVALID, "UNKNOWN_REASON", "请从原因列表中选择。", field="reason_code", rule="PLC-01")


def open_reasons(reasons: tuple[Reason, ...]) -> tuple[Reason, ...]:
    """Those that can be chosen."""
    return tuple(reason for reason in reasons if not reason.retired_in)
