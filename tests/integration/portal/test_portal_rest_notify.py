"""Notices through REST: the inbox with its filters, wishes and addresses, campaigns, and the work of operators."""

from __future__ import annotations

from residency.notify.v1 import campaign_service_pb2, delivery_pb2, delivery_service_pb2, preference_service_pb2
from services.portal.api import campaigns, messages, notices
from tests.support.portal_accounts import Account
from tests.support.portal_catalogue import CYCLE
from tests.support.portal_notify import CODE, TOKEN
from tests.support.portal_upstream import Upstream

MACHINES = {"RecordReceipt"}
"""What has a door of its own."""


def test_every_method_for_people_has_a_route() -> None:
    told = {route.name for module in (messages, notices, campaigns) for route in module.router.routes}
    for file, service in (
        (preference_service_pb2, "PreferenceService"),
        (campaign_service_pb2, "CampaignService"),
        (delivery_service_pb2, "DeliveryService"),
    ):
        methods = {method.name for method in file.DESCRIPTOR.services_by_name[service].methods}
        assert methods - MACHINES <= told, service


async def test_an_inbox_is_filtered_and_marked(upstream: Upstream) -> None:
    upstream.notify.write("审核通过", "您的报名已审核通过。", application_id="a-1")
    upstream.notify.write("密码已修改", "您的密码已修改。", "SECURITY")
    async with upstream.program("applicant") as program:
        one = (await program.get("/messages?kind=security&unread_only=true")).json()["messages"]
        assert [(each["title"], each["kind"]) for each in one] == [("密码已修改", "security")]
        about = (await program.get("/messages?application_id=a-1&page_size=1")).json()
        assert [each["title"] for each in about["messages"]] == ["审核通过"]
        assert (await program.get("/messages?kind=gossip")).status_code == 422
        assert (await program.put("/messages/read", json={"kind": "security"})).json() == {"marked": 1}
        message = upstream.notify.messages[1].message_id
        assert (await program.put(f"/messages/{message}/read")).json()["message"]["read_at"]
        assert (await program.put("/messages/not-an-id/read")).status_code == 422
        assert (await program.get("/messages/unread")).json() == {"unread": 0}


async def test_wishes_and_addresses(upstream: Upstream) -> None:
    async with upstream.program("applicant") as program:
        found = (await program.get("/me/notices")).json()
        assert {"kind": "security", "channel": "sms", "wanted": True, "mandatory": True}.items() <= {
            (each["kind"], each["channel"]): each for each in found["preferences"]
        }["security", "sms"].items()
        said = await program.put("/me/notices/campaign/email", json={"wanted": False})
        assert said.json()["preference"]["wanted"] is False
        refused = await program.put("/me/notices/security/sms", json={"wanted": False})
        assert (refused.status_code, refused.json()["reason"]) == (409, "PREFERENCE_MANDATORY")
        assert (await program.put("/me/notices/campaign/pigeon", json={"wanted": True})).status_code == 422
        assert (await program.put("/me/notices/language", json={"language": "en"})).json() == {}
        begun = await program.post("/me/addresses", json={"channel": "email", "address": "li@example.org"})
        assert begun.status_code == 201, begun.text
        one = f"/me/addresses/{begun.json()['address']['address_id']}"
        assert (await program.post(f"{one}/confirmation", json={"code": CODE})).json()["address"]["verified_at"]
        assert (await program.delete(one)).json() == {}
    async with upstream.program() as anybody:
        assert (await anybody.get("/me/notices")).status_code == 401
        here = f"/unsubscriptions/{TOKEN}"
        assert (await anybody.get(here)).json()["preference"]["wanted"] is True
        assert (await anybody.post(here)).json()["preference"]["wanted"] is False


