"""Notify as the portal sees it: an inbox for everybody, wishes by person, campaigns of one province.

They answer as the contracts say: what is mandatory stays, nobody approves a draft of their own, a version that was
looked at is the one that is approved, an address is proved by its code.
"""

from __future__ import annotations

import uuid
from typing import Any

from residency.notify.v1 import (
    campaign_service_pb2,
    campaign_service_pb2_grpc,
    delivery_pb2,
    delivery_service_pb2,
    notify_service_pb2,
    notify_service_pb2_grpc,
    preference_service_pb2,
    preference_service_pb2_grpc,
)
from services.kit.auth import caller
from services.kit.domain import DomainError, Kind
from tests.support.portal_catalogue import CYCLE
from tests.support.portal_stand_in import StandIn

CODE = "135790"
TOKEN = "a-token-of-a-message-for-the-kind-of-calendars"
SCAN_URL = "http://weixin.example/q/a-picture"
_LOCKED = {
    (delivery_pb2.NOTICE_KIND_SECURITY, delivery_pb2.CHANNEL_SMS): (
        "为保障账号安全，账号安全提醒始终以短信告知，不能关闭。"
    ),
}
_MORE = {delivery_pb2.NOTICE_KIND_SECURITY, delivery_pb2.NOTICE_KIND_APPLICATION, delivery_pb2.NOTICE_KIND_REMINDER}
_LEARNERS = {"applicant", "faculty"}
MAIL = (
    "<!doctype html><html lang='zh-CN'><head><title>审核通过</title></head><body style='color:#0b4a7c'>"
    "<h1>审核通过</h1><p>请登录核对。</p><script>document.body.textContent='run'</script></body></html>"
)
"""As a mail looks, with a script that must not run."""


class Notify(notify_service_pb2_grpc.NotifyServiceServicer):
    """One inbox for everybody."""

    def __init__(self) -> None:
        self.messages: list[notify_service_pb2.Message] = []
        self.down = False

    def write(self, title: str, body: str, kind: str = "APPLICATION", application_id: str = "") -> None:
        """Put a message in."""
        message = notify_service_pb2.Message(
            message_id=str(uuid.uuid4()),
            title=title,
            body=body,
            kind=f"NOTICE_KIND_{kind}",
            application_id=application_id,
        )
        message.sent_at.GetCurrentTime()
        self.messages.insert(0, message)

    async def ListMessages(self, request: Any, context: Any) -> Any:
        self._check()
        size, start = request.page_size or 20, int(request.page_token or 0)
        found = [each for each in self._of(request.kind) if not (request.unread_only and each.HasField("read_at"))]
        if request.application_id:
            found = [each for each in found if each.application_id == request.application_id]
        more = str(start + size) if len(found) > start + size else ""
        return notify_service_pb2.ListMessagesResponse(messages=found[start : start + size], next_page_token=more)

    async def CountUnread(self, request: Any, context: Any) -> Any:
        self._check()
        unread = sum(1 for message in self.messages if not message.HasField("read_at"))
        return notify_service_pb2.CountUnreadResponse(unread=unread)

    async def MarkRead(self, request: Any, context: Any) -> Any:
        for message in self.messages:
            if message.message_id == request.message_id:
                message.read_at.GetCurrentTime()
                return notify_service_pb2.MarkReadResponse(message=message)
        raise DomainError(Kind.NOT_FOUND, "MESSAGE_NOT_FOUND", "没有这条消息。")

    async def MarkAllRead(self, request: Any, context: Any) -> Any:
        marked = [each for each in self._of(request.kind) if not each.HasField("read_at")]
        for message in marked:
            message.read_at.GetCurrentTime()
        return notify_service_pb2.MarkAllReadResponse(marked=len(marked))

    def _of(self, kind: int) -> list[notify_service_pb2.Message]:
        return [each for each in self.messages if kind in {0, each.kind}]

    def _check(self) -> None:
        if self.down:
            raise DomainError(Kind.UNAVAILABLE, "DATABASE_DOWN", "服务暂时不可用，请稍后再试。")


