"""What a text that is sent is made of: words in each language, and the parameters that go into them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal

from services.notify.domain.channels import Channel, Priority
from services.notify.domain.kinds import PRIORITIES, NoticeKind

Value = str | int | datetime
"""What a parameter may hold."""

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")
"""Languages in which every template is written; the first for whoever chose none."""


class Kept(StrEnum):
    """What a parameter is."""

    TEXT = "text"
    REMARK = "remark"
    """Text that may be empty: the line that holds it is then left out."""
    NUMBER = "number"
    INSTANT = "instant"
    """Aware; printed to the minute in the province's zone, the end of a day as its 24:00 where something ends."""
    WHEN = "when"
    """An instant that may be empty, as a remark may."""


@dataclass(frozen=True, slots=True)
class Words:
    """A template in one language: a title and the lines under it, with `{parameter}` where a value goes."""

    title: str
    lines: tuple[str, ...]
    sms: str = ""
    """The whole of a text message; empty where none is sent."""
    wechat: Mapping[str, str] = field(default_factory=dict)
    """The fields of the official account's template; empty where none is sent."""
    terms: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """How values are put in this language: parameter → value as it is given (Chinese) → value as it is shown;
    `{}` stands for a number in both."""


@dataclass(frozen=True, slots=True)
class Template:
    """MSG-13: a text that is sent, in every language and for every channel it goes by."""

    key: str
    kind: NoticeKind
    to: Literal["person", "organisation"]
    words: Mapping[Language, Words]
    parameters: Mapping[str, Kept]
    edition: str
    """Fingerprint of the file: whoever knows it can write out again what was sent."""
    source: str = field(repr=False)
    """The file itself."""
    expires: str = ""
    """The instant parameter after which it is pointless to send it; empty for none."""
    keeps_days: int = 3
    """Else: how many days after its release it is still sent; 0 for however long it takes."""
    campaign: bool = False
    """A province may send it to many at once."""
    in_inbox: bool = True

    @property
    def priority(self) -> Priority:
        """How urgent it is; what goes to many at once comes last, whatever it is about."""
        return Priority.CAMPAIGN if self.campaign else PRIORITIES[self.kind]

    @property
    def channels(self) -> frozenset[Channel]:
        """The channels it has a text for: e-mail always, the webhook for what organisations are told."""
        words = self.words["zh"]
        offered = {
            Channel.INBOX: self.in_inbox,
            Channel.EMAIL: True,
            Channel.WEBHOOK: self.to == "organisation",
            Channel.SMS: bool(words.sms),
            Channel.WECHAT: bool(words.wechat),
        }
        return frozenset(channel for channel, has_text in offered.items() if has_text)
