"""Chinese names for what the contracts call by enum or code. Wording as in the province's manual."""

from __future__ import annotations

from services.portal.i18n.language import Words

STATES = Words(
    {
        "none": "未报名",
        "draft": "填写中",
        "pending": "待审核",
        "rejected": "审核不通过",
        "approved": "审核通过",
        "provisional": "拟录取",
        "admitted": "录取",
        "reopened": "可重新填报",
        "withdrawn": "已撤回",
        "annulled": "已撤销",
        "closed_unplaced": "未录取",
    }
)
STATE_TONES = Words(
    {
        "pending": "brand",
        "rejected": "bad",
        "approved": "ok",
        "provisional": "ok",
        "admitted": "ok",
        "reopened": "warn",
        "annulled": "bad",
    }
)
"""Colour of a state's tag; plain when not named. The word always stands beside it."""

STATE_MEANINGS = Words(
    {
        "none": "您还没有开始报名。",
        "draft": "您已开始填写，尚未提交。提交前培训基地看不到您的信息。",
        "pending": "您的报名信息已提交，等待培训基地审核。",
        "rejected": "培训基地审核不通过，请按备注修改后重新提交。",
        "approved": "培训基地审核通过，信息和志愿不可再修改。请按基地通知参加考核，等待录取结果。",
        "provisional": "您已被拟录取。请按培训基地要求办理体检、报到等事宜，等待最终录取。",
        "admitted": "您已被录取。",
        "reopened": "上一轮未被拟录取。您可以修改信息和志愿，须重新提交才参加本轮。",
        "withdrawn": "您已撤回报名。",
        "annulled": "您的拟录取已被撤销。",
        "closed_unplaced": "本年度招录已结束，您未被录取。",
    }
)
PHASE_CLOSES = Words(
    {
        "preparation": "开始后可注册并填报志愿",
        "registration": "截止后不能修改信息和志愿",
        "first_choice": "截止后本轮审核与拟录取结束",
        "second_choice": "截止后不能再填报本轮志愿",
        "reallocation": "截止后不能再填报，调剂录取结束",
        "confirmation": "截止后录取结束",
        "closed": "本年度招录已结束",
    }
)
PHASE_NAMES = Words(
    {
        "preparation": "准备",
        "registration": "报名",
        "first_choice": "一志愿审核与拟录取",
        "second_choice": "二志愿审核与拟录取",
        "reallocation": "调剂",
        "confirmation": "核实与录取",
        "closed": "结束",
    }
)
ROLES = Words(
    {
        "applicant": "报名人",
        "faculty": "师资",
        "base_reviewer": "基地审核员",
        "base_administrator": "基地管理员",
        "province_administrator": "省级管理员",
        "teaching_department": "教学部",
        "department_director": "科室主任",
        "department_secretary": "科室教学秘书",
        "auditor": "审计管理员",
        "support": "客服",
        "system_administrator": "系统管理员",
        "security_administrator": "安全管理员",
        "unchosen": "未选择身份",
        "enrolling": "待设置二次验证",
        "scheduler": "系统",
        "service": "系统",
        "operator": "平台运维",
    },
    context="role",
)
SECTIONS = Words({"basic": "基本信息", "education": "教育经历", "certificates": "证书信息", "work": "工作信息"})
FACULTY_SECTIONS = Words({"basic": "基本信息", "contact": "联系信息", "education": "教育信息", "work": "工作信息"})
COMMANDS = Words(
    {
        "start_application": "开始报名",
        "save_section": "保存信息",
        "save_choice": "保存志愿",
        "submit_application": "提交报名信息",
        "withdraw_application": "撤回报名",
        "approve_application": "审核通过",
        "reject_application": "审核不通过",
        "record_not_selected": "登记未入选",
        "grant_provisional": "拟录取",
        "admit_application": "录取",
        "unlock_sections": "临时开放修改",
        "end_unlock": "结束开放修改",
        "correct_section": "更正已提交的信息",
        "upload_paper": "上传照片或扫描件",
        "remove_paper": "删除照片或扫描件",
        "erase_person": "个人信息已删除",
        "carry_over": "带入往年信息",
        "save_wishes": "保存调剂意向",
        "enter_scores": "录入成绩",
        "set_waiting_list": "确定递补名单",
        "publish_list": "公示拟录取名单",
        "file_objection": "登记异议",
        "resolve_objection": "处理异议",
        "change_specialty": "改为本基地其他专业",
        "propose_grant": "提交主基地确认",
        "confirm_grant": "主基地答复",
        "undo_grant": "撤回拟录取",
        "undo_reallocation": "撤回调剂录取",
        "undo_admission": "撤回录取",
        "confirm_place": "确认接受拟录取",
        "offer_place": "通知递补名额",
        "accept_offer": "接受递补名额",
        "decline_offer": "放弃递补名额",
        "expire_offer": "递补逾期未答复",
        "report_no_show": "登记未报到",
        "record_quit": "登记退培",
        "defer_place": "登记延期",
        "propose_revocation": "申请撤销拟录取",
        "decide_revocation": "审批撤销申请",
        "revoke_place": "撤销拟录取",
        "annul_place": "取消录取",
        "grant_exception": "凭文号特批",
        "move_applicant": "省级调剂",
        "resolve_hold": "核查疑似重复报名",
    },
    context="done",
)
ACTIONS = Words(
    {
        "start": "开始报名",
        "edit_profile": "修改个人信息",
        "edit_specialty": "修改报考专业",
        "edit_base": "修改报考基地",
        "edit_reallocation": "修改是否接受调剂",
        "submit": "提交报名信息",
        "withdraw": "撤回报名",
        "approve": "审核通过",
        "reject": "审核不通过",
        "grant_provisional": "拟录取",
        "record_not_selected": "登记未入选",
        "admit": "录取",
        "set_milestones": "设定日程",
        "undo": "撤回决定",
        "change_specialty": "改为本基地其他专业",
        "propose_revocation": "申请撤销拟录取",
        "file_objection": "登记异议",
        "report_no_show": "登记未报到",
        "record_quit": "登记退培",
        "defer": "登记延期",
        "answer_offer": "答复递补名额",
        "confirm_place": "确认接受拟录取",
    },
    context="do",
)
"""Actions that pages show; those not named here have no button yet."""

