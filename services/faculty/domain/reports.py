"""FREP-01 to FREP-04: 师资信息统计: what is counted, under which words, from rows that a store read. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from statistics import fmean

from services.faculty.domain.entry_rules import TITLES


class Report(StrEnum):
    """What can be asked for."""

    LEVEL = "level"
    TITLE = "title"
    DEPARTMENT = "department"
    TRAINING = "training"
    STATE = "state"
    REVIEW = "review"
    LOAD = "load"
    COVERAGE = "coverage"


@dataclass(frozen=True, slots=True)
class Row:
    """One line: its code, what it is called, its numbers by name."""

    key: str
    label: str
    numbers: Mapping[str, float] = field(default_factory=dict)


LEVELS = {"": "未定", "general": "一般师资", "key": "骨干师资", "senior": "高级师资"}
TITLE_LABELS = {code: title.label for code, title in TITLES.items()} | {"": "未填"}
TRAINING = {"trained": "已培训", "lapsed": "证书已过期", "none": "未培训"}
STATES = {
    "pending": "待省级确认",
    "active": "在聘",
    "suspended": "暂停带教",
    "expired": "聘期届满",
    "transferred": "已调离",
    "dismissed": "已解聘",
}
REVIEWS = {
    "due": "待维护",
    "overdue": "逾期未维护",
    "dismissal_proposed": "拟解聘",
    "confirmed": "已维护",
    "": "未开始",
}
CANDIDACIES = {
    "draft": "草稿",
    "submitted": "已提交",
    "returned": "退回修改",
    "recommended": "推荐（聘任）",
    "not_recommended": "不推荐",
    "expired": "过期未定",
    "discarded": "已放弃",
}


def counted(codes: Iterable[str], labels: Mapping[str, str]) -> list[Row]:
    """FREP-01: how many there are of each code, all codes of the table in its order, unknown ones after them."""
    counts = Counter(codes)
    order = [*labels, *sorted(set(counts) - set(labels))]
    return [Row(code or "none", labels.get(code, code), {"count": counts[code]}) for code in order]


def by_department(codes: Iterable[str], name: Callable[[str], str]) -> list[Row]:
    """FREP-01: how many teachers each department has, counted once in their primary one, by its code."""
    counts = Counter(codes)
    return [Row(code, name(code), {"count": counts[code]}) for code in sorted(counts)]


def load(teachers: Mapping[str, str], held: Mapping[str, int], name: Callable[[str], str]) -> list[Row]:
    """FREP-02 (C7.12): by primary department, the trainees of its teachers in a month; each teacher's counted once.

    Args:
        teachers: Everybody who teaches in the month, with the primary department.
        held: How many trainees each of them leads that month, in any department; absent for none.
        name: What a department is called.
    """
    loads: dict[str, list[int]] = {}
    for person_id, department in teachers.items():
        loads.setdefault(department, []).append(held.get(person_id, 0))
    return [
        Row(
            department,
            name(department),
            {
                "teachers": len(own),
                "trainees": sum(own),
                "least": min(own),
                "most": max(own),
                "mean": round(fmean(own), 2),
            },
        )
        for department, own in sorted(loads.items())
    ]


@dataclass(frozen=True, slots=True)
class Filling:
    """A trainee's month in a department: whether somebody teaches, or has left."""

    department_code: str
    filled: bool
    orphaned: bool = False


def coverage(months: Sequence[Filling], name: Callable[[str], str]) -> list[Row]:
    """FREP-03: by department, the trainee months of a month that have a teacher; `share` in per cent."""
    departments: dict[str, list[Filling]] = {}
    for each in months:
        departments.setdefault(each.department_code, []).append(each)
    rows = []
    for department, own in sorted(departments.items()):
        filled = sum(each.filled for each in own)
        numbers = {
            "cells": len(own),
            "filled": filled,
            "unfilled": len(own) - filled,
            "orphaned": sum(each.orphaned for each in own),
            "share": round(100 * filled / len(own), 1),
        }
        rows.append(Row(department, name(department), numbers))
    return rows
