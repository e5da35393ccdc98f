"""CAND-06, CAND-07, CAND-11: where somebody applies from and for what, and the coded reasons of decisions."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from services.kit.domain import DomainError, Kind

REFUSALS: Mapping[str, str] = {
    "title_years": "任中级职称年限不足",
    "damage": "近3年发生承担主要或完全责任的医疗损害事件",
    "accident": "近3年发生重大或严重教学事故",
    "evaluation": "学员带教质量评价不合格",
    "assessment": "医院考核不合格",
    "certificate": "未取得医师资格证书",
    "material": "材料不全或不实",
    "department_limit": "科室名额已满",
    "department": "科室有误",
    "employer": "不在本院工作",
    "other": "其他",
}
"""CAND-11 (C4): reasons of 不推荐."""
RETURNS: Mapping[str, str] = REFUSALS
"""CAND-11: 退回 names the same matters; what is to be done about them stands in the words beside the code."""


@dataclass(frozen=True, slots=True)
class Post:
    """Where somebody works and in which departments they want to teach."""

    hospital_code: str
    department_code: str
    extra_departments: tuple[str, ...] = ()


def check_post(post: Post, hospitals: Collection[str], departments: Mapping[str, Collection[str]]) -> None:
    """CAND-06 (C7.11), CAND-07 (C7.12): an employer that the batch is for, and departments of it or of its main base.

    Args:
        post: What was chosen.
        hospitals: Codes of bases and collaborative units that the batch is for.
        departments: By such a code, the departments its people may teach in.

    Raises:
        DomainError: INVALID EMPLOYER_OUTSIDE, DEPARTMENT_OUTSIDE, DEPARTMENT_TWICE naming the field.
    """
    if post.hospital_code not in hospitals:
        message = "该批次只接受本院和协同单位的人员报名。"
        raise DomainError(Kind.INVALID, "EMPLOYER_OUTSIDE", message, field="hospital_code", rule="CAND-06")
    known = departments[post.hospital_code]
    chosen: Sequence[tuple[str, str]] = [
        ("department_code", post.department_code),
        *(("extra_department_codes", each) for each in post.extra_departments),
    ]
    for field, code in chosen:
        if code not in known:
            message = "没有这个科室，或者不是所选医院的科室。"
            raise DomainError(Kind.INVALID, "DEPARTMENT_OUTSIDE", message, field=field, rule="CAND-07")
    if len({code for _, code in chosen}) < len(chosen):
        raise DomainError(
            *(Kind.INVALID, "DEPARTMENT_TWICE", "同一个科室只能选择一次。"),
            field="extra_department_codes",
            rule="CAND-07",
        )


def refusal_reason(code: str, reason: str) -> str:
    """CAND-11: what the person reads beside the code of a 不推荐; `other` asks for words.

    Raises INVALID REASON_UNKNOWN, REASON_MISSING.
    """
    label = _label(REFUSALS, code)
    if code == "other" and not reason.strip():
        raise DomainError(Kind.INVALID, "REASON_MISSING", "请写明原因。", field="reason", rule="CAND-11")
    return reason.strip() or label


def return_reason(code: str, reason: str) -> str:
    """CAND-11: what the person reads beside the code of a 退回. Raises INVALID REASON_UNKNOWN, REASON_MISSING."""
    _label(RETURNS, code)
    if not reason.strip():
        raise DomainError(Kind.INVALID, "REASON_MISSING", "请写明需要修改的内容。", field="reason", rule="CAND-11")
    return reason.strip()


def label_of(code: str) -> str:
    """What a code is called; empty for none."""
    return REFUSALS.get(code, "")


def _label(known: Mapping[str, str], code: str) -> str:
    if code not in known:
        raise DomainError(Kind.INVALID, "REASON_UNKNOWN", "请选择原因。", field="reason_code", rule="CAND-11")
    return known[code]