FIELD_PARTS = Words({"identity": "身份", "choice": "志愿"}, context="part")
FIELD_LABELS = Words(
    {
        "name": "姓名",
        "document_type": "证件类型",
        "document_number": "证件编号",
        "base_code": "培训基地",
        "specialty_code": "培训专业",
        "accepts_reallocation": "是否接受调剂",
        "wishes": "调剂意向",
    }
)
"""Fields that stand in no section of the dossier."""

MILESTONES = Words(
    {"review_deadline": "审核截止", "written_exam": "笔试", "interview": "面试", "pre_admission": "拟录取"},
    context="day",
)
REJECT_REASONS = Words(
    {
        "DOCUMENT_INCOMPLETE": "材料不全",
        "NOT_ELIGIBLE": "不符合报名条件",
        "SPECIALTY_MISMATCH": "所学专业与报考专业不符",
        "DOCUMENT_UNREADABLE": "材料不清晰或无法辨认",
        "PHOTO_UNSUITABLE": "照片不符合要求",
        "INFORMATION_WRONG": "填报信息与材料不一致",
        "TYPE_WRONG": "人员类型选择有误",
        "CONTACT_WRONG": "联系方式有误",
        "OTHER": "其他",
    }
)
"""Also those that are retired; what may be chosen comes from the service."""

