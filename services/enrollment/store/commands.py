"""The guarded write of a command on an application, alone or with others that wait (migration 0011)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from services.enrollment.records import ApplicationRecord, CycleRecord, GateRecord, Write
from services.enrollment.store.batching import Batcher
from services.enrollment.store.guarded import CHANGED, Changed, KeyReused, guarded, told_apart
from services.enrollment.store.sealing import Sealing
from services.kit import telemetry
from services.kit.database import Database

_WRITE = "SELECT write_command($1)"
_WRITE_MANY = "SELECT codes, answers FROM write_commands($1, $2)"

_AUDIT = (
    *("command", "role", "organisation", "rule", "phase", "calendar_version", "state_before", "detail"),
    *("address", "acted_for"),
)
_MARKS = (
    *("held", "objected", "publicity_ends_at", "admitted_at", "confirmed_at", "fix_until", "revocation_proposed"),
    *("waiting_rank", "offered_until", "ending"),
)
_NO_SECTION = (None,) * 3
_NO_DOSSIER = (None,) * 3
_NO_VERDICT = (None,) * 4
_NO_FACT = (None,) * 5
_NO_MARKS = (False, *(None,) * len(_MARKS))


@dataclass(frozen=True, slots=True)
class Command:
    """One guarded write as the database takes it."""

    row: tuple[object, ...] = field(repr=False)
    """The fields of the type `command_write`, in its order."""
    cycle_id: str
    claim: tuple[str, str]
    """Actor and key."""
    place: tuple[str, str]
    """Base and specialty whose seat it touches; empty when it touches none."""
    application: str
    """What it is sorted by: no two processes lock applications in another order. A new one is known by its person."""
    answer: bytes = field(repr=False)
    fact: bool = False


def command_of(
    sealing: Sealing, cycle: CycleRecord, gate: GateRecord, write: Write, body_hash: bytes, sealed: bytes
) -> Command:
    """The command that writes `write`, decided on `gate`; `sealed` is its answer."""
    after, entry = write.application, write.audit
    verdict, fact = write.verdict, write.fact
    claim = (entry["actor"], entry["idempotency_key"])
    # In the order and the groups of the type's fields.
    row = (
        *(*claim, body_hash, sealed, sealing.key),
        *(cycle.lock_key, cycle.id, gate.sequence, write.deadline),
        *(after.id, after.version, after.person_id, after.name, after.masked_document, after.state, after.round),
        *(after.draft.base_code, after.draft.specialty_code, after.draft.accepts_reallocation),
        *(after.submission_number, after.submitted.base_code, after.submitted.specialty_code),
        *(after.submitted.accepts_reallocation, after.submitted_at, after.remark, after.reason_code),
        *(after.not_selected, after.provisional_at, after.audit_hash),
        *[entry[name] for name in _AUDIT],
        *_section(sealing, after, write),
        *_dossier(sealing, after, write),
        *((verdict.kind, verdict.reason_code, verdict.remark, verdict.qualified) if verdict else _NO_VERDICT),
        *((fact.event_id, fact.subject, fact.event_type, fact.body, telemetry.traceparent()) if fact else _NO_FACT),
        write.seat,
        *((True, *(getattr(after.marks, name) for name in _MARKS)) if write.marks else _NO_MARKS),
    )
    place = (after.submitted.base_code, after.submitted.specialty_code) if write.seat else ("", "")
    known_by = after.id if after.version > 1 else after.person_id
    return Command(row, cycle.id, claim, place, known_by, sealed, fact is not None)


def _section(sealing: Sealing, after: ApplicationRecord, write: Write) -> tuple[object, ...]:
    saved = write.section
    if saved is None:
        return _NO_SECTION
    return saved.section, sealing.seal_section(after.id, saved.section, saved.body), saved.saved_at


def _dossier(sealing: Sealing, after: ApplicationRecord, write: Write) -> tuple[object, ...]:
    frozen = write.dossier
    if frozen is None:
        return _NO_DOSSIER
    sealed = sealing.seal_dossier(after.id, after.submission_number, frozen.sections)
    return sealed, frozen.fingerprint, frozen.correction_of


class CommandWriter:
    """Commits commands: each by itself while few wait, up to 32 in one transaction when more do."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._batcher = Batcher(self._one, self._many, lambda each: each.cycle_id, lambda each: each.claim)

    async def write(self, command: Command, write: Write) -> bytes:
        """The answer stored under the command's key: its own, or that of an equal command before.

        A command with rows of other tables goes its own way: they follow in its transaction. Raises Changed,
        KeyReused; DomainError UNAVAILABLE when the database is away (the outcome is then unknown).
        """
        if write.also:
            return await guarded(self._database, _WRITE, (command.row,), command.fact, write.also, command.answer)
        return await self._batcher.run(command)

    async def _one(self, command: Command) -> bytes:
        return await guarded(self._database, _WRITE, (command.row,), command.fact)

    async def _many(self, commands: Sequence[Command]) -> list[bytes | Exception]:
        order = sorted(range(len(commands)), key=lambda n: commands[n].application)
        seats = sorted(
            (n for n, at in enumerate(order, 1) if commands[at].place[0]), key=lambda n: commands[order[n - 1]].place
        )
        with told_apart():
            found = await self._database.fetchrow(_WRITE_MANY, [commands[at].row for at in order], seats)
        if found is None:
            raise RuntimeError("a batch of commands was not answered")
        if any(command.fact for command in commands):
            self._database.facts_written()
        results: list[bytes | Exception] = [b""] * len(commands)
        for at, code, stored in zip(order, found["codes"], found["answers"], strict=True):
            results[at] = _result(commands[at], code, stored)
        return results


def _result(command: Command, code: str, stored: bytes | None) -> bytes | Exception:
    """What came of one of many: an answer, or why nothing of it was written."""
    if code in CHANGED:
        return Changed(code)
    if code == "RE001":
        return KeyReused()
    return command.answer if stored is None else bytes(stored)
