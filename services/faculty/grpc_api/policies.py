"""Policies of faculty over gRPC: messages to use cases and back, nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import grpc

from residency.faculty.v1 import appointment_service_pb2 as pb
from services.faculty.domain.policy import FacultyPolicy
from services.faculty.handlers.policies import Policies
from services.kit.auth import caller

if TYPE_CHECKING:
    Context = grpc.aio.ServicerContext[object, object]


class PolicyApi:
    """The policies' part of AppointmentService."""

    def __init__(self, policies: Policies) -> None:
        self._policies = policies

    async def GetFacultyPolicy(
        self, request: pb.GetFacultyPolicyRequest, context: Context
    ) -> pb.GetFacultyPolicyResponse:
        """Reads what holds."""
        policy = await self._policies.get(caller(), request.base_code)
        return pb.GetFacultyPolicyResponse(policy=policy_message(policy))

    async def SetFacultyPolicy(
        self, request: pb.SetFacultyPolicyRequest, context: Context
    ) -> pb.SetFacultyPolicyResponse:
        """Configures one's own organisation."""
        asked = request.policy
        policy = await self._policies.set(
            *(caller(), asked.organisation_code, _content(asked), asked.edition),
            *(request.reason, request.idempotency_key),
        )
        return pb.SetFacultyPolicyResponse(policy=policy_message(policy))


def policy_message(policy: FacultyPolicy) -> pb.FacultyPolicy:
    """A policy as the contract has it."""
    return pb.FacultyPolicy(organisation_code=policy.organisation_code, edition=policy.edition, **policy.content())


def _content(message: pb.FacultyPolicy) -> dict[str, Any]:
    return {name: getattr(message, name) for name in FacultyPolicy().content()}
