"""The processes of the product: where their code is and what each has to be told."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Awaitable, Callable, Mapping
from importlib.util import find_spec
from pathlib import Path

from services.stack import databases, probing
from services.stack.child import Child, Life
from services.stack.ports import HOST
from services.stack.state import State

MODULES = {
    "identity": "services.identity.service",
    "enrollment": "services.enrollment.service",
    "faculty": "services.faculty.service",
    "notify": "services.notify.service",
    "portal": "services.portal.service",
    "workflows": "workflows.service",
}
"""Process name → module with `SETTINGS` and `parts(settings)`."""

MACHINES = {"workflows": "worker"}
"""The name under which a process signs in as a machine, where it is not its own."""

GRPC_SERVICES = databases.SERVICES

STEPS_BACK = {"portal": 2, "identity": 2, "faculty": 2, "notify": 2}
"""How far a process stands behind the servers, the workflows and enrollment: phases move in time, whatever is asked."""

DRAIN_SECONDS = 1.5
"""How long a replica that is to stop serves on, so that all others have noticed."""


def service(name: str) -> str:
    """The process of which `name` is a replica: `identity` for `identity` and `identity.2`."""
    return name.partition(".")[0]


def names(state: State) -> list[str]:
    """Every replica of every process of a stack, as its ports say: `identity`, `identity.2`, `enrollment` …."""
    known = [place.removesuffix(".metrics") for place in state.ports if place.endswith(".metrics")]
    return sorted(known, key=lambda name: (list(MODULES).index(service(name)), name))


def machine(process: str) -> str:
    """The machine name of a process."""
    return MACHINES.get(process, process)


def common_environment() -> dict[str, str]:
    """What any Python child needs to find this code, installed or not."""
    places = [
        str(Path(place).parent)
        for name in ("services", "residency")
        if (spec := find_spec(name)) is not None
        for place in list(spec.submodule_search_locations or [])[:1]
    ]
    former = os.environ.get("PYTHONPATH", "")
    path = os.pathsep.join(dict.fromkeys([*places, *filter(None, [former])]))
    # What was compiled is kept: a workflow's sandbox loads its module anew for every run.
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**inherited, "PYTHONPATH": path}


def environment(name: str, data: Path, state: State, servers: Mapping[str, str], portal_port: int) -> dict[str, str]:
    """Settings of one replica of a process.

    `servers` holds the URLs of `postgres` (administrator), `nats` and `temporal`.
    """
    name, replica = service(name), name
    told = {
        **common_environment(),
        "RESIDENCY_DATA_DIR": str(data),
        "RESIDENCY_TRACE_FILE": str(data / "traces" / f"{replica}.jsonl"),
        "RESIDENCY_METRICS_PORT": str(state.ports[f"{replica}.metrics"]),
        "RESIDENCY_MACHINE_SECRET": state.secret(f"machine.{machine(name)}"),
        "RESIDENCY_NATS_URL": servers["nats"],
        "RESIDENCY_TEMPORAL_ADDRESS": servers["temporal"],
        **addresses(state),
    }
    if name in GRPC_SERVICES:
        told["RESIDENCY_GRPC_PORT"] = str(state.ports[f"{replica}.grpc"])
        told["RESIDENCY_DATABASE_URL"] = databases.service_url(servers["postgres"], state, name)
    if name in ("identity", "enrollment", "faculty", "notify"):
        # Passkeys are bound to a name and take no IP address; forms, certificates and messages lead to the portal.
        told.setdefault("RESIDENCY_PUBLIC_URL", f"http://localhost:{portal_port}")
    if name == "identity":
        machines = sorted({machine(process) for process in MODULES} | {"operator"})
        told["RESIDENCY_MACHINE_SECRETS"] = json.dumps({known: state.secret(f"machine.{known}") for known in machines})
        # The data directory above makes the sandbox its adapters.
        # Everybody who plays here comes from one address, and no text costs anything.
        for limit in ("PER_DAY", "PER_HOUR_AND_ADDRESS"):
            told.setdefault(f"RESIDENCY_TEXTS_{limit}", "1000000")
    if name == "portal":
        told["RESIDENCY_HTTP_PORT"] = str(state.ports.get(f"{replica}.http", portal_port))
        for limit in ("", "_ADDRESS"):  # for the same reason as above; a rehearsal's clerks decide by the hundred
            told.setdefault(f"RESIDENCY_REQUESTS_PER_MINUTE{limit}", "1000000")
    if len(names(state)) > len(MODULES):
        told.setdefault("RESIDENCY_DRAIN_SECONDS", str(DRAIN_SECONDS))
    # A process learns its own database only: the administrator's URL stays here.
    told.pop("RESIDENCY_POSTGRES_URL", None)
    return told


def addresses(state: State) -> dict[str, str]:
    """Where the gRPC services are, as settings."""
    return {f"RESIDENCY_{name.upper()}_ADDRESS": address(state, name) for name in GRPC_SERVICES}


def address(state: State, name: str) -> str:
    """Where the service `name` is, as gRPC takes it: all its replicas where there are several."""
    places = [f"{HOST}:{state.ports[f'{each}.grpc']}" for each in names(state) if service(each) == name]
    return places[0] if len(places) == 1 else f"ipv4:{','.join(places)}"


def operator_environment(state: State) -> dict[str, str]:
    """Settings of a command that speaks to a running stack as the platform team's machine."""
    return {**addresses(state), "RESIDENCY_MACHINE_SECRET": state.secret("machine.operator")}


def assign_ports(state: State, replicas: int = 1) -> None:
    """Give every replica of every process its ports, the former ones where they are free, and no other one any.

    With several replicas a portal has a port of its own behind the public one.
    """
    wanted = []
    for name in MODULES:
        kinds = ["metrics", *(["grpc"] if name in GRPC_SERVICES else [])]
        kinds += ["http"] if name == "portal" and replicas > 1 else []
        each = [name, *(f"{name}.{number}" for number in range(2, replicas + 1))]
        wanted += [f"{replica}.{kind}" for replica in each for kind in kinds]
    for place in [place for place in state.ports if place.endswith((".metrics", ".grpc", ".http"))]:
        if place not in wanted:
            del state.ports[place]
    for place in wanted:
        state.port(place)


def child(
    name: str, data: Path, state: State, told: Mapping[str, str], launch: Callable[[Child], Awaitable[Life]]
) -> Child:
    """The replica `name` of a process; ready when its own `/readyz` says so."""
    metrics_port = state.ports[f"{name}.metrics"]

    async def ready(_pid: int) -> bool:
        return await probing.http_status(metrics_port, "/readyz") == 200

    command = [sys.executable, "-m", "services.cli.run", service(name)]
    return Child(
        name=name,
        command=command,
        environment=told,
        log=data / "logs" / f"{name}.log",
        ready=ready,
        steps_back=STEPS_BACK.get(service(name), 0),
        launch=launch,
    )
