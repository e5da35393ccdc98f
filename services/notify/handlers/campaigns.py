"""MSG-34: campaigns as those see them who draft, approve and watch them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any, Protocol
from uuid import UUID

from residency.enrollment.v1 import events_pb2 as enrollment
from services.kit.clock import Clock
from services.kit.database import Database, UnitOfWork
from services.kit.delivery import Delivery, order_of
from services.kit.domain import Caller, DomainError, Kind
from services.kit.ids import new_id
from services.notify.audiences import Asked, Source
from services.notify.domain.campaigns import (
    SYSTEM,
    Audience,
    Campaign,
    State,
    Step,
    after,
    check_approval,
    fingerprint,
)
from services.notify.domain.shapes import Language, Value
from services.notify.domain.templates import TEXT_MAX, read_values, template_of, values_as_text
from services.notify.handlers.showing import Shown
from services.notify.store.campaigns import Campaigns, StepTaken

EVERYWHERE = frozenset({"operator"})
"""Who sees the campaigns of every province; others see those of their own."""
PAGE = 20
SAMPLE = 5
"""So many of an audience are named in a dry run."""
CALENDAR_CHANGED = enrollment.CalendarChanged.DESCRIPTOR.full_name
CHANGED = "calendar_changed_applicants"
"""Template by which people are told that their calendar changed."""


@dataclass(frozen=True, slots=True)
class CreateCampaign:
    """Draft a campaign; `rate` 0 for the usual one."""

    cycle_id: str
    audience: Audience
    base_code: str
    specialty_code: str
    template: str
    parameters: Mapping[str, str]
    rate: int
    starts_at: datetime | None
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class DryRun:
    """What a campaign would do now: whom it would reach, in which words, how long it would take."""

    count: int
    sample: tuple[str, ...]
    texts: tuple[Shown, ...]
    seconds: int


@dataclass(frozen=True, slots=True)
class CampaignView:
    """A campaign as it is shown; `deliveries` by state, empty in lists."""

    campaign: Campaign
    expected_at: datetime | None
    deliveries: Mapping[str, int]


class Texts(Protocol):
    """Who writes out a template as every channel shows it."""

    def preview(self, key: str, language: Language, given: Mapping[str, str]) -> Sequence[Shown]:
        """The texts of template `key`. Raises DomainError INVALID."""
        ...


class CampaignHandlers:
    """Campaigns of a province: drafted by one, approved by another, watched by both."""

    def __init__(self, database: Database, clock: Clock, source: Source, texts: Texts, usual_rate: int) -> None:
        self._database = database
        self._clock = clock
        self._source = source
        self._texts = texts
        self._usual_rate = usual_rate
        self._listeners: list[Callable[[], None]] = []

    def on_step(self, callback: Callable[[], None]) -> None:
        """Have `callback` called after each step of somebody (the runner's poke)."""
        self._listeners.append(callback)

    async def create_campaign(self, caller: Caller, order: CreateCampaign) -> CampaignView:
        """MSG-34: draft a campaign to an audience of a cycle of one's own province; nothing is sent.

        Raises DomainError NOT_FOUND for another province's cycle, INVALID `NOT_FOR_CAMPAIGNS`, `TEMPLATE_AUDIENCE`,
        `PARAMETERS_WRONG` or what enrollment refuses, CONFLICT `KEY_REUSED`, UNAVAILABLE while enrollment is away.
        """
        parameters = checked(order.template, order.audience, order.parameters)
        asked = Asked(order.cycle_id, order.audience, order.base_code, order.specialty_code)
        counted = await self._source.count(asked)
        if caller.role not in EVERYWHERE and counted.province_code != caller.organisation:
            raise DomainError(Kind.NOT_FOUND, "CYCLE_NOT_FOUND", "没有这个招录年度。")
        new = Campaign(
            campaign_id=new_id(),
            province_code=counted.province_code,
            **asdict(asked),
            template=order.template,
            parameters=parameters,
            state=State.DRAFT,
            rate=order.rate or self._usual_rate,
            starts_at=order.starts_at,
            created_by=caller.actor,
            created_at=self._clock.now(),
            counted=counted.count,
        )
        key, hashed = f"{caller.actor}/{order.idempotency_key}", fingerprint(**asdict(order))
        async with self._database.unit_of_work() as uow:
            campaigns = self._campaigns(uow)
            if not await campaigns.add(new, key, hashed, caller.actor):
                known = await campaigns.of_key(key)
                if known is None or known[1] != hashed:
                    message = "该操作编号已用于另一操作，请刷新页面后重试。"
                    raise DomainError(Kind.CONFLICT, "KEY_REUSED", message, field="idempotency_key")
                new = known[0]
        return self._view(new)

    async def preview_campaign(self, caller: Caller, campaign_id: str) -> DryRun:
        """MSG-34: the dry run: how many it would reach now, a few of them by id, and the words as channels show them.

        Writes nothing. Raises NOT_FOUND, and what enrollment refuses.
        """
        campaign = await self._own(caller, campaign_id)
        asked = asked_of(campaign)
        counted = await self._source.count(asked)
        few = await self._source.page(asked, "", SAMPLE)
        return DryRun(
            counted.count,
            tuple(member.person_id or member.organisation_code for member in few.members),
            tuple(self._texts.preview(campaign.template, "zh", campaign.parameters)),
            -(-counted.count // campaign.rate),
        )

    async def approve_campaign(self, caller: Caller, campaign_id: str, version: int) -> CampaignView:
        """MSG-34: the second person's word: it begins, at its time.

        Raises NOT_FOUND, FORBIDDEN `OWN_CAMPAIGN`, CONFLICT `CAMPAIGN_CHANGED`, NOT_NOW `CAMPAIGN_STATE`.
        """
        now = self._clock.now()

        def decide(campaign: Campaign) -> tuple[State | None, dict[str, Any]]:
            state = check_approval(campaign, caller, version)
            return state, {"approved_by": caller.actor, "approved_at": now}

        return await self._take(caller, campaign_id, Step.APPROVED, decide)

    async def pause_campaign(self, caller: Caller, campaign_id: str, reason: str) -> CampaignView:
        """MSG-35: nobody more is written to; what was written still goes out. Raises NOT_FOUND, NOT_NOW."""
        return await self._take(caller, campaign_id, Step.PAUSED, _plainly(Step.PAUSED), reason)

    async def resume_campaign(self, caller: Caller, campaign_id: str) -> CampaignView:
        """MSG-35: it goes on where it was paused. Raises NOT_FOUND, NOT_NOW."""
        return await self._take(caller, campaign_id, Step.RESUMED, _plainly(Step.RESUMED))

    async def stop_campaign(self, caller: Caller, campaign_id: str, reason: str) -> CampaignView:
        """MSG-35: it ends for good; a draft is discarded, what waits in a channel is suppressed by the runner.

        Raises NOT_FOUND, NOT_NOW.
        """
        now = self._clock.now()

        def decide(campaign: Campaign) -> tuple[State | None, dict[str, Any]]:
            # Until the runner has tidied up what waits, it has no end; a draft has nothing that waits.
            return after(campaign.state, Step.STOPPED), {"finished_at": now if campaign.state is State.DRAFT else None}

        return await self._take(caller, campaign_id, Step.STOPPED, decide, reason)

    async def get_campaign(self, caller: Caller, campaign_id: str) -> tuple[CampaignView, list[StepTaken]]:
        """One campaign with its progress, and who did what when. Raises NOT_FOUND."""
        campaign = await self._own(caller, campaign_id)
        async with self._database.unit_of_work() as uow:
            campaigns = self._campaigns(uow)
            deliveries = await campaigns.deliveries(campaign_id)
            steps = await campaigns.steps(campaign_id)
        return replace(self._view(campaign), deliveries=deliveries), steps

    async def list_campaigns(self, caller: Caller, size: int, token: str) -> tuple[list[CampaignView], str]:
        """Campaigns of the caller's province, newest first. Raises INVALID `PAGE_TOKEN`."""
        size = size or PAGE
        province = "" if caller.role in EVERYWHERE else caller.organisation or "-"
        async with self._database.unit_of_work() as uow:
            found = await self._campaigns(uow).page(province, _place(token), size + 1)
        page = found[:size]
        following = page[-1].campaign_id if len(found) > size else ""
        return [self._view(campaign) for campaign in page], following

    async def begin_for_calendar(self, uow: UnitOfWork, fact: enrollment.CalendarChanged, epoch: int = 1) -> None:
        """MSG-38: an urgent change of a calendar is told to everybody of the cycle, once a version, within `uow`.

        The amendment was approved; nobody approves its telling. Writes one row: the runner does the rest.
        """
        if not fact.urgent:
            return
        next_at: Value = ""
        if fact.kind != "hold" and fact.HasField("next_at"):
            next_at = fact.next_at.ToDatetime(tzinfo=UTC)
        values: dict[str, Value] = {"reason": fact.reason, "present": fact.present or "—", "next_at": next_at}
        now = self._clock.now()
        new = Campaign(
            campaign_id=new_id(),
            province_code=fact.province_code,
            cycle_id=fact.cycle_id,
            audience=Audience.EVERYBODY,
            base_code="",
            specialty_code="",
            template=CHANGED,
            parameters=values_as_text(CHANGED, values),
            state=State.RUNNING,
            rate=self._usual_rate,
            starts_at=None,
            created_by=SYSTEM,
            created_at=now,
            approved_at=now,
        )
        key = f"calendar/{fact.cycle_id}/{order_of(epoch, fact.version)}"
        await self._campaigns(uow).add(new, key, fingerprint(key=key), "")

    async def hear_calendar(self, delivery: Delivery, uow: UnitOfWork) -> None:
        """MSG-38: what a CalendarChanged leads to, within `uow`; the listener has read its body before."""
        await self.begin_for_calendar(uow, enrollment.CalendarChanged.FromString(delivery.body), delivery.epoch)

    async def _take(
        self,
        caller: Caller,
        campaign_id: str,
        step: Step,
        decide: Callable[[Campaign], tuple[State | None, dict[str, Any]]],
        reason: str = "",
    ) -> CampaignView:
        """Take a step unless it was taken already; the campaign as it stands then."""
        async with self._database.unit_of_work() as uow:
            campaigns = self._campaigns(uow)
            campaign = _seen(caller, await campaigns.one(campaign_id, lock=True))
            state, also = decide(campaign)
            if state is not None:
                await campaigns.step(campaign_id, step, state, caller.actor, reason.strip(), **also)
                campaign = _seen(caller, await campaigns.one(campaign_id))
        if state is not None:
            for callback in self._listeners:
                callback()
        return self._view(campaign)

    async def _own(self, caller: Caller, campaign_id: str) -> Campaign:
        async with self._database.unit_of_work() as uow:
            return _seen(caller, await self._campaigns(uow).one(campaign_id))

    def _view(self, campaign: Campaign) -> CampaignView:
        return CampaignView(campaign, campaign.expected_at(self._clock.now()), {})

    def _campaigns(self, uow: UnitOfWork) -> Campaigns:
        return Campaigns(uow.session, self._clock.now())


def asked_of(campaign: Campaign) -> Asked:
    """The audience of a campaign."""
    return Asked(campaign.cycle_id, campaign.audience, campaign.base_code, campaign.specialty_code)


def checked(template_key: str, audience: Audience, parameters: Mapping[str, str]) -> dict[str, str]:
    """MSG-34: the parameters as they are kept, of a template that campaigns may send to this audience.

    Raises DomainError INVALID `TEMPLATE_UNKNOWN`, `NOT_FOR_CAMPAIGNS`, `TEMPLATE_AUDIENCE`, `PARAMETERS_WRONG` or
    `PARAMETER_TOO_LONG`.
    """
    template = template_of(template_key)
    if not template.campaign:
        message = "该模板不能用于群发。"
        raise DomainError(Kind.INVALID, "NOT_FOR_CAMPAIGNS", message, field="template", rule="MSG-34")
    if template.to != audience.to:
        message = "该模板不适用于所选的对象。"
        raise DomainError(Kind.INVALID, "TEMPLATE_AUDIENCE", message, field="template", rule="MSG-34")
    kept = values_as_text(template_key, read_values(template_key, parameters))
    if any(len(value) > TEXT_MAX for value in kept.values()):
        # A remark that is too long is cut, so that a message is not stopped; here there is somebody to ask.
        message = f"每项内容最多 {TEXT_MAX} 个字。"
        raise DomainError(Kind.INVALID, "PARAMETER_TOO_LONG", message, field="parameters", rule="MSG-34")
    return kept


def _plainly(step: Step) -> Callable[[Campaign], tuple[State | None, dict[str, Any]]]:
    return lambda campaign: (after(campaign.state, step), {})


def _seen(caller: Caller, campaign: Campaign | None) -> Campaign:
    """A campaign of another province looks absent."""
    if campaign is None or (caller.role not in EVERYWHERE and campaign.province_code != caller.organisation):
        raise DomainError(Kind.NOT_FOUND, "CAMPAIGN_NOT_FOUND", "没有这次群发。", rule="MSG-34")
    return campaign


def _place(token: str) -> str:
    try:
        return str(UUID(token)) if token else ""
    except ValueError:
        raise DomainError(Kind.INVALID, "PAGE_TOKEN", "翻页标记无效，请从第一页开始。", field="page_token") from None
