"""The design system on one page: tokens, and every part of which pages are made, in every state it knows.

For those who build pages, and for the tests that look at all parts at once: both languages, light and dark, phone and
desk. Nothing on it is anybody's data, and nothing on it does anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from services.portal.board import BoardView, Line
from services.portal.forms import Refusal
from services.portal.i18n.language import N_, tr
from services.portal.i18n.names import known_name
from services.portal.page import Page, page_of
from services.portal.panels import Ask, Button, Cell, FileAsk, Form, Panel, Table
from services.portal.panels import Line as Row

router = APIRouter()

TOKENS = N_(
    (
        ("brand", "主色：链接、主要按钮"),
        ("brand-soft", "主色浅底：阶段条"),
        ("ink", "正文"),
        ("ink2", "次要文字"),
        ("line", "分隔线"),
        ("field", "输入框边线"),
        ("ground", "页面底色"),
        ("paper", "卡片底色"),
        ("ok", "成功"),
        ("ok-soft", "成功浅底"),
        ("warn", "提醒"),
        ("warn-soft", "提醒浅底"),
        ("bad", "错误"),
        ("bad-soft", "错误浅底"),
        ("applied", "图表：已报名"),
        ("focus", "焦点"),
    )
)
"""Custom property of portal.css → what it is for."""


@router.get("/gallery")
async def gallery(page: Annotated[Page, Depends(page_of)]) -> Response:
    """All parts."""
    errors = {"remark": tr("请填写备注。"), "until": tr("请填写日期。")}
    return await page.html(
        "gallery.html",
        tokens=TOKENS,
        sample=Refusal(tr("有 {n} 处需要更正", n=2), errors),
        board=_board(),
        panels=_panels(errors),
        steps=[
            _Step("basic", tr("基本信息"), "/gallery", True, tr("已完成")),
            _Step("choice", tr("志愿填报"), "/gallery", False, tr("填写中")),
            _Step("check", tr("核对并提交"), "", False, tr("未开始")),
        ],
        wizard=tuple(tr(each) for each in _WIZARD),
        ends=datetime.now(UTC) + timedelta(hours=30),
        now=datetime.now(UTC),
    )


@dataclass(frozen=True, slots=True)
class _Step:
    key: str
    name: str
    href: str
    complete: bool
    status: str


_MEDICINE, _SURGERY, _PAEDIATRICS = "内科", "外科", "儿科"  # no-message: names, said by `known_name`
_WIZARD = N_(("个人信息验证", "填写账号密码", "完成注册"))
_ASKS = (
    Ask("name", "姓名", hint="与身份证件一致。"),
    Ask("count", "人数", "number"),
    Ask("until", "截止日期", "date"),
    Ask("at", "考试时间", "moment"),
    Ask("kind", "类别", "select", options=(("one", "第一类"), ("two", "第二类"))),
    Ask("agree", "是否同意", "yes_no"),
    Ask("sure", "我确认以上内容属实", "tick"),
    Ask("remark", "备注", "area", required=False),
)


def _panels(errors: dict[str, str]) -> list[Panel]:
    rows = (
        Row((known_name(_MEDICINE), Cell("71", number=True), Cell(tr("进行中"), tone="brand")), pick=("one", "1")),
        Row((known_name(_SURGERY), Cell("46", number=True), Cell(tr("已报满额"), tone="warn", note=tr("仍可填报")))),
    )
    return [
        Panel("表格", table=Table("招收计划", ("专业", "计划数", "状态"), rows, form=_form(tr("勾选后办理"), {}))),
        Panel(
            "空表格", table=Table("异议", ("编号", "内容"), (), empty="还没有异议。公示期内提出的异议会显示在这里。")
        ),
        Panel("表单", form=_form(tr("登记"), {})),
        Panel("有错误的表单", form=_form(tr("登记"), errors, "-wrong")),
        Panel(
            "折叠的表单", form=Form("/gallery", (), (Button("登记未报到", tone="danger"),), "登记未报到", folded=True)
        ),
        Panel("说明", "本页各项须于本阶段截止前办理。", pairs=(("联系人", tr("教学部")), ("电话", "")), notice=True),
        Panel("链接", links=(("/board", "招录一览"), ("/", "首页"))),
    ]


def _form(title: str, errors: dict[str, str], suffix: str = "-panel") -> Form:
    asks = _ASKS if errors else _ASKS[:2]
    file = FileAsk("list", "名单（.xlsx）", ".xlsx")
    buttons = (Button("提交"), Button("暂存", "later", ""))
    return Form(
        "/gallery", asks, buttons, title, "保存后仍可修改。", errors=errors, suffix=suffix, file=file, get=False
    )


def _board() -> BoardView:
    lines = [
        Line("0100", known_name(_MEDICINE), planned=71, applied=38, provisional=12, admitted=0),
        Line("0700", known_name(_SURGERY), planned=46, applied=46, provisional=40, admitted=3),
        Line("0200", known_name(_PAEDIATRICS), planned=15, applied=0, provisional=0, admitted=0),
    ]
    whole = Line("", tr("合计"), planned=132, applied=84, provisional=52, admitted=3)
    return BoardView(lines, whole, datetime.now(UTC))
