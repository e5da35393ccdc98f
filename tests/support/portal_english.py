"""What an English page shows and where it leads, and which Chinese on it is data of the stand-ins."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import httpx

from services.portal.i18n.language import ENGLISH, said, speaking, tr
from tests.support.messages import CHINESE

_HERE = Path(__file__).parent
_SHOWN = {"alt", "title", "aria-label", "aria-description", "placeholder", "label", "content", "data-confirm"}
_LEADS = {"href", "action", "formaction"}
_LIVE = re.compile(r"data-[a-z-]+")
_SILENT = {"script", "style"}
_OWN_LANGUAGE = "zh-CN"

_AS_IT_IS = {
    "/settings/notices": ("中文", "消息免打扰"),
    "/outbox": ("审核通过，请登录核对。", "审核通过"),
    "/calendar/": ("报名",),
    "/exports/dictionary": ("证件上的姓名", "姓名"),
}
"""Address → Chinese that stands there on purpose: what languages and switches call themselves, letters, names."""


@dataclass
class Seen(HTMLParser):
    """A page as its reader meets it."""

    texts: list[str] = field(default_factory=list)
    """What can be read, piece by piece."""
    leads: list[str] = field(default_factory=list)
    """Addresses of links, forms and live parts."""
    links: list[str] = field(default_factory=list)
    """Those of them that a reader can follow."""
    lang: str = ""
    other: tuple[str, str] = ("", "")
    """`hreflang` and address of the page in the other language."""
    _inside: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, html: str) -> Seen:
        """Read `html`."""
        page = cls()
        HTMLParser.__init__(page)
        page.feed(html)
        return page

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what the element says and where it leads."""
        values = {name: value or "" for name, value in attrs}
        if tag == "html":
            self.lang = values.get("lang", "")
        if tag == "link" and values.get("rel") == "alternate":
            self.other = values.get("hreflang", ""), values.get("href", "")
            return
        foreign = values.get("hreflang") == _OWN_LANGUAGE
        self._inside.append("foreign" if foreign else tag)
        if foreign:
            return
        self.texts += [value for name, value in values.items() if name in _SHOWN]
        if tag in {"button", "input"} and values.get("type") in {"submit", "button", None} and "value" in values:
            self.texts += [] if tag == "button" else [values["value"]]
        self.leads += [value for name, value in values.items() if name in _LEADS and value.startswith("/")]
        self.leads += [value for name, value in values.items() if _LIVE.fullmatch(name) and value.startswith("/")]
        self.links += [values["href"]] if tag == "a" and values.get("href", "").startswith("/") else []

    def handle_endtag(self, tag: str) -> None:
        """Leave the element."""
        while self._inside:
            if self._inside.pop() in {tag, "foreign"}:
                return

    def handle_data(self, data: str) -> None:
        """Note a text."""
        if data.strip() and not (self._inside and self._inside[-1] in {*_SILENT, "foreign"}):
            self.texts.append(data.strip())


@cache
def data_strings() -> list[str]:
    """Chinese that the stand-ins make up and the catalogue has no English for: names, remarks; longest first."""
    found: set[str] = set()
    for path in _HERE.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and CHINESE.search(node.value):
                found |= {each.strip() for each in node.value.splitlines()}
    with speaking(ENGLISH):
        made_up = {each for each in found if CHINESE.search(each) and tr(each) == each and said(each) == each}
    return sorted(made_up, key=len, reverse=True)


def as_it_is(path: str) -> list[str]:
    """The Chinese that the page at `path`, without `/en`, shows on purpose."""
    return [each for start, texts in _AS_IT_IS.items() if path.startswith(start) for each in texts]


def chinese_left(html: str, *known: str) -> list[str]:
    """The texts of a page in which there is Chinese beside the stand-ins' data and what is `known`."""
    left = []
    for text in Seen.of(html).texts:
        bare = text
        for data in (*known, *data_strings()):
            bare = bare.replace(data, "")
        if CHINESE.search(bare):
            left.append(text)
    return left


async def walked(browser: httpx.AsyncClient, start: list[str], *known: str, most: int = 80) -> tuple[int, list[str]]:
    """Follow the links of pages from `start`: how many pages were read, and the Chinese left on them beside data."""
    waiting, seen, read, left = list(start), set(start), 0, list[str]()
    while waiting and read < most:
        path = waiting.pop(0)
        page = await browser.get(path)
        if not page.headers.get("content-type", "").startswith("text/html") or "/dictionary" in path:
            continue  # a dictionary says what columns are called in our files, which are Chinese
        read += 1
        texts = chinese_left(page.text, *known, *as_it_is(path.removeprefix("/en")))
        left += [f"{path}: {text[:160]}" for text in texts]
        for link in Seen.of(page.text).links:
            bare = link.partition("#")[0]
            if bare.startswith("/en/") and _shape(bare) not in seen:
                seen.add(_shape(bare))
                waiting.append(bare)
    return read, list(dict.fromkeys(left))


def _shape(link: str) -> str:
    """Links that differ in an id or in a query only lead to pages made alike."""
    path, _, query = link.partition("?")
    names = "&".join(sorted(each.partition("=")[0] for each in query.split("&")))
    return f"{re.sub(r'[0-9a-f-]{36}', 'id', path)}?{names}"
