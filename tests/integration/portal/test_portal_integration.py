"""The pages and routes of service accounts and webhooks, before a real identity and a real notify."""

from __future__ import annotations

import base64
import re
import uuid
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from residency.identity.v1 import service_account_service_pb2
from residency.notify.v1 import webhook_service_pb2
from services.kit.messaging import Messaging
from services.portal.api import service_accounts, webhooks
from tests.support.hooks import is_signed
from tests.support.portal_programs import APPROVED, Edge, hidden_date, programs
from tests.support.portal_story import keyed
from tests.support.wait import eventually


@pytest.fixture
async def edge(
    database_url: Callable[[str], str], messaging: Messaging, nats_url: str, tmp_path: Path
) -> AsyncIterator[Edge]:
    async with programs(database_url, nats_url, tmp_path) as opened:
        yield opened


def hidden(page: str, action: str, name: str) -> str:
    """The value of a hidden input in the form with this action."""
    form = re.search(rf'action="{re.escape(action)}".*?</form>', page, re.DOTALL)
    assert form is not None, action
    found = re.search(rf'name="{name}" value="([^"]*)"', form.group(0))
    assert found is not None, name
    return found.group(1)


def test_every_method_has_a_route() -> None:
    told = {route.name for module in (service_accounts, webhooks) for route in module.router.routes}
    for file, service in (
        (service_account_service_pb2, "ServiceAccountService"),
        (webhook_service_pb2, "WebhookService"),
    ):
        methods = {method.name for method in file.DESCRIPTOR.services_by_name[service].methods}
        assert methods - told <= {"SignInServiceAccount"}, service


async def test_svc_an_account_is_opened_on_the_page_and_signs_in_until_it_is_revoked(edge: Edge) -> None:
    """SVC-06, SVC-07, SVC-08: the secret is shown once; a program signs in with HTTP Basic or JSON."""
    administrator = await edge.people.staff("base_administrator")
    async with edge.browser(administrator) as browser, edge.program() as program:
        page = (await browser.get("/service-accounts")).text
        assert "还没有服务账号" in page
        assert "There are no service accounts yet" in (await browser.get("/en/service-accounts")).text
        form = keyed(**{"name": "医院信息系统", "role": "base_reviewer", "scopes.notify.read": "yes"})
        wrong = await browser.post("/service-accounts", data=form | {"expires_at": "2099-01-01"})
        assert (wrong.status_code, "服务账号最长有效一年" in wrong.text, "医院信息系统" in wrong.text) == (
            422,
            True,
            True,
        )
        form |= {"expires_at": hidden_date(page), "idempotency_key": str(uuid.uuid4())}
        made = await browser.post("/service-accounts", data=form)
        secret = re.search(r"svc_[\w-]{43}", made.text)
        assert (made.status_code, secret is not None) == (200, True), made.text
        assert secret is not None
        again = (await browser.get("/service-accounts")).text
        assert secret.group(0) not in again
        account_id = hidden(again, "/service-accounts/revocation", "account_id")
        basic = base64.b64encode(f"{account_id}:{secret.group(0)}".encode()).decode()
        signed_in = await program.post("/sessions/service", headers={"authorization": f"Basic {basic}"})
        assert (signed_in.status_code, signed_in.json()["scopes"]) == (201, ["notify.read"])
        same = await program.post("/sessions/service", json={"account_id": account_id, "secret": secret.group(0)})
        assert same.status_code == 201
        bad = await program.post("/sessions/service", json={"account_id": account_id, "secret": "svc_wrong"})
        assert (bad.status_code, bad.json()["reason"]) == (401, "BAD_SERVICE_SECRET")
        nothing = await program.post("/sessions/service")
        assert (nothing.status_code, nothing.json()["reason"]) == (401, "NO_CREDENTIALS")
        async with edge.program(signed_in.json()["token"]["value"]) as machine:
            assert (await machine.get("/webhooks")).json() == {"webhooks": []}
            for path in ("/me", "/sessions", "/staff", "/service-accounts"):
                assert (await machine.get(path)).status_code == 403, path
        data = keyed(account_id=account_id, reason="系统更换")
        ended = await browser.post("/service-accounts/revocation", data=data)
        assert ended.headers["location"] == "/service-accounts?done=ended"
        assert "已停用" in (await browser.get("/service-accounts")).text
        refused = await program.post("/sessions/service", headers={"authorization": f"Basic {basic}"})
        assert (refused.status_code, refused.json()["reason"]) == (401, "BAD_SERVICE_SECRET")


