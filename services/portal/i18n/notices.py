"""Words of the pages about notices: inbox, wishes, addresses, outbox, campaigns."""

from __future__ import annotations

from services.portal.i18n.language import N_, Words

KINDS = Words(
    {
        "security": "账号安全",
        "application": "报名办理",
        "reminder": "到期提醒",
        "calendar": "日程调整",
        "campaign": "全省通知",
        "work": "待办事项",
    }
)
KIND_HINTS = Words(
    {
        "security": "登录、密码、手机号码等变动",
        "application": "招录报名的审核、录取等结果；师资报名的推荐结果、聘任的变动",
        "reminder": "招录和师资报名的截止时间临近，聘期将满",
        "calendar": "招录日程有调整；师资报名批次开放，带教和轮转安排有变动",
        "campaign": "省级主管部门面向多人发送的通知",
        "work": "需要您处理的事项和每日汇总",
    }
)
WHY_MANDATORY = Words(
    {
        "inbox": "站内消息是正式告知的方式，不能关闭。",
        "sms": "为保障账号安全，账号安全提醒始终以短信告知，不能关闭。",
    }
)
"""Why a channel cannot be switched off; notify says it in the language of notices, pages in their own."""
CHANNELS = Words({"inbox": "站内消息", "sms": "短信", "email": "邮件", "wechat": "微信", "webhook": "系统对接"})
LANGUAGES = (("zh", "中文"), ("en", "English"))  # no-message: each by its own name
BLOCKED = Words(
    {
        "ADDRESS_DEAD": "号码不存在或已停机",
        "ADDRESS_BLOCKED": "已拒收",
        "DEAD": "地址不存在或已停用",
        "BLOCKED": "已拒收",
        "LEFT": "已取消关注公众号",
        "WECHAT_USER_BLOCK": "已拒收公众号消息",
    }
)
"""Why nothing is sent to an address; others are told as `BLOCKED_ELSE`."""
BLOCKED_ELSE = N_("对方退回或拒收")
DELIVERY_STATES = Words(
    {
        "queued": "待发送",
        "held": "等待发送时间",
        "sending": "发送中",
        "delivered": "已发送",
        "failed": "发送失败",
        "suppressed": "按规则不发送",
        "expired": "已过时，不再发送",
    }
)
AUDIENCES = Words(
    {
        "everybody": "全部报名人（含填写中）",
        "drafts": "填写中、从未提交的报名人",
        "submitted": "提交过的报名人",
        "unplaced": "提交过、尚未被拟录取的报名人",
        "placed": "已被拟录取或录取的报名人",
        "bases": "各培训基地",
    }
)
CAMPAIGNS = Words(
    {
        "draft": ("待批准", "warn"),
        "running": ("发送中", "brand"),
        "paused": ("已暂停", "warn"),
        "finished": ("已写完", "ok"),
        "stopped": ("已终止", "bad"),
    },
    context="campaign",
)
"""Where a campaign stands, and the tone of its tag."""
STEPS = Words(
    {
        "created": "起草",
        "approved": "批准",
        "paused": "暂停",
        "resumed": "恢复",
        "stopped": "终止",
        "finished": "全部写入",
    },
    context="campaign",
)
PARAMETERS = Words(
    {
        "round_name": ("轮次名称", "如“二志愿填报”。"),
        "opens_at": ("开始时间", ""),
        "closes_at": ("截止时间", ""),
        "subject": ("标题", "收件人首先看到的一行。"),
        "text": ("正文", "请勿填写个人信息。"),
        "reason": ("原因", ""),
    },
    context="campaign",
)
"""What a template of a campaign asks for: label and hint; one that is not named here is asked by its name."""
TITLES = N_(("填报开放通知",))
"""Titles, as notify tells them, of templates that a province may send to many."""
