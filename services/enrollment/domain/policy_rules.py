"""What may stand in a policy: every key with its name, what is allowed there, and the rule that says so."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from services.enrollment.domain.choice import Catalogue
from services.enrollment.domain.dossier import PAPER_KINDS
from services.enrollment.domain.eligibility import check_rules
from services.enrollment.domain.phases import P0, P1, Phase
from services.enrollment.domain.policy import Policy
from services.enrollment.domain.reversion import check_rows
from services.kit.domain import DomainError, Kind

WEIGHT_ERROR = 1e-6
_MOST_LEADS = 5
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
PART = "submitted_at"
"""The tie rule that is no part of a score."""
ENDINGS = ("no_show", "quit", "give_up", "revoked", "annulled", "fraud", "other")
"""What a penalty may be for."""
FALLBACKS = ("last_choice", "same_specialty", "same_base", "anywhere")
"""Where the assistant looks once no wish can be met, in the order that the policy declares."""

Check = Callable[[str, Any], object]
"""The value as the policy keeps it; raises the DomainError that names key and rule."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a policy, as a form shows it."""

    name: str
    label: str
    label_en: str
    hint: str
    check: Check
    locked_by_rounds: bool = False
    """Once the first round has begun it changes only with an override."""


def _refused(key: str, rule: str, message: str) -> DomainError:
    return DomainError(Kind.INVALID, "POLICY_INVALID", message, field=f"policy.{key}", rule=rule)


def _switch(key: str, value: Any) -> object:
    """PLAN-01: a switch of the policy is yes or no."""
    if isinstance(value, bool):
        return value
    raise _refused(key, "PLAN-01", f"{key} 只能为 true 或 false。")


def _amount(most: float, *, whole: bool = False) -> Check:
    def check(key: str, value: Any) -> object:
        """PLAN-02: a duration or a number of the policy is not below zero and not beyond its bound."""
        good = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= most
        if not good or (whole and value != int(value)):
            kind = "整数" if whole else "数"
            raise _refused(key, "PLAN-02", f"{key} 须为 0 至 {most:g} 的{kind}。")
        return int(value) if whole else float(value)

    return check


def _weights(key: str, value: Any) -> object:
    """PLAN-03: the parts of a score have weights above zero that add up to 1."""
    weights = _numbers(key, "PLAN-03", value)
    if not weights or any(weight <= 0 for weight in weights.values()):
        raise _refused(key, "PLAN-03", f"{key} 的各项权重须大于 0。")
    total = sum(weights.values())
    if abs(total - 1) > WEIGHT_ERROR:
        raise _refused(key, "PLAN-03", f"{key} 的权重之和须为 1,现为 {total:g}。")
    return weights


def _scales(key: str, value: Any) -> object:
    """PLAN-04: full marks are above zero, and of parts that have a weight."""
    scales = _numbers(key, "PLAN-04", value)
    if any(scale <= 0 for scale in scales.values()):
        raise _refused(key, "PLAN-04", f"{key} 的满分须大于 0。")
    return scales


def _numbers(key: str, rule: str, value: Any) -> dict[str, float]:
    if not isinstance(value, Mapping) or not all(
        isinstance(number, int | float) and not isinstance(number, bool) for number in value.values()
    ):
        raise _refused(key, rule, f"{key} 须为“科目: 数”。")
    return {str(part): float(number) for part, number in value.items()}


def _words(key: str, rule: str, value: Any, known: Sequence[str] | None) -> tuple[str, ...]:
    if isinstance(value, str) or not isinstance(value, Sequence) or not all(isinstance(word, str) for word in value):
        raise _refused(key, rule, f"{key} 须为列表。")
    words = tuple(value)
    if len(set(words)) != len(words):
        raise _refused(key, rule, f"{key} 中有重复项。")
    unknown = [word for word in words if known is not None and word not in known]
    if unknown:
        raise _refused(key, rule, f"{key} 中的 {unknown[0]} 未知,可用:{'、'.join(known or ())}。")
    return words


def _amounts(most: float) -> Check:
    def check(key: str, value: Any) -> object:
        """PLAN-23: leads of reminders are numbers above zero, each once, the longest first; none: no reminder."""
        good = isinstance(value, Sequence) and not isinstance(value, str) and len(value) <= _MOST_LEADS
        leads = list(value) if good else []
        if not good or not all(
            isinstance(lead, int | float) and not isinstance(lead, bool) and 0 < lead <= most for lead in leads
        ):
            raise _refused(key, "PLAN-23", f"{key} 须为不超过 {_MOST_LEADS} 个、大于 0 且不大于 {most:g} 的数。")
        if sorted(set(leads), reverse=True) != leads:
            raise _refused(key, "PLAN-23", f"{key} 须从大到小排列,不得重复。")
        return tuple(float(lead) for lead in leads)

    return check


