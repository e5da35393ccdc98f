"""A part of a process: a database pool, a gRPC server, a consumer, a relay."""

from __future__ import annotations

from typing import Protocol


class Part(Protocol):
    """Something with a life inside a process."""

    @property
    def name(self) -> str:
        """Short name for logs and readiness."""
        ...

    async def start(self) -> None:
        """Begin; returns when the part can be used, raises when it never will be."""
        ...

    async def stop(self) -> None:
        """End; safe to call after a failed start."""
        ...

    def not_ready(self) -> str:
        """Why the part cannot serve now; empty when it can."""
        ...
