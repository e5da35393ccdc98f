"""MSG-25: an e-mail: text and HTML in the reader's language, and headers that nothing in a message can add to."""

from __future__ import annotations

import re
from base64 import encodebytes
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from services.notify.adapters.port import Outgoing
from services.notify.domain.templates import TEMPLATES
from services.notify.settings import NotifySettings

if TYPE_CHECKING:
    from jinja2 import Template

LAYOUT = Path(__file__).parents[1] / "templates" / "mail.html"
"""How every e-mail looks: styles inline and nothing to load, for mail programs drop the rest."""

INBOX, SETTINGS = "/messages", "/settings/notices"
"""Pages of the portal."""
SUMMARY_MAX = 90
"""Characters of the line that mail programs show beside the subject."""
_LINE_END = re.compile(r"\r\n|\r|\n")
_LABEL = re.compile(r"([^\s：:，。,.;；][^：:，。,.;；]{0,23}(?:：|: ))(\S.*)")
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_HOST = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
_SAYS: Mapping[str, Mapping[str, str]] = {
    "zh": {
        "look": "登录查看",
        "automatic": "本邮件由系统自动发出，请勿直接回复。",
        "settings": "通知设置",
        "unsubscribe": "不再用邮件接收此类通知",
    },
    "en": {
        "look": "Sign in to see it",
        "automatic": "This message was sent automatically; please do not reply.",
        "settings": "Notice settings",
        "unsubscribe": "No more e-mails of this kind",
    },
}


class AddressMalformed(ValueError):
    """An address no mail can be sent to; the message does not repeat it."""


class Row(NamedTuple):
    """A line of a body, its label apart where it begins with one."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What all e-mails have in common."""

    sender: str
    """Who signs."""
    address: str
    """Where they come from."""
    public_url: str
    """Base URL of the portal, without a slash at its end."""

    @classmethod
    def of(cls, settings: NotifySettings) -> Letterhead:
        """As the settings say."""
        return cls(settings.sender_name, settings.email_from, settings.public_url.rstrip("/"))

    def unsubscribe_url(self, token: str) -> str:
        """Where a kind is taken off the channel; empty for an empty token."""
        return f"{self.public_url}/unsubscribe/{quote(token, safe='')}" if token else ""


@dataclass(frozen=True, slots=True)
class Letter:
    """An e-mail ready to leave."""

    to: str = field(repr=False)
    """Where the envelope goes."""
    content: bytes = field(repr=False)


def write(head: Letterhead, outgoing: Outgoing, at: datetime) -> Letter:
    """MSG-25: the e-mail for `outgoing`; tried again it has the same Message-ID.

    Raises AddressMalformed when its address is none.
    """
    to = mailbox(outgoing.address)
    unsubscribe = head.unsubscribe_url(outgoing.unsubscribe)
    said = (head, outgoing.title, outgoing.body, outgoing.language, unsubscribe, page_of(outgoing.template))
    seam = f"=_{outgoing.delivery_id}"
    headers = [
        _from(head),
        f"To: {to}",
        _folded("Subject", _one_line(outgoing.title)),
        f"Date: {format_datetime(at)}",
        f"Message-ID: <{outgoing.delivery_id}@{head.address.rpartition('@')[2]}>",
        # No out-of-office note comes back to what a machine sent (RFC 3834).
        "Auto-Submitted: auto-generated",
        # In one piece, however long: mail programs read it as it stands.
        *([f"List-Unsubscribe: <{unsubscribe}>"] if unsubscribe else []),
        *(["List-Unsubscribe-Post: List-Unsubscribe=One-Click"] if unsubscribe.startswith("https://") else []),
        f"Content-Language: {_language(outgoing.language)}",
        "MIME-Version: 1.0",
        f'Content-Type: multipart/alternative; boundary="{seam}"',
    ]
    parts = [("plain", as_text(*said)), ("html", as_html(*said))]
    lines = [*headers, "", *(line for part in parts for line in _part(seam, *part)), f"--{seam}--", ""]
    return Letter(to, "\r\n".join(lines).encode("ascii"))


def page_of(template: str) -> str:
    """The portal's page where a message goes on: the inbox, or where addresses are proved for what is not in it."""
    known = TEMPLATES.get(template)
    return SETTINGS if known is not None and not known.in_inbox else INBOX


def as_html(head: Letterhead, title: str, body: str, language: str, unsubscribe: str = "", page: str = INBOX) -> str:
    """MSG-25: a message as HTML; nothing in it is markup. `unsubscribe` is a URL, empty where the kind is mandatory."""
    lines = [line.strip() for line in body.splitlines() if line.strip()]
    return _layout().render(
        lang="en" if language == "en" else "zh-CN",
        sender=head.sender,
        title=_one_line(title),
        summary=" ".join(lines)[:SUMMARY_MAX],
        rows=[_row(line) for line in lines],
        link=head.public_url + page,
        settings=head.public_url + SETTINGS,
        unsubscribe=unsubscribe,
        say=_SAYS[_language(language)],
    )


def as_text(head: Letterhead, title: str, body: str, language: str, unsubscribe: str = "", page: str = INBOX) -> str:
    """MSG-25: the same as plain text."""
    say = _SAYS[_language(language)]
    gap = ": " if language == "en" else "："
    foot = [f"{say['look']}{gap}{head.public_url}{page}", f"{say['settings']}{gap}{head.public_url}{SETTINGS}"]
    if unsubscribe:
        foot.append(f"{say['unsubscribe']}{gap}{unsubscribe}")
    return "\n".join([_one_line(title), "", body.strip(), "", *foot, "", "-- ", head.sender, say["automatic"], ""])


def mailbox(address: str) -> str:
    """`address` as an envelope takes it, the host in ASCII. Raises AddressMalformed."""
    name, at, host = address.rpartition("@")
    try:
        host = host.encode("idna").decode("ascii")
    except UnicodeError:
        host = ""
    if not (at and len(name) <= 64 and _LOCAL.fullmatch(name) and _HOST.fullmatch(host) and len(host) <= 253):
        raise AddressMalformed("not an e-mail address")
    return f"{name}@{host}"


def _part(seam: str, kind: str, text: str) -> Iterator[str]:
    """One part: base64 keeps its lines short and 7-bit on whatever way they go, and like no seam."""
    yield f"--{seam}"
    yield f"Content-Type: text/{kind}; charset=utf-8"
    yield "Content-Transfer-Encoding: base64"
    yield ""
    yield from encodebytes(_LINE_END.sub("\r\n", text).encode()).decode("ascii").splitlines()


@cache
def _from(head: Letterhead) -> str:
    from email.headerregistry import Address  # noqa: PLC0415  (an embedded stack writes no e-mail)

    return _folded("From", (Address(_one_line(head.sender), addr_spec=head.address),))


def _folded(name: str, value: Any) -> str:
    """A header as the library writes and folds it; it raises ValueError for one with more than a line."""
    from email.policy import SMTP  # noqa: PLC0415

    return str(SMTP.header_factory(name, value).fold(policy=SMTP)).removesuffix("\r\n")


def _language(language: str) -> str:
    return "en" if language == "en" else "zh"


def _one_line(text: str) -> str:
    """Without what could end a header: every blank and control character is one space."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def _row(line: str) -> Row:
    labelled = _LABEL.fullmatch(line)
    return Row(labelled[1], labelled[2]) if labelled else Row("", line)


@cache
def _layout() -> Template:
    from jinja2 import Environment, StrictUndefined  # noqa: PLC0415  (an embedded stack writes no e-mail)

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(LAYOUT.read_text(encoding="utf-8"))
