"""MSG-26: which carriers: those of the settings, kept messages on an embedded stack, and never half a configuration."""

from __future__ import annotations

from urllib.parse import urlsplit

from services.kit.environment import Unusable
from services.notify.adapters.kept import KeptChannel
from services.notify.adapters.port import ChannelAdapter
from services.notify.adapters.smtp import SmtpMail
from services.notify.adapters.texts import TextGateway
from services.notify.adapters.webhook import Webhook
from services.notify.adapters.wechat import WeChat
from services.notify.domain.channels import Channel
from services.notify.settings import NotifySettings


class AdapterMissing(Unusable):
    """A channel is half configured, and the process must not start; the message says which setting helps."""


def adapters(settings: NotifySettings) -> dict[Channel, ChannelAdapter]:
    """The adapter of every channel in use. Raises AdapterMissing when one lacks a setting, or has it wrong."""
    found = (_texts(settings), _email(settings), _wechat(settings), _webhook(settings))
    return {adapter.channel: adapter for adapter in found if adapter is not None}


def _texts(settings: NotifySettings) -> ChannelAdapter | None:
    match settings.sms_adapter or _default(settings, "http", bool(settings.texts_address)):
        case "http":
            _need_url("RESIDENCY_TEXTS_ADDRESS", settings.texts_address)
            return TextGateway(settings)
        case "kept":
            return KeptChannel(Channel.SMS)
    return None


def _email(settings: NotifySettings) -> ChannelAdapter | None:
    match settings.email_adapter or _default(settings, "smtp", bool(settings.smtp_host)):
        case "smtp":
            _need("RESIDENCY_SMTP_HOST", settings.smtp_host)
            name, _, host = settings.email_from.rpartition("@")
            plain = settings.email_from.isascii() and not any(sign in settings.email_from for sign in ' \t\r\n<>,;:"')
            if not (name and host and plain):
                raise AdapterMissing("set RESIDENCY_EMAIL_FROM to the address e-mails come from")
            if bool(settings.smtp_user) != bool(settings.smtp_password.get_secret_value()):
                raise AdapterMissing("set RESIDENCY_SMTP_USER and RESIDENCY_SMTP_PASSWORD, or neither")
            return SmtpMail(settings)
        case "kept":
            return KeptChannel(Channel.EMAIL)
    return None


def _wechat(settings: NotifySettings) -> ChannelAdapter | None:
    # Without an official account nobody can prove whose openid theirs is: there is nothing to keep either.
    match settings.wechat_adapter or ("wechat" if settings.wechat_app_id else "off"):
        case "wechat":
            _need("RESIDENCY_WECHAT_APP_ID", settings.wechat_app_id)
            _need("RESIDENCY_WECHAT_APP_SECRET", settings.wechat_app_secret.get_secret_value())
            # Without it no scan is believed, and nobody could ever prove whose openid theirs is.
            _need("RESIDENCY_WECHAT_TOKEN", settings.wechat_token.get_secret_value())
            _need_url("RESIDENCY_WECHAT_ADDRESS", settings.wechat_address)
            if not settings.wechat_templates:
                raise AdapterMissing('set RESIDENCY_WECHAT_TEMPLATES to {"our template": "the account\'s template id"}')
            return WeChat(settings)
        case "kept":
            return KeptChannel(Channel.WECHAT)
    return None


def _webhook(settings: NotifySettings) -> ChannelAdapter | None:
    match settings.webhook_adapter or ("http" if settings.webhook_address else "off"):
        case "http":
            _need_url("RESIDENCY_WEBHOOK_ADDRESS", settings.webhook_address)
            _need("RESIDENCY_WEBHOOK_SECRET", settings.webhook_secret.get_secret_value())
            return Webhook(settings)
        case "kept":
            return KeptChannel(Channel.WEBHOOK)
    return None


def _default(settings: NotifySettings, real: str, configured: bool) -> str:
    if configured:
        return real
    return "off" if settings.data_dir is None else "kept"


def _need(setting: str, value: str) -> None:
    if not value:
        raise AdapterMissing(f"set {setting}")


def _need_url(setting: str, value: str) -> None:
    try:
        parts = urlsplit(value)
        right = parts.scheme in ("https", "http") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        right = False
    if not right or not value.isascii() or not value.isprintable() or " " in value:
        raise AdapterMissing(f"set {setting} to a URL")