BATCHES = Words(
    {
        "approve": "审核通过",
        "reject": "审核不通过",
        "not_selected": "登记未入选",
        "grant": "拟录取（调剂阶段为调剂录取）",
        "admit": "录取",
    },
    context="do",
)
ENDINGS = Words(
    {"revoked": "拟录取已撤销", "no_show": "未报到", "quit": "已退培"}
    | {"annulled": "已取消", "deferred": "延期", "give_up": "本人放弃"}
)
SCORE_PARTS = Words({"written": "笔试", "skills": "技能", "interview": "面试"})
COUNTS = Words(
    {
        "planned": "计划",
        "applied": "已报",
        "pending": "待审核",
        "approved": "审核通过",
        "rejected": "审核不通过",
        "provisional": "拟录取",
        "admitted": "录取",
    },
    context="count",
)
"""What is counted on boards and above a queue, in the short words of a phone."""
OBJECTIONS = Words({"open": "待处理", "upheld": "异议成立", "dismissed": "异议不成立"})
OFFERS = Words({"open": "待答复", "accepted": "已接受", "declined": "已放弃", "expired": "逾期未答复"})
PROGRAMMES = Words({"open": "招生", "paused": "暂停", "closed": "关闭"})
CHANGES = Words({"open": "待审批", "granted": "已批准", "refused": "不予批准"})
PLAN_DEEDS = Words({"set": "省级调整", "granted": "批准申请", "exception": "追加名额", "reversion": "计划回流"})
QUIT_REASONS = Words(
    {
        "HEALTH": "身体原因",
        "FAMILY": "家庭原因",
        "FURTHER_STUDY": "继续深造",
        "OTHER_EMPLOYMENT": "另行就业",
        "EMPLOYER_RECALL": "单位召回",
        "NOT_SUITED": "不适应培训",
        "DISCIPLINE": "违纪",
        "OTHER": "其他",
    }
)
CAUSES = Words({"no_show": "未报到", "quit": "退培", "give_up": "放弃名额", "fraud": "弄虚作假", "other": "其他"})
ALIKE = Words({"name_and_birth": "姓名和出生日期相同", "mobile": "手机号码相同"})
REALLOCATIONS = Words({"proposed": "待执行", "committing": "执行中", "committed": "已执行"})
OUTCOMES = Words({"": "", "moved": "已调剂", "stayed": "未变", "skipped": "已跳过"})
COLUMN_TYPES = Words(
    {"text": "文字", "number": "数字", "date": "日期", "instant": "时间", "yes_no": "是否", "code": "代码"}
)
TIE_RULES = Words({"submitted_at": "提交时间先后"})
STANDINGS = Words(
    {
        "placed": "已有名额",
        "suggested": "建议拟录取",
        "waiting": "可列入递补",
        "below": "低于分数线",
        "unscored": "成绩未录全",
        "not_selected": "未入选",
    }
)
REFUSALS = Words(
    {
        "ROLE_NOT_ALLOWED": "由基地管理员办理",
        "APPLICATION_NOT_FOUND": "没有这份报名",
        "NOT_IN_PHASE": "当前阶段不能办理",
        "WRONG_STATE": "当前状态不能办理",
        "AFTER_DEADLINE": "基地的审核截止时间已过",
        "NOT_VERIFIED": "请先完成实名认证",
        "CONSENT_REQUIRED": "调剂阶段须先选择接受调剂",
        "ALREADY_RECORDED": "已登记为未入选",
        "PUBLICITY_RUNNING": "公示尚未结束",
        "SEAT_FULL": "该专业计划数已满",
        "CYCLE_HELD": "招录已暂停",
    }
)
"""Why an action is closed, by the capability's reason."""

CHANGED_BY = Words(
    {
        "PHASE_REGISTRATION": "报名开始后可办理",
        "PHASE_FIRST_CHOICE": "一志愿审核阶段开始后可办理",
        "PHASE_SECOND_CHOICE": "下一轮志愿开始后可办理",
        "PHASE_REALLOCATION": "调剂阶段开始后可办理",
        "PHASE_CONFIRMATION": "核实与录取阶段开始后可办理",
        "BASE_DECISION": "等待培训基地审核结果",
        "IDENTITY_VERIFICATION": "完成实名认证后可办理",
        "EDIT_REALLOCATION": "选择接受调剂后可办理",
        "PUBLICITY_END": "公示结束后可办理",
        "SEAT_FREED": "有名额空出后可办理",
        "CYCLE_RESUMED": "招录恢复后可办理",
    }
)
"""What would open a closed action, by the capability's `changed_by`."""