def _quiet(key: str, value: Any) -> object:
    """PLAN-24: quiet hours name both ends as times of the day, HH:MM, or none."""
    if not isinstance(value, Mapping) or set(value) not in (set(), {"from", "until"}):
        raise _refused(key, "PLAN-24", f"{key} 须给出 from 和 until,或留空。")
    return {name: _time(key, time) for name, time in value.items()}


def _time(key: str, value: Any) -> str:
    """PLAN-24: a time of the day is HH:MM; empty where that is allowed."""
    if isinstance(value, str) and (not value or _TIME.fullmatch(value)):
        return value
    raise _refused(key, "PLAN-24", f"{key} 的时刻须为 HH:MM。")


def _ties(key: str, value: Any) -> object:
    """PLAN-05: a tie is decided by parts of the score or the time of submission, each at most once."""
    return _words(key, "PLAN-05", value, None)


def _penalise(key: str, value: Any) -> object:
    """PLAN-06: only known endings are put before the province as penalties."""
    return _words(key, "PLAN-06", value, ENDINGS)


def _fallbacks(key: str, value: Any) -> object:
    """PLAN-07: the reallocation assistant falls back in ways it knows, each at most once."""
    return _words(key, "PLAN-07", value, FALLBACKS)


def _approvals(key: str, value: Any) -> object:
    """PLAN-25: a change of the calendar takes one person or two."""
    if value in (1, 2) and not isinstance(value, bool):
        return int(value)
    raise _refused(key, "PLAN-25", f"{key} 须为 1 或 2。")


def _papers(key: str, value: Any) -> object:
    """PLAN-14: only kinds of papers that there are can be required."""
    return _words(key, "PLAN-14", value, PAPER_KINDS)


def _rows(key: str, value: Any) -> object:
    """PLAN-08: rules given as data are a list of objects; their own module says what they may hold."""
    if isinstance(value, str) or not isinstance(value, Sequence) or not all(isinstance(row, Mapping) for row in value):
        raise _refused(key, "PLAN-08", f"{key} 须为规则列表。")
    return tuple(dict(row) for row in value)


_LEADS_HOURS, _LEADS_DAYS = _amounts(720), _amounts(60)

_ALL = (
    Key("publicity_working_days", "公示工作日", "Working days of publicity", "0 表示不公示", _amount(60, whole=True)),
    Key("reregistration", "撤回后可在后续轮次重新报名", "Start again after a withdrawal", "是/否", _switch),
    Key("give_up_provisional", "申请人可放弃拟录取", "Applicants may give a place up", "是/否", _switch),
    Key("p4_requires_consent", "调剂阶段仅限接受调剂者修改", "Only who consents edits in P4", "是/否", _switch),
    Key("confirmation_required", "录取前须申请人确认", "Applicants confirm their place", "是/否", _switch),
    Key("undo_minutes", "撤回操作时限(分钟)", "Minutes to undo", "0 至 1440", _amount(1440)),
    Key("late_rejection_hours", "临近截止的退回(小时)", "Hours of a late rejection", "0 至 240", _amount(240)),
    Key("fix_window_hours", "临时修改窗口(小时)", "Hours to repair", "0 至 240", _amount(240)),
    Key("review_days", "审核期限(天)", "Days to review", "0 至 60", _amount(60)),
    Key("offer_hours", "递补确认时限(小时)", "Hours of an offer", "0 至 240", _amount(240)),
    Key("backfill_after_rounds", "各轮结束后仍可递补", "Backfill after the rounds", "是/否", _switch),
    Key("main_base_confirms", "协同基地拟录取须主基地确认", "Main base confirms", "是/否", _switch),
    Key("penalty_years", "限制报名年数", "Years of a penalty", "0 至 50", _amount(50, whole=True)),
    Key("penalise", "提请限制报名的情形", "Endings that are penalised", "、".join(ENDINGS), _penalise),
    Key("score_weights", "成绩权重", "Weights of a score", "各项之和为 1", _weights, True),
    Key("score_scales", "各科满分", "Full marks", "未列出的科目满分 100", _scales, True),
    Key("tie_rules", "同分排序", "Tie rules", "科目或 submitted_at,依次比较", _ties, True),
    Key("publish_scores", "公示名单显示成绩和排名", "Lists show totals and ranks", "是/否", _switch),
    Key("required_papers", "必须上传的材料", "Required papers", "、".join(PAPER_KINDS), _papers),
    Key("language_years", "外语证书有效年数", "Years of a language certificate", "0 表示不限", _amount(50, whole=True)),
    Key("calendar_approvals", "日程重要变更所需人数", "People a change of the calendar takes", "1 或 2", _approvals),
    Key("calendar_notice_hours", "日程提前变更的最短预告(小时)", "Notice of a change", "0 至 720", _amount(720)),
    Key("calendar_near_days", "临近阶段的天数", "Days within which a change matters", "0 至 60", _amount(60)),
    Key("reminder_hours", "提醒提前量(小时)", "Hours before a date to remind", "如 72、24", _LEADS_HOURS),
    Key(
        *("verification_reminder_days", "核实截止前提醒(天)", "Days before verification ends to remind"),
        *("如 7、3、1", _LEADS_DAYS),
    ),
    Key("quiet_hours", "不打扰时段", "Quiet hours", "from、until,如 21:30、08:00", _quiet),
    Key("exam_quiet_until", "考试当天几点前不打扰", "Quiet on exam days until", "HH:MM,空表示不限", _time),
    Key("eligibility", "报考条件", "Eligibility", "规则列表,空表示不限", _rows),
    Key("reversion", "计划回流", "Reversion of unfilled places", "from、to、after_round、keep", _rows),
    Key("reallocation_fallbacks", "调剂去向顺序", "Fallbacks of a reallocation", "、".join(FALLBACKS), _fallbacks),
)
KEYS: Mapping[str, Key] = {key.name: key for key in _ALL}
"""PLAN-09: every key of a policy, in the order of a form; there is no other."""


