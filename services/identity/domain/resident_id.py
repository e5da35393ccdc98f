"""ID-01 to ID-05: which resident identity numbers are accepted (GB 11643-1999; check by ISO 7064 mod 11-2).

The division code is checked by province only: county codes come and go, and a person keeps the one they were born
with. An order code of any value is accepted for the same reason.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

from services.kit.domain import DomainError, Kind

PROVINCE_PREFIXES = frozenset(
    f"{prefix}"
    for region in (range(11, 16), range(21, 24), range(31, 38), range(41, 47), range(50, 55), range(61, 66))
    for prefix in (*region, 71, 81, 82, 83)
)
"""First two digits in use; 81, 82 and 83 are residence permits of people from Hong Kong, Macao and Taiwan."""

AGE_MIN = 15
AGE_MAX = 80
"""Ages in completed years, both allowed (ID-04)."""

_SHAPE = re.compile(r"[0-9]{17}[0-9X]")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"


@dataclass(frozen=True, slots=True)
class ResidentId:
    """A number that passed every rule, and what it says about its holder."""

    number: str = field(repr=False)
    division: str
    birth_date: date = field(repr=False)
    sex: str
    """`male` or `female`, from the seventeenth digit."""

    @property
    def masked(self) -> str:
        """ID-06: all but the first four and the last two characters hidden."""
        return mask(self.number)


def mask(number: str) -> str:
    """ID-06: `number` with all but its first four and last two characters replaced by `*`."""
    return number[:4] + "*" * max(0, len(number) - 6) + number[-2:]


def check_character(first_seventeen: str) -> str:
    """The eighteenth character for seventeen digits (ISO 7064 mod 11-2)."""
    return _CHECKS[sum(int(d) * w for d, w in zip(first_seventeen, _WEIGHTS, strict=True)) % 11]


def age_on(birth_date: date, day: date) -> int:
    """Completed years on `day`; somebody born on 29 February turns a year older on 1 March of a common year."""
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))


def parse(number: str, today: date) -> ResidentId:
    """Read `number`, checking ID-01 to ID-05 in order.

    Args:
        number: In its one form (ID-24); nothing is trimmed or folded here.
        today: The present day in the province.

    Raises:
        DomainError: INVALID, with the rule that refused; never repeats the number.
    """
    if not _SHAPE.fullmatch(number):
        raise _refused("ID-01", "RESIDENT_ID_FORMAT", "身份证号码应为18位：前17位为数字，末位为数字或大写字母X。")
    if number[:2] not in PROVINCE_PREFIXES:
        raise _refused("ID-02", "RESIDENT_ID_REGION", "身份证号码前两位不是有效的省级代码。")
    birth = _birth_date(number[6:14], today)
    if not AGE_MIN <= age_on(birth, today) <= AGE_MAX:
        raise _refused("ID-04", "RESIDENT_ID_AGE", f"年龄应在{AGE_MIN}至{AGE_MAX}周岁之间。")
    if check_character(number[:17]) != number[17]:
        raise _refused("ID-05", "RESIDENT_ID_CHECK", "身份证号码校验位不正确，请核对。")
    return ResidentId(number, number[:6], birth, "male" if int(number[16]) % 2 else "female")


def _birth_date(digits: str, today: date) -> date:
    """ID-03: a day that exists and is not in the future."""
    try:
        birth = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        raise _refused("ID-03", "RESIDENT_ID_DATE", "身份证号码中的出生日期不存在。") from None
    if birth > today:
        raise _refused("ID-03", "RESIDENT_ID_DATE", "身份证号码中的出生日期晚于今天。")
    return birth


def _refused(rule: str, reason: str, message: str) -> DomainError:
    return DomainError(Kind.INVALID, reason, message, field="document_number", rule=rule)