class Preferences(preference_service_pb2_grpc.PreferenceServiceServicer):
    """Wishes and addresses by person; the token belongs to calendars by e-mail of whoever `of_token` names."""

    def __init__(self) -> None:
        self.said: dict[tuple[str, int, int], bool] = {}
        self.addresses: dict[str, list[preference_service_pb2.Address]] = {}
        self.languages: dict[str, str] = {}
        self.of_token = ""

    async def GetPreferences(self, request: Any, context: Any) -> Any:
        who = caller()
        work = delivery_pb2.NOTICE_KIND_WORK
        kinds = [
            number for number in delivery_pb2.NoticeKind.values() if number and (number != work or _works(who.role))
        ]
        mobile = preference_service_pb2.Address(channel="CHANNEL_SMS", masked="138****0000")
        return preference_service_pb2.GetPreferencesResponse(
            preferences=[self._wish(who.person_id, kind, channel) for kind in kinds for channel in (1, 2, 3, 4)],
            addresses=[mobile, *self.addresses.get(who.person_id, [])],
            language=self.languages.get(who.person_id, "zh"),
        )

    async def SetPreference(self, request: Any, context: Any) -> Any:
        person_id = caller().person_id
        if self._wish(person_id, request.kind, request.channel).mandatory and not request.wanted:
            raise DomainError(Kind.NOT_NOW, "PREFERENCE_MANDATORY", "此类通知不能关闭。", field="channel")
        self.said[person_id, request.kind, request.channel] = request.wanted
        wish = self._wish(person_id, request.kind, request.channel)
        return preference_service_pb2.SetPreferenceResponse(preference=wish)

    async def SetLanguage(self, request: Any, context: Any) -> Any:
        self.languages[caller().person_id] = request.language
        return preference_service_pb2.SetLanguageResponse()

    async def StartAddress(self, request: Any, context: Any) -> Any:
        wechat = request.channel == delivery_pb2.CHANNEL_WECHAT
        local, _, domain = request.address.partition("@")
        if not wechat and "." not in domain:
            raise DomainError(Kind.INVALID, "EMAIL_FORMAT", "请填写完整的电子邮箱地址。", field="address")
        masked = "" if wechat else f"{local[:1]}***@{domain}"
        new = preference_service_pb2.Address(address_id=str(uuid.uuid4()), channel=request.channel, masked=masked)
        self.addresses.setdefault(caller().person_id, []).append(new)
        answer = preference_service_pb2.StartAddressResponse(address=new, scan_url=SCAN_URL if wechat else "")
        answer.expires_at.FromSeconds(4_000_000_000)
        return answer

    async def ConfirmAddress(self, request: Any, context: Any) -> Any:
        found = self._own(request.address_id)
        if request.code != CODE:
            raise DomainError(Kind.INVALID, "CODE_WRONG", "验证码不正确，还可以再试4次。", field="code")
        found.verified_at.GetCurrentTime()
        found.blocked = ""
        return preference_service_pb2.ConfirmAddressResponse(address=found)

    async def RemoveAddress(self, request: Any, context: Any) -> Any:
        self.addresses[caller().person_id].remove(self._own(request.address_id))
        return preference_service_pb2.RemoveAddressResponse()

    async def GetUnsubscription(self, request: Any, context: Any) -> Any:
        return preference_service_pb2.GetUnsubscriptionResponse(preference=self._taken(request.token))

    async def Unsubscribe(self, request: Any, context: Any) -> Any:
        taken = self._taken(request.token)
        self.said[self.of_token, taken.kind, taken.channel] = False
        return preference_service_pb2.UnsubscribeResponse(preference=self._taken(request.token))

    def scan(self, person_id: str) -> None:
        """The picture that waits for this person is scanned."""
        found = next(each for each in self.addresses[person_id] if each.channel == delivery_pb2.CHANNEL_WECHAT)
        found.masked = "****abcd"
        found.verified_at.GetCurrentTime()

    def _taken(self, token: str) -> preference_service_pb2.Preference:
        if token != TOKEN:
            raise DomainError(Kind.NOT_FOUND, "UNSUBSCRIBE_TOKEN", "退订链接无效。", field="token")
        return self._wish(self.of_token, delivery_pb2.NOTICE_KIND_CALENDAR, delivery_pb2.CHANNEL_EMAIL)

    def _own(self, address_id: str) -> preference_service_pb2.Address:
        own = self.addresses.get(caller().person_id, [])
        found = next((each for each in own if each.address_id == address_id), None)
        if found is None:
            raise DomainError(Kind.NOT_FOUND, "ADDRESS_UNKNOWN", "没有找到该地址。", field="address_id")
        return found

    def _wish(self, person_id: str, kind: Any, channel: Any) -> preference_service_pb2.Preference:
        always = channel == delivery_pb2.CHANNEL_INBOX
        why = "站内消息始终接收。" if always else _LOCKED.get((kind, channel), "")
        usual = channel != delivery_pb2.CHANNEL_SMS or kind in _MORE
        return preference_service_pb2.Preference(
            kind=kind,
            channel=channel,
            wanted=bool(why) or self.said.get((person_id, kind, channel), usual),
            mandatory=bool(why),
            why=why,
        )


