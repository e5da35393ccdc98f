"""Synthetic people: deterministic by seed, never mistaken for real ones.

Resident numbers carry a valid GB 11643-1999 check digit over a division code that is not assigned (3799xx), phones
use a prefix of data cards, behind which nobody holds a telephone to the ear (145), mail addresses end in the reserved
`example.invalid`, and names are put together from a short word list.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

PHONE_PREFIX = "145"
"""How every synthetic mobile number begins."""

_SURNAMES = "赵钱孙李周吴郑王冯陈蒋沈韩杨朱秦许何吕张孔曹严华金魏陶姜谢邹苏潘葛范彭鲁韦马方袁柳唐薛雷贺倪汤"
_GIVEN = "安宁若晨之远景行思源知夏清和书言明澈云舟予青山以恒嘉树星河沐阳语桐千帆子衿怀瑾长风望舒"
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
_FIRST_BIRTHDAY = date(1988, 1, 1)
_BIRTHDAYS = 14 * 365


class Arrival(StrEnum):
    """When a synthetic person first registers for the cycle."""

    REGISTRATION = "registration"
    SECOND_CHOICE = "second_choice"
    REALLOCATION = "reallocation"


@dataclass(frozen=True, slots=True)
class Character:
    """How a synthetic person behaves; every trait is drawn from the seed."""

    arrival: Arrival
    punctuality: float
    """Where in the window they act, 0 at once to 1 at the last moment."""
    careless: bool
    """Saves an invalid section and submits an incomplete dossier first; both must be refused."""
    restless: bool
    """Edits and resubmits after submitting."""
    accepts_reallocation: bool
    persistent: bool
    """Tries again in a later round when not admitted."""
    withdraws: bool
    """Gives up before a verdict."""


@dataclass(frozen=True, slots=True)
class Person:
    """One synthetic applicant."""

    number: int
    name: str
    resident_id: str
    login: str
    phone: str
    email: str
    male: bool
    birthday: date
    character: Character


def check_digit(first_seventeen: str) -> str:
    """The GB 11643-1999 (ISO 7064 MOD 11-2) check character of the first seventeen digits."""
    total = sum(int(digit) * weight for digit, weight in zip(first_seventeen, _WEIGHTS, strict=True))
    return _CHECK[total % 11]


def is_resident_id(text: str) -> bool:
    """Whether `text` has eighteen characters, a real date inside and the right check character."""
    if len(text) != 18 or not text[:17].isdigit():
        return False
    try:
        date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return False
    return check_digit(text[:17]) == text[17]


def make_people(count: int, seed: int, tag: str) -> list[Person]:
    """`count` people, the same for the same `seed` and `tag`.

    Names and behaviour depend on `seed` alone; `tag` (letters and digits, one per rehearsal) makes logins, resident
    numbers and phones its own, so that rehearsals do not meet each other's accounts. None of these occurs twice.
    """
    numbers = random.Random(f"resident/{seed}/{tag}")  # noqa: S311 - reproducible play, not a secret
    taken: set[str] = set()
    people: list[Person] = []
    for number in range(1, count + 1):
        chance = random.Random(f"person/{seed}/{number}")  # noqa: S311
        name = chance.choice(_SURNAMES) + "".join(chance.sample(_GIVEN, 2))
        while True:
            birthday = _FIRST_BIRTHDAY + timedelta(days=numbers.randrange(_BIRTHDAYS))
            order = numbers.randrange(1, 1000)
            head = f"3799{numbers.randrange(50, 100):02d}{birthday:%Y%m%d}{order:03d}"
            phone = f"{PHONE_PREFIX}{numbers.randrange(10**8):08d}"
            # Two with one name and birth date would be held as one person who applied twice.
            if taken.isdisjoint((head, phone, f"{name}{birthday}")):
                taken |= {head, phone, f"{name}{birthday}"}
                break
        login = f"{tag}-p{number:05d}"
        people.append(
            Person(
                number=number,
                name=name,
                resident_id=head + check_digit(head),
                login=login,
                phone=phone,
                email=f"{login}@example.invalid",
                male=order % 2 == 1,
                birthday=birthday,
                character=_character(chance),
            )
        )
    return people


def _character(chance: random.Random) -> Character:
    arrival = chance.choices(list(Arrival), weights=(74, 18, 8))[0]
    return Character(
        arrival=arrival,
        # Two low humps, early and late, as registration desks know them.
        punctuality=chance.betavariate(1.1, 1.8) if chance.random() < 0.6 else chance.betavariate(2.2, 1.3),
        careless=chance.random() < 0.12,
        restless=chance.random() < 0.15,
        accepts_reallocation=chance.random() < 0.6,
        persistent=chance.random() < 0.8,
        withdraws=chance.random() < 0.02,
    )
