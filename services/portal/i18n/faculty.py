"""Words of faculty: states, titles, kinds, as they stand on pages."""

from __future__ import annotations

from services.portal.i18n.language import N_, Words

CANDIDACY_STATES = Words(
    {
        "draft": "草稿",
        "submitted": "已提交",
        "returned": "退回修改",
        "recommended": "推荐（聘任）",
        "not_recommended": "不推荐",
        "expired": "过期未定",
        "discarded": "已放弃",
    },
    "candidacy",
)
CANDIDACY_TONES = Words(
    {
        "submitted": "brand",
        "returned": "warn",
        "recommended": "ok",
        "not_recommended": "bad",
        "expired": "plain",
    }
)
DECISIONS = Words(
    {
        "returned": "退回修改",
        "recommended": "推荐（聘任）",
        "not_recommended": "不推荐",
        "revoked": "撤销推荐",
        "reversed": "撤销不推荐",
        "expired": "过期未定",
        "acknowledged": "省级确认",
        "appeal_upheld": "申诉成立",
        "appeal_dismissed": "申诉不成立",
    },
    "candidacy",
)
BATCH_STATES = Words({"waiting": "未开始", "open": "报名中", "reviewing": "审核中", "closed": "已结束"}, "batch")
VERDICTS = Words({"met": ("符合", "ok"), "not_met": ("不符合", "bad"), "unknown": ("待证明", "warn")})
CONSEQUENCES = Words({"block": "不能推荐", "return": "退回补充", "attest": "须教学部出具证明", "": ""})
APPOINTMENT_STATES = Words(
    {
        "active": "在聘",
        "suspended": "暂停带教",
        "dismissed": "已解聘",
        "expired": "聘期届满",
        "transferred": "已调离",
        "pending": "待省级确认",
    },
    "appointment",
)
APPOINTMENT_TONES = Words({"active": "ok", "suspended": "warn", "pending": "brand"})
REVIEWS = Words(
    {
        "due": "待维护",
        "overdue": "逾期未维护",
        "confirmed": "已维护",
        "dismissal_proposed": "拟解聘",
        "unspecified": "",
    }
)
REVIEW_TONES = Words({"due": "warn", "overdue": "bad", "confirmed": "ok", "dismissal_proposed": "warn"})
LEVELS = Words({"": "未定", "general": "一般师资", "key": "骨干师资", "senior": "高级师资"})
TRAINING_STATES = Words({"none": "未培训", "trained": "已培训", "lapsed": "证书已过期", "": ""})
TRAINING_LEVELS = Words({"hospital": "院级", "provincial": "省级", "national": "国家级"})
EVENTS = Words(
    {
        "appointed": "聘任",
        "recommended": "推荐，待省级确认",
        "renewal_recommended": "推荐续聘，待省级确认",
        "renewed": "续聘",
        "acknowledged": "省级确认",
        "review_opened": "年度维护开始",
        "confirmed": "年度维护完成",
        "corrected": "维护并更正",
        "overdue": "逾期未维护",
        "dismissal_proposed": "提出解聘",
        "dismissal_refused": "不予解聘",
        "dismissal_decided": "决定解聘",
        "dismissed": "解聘",
        "suspended": "暂停带教",
        "lifted": "恢复带教",
        "transferred": "调离",
        "transfer_decided": "决定调离",
        "expired": "聘期届满",
        "level_set": "师资等级调整",
        "revoked": "撤销",
    },
    "appointment",
)
DISMISSAL_REASONS = N_(
    (
        ("left_department", "离开本科室"),
        ("left_hospital", "离开本院"),
        ("retired", "退休"),
        ("health", "健康原因"),
        ("evaluation", "带教评价不合格"),
        ("damage", "医疗损害"),
        ("accident", "教学事故"),
        ("own_wish", "本人申请"),
        ("other", "其他"),
    )
)
SANCTION_REASONS = N_(
    (
        ("damage", "医疗损害调查"),
        ("accident", "教学事故调查"),
        ("evaluation", "带教评价"),
        ("conduct", "师德师风"),
        ("other", "其他"),
    )
)
CASE_SOURCES = Words({"review": "年度维护", "roster": "科室名单", "department": "科室提出"})
CASE_STATES = Words(
    {"open": ("待决定", "warn"), "committed": ("已解聘", "plain"), "refused": ("不予解聘", "plain")}, "appointment"
)
INCIDENT_KINDS = N_((("damage", "医疗损害事件"), ("accident", "教学事故")))
DEGREES = N_(
    (
        ("full", "完全责任（医疗损害）"),
        ("main", "主要责任（医疗损害）"),
        ("partial", "次要或轻微责任（医疗损害）"),
        ("major", "重大（教学事故）"),
        ("serious", "严重（教学事故）"),
        ("minor", "一般（教学事故）"),
    )
)
EVIDENCE_KINDS = N_(
    (
        ("attestation", "证明：近 3 年无此情形"),
        ("assessment", "医院考核"),
        ("yearly_result", "年度带教质量评价"),
        ("training", "师资培训"),
    )
)
OUTCOMES = N_(
    (
        ("passed", "考核合格"),
        ("failed", "考核不合格"),
        ("excellent", "年度评价优秀"),
        ("good", "年度评价良好"),
        ("qualified", "年度评价合格"),
        ("unqualified", "年度评价不合格"),
        ("hospital", "院级培训"),
        ("provincial", "省级培训"),
        ("national", "国家级培训"),
    )
)
RULES = N_((("damage", "医疗损害"), ("accident", "教学事故")))
TRAINEE_KINDS = Words(
    {
        "own_unit": "本单位培训",
        "other_unit": "外单位送培",
        "social": "社会化",
        "degree_student": "专业学位研究生",
        "": "未登记",
    }
)
LEAVE_KINDS = N_((("leave", "请假"), ("secondment", "外派"), ("illness", "病休"), ("other", "其他")))
CELL_STATES = Words(
    {
        "empty": "未分配",
        "auto": "自动",
        "manual": "手动",
        "locked": "已锁定",
        "current": "当月",
        "past": "已过",
        "orphaned": "待补",
    }
)
CAUSES = Words(
    {
        "dismissed": "带教老师已解聘",
        "expired": "带教老师聘期届满",
        "transferred": "带教老师已调离",
        "suspended": "带教老师暂停带教",
        "leave": "带教老师请假",
    }
)
PROPOSAL_STATES = Words(
    {
        "working": "计算中",
        "ready": "待确认",
        "failed": "未能算出",
        "committed": "已采用",
        "discarded": "已放弃",
        "stale": "已失效：数据已变动",
    },
    "proposal",
)
ASSIGNMENT_REASONS = Words(
    {
        "continuity": "与相邻月份同一老师",
        "specialty": "专业相符",
        "lowest_month": "本月带教最少",
        "lowest_year": "本年带教最少",
        "stable": "按固定次序",
        "no_teacher": "科室没有在聘老师",
        "all_full": "老师均已满额",
        "all_on_leave": "老师均请假",
        "suspended": "老师暂停带教",
    }
)
ROSTER_STATES = Words(
    {"checked": ("待确认", "brand"), "committed": ("已办理", "ok"), "discarded": ("已放弃", "plain")}, "roster"
)
ROSTER_ACTIONS = Words({"add": "增加", "dismiss": "解聘", "": "无法识别"}, "roster")
ROSTER_OUTCOMES = Words(
    {
        "invite": "将邀请本人报名",
        "nothing": "无须办理",
        "case": "将提出解聘",
        "inviting": "短信发送中",
        "invited": "已邀请",
        "not_sent": "无法发送短信",
        "case_opened": "已提出解聘",
        "": "",
    }
)
REPORTS = N_(
    (
        ("level", "师资等级"),
        ("title", "职称"),
        ("department", "科室"),
        ("training", "培训状态"),
        ("state", "聘任状态"),
        ("review", "年度维护"),
        ("load", "带教负荷"),
        ("coverage", "带教覆盖"),
    )
)
TABLES = N_(
    (
        ("faculty", "师资信息"),
        ("candidacies", "师资报名"),
        ("appointments", "聘任信息"),
        ("trainees", "学员信息"),
        ("plans", "轮转计划"),
        ("assignments", "带教分配"),
        ("ratings", "带教评价汇总"),
    )
)
RESULTS = Words({"excellent": "优秀", "good": "良好", "qualified": "合格", "unqualified": "不合格", "": "尚无"})
