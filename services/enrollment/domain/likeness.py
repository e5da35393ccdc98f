"""What two applications of one person have in common whatever the document (B7 32, PEN-05)."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from services.enrollment.domain.dossier import Section

HELD = "DUPLICATE"
"""`Marks.held` of an application that looks like another one."""

_DOTS = dict.fromkeys(map(ord, "•・‧∙．.｡･"), "·")


class Likeness(StrEnum):
    """What is compared."""

    NAME_AND_BIRTH = "name_and_birth"
    MOBILE = "mobile"


def features(name: str, bodies: Mapping[Section, Mapping[str, Any]]) -> dict[Likeness, str]:
    """PEN-05: what is compared, in one form each: name with birth date, and mobile number.

    Kinds without a value stay out. Only keyed hashes of these are stored.
    """
    basic = bodies.get(Section.BASIC, {})
    found: dict[Likeness, str] = {}
    folded = "".join(unicodedata.normalize("NFKC", name).casefold().translate(_DOTS).split())
    birth = str(basic.get("birth_date") or "").strip()
    if folded and birth:
        found[Likeness.NAME_AND_BIRTH] = f"{folded} {birth}"
    mobile = "".join(filter(str.isdigit, str(basic.get("mobile") or "")))
    if mobile:
        found[Likeness.MOBILE] = mobile[-11:]
    return found
