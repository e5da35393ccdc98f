"""What an amendment does, and which there were, as panels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from residency.enrollment.v1 import amendment_service_pb2 as pb
from residency.enrollment.v1 import cycle_pb2
from services.portal.cycles import CycleView, phase_name
from services.portal.i18n import dates, terms
from services.portal.i18n.language import N_, english, listed, tr
from services.portal.pages.calendar import days_text
from services.portal.panels import Cell, Line, Panel, Table
from services.portal.wire import enum_name, instant_of


def kind_of(kind: int) -> str:
    """`amend`, `hold` …; empty for none."""
    value = pb.AmendmentKind.DESCRIPTOR.values_by_number.get(kind)
    return enum_name(value) if value is not None and kind else ""


def state_of(state: int) -> str:
    """`open`, `applied` …; empty for none."""
    value = pb.AmendmentState.DESCRIPTOR.values_by_number.get(state)
    return enum_name(value) if value is not None and state else ""


def impact_panels(impact: pb.Impact, view: CycleView, bases: Mapping[str, str]) -> list[Panel]:
    """How many gain or lose, whose dates no longer fit, clashes with days off, and the calendar as it would be."""
    panels = [Panel("影响", _lead(impact), pairs=_pairs(impact), notice=impact.matters or impact.urgent)]
    if impact.phases:
        panels.append(Panel(table=_phases(impact)))
    if impact.unfit:
        lines = [
            Line(
                (
                    each.base_name or bases.get(each.base_code, each.base_code),
                    tr(
                        "第{round}轮{date}", round=each.round, date=terms.MILESTONES.get(each.milestone, each.milestone)
                    ),
                    view.calendar.deadline(instant_of(each.at)),
                )
            )
            for each in impact.unfit
        ]
        panels.append(
            Panel("须由基地重新安排的日程", table=Table("不再落在本轮之内", ("培训基地", "日程", "时间"), lines))
        )
    if impact.clashes:
        names = {phase.key: phase_name(phase) for phase in impact.calendar} | {
            each.key: each.name for each in view.cycle.milestones
        }
        lines = [
            Line(
                (
                    days_text(each.day, each.day),
                    listed((names.get(each.key, each.key), dates.CLASHES.get(each.what, each.what)), "："),
                    Cell(tr("休息日"), tone="warn") if each.known else Cell(tr("放假安排未录入"), tone="bad"),
                )
            )
            for each in impact.clashes
        ]
        panels.append(
            Panel("与休息日冲突", table=Table("可以提交，请确认有意如此", ("日期", "阶段和日程点", "情况说明"), lines))
        )
    if impact.calendar:
        panels.append(Panel("调整后的日程", table=calendar_table(impact.calendar)))
    return panels


def calendar_table(
    phases: Iterable[cycle_pb2.CyclePhase], milestones: Iterable[cycle_pb2.CycleMilestone] = ()
) -> Table:
    """Phases with their days and rounds, and the days of the province among them."""
    lines = [
        (phase.first_day, phase_name(phase), days_text(phase.first_day, phase.last_day), _round(phase))
        for phase in phases
        if phase.first_day
    ]
    lines += [
        (each.day, each.name, days_text(each.day, each.day), tr("考试") if each.exam else tr("日程点"))
        for each in milestones
    ]
    shown = [Line(told) for _, *told in sorted(lines, key=lambda line: line[0])]
    return Table("首日和末日都包含在内", ("阶段", "日期", "轮次"), shown)


def _round(phase: cycle_pb2.CyclePhase) -> str:
    return tr("第 {round} 轮", round=phase.round) if phase.round else ""


def amendments_table(amendments: list[pb.Amendment], view: CycleView) -> Table:
    """What was asked for, newest first; nobody is named."""
    lines = []
    for each in amendments:
        text, tone = dates.STATES.get(state_of(each.state), ("", "plain"))
        kind = kind_of(each.kind)
        lines.append(
            Line(
                (
                    dates.AMENDMENTS.get(kind, kind),
                    Cell(text, tone=tone, note=tr("第 {version} 版", version=each.version) if each.version else ""),
                    view.calendar.moment(instant_of(each.proposed_at)) if each.HasField("proposed_at") else "",
                    each.reason,
                    each.answer,
                )
            )
        )
    return Table("新的在前", ("变更", "状态", "提出时间", "原因", "答复"), lines, "还没有提出过变更。")


def _lead(impact: pb.Impact) -> str:
    told = []
    if impact.matters and impact.reasons:
        told.append(tr("这是重大变更（{why}）。", why=listed(dates.REASONS.get(rule, rule) for rule in impact.reasons)))
    elif impact.matters:
        told.append(tr("这是重大变更。"))
    told.append(tr("须由第二人复核后生效。") if impact.people > 1 else tr("一人即可生效。"))
    if impact.urgent:
        told.append(tr("有期限提前，或整体暂停、恢复：生效后立即通知有关人员。"))
    return listed(told, "")


def _pairs(impact: pb.Impact) -> list[tuple[str, str]]:
    return [
        (N_("须告知的报名人"), tr("{n} 人", n=impact.applicants)),
        (N_("须告知的基地"), tr("{n} 家", n=impact.bases)),
    ]


def _phases(impact: pb.Impact) -> Table:
    lines = [
        Line(
            (
                _changed(each),
                _span(each.before) if each.HasField("before") else Cell(tr("新增"), tone="brand"),
                _span(each.after) if each.HasField("after") else Cell(tr("取消"), tone="bad"),
                Cell(str(each.gain), number=True),
                Cell(str(each.lose), number=True),
            )
        )
        for each in impact.phases
    ]
    return Table(
        "有变化的阶段，及可办理时间因此变长、变短的人数", ("阶段", "现在", "调整后", "变长人数", "变短人数"), lines
    )


def _changed(each: pb.PhaseChange) -> str:
    if english():
        return phase_name(each.after if each.HasField("after") else each.before)
    return each.name or each.key


def _span(phase: cycle_pb2.CyclePhase) -> str:
    return days_text(phase.first_day, phase.last_day)
