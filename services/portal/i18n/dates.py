"""Words of the calendar's pages: published, amended, held; days off."""

from __future__ import annotations

from services.portal.i18n.language import N_, Words

VERSIONS = Words(
    {
        "created": "首次发布",
        "amend": "调整",
        "hold": "暂停",
        "resume": "恢复",
        "advance": "提前进入下一阶段",
        "end": "提前结束",
    },
    context="done",
)
"""What a version of a calendar did, as people say it."""
AMENDMENTS = Words(
    {
        "amend": "调整日程",
        "hold": "暂停招录",
        "resume": "恢复招录",
        "advance": "提前进入下一阶段",
        "end": "提前结束招录",
    }
)
REASONS = Words(
    {
        "AMD-12": "涉及正在进行的阶段",
        "AMD-13": "涉及临近的阶段",
        "AMD-14": "有缩短、提前或取消",
        "AMD-15": "暂停或提前结束",
    }
)
"""Why a change matters, by the rule that says so."""
STATES = Words(
    {
        "open": ("待第二人复核", "warn"),
        "applied": ("已生效", "ok"),
        "refused": ("已退回", "bad"),
        "withdrawn": ("已撤回", "plain"),
    }
)
"""Where an amendment stands, and the tone of its tag."""
EVENTS = Words({"phase": "阶段", "gap": "间歇", "milestone": "日程点", "base_date": "基地日程"}, context="event")
CLASHES = Words({"opens": "开始日", "closes": "截止日", "milestone": "日程点", "publicity": "公示期"})
HELD = N_("本次招录已暂停，恢复前不受理任何办理；恢复后，尚未结束的期限相应顺延。")
"""PUB-09."""
MEANINGS = Words(
    {
        "hold": "立即停止一切办理，直到恢复。",
        "resume": "立即恢复；尚未结束的期限按暂停的天数（不足一天按一天）整体顺延。",
        "advance": "本阶段于今日 24:00 结束，下一阶段次日开始；以后各阶段日期不变。",
        "end": "本阶段于今日 24:00 结束，其后各阶段取消，本年度招录随即结束。",
    }
)
