"""The language of an answer: Chinese as it stands in the code, English from the catalogue in `en/*.po`.

Chinese is the language of the source, so a message is its Chinese text. Text in templates and functions goes through
`tr` where it is used. Text that stands in a module, and would be read before anybody asked, is marked: `Words` gives
its values in the language of the request, and what `N_` marks is translated by whoever shows it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

CHINESE, ENGLISH = "zh", "en"
NAMES = {CHINESE: "中文", ENGLISH: "English"}  # no-message: the same in both
"""Each language, called by its own name."""
TAGS = {CHINESE: "zh-CN", ENGLISH: "en"}
"""What `lang` and `Content-Language` say."""
REASON = "reason"
"""The context of sentences that stand for a reason of `DomainError` rather than for a Chinese text."""
SAID = "said"
"""The context of what the services say in Chinese; `{name}` stands for whatever the service put there."""
PROBLEM = "problem"
"""The same of what they find wrong with a field; `{label}` stands for what the field is called."""

_SEPARATORS = {"、": ", ", "，": ", ", "；": "; ", "：": ": ", "": " "}
_SENTENCE = re.compile(r"[^。]+。?")
_HAN = re.compile(r"[\u3400-\u9fff]")
_PLACE = re.compile(r"\{(\w+)\}")
_CATALOGUE = Path(__file__).parent / "en"
_spoken: ContextVar[str] = ContextVar("language", default=CHINESE)

Marked = TypeVar("Marked")
Key = TypeVar("Key")


def language() -> str:
    """The language in which the present request is answered."""
    return _spoken.get()


def english() -> bool:
    """Whether the present request is answered in English."""
    return _spoken.get() == ENGLISH


@contextmanager
def speaking(wanted: str) -> Iterator[None]:
    """Answer in `wanted` inside."""
    token = _spoken.set(wanted)
    try:
        yield
    finally:
        _spoken.reset(token)


def tr(text: str, /, **values: object) -> str:
    """I18N-01: `text` in the language of the request, with each `{name}` in it replaced by its value.

    `text` is the Chinese of the code; what the catalogue does not know stays as it is. Where the English distinguishes
    one from many, the value named `n` decides.
    """
    if english():
        text = _english(text, values.get("n"))
    return text.format(**values) if values else text


def reason_text(reason: str, message: str) -> str:
    """I18N-02: what a refusal says: the service's sentence in Chinese; in English that sentence, else its reason's.

    A sentence that the portal itself wrote in English already stays.
    """
    if not english() or (message and not _HAN.search(message)):
        return message
    return _said(message) or _catalogue().get((REASON, reason), (message,))[0]


def said(text: str, **given: str) -> str:
    """What a service said in Chinese, in the language of the request; what the catalogue does not know stays.

    I18N-05: figures and names in it stay as they are, but for those that the caller knows in this language and has
    `given` by the names of their places. Several sentences in a row are taken one by one.
    """
    return (_said(text, given) or text) if english() else text


def listed(texts: Iterable[str], separator: str = "、") -> str:
    """`texts` in a row, set apart as the language of the request does it; `separator` is the Chinese one."""
    return (_SEPARATORS[separator] if english() else separator).join(texts)


def sentences_of(context: str) -> dict[str, str]:
    """All texts that the catalogue holds in a context, with their English."""
    return {text: forms[0] for (held, text), forms in _catalogue().items() if held == context}


def N_(value: Marked) -> Marked:
    """`value` itself, marked: every Chinese text in it is a message, translated by whoever shows it."""
    return value


class Words(Mapping[Key, Any]):
    """A table of words: texts, or tuples of which some members are texts, in the language of the request.

    Where one Chinese word has several in English (录取: admit, admitted), `context` is the `msgctxt` of those that
    this table means; what the catalogue does not hold in it is said as everywhere.
    """

    def __init__(self, values: Mapping[Key, Any], context: str = "") -> None:
        self._values = values
        self._context = context

    def __getitem__(self, key: Key) -> Any:
        return _told(self._values[key], self._context)

    def __iter__(self) -> Iterator[Key]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


def _told(value: Any, context: str) -> Any:
    if isinstance(value, str):
        return _english(value, None, context) if english() else value
    if isinstance(value, tuple | list):
        return tuple(_told(each, context) for each in value)
    return Words(value, context) if isinstance(value, dict) else value


def _english(text: str, count: object, context: str = "") -> str:
    forms = _catalogue().get((context, text)) or _catalogue().get(("", text))
    if forms is None:
        return text
    return forms[0] if len(forms) == 1 or count in (1, "1") else forms[1]


def _said(text: str, given: Mapping[str, str] = MappingProxyType({})) -> str:
    known = _catalogue().get((SAID, text)) or _catalogue().get(("", text))
    if known:
        return known[0]
    for places, pieces, sentence in _sayings():
        if (values := _between(pieces, text)) is not None:
            found = zip(places, values, strict=True)
            return sentence.format(**{name: given.get(name) or _value(value) for name, value in found})
    sentences = _SENTENCE.findall(text)
    told = [_said(each, given) for each in sentences] if len(sentences) > 1 else []
    return " ".join(told) if all(told) else ""


def _value(text: str) -> str:
    """What stands in a place of a sentence: figures, names, and sometimes words or sentences of the service's own."""
    if not _HAN.search(text):
        return text
    if text.startswith("“") and text.endswith("”") and text.count("“") == 1:
        return f"“{_value(text[1:-1])}”"
    whole = _said(f"{text}。").removesuffix(".") or _said(text)
    return whole or ", ".join(map(_value, text.split("、")) if "、" in text else [text])


def _between(pieces: Sequence[str], text: str) -> list[str] | None:
    """What stands in `text` between the given pieces, first to last; None where it is not made of them."""
    begin, end = len(pieces[0]), len(text) - len(pieces[-1])
    if not (text.startswith(pieces[0]) and text.endswith(pieces[-1])):
        return None
    values = []
    for piece in pieces[1:-1]:
        at = text.find(piece, begin + 1, end)
        if at < 0:
            return None
        values.append(text[begin:at])
        begin = at + len(piece)
    values.append(text[begin:end])
    return values if begin < end and not any("。" in value for value in values) else None


@cache
def _sayings() -> tuple[tuple[list[str], list[str], str], ...]:
    """What is said with places in it: their names, the pieces around them, the English; the longest first."""
    found = []
    for (held, text), forms in _catalogue().items():
        if held in {SAID, PROBLEM} and (places := _PLACE.findall(text)):
            found.append((places, _PLACE.sub("{}", text).split("{}"), forms[0]))
    return tuple(sorted(found, key=lambda each: sum(map(len, each[1])), reverse=True))


@cache
def _catalogue() -> Mapping[tuple[str, str], tuple[str, ...]]:
    """I18N-03: context and message → its English: one form, or those for one and for many. Read when first wanted."""
    import polib  # noqa: PLC0415  (only where English is asked for)

    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for path in sorted(_CATALOGUE.glob("*.po")):
        for entry in polib.pofile(str(path), encoding="utf-8"):
            forms = tuple(entry.msgstr_plural[number] for number in sorted(entry.msgstr_plural)) or (entry.msgstr,)
            if all(forms):
                found[(entry.msgctxt or "", entry.msgid)] = forms
    return found
