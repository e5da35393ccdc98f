"""How every command runs: read, decide, write under the guard; read and decide again when something moved."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, Generic, Protocol, TypeVar

from pydantic import TypeAdapter

from services.enrollment.domain.capabilities import Decision
from services.enrollment.domain.phases import Phase
from services.enrollment.domain.publicity import mask_name
from services.enrollment.records import ApplicationRecord, CycleRecord, GateRecord, Situation, StoredAnswer, Write
from services.enrollment.store.applications import ApplicationStore
from services.enrollment.store.cycles import CycleStore
from services.enrollment.store.guarded import Changed, KeyReused
from services.kit.auth import origin
from services.kit.domain import Caller, DomainError, Kind

View = TypeVar("View")

TRIES = 6
"""How often a command is decided again before its caller is asked to come back."""


class Order(Protocol):
    """Any command: a frozen dataclass with its idempotency key."""

    @property
    def idempotency_key(self) -> str:
        """Makes a retry harmless."""
        ...


@dataclass(frozen=True, slots=True)
class Outcome(Generic[View]):
    """What a command decided: the write, and what its caller is answered once that is committed."""

    write: Write
    view: View


class Runner:
    """Runs commands on applications."""

    def __init__(self, cycles: CycleStore, applications: ApplicationStore) -> None:
        self.cycles = cycles
        self.applications = applications

    async def run(
        self,
        caller: Caller,
        order: Order,
        adapter: TypeAdapter[View],
        read: Callable[[], Awaitable[Situation | None]],
        decide: Callable[[CycleRecord, Situation], Awaitable[Outcome[View]]],
        cycle_id: str = "",
    ) -> View:
        """The answer to `order`: of this run, or of an equal one before (same actor, same key).

        `decide` raises the DomainError that tells why not. Raises NOT_FOUND when there is nothing to read, CONFLICT
        `KEY_REUSED` for another order under the key, UNAVAILABLE `CONTENDED` when others are faster every time.
        """
        sealing, key = self.applications.sealing, order.idempotency_key
        body_hash = sealing.body_hash(text_of(order))
        for _ in range(TRIES):
            situation = await read()
            if situation is None:
                raise not_found()
            if situation.answered is not None:
                stored = replayed(situation.answered, body_hash)
                return adapter.validate_json(sealing.open_answer(caller.actor, key, stored))
            known = situation.application
            cycle = await self.cycle(cycle_id or (known.cycle_id if known else ""), situation.gate.edition)
            try:
                outcome = await decide(cycle, situation)
            except DomainError as refusal:
                await self._name_holder(caller, known, refusal)
                raise
            answer = adapter.dump_json(outcome.view)
            try:
                stored = await self.applications.write(cycle, situation.gate, outcome.write, body_hash, answer)
            except Changed:
                continue
            except KeyReused:
                raise key_reused() from None
            return outcome.view if stored == answer else adapter.validate_json(stored)
        raise contended()

    async def _name_holder(self, caller: Caller, known: ApplicationRecord | None, refusal: DomainError) -> None:
        """SEAT-04: the base's own staff learn whose the last place is: the application, and the name masked."""
        if refusal.reason != "SEAT_FULL" or known is None or caller.organisation != known.submitted.base_code:
            return
        holder = await self.applications.last_placed(known.cycle_id, known.submitted)
        if holder is not None:
            refusal.details |= {"taken_by": holder[0], "taken_by_name": mask_name(holder[1])}

    async def cycle(self, cycle_id: str, edition: int = 0) -> CycleRecord:
        """A cycle, as of `edition` at least; raises NOT_FOUND when there is none."""
        cycle = await self.cycles.cycle(cycle_id, edition)
        if cycle is None:
            raise no_cycle()
        return cycle


def audit_entry(
    caller: Caller,
    order_name: str,
    key: str,
    cycle: CycleRecord,
    gate: GateRecord,
    decision: Decision,
    before: ApplicationRecord | None,
    detail: Mapping[str, Any],
) -> dict[str, Any]:
    """What the audit says of an accepted command beside the application as it becomes; the database chains it."""
    return {
        "command": order_name,
        **whose(caller),
        "rule": decision.rule,
        "phase": gate.phase.value,
        "calendar_version": cycle.calendar_version,
        "state_before": before.state.value if before is not None else "none",
        "detail": canonical(detail),
        "idempotency_key": key,
    }


def cycle_audit_entry(
    caller: Caller,
    order_name: str,
    key: str,
    cycle: CycleRecord,
    phase: Phase,
    sequence: int,
    rule: str,
    detail: Mapping[str, Any],
) -> dict[str, Any]:
    """The same for a command on a cycle or one of its windows; the database numbers it."""
    return {
        "aggregate_id": cycle.id,
        "command": order_name,
        **whose(caller),
        "rule": rule,
        "phase": phase.value,
        "gate_sequence": sequence,
        "calendar_version": cycle.calendar_version,
        "state_before": "",
        "state_after": "",
        "submission_number": 0,
        "detail": canonical(detail),
        "idempotency_key": key,
    }


def whose(caller: Caller) -> dict[str, str]:
    """APP-15: whose deed a row of the audit tells: who answers for it, in which hat, in whose place, from where."""
    return {
        "actor": caller.actor,
        "role": caller.role,
        "organisation": caller.organisation,
        "acted_for": caller.person_id if caller.acting_by else "",
        "address": origin().address,
    }


def canonical(value: object) -> str:
    """JSON with sorted keys: the same value is always the same text."""
    return _ENCODER.encode(value)


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return {entry.name: getattr(value, entry.name) for entry in fields(value)}
    return str(value)


_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain)


def hash_of(order: object) -> bytes:
    """A plain hash of `text_of`, for orders that are about nobody."""
    return hashlib.sha256(text_of(order).encode()).digest()


def text_of(order: object) -> str:
    """What two orders under one key must agree in: their kind and every field.

    Raises INVALID for a NUL character anywhere in it, which the database does not store.
    """
    if not is_dataclass(order) or isinstance(order, type):
        raise TypeError("an order is a dataclass")
    text = canonical([type(order).__name__, order])
    if "\\u0000" in text:
        raise DomainError(Kind.INVALID, "BAD_TEXT", "文字中含有无法保存的字符。")
    return text


def replayed(stored: StoredAnswer, body_hash: bytes) -> bytes:
    """The stored answer; raises CONFLICT when it belongs to another command."""
    if stored.body_hash != body_hash:
        raise key_reused()
    return stored.answer


def key_reused() -> DomainError:
    """APP-12: the same actor and key mean the same command, answered once; another body under the key is refused."""
    return DomainError(
        Kind.CONFLICT, "KEY_REUSED", "该请求编号已用于其他操作。", field="idempotency_key", rule="APP-12"
    )


def contended() -> DomainError:
    """Others were faster every time; nothing was written."""
    return DomainError(Kind.UNAVAILABLE, "CONTENDED", "操作人数较多,请稍后重试。")


def not_found() -> DomainError:
    """CAP-SCOPE: absent, or not the caller's to see: the two answers are one."""
    return DomainError(Kind.NOT_FOUND, "APPLICATION_NOT_FOUND", "没有这份报名。", rule="CAP-SCOPE")


def no_cycle() -> DomainError:
    """No such cycle."""
    return DomainError(Kind.NOT_FOUND, "CYCLE_NOT_FOUND", "没有这个招录年度。")
