"""The people a newcomer can be: one log-in for each side of the recruitment."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from services.stack.state import State

DEMO_BASE = "SD-QILU"
PROVINCE = "province"
"""Stands for the code of the loaded province."""
DEPARTMENT = "department"
"""Stands for the code of a department of the demo base."""


@dataclass(frozen=True)
class Demo:
    """A demo log-in. `organisation` is a base's code, `PROVINCE`, `DEPARTMENT`, or empty for who registers."""

    login: str
    role: str
    name: str
    title: str
    mobile: str
    organisation: str = ""
    resident_id: str = ""


def resident_id(first_seventeen: str) -> str:
    """A synthetic identity number: the seventeen digits with their check digit (GB 11643-1999)."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(first_seventeen, weights, strict=True))
    return first_seventeen + "10X98765432"[total % 11]


def _mobile(last_digits: int) -> str:
    """A number of a data card, behind which there is no telephone."""
    return f"1450098{last_digits:04d}"


# Division code 370098 is assigned to no place, so these numbers belong to nobody.
PEOPLE = (
    Demo("applicant", "applicant", "演示报名人", "报名人 applicant", _mobile(1), "", resident_id("37009819980315001")),
    Demo("faculty", "faculty", "演示师资", "师资 faculty", _mobile(2), "", resident_id("37009819800520002")),
    Demo("qilu.reviewer", "base_reviewer", "演示审核员", f"基地审核员 reviewer of {DEMO_BASE}", _mobile(3), DEMO_BASE),
    Demo(
        *("qilu.admin", "base_administrator", "演示基地管理员", f"基地管理员 administrator of {DEMO_BASE}"),
        *(_mobile(4), DEMO_BASE),
    ),
    Demo(
        *("qilu.teaching", "teaching_department", "演示教学部", f"教学部 teaching department of {DEMO_BASE}"),
        *(_mobile(5), DEMO_BASE),
    ),
    Demo(
        *("qilu.director", "department_director", "演示科室主任", "科室主任 director of a department"),
        *(_mobile(6), DEPARTMENT),
    ),
    Demo(
        *("qilu.secretary", "department_secretary", "演示教学秘书", "科室教学秘书 secretary of a department"),
        *(_mobile(7), DEPARTMENT),
    ),
    Demo(
        "province",
        "province_administrator",
        "演示省级管理员",
        "省级管理员 province administrator",
        _mobile(8),
        PROVINCE,
    ),
    Demo("auditor", "auditor", "演示审计管理员", "审计管理员 auditor", _mobile(9), PROVINCE),
    Demo("support", "support", "演示客服", "客服 support", _mobile(10), PROVINCE),
    Demo("system", "system_administrator", "演示系统管理员", "系统管理员 system administrator", _mobile(11), PROVINCE),
    Demo(
        *("security", "security_administrator", "演示安全管理员", "安全管理员 security administrator"),
        *(_mobile(12), PROVINCE),
    ),
)
"""The security administrator comes last: once there is one, powerful hats need a second signature."""


def factors_file(data: Path) -> Path:
    """Where the secrets of the demo staff's authenticators are kept; only the owner reads it."""
    return data / "demo-factors.json"


def password(state: State) -> str:
    """The one password of all demo log-ins of a data directory (19 characters, easy to type)."""
    digits = hashlib.sha256(state.secret("demo").encode()).hexdigest()
    return f"demo-{digits[:4]}-{digits[4:8]}-{digits[8:12]}"


def fingerprint(province_file: Path, state: State) -> str:
    """Changes whenever there would be something new to load."""
    content = province_file.read_bytes() + repr(PEOPLE).encode() + password(state).encode()
    return hashlib.sha256(content).hexdigest()
