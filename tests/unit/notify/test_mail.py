"""MSG-25: an e-mail says what the message says, in its language, and nothing of a value becomes header or markup."""

from __future__ import annotations

import re
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.adapters import mail
from services.notify.domain.channels import Channel
from tests.support.carrier_servers import DELIVERY, NOW, outgoing

HEAD = mail.Letterhead("山东省住院医师规范化培训招录", "notice@portal.example", "https://portal.example")
EXPECTED = {
    *("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"),
    "Content-Language",
}


def written(head: mail.Letterhead = HEAD, **changes: str) -> EmailMessage:
    letter = mail.write(head, outgoing(Channel.EMAIL, **changes), NOW)
    return message_from_bytes(letter.content, policy=default)


def parts(message: EmailMessage) -> dict[str, str]:
    return {part.get_content_type(): part.get_content() for part in message.walk() if not part.is_multipart()}


class Tags(HTMLParser):
    """The tags and attributes of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))


def tags(html: str) -> list[tuple[str, dict[str, str | None]]]:
    reader = Tags()
    reader.feed(html)
    return reader.seen


def test_msg_25_the_headers_say_who_when_and_which_delivery() -> None:
    message = written()
    assert set(message.keys()) == EXPECTED
    assert message["From"].addresses[0].display_name == HEAD.sender
    assert message["From"].addresses[0].addr_spec == "notice@portal.example"
    assert (message["To"], message["Subject"]) == ("zhang.san@example.com", "审核通过通知")
    assert message["Date"].datetime == NOW
    assert message["Message-ID"] == f"<{DELIVERY}@portal.example>"
    assert (message["Auto-Submitted"], message["Content-Language"]) == ("auto-generated", "zh")
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    for part in message.iter_parts():
        sent = part.get_payload(decode=True)
        assert isinstance(sent, bytes)
        assert sent.count(b"\n") == sent.count(b"\r\n") > 5, "lines of a text end as mail wants them"


def test_msg_25_the_same_delivery_has_the_same_message_id_however_often_it_is_tried() -> None:
    again = mail.write(HEAD, outgoing(Channel.EMAIL), datetime(2023, 7, 12, tzinfo=NOW.tzinfo))
    assert message_from_bytes(again.content, policy=default)["Message-ID"] == written()["Message-ID"]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh", ("登录查看", "通知设置", "请勿直接回复")),
        ("en", ("Sign in to see it", "Notice settings", "do not reply")),
    ],
)
def test_msg_25_text_and_html_say_the_same_in_the_reader_s_language(language: str, words: tuple[str, ...]) -> None:
    message = written(language=language)
    assert message["Content-Language"] == language
    for content in parts(message).values():
        for said in (*words, "审核通过通知", "齐鲁医院", "内科", "欢迎阿依古丽·买买提", HEAD.sender):
            assert said in content
        for link in ("https://portal.example/messages", "https://portal.example/settings/notices"):
            assert link in content
        assert "unsubscribe" not in content
    assert f'lang="{"en" if language == "en" else "zh-CN"}"' in parts(message)["text/html"]


def test_msg_25_what_may_be_left_is_left_with_one_click() -> None:
    token = "t0ken-" + "x" * 200
    message = written(unsubscribe=token)
    url = f"https://portal.example/unsubscribe/{token}"
    assert message["List-Unsubscribe"] == f"<{url}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert (
        f"List-Unsubscribe: <{url}>\r\n".encode()
        in mail.write(HEAD, outgoing(Channel.EMAIL, unsubscribe=token), NOW).content
    ), "in one piece: programs read it as it stands"
    for content in parts(message).values():
        assert url in content
    plain = written(mail.Letterhead("x", "a@portal.example", "http://localhost:8080"), unsubscribe="t")
    assert plain["List-Unsubscribe"] == "<http://localhost:8080/unsubscribe/t>"
    assert "List-Unsubscribe-Post" not in plain, "one click wants HTTPS"
    assert (
        written(unsubscribe="a/b>\r\nX: y")["List-Unsubscribe"]
        == "<https://portal.example/unsubscribe/a%2Fb%3E%0D%0AX%3A%20y>"
    )


SMUGGLED = st.text(st.sampled_from("a中:\r\n\t\x00\x0b\x85\u2028<>=?,;@\"' Bc"), max_size=60)


@given(title=SMUGGLED, body=SMUGGLED, sender=SMUGGLED.filter(str.strip))
def test_msg_25_nothing_of_a_message_becomes_a_header_or_markup(title: str, body: str, sender: str) -> None:
    head = mail.Letterhead(sender, "notice@portal.example", "https://portal.example")
    title = f"{title}\r\nBcc: all@example.com\r\n\r\n<script>1</script>"
    message = written(head, title=title, body=f"{body}\r\n.\r\nQUIT\r\n<img src=x onerror=1>")
    assert set(message.keys()) == EXPECTED
    assert len(message["To"].addresses) == len(message["From"].addresses) == 1
    assert message["From"].addresses[0].addr_spec == "notice@portal.example"
    found = parts(message)
    assert not [
        tag for tag, attributes in tags(found["text/html"]) if tag in ("script", "img") or "onerror" in attributes
    ]
    content = mail.write(head, outgoing(Channel.EMAIL, title=title, body=body), NOW).content
    assert re.fullmatch(rb"(?:[\t\x20-\x7e]{0,998}\r\n)*", content), "short lines of printable characters only"


def test_msg_25_the_html_loads_nothing_and_runs_nothing() -> None:
    for tag, attributes in tags(mail.as_html(HEAD, "标题", "正文", "zh", "https://portal.example/unsubscribe/t")):
        assert tag not in {"script", "link", "img", "iframe", "object", "form", "style"}
        assert not [name for name in attributes if name.startswith("on") or name in ("src", "background")]
        assert (attributes.get("href") or "https://portal.example/").startswith("https://portal.example/")


@pytest.mark.parametrize(
    ("line", "label", "value"),
    [
        ("报考基地：齐鲁医院", "报考基地：", "齐鲁医院"),
        ("Base: Qilu Hospital", "Base: ", "Qilu Hospital"),
        ("时间：7月1日 09:05", "时间：", "7月1日 09:05"),
        ("第二志愿填报已开始，请登录系统填报。", "", "第二志愿填报已开始，请登录系统填报。"),
        ("请注意，截止时间：7月1日", "", "请注意，截止时间：7月1日"),
        ("截止09:05", "", "截止09:05"),
        ("备注：", "", "备注："),
    ],
)
def test_msg_25_a_line_that_begins_with_a_label_shows_it_apart(line: str, label: str, value: str) -> None:
    html = mail.as_html(HEAD, "标题", line, "zh")
    if label:
        assert f'<span style="color:#4a5563">{label}</span><strong>{value}</strong>' in html
    else:
        assert f">{value}</p>" in html
        assert "<strong>" not in html


@pytest.mark.parametrize(
    ("address", "envelope"),
    [
        ("zhang.san@example.com", "zhang.san@example.com"),
        ("o'neil+tag@mail.example.co", "o'neil+tag@mail.example.co"),
        ("san@例子.cn", "san@xn--fsqu00a.cn"),
        ("a@localhost", "a@localhost"),
    ],
)
def test_msg_25_an_address_goes_on_the_envelope_in_ascii(address: str, envelope: str) -> None:
    assert mail.mailbox(address) == envelope


def test_msg_25_an_address_that_is_none_is_refused_without_being_repeated() -> None:
    with pytest.raises(mail.AddressMalformed) as caught:
        mail.mailbox("secret name@example.com")
    assert "secret" not in str(caught.value)
    with pytest.raises(mail.AddressMalformed):
        mail.mailbox("a" * 65 + "@example.com")
