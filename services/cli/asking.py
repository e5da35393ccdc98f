"""How a command speaks to the services as the platform's operator."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from services.stack import processes, servers

if TYPE_CHECKING:
    from services.kit.grpc_client import Channel
    from services.kit.settings import Settings

Result = TypeVar("Result")


def as_operator(data: Path, work: Callable[[Callable[[str], Channel]], Awaitable[Result]]) -> Result:
    """Run `work` with a function that gives the channel to a service, carrying the operator's token.

    Addresses and the secret are those of the environment when RESIDENCY_MACHINE_SECRET is set, else of the stack that
    runs on `data`. Raises DomainError UNAVAILABLE when there is neither, or nobody answers.
    """
    from services.access import channel_to, machine_token  # noqa: PLC0415  (brings gRPC)

    settings = _settings(data)

    async def run() -> Result:
        token = machine_token("operator", settings)
        channels: dict[str, Channel] = {}

        def to(service: str) -> Channel:
            if service not in channels:
                channels[service] = channel_to(service, settings, token)
            return channels[service]

        try:
            return await work(to)
        finally:
            for channel in channels.values():
                await channel.close()

    return asyncio.run(run())


def _settings(data: Path) -> Settings:
    from services.kit.settings import Settings  # noqa: PLC0415  (brings pydantic)

    if os.environ.get("RESIDENCY_MACHINE_SECRET"):
        return Settings()
    told = processes.operator_environment(servers.running(data))
    return Settings.model_validate({name.removeprefix("RESIDENCY_").lower(): value for name, value in told.items()})
