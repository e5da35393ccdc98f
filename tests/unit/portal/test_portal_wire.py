"""How messages look in JSON, and how refusals are told field by field."""

from __future__ import annotations

import pytest

from residency.enrollment.v1 import application_pb2, application_service_pb2, cycle_pb2, decision_service_pb2
from services.kit.domain import DomainError, Kind
from services.portal.dossier import struct_of
from services.portal.forms import refusal_of
from services.portal.wire import enum_label, of_json, to_json


def test_names_enums_timestamps_and_unset_messages() -> None:
    row = decision_service_pb2.QueueRow(application_id="a", state="APPLICATION_STATE_CLOSED_UNPLACED", version=3)
    row.submitted_at.FromSeconds(1_689_000_000)
    told = to_json(row)
    assert told["state"] == "closed_unplaced"
    assert told["submitted_at"] == "2023-07-10T14:40:00Z"
    assert told["submission_number"] == 0
    assert told["accepts_reallocation"] is False
    assert to_json(application_pb2.Application())["choice"] is None


def test_a_struct_is_an_object() -> None:
    status = application_pb2.SectionStatus(section="SECTION_WORK", body=struct_of({"has_employer": True, "years": 3}))
    assert to_json(status)["body"] == {"has_employer": True, "years": 3}


def test_enum_labels() -> None:
    states = application_pb2.ApplicationState.DESCRIPTOR
    assert enum_label(states, "pending") == "APPLICATION_STATE_PENDING"
    assert enum_label(states, "unspecified") is None
    assert enum_label(states, "PENDING") is None


def test_refusals_are_told_field_by_field() -> None:
    details = {"basic.mobile": "DOS-04 手机号码须为 11 位手机号码。", "basic.sex": "DOS-03 请填写性别。"}
    dossier = DomainError(Kind.INVALID, "SECTION_MALFORMED", "有误。", field="basic.mobile", details=details)
    assert refusal_of(dossier, 422).errors == {"mobile": "手机号码须为 11 位手机号码。", "sex": "请填写性别。"}
    contract = DomainError(
        Kind.INVALID,
        "INVALID_FIELD",
        "password：must be at least 10 characters",
        field="password",
        details={"violation.0": "password string.min_len must be at least 10 characters"},
    )
    assert refusal_of(contract, 422).errors == {"password": "密码须为 10 至 200 个字符。"}
    conflict = DomainError(Kind.CONFLICT, "SUPERSEDED", "已更新。", details={"current": "2"})
    assert refusal_of(conflict, 409).errors == {}


def test_a_request_is_read_as_it_is_written() -> None:
    asked = of_json(decision_service_pb2.ListQueueRequest, {"states": ["pending", "closed_unplaced"], "page_size": 3})
    assert to_json(asked)["states"] == ["pending", "closed_unplaced"]
    milestones = of_json(cycle_pb2.Milestones, {"interview": "2023-07-10T14:40:00Z", "written_exam": None})
    assert to_json(milestones)["interview"] == "2023-07-10T14:40:00Z"
    assert not milestones.HasField("written_exam")
    choice = of_json(application_service_pb2.SaveChoiceRequest, {"choice": {"base_code": "A"}})
    assert choice.choice.base_code == "A"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"states": ["nope"]}, "states"),
        ({"more": 1}, "more"),
        ({"page_size": "a"}, "page_size"),
        ({"page_size": -1}, "page_size"),
    ],
)
def test_what_a_request_cannot_be_is_refused_with_its_field(values: dict[str, object], field: str) -> None:
    with pytest.raises(DomainError) as refused:
        of_json(decision_service_pb2.ListQueueRequest, values)
    assert (refused.value.kind, refused.value.field) == (Kind.INVALID, field)
