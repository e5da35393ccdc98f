"""MSG-01, MSG-02, MSG-03, MSG-04 and MSG-07: every text, its parameters, its readers, and no event forgotten."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from string import Formatter

import pytest

from residency.enrollment.v1 import events_pb2 as enrollment
from residency.faculty.v1 import events_pb2 as faculty
from residency.identity.v1 import events_pb2 as identity
from residency.notify.v1 import events_pb2 as notify
from services.kit.domain import Caller, DomainError, Kind
from services.notify.consumers import HEARD, SILENT
from services.notify.domain.recipients import Recipient, organisation_read_by
from services.notify.domain.shapes import Kept, Template, Value
from services.notify.domain.templates import TEMPLATES, TEXT_MAX, render, render_from_text

SAMPLE: dict[Kept, Value] = {
    Kept.TEXT: "齐鲁医院",
    Kept.REMARK: "资料不全",
    Kept.NUMBER: 3,
    Kept.INSTANT: datetime(2023, 7, 1, 1, 5, tzinfo=UTC),
    Kept.WHEN: datetime(2023, 7, 1, 1, 5, tzinfo=UTC),
}
WHERE = {"base": "齐鲁医院", "specialty": "内科"}


def events() -> set[str]:
    """Every event of the catalogue: the messages of the files that are not part of another."""
    found: set[str] = set()
    for file in (enrollment.DESCRIPTOR, faculty.DESCRIPTOR, identity.DESCRIPTOR, notify.DESCRIPTOR):
        parts = {f.message_type for m in file.message_types_by_name.values() for f in m.fields if f.message_type}
        found |= {m.full_name for m in file.message_types_by_name.values() if m not in parts}
    return found


def test_msg_07_every_event_becomes_a_message_or_is_silent_on_purpose() -> None:
    assert events() == set(HEARD) | SILENT
    assert not set(HEARD) & SILENT


@pytest.mark.parametrize("template", TEMPLATES.values(), ids=lambda template: template.key)
def test_msg_01_a_template_uses_exactly_the_parameters_it_declares(template: Template) -> None:
    for words in template.words.values():
        used = {name for line in (words.title, *words.lines) for _, name, _, _ in Formatter().parse(line) if name}
        assert used == set(template.parameters)
    text = render(template.key, {name: SAMPLE[kept] for name, kept in template.parameters.items()})
    assert text.title
    assert text.body
    assert "{" not in text.body


def test_msg_01_the_notices_of_the_handbook_say_what_it_promises() -> None:
    submitted = render("application_submitted", {**WHERE, "submitted_at": SAMPLE[Kept.INSTANT], "state": "待审核"})
    assert submitted.title == "报名成功通知"
    assert submitted.body.splitlines()[1:] == [
        "报考基地：齐鲁医院",
        "报名专业：内科",
        "报名时间：2023年7月1日 09:05",
        "状态：待审核",
    ]
    rejected = render("application_rejected", {**WHERE, "remark": "缺少毕业证书"})
    assert "审核结果：审核不通过\n备注：缺少毕业证书" in rejected.body
    provisional = render("application_provisional", {**WHERE, "result": "拟录取", "remark": "请体检"})
    assert "录取结果：拟录取\n备注：请体检" in provisional.body


TIMED = {
    "registration_closing": {"closes_at": Kept.INSTANT},
    "fix_reminder": {"base": Kept.TEXT, "specialty": Kept.TEXT, "until": Kept.INSTANT},
    "milestone_reminder": {"milestone": Kept.TEXT, "at": Kept.INSTANT, "count": Kept.NUMBER},
    "window_digest": {
        "round_name": Kept.TEXT,
        "count": Kept.NUMBER,
        "deadline": Kept.INSTANT,
        "forecast": Kept.REMARK,
    },
    "window_not_published": {"round_name": Kept.TEXT, "count": Kept.NUMBER},
    "publicity_ended": {"number": Kept.NUMBER, "admissible": Kept.NUMBER, "objected": Kept.NUMBER},
    "verification_reminder": {"count": Kept.NUMBER, "closes_at": Kept.INSTANT},
    "verification_overdue": {"count": Kept.NUMBER},
    "milestone_overdue": {"base": Kept.TEXT, "milestone": Kept.TEXT, "count": Kept.NUMBER},
    "phase_report": {
        "phase": Kept.TEXT,
        "unreviewed": Kept.NUMBER,
        "unselected": Kept.NUMBER,
        "bases": Kept.NUMBER,
    },
    "verification_overdue_province": {"base": Kept.TEXT, "count": Kept.NUMBER},
    "next_cycle_prepared": {"title": Kept.TEXT},
}
"""What those who keep the time send, and what they say with it."""


@pytest.mark.parametrize(("key", "parameters"), TIMED.items(), ids=TIMED)
def test_msg_01_timed_notices_take_what_who_keeps_the_time_knows(key: str, parameters: dict[str, Kept]) -> None:
    assert TEMPLATES[key].parameters == parameters


def test_msg_01_a_changed_calendar_says_what_comes_next_when_something_does() -> None:
    values = {"reason": "考试延期", "present": "第一志愿填报与审核"}
    told = render_from_text("calendar_changed", {**values, "next_at": "2023-07-28T18:00:00+08:00"}).body
    assert "原因：考试延期\n当前阶段：第一志愿填报与审核\n下一时间节点：2023年7月28日 18:00" in told
    assert "下一时间节点" not in render_from_text("calendar_changed", {**values, "next_at": ""}).body


def test_msg_01_a_digest_says_its_forecast_when_there_is_one() -> None:
    values = {"round_name": "第一志愿", "count": "12", "deadline": "2023-07-28T18:00:00+08:00"}
    told = render_from_text("window_digest", {**values, "forecast": "按目前进度可按时完成"})
    assert told.body.splitlines() == [
        "第一志愿还有12份报名待处理，请在2023年7月28日 18:00前完成。",
        "进度预计：按目前进度可按时完成",
    ]
    assert len(render_from_text("window_digest", {**values, "forecast": ""}).body.splitlines()) == 1


def test_msg_01_every_kind_of_security_notice_has_its_text() -> None:
    """The kinds stand in the comment of the contract's field, and identity emits no other."""
    contract = (Path(__file__).parents[3] / "protos/residency/identity/v1/events.proto").read_text()
    kinds = re.search(r"// What: (.*)\.\n", contract)
    assert kinds is not None
    named = re.findall(r"`(\w+)`", kinds[1])
    assert len(named) == 9
    titles = {TEMPLATES[f"security_{kind}"].words["zh"].title for kind in named}
    assert len(titles) == len(named)


