"""MSG-30: the kinds of notices people may choose about, and what of that is not theirs to choose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from services.notify.domain.channels import Channel, Priority


class NoticeKind(StrEnum):
    """What a notice is about."""

    SECURITY = "security"
    APPLICATION = "application"
    REMINDER = "reminder"
    CALENDAR = "calendar"
    CAMPAIGN = "campaign"
    WORK = "work"


PRIORITIES: Mapping[NoticeKind, Priority] = {
    NoticeKind.SECURITY: Priority.SECURITY,
    NoticeKind.APPLICATION: Priority.DECISION,
    NoticeKind.REMINDER: Priority.REMINDER,
    NoticeKind.CALENDAR: Priority.REMINDER,
    NoticeKind.WORK: Priority.REMINDER,
    NoticeKind.CAMPAIGN: Priority.CAMPAIGN,
}


@dataclass(frozen=True, slots=True)
class Default:
    """Whether a kind goes by a channel while nobody said otherwise, and whether anybody may."""

    wanted: bool
    mandatory: bool = False


_ALWAYS, _YES, _NO = Default(True, mandatory=True), Default(True), Default(False)
DEFAULTS: Mapping[NoticeKind, Mapping[Channel, Default]] = {
    NoticeKind.SECURITY: {
        Channel.INBOX: _ALWAYS,
        Channel.SMS: _ALWAYS,
        Channel.EMAIL: _YES,
        Channel.WECHAT: _YES,
    },
    NoticeKind.APPLICATION: {
        Channel.INBOX: _ALWAYS,
        Channel.SMS: _YES,
        Channel.EMAIL: _YES,
        Channel.WECHAT: _YES,
    },
    NoticeKind.REMINDER: {Channel.INBOX: _ALWAYS, Channel.SMS: _YES, Channel.EMAIL: _YES, Channel.WECHAT: _YES},
    NoticeKind.CALENDAR: {Channel.INBOX: _ALWAYS, Channel.SMS: _NO, Channel.EMAIL: _YES, Channel.WECHAT: _YES},
    NoticeKind.CAMPAIGN: {Channel.INBOX: _ALWAYS, Channel.SMS: _NO, Channel.EMAIL: _YES, Channel.WECHAT: _YES},
    NoticeKind.WORK: {Channel.INBOX: _ALWAYS, Channel.SMS: _NO, Channel.EMAIL: _YES, Channel.WECHAT: _YES},
}
"""What holds without a word from the person. The safety of an account is told by text message whatever its owner
wishes, for who took the account over would switch it off first."""


def wanted_channels(kind: NoticeKind, said: Mapping[Channel, bool]) -> frozenset[Channel]:
    """MSG-30: the channels by which somebody who said so about a kind is told; what is mandatory counts anyway."""
    return frozenset(
        channel for channel, default in DEFAULTS[kind].items() if default.mandatory or said.get(channel, default.wanted)
    )


def rule_of(kind: NoticeKind, channel: Channel) -> Default | None:
    """What holds for a kind and a channel; None when that kind is never sent that way to people."""
    return DEFAULTS[kind].get(channel)


_WHY: Mapping[Channel, Mapping[str, str]] = {
    Channel.INBOX: {
        "zh": "站内消息是正式告知的方式，不能关闭。",
        "en": "The inbox is where you are formally told; it cannot be switched off.",
    },
    Channel.SMS: {
        "zh": "为保障账号安全，账号安全提醒始终以短信告知，不能关闭。",
        "en": "To keep your account safe, its security notices always come by text message.",
    },
}


def why_mandatory(kind: NoticeKind, channel: Channel, language: str) -> str:
    """MSG-30: why a channel cannot be switched off for a kind, in the reader's language; empty when it can."""
    rule = rule_of(kind, channel)
    return _WHY[channel][language] if rule is not None and rule.mandatory else ""


def kinds_for(role: str, *, works: bool) -> tuple[NoticeKind, ...]:
    """The kinds that concern who wears the hat `role`; `works` says that it reads what comes to an organisation."""
    if role == "applicant":
        return tuple(kind for kind in NoticeKind if kind is not NoticeKind.WORK)
    if role == "faculty":
        return (NoticeKind.SECURITY, NoticeKind.APPLICATION, NoticeKind.REMINDER, NoticeKind.CALENDAR)
    if works:
        return (NoticeKind.SECURITY, NoticeKind.WORK, NoticeKind.CALENDAR, NoticeKind.CAMPAIGN)
    return (NoticeKind.SECURITY,)