class Campaigns(campaign_service_pb2_grpc.CampaignServiceServicer):
    """Campaigns of one province, each written to `count` people."""

    def __init__(self) -> None:
        self.kept: list[campaign_service_pb2.Campaign] = []
        self.steps: dict[str, list[campaign_service_pb2.CampaignStep]] = {}
        self.by_key: dict[str, campaign_service_pb2.Campaign] = {}
        self.count = 1284

    async def CreateCampaign(self, request: Any, context: Any) -> Any:
        known = self.by_key.get(request.idempotency_key)
        if known is None:
            service = campaign_service_pb2
            known = service.Campaign(
                campaign_id=str(uuid.uuid4()), province_code="37", state="CAMPAIGN_STATE_DRAFT",
                rate=request.rate or 200, created_by=caller().actor, version=1, counted=self.count,
                **{name: getattr(request, name) for name in ("cycle_id", "audience", "base_code", "template")},
                specialty_code=request.specialty_code, parameters=dict(request.parameters),
            )  # fmt: skip
            if request.HasField("starts_at"):
                known.starts_at.CopyFrom(request.starts_at)
            known.created_at.GetCurrentTime()
            self.by_key[request.idempotency_key] = known
            self.kept.insert(0, known)
            self._note(known, "created")
        return campaign_service_pb2.CreateCampaignResponse(campaign=known)

    async def PreviewCampaign(self, request: Any, context: Any) -> Any:
        campaign = self._one(request.campaign_id)
        texts = texts_of(campaign.parameters.get("subject", "填报开放通知"))
        return campaign_service_pb2.PreviewCampaignResponse(
            count=self.count, sample=["0197c0de-0000-7000-8000-000000000001"], texts=texts, seconds=65
        )

    async def ApproveCampaign(self, request: Any, context: Any) -> Any:
        campaign = self._one(request.campaign_id)
        if campaign.created_by == caller().actor:
            raise DomainError(Kind.FORBIDDEN, "OWN_CAMPAIGN", "由您起草，须由另一人批准。")
        if campaign.version != request.version:
            raise DomainError(Kind.CONFLICT, "CAMPAIGN_CHANGED", "内容已变化，请重新核对。")
        campaign.approved_by = caller().actor
        campaign.approved_at.GetCurrentTime()
        self._step(campaign, ("DRAFT",), "RUNNING", "approved")
        return campaign_service_pb2.ApproveCampaignResponse(campaign=campaign)

    async def PauseCampaign(self, request: Any, context: Any) -> Any:
        campaign = self._one(request.campaign_id)
        self._step(campaign, ("RUNNING",), "PAUSED", "paused", request.reason)
        return campaign_service_pb2.PauseCampaignResponse(campaign=campaign)

    async def ResumeCampaign(self, request: Any, context: Any) -> Any:
        campaign = self._one(request.campaign_id)
        self._step(campaign, ("PAUSED",), "RUNNING", "resumed")
        return campaign_service_pb2.ResumeCampaignResponse(campaign=campaign)

    async def StopCampaign(self, request: Any, context: Any) -> Any:
        campaign = self._one(request.campaign_id)
        self._step(campaign, ("DRAFT", "RUNNING", "PAUSED"), "STOPPED", "stopped", request.reason)
        return campaign_service_pb2.StopCampaignResponse(campaign=campaign)

    async def GetCampaign(self, request: Any, context: Any) -> Any:
        campaign = self._one(request.campaign_id)
        steps = self.steps[campaign.campaign_id]
        return campaign_service_pb2.GetCampaignResponse(campaign=campaign, steps=steps)

    async def ListCampaigns(self, request: Any, context: Any) -> Any:
        return campaign_service_pb2.ListCampaignsResponse(campaigns=self.kept)

    def add(self, template: str, state: str, written: int = 0, campaign_id: str = "") -> campaign_service_pb2.Campaign:
        """A campaign that somebody else drafted."""
        campaign = campaign_service_pb2.Campaign(
            campaign_id=campaign_id or str(uuid.uuid4()), cycle_id=CYCLE, audience="unplaced", template=template,
            state=f"CAMPAIGN_STATE_{state}",
            rate=200, counted=self.count, written=written, skipped=2, created_by=str(uuid.uuid4()), version=1,
            parameters={"subject": "请尽快核对信息", "text": "请登录核对。"},
            deliveries={"delivered": 900, "queued": 12},
        )  # fmt: skip
        campaign.created_at.GetCurrentTime()
        if state == "RUNNING":
            campaign.expected_at.GetCurrentTime()
        self.kept.insert(0, campaign)
        self._note(campaign, "created")
        return campaign

    def _one(self, campaign_id: str) -> campaign_service_pb2.Campaign:
        found = next((each for each in self.kept if each.campaign_id == campaign_id), None)
        if found is None:
            raise DomainError(Kind.NOT_FOUND, "CAMPAIGN_NOT_FOUND", "没有这次群发。")
        return found

    def _step(
        self, campaign: campaign_service_pb2.Campaign, before: tuple[str, ...], state: str, what: str, reason: str = ""
    ) -> None:
        if campaign_service_pb2.CampaignState.Name(campaign.state) not in {f"CAMPAIGN_STATE_{each}" for each in before}:
            raise DomainError(Kind.NOT_NOW, "CAMPAIGN_STATE", "当前状态不能办理。")
        campaign.MergeFrom(campaign_service_pb2.Campaign(state=f"CAMPAIGN_STATE_{state}"))
        campaign.version += 1
        self._note(campaign, what, reason)

    def _note(self, campaign: campaign_service_pb2.Campaign, what: str, reason: str = "") -> None:
        by = campaign.created_by if what == "created" else caller().actor
        step = campaign_service_pb2.CampaignStep(what=what, by=by, reason=reason)
        step.at.GetCurrentTime()
        self.steps.setdefault(campaign.campaign_id, []).append(step)


