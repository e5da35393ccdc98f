"""What stands in the header for each hat. The services decide what may be done; this only shows the way."""

from __future__ import annotations

from services.portal.i18n.language import N_

_STAFF = N_(("/staff", "人员"))
_PROPOSALS = N_(("/proposals", "复核"))
_SUPPORT = N_(("/support", "用户服务"))
_SYSTEMS = N_(("/service-accounts", "接口"))

ENTRIES: dict[str, tuple[tuple[str, str], ...]] = N_(
    {
        "applicant": (("/application", "我的报名"), ("/training", "我的培训")),
        "faculty": (("/faculty", "师资"),),
        "base_reviewer": (("/base", "基地办理"), ("/base/milestones", "基地日程")),
        "base_administrator": (("/base", "基地办理"), ("/base/milestones", "基地日程"), _STAFF, _SYSTEMS),
        "province_administrator": (
            ("/province", "全省管理"),
            ("/teaching", "师资管理"),
            _STAFF,
            _PROPOSALS,
            ("/support/held", "账号核查"),
            _SYSTEMS,
        ),
        "teaching_department": (("/teaching", "师资管理"), ("/rotations", "轮转培训"), _STAFF, _SYSTEMS),
        "department_director": (("/rotations", "轮转培训"), ("/department", "本科室师资")),
        "department_secretary": (("/department", "本科室师资"), ("/rotations", "轮转培训")),
        "auditor": (
            ("/security-events", "安全记录"),
            ("/exports", "导出记录"),
            _STAFF,
            _PROPOSALS,
        ),
        "support": (_SUPPORT, ("/support/held", "账号核查"), _PROPOSALS),
        "system_administrator": (
            ("/desk", "工作台"),
            ("/deliveries", "通知发送"),
            ("/organisations", "机构"),
            _PROPOSALS,
        ),
        "security_administrator": (_PROPOSALS, _STAFF, _SUPPORT, ("/support/held", "账号核查")),
        "unchosen": (("/choose-hat", "选择身份"),),
        "enrolling": (("/enrol", "设置二次验证"),),
    }
)
"""Role → (address, text) in order."""

BASE_TABS: tuple[tuple[str, str], ...] = N_(
    (
        ("/base", "审核"),
        ("/base/scores", "成绩"),
        ("/base/ranking", "排名与递补"),
        ("/base/lists", "公示"),
        ("/base/places", "名额变动"),
        ("/base/plan", "招收计划"),
        ("/exports", "导出"),
    )
)
"""The parts of a base's work."""

PROVINCE_TABS: tuple[tuple[str, str], ...] = N_(
    (
        ("/province", "进度"),
        ("/province/calendar", "日程"),
        ("/province/plan", "招收计划"),
        ("/province/requests", "基地申请"),
        ("/province/reallocation", "调剂"),
        ("/province/screening", "核查与惩戒"),
        ("/province/campaigns", "通知"),
        ("/province/policy", "年度规则"),
        ("/province/cycles", "年度"),
        ("/organisations", "机构"),
        ("/exports", "导出"),
    )
)
"""The parts of a province's work."""

FACULTY_TABS: tuple[tuple[str, str], ...] = N_(
    (
        ("/faculty", "师资档案"),
        ("/faculty/candidacies", "师资报名"),
        ("/faculty/eligibility", "准入条件"),
        ("/faculty/appointments", "我的聘任"),
        ("/faculty/months", "我的带教"),
    )
)
"""The parts of a teacher's own pages."""

TEACHING_TABS: tuple[tuple[str, str], ...] = N_(
    (
        ("/teaching", "报名审核"),
        ("/teaching/batches", "报名批次"),
        ("/teaching/appointments", "聘任"),
        ("/teaching/dismissals", "解聘"),
        ("/teaching/rosters", "科室名单"),
        ("/teaching/reports", "统计与导出"),
        ("/teaching/policy", "规则"),
    )
)
"""The parts of a teaching department's work on faculty."""

PROVINCE_FACULTY_TABS: tuple[tuple[str, str], ...] = N_(
    (
        ("/teaching", "确认与查询"),
        ("/teaching/batches", "报名批次"),
        ("/teaching/appointments", "聘任"),
        ("/teaching/reports", "统计与导出"),
        ("/teaching/policy", "规则"),
    )
)
"""What a province does about faculty."""

DEPARTMENT_TABS: tuple[tuple[str, str], ...] = N_(
    (
        ("/department", "年度维护"),
        ("/department/rosters", "上交名单"),
        ("/department/cases", "解聘"),
        ("/department/leave", "请假"),
    )
)
"""The parts of a secretary's work; a director sees the same."""

ROTATION_TABS: tuple[tuple[str, str], ...] = N_(
    (
        ("/rotations", "分配带教老师"),
        ("/rotations/department", "按科室查看"),
        ("/rotations/person", "按人员查看"),
        ("/rotations/day", "按日期查看"),
        ("/rotations/standards", "专业规范"),
        ("/rotations/orphans", "待补月份"),
    )
)
"""轮转培训: what directors, secretaries and 教学部 see of rotations."""

TRAINING_OFFICE_TABS: tuple[tuple[str, str], ...] = N_(
    (
        *ROTATION_TABS,
        ("/rotations/trainees", "学员与计划"),
        ("/rotations/disciplines", "科室学科"),
    )
)
"""What 教学部 has besides."""
