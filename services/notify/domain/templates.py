"""MSG-01 and MSG-02: every text that is ever sent, and the parameters each one takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from string import Formatter
from zoneinfo import ZoneInfo

from services.kit.domain import DomainError, Kind

ZONE = ZoneInfo("Asia/Shanghai")
"""The zone in which instants are printed."""

TEXT_MAX = 2000
"""Longest text parameter in characters; a longer one is cut, for a remark must not stop a message."""

Value = str | int | datetime
"""What a parameter may hold."""


class Kept(StrEnum):
    """What a parameter is."""

    TEXT = "text"
    REMARK = "remark"
    """Text that may be empty: the line that holds it is then left out."""
    NUMBER = "number"
    INSTANT = "instant"
    """Aware; printed to the minute in the province's zone."""


@dataclass(frozen=True, slots=True)
class Template:
    """A title and the lines under it, with `{parameter}` where a value goes."""

    key: str
    title: str
    lines: tuple[str, ...]
    parameters: Mapping[str, Kept]


@dataclass(frozen=True, slots=True)
class Text:
    """A message ready to be read."""

    title: str
    body: str


_WHERE = {"base": Kept.TEXT, "specialty": Kept.TEXT}
_WHERE_LINES = ("报考基地：{base}", "报名专业：{specialty}")

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

_ALL = (
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
        ("您已成功报名。", *_WHERE_LINES, "报名时间：{submitted_at}", "状态：{state}"),
        {**_WHERE, "submitted_at": Kept.INSTANT, "state": Kept.TEXT},
    ),
    Template(
        "application_rejected",
        "审核未通过通知",
        (*_WHERE_LINES, "审核结果：审核不通过", "备注：{remark}", "报名时间截止前，您可以按备注修改后重新提交。"),
        {**_WHERE, "remark": Kept.REMARK},
    ),
    Template(
        "application_approved",
        "审核通过通知",
        (*_WHERE_LINES, "审核结果：审核通过", "备注：{remark}"),
        {**_WHERE, "remark": Kept.REMARK},
    ),
    Template(
        "application_provisional",
        "拟录取通知",
        (*_WHERE_LINES, "录取结果：{result}", "备注：{remark}"),
        {**_WHERE, "result": Kept.TEXT, "remark": Kept.REMARK},
    ),
    Template(
        "application_admitted",
        "录取通知",
        (*_WHERE_LINES, "录取结果：录取", "请按培训基地要求办理体检、报到等事宜。"),
        _WHERE,
    ),
    Template(
        "application_not_selected",
        "未拟录取通知",
        (*_WHERE_LINES, "录取结果：本轮未拟录取", "后续轮次开放时，您可以重新填报志愿。"),
        _WHERE,
    ),
    Template(
        "application_published",
        "拟录取公示通知",
        (
            "您已列入培训基地的拟录取公示名单。",
            *_WHERE_LINES,
            "公示截止：{until}",
            "公示结束且无异议后，由培训基地办理录取。姓名和证件号码已作遮盖。",
        ),
        {**_WHERE, "until": Kept.INSTANT},
    ),
    Template(
        "application_objected",
        "拟录取待核实通知",
        (
            "公示期间收到一项与您的拟录取有关的意见，正在核实。",
            *_WHERE_LINES,
            "核实期间暂不办理录取，您的拟录取名额仍予保留。核实结果将另行通知；如需说明情况，请联系培训基地。",
        ),
        _WHERE,
    ),
    Template(
        "application_objection_dismissed",
        "拟录取核实结果通知",
        ("与您的拟录取有关的意见已核实，不影响您的拟录取。", *_WHERE_LINES, "后续由培训基地继续办理录取。"),
        _WHERE,
    ),
    Template(
        "application_objection_upheld",
        "拟录取核实结果通知",
        (
            "与您的拟录取有关的意见已核实，您的拟录取暂不能办理录取。",
            *_WHERE_LINES,
            "后续处理结果将另行通知；如有疑问，请联系培训基地或省级主管部门。",
        ),
        _WHERE,
    ),
    Template(
        "application_unlocked",
        "报名信息可临时修改",
        (
            "已为您临时开放部分报名信息的修改。",
            *_WHERE_LINES,
            "开放至：{until}",
            "请在此之前修改并保存，逾期自动关闭。",
        ),
        {**_WHERE, "until": Kept.INSTANT},
    ),
    Template(
        "application_corrected",
        "报名信息已更正",
        ("一份报考本基地的报名更正了{section}，请以最新内容为准。", "报名专业：{specialty}"),
        {"specialty": Kept.TEXT, "section": Kept.TEXT},
    ),
    Template(
        "application_held",
        "报名信息核对中",
        (
            "您的报名已收到，其中部分信息需要省级工作人员核对，您无须重新提交。",
            *_WHERE_LINES,
            "核对完成后会通知您；如有疑问，请联系省级主管部门。",
        ),
        _WHERE,
    ),
    Template(
        "application_released",
        "报名信息核对完成",
        ("您的报名信息已核对完毕，培训基地可以继续审核。", *_WHERE_LINES),
        _WHERE,
    ),
    Template(
        "application_moved",
        "调剂通知",
        (
            "按照您“接受调剂”的意愿，您的报名已调剂至以下培训基地和专业，由该基地审核。",
            *_WHERE_LINES,
            "说明：{remark}",
            "调剂阶段结束前，您仍可修改志愿并重新提交。",
        ),
        {**_WHERE, "remark": Kept.REMARK},
    ),
    Template(
        "application_rejected_late",
        "审核未通过通知",
        (*_WHERE_LINES, "审核结果：审核不通过", "备注：{remark}", "请于{until}前按备注修改并重新提交。"),
        {**_WHERE, "remark": Kept.REMARK, "until": Kept.INSTANT},
    ),
    Template(
        "application_place_lost",
        "录取名额取消通知",
        (*_WHERE_LINES, "您在该基地和专业的录取名额已取消：{cause}。", "说明：{remark}"),
        {**_WHERE, "cause": Kept.TEXT, "remark": Kept.REMARK},
    ),
    Template(
        "application_admission_undone",
        "录取撤回通知",
        (*_WHERE_LINES, "基地撤回了刚才的录取操作，您仍为拟录取。", "说明：{remark}"),
        {**_WHERE, "remark": Kept.REMARK},
    ),
    Template(
        "application_offered",
        "递补名额通知",
        (
            "您在候补名单上，现有一个名额可以递补。",
            *_WHERE_LINES,
            "请于{until}前登录确认接受或放弃，逾期视为放弃。",
        ),
        {**_WHERE, "until": Kept.INSTANT},
    ),
    Template("application_offer_declined", "递补名额已放弃", ("您已放弃递补名额。", *_WHERE_LINES), _WHERE),
    Template(
        "application_offer_expired",
        "递补名额已过期",
        ("您未在规定时间内确认，递补名额已顺延给下一位。", *_WHERE_LINES),
        _WHERE,
    ),
    Template(
        "application_specialty_changed",
        "报名专业调整通知",
        ("基地将您的报名专业由{left}调整如下。", *_WHERE_LINES, "说明：{remark}"),
        {**_WHERE, "left": Kept.TEXT, "remark": Kept.REMARK},
    ),
    Template(
        "application_deferred",
        "延期通知",
        (*_WHERE_LINES, "您的培训延期至{year}年开始，名额保留。", "说明：{remark}"),
        {**_WHERE, "year": Kept.NUMBER, "remark": Kept.REMARK},
    ),
    Template("revocation_proposed", "撤销拟录取待审批", ("{base}申请撤销一名拟录取，专业：{specialty}。",), _WHERE),
    Template(
        "revocation_refused", "撤销申请未获批准", ("{base}{specialty}专业的一项撤销申请未获批准，名额保留。",), _WHERE
    ),
    Template("grant_proposed", "协同基地拟录取待确认", ("{base}提交了一名拟录取，专业：{specialty}。",), _WHERE),
    Template("grant_declined", "拟录取未获主基地确认", ("{base}{specialty}专业的一项拟录取未获主基地确认。",), _WHERE),
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
    Template("application_withdrawn", "撤回报名通知", ("您已撤回报名。", *_WHERE_LINES), _WHERE),
    Template(
        "review_digest",
        "待审核提醒",
        ("第{round}轮还有{count}份报名待审核，请在本基地审核截止前完成。",),
        {"round": Kept.NUMBER, "count": Kept.NUMBER},
    ),
    Template(
        "window_not_reviewed",
        "审核窗口已关闭",
        ("第{round}轮已结束，仍有{count}份报名未作审核。",),
        {"round": Kept.NUMBER, "count": Kept.NUMBER},
    ),
)

