"""Sections of a form as they are printed: words and values, made from the form's one definition. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import Any

from services.kit.forms import Field, FieldType, FormSection

ZH, EN = "zh", "en"
"""The languages of a page; the values people wrote stay as they wrote them."""

ABSENT = "—"
"""What stands where nothing was filled in."""

_YES_NO = {True: ("是", "Yes"), False: ("否", "No")}


def shown(entry: Field, value: object, language: str) -> str:
    """A value in words: yes or no, the label of an option, a number without an empty fraction."""
    if value is None or value == "":
        return ABSENT
    if entry.type is FieldType.YES_NO:
        return _YES_NO[value is True][language == EN]
    if entry.type is FieldType.OPTION:
        labels = {option.code: label(option.label, option.label_en, language) for option in entry.options}
        return labels.get(str(value), str(value))
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def label(zh: str, en: str, language: str) -> str:
    """The label in the language asked for; the Chinese one where there is no other."""
    return en if language == EN and en else zh


def section(definition: FormSection, body: Mapping[str, Any], language: str = ZH) -> dict[str, Any]:
    """A section with what applies beside the body; a group of which only one line is left needs no heading."""
    titles = {group.key: label(group.label, group.label_en, language) for group in definition.groups}
    fields = [entry for entry in definition.fields if entry.type is not FieldType.PAPER and entry.applies(body)]
    groups: list[dict[str, Any]] = []
    for key, entries in groupby(fields, key=lambda entry: entry.group):
        rows = [
            [label(entry.label, entry.label_en, language), shown(entry, body.get(entry.key), language)]
            for entry in entries
        ]
        title = titles.get(key, "") if len(rows) > 1 else ""
        if groups and not title and not groups[-1]["label"]:
            groups[-1]["rows"].extend(rows)
        else:
            groups.append({"label": title, "rows": rows})
    return {"label": label(definition.label, definition.label_en, language), "groups": groups}
