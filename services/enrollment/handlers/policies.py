"""The policy of a cycle: read with its meaning, changed key by key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import TypeAdapter

from services.enrollment import facts
from services.enrollment.domain.capabilities import Action, Actor, Standing, decide
from services.enrollment.domain.milestones import Milestones
from services.enrollment.domain.policy import Policy
from services.enrollment.domain.policy_rules import KEYS, changed_policy, check_unlocked, is_locked, plain
from services.enrollment.domain.refusals import require
from services.enrollment.handlers.deeds import Deed, DeedRunner
from services.enrollment.records import CycleRecord, GateRecord
from services.enrollment.store import plans
from services.kit.domain import Caller, DomainError, Kind


@dataclass(frozen=True, slots=True)
class SetPolicy:
    """Change keys of a policy; 0 skips the check of the edition."""

    cycle_id: str
    values: Mapping[str, Any]
    reason: str
    expected_edition: int
    override_lock: bool
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class PolicyView:
    """A policy with every key as JSON holds it, and which keys are locked now."""

    cycle_id: str
    values: dict[str, Any]
    edition: int
    locked: tuple[str, ...] = field(default=())


_VIEW: TypeAdapter[PolicyView] = TypeAdapter(PolicyView)


class PolicyHandlers:
    """What a province decides for its cycle as a whole."""

    def __init__(self, runner: DeedRunner) -> None:
        self._runner = runner

    async def get_policy(self, caller: Caller, cycle_id: str) -> PolicyView:
        """The policy as it holds now. Raises NOT_FOUND for another province's cycle."""
        cycle, gate = await self._runner.own(caller, cycle_id)
        return _view(cycle.id, cycle.policy, gate.edition, gate)

    async def set_policy(self, caller: Caller, order: SetPolicy) -> PolicyView:
        """PLAN-15: a change of the policy is a new edition, with a reason, and in the audit key by key.

        Raises INVALID naming key and rule, NOT_NOW `POLICY_LOCKED`, CONFLICT `STALE_EDITION`.
        """
        await self._runner.own(caller, order.cycle_id)

        async def decided(cycle: CycleRecord, gate: GateRecord) -> Deed[PolicyView]:
            require_province(caller, cycle, gate)
            if order.expected_edition not in (0, gate.edition):
                raise _stale(gate.edition)
            after = changed_policy(cycle.policy, order.values, cycle.catalogue, cycle.calendar.rounds)
            was, becomes = plain(cycle.policy), plain(after)
            changed = [name for name in KEYS if was[name] != becomes[name]]
            check_unlocked(changed, gate.phase, override=order.override_lock)
            detail = {
                "reason": order.reason,
                "changes": {name: [was[name], becomes[name]] for name in changed},
                "override": [name for name in changed if is_locked(name, gate.phase)],
            }
            return Deed(
                _view(cycle.id, after, gate.edition + 1, gate),
                *("set_policy", "PLAN-15", detail),
                fact=facts.plan_changed(cycle.id, "", "policy", gate.edition + 1),
                also=(plans.set_policy(cycle.id, after, gate.edition),),
                new_edition=True,
            )

        return await self._runner.run(caller, order, _VIEW, order.cycle_id, decided)


def require_province(
    caller: Caller, cycle: CycleRecord, gate: GateRecord, action: Action = Action.DECIDE_QUOTA
) -> None:
    """Raise why the caller may not do this deed on the cycle now (CAP-QUOTA unless another action is named)."""
    actor = Actor(caller.role, caller.organisation)
    require(decide(action, gate.moment(cycle), Milestones(), Standing(), actor, cycle.policy))


def _view(cycle_id: str, policy: Policy, edition: int, gate: GateRecord) -> PolicyView:
    locked = tuple(name for name in KEYS if is_locked(name, gate.phase))
    return PolicyView(cycle_id, plain(policy), edition, locked)


def _stale(edition: int) -> DomainError:
    return DomainError(
        Kind.CONFLICT,
        "STALE_EDITION",
        "政策或计划已在别处更新,请刷新后重试。",
        field="expected_edition",
        rule="PLAN-15",
        details={"current": str(edition)},
    )
