"""Settings of notify: its carriers, how fast each may be used, and what signs their receipts."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from pydantic import Field, SecretStr

from services.kit.settings import Settings
from services.notify.domain.channels import Channel


class NotifySettings(Settings):
    """What notify reads from the environment, besides what every process reads.

    Text messages and e-mail are `kept` on an embedded stack while nothing else is said: they stay in the database,
    readable on the portal's outbox page. Elsewhere, and for the other channels, what is not configured is off.
    """

    public_url: str = "http://localhost"
    """Base URL under which people reach the portal: links in messages begin with it."""
    sender_name: str = "住院医师规范化培训招录"
    """Who signs: the name in e-mails, and in brackets before a text message."""

    sms_adapter: Literal["kept", "http", "off"] | None = None
    """Who sends text messages. Address, key and timeout are those identity uses for its codes."""
    texts_address: str = ""
    """URL of the gateway that sends text messages (`docs/adapters.md`)."""
    texts_key: SecretStr = SecretStr("")
    """Its bearer key."""
    texts_timeout: timedelta = timedelta(seconds=4)
    """How long it may take to answer."""
    texts_receipt_secret: SecretStr = SecretStr("")
    """Signs its receipts; without it none is believed."""

    email_adapter: Literal["kept", "smtp", "off"] | None = None
    """Who sends e-mail."""
    smtp_host: str = ""
    """Host of the mail server."""
    smtp_port: int = 465
    """Its port: 465 speaks TLS from the start, others are asked for STARTTLS."""
    smtp_security: Literal["tls", "starttls", "none"] = "tls"
    """`none` only for a neighbour in the same network, and in tests."""
    smtp_user: str = ""
    """User name; empty for no authentication."""
    smtp_password: SecretStr = SecretStr("")
    """Password."""
    smtp_timeout: timedelta = timedelta(seconds=10)
    """How long one message may take."""
    email_from: str = ""
    """Address in From and Return-Path."""
    email_receipt_secret: SecretStr = SecretStr("")
    """Signs bounces that a mail provider reports."""

    wechat_adapter: Literal["kept", "wechat", "off"] | None = None
    """Who sends template messages."""
    wechat_address: str = "https://api.weixin.qq.com"
    """Base URL of the official-account platform."""
    wechat_app_id: str = ""
    """Id of the official account."""
    wechat_app_secret: SecretStr = SecretStr("")
    """Its secret."""
    wechat_token: SecretStr = SecretStr("")
    """Token that signs the platform's events."""
    wechat_templates: dict[str, str] = Field(default_factory=dict)
    """Our template key → id of the official account's template (JSON object); others do not go by WeChat."""
    wechat_timeout: timedelta = timedelta(seconds=5)
    """How long it may take to answer."""

    webhook_adapter: Literal["kept", "http", "off"] | None = None
    """Who receives the messages to organisations by HTTP; off unless an address is named, on an embedded stack too."""
    webhook_address: str = ""
    """URL that receives them."""
    webhook_secret: SecretStr = SecretStr("")
    """Signs what we send, and its receipts."""
    webhook_timeout: timedelta = timedelta(seconds=5)
    """How long it may take to answer."""

    hooks_timeout: timedelta = timedelta(seconds=10)
    """How long the system of an organisation may take to answer what it has subscribed to (`docs/webhooks.md`)."""
    hooks_local: bool = False
    """Lets webhooks lead to http and to addresses of our own network: for trials on one machine, nowhere else."""

    send_per_second: float = Field(default=400.0, gt=0)
    """Deliveries a second over all channels."""
    channel_per_second: dict[Channel, float] = Field(default_factory=dict)
    """Deliveries a second of one channel (JSON object); 200 where nothing is said."""
    campaign_per_second: int = Field(default=200, ge=1)
    """Messages a second of a campaign that names no rate."""
    most_attempts: int = Field(default=6, ge=1)
    """Attempts before a delivery is given up; its expiry may end it before."""

    def contradictions(self) -> list[str]:
        """OPS-25: also a trial's door in a cluster, and a campaign faster than everything together."""
        lines = super().contradictions()
        if self.hooks_local and (self.tls_dir is not None or self.stream_replicas > 1):
            cluster = "RESIDENCY_TLS_DIR" if self.tls_dir is not None else "RESIDENCY_STREAM_REPLICAS"
            lines.append(f"RESIDENCY_HOOKS_LOCAL is for trials on one machine, {cluster} for a cluster: leave it out")
        if "campaign_per_second" in self.model_fields_set and self.campaign_per_second > self.send_per_second:
            lines.append(
                f"RESIDENCY_CAMPAIGN_PER_SECOND is {self.campaign_per_second}, "
                f"more than RESIDENCY_SEND_PER_SECOND ({self.send_per_second:g}) lets through"
            )
        return lines
