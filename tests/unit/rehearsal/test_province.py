"""OPS-82, OPS-84. The sample province loads; a bad file is told in one line that names what is wrong."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from residency.enrollment.v1 import cycle_pb2
from services.cli.cycle import refusal
from services.enrollment.domain.calendar import MilestoneDate, PhaseDates, build_calendar
from services.enrollment.domain.choice import Catalogue
from services.enrollment.domain.phases import Phase
from services.enrollment.domain.policy import Policy
from services.enrollment.domain.policy_rules import changed_policy
from services.kit.domain import DomainError, Kind
from services.rehearsal.cycle_order import cycle_request, known_places
from services.rehearsal.plans import choose_bases, make_plan
from services.rehearsal.province import PHASES, ProvinceFileError, load_province
from services.stack.load import organisations

SAMPLE = Path(__file__).resolve().parents[3] / "deploy" / "provinces" / "shandong-2023.yaml"


@pytest.fixture
def changed(tmp_path: Path) -> Callable[[str, str], Path]:
    """The sample with one text replaced."""

    def change(old: str, new: str) -> Path:
        text = SAMPLE.read_text(encoding="utf-8")
        assert old in text
        path = tmp_path / "province.yaml"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return path

    return change


def message(path: Path) -> str:
    with pytest.raises(ProvinceFileError) as caught:
        load_province(path)
    text = str(caught.value)
    assert "\n" not in text
    assert text.startswith(str(path))
    return text


def test_the_sample_loads() -> None:
    province = load_province(SAMPLE)
    assert (province.code, province.year, province.timezone) == ("37", 2023, "Asia/Shanghai")
    assert tuple(phase.phase for phase in province.phases) == PHASES
    assert province.days == 62
    assert province.phases[1].last_day == date(2023, 7, 31)
    assert len(province.bases) == 28
    qilu = province.bases[0]
    assert qilu.code == "SD-QILU"
    assert sum(qilu.plan.values()) == 163
    assert [(department.code, department.name) for department in qilu.departments] == [
        *(("SD-QILU-NK", "内科"), ("SD-QILU-WK", "外科")),
        *(("SD-QILU-SN", "神经内科"), ("SD-QILU-JZ", "急诊与重症医学科")),
    ]
    assert (qilu.departments[3].disciplines, qilu.departments[3].places) == (("emergency", "icu"), 20)
    assert all(base.departments == () for base in province.bases[1:])


def test_a_department_with_the_code_of_another_place(changed: Callable[[str, str], Path]) -> None:
    assert "code 'SD-SLYY' stands there twice" in message(changed("code: SD-QILU-NK", "code: SD-SLYY"))


def test_disciplines_that_are_no_list_of_texts(changed: Callable[[str, str], Path]) -> None:
    assert "disciplines must be a list of texts" in message(changed("[emergency, icu]", "emergency"))


def test_unreadable(tmp_path: Path) -> None:
    assert "cannot be read: No such file" in message(tmp_path / "absent.yaml")


def test_not_yaml(changed: Callable[[str, str], Path]) -> None:
    assert "not valid YAML at line" in message(changed("province: {", "province: {{"))


def test_not_text(tmp_path: Path) -> None:
    path = tmp_path / "binary.yaml"
    path.write_bytes(b"\xff\xfe\x00")
    assert "not UTF-8" in message(path)


def test_empty(tmp_path: Path) -> None:
    path = tmp_path / "empty.yaml"
    path.write_text("")
    assert "the file must be a mapping" in message(path)


def test_missing_field(changed: Callable[[str, str], Path]) -> None:
    assert "cycle.title is missing" in message(changed("title: 2023年度山东省住院医师规范化培训招录", "other: 1"))


def test_unknown_phase(changed: Callable[[str, str], Path]) -> None:
    assert "unknown phase 'interview'" in message(changed("phase: second_choice", "phase: interview"))


def test_missing_phase(changed: Callable[[str, str], Path]) -> None:
    text = message(changed("    - {phase: first_choice,", "    # - {phase: first_choice,"))
    assert "phase first_choice is missing" in text


def test_a_phase_that_comes_again(changed: Callable[[str, str], Path]) -> None:
    text = message(changed("phase: second_choice", "phase: first_choice"))
    assert "phases must be in this order, only second_choice more than once" in text


@pytest.mark.parametrize(
    ("name", "rounds", "gaps"),
    [
        ("example-two-rounds", ["first_choice", "second_choice"], [""]),
        ("example-four-rounds", ["first_choice", "second_choice", "second_choice", "reallocation"], ["暑期间歇"]),
    ],
)
def test_provinces_with_other_rounds(name: str, rounds: list[str], gaps: list[str]) -> None:
    """The examples load, and their calendars are ones that enrollment takes."""
    province = load_province(SAMPLE.with_name(f"{name}.yaml"))
    assert [phase.phase for phase in province.phases[1:-1]] == rounds
    order = cycle_request(province, province.bases, known_places(province), "example")
    calendar = build_calendar(
        [
            PhaseDates(
                Phase(cycle_pb2.Phase.Name(each.phase).removeprefix("PHASE_").lower()),
                each.name,
                date.fromisoformat(each.first_day),
                date.fromisoformat(each.last_day),
                each.key,
                each.gap_name,
            )
            for each in order.phases
        ],
        order.time_zone,
        milestones=[
            MilestoneDate(each.key, each.phase_key, each.name, date.fromisoformat(each.day), each.exam)
            for each in order.milestones
        ],
    )
    assert list(calendar.rounds) == list(range(1, len(rounds) + 1))
    named = {window.gap_name for window in calendar.phases}
    assert named == {"", *gaps}
    catalogue = Catalogue({}, {each.code: each.name for each in province.specialties}, {})
    changed_policy(Policy(), province.policy, catalogue, calendar.rounds)


def test_ends_before_it_begins_names_phase_and_both_dates(changed: Callable[[str, str], Path]) -> None:
    text = message(changed("last_day: 2023-07-10", "last_day: 2023-06-10"))
    assert "phase registration: last_day 2023-06-10 is before first_day 2023-07-01" in text


def test_overlap_names_phase_and_both_dates(changed: Callable[[str, str], Path]) -> None:
    text = message(changed("first_day: 2023-08-01", "first_day: 2023-07-20"))
    assert "phase second_choice: first_day 2023-07-20 is not after the last_day 2023-07-31 of first_choice" in text


def test_a_gap_between_two_phases(changed: Callable[[str, str], Path]) -> None:
    province = load_province(changed("first_day: 2023-08-11", "first_day: 2023-08-12"))
    assert (province.phases[3].first_day - province.phases[2].last_day).days == 2


def test_a_milestone_says_yes_or_no_of_an_exam(changed: Callable[[str, str], Path]) -> None:
    line = "milestones: [{key: e, phase: first_choice, name: 笔试, day: 2023-07-20, exam: %s}]"
    days = load_province(changed("base_milestones: [", line % "true" + "\n  base_milestones: [")).milestones
    assert [(each.key, each.phase, each.day, each.exam) for each in days] == [
        ("e", "first_choice", date(2023, 7, 20), True)
    ]
    text = message(changed("base_milestones: [", line % "maybe" + "\n  base_milestones: ["))
    assert "calendar.milestones[0].exam must be true or false, not 'maybe'" in text


def test_not_a_date(changed: Callable[[str, str], Path]) -> None:
    assert "first_day must be a date" in message(changed("first_day: 2023-07-01", "first_day: 七月一日"))


def test_unknown_zone(changed: Callable[[str, str], Path]) -> None:
    assert "unknown zone" in message(changed("Asia/Shanghai", "Asia/Atlantis"))


def test_base_twice(changed: Callable[[str, str], Path]) -> None:
    assert "'SD-SDEY' stands there twice" in message(changed("code: SD-SLYY", "code: SD-SDEY"))


def test_plan_with_unknown_specialty(changed: Callable[[str, str], Path]) -> None:
    assert "unknown specialty '外 科'" in message(changed("外科: 46", "外 科: 46"))


def test_whole_plan_is_the_province() -> None:
    province = load_province(SAMPLE)
    plan = make_plan(province, 1, province.bases, None)
    assert 8_500 <= sum(seats.planned for seats in plan) <= 9_500
    for base in province.bases:
        assert 8 <= sum(seats.base_code == base.code for seats in plan) <= 24
    qilu = {seats.specialty_code: seats.planned for seats in plan if seats.base_code == "SD-QILU"}
    assert qilu == dict(province.bases[0].plan)


@pytest.mark.parametrize(("applicants", "bases"), [(60, 6), (500, 28), (5_000, 28)])
def test_scaled_plan_is_contested(applicants: int, bases: int) -> None:
    province = load_province(SAMPLE)
    chosen = choose_bases(province, bases)
    plan = make_plan(province, 1, chosen, applicants)
    assert {seats.base_code for seats in plan} == {base.code for base in chosen}
    assert 0.6 * applicants <= sum(seats.planned for seats in plan) <= applicants


def test_same_seed_same_plan() -> None:
    province = load_province(SAMPLE)
    assert make_plan(province, 3, province.bases, 500) == make_plan(province, 3, province.bases, 500)
    assert make_plan(province, 3, province.bases, 500) != make_plan(province, 4, province.bases, 500)


def test_a_policy_is_taken_over_with_its_lines(changed: Callable[[str, str], Path]) -> None:
    policy = """policy:
  offer_hours: 12
  eligibility:
    - {id: SD-1, when: {basic.birth_date: {min: 1988-09-01}}, message: 年龄}