CONTRACT_RULES = Words(
    {
        "required": "请填写此项。",
        "string.min_len": "内容太短。",
        "string.max_len": "内容太长。",
        "string.len": "长度有误。",
        "string.pattern": "格式有误。",
        "string.uuid": "编号有误。",
        "enum.in": "请选择其中一项。",
        "enum.not_in": "请选择其中一项。",
        "enum.defined_only": "请选择其中一项。",
    }
)
"""Sentences for the contract's own checks, by rule."""

FIELD_RULES = Words(
    {
        "name": "请填写姓名，须与证件一致。",
        "document_type": "请选择证件类型。",
        "document_number": "请填写证件号码。",
        "captcha_answer": "请填写图中的数字。",
        "mobile": "请填写手机号码。",
        "code": "验证码为 6 位数字。",
        "role": "请选择身份。",
        "reason": "请写明原因，2 至 500 个字符。",
        "new_password": "新密码须为 10 至 200 个字符。",
        "current_password": "请填写现在的密码。",
        "organisation_code": "请选择单位。",
        "label": "请填写名称，不超过 50 个字符。",
        "totp": "请填写验证器应用上的 6 位数字。",
        "login": "登录名须为 3 至 64 个字母、数字或 . _ -。",
        "password": "密码须为 10 至 200 个字符。",
        "event_types": "请至少选择一种事件。",
        "scopes": "请至少勾选一项授权。",
    }
)
"""Sentences for fields whose rule is always said the same way, by field."""

OPEN_NOW = Words(
    {
        "preparation": [],
        "registration": ["注册、填写信息、填报志愿并提交，截止前可随时修改。"],
        "first_choice": ["培训基地进行本轮审核与拟录取。", "审核不通过的报名人可修改信息和专业后重新提交。"],
        "second_choice": ["未被拟录取的报名人可重新填报志愿，新报名人可注册。", "培训基地进行本轮审核与拟录取。"],
        "reallocation": ["未被拟录取的报名人可重新填报志愿，新报名人可注册。", "培训基地进行调剂录取。"],
        "confirmation": ["培训基地核实拟录取人员并逐一录取。", "报名人可查询结果。"],
        "closed": ["查询录取结果。"],
    }
)
"""What is open in a phase, for the home page."""

DONE = Words(
    {
        "feed_closed": "订阅已取消",
        "amended": "日程已调整",
        "amendment_open": "已提交，待第二人复核",
        "amendment_refused": "已退回",
        "amendment_withdrawn": "已撤回",
        "holidays": "放假安排已录入",
        "uploaded": "图片已上传；其他内容请点“保存”",
        "picture_removed": "图片已删除；其他内容请点“保存”",
        "carried": "已带入上一年度的信息，请逐项核对",
        "wishes": "调剂意向已保存",
        "offer_taken": "已接受递补名额",
        "offer_declined": "已放弃递补名额",
        "place_confirmed": "已确认接受拟录取",
        "batch": "已办理",
        "scores": "成绩已录入",
        "cut_off": "分数线已保存",
        "waiting": "递补名单已确定",
        "published": "名单已公示",
        "objected": "异议已登记",
        "resolved": "异议已处理",
        "undone": "已撤回该决定",
        "proposed": "已提交，等待处理",
        "policy": "规则已保存",
        "plan": "计划数已保存",
        "exported": "已生成导出文件",
        "extended": "审核截止时间已延长",
        "created": "年度已建立",
        "committed": "调剂已执行",
        "all_read": "已全部标为已读",
        "wishes_of_notices": "通知设置已保存",
        "language": "通知语言已保存",
        "code_sent": "验证码已发送到该邮箱",
        "address_proved": "邮箱已验证",
        "wechat_bound": "微信已绑定",
        "address_removed": "已移除",
        "campaign_drafted": "通知已起草，须由另一人批准",
        "campaign_approved": "已批准，按设定的时间和速度发送",
        "campaign_paused": "已暂停",
        "campaign_resumed": "已恢复",
        "campaign_stopped": "已终止",
    }
)
"""What was done on the pages of enrollment, said once on the page that follows."""
