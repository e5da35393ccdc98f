"""MSG-01: the texts that are sent to the staff of an organisation: a base, or the province."""

from __future__ import annotations

from services.notify.domain.shapes import WHERE, Kept, Template

TO_STAFF = (
    Template(
        "application_corrected",
        "报名信息已更正",
        ("一份报考本基地的报名更正了{section}，请以最新内容为准。", "报名专业：{specialty}"),
        {"specialty": Kept.TEXT, "section": Kept.TEXT},
    ),
    Template("revocation_proposed", "撤销拟录取待审批", ("{base}申请撤销一名拟录取，专业：{specialty}。",), WHERE),
    Template(
        "revocation_refused", "撤销申请未获批准", ("{base}{specialty}专业的一项撤销申请未获批准，名额保留。",), WHERE
    ),
    Template("grant_proposed", "协同基地拟录取待确认", ("{base}提交了一名拟录取，专业：{specialty}。",), WHERE),
    Template("grant_declined", "拟录取未获主基地确认", ("{base}{specialty}专业的一项拟录取未获主基地确认。",), WHERE),
    Template(
        "plan_change_granted",
        "计划调整申请已批准",
        ("{specialty}专业的计划数已调整为{planned}。", "说明：{answer}"),
        {"specialty": Kept.TEXT, "planned": Kept.NUMBER, "answer": Kept.REMARK},
    ),
    Template(
        "plan_change_refused",
        "计划调整申请未获批准",
        ("{specialty}专业的计划数仍为{planned}。", "说明：{answer}"),
        {"specialty": Kept.TEXT, "planned": Kept.NUMBER, "answer": Kept.REMARK},
    ),
    Template(
        "review_digest",
        "待审核提醒",
        ("第{round}轮还有{count}份报名待审核，请在本基地审核截止前完成。",),
        {"round": Kept.NUMBER, "count": Kept.NUMBER},
    ),
    Template(
        "window_not_reviewed",
        "审核窗口已关闭",
        ("{round_name}已结束，仍有{count}份报名未作审核。",),
        {"round_name": Kept.TEXT, "count": Kept.NUMBER},
    ),
    Template(
        "milestone_reminder",
        "日程临近提醒",
        ("本基地的{milestone}临近：{at}", "还有{count}份报名待处理，请在此之前完成。"),
        {"milestone": Kept.TEXT, "at": Kept.INSTANT, "count": Kept.NUMBER},
    ),
    Template(
        "window_digest",
        "待办汇总",
        ("{round_name}还有{count}份报名待处理，请在{deadline}前完成。", "进度预计：{forecast}"),
        {"round_name": Kept.TEXT, "count": Kept.NUMBER, "deadline": Kept.INSTANT, "forecast": Kept.REMARK},
    ),
    Template(
        "window_not_published",
        "拟录取名单未按时公示",
        (
            "{round_name}已结束，本基地仍有{count}名拟录取人员未列入公示名单。",
            "请尽快核对，如有困难请联系省级主管部门。",
        ),
        {"round_name": Kept.TEXT, "count": Kept.NUMBER},
    ),
    Template(
        "publicity_ended",
        "名单公示期满",
        (
            "第{number}批拟录取名单公示期满。",
            "可办理录取：{admissible}人",
            "有异议待核实：{objected}人",
            "请为可办理的人员及时办理录取；有异议的人员，待核实结果确定后再办理。",
        ),
        {"number": Kept.NUMBER, "admissible": Kept.NUMBER, "objected": Kept.NUMBER},
    ),
    Template(
        "verification_reminder",
        "录取办理提醒",
        ("本基地还有{count}名拟录取人员未办理录取，请在{closes_at}前办理。",),
        {"count": Kept.NUMBER, "closes_at": Kept.INSTANT},
    ),
    Template(
        "verification_overdue",
        "录取办理已逾期",
        (
            "录取办理时间已结束，本基地仍有{count}名拟录取人员未办理录取。",
            "系统不会代为决定录取或取消，请尽快联系省级主管部门处理。",
        ),
        {"count": Kept.NUMBER},
    ),
    Template(
        "calendar_changed",
        "招录日程调整通知",
        (
            "招录日程已调整。",
            "原因：{reason}",
            "当前阶段：{present}",
            "下一时间节点：{next_at}",
            "请以最新公布的日程为准。",
        ),
        {"reason": Kept.REMARK, "present": Kept.TEXT, "next_at": Kept.WHEN},
    ),
    Template(
        "calendar_held",
        "招录暂停通知",
        (
            "招录日程已暂停，暂停期间不受理报名、审核和录取。",
            "原因：{reason}",
            "当前阶段：{present}",
            "恢复后，未结束的时间节点将相应顺延，并另行通知。",
        ),
        {"reason": Kept.REMARK, "present": Kept.TEXT},
    ),
    Template(
        "milestone_unfit",
        "本基地日程需要调整",
        (
            "招录日程调整后，本基地在{round_name}的日程安排已超出允许的时间范围。",
            "请尽快登录重新设置；已收到的报名不受影响。",
        ),
        {"round_name": Kept.TEXT},
    ),
    Template(
        "milestone_overdue",
        "基地工作逾期提醒",
        ("{base}的{milestone}已过，仍有{count}份报名未处理。", "请联系该基地了解情况。"),
        {"base": Kept.TEXT, "milestone": Kept.TEXT, "count": Kept.NUMBER},
    ),
    Template(
        "phase_report",
        "阶段结束情况",
        (
            "{phase}已结束。",
            "未审核的报名：{unreviewed}份",
            "审核通过而未作选择的报名：{unselected}份",
            "涉及基地：{bases}个",
        ),
        {"phase": Kept.TEXT, "unreviewed": Kept.NUMBER, "unselected": Kept.NUMBER, "bases": Kept.NUMBER},
    ),
    Template(
        "verification_overdue_province",
        "基地录取办理逾期",
        ("录取办理时间已结束，{base}仍有{count}名拟录取人员未办理录取。", "系统不会代为决定，请协调处理。"),
        {"base": Kept.TEXT, "count": Kept.NUMBER},
    ),
    Template(
        "next_cycle_prepared",
        "下一年度招录草案已生成",
        ("{title}的草案已按上一年度的日程和政策生成。", "请核对日程、计划和政策后确认；确认之前不会开始。"),
        {"title": Kept.TEXT},
    ),
)
