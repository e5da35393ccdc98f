"""What stands in the header for each hat. The services decide what may be done; this only shows the way."""

from __future__ import annotations

_STAFF = ("/staff", "人员")
_PROPOSALS = ("/proposals", "复核")
_SUPPORT = ("/support", "用户服务")

ENTRIES: dict[str, tuple[tuple[str, str], ...]] = {
    "applicant": (("/application", "我的报名"),),
    "faculty": (("/faculty", "师资档案"),),
    "base_reviewer": (("/base", "基地办理"), ("/base/milestones", "基地日程")),
    "base_administrator": (("/base", "基地办理"), ("/base/milestones", "基地日程"), _STAFF),
    "province_administrator": (
        ("/province", "全省管理"),
        _STAFF,
        _PROPOSALS,
        ("/support/held", "待核查账号"),
    ),
    "teaching_department": (("/desk", "工作台"), _STAFF),
    "department_director": (("/desk", "工作台"),),
    "department_secretary": (("/desk", "工作台"),),
    "auditor": (("/security-events", "安全记录"), ("/exports", "导出记录"), _STAFF, _PROPOSALS),
    "support": (_SUPPORT, ("/support/held", "待核查账号"), _PROPOSALS),
    "system_administrator": (("/desk", "工作台"), _PROPOSALS),
    "security_administrator": (_PROPOSALS, _STAFF, _SUPPORT, ("/support/held", "待核查账号")),
    "unchosen": (("/choose-hat", "选择身份"),),
    "enrolling": (("/enrol", "设置二次验证"),),
}
"""Role → (address, text) in order."""

BASE_TABS: tuple[tuple[str, str], ...] = (
    ("/base", "审核"),
    ("/base/scores", "成绩"),
    ("/base/ranking", "排名与递补"),
    ("/base/lists", "公示"),
    ("/base/places", "名额变动"),
    ("/base/plan", "招收计划"),
    ("/exports", "导出"),
)
"""The parts of a base's work."""

PROVINCE_TABS: tuple[tuple[str, str], ...] = (
    ("/province", "进度"),
    ("/province/calendar", "日程"),
    ("/province/plan", "招收计划"),
    ("/province/requests", "基地申请"),
    ("/province/reallocation", "调剂"),
    ("/province/screening", "核查与惩戒"),
    ("/province/policy", "年度规则"),
    ("/province/cycles", "年度"),
    ("/exports", "导出"),
)
"""The parts of a province's work."""
