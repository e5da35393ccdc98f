"""A calendar that runs, changed: what a wish makes of it, or why it may not (rules AMD-02 to AMD-11).

Pure: the same functions say what would happen and what is done. `now` is the database's clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from math import ceil

from services.enrollment.domain.amendable import (
    ONE_DAY,
    Amended,
    Change,
    Difference,
    Running,
    Wish,
    bound,
    differing,
    listed,
    milestones_of,
    passed,
    rebuilt,
    sooner,
)
from services.enrollment.domain.calendar import Calendar, PhaseDates, PhaseWindow
from services.enrollment.domain.phases import P0, P6
from services.kit.domain import DomainError, Kind


def amended(wish: Wish, running: Running) -> Amended:
    """The calendar as it would be. Raises DomainError naming the rule that stands against it."""
    check_possible(wish, running)
    if wish.kind is Change.HOLD:
        return held(running)
    if wish.kind is Change.RESUME:
        return resumed(running)
    make = {Change.AMEND: _amend, Change.ADVANCE: _advance, Change.END: _end}[wish.kind]
    calendar = make(wish, running)
    if differing(running.calendar, calendar) or milestones_of(running.calendar) != milestones_of(calendar):
        return Amended(wish.kind, calendar)
    raise DomainError(Kind.INVALID, "NOTHING_CHANGES", "日程没有变化。", field="wish", rule="AMD-11")


def check_possible(wish: Wish, running: Running) -> None:
    """AMD-11: a cycle that is over is not changed, one that is held only resumed, a draft only amended.

    Only a wish to amend names phases and milestones.
    """
    if running.present.phase is P6:
        raise _not_now("CYCLE_OVER", "招录年度已结束,日程不能再变更。", "AMD-11")
    if running.draft and wish.kind is not Change.AMEND:
        raise _not_now("CYCLE_DRAFT", "招录年度尚未确认,只能修改日程。", "AMD-11")
    if running.held_since is not None and wish.kind is not Change.RESUME:
        raise _not_now("CYCLE_HELD", "招录已暂停,须先恢复。", "AMD-11")
    if running.held_since is None and wish.kind is Change.RESUME:
        raise _not_now("NOT_HELD", "招录没有暂停。", "AMD-08")
    if wish.kind is not Change.AMEND and (wish.phases or wish.milestones):
        raise DomainError(
            Kind.INVALID, "DATES_NOT_WANTED", "只有修改日程时才列出阶段和日程点。", field="wish.phases", rule="AMD-11"
        )


def held(running: Running) -> Amended:
    """AMD-07: to hold stops everything at once, whatever the notice; the calendar stays as it is until it goes on."""
    return Amended(Change.HOLD, running.calendar)


def resumed(running: Running) -> Amended:
    """AMD-08: what had not ended when the cycle was held moves by as many whole calendar days as it was held.

    The number is rounded up, so that nobody has less time than before; what had begun keeps its beginning.
    """
    since = running.held_since or running.now
    before = replace(running, now=since)
    days = max(1, ceil((running.now - since) / running.calendar.day))
    shift = timedelta(days=days)
    dates = []
    for window, entry in listed(running.calendar):
        if not before.has_closed(window):
            first = entry.first_day if before.has_opened(window) else entry.first_day + shift
            entry = replace(entry, first_day=first, last_day=entry.last_day + shift)
        dates.append(entry)
    ended = {window.key for window in running.calendar.phases if before.has_closed(window)}
    milestones = [
        milestone
        if milestone.phase_key in ended or running.calendar.instant_of(milestone.day + ONE_DAY) <= since
        else replace(milestone, day=milestone.day + shift)
        for milestone in running.calendar.milestones
    ]
    return Amended(Change.RESUME, rebuilt(running, dates, milestones), days)


def _amend(wish: Wish, running: Running) -> Calendar:
    dates = _with_keys(wish.phases, running.calendar)
    calendar = rebuilt(running, dates, wish.milestones)
    if not running.draft:
        for check in CHECKS:
            check(running, calendar)
    return calendar


def check_closed_stay(running: Running, after: Calendar) -> None:
    """AMD-02: a phase that has closed stays in the calendar as it was, and is never opened again."""
    becomes = {window.key: window for window in after.phases}
    for window, _ in listed(running.calendar):
        wanted = becomes.get(window.key)
        if running.has_closed(window) and (wanted is None or _fixed(wanted) != _fixed(window)):
            raise _refused("PHASE_CLOSED", f"{window.name}已结束,不能变更。", window.key, "AMD-02")


def check_opened_stay(running: Running, after: Calendar) -> None:
    """AMD-03: a phase that has opened stays and keeps its first day; a phase never becomes one of another kind."""
    becomes = {window.key: window for window in after.phases}
    for window, _ in listed(running.calendar):
        wanted = becomes.get(window.key)
        if wanted is not None and wanted.phase is not window.phase:
            raise _refused("PHASE_KIND", f"{window.name}不能改为另一种阶段,请另设新阶段。", window.key, "AMD-03")
        if running.has_opened(window) and (wanted is None or wanted.first_day != window.first_day):
            raise _refused("PHASE_OPENED", f"{window.name}已开始,不能取消或更改首日。", window.key, "AMD-03")


def check_ahead(running: Running, after: Calendar) -> None:
    """AMD-04: whatever begins or ends anew begins and ends after now."""
    for each in differing(running.calendar, after):
        before, window = each.before, each.after
        if window is None:
            continue
        opens = before is None or before.first_day != window.first_day
        closes = before is None or before.last_day != window.last_day
        if (opens and passed(window.opens_at, running.now)) or (closes and passed(window.closes_at, running.now)):
            raise _refused("IN_THE_PAST", f"{window.name}的新日期已过。", window.key, "AMD-04")


def check_notice(running: Running, after: Calendar) -> None:
    """AMD-05: nothing begins, ends or goes sooner than the policy's notice from now unless it would have anyway.

    That a phase ends later, or begins later, needs no notice.
    """
    ends = running.notice_ends
    for each in differing(running.calendar, after):
        if any(at < ends for at in _brought_forward(each)):
            raise _too_soon(running, f"phases.{each.key}", each.shown.name)
    closed, was = after.phases[-1], running.calendar.phases[-1]
    if sooner(closed.opens_at, was.opens_at) and bound(closed.opens_at) < ends:
        raise _too_soon(running, "phases", "招录结束")


def check_milestones_stay(running: Running, after: Calendar) -> None:
    """AMD-06: a milestone that has come stays as it was; others are set, moved and removed with the same notice."""
    wanted = milestones_of(after)
    for key, milestone in milestones_of(running.calendar).items():
        if milestone.day <= running.today and wanted.get(key) != milestone:
            raise _milestone(key, "MILESTONE_PASSED", f"{milestone.name}已到,不能变更。", "AMD-06")
    known = milestones_of(running.calendar)
    for key, milestone in wanted.items():
        before = known.get(key)
        if before is not None and before.day == milestone.day:
            continue
        if milestone.day <= running.today:
            raise _milestone(key, "MILESTONE_PASSED", f"{milestone.name}的新日期已过。", "AMD-06")
        new_exam = before is None and milestone.exam
        if (new_exam or (before is not None and milestone.day < before.day)) and (
            after.instant_of(milestone.day) < running.notice_ends
        ):
            raise _too_soon(running, f"milestones.{key}", milestone.name)


CHECKS = (check_closed_stay, check_opened_stay, check_ahead, check_notice, check_milestones_stay)
"""What a wish to amend is asked, in this order."""


def _advance(wish: Wish, running: Running) -> Calendar:
    """AMD-09: the present phase ends with the present calendar day, the next begins with the next; the rest stays."""
    following = running.following
    if following is None or following.phase is P6:
        raise _not_now("NO_NEXT_PHASE", "没有下一阶段,请改用“结束招录”。", "AMD-09")
    _check_gate_keeps_up(running, "AMD-09")
    dates = []
    for window, entry in listed(running.calendar):
        if window.sequence == running.sequence:
            entry = _ended(running, window, entry)
        elif window.sequence == running.sequence + 1:
            entry = replace(entry, first_day=min(entry.first_day, running.today + ONE_DAY))
        dates.append(entry)
    return rebuilt(running, dates, running.calendar.milestones)


def _end(wish: Wish, running: Running) -> Calendar:
    """AMD-10: the cycle ends with the present calendar day; what would have come later goes.

    A cycle in preparation has nothing to end.
    """
    if running.present.phase is P0:
        raise _not_now("NOTHING_BEGUN", "招录尚未开始,不能结束。", "AMD-10")
    _check_gate_keeps_up(running, "AMD-10")
    dates = [
        _ended(running, window, entry) if window.sequence == running.sequence else entry
        for window, entry in listed(running.calendar)
        if window.sequence <= running.sequence
    ]
    kept = {entry.key: entry.last_day for entry in dates}
    milestones = [
        each for each in running.calendar.milestones if each.phase_key in kept and each.day <= kept[each.phase_key]
    ]
    return rebuilt(running, dates, milestones)


def _ended(running: Running, window: PhaseWindow, entry: PhaseDates) -> PhaseDates:
    if running.has_closed(window):
        return entry
    return replace(entry, last_day=min(entry.last_day, running.today), gap_name="")


def _check_gate_keeps_up(running: Running, rule: str) -> None:
    """Whoever ends a phase means the one they see: not while the next is being entered."""
    if running.following is not None and running.has_opened(running.following):
        raise _not_now("GATE_MOVING", "阶段正在切换,请稍后再试。", rule)


def _with_keys(dates: Sequence[PhaseDates], before: Calendar) -> list[PhaseDates]:
    """New phases get a key that the cycle has not, so that none is taken for one that goes."""
    taken = {window.key for window in before.phases} | {entry.key for entry in dates}
    found = []
    for entry in dates:
        if entry.key in (P0.value, P6.value):
            raise _refused("CALENDAR_KEY", "该标识留作系统使用。", entry.key, "AMD-03")
        key, number = entry.key or entry.phase.value, 1
        while not entry.key and key in taken:
            number += 1
            key = f"{entry.phase.value}.{number}"
        taken.add(key)
        found.append(replace(entry, key=key))
    return found


def _brought_forward(each: Difference) -> list[datetime]:
    """Instants at which something happens, or does not, sooner than was known."""
    before, after = each.before, each.after
    if after is None:
        return [bound(before.opens_at)] if before is not None else []
    if before is None:
        return [bound(after.opens_at)]
    pairs = ((before.opens_at, after.opens_at), (before.closes_at, after.closes_at))
    return [bound(becomes) for was, becomes in pairs if sooner(becomes, was)]


def _fixed(window: PhaseWindow) -> tuple[object, ...]:
    return window.phase, window.name, window.first_day, window.last_day


def _refused(reason: str, message: str, key: str, rule: str) -> DomainError:
    return DomainError(Kind.INVALID, reason, message, field=f"phases.{key}", rule=rule)


def _milestone(key: str, reason: str, message: str, rule: str) -> DomainError:
    return DomainError(Kind.INVALID, reason, message, field=f"milestones.{key}", rule=rule)


def _too_soon(running: Running, field: str, name: str) -> DomainError:
    hours = running.policy.calendar_notice_hours
    return DomainError(
        Kind.INVALID,
        "NOTICE_TOO_SHORT",
        f"{name}的变更须至少提前{hours:g}小时公布。",
        field=field,
        rule="AMD-05",
        details={"earliest": running.notice_ends.isoformat()},
    )


def _not_now(reason: str, message: str, rule: str) -> DomainError:
    return DomainError(Kind.NOT_NOW, reason, message, rule=rule)
