"""`residency up` as a newcomer meets it: it starts, heals, stops without trace, and finds its data again."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from services.drills import ground
from services.drills.ground import Stack
from services.stack import databases, demo, probing, servers
from tests.deploy import exposed
from tests.support.wait import until

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def own_stack() -> Iterator[Stack]:
    """A stack that these tests may kill, stop and start."""
    with ground.running() as running:
        yield running


def test_it_prints_addresses_and_log_ins_when_it_is_ready(own_stack: Stack) -> None:
    until(lambda: "Demo log-ins" in own_stack.output(), "the table")
    for person in demo.PEOPLE:
        assert person.login in own_stack.output()
    assert demo.password(own_stack.state()) in own_stack.output()
    assert f"http://localhost:{own_stack.port}/" in own_stack.output()


def test_staff_of_the_demo_sign_in_with_the_six_digits_that_a_command_prints(own_stack: Stack) -> None:
    told = own_stack.residency("code", "qilu.admin")
    out, errors = told.communicate(timeout=30)
    assert told.returncode == 0, errors
    body = {"login": "qilu.admin", "password": demo.password(own_stack.state())}
    owed = own_stack.post("/api/v1/sessions", body)["signed_in"]
    assert owed["factors"] == ["totp", "recovery_code"]
    body = {"challenge_id": owed["challenge_id"], "totp": out.strip()}
    signed_in = own_stack.post("/api/v1/sessions/second-factor", body)["signed_in"]
    assert signed_in["hat"]["role"] == "base_administrator"
    assert own_stack.data.joinpath("demo-factors.json").stat().st_mode & 0o777 == 0o600


def test_keys_rotate_and_everything_is_sealed_anew(own_stack: Stack) -> None:
    for service in databases.SERVICES:
        told = own_stack.residency("keys", "rotate", "sealing", "--service", service)
        assert told.wait(30) == 0, told.communicate()
        until(lambda service=service: taken(own_stack, service), f"{service} seals with its fresh key", 30)  # type: ignore[misc]  # mypy does not infer lambdas with defaults
    told = own_stack.residency("keys", "rewrap", "--json")
    out, errors = told.communicate(timeout=60)
    assert told.returncode == 0, errors
    sealed = json.loads(out)
    # Document and mobile of each demo person who registered, and what staff gave.
    assert sealed["identity"] >= 2 * 2 + len(demo.PEOPLE) - 2
    told = own_stack.residency("keys", "rewrap", "--service", "identity", "--json")
    out, errors = told.communicate(timeout=60)
    assert (told.returncode, json.loads(out)) == (0, {"identity": 0}), errors


def test_nobody_is_due_to_be_forgotten_yet(own_stack: Stack) -> None:
    told = own_stack.residency("people", "erase", "--dry-run")
    out, errors = told.communicate(timeout=30)
    assert (told.returncode, out) == (0, "0 accounts are due; nothing was erased (--dry-run)\n"), errors


def taken(stack: Stack, service: str) -> bool:
    """Whether the service has said that it uses the changed keys."""
    return "changed keys are in use" in (stack.data / "logs" / f"{service}.log").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["notify", "nats", "temporal", "postgres", "nursery"])
def test_what_dies_comes_back_on_the_same_port_and_it_is_said(own_stack: Stack, name: str) -> None:
    before = own_stack.state().ports
    own_stack.kill(name)
    until(lambda: f"{name} is ready again" in own_stack.output(), f"{name} is ready again", 30)
    assert f"{name} died (signal 9, SIGKILL); restarting in" in own_stack.output()
    assert own_stack.state().ports == before
    assert own_stack.state().restarts[name] == 1


def test_every_process_is_ready_again_after_the_servers_died(own_stack: Stack) -> None:
    ports = own_stack.state().ports
    for name in ("identity", "enrollment", "faculty", "notify", "portal", "workflows"):
        port = ports[f"{name}.metrics"]
        until(lambda port=port: asyncio.run(probing.http_status(port, "/readyz")) == 200, f"{name} is ready", 30)  # type: ignore[misc]  # mypy does not infer lambdas with defaults


def test_ops_70_processes_tell_the_metrics_of_the_closed_lists_and_no_others(own_stack: Stack) -> None:
    ports, known = own_stack.state().ports, exposed.series()
    for name in ("identity", "enrollment", "faculty", "notify", "portal", "workflows"):
        text = httpx.get(f"http://127.0.0.1:{ports[f'{name}.metrics']}/metrics").text
        told = {
            sample.name: set(sample.labels)
            for family in text_string_to_metric_families(text)
            for sample in family.samples
            if sample.name.startswith("residency_")
        }
        assert "residency_part_ready" in told
        assert {series: known.get(series) for series in told} == told


def test_status_tells_addresses_and_deaths(own_stack: Stack) -> None:
    told = own_stack.residency("status")
    out, _ = told.communicate(timeout=30)
    assert told.returncode == 0
    assert "died 1×" in out
    assert servers.without_password(servers.url("nats", own_stack.state())) in out


def test_dead_letters_can_be_asked_for(own_stack: Stack) -> None:
    told = own_stack.residency("deadletters", "list")
    out, errors = told.communicate(timeout=30)
    assert (told.returncode, out.strip()) == (0, "no dead letters"), errors


def test_a_second_up_on_the_same_data_is_refused(own_stack: Stack) -> None:
    told = own_stack.residency("up")
    _, errors = told.communicate(timeout=30)
    assert told.returncode == 2
    assert errors.startswith("residency: already running on ")


def test_stopping_leaves_no_process_and_a_second_start_finds_its_data(own_stack: Stack) -> None:
    secret = own_stack.state().secrets
    cycles = own_stack.get("/api/v1/cycles")
    assert own_stack.stop() == []
    own_stack.start()
    assert own_stack.state().secrets == secret
    assert own_stack.get("/api/v1/cycles") == cycles
    assert "migrating" not in own_stack.output().partition("stopped; everything is kept")[2]
