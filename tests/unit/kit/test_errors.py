"""The one error table: every kind crosses gRPC, HTTP and Temporal and keeps its reason."""

from __future__ import annotations

from datetime import UTC, datetime

import grpc
import pytest

from services.kit import errors, temporal
from services.kit.domain import DomainError, Kind

EXPECTED = [
    # kind                 gRPC                   HTTP  Temporal retries
    (Kind.INVALID, "INVALID_ARGUMENT", 422, False),
    (Kind.UNAUTHENTICATED, "UNAUTHENTICATED", 401, True),
    (Kind.FORBIDDEN, "PERMISSION_DENIED", 403, False),
    (Kind.NOT_FOUND, "NOT_FOUND", 404, False),
    (Kind.CONFLICT, "ABORTED", 409, False),
    (Kind.NOT_NOW, "FAILED_PRECONDITION", 409, False),
    (Kind.EXHAUSTED, "RESOURCE_EXHAUSTED", 429, True),
    (Kind.UNAVAILABLE, "UNAVAILABLE", 503, True),
    (Kind.INTERNAL, "INTERNAL", 500, True),
]


@pytest.mark.parametrize(("kind", "code", "status", "retried"), EXPECTED)
def test_a_kind_looks_the_same_on_every_wire(kind: Kind, code: str, status: int, retried: bool) -> None:
    error = DomainError(kind, "SOME_REASON", "一句话。")

    assert errors.to_grpc_status(error).code is grpc.StatusCode[code]
    assert errors.to_problem(error)["status"] == status
    assert temporal.to_application_error(error).non_retryable is not retried
    assert temporal.to_application_error(error).type == "SOME_REASON"


def test_the_table_has_a_row_for_every_kind() -> None:
    assert {row[0] for row in EXPECTED} == set(Kind) == set(errors.TABLE)


def test_a_problem_names_field_rule_and_until() -> None:
    until = datetime(2023, 7, 10, 16, tzinfo=UTC)
    error = DomainError(Kind.NOT_NOW, "WINDOW_OVER", "已截止。", field="choice.base_code", rule="CAP-01", until=until)

    problem = errors.to_problem(error)

    assert (problem["reason"], problem["field"], problem["rule"]) == ("WINDOW_OVER", "choice.base_code", "CAP-01")
    assert problem["until"] == "2023-07-10T16:00:00+00:00"
