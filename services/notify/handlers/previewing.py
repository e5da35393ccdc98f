"""MSG-41: every template as it would look, filled with samples."""

from __future__ import annotations

from collections.abc import Mapping

from services.notify.domain.channels import Channel
from services.notify.domain.samples import sample_values
from services.notify.domain.shapes import Language, Template
from services.notify.domain.templates import TEMPLATES, template_of
from services.notify.handlers.showing import Letter, Shown, show


class Previewing:
    """The templates, and their texts."""

    def __init__(self, letter: Letter) -> None:
        self._letter = letter

    def templates(self) -> list[Template]:
        """Every template, by key."""
        return [TEMPLATES[key] for key in sorted(TEMPLATES)]

    def preview(self, key: str, language: Language, given: Mapping[str, str]) -> list[Shown]:
        """The text of template `key` for each channel it has words for, with samples where `given` says nothing.

        Raises DomainError INVALID TEMPLATE_UNKNOWN or PARAMETERS_WRONG.
        """
        template = template_of(key)
        values = sample_values(template, given)
        channels = [channel for channel in Channel if channel in template.channels]
        return [show(template, channel, values, language, self._letter) for channel in channels]
