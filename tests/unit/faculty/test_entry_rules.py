"""The entry rules of C4 row by row, and the clock they make.

Holds QUAL-01, QUAL-02, QUAL-03, QUAL-04, QUAL-05, QUAL-06, QUAL-07, QUAL-08, QUAL-09 and QUAL-10.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.faculty.domain.dossier import BY_SECTION, Section
from services.faculty.domain.eligibility import clock_of
from services.faculty.domain.entry_rules import (
    DEGREES,
    ENTRY_RULES,
    TITLES,
    Assessment,
    Attestation,
    EntryRule,
    Evaluation,
    Facts,
    KnownIncident,
    Rank,
    Verdict,
    YearlyResult,
    add_months,
    evaluate,
    full_months,
    worst_of_years,
)
from services.faculty.domain.policy import FacultyPolicy
from tests.support.faculty_entry import C4, Given
from tests.support.faculty_moments import (
    ATTENDING_SINCE,
    BATCH_CLOSES,
    DAY_AFTER_THREE_YEARS,
    DAY_BEFORE_THREE_YEARS,
    LEAP_DAY,
    LEAP_DAY_AFTER_FOUR_YEARS,
    THREE_YEARS,
)

POLICY = FacultyPolicy()
GOOD = Facts(
    title="attending",
    title_since=ATTENDING_SINCE,
    attestations=(Attestation("damage", DAY_BEFORE_THREE_YEARS), Attestation("accident", DAY_BEFORE_THREE_YEARS)),
    assessments=(Assessment("passed", date(2027, 1, 5)),),
    yearly=(YearlyResult(2025, "good", date(2025, 12, 31)), YearlyResult(2026, "good", date(2026, 12, 31))),
    has_qualification="yes",
    employed=True,
)


@pytest.mark.parametrize("row", C4, ids=lambda row: row.name)
def test_qual_01_to_qual_07_a_row_of_the_table(row: Given) -> None:
    [found] = [each for each in evaluate(row.facts, row.reference, POLICY).findings if each.rule == row.rule]
    assert (found.verdict, found.consequence, found.met_from, found.flagged) == (
        *(row.verdict, row.consequence, row.met_from, row.flagged),
    ), found.evidence


@pytest.mark.parametrize(
    ("day", "passes"), [(DAY_BEFORE_THREE_YEARS, False), (THREE_YEARS, True), (DAY_AFTER_THREE_YEARS, True)]
)
def test_qual_01_36_months_on_the_reference_date_the_day_before_on_and_after(day: date, passes: bool) -> None:
    assert evaluate(GOOD, day, POLICY).passes is passes


def test_qual_01_the_months_are_the_bases_to_configure() -> None:
    policy = FacultyPolicy(title_months=30)
    edge = add_months(ATTENDING_SINCE, 30)
    for day, verdict in ((edge - timedelta(days=1), Verdict.NOT_MET), (edge, Verdict.MET)):
        title = evaluate(GOOD, day, policy).findings[0]
        assert (title.rule, title.verdict) == ("title_years", verdict)
        assert "30个月" in title.sentence


def test_qual_02_every_title_of_the_dossier_has_its_rank() -> None:
    [field] = [each for each in BY_SECTION[Section.WORK].fields if each.key == "title"]
    assert {option.code for option in field.options} == set(TITLES)
    assert {title.rank for title in TITLES.values()} == set(Rank)


@pytest.mark.parametrize(
    ("employed", "verdict", "consequence"),
    [(True, Verdict.MET, ""), (False, Verdict.NOT_MET, "block"), (None, Verdict.UNKNOWN, "return")],
)
def test_qual_08_the_employer_is_the_base_or_its_unit(
    employed: bool | None, verdict: Verdict, consequence: str
) -> None:
    found = evaluate(replace(GOOD, employed=employed), THREE_YEARS, POLICY)
    assert (found.findings[-1].rule, found.findings[-1].verdict, found.findings[-1].consequence) == (
        *("employer", verdict, consequence),
    )
    assert found.passes is (employed is True)


@pytest.mark.parametrize("rule", ENTRY_RULES, ids=lambda rule: rule.key)
def test_qual_09_one_rule_that_is_not_met_or_unknown_keeps_from_passing(rule: EntryRule) -> None:
    assert evaluate(GOOD, THREE_YEARS, POLICY).passes
    spoiled = {
        "title_years": replace(GOOD, title_since=THREE_YEARS),
        "damage": replace(GOOD, attestations=GOOD.attestations[1:]),
        "accident": replace(GOOD, incidents=(KnownIncident("accident", "major", THREE_YEARS),)),
        "evaluation": replace(GOOD, yearly=(YearlyResult(2026, "unqualified", date(2026, 12, 31)),)),
        "assessment": replace(GOOD, assessments=()),
        "certificate": replace(GOOD, has_qualification="passed"),
        "employer": replace(GOOD, employed=None),
    }[rule.key]
    found = evaluate(spoiled, THREE_YEARS, POLICY)
    assert not found.passes
    assert [each.rule for each in (*found.blocking, *found.missing)] == [rule.key]


def test_qual_09_an_evaluation_is_kept_and_read_again_as_it_was() -> None:
    made = evaluate(replace(GOOD, assessments=()), THREE_YEARS, POLICY).at(
        datetime(2027, 3, 12, 1, 2, 3, 4, tzinfo=UTC)
    )
    assert Evaluation.from_json(json.loads(json.dumps(made.to_json()))) == made
    bare = evaluate(Facts(), THREE_YEARS, POLICY)
    assert Evaluation.from_json(json.loads(json.dumps(bare.to_json()))) == bare


def test_qual_05_of_several_bases_the_worst_result_of_a_year_counts() -> None:
    results = [YearlyResult(2026, each, date(2026, 12, 31)) for each in ("good", "unqualified", "excellent")]
    assert [each.outcome for each in worst_of_years(results)] == ["unqualified"]


def test_qual_10_you_qualify_on_12_march_2027_because() -> None:
    clock = clock_of(GOOD, date(2026, 6, 1), POLICY)
    assert clock.qualifies_on == THREE_YEARS
    assert "2027年3月12日" in clock.because
    assert "中级职称" in clock.because
    assert "另需补充" in clock.because  # nobody has attested or assessed anything by then


def test_qual_10_the_last_of_several_days_counts() -> None:
    facts = replace(GOOD, incidents=(KnownIncident("damage", "main", date(2025, 8, 31)),))
    assert clock_of(facts, THREE_YEARS, POLICY).qualifies_on == date(2028, 8, 31)


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (replace(GOOD, has_qualification="passed"), "医师资格证书"),
        (replace(GOOD, yearly=(YearlyResult(2026, "unqualified", date(2026, 12, 31)),)), "带教质量评价"),
        (Facts(), "无法推算"),
    ],
)
def test_qual_10_where_no_day_can_be_told_it_says_why(facts: Facts, said: str) -> None:
    clock = clock_of(facts, BATCH_CLOSES, POLICY)
    assert clock.qualifies_on is None
    assert said in clock.because


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (LEAP_DAY, 36, date(2027, 2, 28)),
        (LEAP_DAY, 48, LEAP_DAY_AFTER_FOUR_YEARS),
        (date(2023, 12, 31), 2, LEAP_DAY),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
        (date(2026, 3, 12), -36, date(2023, 3, 12)),
    ],
)
def test_months_end_with_the_month_where_a_day_is_missing(day: date, months: int, expected: date) -> None:
    assert add_months(day, months) == expected


_DAYS = st.dates(date(2015, 1, 1), date(2035, 12, 31))


@given(_DAYS, _DAYS)
def test_full_months_are_the_months_that_fit(since: date, until: date) -> None:
    months = full_months(since, until)
    assert months == 0 or add_months(since, months) <= until
    assert add_months(since, months + 1) > until


_FACTS = st.builds(
    Facts,
    title=st.sampled_from([*TITLES, ""]),
    title_since=st.none() | _DAYS,
    incidents=st.lists(
        st.sampled_from([(kind, degree) for kind, degrees in DEGREES.items() for degree in degrees]).flatmap(
            lambda each: _DAYS.map(lambda day: KnownIncident(*each, day))
        ),
        max_size=3,
    ).map(tuple),
    attestations=st.lists(st.builds(Attestation, st.sampled_from(list(DEGREES)), _DAYS), max_size=3).map(tuple),
    assessments=st.lists(st.builds(Assessment, st.sampled_from(["passed", "failed"]), _DAYS), max_size=2).map(tuple),
    has_qualification=st.sampled_from(["", "yes", "no", "passed"]),
    employed=st.none() | st.booleans(),
)


@given(_FACTS, _DAYS)
@settings(max_examples=300)
def test_qual_10_from_the_day_told_no_rule_that_hangs_on_time_is_unmet(facts: Facts, on: date) -> None:
    """Incidents and assessments still to come may change it; so only what has happened is known."""
    facts = replace(
        facts,
        incidents=tuple(each for each in facts.incidents if each.occurred_on <= on),
        assessments=tuple(each for each in facts.assessments if each.on_day <= on),
    )
    before = {each.rule: each for each in evaluate(facts, on, POLICY).findings}
    for rule, finding in before.items():
        if finding.met_from is None:
            continue
        assert (finding.met_from > on) is (finding.verdict is Verdict.NOT_MET)
        at = {each.rule: each.verdict for each in evaluate(facts, max(on, finding.met_from), POLICY).findings}
        assert at[rule] is not Verdict.NOT_MET
        if finding.verdict is Verdict.NOT_MET:
            eve = {
                each.rule: each.verdict
                for each in evaluate(facts, finding.met_from - timedelta(days=1), POLICY).findings
            }
            assert eve[rule] is Verdict.NOT_MET
