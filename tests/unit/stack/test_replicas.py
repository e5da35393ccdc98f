"""OPS-30: two of every process in one stack: their names, ports and addresses, and which a restart means."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.stack import processes, restarts
from services.stack.state import State

SERVERS = {
    "postgres": "postgresql://postgres:x@127.0.0.1:1/postgres",
    "nats": "nats://127.0.0.1:2",
    "temporal": "127.0.0.1:3",
}


def stack(replicas: int) -> State:
    state = State(ports={"portal": 8080, "postgres": 1})
    processes.assign_ports(state, replicas)
    return state


def test_ops_30_one_of_each_is_as_ever() -> None:
    state = stack(1)
    assert processes.names(state) == list(processes.MODULES)
    assert processes.address(state, "identity") == f"127.0.0.1:{state.ports['identity.grpc']}"
    told = processes.environment("portal", Path("/data"), state, SERVERS, 8080)
    assert told["RESIDENCY_HTTP_PORT"] == "8080"
    assert "RESIDENCY_DRAIN_SECONDS" not in told


def test_ops_30_two_of_each_have_ports_of_their_own_and_are_addressed_together() -> None:
    state = stack(2)
    assert processes.names(state)[:4] == ["identity", "identity.2", "enrollment", "enrollment.2"]
    first, second = state.ports["identity.grpc"], state.ports["identity.2.grpc"]
    assert processes.address(state, "identity") == f"ipv4:127.0.0.1:{first},127.0.0.1:{second}"
    told = processes.environment("portal.2", Path("/data"), state, SERVERS, 8080)
    assert told["RESIDENCY_HTTP_PORT"] == str(state.ports["portal.2.http"]) != "8080"
    assert told["RESIDENCY_METRICS_PORT"] == str(state.ports["portal.2.metrics"])
    assert told["RESIDENCY_TRACE_FILE"] == "/data/traces/portal.2.jsonl"
    assert told["RESIDENCY_IDENTITY_ADDRESS"] == processes.address(state, "identity")
    assert told["RESIDENCY_DRAIN_SECONDS"] == str(processes.DRAIN_SECONDS)
    assert len(set(state.ports.values())) == len(state.ports)


def test_ops_30_replicas_of_one_service_share_its_database_and_its_machine() -> None:
    state = stack(2)
    first, second = (processes.environment(name, Path("/data"), state, SERVERS, 1) for name in ("notify", "notify.2"))
    for name in ("RESIDENCY_DATABASE_URL", "RESIDENCY_MACHINE_SECRET", "RESIDENCY_DATA_DIR"):
        assert first[name] == second[name]


def test_ops_30_a_start_with_fewer_forgets_the_others() -> None:
    state = stack(3)
    ports = dict(state.ports)
    processes.assign_ports(state, 1)
    assert processes.names(state) == list(processes.MODULES)
    assert state.ports["identity.grpc"] == ports["identity.grpc"]
    assert state.ports["portal"] == 8080


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (["identity"], ["identity", "identity.2"]),
        (["notify.2"], ["notify.2"]),
        (["notify.2", "identity"], ["identity", "identity.2", "notify.2"]),
    ],
)
def test_ops_32_a_restart_means_all_replicas_of_a_name_or_the_one_named(wanted: list[str], found: list[str]) -> None:
    assert restarts.chosen(stack(2), wanted) == found


def test_ops_32_all_first_replicas_are_restarted_before_any_second_one() -> None:
    chosen = restarts.chosen(stack(2), [])
    assert chosen[: len(processes.MODULES)] == list(processes.MODULES)
    assert sorted(chosen) == sorted(processes.names(stack(2)))


def test_ops_32_a_process_that_nobody_knows_is_named() -> None:
    with pytest.raises(KeyError, match=r"identity\.3"):
        restarts.chosen(stack(2), ["identity.3"])
