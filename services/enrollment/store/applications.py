"""The command path of applications: one read, one guarded write. Raw asyncpg on purpose (performance notes, 1)."""

from __future__ import annotations

from services.enrollment.domain.phases import ROUNDS
from services.enrollment.records import (
    ApplicationRecord,
    CycleRecord,
    GateRecord,
    Situation,
    Statement,
    StoredAnswer,
    Write,
)
from services.enrollment.store import rows
from services.enrollment.store.guarded import guarded
from services.enrollment.store.sealing import Sealing
from services.enrollment.store.unlocks import write_unlock
from services.kit import telemetry
from services.kit.database import Database

_ROUND = "CASE g.phase " + " ".join(f"WHEN '{phase.value}' THEN {number}" for phase, number in ROUNDS.items()) + " END"
_GATE = "clock_timestamp() AS now, g.phase AS gate_phase, g.sequence AS gate_sequence, g.closes_at AS gate_closes_at, "
_GATE += "g.edition AS gate_edition"
_REST = """
    w.review_deadline, w.written_exam, w.interview, w.pre_admission,
    coalesce((SELECT s.planned - s.taken FROM seat s
              WHERE s.cycle_id = a.cycle_id AND s.base_code = a.base_code AND s.specialty_code = a.specialty_code),
             0) AS seats_left,
    i.body_hash, i.answer
"""
_JOINS = f"""
    LEFT JOIN base_window w ON w.cycle_id = g.cycle_id AND w.base_code = a.base_code AND w.round = {_ROUND}
    LEFT JOIN idempotency i ON i.actor = $2 AND i.key = $3
"""
_OWN = f"""
    SELECT {_GATE}, a.*, {_REST}, '' AS named_base,
        (SELECT jsonb_object_agg(d.section, jsonb_build_object('body', d.body, 'saved_at', d.saved_at))
         FROM dossier_section d WHERE d.application_id = a.id)::text AS sections,
        CASE WHEN a.unlocked_until > clock_timestamp() THEN (
            SELECT jsonb_object_agg(o.section, jsonb_build_array(o.since, o.until)) FROM (
                SELECT unnest(u.sections) AS section, min(u.since) AS since, max(u.until) AS until
                FROM section_unlock u
                WHERE u.application_id = a.id AND u.ended_at IS NULL AND u.until > clock_timestamp()
                GROUP BY 1
            ) o)::text
        END AS unlocked
    FROM cycle_gate g
    LEFT JOIN application a ON a.cycle_id = g.cycle_id AND a.person_id = $4
    {_JOINS}
    WHERE g.cycle_id = $1
    ORDER BY a.live DESC LIMIT 1
"""  # noqa: S608 (constants of this module)
_ONE = f"""
    SELECT {_GATE}, a.*, {_REST}, NULL AS sections, NULL AS unlocked,
        CASE WHEN $4 IN (0, a.submission_number) THEN ''
             ELSE coalesce((SELECT n.base_code FROM submission n WHERE n.application_id = a.id AND n.number = $4), '')
        END AS named_base
    FROM application a JOIN cycle_gate g ON g.cycle_id = a.cycle_id
    {_JOINS}
    WHERE a.id = $1
"""  # noqa: S608 (constants of this module)

_AUDIT = (
    *("command", "role", "organisation", "rule", "phase", "calendar_version", "state_before", "detail"),
    *("address", "acted_for"),
)
_NO_SECTION = (None,) * 3
_NO_DOSSIER = (None,) * 3
_NO_VERDICT = (None,) * 4
_NO_FACT = (None,) * 5
_WRITE = f"SELECT write_command({', '.join(f'${number}' for number in range(1, 56))})"


_MARKS = (
    *("held", "objected", "publicity_ends_at", "admitted_at", "confirmed_at", "fix_until", "revocation_proposed"),
    *("waiting_rank", "offered_until", "ending"),
)
_SET_MARKS = ", ".join(f"{name} = ${number}" for number, name in enumerate(_MARKS, 2))
_WRITE_MARKS = f"UPDATE application SET {_SET_MARKS} WHERE id = $1"  # noqa: S608 (constants of this module)


def _marks(after: ApplicationRecord) -> Statement:
    return Statement(_WRITE_MARKS, (after.id, *(getattr(after.marks, name) for name in _MARKS)), 1)


