"""Forms: what applies, what is missing, what is malformed, what is kept."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from services.kit.forms import (
    Condition,
    Field,
    FieldGroup,
    FieldType,
    FormRules,
    FormSection,
    applicable,
    check,
    details,
    malformed,
    options,
    papers_asked_for,
    refuse,
)

RULES = FormRules("R-UNKNOWN", "R-MISSING", "R-MALFORMED")
EXAM = Condition("exam", ("english", "other"))
FORM = FormSection(
    "pet",
    "宠物",
    (
        Field("exam", "考试", FieldType.OPTION, required=True, options=options(none="无", english="英", other="他")),
        Field("number", "编号", required=True, applies_when=(EXAM,)),
        Field("level", "等级", required=True, applies_when=(Condition("exam", ("english",)),)),
        Field("home", "有家", FieldType.YES_NO, required=True, group="home"),
        Field("rooms", "房间", FieldType.NUMBER, required=True, bounds=(1, 9), applies_when=(Condition("home"),)),
        Field("code", "代码", FieldType.CREDIT_CODE, applies_when=(Condition("home"), Condition("rooms", ("x",)))),
        Field("no_home_since", "何时起", FieldType.DATE, required=True, applies_when=(Condition("home", ("no",)),)),
        Field("scan", "扫描件", FieldType.PAPER, required=True, applies_when=(Condition("home"),)),
    ),
    "Pet",
    (FieldGroup("home", "家", "Home"),),
)
TODAY = date(2023, 7, 1)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, ["exam", "home"]),
        ({"exam": "none", "home": True, "rooms": 3}, []),
        ({"exam": "english", "home": True, "rooms": 3}, ["number", "level"]),
        ({"exam": "other", "home": True, "rooms": 3}, ["number"]),
        ({"exam": "none", "home": False}, ["no_home_since"]),
        ({"exam": "none", "home": True, "rooms": 0}, ["rooms"]),
        ({"exam": "none", "home": True, "rooms": 10}, ["rooms"]),
        ({"exam": "none", "home": True, "rooms": True}, ["rooms"]),
        ({"exam": "none", "home": True, "rooms": 3, "scan": "file.jpg"}, ["scan"]),
        ({"exam": "none", "home": True, "rooms": 3, "level": "does not apply" * 100}, []),
        ({"exam": ["none"], "home": "no"}, ["exam", "home", "no_home_since"]),
    ],
)
def test_a_field_is_asked_for_only_where_it_applies(body: dict[str, Any], expected: list[str]) -> None:
    assert [problem.key for problem in check(FORM, body, RULES, TODAY)] == expected


def test_what_does_not_apply_is_not_kept() -> None:
    """A page without script posts what stood in a closed group; an unknown field stays, to be refused."""
    body = {"exam": "none", "number": "1", "home": False, "rooms": 3, "no_home_since": "", "what": 1}
    assert applicable(FORM, body) == {"exam": "none", "home": False, "what": 1}


def test_a_bound_is_told() -> None:
    [problem] = malformed(check(FORM, {"home": True, "rooms": 10}, RULES, TODAY))
    assert problem.message == "房间须为 1 至 9 之间的数。"


def test_papers_are_asked_for_where_they_apply() -> None:
    assert [field.key for field in papers_asked_for(FORM, {"home": True})] == ["scan"]
    assert papers_asked_for(FORM, {"home": False}) == ()


def test_several_problems_of_one_field_are_told_together() -> None:
    [problem] = malformed(check(FORM, {"home": 3}, RULES, TODAY))
    other = type(problem)("pet", "home", "R-OTHER", "另一句。")
    assert details([problem, other, other]) == {"pet.home": "R-MALFORMED,R-OTHER 有家须为是或否。另一句。另一句。"}
    assert refuse([problem, other], "BAD", "有误").rule == "R-MALFORMED"


def test_options_may_have_a_name_in_english() -> None:
    both = options(a="甲", b=("乙", "B"))
    assert [(option.code, option.label, option.label_en) for option in both] == [("a", "甲", ""), ("b", "乙", "B")]
