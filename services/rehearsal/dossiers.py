"""The four sections a synthetic person fills in, and the mistakes a careless one makes first."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from services.kit.codes import unified_check
from services.rehearsal.people import Person

SECTIONS = ("basic", "education", "certificates", "work")
"""The sections in the order of the forms."""

PLACEHOLDER_EMPLOYER = "示例县人民医院"
"""An employer that is no base of any province."""

_MOST_AMENDED = 12
"""More often nobody corrects their number in one cycle."""

_ETHNICITIES = ("汉族", "汉族", "汉族", "汉族", "回族", "满族", "蒙古族")
_MAJORS = ("临床医学", "临床医学", "口腔医学", "麻醉学", "医学影像学", "精神医学", "儿科学")
_SCHOOLS = ("示例医科大学", "示例医学院", "样本大学医学院", "演练医科大学")


def make_dossier(person: Person, seed: int, year: int) -> dict[str, dict[str, Any]]:
    """A complete and consistent dossier by section for the cycle of `year`; the same for the same seed."""
    chance = random.Random(f"dossier/{seed}/{person.number}")  # noqa: S311 - reproducible play, not a secret
    kind = chance.choices(("own_unit", "other_unit", "social", "degree_student"), weights=(10, 15, 55, 20))[0]
    employed = kind in ("own_unit", "other_unit")
    fresh = chance.random() < 0.7
    graduated = f"{year if fresh else year - chance.randint(1, 3)}-06-30"
    return {
        "basic": {
            "sex": "male" if person.male else "female",
            "birth_date": person.birthday.isoformat(),
            "ethnicity": chance.choice(_ETHNICITIES),
            "political_status": chance.choice(("party_member", "league_member", "masses")),
            "mobile": person.phone,
            "email": person.email,
            "applicant_type": kind,
        },
        "education": _education(person, chance, year, kind=kind, graduated=graduated),
        "certificates": _certificates(person, chance, fresh=fresh, graduated=graduated),
        "work": _work(chance, employed=employed, year=year),
    }


def _education(person: Person, chance: random.Random, year: int, *, kind: str, graduated: str) -> dict[str, Any]:
    """A first degree, and for 专业学位研究生 the second that they are studying for."""
    student = kind == "degree_student"
    body: dict[str, Any] = {
        "doctor": False,
        "master": student,
        "bachelor": True,
        "bachelor_studying": False,
        "bachelor_full_time": True,
        "bachelor_school": chance.choice(_SCHOOLS),
        "bachelor_major": chance.choice(_MAJORS),
        "bachelor_diploma": "bachelor",
        "bachelor_diploma_date": graduated,
        "bachelor_graduation_date": graduated,
        "bachelor_has_graduation_certificate": True,
        "bachelor_graduation_certificate_number": f"SYN-G-{person.number:06d}",
        "bachelor_degree": "bachelor",
        "bachelor_has_degree_certificate": True,
        "bachelor_degree_date": graduated,
        "bachelor_degree_certificate_number": f"SYN-D-{person.number:06d}",
        "junior_college": False,
        "secondary": False,
    }
    if student:
        body |= {
            "master_studying": True,
            "master_full_time": True,
            "master_school": body["bachelor_school"],
            "master_major": body["bachelor_major"],
            "master_diploma": "master",
            "master_graduation_date": f"{year + 3}-06-30",
            "master_has_graduation_certificate": False,
            "master_degree": "master",
            "master_has_degree_certificate": False,
        }
    return body


def _certificates(person: Person, chance: random.Random, *, fresh: bool, graduated: str) -> dict[str, Any]:
    body: dict[str, Any] = {
        "passed_licence_exam": not fresh,
        "has_qualification": not fresh,
        "has_practice_licence": False,
        "language_exam": chance.choice(("none", "english")),
    }
    if not fresh:
        body |= {
            "licence_exam_date": graduated,
            "qualification_level": "physician",
            "qualification_category": "clinical",
            "qualification_number": f"SYN-Q-{person.number:06d}",
            "qualification_date": graduated,
        }
    if body["language_exam"] == "english":
        body["english_level"] = chance.choice(("cet4", "cet6"))
    return body


def _credit_code(chance: random.Random) -> str:
    """A unified social credit code whose check is right, of a division that is not assigned (379950)."""
    head = f"12379950{chance.randrange(10**9):09d}"
    return head + unified_check(head)


def _work(chance: random.Random, *, employed: bool, year: int) -> dict[str, Any]:
    body: dict[str, Any] = {
        "has_employer": employed,
        "is_western_support": False,
        "is_military": False,
        "is_order_directed": False,
    }
    if employed:
        years = chance.randint(1, 5)
        body |= {
            "employed_since": f"{year - years}-07-01",
            "years_of_work": years,
            "employer_name": PLACEHOLDER_EMPLOYER,
            "employer_code": _credit_code(chance),
            "employer_level": "secondary",
            "employer_grade": "grade_a",
            "employer_category": "general",
            "employer_affiliation": "county",
        }
    return body


def employ(dossier: dict[str, dict[str, Any]], base_name: str, base_code: str = "") -> bool:
    """Make type and employer agree with the base chosen (APP-05); True when the dossier had to change.

    本单位培训 means the employer is the base. Somebody who first applies to their own hospital names it as employer;
    choosing another base later makes them 外单位送培. `base_code` is the base's credit code, where it is known.
    """
    basic, work = dossier["basic"], dossier["work"]
    if basic["applicant_type"] == "own_unit" and work["employer_name"] == PLACEHOLDER_EMPLOYER:
        work |= {"employer_name": base_name} | ({"employer_code": base_code} if base_code else {})
        return True
    same = work.get("employer_name") == base_name
    fitting = {"own_unit": "own_unit" if same else "other_unit", "other_unit": "own_unit" if same else "other_unit"}
    kind = fitting.get(basic["applicant_type"], basic["applicant_type"])
    changed: bool = kind != basic["applicant_type"]
    basic["applicant_type"] = kind
    return changed


def spoil(section: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """`body` with one malformed value, as a careless person would save it; must be refused with 422."""
    mistakes: dict[str, tuple[str, Any]] = {
        "basic": ("mobile", "0531-12345"),
        "education": ("bachelor_graduation_date", "2023-02-30"),
        "certificates": ("passed_licence_exam", "maybe"),
        "work": ("has_employer", "sometimes"),
    }
    key, value = mistakes[section]
    return {**body, key: value}


def numbers_of(person: Person) -> list[str]:
    """Every identity and mobile number that the person may enter anywhere, corrections included."""
    mobiles = [amend({"mobile": person.phone}, number)["mobile"] for number in range(_MOST_AMENDED + 1)]
    return [person.resident_id, *mobiles]


def amend(body: Mapping[str, Any], number: int) -> dict[str, Any]:
    """The basic section with another phone number, as somebody would correct it the `number`-th time."""
    mobile = str(body["mobile"])
    return {**body, "mobile": f"{mobile[:7]}{(int(mobile[7:]) + number) % 10_000:04d}"}
