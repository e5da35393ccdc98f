"""MSG-20: the ways by which somebody is reached, and how urgent a message is."""

from __future__ import annotations

from enum import IntEnum, StrEnum


class Channel(StrEnum):
    """A way to a person; the inbox is always one of them and needs no delivery of its own."""

    INBOX = "inbox"
    SMS = "sms"
    EMAIL = "email"
    WECHAT = "wechat"
    WEBHOOK = "webhook"


PUSHED = (Channel.SMS, Channel.EMAIL, Channel.WECHAT, Channel.WEBHOOK)
"""Channels by which a message leaves the platform: each has deliveries."""


class Priority(IntEnum):
    """Which of two waiting deliveries leaves first; the lower one."""

    SECURITY = 0
    DECISION = 1
    REMINDER = 2
    CAMPAIGN = 3
