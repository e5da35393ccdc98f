"""Where the running stack is: its door, the operator's secret, the databases that the verifier reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from pydantic import SecretStr

from services.kit.nats_login import NatsLogin
from services.kit.seal_copy import SealCopy
from services.kit.settings import Settings
from services.stack import databases, processes, servers, state
from services.verifier import audits
from services.verifier.stores import Stores


@dataclass(frozen=True, slots=True)
class Site:
    """One running stack, as `residency up` left it in DATA/stack.json."""

    data: Path
    portal_url: str
    settings: Settings = field(repr=False)
    """Addresses, and the secret of the machine `operator`."""
    databases: Mapping[str, str] = field(repr=False)
    """Service → URL of its database."""
    nats_url: str = field(repr=False)
    secret: str = field(repr=False)
    """From which the passwords of synthetic people on this stack are derived."""

    def metrics_urls(self) -> list[str]:
        """Of every process that is there now."""
        running = state.load(self.data)
        return [f"http://127.0.0.1:{running.ports[f'{name}.metrics']}/metrics" for name in processes.names(running)]

    @property
    def nats(self) -> NatsLogin:
        """How NATS is reached, also one elsewhere by certificate."""
        return NatsLogin(self.nats_url, self.settings.nats_credentials.get_secret_value, self.settings.nats_tls_dir)

    @property
    def stores(self) -> Stores:
        """What the verifier reads."""
        seals = self.data / "seals"
        return Stores(
            *(self.databases, self.nats, self.settings, self.data, self.metrics_urls, seals),
            lambda service: audits.trusted(service, SealCopy(seals, service), self.data),
        )

    def restarts(self) -> dict[str, int]:
        """How often each process has died and come back since the stack started; empty when it cannot be read."""
        return dict(state.load(self.data).restarts)

    def with_postgres(self, url: str) -> Site:
        """The same, with the databases read at another server or role (`postgresql://user:password@host:port`)."""
        parts = urlsplit(url)
        there = {
            service: urlunsplit((parts.scheme, parts.netloc, f"/{databases.database(service)}", parts.query, ""))
            for service in databases.SERVICES
        }
        return replace(self, databases=there)


def find(data: Path) -> Site:
    """The stack that runs on `data`. Raises DomainError UNAVAILABLE `NOT_RUNNING` when none does."""
    running = servers.running(data)
    ports = running.ports
    settings = Settings(
        identity_address=processes.address(running, "identity"),
        enrollment_address=processes.address(running, "enrollment"),
        temporal_address=servers.url("temporal", running),
        machine_secret=SecretStr(running.secret("machine.operator")),
    )
    postgres = servers.url("postgres", running)
    return Site(
        data=data,
        portal_url=f"http://127.0.0.1:{ports['portal']}/",
        settings=settings,
        databases={service: databases.service_url(postgres, running, service) for service in databases.SERVICES},
        nats_url=servers.url("nats", running),
        secret=running.secret("machine.operator"),
    )
