"""Every payload survives the converter as it is: one that does not would be dropped with no more than a log line."""

from __future__ import annotations

import dataclasses
import inspect
from datetime import UTC, datetime
from enum import Enum
from types import ModuleType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest
from temporalio.converter import DataConverter

from workflows.base_window import contract as base_window
from workflows.faculty_appointment import contract as faculty_appointment
from workflows.faculty_batch import contract as faculty_batch
from workflows.faculty_eligibility import contract as faculty_eligibility
from workflows.next_cycle import contract as next_cycle
from workflows.published_list import contract as published_list
from workflows.recruitment_cycle import contract as recruitment_cycle
from workflows.seat_offer import contract as seat_offer

CONTRACTS: tuple[ModuleType, ...] = (
    *(recruitment_cycle, base_window, seat_offer, published_list, next_cycle),
    *(faculty_batch, faculty_appointment, faculty_eligibility),
)
PAYLOADS = [
    kind
    for contract in CONTRACTS
    for kind in vars(contract).values()
    if inspect.isclass(kind) and dataclasses.is_dataclass(kind)
]
FORBIDDEN = {"name", "phone", "resident_id", "score", "remark", "title", "document", "person_id"}
"""Personal data that no history may hold (I10)."""


def _example(hint: Any) -> Any:
    if get_origin(hint) in (Union, UnionType):
        return _example(next(option for option in get_args(hint) if option is not type(None)))
    if get_origin(hint) is list:
        return [_example(get_args(hint)[0])] * 2
    if get_origin(hint) is frozenset:
        return frozenset({_example(get_args(hint)[0])})
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        hints = get_type_hints(hint)
        return hint(**{one.name: _example(hints[one.name]) for one in dataclasses.fields(hint)})
    if inspect.isclass(hint) and issubclass(hint, Enum):
        return next(iter(hint))
    return {str: "text", int: 7, float: 2.5, bool: True, datetime: datetime(2023, 7, 1, 16, tzinfo=UTC)}[hint]


@pytest.mark.parametrize("kind", PAYLOADS, ids=lambda kind: kind.__name__)
async def test_the_payload_comes_back_as_it_went(kind: type[Any]) -> None:
    example = _example(kind)
    payloads = await DataConverter.default.encode([example])
    assert await DataConverter.default.decode(payloads, [kind]) == [example]


@pytest.mark.parametrize("kind", PAYLOADS, ids=lambda kind: kind.__name__)
def test_the_payload_holds_no_personal_data(kind: type[Any]) -> None:
    assert not {one.name for one in dataclasses.fields(kind)} & FORBIDDEN
