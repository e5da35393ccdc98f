"""What stands in the header for each hat. The services decide what may be done; this only shows the way."""

from __future__ import annotations

_STAFF = ("/staff", "人员")
_PROPOSALS = ("/proposals", "复核")
_SUPPORT = ("/support", "用户服务")

ENTRIES: dict[str, tuple[tuple[str, str], ...]] = {
    "applicant": (("/application", "我的报名"),),
    "faculty": (("/faculty", "师资档案"),),
    "base_reviewer": (("/base", "审核"), ("/base/milestones", "基地日程")),
    "base_administrator": (("/base", "审核"), ("/base/milestones", "基地日程"), _STAFF),
    "province_administrator": (
        ("/province", "全省进度"),
        _STAFF,
        _PROPOSALS,
        ("/support/held", "待核查账号"),
    ),
    "teaching_department": (("/desk", "工作台"), _STAFF),
    "department_director": (("/desk", "工作台"),),
    "department_secretary": (("/desk", "工作台"),),
    "auditor": (("/security-events", "安全记录"), _STAFF, _PROPOSALS),
    "support": (_SUPPORT, ("/support/held", "待核查账号"), _PROPOSALS),
    "system_administrator": (("/desk", "工作台"), _PROPOSALS),
    "security_administrator": (_PROPOSALS, _STAFF, _SUPPORT, ("/support/held", "待核查账号")),
    "unchosen": (("/choose-hat", "选择身份"),),
    "enrolling": (("/enrol", "设置二次验证"),),
}
"""Role → (address, text) in order."""
