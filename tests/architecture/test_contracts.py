"""Every RPC says who may call it; only repeatable ones are retried; generated code is what the contracts say."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.descriptor import MethodDescriptor

from residency.identity.v1 import account_pb2
from services.kit.grpc_server import policy_of

ROOT = Path(__file__).parents[2]
PROTOS = ROOT / "protos"
MODULES = sorted(
    str(path.relative_to(PROTOS)).removesuffix(".proto").replace("/", ".") + "_pb2"
    for path in PROTOS.glob("residency/*/v1/*.proto")
)
ROLES = {name.removeprefix("ROLE_").lower() for name in account_pb2.Role.DESCRIPTOR.values_by_name} - {"unspecified"}


def methods() -> Iterator[MethodDescriptor]:
    for module in MODULES:
        for service in import_module(module).DESCRIPTOR.services_by_name.values():
            yield from service.methods


METHODS = list(methods())
CONFIGS = sorted(PROTOS.glob("residency/*/v1/*_grpc_service_config.json"))


def test_there_are_methods_to_check() -> None:
    assert len(METHODS) > 30


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.full_name)
def test_a_method_declares_who_may_call_it(method: MethodDescriptor) -> None:
    policy = policy_of(method)
    assert policy is not None, "add `option (residency.kit.v1.policy)`: without one the server refuses everybody"
    assert policy.anyone or policy.roles
    assert set(policy.roles) <= ROLES


@pytest.mark.parametrize(
    "config", sorted(PROTOS.glob("residency/*/v1/*_grpc_service_config.json")), ids=lambda p: p.stem
)
def test_only_repeatable_methods_are_retried_and_all_have_a_deadline(config: Path) -> None:
    package = ".".join(config.relative_to(PROTOS).parts[:-1])
    entries: list[dict[str, Any]] = json.loads(config.read_text())["methodConfig"]
    covered = {name["service"] for entry in entries for name in entry["name"] if "method" not in name}

    for method in (each for each in METHODS if each.full_name.startswith(package + ".")):
        assert method.containing_service.full_name in covered, "add the service to the service config"
        assert policy_of(method).repeatable, f"{method.full_name} would be retried though a repeat has a second effect"
    assert all("timeout" in entry for entry in entries)


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.full_name)
def test_a_command_carries_an_idempotency_key(method: MethodDescriptor) -> None:
    policy = policy_of(method)
    reads = ("Get", "List", "Count", "SignIn")
    by_nature = {"ImportOrganisations", "AppointStaff", "EnterPhase", "CloseWindow", "MarkRead", "SendNotice"}
    if method.name.startswith(reads) or method.name in by_nature:
        return
    assert policy.repeatable
    assert "idempotency_key" in method.input_type.fields_by_name


def test_generated_code_is_current() -> None:
    checked = subprocess.run([sys.executable, PROTOS / "generate.py", "--check"], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout + checked.stderr
