"""The one table of expected failures: `DomainError` kind ↔ gRPC status ↔ HTTP status ↔ whether Temporal retries.

The Temporal failure itself is built in `services.kit.temporal`, which alone may load that library.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import grpc
from google.protobuf import any_pb2
from google.rpc import code_pb2, error_details_pb2, status_pb2
from grpc_status import rpc_status

from services.kit.domain import DomainError, Kind

ERROR_DOMAIN = "residency"
"""`ErrorInfo.domain` of every error of ours."""


@dataclass(frozen=True, slots=True)
class Mapping:
    """How one kind of failure looks on each wire."""

    grpc: grpc.StatusCode
    http: int
    retryable: bool
    title: str


TABLE: dict[Kind, Mapping] = {
    Kind.INVALID: Mapping(grpc.StatusCode.INVALID_ARGUMENT, 422, False, "填写有误"),
    Kind.UNAUTHENTICATED: Mapping(grpc.StatusCode.UNAUTHENTICATED, 401, True, "请先登录"),
    Kind.FORBIDDEN: Mapping(grpc.StatusCode.PERMISSION_DENIED, 403, False, "没有权限"),
    Kind.NOT_FOUND: Mapping(grpc.StatusCode.NOT_FOUND, 404, False, "没有找到"),
    Kind.CONFLICT: Mapping(grpc.StatusCode.ABORTED, 409, False, "内容已变化"),
    Kind.NOT_NOW: Mapping(grpc.StatusCode.FAILED_PRECONDITION, 409, False, "现在不能办理"),
    Kind.EXHAUSTED: Mapping(grpc.StatusCode.RESOURCE_EXHAUSTED, 429, True, "请稍后再试"),
    Kind.UNAVAILABLE: Mapping(grpc.StatusCode.UNAVAILABLE, 503, True, "服务暂时不可用"),
    Kind.INTERNAL: Mapping(grpc.StatusCode.INTERNAL, 500, True, "系统出错"),
}

_KIND_OF_CODE: dict[grpc.StatusCode, Kind] = {row.grpc: kind for kind, row in TABLE.items()} | {
    grpc.StatusCode.DEADLINE_EXCEEDED: Kind.UNAVAILABLE,
    grpc.StatusCode.CANCELLED: Kind.UNAVAILABLE,
    grpc.StatusCode.ALREADY_EXISTS: Kind.CONFLICT,
    grpc.StatusCode.OUT_OF_RANGE: Kind.INVALID,
}


def internal_error() -> DomainError:
    """What a caller learns of a bug: nothing but that there was one."""
    return DomainError(Kind.INTERNAL, "INTERNAL", "系统出错，请稍后再试；如仍有问题请联系管理员。")


def invalid(violations: Sequence[tuple[str, str, str]]) -> DomainError:
    """An INVALID error from (field, rule id, sentence) triples; the first one leads, all are in `details`."""
    field, rule, sentence = violations[0]
    details = {f"violation.{number}": " ".join(parts) for number, parts in enumerate(violations)}
    return DomainError(Kind.INVALID, "INVALID_FIELD", f"{field}：{sentence}", field=field, rule=rule, details=details)


def to_grpc_status(error: DomainError) -> Any:
    """The `grpc.Status` for `error`: code, message, and an ErrorInfo with the stable reason."""
    info = error_details_pb2.ErrorInfo(
        reason=error.reason,
        domain=ERROR_DOMAIN,
        metadata={
            **error.details,
            **({"field": error.field} if error.field else {}),
            **({"rule": error.rule} if error.rule else {}),
            **({"until": error.until.isoformat()} if error.until else {}),
        },
    )
    details = [_packed(info)]
    if error.field:
        violation = error_details_pb2.BadRequest.FieldViolation(
            field=error.field, description=error.message, reason=error.rule or error.reason
        )
        details.append(_packed(error_details_pb2.BadRequest(field_violations=[violation])))
    if error.until and TABLE[error.kind].retryable:
        details.append(_packed(_retry_info(error.until)))
    code = getattr(code_pb2, TABLE[error.kind].grpc.name)
    return rpc_status.to_status(status_pb2.Status(code=code, message=error.message, details=details))


def from_rpc_error(error: grpc.aio.AioRpcError) -> DomainError:
    """The DomainError that the other side raised, or UNAVAILABLE/INTERNAL when gRPC itself failed."""
    status = rpc_status.from_call(error)
    for detail in status.details if status is not None else ():
        info = error_details_pb2.ErrorInfo()
        if detail.Unpack(info) and info.domain == ERROR_DOMAIN:
            return _from_info(error.code(), status.message, info)
    kind = _KIND_OF_CODE.get(error.code(), Kind.INTERNAL)
    if kind is Kind.UNAVAILABLE:
        return DomainError(kind, "UPSTREAM_UNAVAILABLE", "服务暂时不可用，请稍后再试。")
    return DomainError(kind, f"UPSTREAM_{error.code().name}", TABLE[kind].title)


def to_problem(error: DomainError) -> dict[str, Any]:
    """The RFC 9457 problem details for `error`; the HTTP status is its `status`."""
    row = TABLE[error.kind]
    problem: dict[str, Any] = {
        "type": f"urn:residency:reason:{error.reason.lower()}",
        "title": row.title,
        "status": row.http,
        "detail": error.message,
        "reason": error.reason,
    }
    if error.field:
        problem["field"] = error.field
    if error.rule:
        problem["rule"] = error.rule
    if error.until:
        problem["until"] = error.until.isoformat()
    if error.details:
        problem["details"] = error.details
    return problem


def _retry_info(until: datetime) -> error_details_pb2.RetryInfo:
    """What clients of other makes read: how long to wait."""
    hint = error_details_pb2.RetryInfo()
    hint.retry_delay.FromTimedelta(max(timedelta(), until - datetime.now(UTC)))
    return hint


def _packed(message: Any) -> any_pb2.Any:
    packed = any_pb2.Any()
    packed.Pack(message)
    return packed


def _from_info(code: grpc.StatusCode, message: str, info: Any) -> DomainError:
    metadata = dict(info.metadata)
    until = metadata.pop("until", "")
    return DomainError(
        _KIND_OF_CODE.get(code, Kind.INTERNAL),
        info.reason,
        message,
        field=metadata.pop("field", ""),
        rule=metadata.pop("rule", ""),
        until=datetime.fromisoformat(until) if until else None,
        details=metadata,
    )