def test_msg_02_an_empty_remark_leaves_its_line_out() -> None:
    assert "备注" not in render("application_approved", {**WHERE, "remark": " "}).body


def test_msg_02_a_long_remark_is_cut_and_stops_no_message() -> None:
    remark = render("application_approved", {**WHERE, "remark": "长" * 3000}).body.splitlines()[-1]
    assert remark == "备注：" + "长" * TEXT_MAX


def test_msg_02_values_are_never_read_as_a_template() -> None:
    body = render("application_approved", {**WHERE, "remark": "{base.__class__} %s {0}"}).body
    assert "备注：{base.__class__} %s {0}" in body


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"round": 1},
        {"round": 1, "count": 2, "base": "x"},
        {"round": "1", "count": 2},
        {"round": 1, "count": datetime(2023, 1, 1, tzinfo=UTC)},
    ],
)
def test_msg_02_missing_unknown_or_mistyped_parameters_are_refused(values: dict[str, Value]) -> None:
    with pytest.raises(DomainError) as caught:
        render("review_digest", values)
    assert (caught.value.kind, caught.value.reason, caught.value.rule) == (Kind.INVALID, "PARAMETERS_WRONG", "MSG-02")


@pytest.mark.parametrize(
    "values", [{**WHERE, "submitted_at": "soon", "state": "x"}, {**WHERE, "submitted_at": "2023-07-01", "state": "x"}]
)
def test_msg_02_instants_need_an_offset(values: dict[str, str]) -> None:
    with pytest.raises(DomainError):
        render_from_text("application_submitted", values)


def test_msg_02_text_parameters_are_read_by_type() -> None:
    assert "还有12份" in render_from_text("review_digest", {"round": "2", "count": "12"}).body
    with pytest.raises(DomainError) as caught:
        render_from_text("no_such", {})
    assert (caught.value.reason, caught.value.rule) == ("TEMPLATE_UNKNOWN", "MSG-01")


def test_msg_03_a_message_has_one_recipient() -> None:
    assert Recipient(person_id="p").address == "person:p"
    assert Recipient(organisation_code="B").address == "organisation:B"
    for person_id, organisation_code in (("", ""), ("p", "B")):
        with pytest.raises(ValueError, match="a person or"):
            Recipient(person_id, organisation_code)


def test_msg_04_only_staff_read_for_their_organisation() -> None:
    for role in (
        *("base_reviewer", "base_administrator", "province_administrator"),
        *("teaching_department", "department_director", "department_secretary"),
    ):
        assert organisation_read_by(Caller("p", role, "B")) == "B"
    for role in (
        *("applicant", "faculty", "service", "scheduler", "unchosen", "enrolling"),
        *("auditor", "support", "system_administrator", "security_administrator"),
    ):
        assert organisation_read_by(Caller("p", role, "B")) == ""
