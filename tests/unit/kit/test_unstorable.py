"""REST-05, OPS-97: a text that no database can hold is refused before anybody tries to keep it."""

from __future__ import annotations

import struct

import asyncpg
import pytest
from google.protobuf.message import Message

from residency.enrollment.v1 import application_service_pb2, board_service_pb2, decision_service_pb2, paper_service_pb2
from residency.notify.v1 import campaign_service_pb2
from services.kit.database_errors import translate_errors
from services.kit.domain import DomainError, Kind
from services.kit.unstorable import unstorable

NUL = "\x00"


def section(value: str) -> application_service_pb2.SaveSectionRequest:
    request = application_service_pb2.SaveSectionRequest()
    request.body.update({"schools": [{"name": value}]})
    return request


@pytest.mark.parametrize(
    ("message", "where"),
    [
        (decision_service_pb2.ListQueueRequest(page_token=f"a{NUL}"), "page_token"),
        (application_service_pb2.SaveChoiceRequest(choice={"base_code": NUL}), "choice.base_code"),
        (campaign_service_pb2.CreateCampaignRequest(parameters={"day": NUL}), "parameters"),
        (campaign_service_pb2.CreateCampaignRequest(parameters={NUL: "day"}), "parameters"),
        (decision_service_pb2.ListQueueRequest(page_token="a", page_size=0), ""),
        (paper_service_pb2.UploadPaperRequest(content=b"\x00\x00"), ""),
        (section("a"), ""),
    ],
)
def test_the_field_with_the_character_is_told(message: Message, where: str) -> None:
    found = unstorable(message)
    assert found == ((where, "string.nul") if where else None)


def test_it_is_found_in_free_objects_too() -> None:
    found = unstorable(section(f"x{NUL}"))
    assert found is not None
    assert found[0].startswith("body.fields")


@pytest.mark.parametrize("raw", ["000000000000f87f", "010101010101f1ff", "000000000000f0ff"])
def test_ops_97_a_number_that_is_none_is_told(raw: str) -> None:
    request = application_service_pb2.SaveSectionRequest()
    (number,) = struct.unpack("<d", bytes.fromhex(raw))
    request.body.fields["year"].number_value = number
    assert unstorable(request) == ("body.fields.number_value", "double.finite")


def test_a_number_that_no_column_holds_is_the_callers_fault() -> None:
    told = "invalid input for query argument $4: 4294967295 (value out of int32 range)"
    with pytest.raises(DomainError) as refused, translate_errors():
        raise asyncpg.DataError(told)
    assert (refused.value.kind, refused.value.reason) == (Kind.INVALID, "NUMBER_TOO_LARGE")


@pytest.mark.parametrize("seconds", [2**63 - 1, -(2**63), 253_402_300_799, -62_135_596_800])
def test_ops_97_an_instant_that_no_calendar_has_is_told(seconds: int) -> None:
    request = board_service_pb2.GetBoardRequest()
    request.as_of.seconds = seconds
    assert unstorable(request) == ("as_of", "timestamp.within")
    request.as_of.seconds, request.as_of.nanos = 0, -1
    assert unstorable(request) == ("as_of", "timestamp.within")
    request.as_of.nanos = 5
    assert unstorable(request) is None
