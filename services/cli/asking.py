"""OPS-87. How a command speaks to the services: as the platform's operator, or in the place of one of its processes."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from services.stack import processes, servers

if TYPE_CHECKING:
    from temporalio.client import Client

    from services.kit.grpc_client import Channel
    from services.kit.settings import Settings

Result = TypeVar("Result")


def as_operator(data: Path, work: Callable[[Callable[[str], Channel]], Awaitable[Result]]) -> Result:
    """Run `work` with a function that gives the channel to a service, carrying the operator's token.

    Addresses and the secret are those of the environment when it gives a secret, else of the stack that runs on `data`.
    Raises DomainError UNAVAILABLE when there is neither, or nobody answers.
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


def as_process(data: Path, process: str, work: Callable[[Settings], Awaitable[Result]]) -> Result:
    """Run `work` with the settings of `process`: those of the environment, else of the stack that runs on `data`.

    Raises DomainError UNAVAILABLE when there is neither.
    """
    state = None if _told() else servers.running(data)
    secret = "" if state is None else state.secret(f"machine.{processes.machine(process)}")
    settings = _settings(data, secret)

    async def run() -> Result:
        return await work(settings)

    return asyncio.run(run())


def of_temporal(data: Path, work: Callable[[Client], Awaitable[Result]]) -> Result:
    """Run `work` on a client of Temporal. Raises DomainError UNAVAILABLE when it does not answer."""
    from services.cli.cycle_reading import with_temporal  # noqa: PLC0415

    settings = _settings(data)

    async def run() -> Result:
        return await with_temporal(settings, work)

    return asyncio.run(run())


def _told() -> bool:
    """Whether the environment gives a machine's secret, itself or as a mounted file."""
    return any(os.environ.get(f"RESIDENCY_MACHINE_SECRET{suffix}") for suffix in ("", "_FILE"))


def _settings(data: Path, secret: str = "") -> Settings:
    """Settings of the environment, else of the stack on `data`, with the operator's secret unless another is given."""
    from services.kit.settings import Settings  # noqa: PLC0415  (brings pydantic)

    if _told():
        return Settings()
    state = servers.running(data)
    told = {**processes.operator_environment(state), "RESIDENCY_TEMPORAL_ADDRESS": servers.url("temporal", state)}
    if secret:
        told["RESIDENCY_MACHINE_SECRET"] = secret
    return Settings.model_validate({name.removeprefix("RESIDENCY_").lower(): value for name, value in told.items()})
