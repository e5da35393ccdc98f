"""QUAL-01 to QUAL-09: who may become a teacher: the entry rules (C4) as a table, evaluated on one day.

What lies after the reference date does not count: neither an incident nor an assessment nor a title. So the same
evidence gives the same answer on the same day, whenever it is asked for.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from services.faculty.domain.policy import FacultyPolicy

EDITION = 1
"""Grows with every change of the rules below; kept with each evaluation."""
RECENT_MONTHS = 36
"""近3年: rolling months to the reference date (C7.4)."""
ATTESTED_MONTHS = 12
"""How long an attestation speaks for its teacher."""
YEARS_LOOKED_AT = 2
"""连续2年: the last evaluated years (C7.5)."""


class Verdict(StrEnum):
    """What an entry rule found."""

    MET = "met"
    NOT_MET = "not_met"
    UNKNOWN = "unknown"


class Rank(StrEnum):
    """How a title stands to the intermediate one that the rule asks for."""

    BELOW = "below"
    INTERMEDIATE = "intermediate"
    ABOVE = "above"


@dataclass(frozen=True, slots=True)
class Title:
    """QUAL-02 (C7.3): a title, its rank, and whether who holds it practises as a physician."""

    label: str
    label_en: str
    rank: Rank = Rank.INTERMEDIATE
    physician: bool = False


TITLES: Mapping[str, Title] = {
    "attending": Title("主治医师", "Attending physician", physician=True),
    "associate_chief": Title("副主任医师", "Associate chief physician", Rank.ABOVE, physician=True),
    "chief": Title("主任医师", "Chief physician", Rank.ABOVE, physician=True),
    "supervising_pharmacist": Title("主管药师", "Supervising pharmacist"),
    "associate_chief_pharmacist": Title("副主任药师", "Associate chief pharmacist", Rank.ABOVE),
    "chief_pharmacist": Title("主任药师", "Chief pharmacist", Rank.ABOVE),
    "supervising_nurse": Title("主管护师", "Supervising nurse"),
    "associate_chief_nurse": Title("副主任护师", "Associate chief nurse", Rank.ABOVE),
    "chief_nurse": Title("主任护师", "Chief nurse", Rank.ABOVE),
    "supervising_technician": Title("主管技师", "Supervising technician"),
    "associate_chief_technician": Title("副主任技师", "Associate chief technician", Rank.ABOVE),
    "chief_technician": Title("主任技师", "Chief technician", Rank.ABOVE),
    "other": Title("其他", "Other", Rank.BELOW),
}
"""QUAL-02 (C7.3): the titles that count; whatever is not among them ranks below."""

DEGREES: Mapping[str, Mapping[str, tuple[str, bool]]] = {
    "damage": {"main": ("主要责任", True), "full": ("完全责任", True), "partial": ("次要或轻微责任", False)},
    "accident": {"major": ("重大", True), "serious": ("严重", True), "minor": ("一般", False)},
}
"""Kinds of incidents: degree, its name, and whether it keeps somebody out."""

OUTCOMES = {"excellent": "优秀", "good": "良好", "qualified": "合格", "unqualified": "不合格"}
"""Yearly results of trainees' ratings, from the best."""
_GRADES = tuple(OUTCOMES)


@dataclass(frozen=True, slots=True)
class KnownIncident:
    """A recorded incident that was not withdrawn."""

    kind: str
    degree: str
    occurred_on: date


@dataclass(frozen=True, slots=True)
class Attestation:
    """The base says that within the last 36 months up to this day nothing of the kind happened."""

    rule: str
    on_day: date


@dataclass(frozen=True, slots=True)
class Assessment:
    """医院考核: `passed` or `failed`."""

    outcome: str
    on_day: date


