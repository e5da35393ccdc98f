"""What is written beside an application when its place changes: proposals, exceptions, records, cases for penalties."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from services.enrollment.records import ApplicationRecord, Statement
from services.enrollment.store.rows import Row
from services.enrollment.store.sealing import Sealing
from services.kit.database import Database
from services.kit.ids import new_id

_WHO = "p.*, a.name, a.masked_document FROM {0} p JOIN application a ON a.id = p.application_id"
_REVOCATIONS = f"SELECT {_WHO.format('place_revocation')}"
_PROPOSALS = f"SELECT {_WHO.format('grant_proposal')}"
_QUITS = f"""
    SELECT {_WHO.format("quit_record")}
    WHERE p.cycle_id = $1 AND ($2 = '' OR p.base_code = $2)
    ORDER BY p.recorded_at DESC, p.application_id LIMIT $3
"""
LEFT = "(SELECT count(*) FROM quit_record WHERE sealed_with NOT IN ('', $1))"
"""How many rows are still under another key than `$1`."""
_OLD = "SELECT application_id, body FROM quit_record WHERE sealed_with NOT IN ('', $1) LIMIT $2"
_ANEW = """
    UPDATE quit_record q SET body = n.body, sealed_with = $1
    FROM unnest($2::uuid[], $3::bytea[]) AS n (application_id, body)
    WHERE q.application_id = n.application_id AND q.sealed_with NOT IN ('', $1)
"""
MOST_LISTED = 500


@dataclass(frozen=True, slots=True)
class RevocationRecord:
    """A base's proposal to take a place back, and what became of it."""

    application_id: str
    number: int
    base_code: str
    specialty_code: str
    reason: str = field(repr=False)
    proposed_at: datetime
    decided_at: datetime | None
    approved: bool
    name: str = field(repr=False)
    masked_document: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ProposalRecord:
    """A collaborative base's proposal of a grant, and what its main base answered."""

    application_id: str
    number: int
    base_code: str
    main_base_code: str
    specialty_code: str
    submission_number: int
    qualified: bool
    remark: str = field(repr=False)
    proposed_at: datetime
    answered_at: datetime | None = None
    confirmed: bool = False
    name: str = field(default="", repr=False)
    masked_document: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class QuitRecord:
    """Who quit, and why; the texts are empty once the person's data were forgotten."""

    application_id: str
    base_code: str
    specialty_code: str
    reason_code: str
    texts: Mapping[str, str] = field(repr=False)
    """`measures`, `destination`, `base_opinion`."""
    recorded_at: datetime
    name: str = field(repr=False)
    masked_document: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PenaltyCase:
    """A loss of a place that the policy puts before the province. `state` is `proposed`, `imposed` or `waived`."""

    id: str
    application_id: str
    person_id: str
    cause: str
    """`give_up`, `no_show` or `quit`."""
    at: datetime
    state: str


