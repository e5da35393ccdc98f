"""A part of a process: a database pool, a gRPC server, a consumer, a relay."""

from __future__ import annotations

from typing import Protocol, runtime_checkable


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
        """Why the process cannot do its work now for want of this part; empty when it can."""
        ...


@runtime_checkable
class Degradable(Protocol):
    """A part of which something may be away that the process does its work without, later or less well."""

    @property
    def name(self) -> str:
        """As a part's."""
        ...

    def degraded(self) -> str:
        """What is away; empty when nothing is."""
        ...


@runtime_checkable
class Told(Protocol):
    """A part that passes on whether the process is ready."""

    async def tell_ready(self, ready: bool) -> None:
        """Pass it on; called at each change and at least once before work comes in."""
        ...


@runtime_checkable
class Draining(Protocol):
    """A part to which work comes over connections that last."""

    def drain(self, seconds: float) -> None:
        """Have those who hold a connection go elsewhere within `seconds`, and serve whoever comes meanwhile."""
        ...
