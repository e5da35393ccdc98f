"""The methods of all contracts with their policies, for the tests beside."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from google.protobuf.descriptor import MethodDescriptor

from residency.identity.v1 import account_pb2
from services.kit.policy import policy_of

ROOT = Path(__file__).parents[2]
PROTOS = ROOT / "protos"
MODULES = sorted(
    str(path.relative_to(PROTOS)).removesuffix(".proto").replace("/", ".") + "_pb2"
    for path in PROTOS.glob("residency/*/v1/*.proto")
)
ROLES = {name.removeprefix("ROLE_").lower() for name in account_pb2.Role.DESCRIPTOR.values_by_name} - {"unspecified"}


def _methods() -> Iterator[MethodDescriptor]:
    for module in MODULES:
        for service in import_module(module).DESCRIPTOR.services_by_name.values():
            yield from service.methods


METHODS = list(_methods())


def short(method: MethodDescriptor) -> str:
    """Package, service and method as people say them: `identity.StaffService.EndHat`."""
    return method.full_name.removeprefix("residency.").replace(".v1.", ".")


POLICIES: dict[str, Any] = {short(method): policy_of(method) for method in METHODS}