class PlaceStore:
    """Reads what stands beside applications about their places."""

    def __init__(self, database: Database, sealing: Sealing) -> None:
        self._database = database
        self._sealing = sealing

    async def revocations(self, cycle_id: str, base_code: str = "", *, open_only: bool) -> list[RevocationRecord]:
        """Proposals of a cycle (of one base, when named), oldest first."""
        found = await self._database.fetch(
            f"""
            {_REVOCATIONS}
            WHERE p.cycle_id = $1 AND ($2 = '' OR p.base_code = $2) AND (NOT $3 OR p.decided_at IS NULL)
            ORDER BY p.proposed_at, p.application_id LIMIT $4
            """,
            *(cycle_id, base_code, open_only, MOST_LISTED),
        )
        return [_revocation_of(row) for row in found]

    async def proposals(self, cycle_id: str, base_code: str, *, open_only: bool) -> list[ProposalRecord]:
        """Proposals that a base made or has to answer, oldest first."""
        found = await self._database.fetch(
            f"""
            {_PROPOSALS}
            WHERE p.cycle_id = $1 AND $2 IN (p.base_code, p.main_base_code) AND (NOT $3 OR p.answered_at IS NULL)
            ORDER BY p.proposed_at, p.application_id LIMIT $4
            """,
            *(cycle_id, base_code, open_only, MOST_LISTED),
        )
        return [_proposal_of(row) for row in found]

    async def proposal(self, application_id: str, number: int) -> ProposalRecord | None:
        """One proposal; None when there is none."""
        row = await self._database.fetchrow(
            f"{_PROPOSALS} WHERE p.application_id = $1 AND p.number = $2", application_id, number
        )
        return None if row is None else _proposal_of(row)

    async def open_proposal(self, application_id: str, submission_number: int) -> bool:
        """Whether a proposal on this submission waits for its main base."""
        query = """
            SELECT EXISTS (SELECT FROM grant_proposal
                WHERE application_id = $1 AND submission_number = $2 AND answered_at IS NULL)
        """
        return bool(await self._database.fetchval(query, application_id, submission_number))

    async def exception_used(self, cycle_id: str, number: str) -> bool:
        """Whether the number of an exception has been used in the cycle."""
        query = "SELECT EXISTS (SELECT FROM place_exception WHERE cycle_id = $1 AND number = $2)"
        return bool(await self._database.fetchval(query, cycle_id, number))

    async def quits(self, cycle_id: str, base_code: str = "") -> list[QuitRecord]:
        """Who quit in a cycle (at one base, when named), newest first. Raises SealBroken."""
        found = await self._database.fetch(_QUITS, cycle_id, base_code, MOST_LISTED)
        return [self._quit_of(row) for row in found]

    async def penalty_cases(self, cycle_id: str, state: str = "proposed") -> list[PenaltyCase]:
        """What waits for the province's decision on a penalty (or was `imposed`, `waived`), oldest first."""
        found = await self._database.fetch(
            "SELECT * FROM penalty_case WHERE cycle_id = $1 AND state = $2 ORDER BY at, id", cycle_id, state
        )
        return [_case_of(row) for row in found]

    async def rewrap(self, limit: int) -> int:
        """PRIV-04: seal up to `limit` records of old keys with the current one; how many there were."""
        found = await self._database.fetch(_OLD, self._sealing.key, limit)
        if found:
            ids = [row["application_id"] for row in found]
            bodies = [self._sealing.seal_record(_record(row["application_id"]), self._texts(row)) for row in found]
            await self._database.execute(_ANEW, self._sealing.key, ids, bodies)
        return len(found)

    def _texts(self, row: Row) -> dict[str, str]:
        return self._sealing.open_record(_record(row["application_id"]), row["body"])

    def _quit_of(self, row: Row) -> QuitRecord:
        id_, texts = str(row["application_id"]), self._texts(row)
        return QuitRecord(
            *(id_, row["base_code"], row["specialty_code"], row["reason_code"], texts),
            *(row["recorded_at"], row["name"], row["masked_document"]),
        )