@dataclass(frozen=True, slots=True)
class YearlyResult:
    """What trainees' ratings of a year came to: one a year, the newest record of it."""

    year: int
    outcome: str
    on_day: date


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything known of a person that the rules read, whenever it happened."""

    title: str = ""
    title_since: date | None = None
    incidents: tuple[KnownIncident, ...] = ()
    attestations: tuple[Attestation, ...] = ()
    assessments: tuple[Assessment, ...] = ()
    yearly: tuple[YearlyResult, ...] = ()
    has_qualification: str = ""
    """`yes`, `no`, `passed` (not yet issued); empty while nothing was said."""
    employed: bool | None = None
    """Works at the deciding base or a collaborative unit of it; None while nobody said where."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule found about one person on one day."""

    rule: str
    sentence: str
    verdict: Verdict
    flagged: bool = False
    """Met without a history."""
    evidence: str = ""
    """In a sentence, for people."""
    met_from: date | None = None
    """The day from which it is met; None when that cannot be told."""
    consequence: str = ""
    """`block`, `return` or `attest`; empty when it is met."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """QUAL-09: all rules for one person on one day, as kept on every decision."""

    reference: date
    findings: tuple[Finding, ...]
    edition: int = EDITION
    evaluated_at: datetime | None = None

    @property
    def passes(self) -> bool:
        """Nothing blocks a recommendation: every rule is met."""
        return all(each.verdict is Verdict.MET for each in self.findings)

    @property
    def blocking(self) -> tuple[Finding, ...]:
        """The rules that are not met."""
        return tuple(each for each in self.findings if each.verdict is Verdict.NOT_MET)

    @property
    def missing(self) -> tuple[Finding, ...]:
        """The rules for which there is no evidence either way."""
        return tuple(each for each in self.findings if each.verdict is Verdict.UNKNOWN)

    def at(self, instant: datetime) -> Evaluation:
        """The same, with the instant (aware UTC) at which it was made."""
        return replace(self, evaluated_at=instant)

    def to_json(self) -> dict[str, Any]:
        """For a JSONB column; `from_json` gives the same evaluation again."""
        found = [
            asdict(each) | {"verdict": each.verdict.value, "met_from": each.met_from and each.met_from.isoformat()}
            for each in self.findings
        ]
        at = self.evaluated_at.isoformat() if self.evaluated_at else None
        return {"reference": self.reference.isoformat(), "edition": self.edition, "at": at, "findings": found}

    @staticmethod
    def from_json(kept: Mapping[str, Any]) -> Evaluation:
        """What `to_json` made."""
        findings = tuple(
            Finding(**{**each, "verdict": Verdict(each["verdict"]), "met_from": _day(each["met_from"])})
            for each in kept["findings"]
        )
        at = datetime.fromisoformat(kept["at"]) if kept["at"] else None
        return Evaluation(date.fromisoformat(kept["reference"]), findings, kept["edition"], at)


@dataclass(frozen=True, slots=True)
class _Found:
    verdict: Verdict
    evidence: str
    met_from: date | None = None
    flagged: bool = False


_Judge = Callable[[Facts, date, FacultyPolicy], _Found]


@dataclass(frozen=True, slots=True)
class EntryRule:
    """One row of C4: its key, its sentence (`{span}`: the months configured), and what follows."""

    key: str
    rule_id: str
    text: str
    judge: _Judge
    months: int = 0
    unknown: str = "return"
    not_met: str = "block"

    def months_of(self, policy: FacultyPolicy) -> int:
        """The months it is about under a policy; 0 for none."""
        return policy.title_months if self.key == "title_years" else self.months

    def sentence(self, policy: FacultyPolicy) -> str:
        """Its sentence under a policy."""
        return self.text.format(span=_span(self.months_of(policy)))


def add_months(day: date, months: int) -> date:
    """The same day so many months later; the month's last day where there is none (30 and 31, 29 February)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def full_months(since: date, until: date) -> int:
    """How many whole months lie between two days; none before the first month is over."""
    months = (until.year - since.year) * 12 + until.month - since.month
    return max(months if add_months(since, months) <= until else months - 1, 0)


def worst_of_years(results: Iterable[YearlyResult]) -> tuple[YearlyResult, ...]:
    """QUAL-05: one result a year, by year: where several bases have one, the worst counts."""
    worst: dict[int, YearlyResult] = {}
    for each in results:
        before = worst.get(each.year)
        if before is None or _GRADES.index(each.outcome) > _GRADES.index(before.outcome):
            worst[each.year] = each
    return tuple(worst[year] for year in sorted(worst))


def _title_years(facts: Facts, reference: date, policy: FacultyPolicy) -> _Found:
    """QUAL-01 (C7.2): so many whole months of intermediate title on the reference date; a higher one includes them."""
    if not facts.title or facts.title_since is None:
        return _Found(Verdict.UNKNOWN, "个人信息中没有填写职称或任现职时间。")
    title, since = TITLES.get(facts.title, TITLES["other"]), facts.title_since
    if title.rank is Rank.BELOW:
        return _Found(Verdict.NOT_MET, "现任职称不属于中级及以上职称。")
    met_from = since if title.rank is Rank.ABOVE else add_months(since, policy.title_months)
    held = f"{since.isoformat()}起任{title.label}"
    if met_from > reference:
        return _Found(Verdict.NOT_MET, f"{held}，{met_from.isoformat()}符合。", met_from)
    return _Found(Verdict.MET, f"{held}，{'高于' if title.rank is Rank.ABOVE else '为'}中级职称。", met_from)


def _incidents(kind: str, what: str) -> _Judge:
    """QUAL-03, QUAL-04 (C7.4): none that counts in the 36 months up to the reference date, and somebody says so."""

    def judge(facts: Facts, reference: date, policy: FacultyPolicy) -> _Found:
        grave = [
            each
            for each in facts.incidents
            if each.kind == kind and DEGREES[kind][each.degree][1] and each.occurred_on <= reference
        ]
        over = max((add_months(each.occurred_on, RECENT_MONTHS) for each in grave), default=None)
        if over is not None and over > reference:
            last = max(grave, key=lambda each: each.occurred_on)
            said = f"{last.occurred_on.isoformat()}发生{what}（{DEGREES[kind][last.degree][0]}）。"
            return _Found(Verdict.NOT_MET, said, over)
        attested = [each.on_day for each in facts.attestations if each.rule == kind and each.on_day <= reference]
        if not attested:
            return _Found(Verdict.UNKNOWN, f"没有{what}的记录，也没有教学部的证明。")
        newest = max(attested)
        if add_months(newest, ATTESTED_MONTHS) <= reference:
            return _Found(Verdict.UNKNOWN, f"教学部{newest.isoformat()}的证明已超过{_span(ATTESTED_MONTHS)}。")
        return _Found(Verdict.MET, f"教学部{newest.isoformat()}证明近3年未发生。", over)

    return judge


