"""How a section's fields hang together: groups that open with a yes, and fields that apply only under conditions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from services.portal.dossier import Definition, FormField, FormSection, key_of, label_of

PAPER = "paper"


@dataclass(frozen=True, slots=True)
class Shown:
    """A field on the page, with the condition for the script that hides what does not apply."""

    field: FormField
    when: str = ""
    """`key=value|value key=value`: all must hold; empty for always."""


@dataclass(frozen=True, slots=True)
class Group:
    """Fields under one heading; without a label they simply follow each other."""

    key: str
    label: str
    fields: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """The groups and conditions of one section, by the keys of its fields."""

    labels: dict[str, str] = field(default_factory=dict)
    group_of: dict[str, str] = field(default_factory=dict)
    when: dict[str, str] = field(default_factory=dict)

    def groups(self, section: FormSection) -> list[Group]:
        """The fields to fill in, in order, each run of the same group together. Papers are not among them."""
        found: list[Group] = []
        for each in section.fields:
            if each.kind == PAPER:
                continue
            key = self.group_of.get(each.key, "")
            if not found or found[-1].key != key:
                found.append(Group(key, self.labels.get(key, ""), ()))
            last = found.pop()
            found.append(Group(key, last.label, (*last.fields, Shown(each, self.when.get(each.key, "")))))
        return found

    def papers(self, section: FormSection) -> list[Shown]:
        """The fields for which a picture is uploaded."""
        return [Shown(each, self.when.get(each.key, "")) for each in section.fields if each.kind == PAPER]


def shapes_of(definitions: Sequence[Definition]) -> dict[str, Shape]:
    """The shape of every section, by its key, in the language of the request."""
    return {key_of(definition): _shape(definition) for definition in definitions}


def _shape(definition: Definition) -> Shape:
    return Shape(
        {group.key: label_of(group) for group in definition.groups},
        {each.key: each.group for each in definition.fields if each.group},
        {
            each.key: " ".join(f"{condition.key}={'|'.join(condition.values)}" for condition in each.applies_when)
            for each in definition.fields
            if each.applies_when
        },
    )