async def test_a_campaign_from_draft_to_end(upstream: Upstream) -> None:
    accounts = upstream.identity.accounts
    accounts["deputy"] = Account("deputy-of-the-province", accounts["province"].hats)
    order = {
        "cycle_id": CYCLE, "audience": "drafts", "template": "campaign_text",
        "parameters": {"subject": "即将截止", "text": "请尽快提交。"}, "starts_at": "2023-07-09T00:00:00Z",
    }  # fmt: skip
    async with upstream.program("province") as one, upstream.program("deputy") as other:
        drafted = await one.post("/campaigns", json=order)
        assert (drafted.status_code, drafted.json()["campaign"]["state"]) == (201, "draft"), drafted.text
        here = f"/campaigns/{drafted.json()['campaign']['campaign_id']}"
        assert (await one.post("/campaigns", json=order)).json() == drafted.json()
        dry = (await other.get(f"{here}/preview")).json()
        assert (dry["count"], [each["channel"] for each in dry["texts"]]) == (1284, ["inbox", "sms", "email"])
        own = await one.post(f"{here}/approval", json={"version": 1})
        assert (own.status_code, own.json()["reason"]) == (403, "OWN_CAMPAIGN")
        assert (await other.post(f"{here}/approval", json={"version": 1})).json()["campaign"]["state"] == "running"
        paused = await one.post(f"{here}/pause", json={"reason": "核对"})
        assert paused.json()["campaign"]["state"] == "paused"
        assert (await one.post(f"{here}/resumption")).json()["campaign"]["state"] == "running"
        assert (await one.post(f"{here}/stop", json={"reason": "有误"})).json()["campaign"]["state"] == "stopped"
        steps = [step["what"] for step in (await one.get(here)).json()["steps"]]
        assert steps == ["created", "approved", "paused", "resumed", "stopped"]
        assert len((await one.get("/campaigns?page_size=5")).json()["campaigns"]) == 1
        assert (await one.post("/campaigns", json=order | {"audience": "friends"})).status_code == 422
    async with upstream.program("applicant") as program:
        assert (await program.get("/campaigns")).status_code == 403
        proved = upstream.identity.token("deputy", proved=False)
        program.headers["authorization"] = f"Bearer {proved}"
        owed = await program.post(f"{here}/approval", json={"version": 1})
        assert (owed.status_code, owed.json()["reason"]) == (403, "STEP_UP_REQUIRED")


async def test_the_work_of_operators_and_what_was_kept_of_oneself(upstream: Upstream) -> None:
    person = "0197c0de-0000-7000-8000-000000000003"
    status = delivery_service_pb2.GetDeliveryStatusResponse(unrouted=3)
    status.channels.add(channel="CHANNEL_SMS", adapter="kept", queued=2, failed_last_day={"ADDRESS_DEAD": 1})
    upstream.deliveries.answers["GetDeliveryStatus"] = status
    async with upstream.program("system") as program:
        told = (await program.get("/deliveries/status")).json()
        assert (told["unrouted"], told["channels"][0]["failed_last_day"]) == (3, {"ADDRESS_DEAD": 1})
        assert (await program.get("/deliveries/failed?channel=sms&reason=ADDRESS_DEAD")).status_code == 200
        asked = upstream.deliveries.requests("ListFailed")[0]
        assert (asked.channel, asked.reason) == (delivery_pb2.CHANNEL_SMS, "ADDRESS_DEAD")
        redriven = await program.post("/deliveries/redrive", json={"channel": "sms"})
        assert redriven.json() == {"queued": 0, "expired": 0}
        filled = await program.post("/notice-templates/campaign_text/preview", json={"parameters": {"subject": "甲"}})
        assert filled.status_code == 200, filled.text
        assert dict(upstream.deliveries.requests("PreviewTemplate")[0].parameters) == {"subject": "甲"}
        assert (await program.get(f"/persons/{person}/told")).status_code == 403
    async with upstream.program("auditor") as program:
        assert (await program.get(f"/persons/{person}/told?template=account_held")).json()["told"] == []
        assert upstream.deliveries.requests("ListTold")[0].person_id == person
    async with upstream.program("applicant") as program:
        kept = (await program.get("/deliveries/kept?channel=email")).json()["kept"]
        assert [each["text"]["channel"] for each in kept] == ["email"]
        assert (await program.get("/deliveries/status")).status_code == 403
