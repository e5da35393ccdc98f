"""REST-05: a text that no database can hold is refused before anybody tries to keep it."""

from __future__ import annotations

import asyncpg
import pytest
from google.protobuf.message import Message

from residency.enrollment.v1 import application_service_pb2, decision_service_pb2, paper_service_pb2
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
    assert unstorable(message) == where


def test_it_is_found_in_free_objects_too() -> None:
    assert unstorable(section(f"x{NUL}")).startswith("body.fields")


def test_a_number_that_no_column_holds_is_the_callers_fault() -> None:
    told = "invalid input for query argument $4: 4294967295 (value out of int32 range)"
    with pytest.raises(DomainError) as refused, translate_errors():
        raise asyncpg.DataError(told)
    assert (refused.value.kind, refused.value.reason) == (Kind.INVALID, "NUMBER_TOO_LARGE")
