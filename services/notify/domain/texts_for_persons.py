"""MSG-01: the texts that are sent to one person (after the notices 7.20 to 7.23 of the sample province's handbook)."""

from __future__ import annotations

from services.notify.domain.shapes import WHERE, WHERE_LINES, Kept, Template

_NOT_YOU = "如果不是您本人所为或有疑问，请尽快修改密码、退出所有登录，并联系客服。"
_SECURITY = (
    ("new_device", "新设备登录提醒", "您的账号在一台新的设备上登录。"),
    ("password_changed", "密码已修改", "您的账号密码已修改，其他设备上的登录已退出。"),
    ("mobile_changed", "手机号码已更换", "您的账号绑定的手机号码已更换，今后的验证码将发往新号码。"),
    ("factor_added", "已添加验证方式", "您的账号添加了一种登录验证方式。"),
    ("factor_removed", "已移除验证方式", "您的账号移除了一种登录验证方式。"),
    ("acted_as", "客服代为查看", "客服人员为协助您，以您的身份进入了系统。其每一步操作都有记录，并记在该人员名下。"),
    ("document_revealed", "证件号码被查看", "工作人员因办理业务查看了您的完整证件号码。查看的人、时间和原因都有记录。"),
    ("account_suspended", "账号已停用", "您的账号已停用，所有登录已退出。"),
    ("account_restored", "账号已恢复", "您的账号已恢复使用。"),
    ("other", "账号安全提醒", "您的账号有一项与安全有关的变动。"),
)
"""What is told for each `SecurityNoticed.what`; `other` for one that came later than this table."""

