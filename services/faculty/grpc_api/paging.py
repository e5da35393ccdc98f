"""Places in lists as opaque tokens."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from uuid import UUID

from services.kit.domain import DomainError, Kind

Position = tuple[datetime, str]


def write_token(position: Position | None) -> str:
    """Where a list goes on as an opaque token; empty at the end."""
    if position is None:
        return ""
    return base64.urlsafe_b64encode(f"{position[0].isoformat()} {position[1]}".encode()).decode()


def read_token(token: str) -> Position | None:
    """The position in a token. Raises INVALID BAD_PAGE_TOKEN for one that is not ours."""
    if not token:
        return None
    try:
        instant, _, row_id = base64.urlsafe_b64decode(token.encode()).decode().partition(" ")
        position = datetime.fromisoformat(instant), str(UUID(row_id))
        if position[0].tzinfo is None:
            raise ValueError("an instant without a zone")
    except (binascii.Error, UnicodeError, ValueError) as error:
        raise DomainError(Kind.INVALID, "BAD_PAGE_TOKEN", "翻页标记无效。", field="page_token") from error
    return position