def revocation_proposed(after: ApplicationRecord, reason: str, actor: str, at: datetime) -> Statement:
    """A new proposal; its number is the application's version."""
    return Statement(
        """
        INSERT INTO place_revocation (application_id, number, cycle_id, base_code, specialty_code, reason, proposed_by,
            proposed_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        (after.id, after.version, after.cycle_id, *_place(after), reason, actor, at),
        1,
    )


def revocation_decided(application_id: str, approved: bool, actor: str, at: datetime) -> Statement:
    """What became of the proposal that waits."""
    return Statement(
        """
        UPDATE place_revocation SET decided_by = $2, decided_at = $3, approved = $4
        WHERE application_id = $1 AND decided_at IS NULL
        """,
        (application_id, actor, at, approved),
    )


def grant_proposed(cycle_id: str, proposal: ProposalRecord, actor: str) -> Statement:
    """A new proposal; its number is the application's version."""
    return Statement(
        """
        INSERT INTO grant_proposal (application_id, number, cycle_id, base_code, main_base_code, specialty_code,
            submission_number, qualified, remark, proposed_by, proposed_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        """,
        (
            *(proposal.application_id, proposal.number, cycle_id, proposal.base_code, proposal.main_base_code),
            *(proposal.specialty_code, proposal.submission_number, proposal.qualified, proposal.remark),
            *(actor, proposal.proposed_at),
        ),
        1,
    )


def grant_answered(proposal: ProposalRecord, confirmed: bool, actor: str, at: datetime) -> Statement:
    """The main base's answer; nobody has answered before."""
    return Statement(
        """
        UPDATE grant_proposal SET answered_by = $3, answered_at = $4, confirmed = $5
        WHERE application_id = $1 AND number = $2 AND answered_at IS NULL
        """,
        (proposal.application_id, proposal.number, actor, at, confirmed),
        1,
    )


def exception_granted(after: ApplicationRecord, number: str, reason: str, actor: str, at: datetime) -> Statement:
    """The exception under its number; changes nothing when the number was used meanwhile."""
    return Statement(
        """
        INSERT INTO place_exception (cycle_id, number, application_id, reason, granted_by, granted_at)
        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING
        """,
        (after.cycle_id, number, after.id, reason, actor, at),
        1,
    )


def quit_recorded(
    sealing: Sealing, after: ApplicationRecord, reason_code: str, texts: Mapping[str, str], at: datetime
) -> Statement:
    """Why somebody quit; the texts are sealed."""
    body = sealing.seal_record(_record(after.id), texts)
    return Statement(
        """
        INSERT INTO quit_record (application_id, cycle_id, base_code, specialty_code, reason_code, body, sealed_with,
            recorded_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        (after.id, after.cycle_id, *_place(after), reason_code, body, sealing.key, at),
        1,
    )


def deferred(after: ApplicationRecord, until_year: int, at: datetime) -> Statement:
    """The year in which a place is taken up; a later deferral, after an admission was undone and given anew, counts."""
    return Statement(
        """
        INSERT INTO place_deferral (application_id, cycle_id, until_year, deferred_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (application_id) DO UPDATE SET until_year = excluded.until_year, deferred_at = excluded.deferred_at
        """,
        (after.id, after.cycle_id, until_year, at),
        1,
    )


def penalty_proposed(after: ApplicationRecord, cause: str, at: datetime) -> Statement:
    """PLC-06: the loss of a place is put before the province, once for each cause."""
    return Statement(
        """
        INSERT INTO penalty_case (id, cycle_id, application_id, person_id, cause, at)
        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING
        """,
        (new_id(), after.cycle_id, after.id, after.person_id, cause, at),
    )


def penalty_settled(case_id: str, state: str) -> Statement:
    """What the province made of a case: `imposed` or `waived`; nobody has decided before."""
    return Statement("UPDATE penalty_case SET state = $2 WHERE id = $1 AND state = 'proposed'", (case_id, state), 1)


def _record(application_id: object) -> str:
    """What the texts of somebody who quit are bound to."""
    return f"quit/{application_id}"


def _place(record: ApplicationRecord) -> tuple[str, str]:
    return record.submitted.base_code, record.submitted.specialty_code


def _revocation_of(row: Row) -> RevocationRecord:
    return RevocationRecord(
        *(str(row["application_id"]), row["number"], row["base_code"], row["specialty_code"], row["reason"]),
        *(row["proposed_at"], row["decided_at"], row["approved"], row["name"], row["masked_document"]),
    )


def _proposal_of(row: Row) -> ProposalRecord:
    return ProposalRecord(
        *(str(row["application_id"]), row["number"], row["base_code"], row["main_base_code"], row["specialty_code"]),
        *(row["submission_number"], row["qualified"], row["remark"], row["proposed_at"], row["answered_at"]),
        *(row["confirmed"], row["name"], row["masked_document"]),
    )


def _case_of(row: Row) -> PenaltyCase:
    return PenaltyCase(
        *(str(row["id"]), str(row["application_id"]), row["person_id"], row["cause"], row["at"], row["state"])
    )
