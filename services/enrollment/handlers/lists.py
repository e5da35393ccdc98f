"""公示: a base publishes whom it admits provisionally; everybody reads it, masked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from pydantic import TypeAdapter

from services.enrollment import facts
from services.enrollment.domain.capabilities import Action, Actor, Decision, Standing, decide
from services.enrollment.domain.milestones import Milestones
from services.enrollment.domain.publicity import Entry, Head, list_hash, mask_name, publicity_end
from services.enrollment.domain.refusals import require
from services.enrollment.domain.scores import text_of
from services.enrollment.domain.sending import Decided
from services.enrollment.handlers.deeds import Deed, DeedRunner
from services.enrollment.handlers.ranking import RankingHandlers
from services.enrollment.handlers.running import canonical, cycle_audit_entry
from services.enrollment.handlers.working_days import Days
from services.enrollment.records import ApplicationRecord, CycleRecord, GateRecord, Statement
from services.enrollment.store.cycles import CycleStore
from services.enrollment.store.deeds import DeedStore
from services.enrollment.store.lists import ListStore, Named, PublishedList, insert_facts, insert_list
from services.enrollment.store.scores import append_to_applications
from services.kit.domain import Caller, DomainError, Kind
from services.kit.ids import new_id


@dataclass(frozen=True, slots=True)
class PublishList:
    """Publish who is on no list yet: of one specialty or all, of one round (0: of all)."""

    cycle_id: str
    specialty_code: str
    round: int
    supplement_to: int
    again: tuple[str, ...]
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class ListView:
    """A list as everybody sees it, without its entries."""

    list_id: str
    cycle_id: str
    base_code: str
    base_name: str
    number: int
    supplement_to: int
    entries: int
    published_at: datetime
    ends_at: datetime
    working_days: int
    over: bool
    hash: str


@dataclass(frozen=True, slots=True)
class PublishedView:
    """What a base is answered: the list, and how many of its provisional admissions still no list names."""

    published: ListView
    unpublished: int


@dataclass(frozen=True, slots=True)
class ListedView:
    """A list with its entries, each with its hash, and the names of specialties."""

    published: ListView
    entries: list[tuple[Entry, str]] = field(repr=False)
    specialties: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class UnpublishedView:
    """Whom no list names; until when one published now would stand, or why nobody can say."""

    applications: list[ApplicationRecord] = field(repr=False)
    working_days: int
    would_end_at: datetime | None
    problem: str


_VIEW: TypeAdapter[PublishedView] = TypeAdapter(PublishedView)


class ListHandlers:
    """Published lists."""

    def __init__(
        self, cycles: CycleStore, deeds: DeedStore, lists: ListStore, ranking: RankingHandlers, days: Days
    ) -> None:
        self._runner = DeedRunner(cycles, deeds)
        self._lists = lists
        self._ranking = ranking
        self._days = days

    async def publish_list(self, caller: Caller, order: PublishList) -> PublishedView:
        """LIST-06: freeze the provisional admissions that no list names into the base's next list.

        A list is never changed: who was named wrongly (`again`) or forgotten is named by a supplementary one, and the
        period begins anew for them. Raises NOT_NOW `NOBODY_TO_PUBLISH` or `WORKING_DAYS_UNKNOWN`, INVALID for an
        unknown list or somebody whom it does not name.
        """

        async def decided(cycle: CycleRecord, gate: GateRecord) -> Deed[PublishedView]:
            decision = _allowed(caller, cycle, gate)
            placed = await self._lists.placed(cycle.id, caller.organisation, cycle.calendar.rounds)
            chosen = await self._chosen(caller, order, placed)
            days = await self._days(cycle)
            number = cycle.policy.publicity_working_days
            head = Head(
                *(cycle.id, caller.organisation),
                *(await self._lists.last_number(cycle.id, caller.organisation) + 1, order.supplement_to),
                *(gate.now, publicity_end(cycle.calendar, gate.now, number, days)),
            )
            named = await self._named(caller, cycle, chosen)
            hashed = list_hash(head, [each.entry.hash for each in named])
            published = PublishedList(new_id(), head, number, days.version, len(named), hashed)
            left = sum(each.marks.publicity_ends_at is None for each in placed) - sum(
                each.marks.publicity_ends_at is None for each in chosen
            )
            return Deed(
                PublishedView(_view(cycle, published), left),
                "publish_list",
                decision.rule,
                {"list_id": published.id, "base_code": head.base_code, "number": head.number, "hash": hashed.hex()},
                facts.list_published(cycle.id, head.base_code, published.id, head.number, head.ends_at),
                self._writes(caller, cycle, gate, decision, published, named),
                deadline=decision.until,
            )

        await self._runner.own(caller, order.cycle_id)
        return await self._runner.run(caller, order, _VIEW, order.cycle_id, decided)

    async def list_unpublished(self, caller: Caller, cycle_id: str) -> UnpublishedView:
        """LIST-07: a base is told whom it admits provisionally and no list names.

        Where the policy asks for publicity, nobody of them can be admitted.
        """
        cycle, gate = await self._runner.own(caller, cycle_id)
        placed = await self._lists.placed(cycle.id, caller.organisation, cycle.calendar.rounds)
        unnamed = [each for each in placed if each.marks.publicity_ends_at is None]
        number = cycle.policy.publicity_working_days
        try:
            ends_at = publicity_end(cycle.calendar, gate.now, number, await self._days(cycle))
        except DomainError as unknown:
            return UnpublishedView(unnamed, number, None, unknown.message)
        return UnpublishedView(unnamed, number, ends_at, "")

    async def list_published(self, cycle_id: str, base_code: str = "") -> list[ListView]:
        """The lists of a cycle, newest first. Raises NOT_FOUND when there is no such cycle."""
        cycle, _ = await self._runner.standing(cycle_id)
        return [_view(cycle, each) for each in await self._lists.lists(cycle_id, base_code)]

    async def get_published(self, list_id: str) -> ListedView:
        """One list with its entries. Raises NOT_FOUND."""
        found = await self._lists.read(list_id)
        if found is None:
            raise DomainError(Kind.NOT_FOUND, "LIST_NOT_FOUND", "没有这份名单。", rule="LIST-06")
        published, entries = found
        cycle, _ = await self._runner.standing(published.head.cycle_id)
        shown = [(entry, hashed.hex()) for entry, hashed in entries]
        return ListedView(_view(cycle, published), shown, cycle.catalogue.specialties)

    async def _chosen(
        self, caller: Caller, order: PublishList, placed: Sequence[ApplicationRecord]
    ) -> list[ApplicationRecord]:
        again = frozenset(order.again)
        if order.supplement_to or again:
            named = await self._lists.named_by(order.cycle_id, caller.organisation, order.supplement_to)
            if named is None:
                raise _invalid("UNKNOWN_LIST", "没有这份可补充的名单。", "supplement_to")
            if not again <= named & {each.id for each in placed}:
                raise _invalid("NOT_ON_LIST", "所选人员不在该名单中,或已不是拟录取。", "again")
        chosen = [
            each
            for each in placed
            if each.id in again
            or (
                each.marks.publicity_ends_at is None
                and order.specialty_code in ("", each.submitted.specialty_code)
                and order.round in (0, each.round)
            )
        ]
        if not chosen:
            raise DomainError(Kind.NOT_NOW, "NOBODY_TO_PUBLISH", "没有尚未公示的拟录取人员。", rule="LIST-06")
        return chosen

    async def _named(self, caller: Caller, cycle: CycleRecord, chosen: Sequence[ApplicationRecord]) -> list[Named]:
        """LIST-03: entries in order; rank and total only where the policy publishes scores."""
        shown = await self._scores(caller, cycle, chosen) if cycle.policy.publish_scores else {}
        return [
            Named(
                Entry(
                    *(sequence, mask_name(each.name), each.masked_document, each.submitted.specialty_code, each.round),
                    *shown.get(each.id, (0, "")),
                ),
                each,
            )
            for sequence, each in enumerate(chosen, 1)
        ]

    async def _scores(
        self, caller: Caller, cycle: CycleRecord, chosen: Sequence[ApplicationRecord]
    ) -> dict[str, tuple[int, str]]:
        shown = {}
        for specialty, number in sorted({(each.submitted.specialty_code, each.round) for each in chosen}):
            ranking = await self._ranking.get_ranking(caller, cycle.id, specialty, number)
            for row in ranking.rows:
                shown[row.application.id] = (row.ranked.rank, text_of(row.ranked.candidate.score.total))
        return shown

    def _writes(
        self,
        caller: Caller,
        cycle: CycleRecord,
        gate: GateRecord,
        decision: Decision,
        published: PublishedList,
        named: Sequence[Named],
    ) -> tuple[Statement, ...]:
        entry = cycle_audit_entry(caller, "publish_list", "", cycle, gate.phase, gate.sequence, decision.rule, {})
        details = [
            canonical({"list_id": published.id, "sequence": each.entry.sequence, "ends_at": published.head.ends_at})
            for each in named
        ]
        people = [each.application for each in named]
        decided, ends_at = Decided(gate.now), published.head.ends_at
        told = [
            facts.published(cycle, replace(each, version=each.version + 1), published.id, ends_at, decided)
            for each in people
        ]
        return (
            append_to_applications(entry, [each.id for each in people], [each.version for each in people], details),
            *insert_list(published, named, caller.actor),
            insert_facts(told),
        )


def _allowed(caller: Caller, cycle: CycleRecord, gate: GateRecord) -> Decision:
    actor = Actor(caller.role, caller.organisation)
    decision = decide(Action.PUBLISH_LIST, gate.moment(cycle), Milestones(), Standing(), actor, cycle.policy)
    require(decision)
    return decision


def _view(cycle: CycleRecord, published: PublishedList) -> ListView:
    head = published.head
    return ListView(
        published.id,
        head.cycle_id,
        head.base_code,
        cycle.catalogue.bases.get(head.base_code, ""),
        head.number,
        head.supplement_to,
        published.entries,
        head.published_at,
        head.ends_at,
        published.working_days,
        published.over,
        published.hash.hex(),
    )


def _invalid(reason: str, message: str, name: str) -> DomainError:
    return DomainError(Kind.INVALID, reason, message, field=name, rule="LIST-06")
