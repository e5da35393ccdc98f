"""Where PostgreSQL, NATS and Temporal are: the embedded ones, or those that the environment names instead."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit

from services.kit.domain import DomainError, Kind
from services.stack import nats, ports, postgres
from services.stack import state as states
from services.stack.state import State

VARIABLES = {
    "postgres": "RESIDENCY_POSTGRES_URL",
    "nats": "RESIDENCY_NATS_URL",
    "temporal": "RESIDENCY_TEMPORAL_ADDRESS",
}
"""A server whose variable is set is used where it is instead of being started."""


def given(server: str) -> str:
    """The address from the environment that replaces an embedded server, or empty."""
    return os.environ.get(VARIABLES[server], "")


def url(server: str, state: State) -> str:
    """How to reach `server`: the administrator's URL of PostgreSQL, a URL of NATS, host:port of Temporal."""
    if address := given(server):
        return address
    place = f"{ports.HOST}:{state.ports[server]}"
    if server == "postgres":
        return f"postgresql://{postgres.ADMIN}:{state.secret('postgres')}@{place}/postgres"
    if server == "nats":
        return nats.url(state.ports["nats"], state.secret("nats"))
    return place


def without_password(address: str) -> str:
    """Host and port of an address, to be shown."""
    return urlsplit(address if "//" in address else f"//{address}").netloc.rpartition("@")[2]


def running(data: Path) -> State:
    """The state of the stack that is up on `data`. Raises DomainError UNAVAILABLE "NOT_RUNNING" when none is."""
    if not states.is_up(data):
        message = f"no stack is running on {data}: start one with `residency up`, or name another with --data"
        raise DomainError(Kind.UNAVAILABLE, "NOT_RUNNING", message)
    return states.load(data)


def reach(server: str, data: Path) -> str:
    """How a command reaches `server`: as the environment says, else that of the stack on `data`.

    Raises DomainError UNAVAILABLE "NOT_RUNNING" when there is neither.
    """
    return given(server) or url(server, running(data))