def changed_policy(present: Policy, values: Mapping[str, Any], catalogue: Catalogue, rounds: Sequence[int]) -> Policy:
    """PLAN-09: `present` with `values` put in, once all of it holds together. Raises INVALID naming key and rule.

    `rounds` are the numbers of the cycle's review rounds.
    """
    known = {entry.name for entry in fields(Policy)}
    checked: dict[str, Any] = {}
    for name, value in values.items():
        if name not in KEYS or name not in known:
            raise _refused(name, "PLAN-09", f"没有“{name}”这项政策。")
        checked[name] = KEYS[name].check(name, value)
    policy = Policy(**{entry.name: checked.get(entry.name, getattr(present, entry.name)) for entry in fields(Policy)})
    _check_parts(policy)
    check_rows(policy.reversion, catalogue, rounds)
    check_rules(policy.eligibility, catalogue)
    return policy


def _check_parts(policy: Policy) -> None:
    parts = policy.score_weights
    for part in policy.score_scales:
        if part not in parts:
            raise _refused("score_scales", "PLAN-04", f"score_scales 中的 {part} 没有权重。")
    for rule in policy.tie_rules:
        if rule not in parts and rule != PART:
            raise _refused("tie_rules", "PLAN-05", f"tie_rules 中的 {rule} 未知,可用:{'、'.join([*parts, PART])}。")


def check_unlocked(names: Sequence[str], phase: Phase, *, override: bool) -> None:
    """PLAN-10: what ranks people (weights, full marks, ties) changes after the first round began only on purpose."""
    locked = [name for name in names if is_locked(name, phase)]
    if locked and not override:
        raise DomainError(
            Kind.NOT_NOW,
            "POLICY_LOCKED",
            "首轮已经开始,该项影响已有成绩和排名;确需修改请明确确认。",
            field=f"policy.{locked[0]}",
            rule="PLAN-10",
        )


def is_locked(name: str, phase: Phase) -> bool:
    """Whether PLAN-10 holds for this key now."""
    return KEYS[name].locked_by_rounds and phase not in (P0, P1)


def rule_of(key: Key) -> str:
    """The id of the rule that checks a key."""
    return next((name for name, checks in _RULES.items() if key.check in checks), "PLAN-02")


_RULES: Mapping[str, tuple[Check, ...]] = {
    "PLAN-01": (_switch,),
    "PLAN-03": (_weights,),
    "PLAN-04": (_scales,),
    "PLAN-05": (_ties,),
    "PLAN-06": (_penalise,),
    "PLAN-07": (_fallbacks,),
    "PLAN-08": (_rows,),
    "PLAN-14": (_papers,),
    "PLAN-23": (_LEADS_HOURS, _LEADS_DAYS),
    "PLAN-24": (_quiet, _time),
    "PLAN-25": (_approvals,),
}


def plain(policy: Policy) -> dict[str, Any]:
    """The policy as JSON holds it, in the order of a form."""
    values = asdict(policy)
    return {name: _listed(values[name]) for name in KEYS}


def _listed(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return [_listed(entry) for entry in value]
    if isinstance(value, Mapping):
        return {name: _listed(entry) for name, entry in value.items()}
    return value
