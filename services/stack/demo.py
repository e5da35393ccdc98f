"""The people a newcomer can be: one log-in for each side of the recruitment."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from services.stack.state import State

DEMO_BASE = "SD-QILU"
PROVINCE = "province"
"""Stands for the code of the loaded province."""


@dataclass(frozen=True)
class Demo:
    """A demo log-in. `organisation` is a base's code, `PROVINCE`, or empty for people who register themselves."""

    login: str
    role: str
    name: str
    title: str
    organisation: str = ""
    resident_id: str = ""


def resident_id(first_seventeen: str) -> str:
    """A synthetic identity number: the seventeen digits with their check digit (GB 11643-1999)."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(first_seventeen, weights, strict=True))
    return first_seventeen + "10X98765432"[total % 11]


# Division code 370098 is assigned to no place, so these numbers belong to nobody.
PEOPLE = (
    Demo("applicant", "applicant", "演示报名人", "报名人 applicant", resident_id=resident_id("37009819980315001")),
    Demo("faculty", "faculty", "演示师资", "师资 faculty", resident_id=resident_id("37009819800520002")),
    Demo("qilu.reviewer", "base_reviewer", "演示审核员", f"基地审核员 reviewer of {DEMO_BASE}", DEMO_BASE),
    Demo("qilu.admin", "base_administrator", "演示基地管理员", f"基地管理员 administrator of {DEMO_BASE}", DEMO_BASE),
    Demo("province", "province_administrator", "演示省级管理员", "省级管理员 province administrator", PROVINCE),
)


def password(state: State) -> str:
    """The one password of all demo log-ins of a data directory (19 characters, easy to type)."""
    digits = hashlib.sha256(state.secret("demo").encode()).hexdigest()
    return f"demo-{digits[:4]}-{digits[4:8]}-{digits[8:12]}"


def fingerprint(province_file: Path, state: State) -> str:
    """Changes whenever there would be something new to load."""
    content = province_file.read_bytes() + repr(PEOPLE).encode() + password(state).encode()
    return hashlib.sha256(content).hexdigest()
