"""REST-02: what an answer says its version is."""

from __future__ import annotations

import pytest
from google.protobuf.message import Message

from residency.enrollment.v1 import application_pb2, application_service_pb2, reallocation_service_pb2
from residency.faculty.v1 import batch_service_pb2
from services.portal.api.common import json_answer


@pytest.mark.parametrize(
    ("answer", "tag"),
    [
        (application_service_pb2.GetMyApplicationResponse(application=application_pb2.Application(version=7)), '"7"'),
        (reallocation_service_pb2.SaveWishesResponse(version=3), '"3"'),
        (application_service_pb2.GetMyApplicationResponse(), None),
        (application_service_pb2.GetMyApplicationResponse(application=application_pb2.Application()), None),
        (batch_service_pb2.ListBatchesResponse(), None),
    ],
)
def test_rest_02_an_answer_tells_the_version_of_what_it_holds(answer: Message, tag: str | None) -> None:
    """And says nothing where there is none: a list, or what was never saved."""
    assert json_answer(answer).headers.get("etag") == tag
