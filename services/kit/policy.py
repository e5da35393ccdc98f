"""What the contract declares about a method; apart from the server, which checks requests with a heavy library."""

from __future__ import annotations

from typing import Any

from google.protobuf.descriptor import MethodDescriptor

from residency.kit.v1 import policy_pb2


def policy_of(method: MethodDescriptor) -> Any:
    """The `residency.kit.v1.Policy` that the contract declares for `method`; None when it declares none."""
    options: Any = method.GetOptions()
    return options.Extensions[policy_pb2.policy] if options.HasExtension(policy_pb2.policy) else None


def scope_of(method: MethodDescriptor) -> str:
    """SVC-02: what a service account needs for `method`: its service and whether it reads, as `enrollment.read`.

    Empty for what no scope opens: what is about the caller's own person, and what needs a fresh proof of one.
    """
    policy = policy_of(method)
    if policy is None or policy.step_up or policy.scope == policy_pb2.SCOPE_SELF:
        return ""
    service = method.containing_service.file.package.split(".")[1]
    return f"{service}.{'read' if policy.reads else 'write'}"
