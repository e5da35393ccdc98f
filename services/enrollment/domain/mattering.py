"""When a change of a calendar matters, how many people it takes, and which ones (rules AMD-12 to AMD-17)."""

from __future__ import annotations

from datetime import datetime

from services.enrollment.domain.amendable import (
    ONE_DAY,
    Amended,
    Change,
    Difference,
    Running,
    differing,
    milestones_of,
    sooner,
)
from services.enrollment.domain.phases import P0
from services.kit.domain import DomainError, Kind

ALWAYS = frozenset({Change.HOLD, Change.ADVANCE, Change.END})
"""Changes that always matter."""
CUTTING = frozenset({Change.ADVANCE, Change.END})
"""Changes that take effect with the present calendar day, whatever the notice."""


def reasons(running: Running, after: Amended) -> tuple[str, ...]:
    """AMD-15: ids of the rules by which a change matters; none when one person suffices.

    To resume never matters: what it does follows from how long the cycle was held, and leaves nobody less time. In
    preparation nothing matters while no phase that is touched is near; in a draft nothing does.
    """
    if running.draft or after.kind is Change.RESUME:
        return ()
    moved = [each for each in differing(running.calendar, after.calendar) if each.moved]
    near = is_near(running, moved)
    if running.present.phase is P0 and after.kind is Change.AMEND and not near:
        return ()
    found = {
        "AMD-12": touches_present(running, after, moved),
        "AMD-13": near,
        "AMD-14": takes_away(running, after, moved),
        "AMD-15": after.kind in ALWAYS,
    }
    return tuple(rule for rule, holds in found.items() if holds)


def touches_present(running: Running, after: Amended, moved: list[Difference]) -> bool:
    """AMD-12: a change of the phase under way matters, its milestones included."""
    key = running.present.key
    if any(each.key == key for each in moved):
        return True
    before, becomes = milestones_of(running.calendar), milestones_of(after.calendar)
    return any(
        before.get(name) != becomes.get(name)
        for name in {*before, *becomes}
        if key in {each.phase_key for each in (before.get(name), becomes.get(name)) if each is not None}
    )


def is_near(running: Running, moved: list[Difference]) -> bool:
    """AMD-13: a change matters of a phase that opens, or was to open, within the policy's days from now."""
    until = running.now + running.calendar.day * running.policy.calendar_near_days
    openings = [window.opens_at for each in moved for window in (each.before, each.after) if window is not None]
    return any(at is not None and running.now < at <= until for at in openings)


def takes_away(running: Running, after: Amended, moved: list[Difference]) -> bool:
    """AMD-14: what shortens or removes anything, or brings it forward, matters."""
    becomes = milestones_of(after.calendar)
    return any(each.shorter or each.sooner for each in moved) or any(
        key not in becomes or becomes[key].day < each.day for key, each in milestones_of(running.calendar).items()
    )


def is_urgent(running: Running, after: Amended) -> bool:
    """AMD-23: waits are told at once when one of them ends sooner, or everything stops, goes on or is cut short."""
    if after.kind is not Change.AMEND:
        return True
    moved = differing(running.calendar, after.calendar)
    ends = after.calendar.phases[-1].opens_at, running.calendar.phases[-1].opens_at
    return takes_away(running, after, [each for each in moved if each.moved]) or sooner(*ends)


def below_notice(running: Running, after: Amended) -> bool:
    """AMD-16: whether a change that cuts something short takes effect sooner than the minimum notice."""
    effect = running.calendar.instant_of(running.today + ONE_DAY)
    return after.kind in CUTTING and effect < running.notice_ends


def people(running: Running, after: Amended) -> int:
    """AMD-16: how many people a change takes: one, or as many as the policy says when it matters.

    Advancing and ending come into force with the present calendar day, which is mostly sooner than the minimum notice.
    They are allowed all the same, because they are for emergencies, and then always take two people: the second one,
    not the policy, lifts the notice that applicants rely on.
    """
    if below_notice(running, after):
        return 2
    return running.policy.calendar_approvals if reasons(running, after) else 1


def check_second_person(proposed_by: str, decided_by: str, *, agree: bool) -> None:
    """AMD-17: somebody else than who asked for a change agrees to it or refuses it; who asked may only withdraw it."""
    if agree and proposed_by == decided_by:
        raise DomainError(
            Kind.FORBIDDEN, "OWN_AMENDMENT", "变更须由另一人同意;您只能撤回自己的申请。", field="agree", rule="AMD-17"
        )


def next_boundary(running: Running, after: Amended) -> datetime | None:
    """AMD-23: what those who are told look forward to: the end of the present phase, or the opening after a gap.

    None while everything stands still, and when nothing follows.
    """
    if after.kind is Change.HOLD:
        return None
    ahead = after.calendar.phases[running.sequence :]
    instants = [at for window in ahead for at in (window.opens_at, window.closes_at) if at is not None]
    return min((at for at in instants if at > running.now), default=None)


def holds_until(running: Running, after: Amended) -> datetime | None:
    """AMD-19: until when what was decided now is decided right: the next instant at which a rule may say otherwise.

    That is when a phase opens or closes, when something comes nearer than the notice, or when the calendar day ends
    after which one more day was held or another day would be the last. None when nothing ahead changes it.
    """
    notice = running.notice_ends - running.now
    windows = (*running.calendar.phases, *after.calendar.phases)
    instants = [at for window in windows for at in (window.opens_at, window.closes_at) if at is not None]
    days = {each.day for calendar in (running.calendar, after.calendar) for each in calendar.milestones}
    instants += [running.calendar.instant_of(day) for day in days]
    candidates = [*instants, *(at - notice for at in instants), running.calendar.instant_of(running.today + ONE_DAY)]
    if running.held_since is not None:
        candidates = [running.held_since + after.shift_days * running.calendar.day]
    return min((at for at in candidates if at > running.now), default=None)