def _evaluation(facts: Facts, reference: date, policy: FacultyPolicy) -> _Found:
    """QUAL-05 (C7.5): no 不合格 in the last two evaluated years; who has no history passes, flagged."""
    known = sorted((each for each in facts.yearly if each.on_day <= reference), key=lambda each: each.year)
    if not known:
        return _Found(Verdict.MET, "尚无带教评价记录。", flagged=True)
    said = "，".join(f"{each.year}年度{OUTCOMES[each.outcome]}" for each in known[-YEARS_LOOKED_AT:]) + "。"
    if any(each.outcome == "unqualified" for each in known[-YEARS_LOOKED_AT:]):
        return _Found(Verdict.NOT_MET, said)
    return _Found(Verdict.MET, said)


def _assessment(facts: Facts, reference: date, policy: FacultyPolicy) -> _Found:
    """QUAL-06: the newest assessment by the hospital is passed."""
    known = [each for each in facts.assessments if each.on_day <= reference]
    if not known:
        return _Found(Verdict.UNKNOWN, "没有医院考核记录。")
    newest = max(known, key=lambda each: each.on_day)
    day = newest.on_day.isoformat()
    if newest.outcome == "passed":
        return _Found(Verdict.MET, f"{day}医院考核合格。", newest.on_day)
    return _Found(Verdict.NOT_MET, f"{day}医院考核不合格。")


def _certificate(facts: Facts, reference: date, policy: FacultyPolicy) -> _Found:
    """QUAL-07 (C7.10): a physician holds the certificate; passed and not yet issued is not enough."""
    title = TITLES.get(facts.title)
    if title is not None and not title.physician and title.rank is not Rank.BELOW:
        return _Found(Verdict.MET, f"{title.label}不要求医师资格证书。")
    match facts.has_qualification:
        case "yes":
            return _Found(Verdict.MET, "已取得医师资格证书。")
        case "passed":
            return _Found(Verdict.NOT_MET, "已通过考试，证书未发；取得证书后请更新个人信息。")
        case "no":
            return _Found(Verdict.NOT_MET, "未取得医师资格证书。")
        case _:
            return _Found(Verdict.UNKNOWN, "个人信息中没有填写医师资格证书。")


def _employer(facts: Facts, reference: date, policy: FacultyPolicy) -> _Found:
    """QUAL-08 (C7.11): works at the base itself or at a recorded collaborative unit."""
    if facts.employed is None:
        return _Found(Verdict.UNKNOWN, "尚未确定所在医院。")
    if facts.employed:
        return _Found(Verdict.MET, "在本院或本院协同单位工作。")
    return _Found(Verdict.NOT_MET, "不在本院或本院协同单位工作。")


ENTRY_RULES: Sequence[EntryRule] = (
    EntryRule("title_years", "QUAL-01", "任中级职称（主治医师等）满{span}", _title_years, 36),
    EntryRule(
        *("damage", "QUAL-03", "近{span}未发生承担主要或完全责任的医疗损害事件"),
        *(_incidents("damage", "承担主要或完全责任的医疗损害事件"), RECENT_MONTHS, "attest"),
    ),
    EntryRule(
        *("accident", "QUAL-04", "近{span}未发生重大或严重教学事故"),
        *(_incidents("accident", "重大或严重教学事故"), RECENT_MONTHS, "attest"),
    ),
    EntryRule("evaluation", "QUAL-05", "连续2年学员带教质量评价未出现不合格", _evaluation, 24, "pass"),
    EntryRule("assessment", "QUAL-06", "经医院考核合格", _assessment),
    EntryRule("certificate", "QUAL-07", "已取得医师资格证书", _certificate),
    EntryRule("employer", "QUAL-08", "在本院或本院协同单位工作", _employer),
)
"""C4, in the order of the table; the certificate is C7.10, the employer C7.11."""


def evaluate(facts: Facts, reference: date, policy: FacultyPolicy) -> Evaluation:
    """QUAL-09: every rule for one person on one day. Pure: keep the answer with `at(instant)`."""
    return Evaluation(reference, tuple(_finding(rule, facts, reference, policy) for rule in ENTRY_RULES))


def _finding(rule: EntryRule, facts: Facts, reference: date, policy: FacultyPolicy) -> Finding:
    found = rule.judge(facts, reference, policy)
    consequence = {Verdict.MET: "", Verdict.NOT_MET: rule.not_met, Verdict.UNKNOWN: rule.unknown}[found.verdict]
    return Finding(
        *(rule.key, rule.sentence(policy), found.verdict, found.flagged, found.evidence, found.met_from, consequence)
    )


def _span(months: int) -> str:
    return f"{months // 12}年" if months and months % 12 == 0 else f"{months}个月"


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
