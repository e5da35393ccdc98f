"""OPS-52: NetworkPolicies let through exactly the arrows of the architecture, and the code makes no others."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from deploy import rendering
from deploy.rendering import VARIANTS
from services.stack.processes import MODULES

ROOT = Path(__file__).parents[2]
SERVICES = ("identity", "enrollment", "faculty", "notify")
GRPC, PROBES, HTTP = 7000, 9000, 8080

CALLS = {
    "identity": set[str](),
    "enrollment": {"identity"},
    "faculty": {"identity"},
    "notify": {"identity", "enrollment"},
    "portal": set(SERVICES),
    "workflows": set(SERVICES),
    # A person's pod: `residency …` speaks to all of them.
    "operator": set(SERVICES),
    "migrate": set(),
}
"""Who asks whom over gRPC: the arrows of the README's picture, and `services/access.py` for tokens."""

BEYOND = {
    "identity": {"nats", "postgres", "carriers"},
    "enrollment": {"nats", "postgres", "objects"},
    "faculty": {"nats", "postgres", "objects"},
    "notify": {"nats", "postgres", "carriers"},
    "portal": {"nats"},
    # It waits and asks; no path leads from it to a database.
    "workflows": {"nats", "temporal"},
    "operator": {"nats", "temporal", "postgres"},
    "migrate": {"postgres"},
}
"""Who speaks to what is not ours."""

PLACES = {
    4222: "nats",
    5432: "postgres",
    7233: "temporal",
    4318: "collector",
}


def policies(variant: str) -> dict[str, dict[str, Any]]:
    """Component → specification of its policy; `` for the one that selects all."""
    found = {}
    for each in rendering.variant(variant):
        if each["kind"] == "NetworkPolicy":
            name = each["spec"]["podSelector"]["matchLabels"].get("app.kubernetes.io/component", "")
            assert name not in found, "one policy a component, so that it can be read"
            found[name] = each["spec"]
    return found


def let_out(policy: dict[str, Any]) -> Iterator[tuple[str, int]]:
    """Whom or what the pods of a policy may reach, and on which port."""
    for rule in policy["egress"]:
        assert rule["to"], "an empty list would be everywhere"
        for port in (each["port"] for each in rule["ports"]):
            for peer in rule["to"]:
                labels = peer.get("podSelector", {}).get("matchLabels", {})
                if "namespaceSelector" not in peer and "ipBlock" not in peer:
                    assert labels["app.kubernetes.io/instance"] == rendering.RELEASE
                    yield labels["app.kubernetes.io/component"], port
                elif port == 53:
                    yield "dns", port
                elif "ipBlock" in peer:
                    # The example's carriers and bucket, each in a documentation network of its own.
                    yield {"203.0.113.0/28": "carriers", "198.51.100.0/24": "objects"}[peer["ipBlock"]["cidr"]], port
                else:
                    yield PLACES[port], port


def let_in(policy: dict[str, Any]) -> Iterator[tuple[str, int]]:
    """Who may reach the pods of a policy, and on which port."""
    for rule in policy["ingress"]:
        assert rule["from"], "an empty list would be everybody"
        for port in (each["port"] for each in rule["ports"]):
            for peer in rule["from"]:
                if "namespaceSelector" in peer:
                    name = peer["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"]
                    yield {"gateway-system": "gateway", "monitoring": "monitoring"}[name], port
                else:
                    yield peer["podSelector"]["matchLabels"]["app.kubernetes.io/component"], port


@pytest.mark.parametrize("variant", VARIANTS)
def test_ops_52_everything_is_refused_but_what_a_policy_names(variant: str) -> None:
    found = policies(variant)
    everything = found.pop("")
    assert everything["policyTypes"] == ["Ingress", "Egress"]
    assert "ingress" not in everything
    assert "egress" not in everything
    assert found.keys() == CALLS.keys()
    for name, policy in found.items():
        assert policy["policyTypes"] == ["Ingress", "Egress"], name
        assert everything["podSelector"]["matchLabels"].items() <= policy["podSelector"]["matchLabels"].items()


@pytest.mark.parametrize("variant", VARIANTS)
def test_ops_52_each_arrow_has_its_policy_at_both_ends_and_there_is_no_other(variant: str) -> None:
    found = policies(variant)
    for name, called in CALLS.items():
        beyond = BEYOND[name] - ({"objects"} if variant in ("small", "gateway", "ingress") else set())
        if variant == "watched" and name in MODULES:
            beyond = beyond | {"collector"}
        out = set(let_out(found[name]))
        assert {to for to, port in out if port == GRPC} == called, name
        # `residency doctor` asks every process how it is.
        assert {to for to, port in out if port == PROBES} == (set(MODULES) if name == "operator" else set()), name
        assert {to for to, port in out if port not in (GRPC, PROBES)} == beyond | {"dns"}, name
        callers = {(other, GRPC) for other, calling in CALLS.items() if name in calling}
        watchers = {("monitoring", PROBES), ("operator", PROBES)} if name in MODULES else set()
        visitors = {("gateway", HTTP)} if name == "portal" else set()
        assert set(let_in(found[name])) == callers | watchers | visitors, name


@pytest.mark.parametrize("variant", VARIANTS)
def test_ops_52_every_port_is_covered_by_a_policy_and_no_other_is(variant: str) -> None:
    found = policies(variant)
    for each in rendering.variant(variant):
        if each["kind"] not in ("Deployment", "WorkerDeployment"):
            continue
        name = each["metadata"]["labels"]["app.kubernetes.io/component"]
        container = each["spec"]["template"]["spec"]["containers"][0]
        open_ports = {port["containerPort"] for port in container.get("ports", [])}
        assert open_ports == {port for _, port in let_in(found[name])}, name


def test_ops_52_the_code_calls_whom_the_table_names() -> None:
    for process in MODULES:
        folder = ROOT / "workflows" if process == "workflows" else ROOT / "services" / process
        called = {service for path in folder.rglob("*.py") for service in _asked(path)}
        assert called <= CALLS[process], process
        # Identity checks its own tokens; everybody else asks it for keys or signs in there.
        assert called | ({"identity"} if process != "identity" else set()) == CALLS[process], process


def _asked(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "channel_to":
            service = node.args[0]
            assert isinstance(service, ast.Constant), f"{path}: whom it asks must be readable here"
            yield str(service.value)
