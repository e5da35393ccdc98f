"""Teachers who exist only here: who they are, what their dossiers and papers say."""

from __future__ import annotations

import io
import random
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from PIL import Image, ImageDraw

from services.rehearsal.people import Person, check_digit, make_people
from services.rehearsal.province import BaseEntry, Department

LEAST, MOST = 10, 300
APPLICANTS_EACH = 100
"""By default there is a teacher for so many applicants, never more than `MOST`, and none where it would be fewer than
`LEAST`: a small rehearsal is over too soon for a batch."""
_DIVISION, _MOBILES = "3798", "147"
"""Assigned to no place, and to data cards behind which there is no telephone; no applicant has such numbers."""


@dataclass(frozen=True, slots=True)
class Teacher:
    """Somebody who wants to be appointed, and how they go about it."""

    person: Person
    base: BaseEntry
    department: Department
    promptness: float
    """Where between the opening and the end of submissions they come, 0 to 1."""
    forgets: bool
    """Begins and never submits: the draft expires."""
    appeals: bool
    """Appeals when refused."""

    @property
    def login(self) -> str:
        """With which they sign in."""
        return self.person.login

    def dossier(self) -> Mapping[str, Mapping[str, str]]:
        """The four sections."""
        person = self.person
        return {
            "basic": {
                "sex": "male" if person.male else "female",
                "birth_date": person.birthday.isoformat(),
                "has_qualification": "yes",
                "qualification_date": "2016-01-10",
                "qualification_level": "physician",
                "qualification_category": "clinical",
                "qualification_number": f"20163711037{person.number:016d}",
            },
            "contact": {"mobile": person.phone},
            "education": {"highest_level": "doctor", "school": "山东大学", "graduation_date": "2014-06-30"},
            "work": {
                "hospital": self.base.name,
                "department": self.department.name,
                "title": "attending",
                "title_since": "2018-01-01",
            },
        }


def how_many(applicants: int) -> int:
    """How many teachers a rehearsal of so many applicants has unless told otherwise."""
    count = min(MOST, applicants // APPLICANTS_EACH)
    return count if count >= LEAST else 0


def make_teachers(count: int, seed: int, tag: str, bases: list[BaseEntry]) -> list[Teacher]:
    """`count` teachers of the departments of `bases`, the same for the same seed and tag; none without departments."""
    places = [(base, department) for base in bases for department in base.departments]
    if not places:
        return []
    teachers = []
    for person in make_people(count, seed, f"{tag}t"):
        chance = random.Random(f"teacher/{seed}/{person.number}")  # noqa: S311 - reproducible play, not a secret
        base, department = places[(person.number - 1) % len(places)]
        teachers.append(
            Teacher(
                _apart(person),
                base,
                department,
                promptness=0.85 * chance.betavariate(1.2, 1.6),
                forgets=chance.random() < 0.05,
                appeals=chance.random() < 0.7,
            )
        )
    return teachers


def _apart(person: Person) -> Person:
    """The same with numbers that no applicant of any rehearsal has."""
    head = _DIVISION + person.resident_id[4:17]
    return Person(
        number=person.number,
        name=person.name,
        resident_id=head + check_digit(head),
        login=person.login,
        phone=_MOBILES + person.phone[-8:],
        email=person.email,
        male=person.male,
        birthday=person.birthday,
        character=person.character,
    )


@cache
def papers() -> Mapping[str, bytes]:
    """A scan of a document, a portrait and a scan of a certificate, drawn: kind → JPEG."""
    scanned = Image.new("RGB", (800, 1000), "ivory")
    draw = ImageDraw.Draw(scanned)
    for line in range(40, 960, 30):
        draw.line((40, line, 760 - line % 90, line), fill="black", width=2)
    portrait = Image.new("RGB", (600, 800), "white")
    head = Image.new("L", portrait.size, 0)
    ImageDraw.Draw(head).ellipse((168, 160, 432, 560), fill=255)
    ImageDraw.Draw(head).rectangle((90, 560, 510, 800), fill=255)
    # Noise makes the file as heavy as a photograph.
    noise = random.Random(7).randbytes(600 * 800 * 3)  # noqa: S311
    portrait.paste(Image.frombytes("RGB", portrait.size, noise), mask=head)
    scan = _jpeg(scanned)
    return {"id_scan": scan, "photo": _jpeg(portrait), "qualification_scan": scan}


def _jpeg(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=90)
    return buffer.getvalue()