def texts_of(title: str) -> list[delivery_service_pb2.ChannelText]:
    """A text as three channels show it."""
    text = delivery_service_pb2.ChannelText
    return [
        text(channel="CHANNEL_INBOX", title=title, body="请登录核对。"),
        text(channel="CHANNEL_SMS", body=f"{title}，请登录核对。"),
        text(channel="CHANNEL_EMAIL", title=title, body="请登录核对。", html=MAIL),
    ]


def deliveries() -> StandIn:
    """DeliveryService with two templates, and a text message and an e-mail that were kept."""
    service = delivery_service_pb2
    stand_in = StandIn(service, "DeliveryService")
    info = service.TemplateInfo
    stand_in.answers["ListTemplates"] = service.ListTemplatesResponse(
        templates=[
            info(
                template="campaign_text", title="{subject}", kind="NOTICE_KIND_CAMPAIGN",
                parameters={"subject": "text", "text": "text"},
            ),
            info(
                template="campaign_round_open", title="填报开放通知", kind="NOTICE_KIND_CAMPAIGN",
                parameters={"round_name": "text", "opens_at": "instant", "closes_at": "instant"},
            ),
            info(template="calendar_changed_applicants", title="招录日程调整通知", kind="NOTICE_KIND_CALENDAR"),
        ]
    )  # fmt: skip
    stand_in.answers["PreviewTemplate"] = service.PreviewTemplateResponse(texts=texts_of("示例标题"))
    kept = []
    for number, text in enumerate(texts_of("审核通过")[1:]):
        delivery = delivery_pb2.Delivery(
            delivery_id=str(uuid.uuid4()),
            channel=text.channel,
            state="DELIVERY_STATE_DELIVERED",
            sent_to=("138****0000", "a***@example.org")[number],
        )
        delivery.delivered_at.GetCurrentTime()
        kept.append(service.Kept(delivery=delivery, text=text))

    def list_kept(request: Any) -> service.ListKeptResponse:
        return service.ListKeptResponse(
            kept=[each for each in kept if request.channel in {0, each.delivery.channel}][: request.page_size or 50]
        )

    stand_in.answers["ListKept"] = list_kept
    return stand_in


def _works(role: str) -> bool:
    return role not in _LEARNERS