TO_PERSONS = (
    Template("account_registered", "注册成功", ("您的账号已开通，身份：{role}。",), {"role": Kept.TEXT}),
    Template(
        "account_held",
        "注册待核查",
        (
            "您的身份：{role}。您的注册信息已收到，正在由工作人员核对，核对完成后会通知您。",
            "核对期间您可以登录和查看，暂不能报名。",
        ),
        {"role": Kept.TEXT},
    ),
    Template("account_released", "核查完成", ("您的账号已核对完毕，现在可以正常使用。",), {}),
    *(
        Template(f"security_{what}", title, (*lines, "时间：{at}", _NOT_YOU), {"at": Kept.INSTANT})
        for what, title, *lines in _SECURITY
    ),
    Template(
        "application_submitted",
        "报名成功通知",
        ("您已成功报名。", *WHERE_LINES, "报名时间：{submitted_at}", "状态：{state}"),
        {**WHERE, "submitted_at": Kept.INSTANT, "state": Kept.TEXT},
    ),
    Template(
        "application_rejected",
        "审核未通过通知",
        (*WHERE_LINES, "审核结果：审核不通过", "备注：{remark}", "报名时间截止前，您可以按备注修改后重新提交。"),
        {**WHERE, "remark": Kept.REMARK},
    ),
    Template(
        "application_approved",
        "审核通过通知",
        (*WHERE_LINES, "审核结果：审核通过", "备注：{remark}"),
        {**WHERE, "remark": Kept.REMARK},
    ),
    Template(
        "application_provisional",
        "拟录取通知",
        (*WHERE_LINES, "录取结果：{result}", "备注：{remark}"),
        {**WHERE, "result": Kept.TEXT, "remark": Kept.REMARK},
    ),
    Template(
        "application_admitted",
        "录取通知",
        (*WHERE_LINES, "录取结果：录取", "请按培训基地要求办理体检、报到等事宜。"),
        WHERE,
    ),
    Template(
        "application_not_selected",
        "未拟录取通知",
        (*WHERE_LINES, "录取结果：本轮未拟录取", "后续轮次开放时，您可以重新填报志愿。"),
        WHERE,
    ),
    Template(
        "application_published",
        "拟录取公示通知",
        (
            "您已列入培训基地的拟录取公示名单。",
            *WHERE_LINES,
            "公示截止：{until}",
            "公示结束且无异议后，由培训基地办理录取。姓名和证件号码已作遮盖。",
        ),
        {**WHERE, "until": Kept.INSTANT},
    ),
    Template(
        "application_objected",
        "拟录取待核实通知",
        (
            "公示期间收到一项与您的拟录取有关的意见，正在核实。",
            *WHERE_LINES,
            "核实期间暂不办理录取，您的拟录取名额仍予保留。核实结果将另行通知；如需说明情况，请联系培训基地。",
        ),
        WHERE,
    ),
    Template(
        "application_objection_dismissed",
        "拟录取核实结果通知",
        ("与您的拟录取有关的意见已核实，不影响您的拟录取。", *WHERE_LINES, "后续由培训基地继续办理录取。"),
        WHERE,
    ),
    Template(
        "application_objection_upheld",
        "拟录取核实结果通知",
        (
            "与您的拟录取有关的意见已核实，您的拟录取暂不能办理录取。",
            *WHERE_LINES,
            "后续处理结果将另行通知；如有疑问，请联系培训基地或省级主管部门。",
        ),
        WHERE,
    ),
    Template(
        "application_unlocked",
        "报名信息可临时修改",
        (
            "已为您临时开放部分报名信息的修改。",
            *WHERE_LINES,
            "开放至：{until}",
            "请在此之前修改并保存，逾期自动关闭。",
        ),
        {**WHERE, "until": Kept.INSTANT},
    ),
    Template(
        "application_held",
        "报名信息核对中",
        (
            "您的报名已收到，其中部分信息需要省级工作人员核对，您无须重新提交。",
            *WHERE_LINES,
            "核对完成后会通知您；如有疑问，请联系省级主管部门。",
        ),
        WHERE,
    ),
    Template(
        "application_released",
        "报名信息核对完成",
        ("您的报名信息已核对完毕，培训基地可以继续审核。", *WHERE_LINES),
        WHERE,
    ),
    Template(
        "application_moved",
        "调剂通知",
        (
            "按照您“接受调剂”的意愿，您的报名已调剂至以下培训基地和专业，由该基地审核。",
            *WHERE_LINES,
            "说明：{remark}",
            "调剂阶段结束前，您仍可修改志愿并重新提交。",
        ),
        {**WHERE, "remark": Kept.REMARK},
    ),
    Template(
        "application_rejected_late",
        "审核未通过通知",
        (*WHERE_LINES, "审核结果：审核不通过", "备注：{remark}", "请于{until}前按备注修改并重新提交。"),
        {**WHERE, "remark": Kept.REMARK, "until": Kept.INSTANT},
    ),
    Template(
        "application_place_lost",
        "录取名额取消通知",
        (*WHERE_LINES, "您在该基地和专业的录取名额已取消：{cause}。", "说明：{remark}"),
        {**WHERE, "cause": Kept.TEXT, "remark": Kept.REMARK},
    ),
    Template(
        "application_admission_undone",
        "录取撤回通知",
        (*WHERE_LINES, "基地撤回了刚才的录取操作，您仍为拟录取。", "说明：{remark}"),
        {**WHERE, "remark": Kept.REMARK},
    ),
    Template(
        "application_offered",
        "递补名额通知",
        (
            "您在候补名单上，现有一个名额可以递补。",
            *WHERE_LINES,
            "请于{until}前登录确认接受或放弃，逾期视为放弃。",
        ),
        {**WHERE, "until": Kept.INSTANT},
    ),
    Template("application_offer_declined", "递补名额已放弃", ("您已放弃递补名额。", *WHERE_LINES), WHERE),
    Template(
        "application_offer_expired",
        "递补名额已过期",
        ("您未在规定时间内确认，递补名额已顺延给下一位。", *WHERE_LINES),
        WHERE,
    ),
    Template(
        "application_specialty_changed",
        "报名专业调整通知",
        ("基地将您的报名专业由{left}调整如下。", *WHERE_LINES, "说明：{remark}"),
        {**WHERE, "left": Kept.TEXT, "remark": Kept.REMARK},
    ),
    Template(
        "application_deferred",
        "延期通知",
        (*WHERE_LINES, "您的培训延期至{year}年开始，名额保留。", "说明：{remark}"),
        {**WHERE, "year": Kept.NUMBER, "remark": Kept.REMARK},
    ),
    Template("application_withdrawn", "撤回报名通知", ("您已撤回报名。", *WHERE_LINES), WHERE),
    Template(
        "registration_closing",
        "报名即将截止提醒",
        (
            "您的报名尚未提交。",
            "报名截止：{closes_at}",
            "如需报名，请在此之前登录、补全信息并提交；截止后将无法提交。",
        ),
        {"closes_at": Kept.INSTANT},
    ),
    Template(
        "fix_reminder",
        "报名修改提醒",
        (
            "您的报名审核未通过，目前仍可按备注修改后重新提交。",
            *WHERE_LINES,
            "修改截止：{until}",
            "如不再修改，可忽略本提醒。",
        ),
        {**WHERE, "until": Kept.INSTANT},
    ),
)
