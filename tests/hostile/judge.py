"""What holds for every answer, whoever gave it: it says nothing of how we are made, and names nobody."""

from __future__ import annotations

import re

_INTERNAL = re.compile(
    r"Traceback \(most recent|File \"/[^\"]+\.py\"|site-packages|asyncpg\.|sqlalchemy|psycopg|\bSELECT .{1,80} FROM |"
    r"\bINSERT INTO |\bUPDATE \w+ SET |violates (?:unique|check|foreign|not-null)|PostgreSQL|relation \"|"
    r"grpc_status:|debug_error_string|AioRpcError|/residency-stack-|object has no attribute|"
    r"uvicorn/|starlette/|Python/3|pydantic_core|protobuf\.|Exception calling|__init__\(\)|builtins\.",
    re.IGNORECASE,
)


def echo(told: str, sent: str = "") -> str:
    """What of our insides an answer shows, beyond what was sent to it; empty for nothing."""
    for found in _INTERNAL.finditer(told):
        if found[0].lower() not in sent.lower():
            return f"echo of internals: {told[max(0, found.start() - 60) : found.end() + 60]!r}"
    return ""
