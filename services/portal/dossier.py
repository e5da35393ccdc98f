"""A dossier's sections on pages: the definition from the contract as form fields, typed values back into a body.

I18N-07: what is asked for is remembered for each language by itself.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message
from google.protobuf.struct_pb2 import Struct

from residency.enrollment.v1 import application_pb2, application_service_pb2
from residency.faculty.v1 import faculty_service_pb2
from services.portal.forms import Posted
from services.portal.i18n.language import english, language, said, speaking, tr
from services.portal.remembered import Remembered
from services.portal.wire import enum_name

YES, NO = "yes", "no"

Definition: TypeAlias = application_service_pb2.SectionDefinition | faculty_service_pb2.SectionDefinition
"""What a service says a section asks for; both services say it in the same shape."""
_Field: TypeAlias = application_service_pb2.FieldDefinition | faculty_service_pb2.FieldDefinition


@dataclass(frozen=True, slots=True)
class FormField:
    """One field: how it is asked for.

    `kind` is text, date, yes_no, option, phone, email, number, credit_code or paper, which is uploaded by itself.
    """

    key: str
    label: str
    kind: str
    required: bool = False
    needed: bool = False
    """Mandatory, always or under the condition that the hint tells."""
    hint: str = ""
    options: tuple[tuple[str, str], ...] = ()
    max_length: int = 100


@dataclass(frozen=True, slots=True)
class FormSection:
    """One section as a form."""

    key: str
    label: str
    fields: tuple[FormField, ...]

    def typed(self, body: Mapping[str, Any]) -> dict[str, str]:
        """A saved body as the values of its inputs."""
        return {field.key: _typed(body.get(field.key)) for field in self.fields}

    def body(self, posted: Posted) -> dict[str, Any]:
        """Posted values as a body: empty ones left out, yes and no as booleans, numbers as numbers."""
        values = ((field, posted.get(field.key)) for field in self.fields)
        return {field.key: _value(field, text) for field, text in values if text}

    def shown(self, body: Mapping[str, Any]) -> list[tuple[FormField, str]]:
        """A saved body for reading: each field with its value in words; empty where nothing was filled in."""
        return [(field, _shown(field, body.get(field.key))) for field in self.fields]


class Dossiers:
    """The definition of one kind of dossier, asked for with `ask` once a minute for each language."""

    def __init__(self, ask: Callable[[], Awaitable[Sequence[Definition]]]) -> None:
        self._ask = ask
        self._kept = Remembered(self._load, seconds=60.0)

    async def sections(self) -> dict[str, FormSection]:
        """The sections by key, in order, in the language of the request."""
        return await self._kept.get(language())

    async def _load(self, spoken: str) -> dict[str, FormSection]:
        definitions = await self._ask()
        with speaking(spoken):
            sections = [_section(definition) for definition in definitions]
        return {section.key: section for section in sections}


def struct_of(body: Mapping[str, Any]) -> Struct:
    """A body as the contract carries it."""
    struct = Struct()
    struct.update(dict(body))
    return struct


def body_of(status: application_pb2.SectionStatus) -> dict[str, Any]:
    """What was saved in a section."""
    return MessageToDict(status.body)


def labels_of(sections: Mapping[str, FormSection]) -> dict[str, str]:
    """What each field is called, by its key."""
    return {field.key: field.label for section in sections.values() for field in section.fields}


def key_of(definition: Definition) -> str:
    """The key of a section."""
    return _name(definition, "section")


def label_of(labelled: Any) -> str:
    """What the contract calls a section, group, field or option, in the language of the request.

    Where the service has no English for it, the catalogue may.
    """
    if not english():
        return str(labelled.label)
    return getattr(labelled, "label_en", "") or said(labelled.label)


def _section(definition: Definition) -> FormSection:
    known = {field.key: field for field in definition.fields}
    fields = tuple(_field(field, known) for field in definition.fields)
    return FormSection(key_of(definition), label_of(definition), fields)


def _field(field: _Field, known: Mapping[str, _Field]) -> FormField:
    return FormField(
        field.key,
        label_of(field),
        _name(field, "type"),
        field.required,
        field.required or _needed_when(field, known),
        _hint(field, known),
        tuple((option.code, label_of(option)) for option in field.options),
        field.max_length or 100,
    )


def _needed_when(field: _Field, known: Mapping[str, _Field]) -> bool:
    return bool(field.mandatory if field.applies_when else field.required_when in known)


def _hint(field: _Field, known: Mapping[str, _Field]) -> str:
    """When the field is asked for, in words: where no script hides what does not apply, nobody has to guess."""
    last = field.applies_when[-1] if field.applies_when else None
    switch = known.get(last.key if last is not None else field.required_when)
    if switch is None:
        return ""
    answers = _answers(switch, last.values if last is not None else (YES,))
    if _needed_when(field, known):
        return tr("“{field}”选{answers}时必填", field=label_of(switch), answers=answers)
    return tr("“{field}”选{answers}时填写", field=label_of(switch), answers=answers)


def _answers(switch: _Field, values: Sequence[str]) -> str:
    labels = {YES: tr("是"), NO: tr("否")} | {option.code: label_of(option) for option in switch.options}
    either = tr("或")
    return either.join(f"“{labels.get(value, value)}”" for value in values)


def _name(message: Message, field: str) -> str:
    """The name of the value that an enum field of `message` has."""
    enum: Any = message.DESCRIPTOR.fields_by_name[field].enum_type
    return enum_name(enum.values_by_number[getattr(message, field)])


def _typed(value: Any) -> str:
    if isinstance(value, bool):
        return YES if value else NO
    if isinstance(value, float):
        return f"{value:g}"
    return "" if value is None else str(value)


def _value(field: FormField, text: str) -> Any:
    if field.kind == "yes_no" and text in {YES, NO}:
        return text == YES
    if field.kind == "number":
        try:
            return float(text)
        except ValueError:
            return text  # the service says what is wrong with it
    return text


def _shown(field: FormField, value: Any) -> str:
    if isinstance(value, bool):
        return tr("是") if value else tr("否")
    return dict(field.options).get(str(value), "") or _typed(value)
