"""MSG-29, MSG-30 and MSG-31 without a database: what may be chosen, how addresses are written, tokens of messages."""

from __future__ import annotations

import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from services.kit.domain import DomainError
from services.kit.ids import new_id
from services.notify.adapters.choice import adapters
from services.notify.adapters.wechat import WeChat
from services.notify.domain.addresses import masked, parse_email
from services.notify.domain.channels import PUSHED, Channel
from services.notify.domain.kinds import DEFAULTS, NoticeKind, kinds_for, rule_of, wanted_channels, why_mandatory
from services.notify.domain.recipients import STAFF
from services.notify.domain.templates import TEMPLATES
from services.notify.domain.unsubscribing import read_token, token_of
from services.notify.reaching import scanner_of
from services.notify.settings import NotifySettings

KEY, OTHER_KEY = b"k" * 32, b"o" * 32
PERSON = new_id()
PAIRS = [(kind, channel) for kind in NoticeKind for channel in DEFAULTS[kind]]
MANDATORY = {(kind, Channel.INBOX) for kind in NoticeKind} | {(NoticeKind.SECURITY, Channel.SMS)}
TALKATIVE = {NoticeKind.SECURITY, NoticeKind.APPLICATION, NoticeKind.REMINDER}
"""What goes by text message too while nobody says otherwise."""


@pytest.mark.parametrize(("kind", "channel"), PAIRS)
def test_msg_30_what_is_mandatory_is_told_whatever_one_says(kind: NoticeKind, channel: Channel) -> None:
    """The list is literal: what nobody may switch off changes only on purpose."""
    mandatory = (kind, channel) in MANDATORY
    assert (channel in wanted_channels(kind, {channel: False})) == mandatory
    assert channel in wanted_channels(kind, {channel: True})
    by_default = channel is not Channel.SMS or kind in TALKATIVE
    assert (channel in wanted_channels(kind, {})) == by_default
    for language in ("zh", "en"):
        assert bool(why_mandatory(kind, channel, language)) == mandatory
    assert why_mandatory(kind, channel, "en").isascii()


def test_msg_30_people_are_not_reached_by_webhook() -> None:
    assert all(rule_of(kind, Channel.WEBHOOK) is None for kind in NoticeKind)
    assert set(wanted_channels(NoticeKind.SECURITY, {Channel.WEBHOOK: True})) <= {Channel.INBOX, *PUSHED} - {
        Channel.WEBHOOK
    }


def test_msg_30_everybody_is_asked_about_the_kinds_that_reach_their_hat() -> None:
    to_staff = {template.kind for template in TEMPLATES.values() if template.to == "organisation"}
    to_persons = {template.kind for template in TEMPLATES.values() if template.to == "person"}
    assert to_persons == set(kinds_for("applicant", works=False))
    for role in STAFF:
        assert to_staff | {NoticeKind.SECURITY} <= set(kinds_for(role, works=True))
    to_faculty = {
        letter_template.kind
        for key, letter_template in TEMPLATES.items()
        if letter_template.to == "person" and key.startswith(("faculty_", "candidacy_", "appointment_", "months_"))
    }
    assert to_faculty | {NoticeKind.SECURITY} == set(kinds_for("faculty", works=False))
    assert kinds_for("auditor", works=False) == (NoticeKind.SECURITY,)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("zhang.san@example.com", "zhang.san@example.com"),
        ("  Zhang.San@Example.COM \r\n", "zhang.san@example.com"),
        ("ｚｈａｎｇ＠ｅｘａｍｐｌｅ．ｃｏｍ", "zhang@example.com"),
        ("a+b_c-d@mail.sd-qilu.edu.cn", "a+b_c-d@mail.sd-qilu.edu.cn"),
    ],
)
def test_msg_29_an_address_is_written_one_way(typed: str, read: str) -> None:
    assert parse_email(typed) == read


@pytest.mark.parametrize(
    "typed",
    [
        *("", "zhang", "zhang@", "@example.com", "a@b", "a b@example.com", "a@example..com", ".a@example.com"),
        *("a@example.com\nBcc: b@example.com", "a@example.com>", '"a b"@example.com'),
        *("a@-example.com", "a@127.0.0.1", "张@example.com", "a@例子.中国", "a" * 65 + "@example.com"),
        "a@" + "b" * 63 + "." + "c" * 63 + "." + "d" * 63 + "." + "e" * 63 + ".com",
    ],
)
def test_msg_29_anything_else_is_refused_without_repeating_it(typed: str) -> None:
    with pytest.raises(DomainError) as refused:
        parse_email(typed)
    assert (refused.value.reason, refused.value.field, refused.value.rule) == ("EMAIL_FORMAT", "address", "MSG-29")
    assert refused.value.message == "请填写完整的电子邮箱地址，例如 name@example.com。"


@pytest.mark.parametrize(
    ("channel", "value", "shown"),
    [
        (Channel.SMS, "+8613800138000", "138****8000"),
        (Channel.EMAIL, "zhangsan@example.com", "z***@example.com"),
        (Channel.WECHAT, "oABCDEFGHIJKLMNOPQ1234", "****1234"),
        (Channel.WEBHOOK, "https://example.com/secret", ""),
    ],
)
def test_an_address_is_shown_masked(channel: Channel, value: str, shown: str) -> None:
    assert masked(channel, value) == shown


@pytest.mark.parametrize(("kind", "channel"), PAIRS)
def test_msg_31_a_token_is_made_for_what_may_be_switched_off_only(kind: NoticeKind, channel: Channel) -> None:
    token = token_of(KEY, PERSON, kind, channel)
    if (kind, channel) in MANDATORY:
        assert token == ""
        return
    assert set(token) <= set(string.ascii_letters + string.digits + "-_")
    assert 20 <= len(token) <= 400
    assert read_token(KEY, token) == (PERSON, kind, channel)
    with pytest.raises(DomainError, match="UNSUBSCRIBE_TOKEN"):
        read_token(OTHER_KEY, token)
    assert token_of(KEY, "", kind, channel) == ""
    assert token_of(KEY, PERSON, kind, Channel.WEBHOOK) == ""


@given(position=st.integers(0, 94), sign=st.sampled_from(string.ascii_letters + string.digits + "-_"))
def test_msg_31_a_token_that_was_changed_is_nobodys(position: int, sign: str) -> None:
    token = token_of(KEY, PERSON, NoticeKind.CAMPAIGN, Channel.EMAIL)
    at = position % (len(token) - 1)  # the last sign carries bits that count for nothing
    changed = token[:at] + sign + token[at + 1 :]
    if changed == token:
        return
    with pytest.raises(DomainError, match="UNSUBSCRIBE_TOKEN"):
        read_token(KEY, changed)


@pytest.mark.parametrize("token", ["", "x" * 40, "=" * 40, "ä" * 30, "a" * 41])
def test_msg_31_nonsense_is_no_token(token: str) -> None:
    with pytest.raises(DomainError, match="UNSUBSCRIBE_TOKEN"):
        read_token(KEY, token)


def test_msg_29_only_an_official_account_shows_a_picture_to_scan(tmp_path: Path) -> None:
    real = adapters(
        NotifySettings(
            wechat_app_id="app",
            wechat_app_secret=SecretStr("secret"),
            wechat_token=SecretStr("token"),
            wechat_templates={"application_admitted": "t1"},
        )
    )
    assert isinstance(scanner_of(real), WeChat)
    kept = adapters(NotifySettings(data_dir=tmp_path, wechat_adapter="kept"))
    assert Channel.WECHAT in kept
    assert scanner_of(kept) is None
    assert scanner_of({}) is None
