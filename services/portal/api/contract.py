"""What the contract says of a route: the method behind it, its words, how it pages, what carries a version.

REST-02: a write on a stale `If-Match` is 412; a body that says another version than the header is 422.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from google.protobuf import descriptor_pool
from google.protobuf.descriptor import Descriptor, FieldDescriptor, MethodDescriptor
from google.protobuf.message import Message

from services.kit.domain import DomainError, Kind

PAGE_SIZE, CURSOR, NEXT_CURSOR = "page_size", "cursor", "next_cursor"
"""The names of paging on this side, whatever a contract calls them."""
_ONWARD = {
    "next_page_token": "page_token",
    "next_after_rank": "after_rank",
    "next_before": "before",
    "next": "after",
}
"""Where to go on, as answers name it → as requests take it."""

_ENROLLMENT, _FACULTY = "residency.enrollment.v1.", "residency.faculty.v1."
_VERSIONED: dict[str, str] = {
    _ENROLLMENT + "Application": "version",
    _ENROLLMENT + "QueueRow": "version",
    _ENROLLMENT + "HeldPlace": "version",
    _ENROLLMENT + "PolicyView": "edition",
    _ENROLLMENT + "Reallocation": "version",
    _ENROLLMENT + "HolidayEntry": "version",
    "residency.notify.v1.Campaign": "version",
    _FACULTY + "Appointment": "version",
    _FACULTY + "DismissalCase": "version",
    _FACULTY + "Roster": "version",
    _FACULTY + "Batch": "version",
    _FACULTY + "Candidacy": "version",
    _FACULTY + "Plan": "plan_version",
    _FACULTY + "Trainee": "version",
    _FACULTY + "Proposal": "version",
}
"""The things that a write may name the version of, and where they keep it. An answer that holds two tells the first."""
_BARE = frozenset(
    _ENROLLMENT + name for name in ("UploadPaperResponse", "RemovePaperResponse", "SaveWishesResponse")
) | {_ENROLLMENT + "MoveApplicantResponse"}
"""Answers that are themselves about such a thing: the application whose draft was changed."""
_EXPECTED = ("expected_version", "expected_edition", "version", "plan_version")
STALE = frozenset({"STALE_VERSION", "VERSION_MOVED", "STALE_CALENDAR", "STALE_EDITION", "CAMPAIGN_CHANGED"})
"""Reasons that say: it is not that version any more."""


@dataclass(frozen=True, slots=True)
class Paging:
    """How a list pages: the contract's names for the size of a page, the cursor, and where to go on."""

    size: str
    cursor: str
    onward: str

    @property
    def names(self) -> Mapping[str, str]:
        """The names on this side → those of the contract."""
        return {PAGE_SIZE: self.size, CURSOR: self.cursor} if self.size else {CURSOR: self.cursor}


def method_of(answered: str) -> MethodDescriptor:
    """The method that answers with the message of this full name."""
    message = descriptor_pool.Default().FindMessageTypeByName(answered)
    return next(
        method
        for service in message.file.services_by_name.values()
        for method in service.methods
        if method.output_type is message or method.output_type.full_name == answered
    )


def words(full_name: str) -> str:
    """What stands above a thing in the contract; empty when nothing does."""
    from residency.comments import COMMENTS  # noqa: PLC0415  (large, and only the document asks)

    return COMMENTS.get(full_name, "")


def paging_of(method: MethodDescriptor) -> Paging | None:
    """How the list behind `method` pages; None when it comes whole."""
    onward = onward_of(method.output_type)
    if onward is None or _ONWARD[onward.name] not in method.input_type.fields_by_name:
        return None
    sizes = [name for name in (PAGE_SIZE, "limit") if name in method.input_type.fields_by_name]
    return Paging(sizes[0] if sizes else "", _ONWARD[onward.name], onward.name)


@cache
def onward_of(answered: Descriptor) -> FieldDescriptor | None:
    """The field of an answer that says where to go on."""
    return next((field for field in answered.fields if field.name in _ONWARD), None)


def expected_of(method: MethodDescriptor) -> str:
    """The field of a write that names the version it was made on; empty when there is none."""
    return next((name for name in _EXPECTED if _counts(method.input_type.fields_by_name.get(name))), "")


def etag_of(message: Message) -> str:
    """The entity tag of an answer that carries a version; empty for others, and for what has no version yet."""
    shape: Descriptor = message.DESCRIPTOR  # type: ignore[assignment]  # the stubs name two classes for the same thing
    where = versioned(shape)
    if where is None:
        return ""
    whole, name = where
    if whole and not message.HasField(whole):
        return ""
    version = int(getattr(getattr(message, whole) if whole else message, name))
    return f'"{version}"' if version else ""


@cache
def versioned(answered: Descriptor) -> tuple[str, str] | None:
    """Where an answer carries a version: the field of the thing (empty for the answer itself), and its own field."""
    if answered.full_name in _BARE:
        return "", "version"
    held = {
        field.message_type.full_name: field.name
        for field in reversed(answered.fields)
        if field.message_type is not None and not field.is_repeated
    }
    return next(((held[name], _VERSIONED[name]) for name in _VERSIONED if name in held), None)


def matched(header: str | None, given: Any) -> Any:
    """The version that a write was made on: `given` in the body, or that of `If-Match`.

    Raises INVALID `IF_MATCH` when the header names none, or another than the body.
    """
    if header is None or header.strip() == "*":
        return given
    tag = header.strip()
    number = tag[1:-1] if len(tag) > 2 and tag[0] == tag[-1] == '"' else ""
    if not (number.isascii() and number.isdigit() and 0 < int(number) < 2**32):
        raise DomainError(Kind.INVALID, "IF_MATCH", '请求头 If-Match 须为一个 ETag，如 "7"。', field="If-Match")
    if given and given != int(number):
        raise DomainError(Kind.INVALID, "IF_MATCH", "If-Match 与请求内容中的版本不一致。", field="If-Match")
    return int(number)


def _counts(field: FieldDescriptor | None) -> bool:
    return field is not None and field.message_type is None and field.cpp_type == FieldDescriptor.CPPTYPE_UINT32
