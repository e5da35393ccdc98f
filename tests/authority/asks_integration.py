"""Accounts of programs, and webhooks of organisations."""

from __future__ import annotations

from services.kit.ids import new_id
from tests.authority.asks import Fields, Relation, asks, asks_nothing
from tests.authority.scene import Scene, key
from tests.authority.wire import Someone
from tests.support.people import BASE, FOREIGN_BASE, PROVINCE

_ACCOUNTS = "identity.ServiceAccountService"
_WEBHOOKS = "notify.WebhookService"
_FIT = {
    "base_administrator": ("ROLE_BASE_REVIEWER", "enrollment.write"),
    "teaching_department": ("ROLE_TEACHING_DEPARTMENT", "faculty.write"),
    "province_administrator": ("ROLE_PROVINCE_ADMINISTRATOR", "enrollment.read"),
}
"""What each hat may open."""
_OWNS = {"teaching_department": BASE, "province_administrator": PROVINCE}
"""Where somebody of this hat keeps accounts and webhooks; others at the base."""
_ADDRESS = "https://hospital.example.com/hook"

asks_nothing(f"{_ACCOUNTS}.SignInServiceAccount", account_id=new_id(), secret="svc_" + "x" * 40)
asks_nothing(f"{_ACCOUNTS}.ListServiceAccounts")
asks_nothing(f"{_WEBHOOKS}.ListEventTypes", f"{_WEBHOOKS}.ListWebhooks")


@asks(f"{_ACCOUNTS}.CreateServiceAccount")
async def _open(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    """An account is always the caller's own organisation's."""
    role, scope = _FIT.get(who.role, ("ROLE_BASE_REVIEWER", "enrollment.read"))
    fields: Fields = {
        "name": "医院信息系统",
        "role": role,
        "scopes": [scope],
        "expires_at": scene.soon(),
        "idempotency_key": key(),
    }
    return [fields] if relation is Relation.OWN else []


def _role_and_place(who: Someone, relation: Relation) -> tuple[str, str]:
    if who.role == "province_administrator" and relation is Relation.OWN:
        return "province_administrator", PROVINCE
    role = "teaching_department" if who.role == "teaching_department" else "base_reviewer"
    return role, BASE if relation is Relation.OWN else FOREIGN_BASE


@asks(f"{_ACCOUNTS}.AddServiceSecret", f"{_ACCOUNTS}.EndServiceSecret", f"{_ACCOUNTS}.RevokeServiceAccount")
async def _account(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    account = new_id() if relation is Relation.ABSENT else await scene.service_account(*_role_and_place(who, relation))
    more: dict[str, Fields] = {
        "AddServiceSecret": {"idempotency_key": key()},
        "EndServiceSecret": {"secret_id": new_id()},
        "RevokeServiceAccount": {"reason": "权限核对"},
    }
    return [{"account_id": account, **more[method.rsplit(".", 1)[-1]]}]


def _types(who: Someone) -> list[str]:
    return ["appointment.started" if who.role == "teaching_department" else "phase.entered"]


@asks(f"{_WEBHOOKS}.CreateWebhook")
async def _subscribe(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    """A webhook is always the caller's own organisation's."""
    fields: Fields = {"name": "推送", "url": _ADDRESS, "event_types": _types(who), "idempotency_key": key()}
    return [fields] if relation is Relation.OWN else []


async def _webhook(scene: Scene, who: Someone, relation: Relation) -> str:
    if relation is Relation.ABSENT:
        return new_id()
    role = "base_administrator" if who.role == "base_reviewer" else who.role
    place = _OWNS.get(role, BASE) if relation is Relation.OWN else FOREIGN_BASE
    return await scene.webhook(role, place)


@asks(
    f"{_WEBHOOKS}.ChangeWebhook",
    f"{_WEBHOOKS}.RotateWebhookSecret",
    f"{_WEBHOOKS}.EndWebhook",
    f"{_WEBHOOKS}.PingWebhook",
    f"{_WEBHOOKS}.ListWebhookDeliveries",
)
async def _one(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    more: dict[str, Fields] = {
        "ChangeWebhook": {"name": "推送", "url": _ADDRESS, "event_types": _types(who)},
        "RotateWebhookSecret": {"idempotency_key": key()},
        "PingWebhook": {"idempotency_key": key()},
    }
    return [{"webhook_id": await _webhook(scene, who, relation), **more.get(method.rsplit(".", 1)[-1], {})}]


@asks(f"{_WEBHOOKS}.RedeliverWebhookEvent")
async def _again(scene: Scene, method: str, who: Someone, relation: Relation) -> list[Fields]:
    if relation is Relation.ABSENT:
        return [{"delivery_id": new_id()}]
    return [{"delivery_id": await scene.webhook_delivery(await _webhook(scene, who, relation))}]
