"""What can go wrong, as the OpenAPI document says it: one component for each status, with examples of reasons."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from services.kit import errors
from services.kit.domain import DomainError, Kind
from services.portal.api.common import PROBLEMS

MEDIA_TYPE = "application/problem+json"
_NOT_THAT_VERSION = 412
PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "RFC 9457 problem details.",
    "required": ["type", "title", "status", "detail", "reason"],
    "properties": {
        "type": {"type": "string", "description": "`urn:residency:reason:` and the reason in lower case."},
        "title": {"type": "string", "description": "The kind of failure in a few words."},
        "status": {"type": "integer", "description": "The HTTP status again."},
        "detail": {
            "type": "string",
            "description": "One sentence for the person at the screen; in English where `Accept-Language` asks for it.",
        },
        "reason": {"type": "string", "description": "Stable UPPER_SNAKE name; branch on this."},
        "field": {"type": "string", "description": "The input at fault."},
        "rule": {"type": "string", "description": "The rule that refused."},
        "until": {"type": "string", "format": "date-time", "description": "Until when it refuses at the latest."},
        "details": {
            "type": "object",
            "additionalProperties": {"type": "string"},
            "description": "Further facts for programs.",
        },
        "errors": {
            "type": "array",
            "description": "Every input at fault, where the body does not have the declared shape.",
            "items": {
                "type": "object",
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        },
    },
}
EXAMPLES: dict[int, tuple[DomainError, ...]] = {
    401: (
        DomainError(Kind.UNAUTHENTICATED, "SIGN_IN_FIRST", "请先登录。"),
        DomainError(Kind.UNAUTHENTICATED, "TOKEN_EXPIRED", "登录已过期，请重新登录。"),
        DomainError(Kind.UNAUTHENTICATED, "BAD_CREDENTIALS", "用户名或密码不正确。"),
    ),
    403: (
        DomainError(Kind.FORBIDDEN, "ROLE_NOT_ALLOWED", "您当前的身份不能办理此项。"),
        DomainError(Kind.FORBIDDEN, "STEP_UP_REQUIRED", "请先再次验证身份。"),
        DomainError(Kind.FORBIDDEN, "LOOK_ONLY", "代为查看时不能办理。"),
    ),
    404: (
        DomainError(Kind.NOT_FOUND, "APPLICATION_NOT_FOUND", "没有这份报名。"),
        DomainError(Kind.NOT_FOUND, "CYCLE_NOT_FOUND", "没有这个招录年度。"),
    ),
    409: (
        DomainError(Kind.NOT_NOW, "NOT_IN_PHASE", "现在不在办理时间内。", until=datetime(2026, 7, 11, tzinfo=UTC)),
        DomainError(Kind.NOT_NOW, "SEAT_FULL", "名额已满。"),
        DomainError(Kind.CONFLICT, "STALE_VERSION", "内容已被修改，请刷新后再试。"),
        DomainError(Kind.CONFLICT, "IDEMPOTENCY_KEY_REUSED", "该 Idempotency-Key 已用于另一请求。"),
    ),
    412: (DomainError(Kind.CONFLICT, "STALE_VERSION", "内容已被修改，请刷新后再试。"),),
    422: (
        DomainError(Kind.INVALID, "INVALID_FIELD", "请求内容与接口约定不符。", field="submission_number"),
        DomainError(Kind.INVALID, "IDEMPOTENCY_KEY_MISSING", "请求头 Idempotency-Key 须为 8 至 64 个字符。"),
    ),
    429: (
        DomainError(Kind.EXHAUSTED, "SIGN_IN_BUSY", "请稍后再试。"),
        DomainError(Kind.EXHAUSTED, "OVERLOADED", "当前办理人数较多，请稍候再试。您已填写的内容不会丢失。"),
    ),
    500: (errors.internal_error(),),
    503: (
        DomainError(Kind.UNAVAILABLE, "UPSTREAM_UNAVAILABLE", "服务暂时不可用，请稍后再试。"),
        DomainError(Kind.UNAVAILABLE, "DATABASE_AWAY", "服务暂时不可用，请稍后再试。"),
    ),
}
_STATUSES = PROBLEMS | {_NOT_THAT_VERSION: "It is another version by now than `If-Match` says; read it again."}
_WAIT = {"description": "Seconds to wait before the next attempt.", "schema": {"type": "integer", "minimum": 1}}
_SCHEME = {"description": "`Bearer`.", "schema": {"type": "string"}}
_HEADERS: dict[int, dict[str, Any]] = {
    401: {"WWW-Authenticate": _SCHEME},
    429: {"Retry-After": _WAIT},
    503: {"Retry-After": _WAIT},
}


def answers() -> dict[str, Any]:
    """The components: one answer for each status that is a failure."""
    return {f"Problem{status}": _answer(status, text) for status, text in _STATUSES.items()}


def reference(status: int) -> dict[str, Any]:
    """What an operation says of a failure."""
    return {"$ref": f"#/components/responses/Problem{status}"}


def _answer(status: int, text: str) -> dict[str, Any]:
    examples = {error.reason: {"value": errors.to_problem(error) | {"status": status}} for error in EXAMPLES[status]}
    schema = {"$ref": "#/components/schemas/Problem"}
    told: dict[str, Any] = {"description": text, "content": {MEDIA_TYPE: {"schema": schema, "examples": examples}}}
    return told | ({"headers": _HEADERS[status]} if status in _HEADERS else {})