"""
    path = changed("policy:\n", policy)
    province = load_province(path)
    [rule] = province.policy["eligibility"]
    assert (province.policy["offer_hours"], rule["when"]) == (12, {"basic.birth_date": {"min": "1988-09-01"}})
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[province.lines["offer_hours"] - 1].strip() == "offer_hours: 12"
    assert "policy must be a mapping" in message(changed("policy:\n", "policy: yes\nother:\n"))


def test_a_base_names_its_main_base_and_its_credit_code(changed: Callable[[str, str], Path]) -> None:
    more = "code: SD-SLYY, main_code: SD-QILU, credit_code: '123700004955703036'"
    province = load_province(changed("code: SD-SLYY", more))
    base = next(base for base in province.bases if base.code == "SD-SLYY")
    assert (base.main_code, base.credit_code) == ("SD-QILU", "123700004955703036")
    request = cycle_request(province, province.bases, known_places(province), "key-12345678")
    sent = next(base for base in request.bases if base.code == "SD-SLYY")
    assert (sent.main_code, sent.credit_code) == ("SD-QILU", "123700004955703036")
    assert sum(seats.planned for seats in request.plan) == 163
    alone = cycle_request(province, [base], [], "key-12345678")
    assert alone.bases[0].main_code == ""


def test_an_error_names_the_line(changed: Callable[[str, str], Path]) -> None:
    path = changed("last_day: 2023-07-10", "last_day: 2023-06-10")
    line = next(number for number, text in enumerate(path.read_text().splitlines(), 1) if "2023-06-10" in text)
    assert message(path).startswith(f"{path}:{line}: ")


def test_what_enrollment_refuses_is_told_with_its_line(changed: Callable[[str, str], Path]) -> None:
    path = changed("policy:\n", "policy:\n  score_weights: {written: 0.5}\n")
    province = load_province(path)
    error = DomainError(
        Kind.INVALID, "POLICY_INVALID", "权重之和须为 1。", field="policy.score_weights", rule="PLAN-03"
    )
    told = refusal(path, province, error)
    assert told.message.startswith(f"{path}:{province.lines['score_weights']}: policy.score_weights: ")
    other = DomainError(Kind.INVALID, "BAD_PLAN", "计划重复。", field="plan", rule="SEAT-03")
    assert refusal(path, province, other).message == f"{path}: plan: 计划重复。"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("policy:\n", "polcy:\n", "the file: 'polcy' is not known there"),
        ("    plan: {内科: 71", "    plann: {内科: 71", "bases[0]: 'plann' is not known there"),
        ("places: 60", "beds: 60", "bases[0].departments[0]: 'beds' is not known there"),
        ("{phase: registration,  name", "{phase: registration, tittle: x, name", "calendar.phases[0]: 'tittle'"),
    ],
)
def test_ops_84_a_misspelt_key_is_told_and_not_left_out(
    changed: Callable[[str, str], Path], old: str, new: str, words: str
) -> None:
    assert words in message(changed(old, new))


def test_ops_82_main_bases_come_before_those_that_train_with_them(changed: Callable[[str, str], Path]) -> None:
    first = "  - code: SD-QILU\n"
    province = load_province(changed(first, first + "    main_code: SD-SLYY\n"))
    written = organisations(province, province.bases)
    codes = [each.code for each in written]
    assert written[codes.index("SD-QILU")].main_base_code == "SD-SLYY"
    assert codes.index("SD-SLYY") < codes.index("SD-QILU") < codes.index("SD-QILU-NK")


def test_ops_84_a_province_comes_in_where_there_is_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(SAMPLE.read_text(encoding="utf-8")))
    assert load_province(Path("-")).code == "37"
    monkeypatch.setattr("sys.stdin", io.StringIO("province: {"))
    assert message(Path("-")).startswith("-: is not valid YAML")
