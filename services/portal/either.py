"""I18N-09: words that people paste are understood in either language, whichever the page speaks."""

from __future__ import annotations

from collections.abc import Mapping

from services.portal.i18n.language import NAMES, speaking


def codes_by_word(words: Mapping[str, str]) -> dict[str, str]:
    """What `words` calls each of its codes, in every language, → the code."""
    found: dict[str, str] = {}
    for language in NAMES:
        with speaking(language):
            found |= {word: code for code, word in words.items()}
    return found