async def test_what_is_wrong_with_a_group_of_ticks_is_said_at_its_first(edge: Edge) -> None:
    """With a link to it, and in words of its own."""
    administrator = await edge.people.staff("base_administrator")
    async with edge.browser(administrator) as browser:
        day = hidden_date((await browser.get("/service-accounts")).text)
        account = keyed(name="医院信息系统", role="base_reviewer", expires_at=day)
        hook = keyed(name="医院信息系统", url=edge.receiver.url)
        for path, form, first, told in (
            ("/service-accounts", account, "scopes.enrollment.read", "请至少勾选一项授权。"),
            ("/webhooks", hook, "event_types.", "请至少选择一种事件。"),
        ):
            page = await browser.post(path, data=form)
            assert (page.status_code, page.text.count(told)) == (422, 2)
            link = re.search(rf'<a href="#({re.escape(first)}[\w.]*-new)">{told}', page.text)
            assert link is not None
            assert f'id="{link.group(1)}"' in page.text


async def test_svc_secrets_are_changed_without_a_pause_through_rest(edge: Edge) -> None:
    """SVC-06: by a person's own program; the routes ask for the same as the pages."""
    administrator = await edge.people.staff("base_administrator")
    order: dict[str, Any] = {"name": "HIS", "role": "base_reviewer", "scopes": ["enrollment.read"]}
    async with edge.browser(administrator) as browser:
        day = hidden_date((await browser.get("/service-accounts")).text)
    async with edge.program(administrator.token) as program:
        made = await program.post("/service-accounts", json=order | {"expires_at": f"{day}T00:00:00Z"})
        assert made.status_code == 201, made.text
        one = f"/service-accounts/{made.json()['account']['account_id']}"
        first = made.json()["account"]["secrets"][0]["secret_id"]
        second = await program.post(f"{one}/secrets", headers={"idempotency-key": str(uuid.uuid4())})
        assert (second.status_code, len(second.json()["account"]["secrets"])) == (201, 2)
        assert (await program.delete(f"{one}/secrets/{first}")).json() == {}
        [listed] = (await program.get("/service-accounts")).json()["accounts"]
        assert [each["secret_id"] != first for each in listed["secrets"]] == [True]
        assert (await program.post(f"{one}/revocation", json={"reason": "不再使用"})).json() == {}
        strange = await program.post(f"/service-accounts/{uuid.uuid4()}/revocation", json={"reason": "不再使用"})
        assert (strange.status_code, strange.json()["reason"]) == (404, "SERVICE_ACCOUNT_UNKNOWN")


async def test_hook_a_webhook_is_subscribed_tested_changed_and_ended_on_the_pages(edge: Edge) -> None:
    """HOOK-04, HOOK-09."""
    administrator = await edge.people.staff("base_administrator")
    async with edge.browser(administrator) as browser, edge.program(administrator.token) as program:
        page = (await browser.get("/webhooks")).text
        assert "审核通过（application.approved）" in page
        assert "An application was approved (application.approved)" in (await browser.get("/en/webhooks")).text
        form = {"name": "医院信息系统", "url": "hospital"} | APPROVED
        wrong = await browser.post("/webhooks", data=keyed(**form))
        assert (wrong.status_code, "请填写 https:// 开头的完整地址" in wrong.text) == (422, True)
        made = await browser.post("/webhooks", data=keyed(**form | {"url": edge.receiver.url}))
        secret = re.search(r"whsec_[\w+/]+=*", made.text)
        assert (made.status_code, secret is not None) == (200, True), made.text
        assert secret is not None
        [hook] = (await program.get("/webhooks")).json()["webhooks"]
        here = f"/webhooks/{hook['webhook_id']}"
        assert secret.group(0) not in (await browser.get(here)).text
        pinged = await browser.post(f"{here}/ping", data=keyed())
        assert pinged.headers["location"] == f"{here}?done=sent"

        async def told() -> bool:
            return "已送达" in (await browser.get(f"{here}?state=delivered")).text.partition("<tbody>")[2]

        await eventually(told, "the test event is listed")
        assert is_signed(secret.group(0), edge.receiver.heard[0])
        [way] = (await program.get(f"{here}/deliveries?state=delivered")).json()["deliveries"]
        assert (way["event_type"], way["status_code"], way["attempts"]) == ("ping", 200, 1)
        again = await browser.post(f"{here}/redelivery", data=keyed(delivery_id=way["delivery_id"]))
        assert again.headers["location"] == f"{here}?done=sent"

        async def twice() -> bool:
            return len(edge.receiver.heard) == 2

        await eventually(twice, "sent again")
        assert {each.headers["webhook-id"] for each in edge.receiver.heard} == {way["event_id"]}
        changed = await browser.post(here, data=keyed(name="新系统", url=edge.receiver.url, **APPROVED))
        assert changed.headers["location"] == f"{here}?done=saved"
        rotated = await browser.post(f"{here}/secret", data=keyed())
        assert (rotated.status_code, "whsec_" in rotated.text, "旧密钥有效至" in rotated.text) == (200, True, True)
        assert "Old secret counts until" in (await browser.get(f"/en{here}")).text
        ended = await browser.post(f"{here}/end", data=keyed())
        assert ended.headers["location"] == "/webhooks?done=ended"
        assert (await program.get("/webhooks")).json() == {"webhooks": []}
        assert (await browser.get(here)).status_code == 404
