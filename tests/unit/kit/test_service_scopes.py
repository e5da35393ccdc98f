"""SVC-02 and SVC-03: what the guard lets a service account do: what its scopes name, and never what is a person's."""

from __future__ import annotations

from typing import Any

import pytest

from residency.identity.v1 import staff_service_pb2 as staff
from residency.kit.v1 import policy_pb2
from services.identity.domain.service_accounts import SCOPES
from services.kit.domain import DomainError, Kind
from services.kit.policy import scope_of
from tests.architecture.contracts import METHODS, POLICIES, short
from tests.unit.kit.guarded import SOMEBODY, Guarded, token


async def refusal(call: Any) -> DomainError:
    with pytest.raises(DomainError) as caught:
        await call
    return caught.value


async def test_svc_02_a_method_outside_the_scopes_is_refused_and_says_which_is_missing(running: Guarded) -> None:
    program = running.staff_as(token("base_administrator", scope="enrollment.read faculty.read"))
    error = await refusal(program.ListStaff(staff.ListStaffRequest()))
    assert (error.kind, error.reason, error.rule) == (Kind.FORBIDDEN, "SCOPE_MISSING", "SVC-02")
    assert error.details["scope"] == "identity.read"
    assert running.staff.served == []


async def test_svc_02_a_method_within_the_scopes_is_served_to_the_accounts_hat_only(running: Guarded) -> None:
    await running.staff_as(token("base_administrator", scope="identity.read")).ListStaff(staff.ListStaffRequest())
    assert running.staff.served == ["ListStaff"]
    error = await refusal(
        running.staff_as(token("base_reviewer", scope="identity.read")).ListStaff(staff.ListStaffRequest())
    )
    assert error.reason == "ROLE_NOT_ALLOWED"


async def test_svc_02_an_account_without_scopes_may_do_nothing(running: Guarded) -> None:
    error = await refusal(running.staff_as(token("base_administrator", scope="")).ListStaff(staff.ListStaffRequest()))
    assert error.reason == "SCOPE_MISSING"


async def test_svc_03_what_needs_a_proof_is_peoples_whatever_the_scopes(running: Guarded) -> None:
    request = staff.EndHatRequest(hat_id=SOMEBODY, reason="测试", idempotency_key="0123456789")
    program = token("base_administrator", scope="identity.read identity.write", sid=SOMEBODY)
    error = await refusal(running.staff_as(program).EndHat(request))
    assert (error.kind, error.reason, error.rule) == (Kind.FORBIDDEN, "PEOPLE_ONLY", "SVC-03")
    assert running.staff.served == []


@pytest.mark.parametrize("method", METHODS, ids=short)
def test_svc_02_every_method_has_the_scope_that_its_contract_gives(method: Any) -> None:
    """By service and `reads` alone: a method that is added tomorrow is closed until an account has its scope."""
    policy = POLICIES[short(method)]
    service = short(method).split(".")[0]
    if policy.step_up or policy.scope == policy_pb2.SCOPE_SELF:
        assert scope_of(method) == ""
    else:
        assert scope_of(method) == f"{service}.{'read' if policy.reads else 'write'}"


def test_svc_03_nothing_of_identity_can_be_granted() -> None:
    """Own account, sessions, staff, other accounts: all of it is identity's."""
    assert (
        tuple(f"{each}.{verb}" for each in ("enrollment", "faculty", "notify") for verb in ("read", "write")) == SCOPES
    )
    used = {scope_of(method) for method in METHODS if not POLICIES[short(method)].anyone} - {""}
    assert used - set(SCOPES) == {"identity.read", "identity.write"}
