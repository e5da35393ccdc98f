"""What provinces name in Chinese only, such as the specialties of the national catalogue, as English pages call it."""

from __future__ import annotations

from services.portal.i18n.language import english, sentences_of, tr

NAME = "name"
"""The context of such names: what the catalogue does not hold in it stays as the province wrote it."""


def known_name(name: str) -> str:
    """`name` as the province wrote it; in English as it is usually called, where that is known."""
    return sentences_of(NAME).get(name, name) if english() else name


def cycle_title(title: str, year: int) -> str:
    """What a cycle is called: as the province titled it; in English by its year."""
    return tr("{year} 年度住院医师规范化培训招录", year=year) if english() else title