class ApplicationStore:
    """Reads and writes applications; what is sensitive is sealed on the way in and opened on the way out."""

    def __init__(self, database: Database, sealing: Sealing) -> None:
        self._database = database
        self.sealing = sealing

    async def read_own(self, cycle_id: str, person_id: str, actor: str = "", key: str = "") -> Situation | None:
        """The person's own application in a cycle with its draft; None when there is no such cycle.

        `actor` and `key` are those of the command that is to be decided, if any.
        """
        row = await self._database.fetchrow(_OWN, cycle_id, actor, key, person_id)
        return None if row is None else self._situation(row)

    async def read(self, application_id: str, actor: str = "", key: str = "", number: int = 0) -> Situation | None:
        """One application as staff act on it; None when there is none.

        `number` is the submission that the command names: when it is an old one, its base comes in `named_base`.
        """
        row = await self._database.fetchrow(_ONE, application_id, actor, key, number)
        return None if row is None else self._situation(row)

    async def write(self, cycle: CycleRecord, gate: GateRecord, write: Write, body_hash: bytes, answer: bytes) -> bytes:
        """The one guarded write; returns the answer stored under the key: this one, or that of an equal command before.

        Raises Changed when gate, clock, version or seat are no longer as read, KeyReused for another body under
        the key; DomainError UNAVAILABLE when the database is away (the outcome is then unknown: retry the key).
        """
        after, entry, sealing = write.application, write.audit, self.sealing
        verdict, fact = write.verdict, write.fact
        actor, key = entry["actor"], entry["idempotency_key"]
        sealed = sealing.seal_answer(actor, key, answer)
        if write.unlock is not None:
            stored = await write_unlock(
                self._database, cycle, gate, write, write.unlock, body_hash, sealed, sealing.key
            )
            return answer if stored == sealed else sealing.open_answer(actor, key, stored)
        # In the order and the groups of the function's parameters.
        values = (
            *(actor, key, body_hash, sealed, sealing.key),
            *(cycle.lock_key, cycle.id, gate.sequence, write.deadline),
            *(after.id, after.version, after.person_id, after.name, after.masked_document, after.state, after.round),
            *(after.draft.base_code, after.draft.specialty_code, after.draft.accepts_reallocation),
            *(after.submission_number, after.submitted.base_code, after.submitted.specialty_code),
            *(after.submitted.accepts_reallocation, after.submitted_at, after.remark, after.reason_code),
            *(after.not_selected, after.provisional_at, after.audit_hash),
            *(entry[name] for name in _AUDIT),
            *self._section(after, write),
            *self._dossier(after, write),
            *((verdict.kind, verdict.reason_code, verdict.remark, verdict.qualified) if verdict else _NO_VERDICT),
            *((fact.event_id, fact.subject, fact.event_type, fact.body, telemetry.traceparent()) if fact else _NO_FACT),
            write.seat,
        )
        also = (_marks(after), *write.also) if write.marks else write.also
        stored = await guarded(self._database, _WRITE, values, fact is not None, also, sealed)
        return answer if stored == sealed else sealing.open_answer(actor, key, stored)

    def _section(self, after: ApplicationRecord, write: Write) -> tuple[object, ...]:
        saved = write.section
        if saved is None:
            return _NO_SECTION
        return saved.section, self.sealing.seal_section(after.id, saved.section, saved.body), saved.saved_at

    def _dossier(self, after: ApplicationRecord, write: Write) -> tuple[object, ...]:
        frozen = write.dossier
        if frozen is None:
            return _NO_DOSSIER
        sealed = self.sealing.seal_dossier(after.id, after.submission_number, frozen.sections)
        return sealed, frozen.fingerprint, frozen.correction_of

    def _situation(self, row: rows.Row) -> Situation:
        answered = None if row["answer"] is None else StoredAnswer(row["body_hash"], row["answer"])
        return Situation(
            rows.gate_of(row),
            rows.application_of(row),
            rows.milestones_of(row),
            row["seats_left"],
            self.sealing.open_sections(str(row["id"]), row["sections"]),
            row["named_base"],
            answered,
            rows.unlocked_of(row["unlocked"]),
        )
