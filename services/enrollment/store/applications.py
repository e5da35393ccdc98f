"""The command path of applications: one read, one guarded write. Raw asyncpg on purpose (performance notes, 1)."""

from __future__ import annotations

from collections.abc import Sequence

from services.enrollment.domain.choice import Choice
from services.enrollment.records import CycleRecord, GateRecord, Situation, StoredAnswer, Write
from services.enrollment.store import rows
from services.enrollment.store.batching import Batcher
from services.enrollment.store.commands import CommandWriter, command_of
from services.enrollment.store.sealing import Sealing
from services.enrollment.store.unlocks import write_unlock
from services.kit.database import Database

_GATE = "clock_timestamp() AS now, g.phase AS gate_phase, g.sequence AS gate_sequence, g.closes_at AS gate_closes_at, "
_GATE += "g.edition AS gate_edition, g.round AS gate_round, g.held_since AS gate_held_since"
_REST = """
    w.review_deadline, w.written_exam, w.interview, w.pre_admission,
    coalesce((SELECT s.planned - s.taken FROM seat s
              WHERE s.cycle_id = a.cycle_id AND s.base_code = a.base_code AND s.specialty_code = a.specialty_code),
             0) AS seats_left,
    i.body_hash, i.answer
"""
_JOINS = """
    LEFT JOIN base_window w ON w.cycle_id = g.cycle_id AND w.base_code = a.base_code AND w.round = g.round
    LEFT JOIN idempotency i ON i.actor = {actor} AND i.key = {key}
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
    LEFT JOIN application a ON a.cycle_id = g.cycle_id AND a.person_id = {{last}}
    {_JOINS}
    WHERE g.cycle_id = {{id}}
    ORDER BY a.live DESC LIMIT 1
"""  # noqa: S608 (constants of this module)
_ANY = f"""
    SELECT {_GATE}, a.*, {_REST}, NULL AS sections, NULL AS unlocked,
        CASE WHEN {{last}} IN (0, a.submission_number) THEN ''
             ELSE coalesce((SELECT n.base_code FROM submission n WHERE n.application_id = a.id AND n.number = {{last}}),
                           '')
        END AS named_base
    FROM application a JOIN cycle_gate g ON g.cycle_id = a.cycle_id
    {_JOINS}
    WHERE a.id = {{id}} LIMIT 1
"""  # noqa: S608 (constants of this module)


_LAST_PLACED = """
    SELECT id, name FROM application
    WHERE cycle_id = $1 AND base_code = $2 AND specialty_code = $3 AND state IN ('provisional', 'admitted')
    ORDER BY provisional_at DESC NULLS LAST, id LIMIT 1
"""


class _Reading:
    """One question of situations, asked for one or, while many wait, for several at once."""

    def __init__(self, database: Database, sql: str, last: str) -> None:
        self._database = database
        self._single = sql.format(id="$1", actor="$2", key="$3", last="$4")
        asked = (
            f"unnest($1::uuid[], $2::text[], $3::text[], $4::{last}[]) WITH ORDINALITY AS q (id, actor, key, last, n)"
        )
        inner = sql.format(id="q.id", actor="q.actor", key="q.key", last="q.last")
        self._several = f"SELECT q.n, found.* FROM {asked} CROSS JOIN LATERAL ({inner}) found"  # noqa: S608
        self._batcher: Batcher[tuple[object, ...], rows.Row | None] = Batcher(self._one, self._many)

    async def ask(self, *values: object) -> rows.Row | None:
        """The row for an id, an actor, a key and what the question asks last; None when there is none."""
        return await self._batcher.run(values)

    async def _one(self, values: tuple[object, ...]) -> rows.Row | None:
        return await self._database.fetchrow(self._single, *values)

    async def _many(self, asked: Sequence[tuple[object, ...]]) -> list[rows.Row | Exception | None]:
        found = await self._database.fetch(self._several, *map(list, zip(*asked, strict=True)))
        answers = {row["n"]: row for row in found}
        return [answers.get(number) for number in range(1, len(asked) + 1)]


class ApplicationStore:
    """Reads and writes applications; what is sensitive is sealed on the way in and opened on the way out."""

    def __init__(self, database: Database, sealing: Sealing) -> None:
        self._database = database
        self._own = _Reading(database, _OWN, "text")
        self._any = _Reading(database, _ANY, "integer")
        self._writer = CommandWriter(database)
        self.sealing = sealing

    async def read_own(self, cycle_id: str, person_id: str, actor: str = "", key: str = "") -> Situation | None:
        """The person's own application in a cycle with its draft; None when there is no such cycle.

        `actor` and `key` are those of the command that is to be decided, if any.
        """
        row = await self._own.ask(cycle_id, actor, key, person_id)
        return None if row is None else self._situation(row)

    async def read(self, application_id: str, actor: str = "", key: str = "", number: int = 0) -> Situation | None:
        """One application as staff act on it; None when there is none.

        `number` is the submission that the command names: when it is an old one, its base comes in `named_base`.
        """
        row = await self._any.ask(application_id, actor, key, number)
        return None if row is None else self._situation(row)

    async def last_placed(self, cycle_id: str, at: Choice) -> tuple[str, str] | None:
        """Id and name of who was given a place at a base and specialty last; None while nobody holds one."""
        row = await self._database.fetchrow(_LAST_PLACED, cycle_id, at.base_code, at.specialty_code)
        return None if row is None else (str(row["id"]), row["name"])

    async def write(self, cycle: CycleRecord, gate: GateRecord, write: Write, body_hash: bytes, answer: bytes) -> bytes:
        """The one guarded write; returns the answer stored under the key: this one, or that of an equal command before.

        Raises Changed when gate, clock, version or seat are no longer as read, KeyReused for another body under
        the key; DomainError UNAVAILABLE when the database is away (the outcome is then unknown: retry the key).
        """
        sealing, entry = self.sealing, write.audit
        actor, key = entry["actor"], entry["idempotency_key"]
        sealed = sealing.seal_answer(actor, key, answer)
        if write.unlock is not None:
            stored = await write_unlock(
                self._database, cycle, gate, write, write.unlock, body_hash, sealed, sealing.key
            )
        else:
            command = command_of(sealing, cycle, gate, write, body_hash, sealed)
            stored = await self._writer.write(command, write)
        return answer if stored == sealed else sealing.open_answer(actor, key, stored)

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
