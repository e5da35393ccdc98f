"""Where everything is that `residency doctor` looks at: a running stack, or what the environment of a cluster says."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from services.stack import databases, processes, servers
from services.stack import state as states

if TYPE_CHECKING:
    from services.kit.settings import Settings

PROBES = "RESIDENCY_PROBES"
METRICS_PORT = 9000
"""Where a container answers probes."""
WITH_OBJECTS = ("enrollment", "faculty")


@dataclass(frozen=True, slots=True)
class Probed:
    """One replica of a process, and where its probes are."""

    process: str
    host: str
    port: int

    @property
    def title(self) -> str:
        """The process and its place."""
        return f"{self.process} at {self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Place:
    """What to look at; a service without a URL is not looked into."""

    settings: Settings
    probes: tuple[Probed, ...]
    database_urls: Mapping[str, str]
    objects_urls: Mapping[str, str]
    keys: Mapping[str, Path]


def told_by_environment() -> bool:
    """Whether the environment is that of a cluster: a machine's secret or probes are given."""
    return any(os.environ.get(name) for name in (PROBES, "RESIDENCY_MACHINE_SECRET", "RESIDENCY_MACHINE_SECRET_FILE"))


def of_stack(data: Path) -> Place:
    """The stack that runs on `data`. Raises DomainError UNAVAILABLE "NOT_RUNNING" when none does."""
    from services.kit import vault  # noqa: PLC0415
    from services.kit.settings import Settings  # noqa: PLC0415

    state = servers.running(data)
    settings = Settings(
        data_dir=data.absolute(),
        nats_url=servers.url("nats", state),
        temporal_address=servers.url("temporal", state),
    )
    admin = servers.url("postgres", state)
    names = [name.removesuffix(".metrics") for name in state.ports if name.endswith(".metrics")]
    known = [name for name in names if name.partition(".")[0] in processes.MODULES and state.pids.get(name)]
    return Place(
        settings,
        tuple(Probed(name, "127.0.0.1", state.ports[f"{name}.metrics"]) for name in sorted(known)),
        {name: databases.service_url(admin, state, name) for name in databases.SERVICES},
        {name: (data.absolute() / "objects" / name).as_uri() for name in WITH_OBJECTS},
        {name: vault.file_in(data.absolute(), name) for name in databases.SERVICES},
    )


def of_environment() -> Place:
    """What `RESIDENCY_*` says; processes without an address of their own are sought beside identity."""
    from services.kit.settings import Settings  # noqa: PLC0415

    settings = Settings()
    urls = {name: os.environ.get(f"RESIDENCY_{name.upper()}_DATABASE_URL", "") for name in databases.SERVICES}
    return Place(
        settings,
        probes_of(os.environ.get(PROBES, ""), settings),
        {name: url for name, url in urls.items() if url},
        dict.fromkeys(WITH_OBJECTS, settings.objects_url) if settings.objects_url else {},
        {"this service": settings.keys_file} if settings.keys_file is not None else {},
    )


def probes_of(text: str, settings: Settings) -> tuple[Probed, ...]:
    """The probes of a list `process=host:port,…`; without one, port 9000 of the addresses of the services.

    Raises ValueError for a list that is none.
    """
    if text:
        return tuple(_probed(each.strip()) for each in text.split(",") if each.strip())
    hosts = {name: _hosts(getattr(settings, f"{name}_address")) for name in databases.SERVICES}
    own = getattr(settings, "identity_address", "")
    hosts |= {name: _hosts(own.replace("identity", name)) for name in ("portal", "workflows") if "identity" in own}
    return tuple(Probed(name, host, METRICS_PORT) for name, found in hosts.items() for host in found)


def _probed(text: str) -> Probed:
    name, _, place = text.partition("=")
    host, _, port = place.rpartition(":")
    if name not in processes.MODULES or not host or not port.isdigit():
        raise ValueError(f"{PROBES}: {text!r} is no process=host:port")
    return Probed(name, host.strip("[]"), int(port))


def _hosts(address: str) -> list[str]:
    """The hosts behind a gRPC address: of a headless Service those of all replicas, its name when nothing is known."""
    scheme, _, rest = address.rpartition("/") if address.startswith("dns:") else ("", "", address)
    if rest.startswith("ipv4:"):
        return list(dict.fromkeys(each.rpartition(":")[0] for each in rest.removeprefix("ipv4:").split(",")))
    name = rest.removeprefix("dns:").rpartition(":")[0]
    if not scheme:
        return [name]
    try:
        found = socket.getaddrinfo(name, METRICS_PORT, type=socket.SOCK_STREAM)
    except OSError:
        return [name]
    return sorted({str(each[4][0]) for each in found})


def is_up(data: Path) -> bool:
    """Whether a stack runs on `data`."""
    return states.is_up(data)
