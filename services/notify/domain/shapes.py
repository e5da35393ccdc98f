"""What a text that is sent is made of: a title, lines, and the parameters that go into them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

Value = str | int | datetime
"""What a parameter may hold."""


class Kept(StrEnum):
    """What a parameter is."""

    TEXT = "text"
    REMARK = "remark"
    """Text that may be empty: the line that holds it is then left out."""
    NUMBER = "number"
    INSTANT = "instant"
    """Aware; printed to the minute in the province's zone."""
    WHEN = "when"
    """An instant that may be empty, as a remark may."""


@dataclass(frozen=True, slots=True)
class Template:
    """A title and the lines under it, with `{parameter}` where a value goes."""

    key: str
    title: str
    lines: tuple[str, ...]
    parameters: Mapping[str, Kept]


WHERE = {"base": Kept.TEXT, "specialty": Kept.TEXT}
"""The parameters that say which place a message is about."""
WHERE_LINES = ("报考基地：{base}", "报名专业：{specialty}")
