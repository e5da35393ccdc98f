"""Candidacies for tests: teachers who may apply, batches, and C3 as it is printed in the rules."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from google.protobuf.message import Message

from residency.faculty.v1 import events_pb2
from services.faculty.core import Core
from services.faculty.domain.candidacy_checks import Post
from services.faculty.domain.dossier import Section
from services.faculty.handlers.batches import BatchHandlers, Wanted
from services.faculty.handlers.candidacies import CandidacyHandlers, Order
from services.faculty.handlers.candidacy_clock import ClockHandlers
from services.faculty.handlers.candidacy_decisions import DecisionHandlers, Many, Result, Wish
from services.faculty.handlers.candidacy_facts import Words
from services.faculty.handlers.candidacy_reading import ReadingHandlers
from services.faculty.store import candidacies
from services.faculty.store.candidacies import Candidacy
from services.faculty.store.dossiers import Dossiers
from services.kit.domain import Caller
from services.kit.ids import new_id
from tests.support.faculty import NEURO, NOON, OFFICE, QILU, At, KnownPeople, core_of

PHASES = ("waiting", "open", "reviewing", "closed")

_APPLYING = "BATCH_NOT_OPEN {0} BATCH_APPLIED BATCH_APPLIED"
_DECIDING = "BATCH_NOT_OPEN {0} {0} BATCH_CLOSED"
_EVER = "{0} {0} {0} {0}"
_OVER = "BATCH_OPEN BATCH_OPEN BATCH_OPEN {0}"
_ROWS: tuple[tuple[str, str, str, str, str], ...] = (
    ("none", "owner", "begin", _APPLYING, "draft"),
    ("discarded", "owner", "begin", _APPLYING, "draft"),
    ("draft", "owner", "edit", _APPLYING, "draft"),
    ("draft", "owner", "submit", _APPLYING, "submitted"),
    ("draft", "owner", "discard", _EVER, "discarded"),
    ("draft", "clock", "expire", _OVER, "expired"),
    ("submitted", "owner", "recall", _DECIDING, "draft"),
    ("submitted", "office", "open", _DECIDING, "submitted"),
    ("submitted", "office", "return", _DECIDING, "returned"),
    ("submitted", "office", "recommend", _DECIDING, "recommended"),
    ("submitted", "office", "refuse", _DECIDING, "not_recommended"),
    ("submitted", "clock", "expire", _OVER, "expired"),
    ("returned", "owner", "edit", _DECIDING, "returned"),
    ("returned", "owner", "submit", _DECIDING, "submitted"),
    ("returned", "owner", "discard", _EVER, "discarded"),
    ("returned", "clock", "expire", _OVER, "expired"),
    ("recommended", "office", "revoke", "submitted submitted submitted {0}", "expired"),
    ("recommended", "province", "acknowledge", _EVER, "NOT_ASKED"),
    ("not_recommended", "owner", "appeal", _EVER, "not_recommended"),
    ("not_recommended", "office", "reverse", _DECIDING, "submitted"),
    ("not_recommended", "office", "uphold", _EVER, "NO_APPEAL"),
    ("not_recommended", "office", "dismiss", _EVER, "NO_APPEAL"),
)
C3: dict[tuple[str, str, str, str], str] = {
    (state, actor, action, phase): outcome
    for state, actor, action, outcomes, following in _ROWS
    for phase, outcome in zip(PHASES, outcomes.format(following).split(), strict=True)
}
"""C3 of rules-faculty: by state, actor, action and phase the next state, or the reason why not; what is not here is
WRONG_STATE. For an ordinary case: complete dossier, rules met, unopened, unpublished, no appeal, none elsewhere."""
STATES = ("none", "draft", "submitted", "returned", "recommended", "not_recommended", "expired", "discarded")
ACTIONS = {
    "owner": ("begin", "edit", "submit", "recall", "discard", "appeal"),
    "office": ("open", "return", "recommend", "refuse", "revoke", "reverse", "uphold", "dismiss"),
    "province": ("acknowledge",),
    "clock": ("expire",),
}
DAY = timedelta(days=1)
DOSSIER: dict[Section, dict[str, object]] = {
    Section.BASIC: {
        "sex": "male",
        "birth_date": "1980-02-29",
        "has_qualification": "yes",
        "qualification_date": "2006-12-01",
        "qualification_level": "physician",
        "qualification_category": "clinical",
        "qualification_number": "2006371101",
    },
    Section.CONTACT: {"mobile": "13800000000"},
    Section.EDUCATION: {"highest_level": "doctor", "school": "山东大学", "graduation_date": "2008-06-30"},
    Section.WORK: {
        "hospital": "山东大学齐鲁医院",
        "department": "神经内科",
        "title": "attending",
        "title_since": "2015-01-01",
        "hospital_since": "2008-07-01",
        "teaching_since": "2017-09-01",
    },
}
FACTS: dict[str, type[Message]] = {
    "batch.created": events_pb2.BatchChanged,
    "batch.amended": events_pb2.BatchChanged,
    "batch.published": events_pb2.BatchPublished,
    "batch.reminded": events_pb2.BatchReminded,
    "candidacy.submitted": events_pb2.CandidacySubmitted,
    "candidacy.withdrawn": events_pb2.CandidacyWithdrawn,
    "candidacy.decided": events_pb2.CandidacyDecided,
    "candidacy.appealed": events_pb2.CandidacyAppealed,
}


def key() -> str:
    """A fresh idempotency key."""
    return new_id()


@dataclass
class Campaign:
    """Batches and candidacies on a core of their own clock."""

    core: Core
    clock: At
    people: KnownPeople
    batches: BatchHandlers = field(init=False)
    owner: CandidacyHandlers = field(init=False)
    decisions: DecisionHandlers = field(init=False)
    reading: ReadingHandlers = field(init=False)
    ticks: ClockHandlers = field(init=False)

    def __post_init__(self) -> None:
        self.batches = BatchHandlers(self.core)
        self.owner = CandidacyHandlers(self.core)
        self.decisions = DecisionHandlers(self.core)
        self.reading = ReadingHandlers(self.core)
        self.ticks = ClockHandlers(self.core)

    async def teacher(
        self, name: str = "王老师", *, complete: bool = True, qualified: bool = True, **work: Any
    ) -> Caller:
        """Somebody with a dossier, and with everything that the entry rules ask for."""
        caller = Caller(self.people.add(name), "faculty")
        if complete:
            await self.dossier(caller, **work)
        if qualified:
            await self.attest(caller.person_id)
        return caller

    async def dossier(self, who: Caller, **work: Any) -> None:
        """Save a whole dossier; `work` says what stands in its section of work."""
        async with self.core.database.unit_of_work() as uow:
            dossiers = Dossiers(uow.session, who.person_id, self.core.sealing)
            await dossiers.open(self.clock.now())
            for section, body in DOSSIER.items():
                told = body | work if section is Section.WORK else body
                await dossiers.save(section, told, self.clock.now())
        for kind in ("id_scan", "photo", "qualification_scan"):
            await self.core.database.execute(
                "INSERT INTO paper (id, person_id, kind, object_key, in_dossier, uploaded_at)"
                " VALUES (gen_random_uuid(), $1, $2, gen_random_uuid()::text, true, now())",
                *(who.person_id, kind),
            )

    async def attest(self, person_id: str, base: str = QILU) -> None:
        """What only 教学部 can say of somebody."""
        day = self.clock.now().date() - DAY
        for kind, rule, outcome in (
            ("attestation", "damage", ""),
            ("attestation", "accident", ""),
            ("assessment", "", "passed"),
        ):
            await self.core.database.execute(
                "INSERT INTO evidence (evidence_id, person_id, base_code, kind, rule, outcome, on_day, recorded_at)"
                " VALUES (gen_random_uuid(), $1, $2, $3, $4, $5, $6, now())",
                *(person_id, base, kind, rule, outcome, day),
            )

    def wanted(self, **changes: Any) -> Wanted:
        """A batch that opens now, takes submissions for ten days and closes after twenty."""
        now = self.clock.now()
        said: dict[str, Any] = {
            "name": "2026年春季师资报名",
            "opens_at": now,
            "apply_until": now + 10 * DAY,
            "closes_at": now + 20 * DAY,
            "reference_date": None,
            "key": key(),
            "body": b"batch",
        }
        return Wanted(**(said | changes))

    async def batch(self, by: Caller = OFFICE, **changes: Any) -> str:
        """A batch's id."""
        return await self.batches.create(by, self.wanted(**changes))

    async def begin(self, who: Caller, batch_id: str, post: Post | None = None) -> str:
        """A draft's id."""
        return await self.owner.begin(who, batch_id, post or Post(QILU, NEURO), key(), b"begin")

    async def submitted(self, who: Caller, batch_id: str, post: Post | None = None) -> str:
        """A submitted candidacy's id."""
        candidacy_id = await self.begin(who, batch_id, post)
        return await self.owner.submit(who, await self.order(candidacy_id))

    async def order(self, candidacy_id: str, body: bytes = b"") -> Order:
        """A command on it as it stands now."""
        return Order(candidacy_id, (await self.row(candidacy_id)).version, key(), body)

    async def row(self, candidacy_id: str) -> Candidacy:
        """As it stands now."""
        async with self.core.database.unit_of_work() as uow:
            found = await candidacies.get(uow.session, candidacy_id)
        assert found is not None
        return found

    async def many(self, candidacy_ids: Iterable[str], words: Words | None = None, **more: Any) -> Many:
        """The same decision about these, as they stand now."""
        wishes = [Wish(each, (await self.row(each)).version) for each in candidacy_ids]
        return Many(wishes, words or Words(), more.pop("key", key()), b"many", **more)

    async def recommend(self, *candidacy_ids: str, by: Caller = OFFICE, **more: Any) -> list[Result]:
        """Recommend these; raises for a single one that is refused."""
        results = await self.decisions.recommend_many(by, await self.many(candidacy_ids, **more))
        return self._told(results)

    async def refuse(self, *candidacy_ids: str, by: Caller = OFFICE, code: str = "department_limit") -> list[Result]:
        """Refuse these; raises for a single one that is refused."""
        words = Words(code, "", "内部记录")
        return self._told(await self.decisions.refuse_many(by, await self.many(candidacy_ids, words)))

    async def hand_back(self, *candidacy_ids: str, by: Caller = OFFICE) -> list[Result]:
        """Return these to their owners; raises for a single one that is refused."""
        words = Words("material", "请补充材料")
        return self._told(await self.decisions.return_many(by, await self.many(candidacy_ids, words)))

    async def facts(self, *names: str) -> list[tuple[str, Any]]:
        """What was published, oldest first: name and message, of those names only when some are given."""
        rows = await self.core.database.fetch("SELECT subject, body FROM outbox ORDER BY position")
        told = [(row["subject"].removeprefix("residency.faculty.v1."), row["body"]) for row in rows]
        return [
            (name, FACTS[name].FromString(body))
            for name, body in told
            if name in FACTS and (not names or name in names)
        ]

    @staticmethod
    def _told(results: list[Result]) -> list[Result]:
        if len(results) == 1 and results[0].refusal is not None:
            raise results[0].refusal
        return results


def campaign_of(database: Any, at: datetime = NOON) -> Campaign:
    """A campaign on a real database whose clock the test moves."""
    clock, people = At(at), KnownPeople()
    return Campaign(core_of(database, clock, people), clock, people)


def shanghai(day: date, hour: int = 0, minute: int = 0) -> datetime:
    """An instant told by a clock in Shanghai, as UTC."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC) - timedelta(hours=8)