TEMPLATES: Mapping[str, Template] = {template.key: template for template in _ALL}
"""MSG-01: every template by key (texts after the notices 7.20 to 7.23 of the sample province's handbook)."""


def render(key: str, values: Mapping[str, Value]) -> Text:
    """MSG-02: the text of template `key` with exactly its parameters.

    Raises DomainError INVALID TEMPLATE_UNKNOWN or PARAMETERS_WRONG (one is missing, unknown or of another type).
    """
    template = _template(key)
    if set(values) != set(template.parameters):
        raise _wrong("、".join(sorted(set(values) ^ set(template.parameters))))
    shown = {name: _shown(name, kept, values[name]) for name, kept in template.parameters.items()}
    lines = [line.format_map(shown) for line in template.lines if not _left_out(line, template, shown)]
    return Text(template.title, "\n".join(lines))


def render_from_text(key: str, values: Mapping[str, str]) -> Text:
    """MSG-02: `render` for parameters that came as text: numbers in digits, instants in RFC 3339 with an offset.

    Raises DomainError INVALID TEMPLATE_UNKNOWN or PARAMETERS_WRONG.
    """
    parameters = _template(key).parameters
    return render(key, {name: _read(name, parameters.get(name, Kept.TEXT), value) for name, value in values.items()})


def _template(key: str) -> Template:
    template = TEMPLATES.get(key)
    if template is None:
        raise DomainError(Kind.INVALID, "TEMPLATE_UNKNOWN", "没有这个消息模板。", field="template", rule="MSG-01")
    return template


def _left_out(line: str, template: Template, shown: Mapping[str, str]) -> bool:
    names = [name for _, name, _, _ in Formatter().parse(line) if name]
    return any(template.parameters[name] is Kept.REMARK and not shown[name] for name in names)


def _shown(name: str, kept: Kept, value: Value) -> str:
    match kept, value:
        case ((Kept.TEXT | Kept.REMARK), str()) if value.strip() or kept is Kept.REMARK:
            return value.strip()[:TEXT_MAX]
        case Kept.NUMBER, int():
            return str(value)
        case Kept.INSTANT, datetime() if value.tzinfo is not None:
            local = value.astimezone(ZONE)
            return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"
    raise _wrong(name)


def _read(name: str, kept: Kept, value: str) -> Value:
    try:
        match kept:
            case Kept.NUMBER:
                return int(value)
            case Kept.INSTANT:
                return datetime.fromisoformat(value)
            case _:
                return value
    except ValueError:
        raise _wrong(name) from None


def _wrong(names: str) -> DomainError:
    return DomainError(
        Kind.INVALID,
        "PARAMETERS_WRONG",
        "消息参数不完整或类型不对。",
        field="parameters",
        rule="MSG-02",
        details={"parameters": names},
    )
