"""What every public service says about itself: where help is, how accessible it is, and whether it works now."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from starlette.responses import Response

from services.portal.i18n.language import N_, tr
from services.portal.page import Page, page_of
from services.portal.panels import Cell, Line, Panel, Table

router = APIRouter()
Anyone = Annotated[Page, Depends(page_of)]

_AREA = N_("关于本平台")
_TABS = N_((("/help", "帮助与联系"), ("/accessibility", "无障碍声明"), ("/status", "运行状态")))
_SERVICES = N_(
    (
        ("identity", "登录与账号"),
        ("enrollment", "报名、审核与录取"),
        ("faculty", "师资与轮转"),
        ("notify", "消息通知"),
    )
)
_ACCESSIBLE = N_(
    (
        "本平台依照《Web 内容无障碍指南》（WCAG）2.2 AA 级建设。",
        "全部功能可用键盘操作，焦点清晰可见，文字与背景对比充足，放大到 200% 或在 320 像素宽的屏幕上无须左右滚动。",
        "关闭脚本也能办理全部事项；实时更新的数字旁注明数据时间，可手动刷新查看。",
        "验证码提供语音；不便使用验证码的，可通过扫码或短信登录，也可请工作人员协助办理。",
        "如在使用中遇到障碍，请联系我们，并说明页面地址和所用设备，我们会尽快答复并改进。",
    )
)
_HELP = N_(
    (
        ("忘记密码或登录账号", "在登录页选择“找回密码”，凭实名信息和手机验证码重设；也可在登录页用手机扫码登录。"),
        ("为什么不能修改", "审核通过后信息和志愿不能修改；各项能否办理、到何时为止，在“我的报名”中逐项说明。"),
        ("没有收到通知", "所有通知都在站内“消息”中；短信、邮件和微信可在“通知设置”中打开并核对号码。"),
        (
            "提交后想改志愿",
            "报名期间可随时修改并重新提交，以最后一次提交为准；各阶段能改哪些内容，以页面顶部的阶段说明为准。",
        ),
        ("对结果有异议", "公示期内可向培训基地提出异议，办法和截止时间见公示页面。"),
        ("手机丢失，不能完成二次验证", "使用事先保存的恢复代码登录；没有恢复代码的，请联系本单位管理员重设。"),
    )
)


@router.get("/help")
async def help_page(page: Anyone) -> Response:
    """Answers to what people ask most, and whom to ask."""
    contact = page.portal.contact
    pairs = [pair for pair in ((N_("电话"), contact.phone), (N_("邮箱"), contact.email)) if pair[1]]
    panels = [
        Panel("常见问题", pairs=[(question, tr(answer)) for question, answer in _HELP]),
        Panel(
            "联系我们",
            "与某个培训基地的审核、考试、录取有关的问题，请直接联系该基地；平台使用问题请联系省级管理部门。",
            pairs=pairs,
            links=(("/board", "各培训基地"), ("/accessibility", "无障碍声明")),
        ),
    ]
    return await _shown(page, tr("帮助与联系"), panels)


@router.get("/accessibility")
async def accessibility(page: Anyone) -> Response:
    """The accessibility statement."""
    panels = [Panel(lead=text) for text in _ACCESSIBLE]
    return await _shown(page, tr("无障碍声明"), [*panels, Panel(links=(("/help", "联系我们"),))])


@router.get("/status")
async def status(page: Anyone) -> Response:
    """Whether each part answers now; nothing of how it is built."""
    answers = await asyncio.gather(*(page.clients.channels[name].serves() for name, _ in _SERVICES))
    lines = [
        Line((tr(name), Cell(tr("正常运行") if well else tr("暂时不可用"), tone="ok" if well else "bad")))
        for (_, name), well in zip(_SERVICES, answers, strict=True)
    ]
    lead = (
        N_("各项服务运行正常。") if all(answers) else N_("部分服务暂时不可用，正在恢复；已保存和已提交的内容不受影响。")
    )
    return await _shown(page, tr("运行状态"), [Panel(table=Table("各项服务", ("服务", "状态"), lines))], lead=tr(lead))


async def _shown(page: Page, title: str, panels: list[Panel], **more: Any) -> Response:
    return await page.html("panels.html", title=title, area=_AREA, tabs=_TABS, panels=panels, **{"lead": "", **more})
