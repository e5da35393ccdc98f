"""MSG-26: a channel is in use when its carrier is wholly configured, kept on an embedded stack, and else off."""

from __future__ import annotations

import sys
from pathlib import Path
from subprocess import run
from typing import Any

import pytest
from pydantic import SecretStr

from services.notify.adapters.choice import AdapterMissing, adapters
from services.notify.adapters.kept import KeptChannel
from services.notify.domain.channels import PUSHED, Channel
from services.notify.domain.outcomes import Outcome, Verdict
from services.notify.settings import NotifySettings
from tests.support.carrier_servers import outgoing

TEXTS = {"texts_address": "https://texts.example/v1"}
EMAIL = {"smtp_host": "mail.example", "email_from": "notice@portal.example"}
WECHAT = {
    "wechat_app_id": "wx01",
    "wechat_app_secret": SecretStr("s"),
    "wechat_token": SecretStr("t"),
    "wechat_templates": {"application_approved": "TM-1"},
}
WEBHOOK = {"webhook_address": "https://hook.example", "webhook_secret": SecretStr("s")}
ALL: dict[str, Any] = {**TEXTS, **EMAIL, **WECHAT, **WEBHOOK}


def kinds(data_dir: Path | None = None, **values: Any) -> dict[Channel, str]:
    return {channel: found.kind for channel, found in adapters(NotifySettings(data_dir=data_dir, **values)).items()}


def test_msg_26_what_nobody_configured_is_off_and_on_an_embedded_stack_kept(tmp_path: Path) -> None:
    assert kinds() == {}
    assert kinds(tmp_path) == {Channel.SMS: "kept", Channel.EMAIL: "kept"}, "an official account cannot be played"


def test_msg_26_what_is_configured_is_used_wherever_it_runs(tmp_path: Path) -> None:
    real = {Channel.SMS: "http", Channel.EMAIL: "smtp", Channel.WECHAT: "wechat", Channel.WEBHOOK: "http"}
    assert kinds(**ALL) == kinds(tmp_path, **ALL) == real
    named = ("sms_adapter", "email_adapter", "wechat_adapter", "webhook_adapter")
    off: dict[str, Any] = dict.fromkeys(named, "off")
    kept: dict[str, Any] = dict.fromkeys(named, "kept")
    assert kinds(**ALL, **off) == {}
    assert kinds(**ALL, **kept) == dict.fromkeys(PUSHED, "kept")


@pytest.mark.parametrize(
    ("values", "setting"),
    [
        ({"sms_adapter": "http"}, "RESIDENCY_TEXTS_ADDRESS"),
        ({"texts_address": "texts.example"}, "RESIDENCY_TEXTS_ADDRESS"),
        ({"texts_address": "https://texts.example:port"}, "RESIDENCY_TEXTS_ADDRESS"),
        ({"texts_address": "https://texts.example/a b"}, "RESIDENCY_TEXTS_ADDRESS"),
        ({"email_adapter": "smtp"}, "RESIDENCY_SMTP_HOST"),
        ({"smtp_host": "mail.example"}, "RESIDENCY_EMAIL_FROM"),
        (EMAIL | {"email_from": "portal.example"}, "RESIDENCY_EMAIL_FROM"),
        (EMAIL | {"email_from": "通知@portal.example"}, "RESIDENCY_EMAIL_FROM"),
        (EMAIL | {"email_from": "Notice <notice@portal.example>"}, "RESIDENCY_EMAIL_FROM"),
        (EMAIL | {"smtp_user": "notice"}, "RESIDENCY_SMTP_PASSWORD"),
        ({"wechat_adapter": "wechat"}, "RESIDENCY_WECHAT_APP_ID"),
        (WECHAT | {"wechat_app_secret": SecretStr("")}, "RESIDENCY_WECHAT_APP_SECRET"),
        (WECHAT | {"wechat_token": SecretStr("")}, "RESIDENCY_WECHAT_TOKEN"),
        (WECHAT | {"wechat_templates": {}}, "RESIDENCY_WECHAT_TEMPLATES"),
        (WECHAT | {"wechat_address": "api.weixin.qq.com"}, "RESIDENCY_WECHAT_ADDRESS"),
        ({"webhook_adapter": "http"}, "RESIDENCY_WEBHOOK_ADDRESS"),
        ({"webhook_address": "ftp://hook.example"}, "RESIDENCY_WEBHOOK_ADDRESS"),
        (WEBHOOK | {"webhook_secret": SecretStr("")}, "RESIDENCY_WEBHOOK_SECRET"),
    ],
)
def test_msg_26_half_a_configuration_does_not_start(values: dict[str, Any], setting: str) -> None:
    with pytest.raises(AdapterMissing, match=setting):
        kinds(**values)


async def test_msg_26_a_kept_channel_takes_everything_and_carries_nothing() -> None:
    adapter = KeptChannel(Channel.EMAIL)
    assert await adapter.send(outgoing(Channel.EMAIL)) == Outcome(Verdict.ACCEPTED)
    assert (adapter.not_ready(), adapter.idempotent) == ("", True)


def test_msg_26_an_embedded_stack_loads_no_library_of_a_carrier(tmp_path: Path) -> None:
    asks = (
        "import sys; from pathlib import Path; from services.notify.adapters import choice, receipts\n"
        "from services.notify.settings import NotifySettings\n"
        f"choice.adapters(NotifySettings(data_dir=Path({str(tmp_path)!r})))\n"
        "print(*({'aiosmtplib', 'httpx', 'jinja2', 'defusedxml'} & set(sys.modules)))"
    )
    told = run([sys.executable, "-c", asks], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == ""


def test_a_secret_stands_in_no_printed_settings() -> None:
    secrets = (
        *("texts_key", "texts_receipt_secret", "smtp_password", "email_receipt_secret"),
        *("wechat_app_secret", "wechat_token", "webhook_secret"),
    )
    assert "geheim" not in repr(NotifySettings(**{name: SecretStr("geheim") for name in secrets}))  # type: ignore[arg-type]
