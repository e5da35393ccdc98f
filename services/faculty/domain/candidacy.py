"""CAND-01: what may happen to a candidacy 师资报名 (C3): one table, and one function that reads it.

`TABLE` says who may do what in which state, in which window of the batch and under which guards, and what comes next.
Everything that is asked of it goes through `may`, be it a command, a capability shown on a page or a test.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from services.faculty.domain.batches import Dates, Phase
from services.kit.domain import DomainError, Kind

APPEAL_DAYS = 15
"""CAND-14: days after 不推荐 in which its owner may appeal."""


class State(StrEnum):
    """Where a candidacy stands; NONE: there is none."""

    NONE = ""
    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    RECOMMENDED = "recommended"
    NOT_RECOMMENDED = "not_recommended"
    EXPIRED = "expired"
    DISCARDED = "discarded"


OPEN_STATES = (State.DRAFT, State.SUBMITTED, State.RETURNED)
"""CAND-04: a person has one candidacy in these states, whatever the batch."""

STATE_NAMES: Mapping[State, str] = {
    State.NONE: "未报名",
    State.DRAFT: "草稿",
    State.SUBMITTED: "已提交",
    State.RETURNED: "退回修改",
    State.RECOMMENDED: "推荐(聘任)",
    State.NOT_RECOMMENDED: "不推荐",
    State.EXPIRED: "过期未定",
    State.DISCARDED: "已放弃",
}


class Actor(StrEnum):
    """Who acts: whose it is, 教学部 of the deciding base, the province, or the clock."""

    OWNER = "owner"
    OFFICE = "office"
    PROVINCE = "province"
    CLOCK = "clock"


class Action(StrEnum):
    """What somebody wants to do."""

    VIEW = "view"
    BEGIN = "begin"
    EDIT = "edit"
    SUBMIT = "submit"
    RECALL = "recall"
    DISCARD = "discard"
    APPEAL = "appeal"
    OPEN = "open"
    RETURN = "return"
    RECOMMEND = "recommend"
    REFUSE = "refuse"
    REVOKE = "revoke"
    REVERSE = "reverse"
    UPHOLD = "uphold"
    DISMISS = "dismiss"
    ACKNOWLEDGE = "acknowledge"
    EXPIRE = "expire"


ACTION_NAMES: Mapping[Action, str] = {
    Action.VIEW: "查看",
    Action.BEGIN: "报名",
    Action.EDIT: "修改",
    Action.SUBMIT: "提交",
    Action.RECALL: "撤回",
    Action.DISCARD: "放弃",
    Action.APPEAL: "申诉",
    Action.OPEN: "开始审核",
    Action.RETURN: "退回",
    Action.RECOMMEND: "推荐",
    Action.REFUSE: "不推荐",
    Action.REVOKE: "撤销推荐",
    Action.REVERSE: "撤销不推荐",
    Action.UPHOLD: "支持申诉",
    Action.DISMISS: "驳回申诉",
    Action.ACKNOWLEDGE: "省级确认",
    Action.EXPIRE: "过期",
}


class Appeal(StrEnum):
    """Where the one appeal stands."""

    NONE = ""
    OPEN = "open"
    UPHELD = "upheld"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True)
class Case:
    """Everything that `may` reads of a candidacy and its batch."""

    state: State
    dates: Dates
    published: bool = False
    submitted: bool = False
    """It is or was before 教学部: they see it."""
    opened: bool = False
    needs_acknowledgement: bool = False
    acknowledged: bool = False
    appeal: Appeal = Appeal.NONE
    decided_at: datetime | None = None
    own: bool = False
    """Who decides is the person concerned."""
    complete: bool = True
    """The dossier is complete now."""
    other_open: bool = False
    """The person has another open candidacy."""
    passes: bool = True
    """Every entry rule is met on the reference date."""


@dataclass(frozen=True, slots=True)
class Decision:
    """Yes or no; why not; until when the answer holds at the latest, where that is known."""

    allowed: bool
    next: State = State.NONE
    kind: Kind = Kind.NOT_NOW
    reason: str = ""
    message: str = ""
    rule: str = ""
    until: datetime | None = None

    def require(self) -> State:
        """The next state. Raises the refusal."""
        if not self.allowed:
            raise DomainError(self.kind, self.reason, self.message, rule=self.rule, until=self.until)
        return self.next


class Window(StrEnum):
    """When a row holds."""

    ALWAYS = "always"
    APPLYING = "applying"
    """While people may submit."""
    DECIDING = "deciding"
    """Until the batch closes; after an appeal that was upheld, without end."""
    RUNNING = "running"
    """Until the batch closes."""
    UNPUBLISHED = "unpublished"
    """Until the results are published."""
    APPEALING = "appealing"
    """So many days after the refusal."""
    OVER = "over"
    """After the batch has closed, save for what an upheld appeal brought back."""


class Guard(StrEnum):
    """What must hold besides."""

    COMPLETE = "complete"
    ONE_OPEN = "one open"
    UNOPENED = "unopened"
    RULES_MET = "rules met"
    UNACKNOWLEDGED = "unacknowledged"
    ASKED = "acknowledgement asked for"
    NEVER_APPEALED = "never appealed"
    APPEALED = "appealed"
    NO_APPEAL = "no appeal open"


@dataclass(frozen=True, slots=True)
class Row:
    """In this state that actor may do that, in a window and under guards; then comes `next`."""

    state: State
    actor: Actor
    action: Action
    next: State
    window: Window = Window.ALWAYS
    guards: tuple[Guard, ...] = ()


_S, _A = State, Action
_OWNER, _OFFICE, _CLOCK = Actor.OWNER, Actor.OFFICE, Actor.CLOCK
_BEGIN = (Guard.ONE_OPEN, Guard.COMPLETE)

TABLE: tuple[Row, ...] = (
    Row(_S.NONE, _OWNER, _A.BEGIN, _S.DRAFT, Window.APPLYING, _BEGIN),
    Row(_S.DISCARDED, _OWNER, _A.BEGIN, _S.DRAFT, Window.APPLYING, _BEGIN),
    Row(_S.DRAFT, _OWNER, _A.EDIT, _S.DRAFT, Window.APPLYING),
    Row(_S.DRAFT, _OWNER, _A.SUBMIT, _S.SUBMITTED, Window.APPLYING, (Guard.COMPLETE,)),
    Row(_S.DRAFT, _OWNER, _A.DISCARD, _S.DISCARDED),
    # Not after the close, whatever was appealed: a draft cannot be submitted there any more.
    Row(_S.SUBMITTED, _OWNER, _A.RECALL, _S.DRAFT, Window.RUNNING, (Guard.UNOPENED,)),
    Row(_S.RETURNED, _OWNER, _A.EDIT, _S.RETURNED, Window.DECIDING),
    Row(_S.RETURNED, _OWNER, _A.SUBMIT, _S.SUBMITTED, Window.DECIDING, (Guard.COMPLETE,)),
    Row(_S.RETURNED, _OWNER, _A.DISCARD, _S.DISCARDED),
    Row(_S.NOT_RECOMMENDED, _OWNER, _A.APPEAL, _S.NOT_RECOMMENDED, Window.APPEALING, (Guard.NEVER_APPEALED,)),
    Row(_S.SUBMITTED, _OFFICE, _A.OPEN, _S.SUBMITTED, Window.DECIDING, (Guard.UNOPENED,)),
    Row(_S.SUBMITTED, _OFFICE, _A.RETURN, _S.RETURNED, Window.DECIDING),
    Row(_S.SUBMITTED, _OFFICE, _A.RECOMMEND, _S.RECOMMENDED, Window.DECIDING, (Guard.RULES_MET,)),
    Row(_S.SUBMITTED, _OFFICE, _A.REFUSE, _S.NOT_RECOMMENDED, Window.DECIDING),
    Row(
        *(_S.RECOMMENDED, _OFFICE, _A.REVOKE, _S.SUBMITTED, Window.UNPUBLISHED),
        (Guard.UNACKNOWLEDGED, Guard.ONE_OPEN),
    ),
    Row(
        *(_S.NOT_RECOMMENDED, _OFFICE, _A.REVERSE, _S.SUBMITTED, Window.RUNNING),
        (Guard.NO_APPEAL, Guard.ONE_OPEN),
    ),
    Row(
        *(_S.NOT_RECOMMENDED, _OFFICE, _A.UPHOLD, _S.SUBMITTED, Window.ALWAYS),
        (Guard.APPEALED, Guard.ONE_OPEN),
    ),
    Row(_S.NOT_RECOMMENDED, _OFFICE, _A.DISMISS, _S.NOT_RECOMMENDED, Window.ALWAYS, (Guard.APPEALED,)),
    Row(
        *(_S.RECOMMENDED, Actor.PROVINCE, _A.ACKNOWLEDGE, _S.RECOMMENDED, Window.ALWAYS),
        (Guard.ASKED, Guard.UNACKNOWLEDGED),
    ),
    *(Row(state, _CLOCK, _A.EXPIRE, _S.EXPIRED, Window.OVER) for state in OPEN_STATES),
    *(Row(state, _OWNER, _A.VIEW, state) for state in State if state is not State.NONE),
    *(
        Row(state, actor, _A.VIEW, state)
        for actor in (_OFFICE, Actor.PROVINCE)
        for state in State
        if state not in (State.NONE, State.DRAFT)
    ),
)
"""C3, row by row."""

_ROWS: Mapping[tuple[State, Actor, Action], Row] = {(row.state, row.actor, row.action): row for row in TABLE}
_NOT_THERE = Decision(
    False, kind=Kind.NOT_FOUND, reason="CANDIDACY_NOT_FOUND", message="没有这份报名。", rule="CAND-01"
)


def actions_of(actor: Actor) -> list[Action]:
    """What an actor may ever do, in the order of the table."""
    return list(dict.fromkeys(row.action for row in TABLE if row.actor is actor))


def may(actor: Actor, action: Action, case: Case, now: datetime) -> Decision:
    """CAND-01: whether `actor` may do that now, and what comes next; `now` is aware UTC.

    Checked in this order: the state, that nobody decides about themselves (CAND-15), the window, the guards.
    """
    row = _ROWS.get((case.state, actor, action))
    if action is Action.VIEW:
        return _NOT_THERE if row is None or (actor is not Actor.OWNER and not case.submitted) else _yes(row.state)
    if row is None:
        message = f"当前状态为“{STATE_NAMES[case.state]}”，不能{ACTION_NAMES[action]}。"
        return _no("WRONG_STATE", message, "CAND-01")
    if case.own and actor in (Actor.OFFICE, Actor.PROVINCE):
        return _no("OWN_CASE", "不能处理与本人有关的事项。", "CAND-15", kind=Kind.FORBIDDEN)
    timed = _WINDOWS[row.window](case, now)
    if not timed.allowed:
        return timed
    for guard in row.guards:
        refused = _GUARDS[guard](case)
        if refused is not None:
            return refused
    following = row.next
    if action is Action.REVOKE and case.dates.phase(now) is Phase.CLOSED and case.appeal is not Appeal.UPHELD:
        # Undecided in a batch that is over: the same as never having been decided.
        following = State.EXPIRED
    return Decision(True, following, until=timed.until)


def _yes(following: State = State.NONE, until: datetime | None = None) -> Decision:
    return Decision(True, following, until=until)


def _no(reason: str, message: str, rule: str, *, until: datetime | None = None, kind: Kind = Kind.NOT_NOW) -> Decision:
    return Decision(False, State.NONE, kind, reason, message, rule, until)


def _applying(case: Case, now: datetime) -> Decision:
    """CAND-02: people apply from the opening until submissions end."""
    match case.dates.phase(now):
        case Phase.WAITING:
            return _no("BATCH_NOT_OPEN", "报名尚未开始。", "CAND-02", until=case.dates.opens_at)
        case Phase.OPEN:
            return _yes(until=case.dates.apply_until)
        case _:
            return _no("BATCH_APPLIED", "报名提交已经截止。", "CAND-02")


def _running(case: Case, now: datetime) -> Decision:
    """CAND-02: until the batch closes."""
    match case.dates.phase(now):
        case Phase.WAITING:
            return _no("BATCH_NOT_OPEN", "批次尚未开始。", "CAND-02", until=case.dates.opens_at)
        case Phase.CLOSED:
            return _no("BATCH_CLOSED", "批次已经结束。", "CAND-02")
        case _:
            return _yes(until=case.dates.closes_at)


def _deciding(case: Case, now: datetime) -> Decision:
    """CAND-02, CAND-14: until the batch closes; what an upheld appeal brought back waits as long as it must."""
    return _yes() if case.appeal is Appeal.UPHELD else _running(case, now)


def _unpublished(case: Case, now: datetime) -> Decision:
    """CAND-12: until the results are public."""
    if case.published:
        return _no("BATCH_PUBLISHED", "结果已经公布，不能再撤销；如需终止聘任，请办理解聘。", "CAND-12")
    return _yes()


def _appealing(case: Case, now: datetime) -> Decision:
    """CAND-14 (C7.21): so many days after the refusal."""
    ends = (case.decided_at or now) + timedelta(days=APPEAL_DAYS)
    return _yes(until=ends) if now < ends else _no("APPEAL_LATE", f"申诉期（{APPEAL_DAYS}天）已过。", "CAND-14")


def _over(case: Case, now: datetime) -> Decision:
    """CAND-17: when the batch has closed; what an upheld appeal brought back does not expire, but as a draft."""
    if case.dates.phase(now) is not Phase.CLOSED:
        return _no("BATCH_OPEN", "批次尚未结束。", "CAND-17", until=case.dates.closes_at)
    if case.appeal is Appeal.UPHELD and case.state is not State.DRAFT:
        return _no("APPEAL_UPHELD", "申诉成立，等待重新审核。", "CAND-17")
    return _yes()


_WINDOWS: Mapping[Window, Callable[[Case, datetime], Decision]] = {
    Window.ALWAYS: lambda case, now: _yes(),
    Window.APPLYING: _applying,
    Window.DECIDING: _deciding,
    Window.RUNNING: _running,
    Window.UNPUBLISHED: _unpublished,
    Window.APPEALING: _appealing,
    Window.OVER: _over,
}

_GUARDS: Mapping[Guard, Callable[[Case], Decision | None]] = {
    Guard.COMPLETE: lambda case: (
        None if case.complete else _no("DOSSIER_INCOMPLETE", "个人信息尚未填写完整。", "CAND-03")
    ),
    Guard.ONE_OPEN: lambda case: (
        _no("CANDIDACY_OPEN", "本人在其他批次已有未结束的报名。", "CAND-04") if case.other_open else None
    ),
    Guard.UNOPENED: lambda case: _no("CANDIDACY_OPENED", "教学部已经开始审核。", "CAND-09") if case.opened else None,
    Guard.RULES_MET: lambda case: (
        None if case.passes else _no("RULES_NOT_MET", "准入条件尚未全部符合，不能推荐。", "CAND-10")
    ),
    Guard.UNACKNOWLEDGED: lambda case: _no("ACKNOWLEDGED", "省级已经确认。", "CAND-16") if case.acknowledged else None,
    Guard.ASKED: lambda case: (
        None if case.needs_acknowledgement else _no("NOT_ASKED", "该批次不需要省级确认。", "CAND-16")
    ),
    Guard.NEVER_APPEALED: lambda case: (
        _no("APPEALED_ONCE", "只能申诉一次。", "CAND-14") if case.appeal is not Appeal.NONE else None
    ),
    Guard.APPEALED: lambda case: (
        None if case.appeal is Appeal.OPEN else _no("NO_APPEAL", "没有待处理的申诉。", "CAND-14")
    ),
    Guard.NO_APPEAL: lambda case: (
        _no("APPEAL_OPEN", "请先处理申诉。", "CAND-13") if case.appeal is Appeal.OPEN else None
    ),
}
