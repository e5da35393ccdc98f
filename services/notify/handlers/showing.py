"""MSG-41: a text as one channel shows it, before it is sent and, from the words of its day, long after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from services.notify.domain.channels import Channel
from services.notify.domain.shapes import LANGUAGES, Kept, Language, Template, Value
from services.notify.domain.templates import render_for, wechat_fields

HIDDEN = "••••••"
"""In place of a code that proves something."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A text as `channel` shows it; `html` for e-mail only."""

    channel: Channel
    title: str = field(repr=False)
    body: str = field(repr=False)
    html: str = field(repr=False, default="")


class Letter(Protocol):
    """What writes the HTML of an e-mail."""

    def __call__(self, title: str, body: str, language: str) -> str:
        """The e-mail's HTML, without what belongs to one reader."""
        ...


def show(
    template: Template, channel: Channel, values: Mapping[str, Value], language: Language, letter: Letter
) -> Shown:
    """The text of a message as `channel` shows it; links that belong to one person are left out.

    WeChat: the values it was given, for its own template puts the words around them. Raises DomainError INVALID
    PARAMETERS_WRONG.
    """
    # Words of an early edition may be Chinese only, and then that is what was sent.
    spoken = language if language in template.words else LANGUAGES[0]
    text = render_for(template, channel, values, spoken)
    if channel is Channel.EMAIL:
        return Shown(channel, text.title, text.body, letter(text.title, text.body, spoken))
    if channel is Channel.WECHAT:
        fields = wechat_fields(template, values, spoken)
        return Shown(channel, text.title, "\n".join(f"{name}: {value}" for name, value in fields.items()))
    return Shown(channel, text.title, text.body)


def without_secrets(template: Template, values: Mapping[str, Value]) -> Mapping[str, Value]:
    """The values that others than its recipient may see: what stands in no inbox carries a code."""
    if template.in_inbox:
        return values
    return {name: HIDDEN if template.parameters[name] is Kept.TEXT else value for name, value in values.items()}
