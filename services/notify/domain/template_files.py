"""MSG-13, MSG-14: a template's file is read strictly: one that does not fit together stops the build and the start."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping
from functools import cache
from string import Formatter
from typing import Any, Literal, TypeVar, cast

from services.notify.domain.kinds import NoticeKind
from services.notify.domain.shapes import LANGUAGES, Kept, Template, Words

T = TypeVar("T")

_OPTIONAL = (Kept.REMARK, Kept.WHEN)
_KEYS = {"kind", "to", "expires", "keeps_days", "campaign", "in_inbox", "parameters", *LANGUAGES}
_WORDS_KEYS = {"title", "lines", "sms", "wechat", "terms"}
_NAME = re.compile(r"[a-z][a-z_]*")
_FIELD = re.compile(r"(thing|time|number)[1-9][0-9]?")
_FITTING = {"time": Kept.INSTANT, "number": Kept.NUMBER}
"""WeChat fields that hold nothing but one value of a kind."""


class TemplateBroken(ValueError):
    """A template's file does not fit together; says which and how."""


def parse(source: str, key: str) -> Template:
    """MSG-13: the template `key` that stands in `source`, today's file or one of an earlier edition.

    Raises TemplateBroken when a word, a parameter or a language is missing, unknown or unused.
    """
    try:
        data = tomllib.loads(source)
        template = _template(data, source, key)
        for language in template.words:
            _check(template, template.words[language])
        _check_together(template)
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise TemplateBroken(f"{key}: {type(error).__name__} {error}") from error
    return template


@cache
def names_in(text: str) -> tuple[str, ...]:
    """The parameters a text of a template uses, in order. Raises ValueError for anything but `{name}` in braces."""
    names = []
    for _, name, form, conversion in Formatter().parse(text):
        if name is not None:
            if form or conversion or not _NAME.fullmatch(name):
                raise ValueError(f"only {{name}} may stand in braces: {text}")
            names.append(name)
    return tuple(names)


def _template(data: Mapping[str, Any], source: str, key: str) -> Template:
    _only(data, _KEYS)
    return Template(
        key=key,
        kind=NoticeKind(data["kind"]),
        to=_to(data["to"]),
        words={language: _words(data[language]) for language in LANGUAGES},
        parameters={name: Kept(kept) for name, kept in data.get("parameters", {}).items()},
        # Two templates with the same words are two all the same: the table of editions names the template beside it.
        edition=hashlib.sha256(f"{key}\n{source}".encode()).hexdigest()[:16],
        source=source,
        expires=_a(str, data.get("expires", "")),
        keeps_days=_a(int, data.get("keeps_days", 3)),
        campaign=_a(bool, data.get("campaign", False)),
        in_inbox=_a(bool, data.get("in_inbox", True)),
    )


def _words(data: Mapping[str, Any]) -> Words:
    _only(data, _WORDS_KEYS)
    return Words(
        title=_a(str, data["title"]),
        lines=tuple(_a(str, line) for line in data["lines"]),
        sms=_a(str, data.get("sms", "")),
        wechat={name: _a(str, text) for name, text in data.get("wechat", {}).items()},
        terms={
            name: {_a(str, given): _a(str, shown) for given, shown in terms.items()}
            for name, terms in data.get("terms", {}).items()
        },
    )


def _check(template: Template, words: Words) -> None:
    if not words.title or not words.lines:
        raise ValueError("title and lines must not be empty")
    titled, declared = set(names_in(words.title)), template.parameters
    # A title is stored in the clear: what a person wrote or is called does not belong there.
    if titled and not template.campaign:
        raise ValueError("only the title of a campaign holds parameters")
    used = titled.union(*map(names_in, words.lines))
    if used != set(declared):
        raise ValueError(f"title and lines use {sorted(used)} of {sorted(declared)}")
    for text in (words.sms, *words.wechat.values()):
        if unknown := set(names_in(text)) - set(declared):
            raise ValueError(f"unknown parameters: {sorted(unknown)}")
    if any(declared[name] in _OPTIONAL for name in names_in(words.sms)):
        raise ValueError("a text message has no line to leave out, and says nothing that somebody wrote freely")
    for name, text in words.wechat.items():
        _check_field(name, text, template)
    if wrong := [name for name in words.terms if declared.get(name) not in (Kept.TEXT, Kept.REMARK)]:
        raise ValueError(f"terms are for texts: {wrong}")


def _check_field(name: str, text: str, template: Template) -> None:
    found = _FIELD.fullmatch(name)
    if found is None:
        raise ValueError(f"the platform has no such field: {name}")
    fitting = _FITTING.get(found[1])
    if fitting is None:
        return
    used = names_in(text)
    if len(used) != 1 or text != f"{{{used[0]}}}" or template.parameters[used[0]] is not fitting:
        raise ValueError(f"{name} holds one {fitting}")


def _check_together(template: Template) -> None:
    first = template.words[LANGUAGES[0]]
    for words in template.words.values():
        if bool(words.sms) != bool(first.sms) or set(words.wechat) != set(first.wechat):
            raise ValueError("a channel has its text in every language or in none")
    if template.expires and template.parameters.get(template.expires) not in (Kept.INSTANT, Kept.WHEN):
        raise ValueError("`expires` names an instant among the parameters")
    if template.keeps_days < 0:
        raise ValueError("`keeps_days` is not negative")


def _to(value: Any) -> Literal["person", "organisation"]:
    if value not in ("person", "organisation"):
        raise ValueError("`to` is person or organisation")
    return cast(Literal["person", "organisation"], value)


def _only(data: Mapping[str, Any], known: set[str]) -> None:
    if unknown := set(data) - known:
        raise ValueError(f"unknown keys: {sorted(unknown)}")


def _a(kind: type[T], value: Any) -> T:
    if type(value) is not kind:
        raise TypeError(f"{kind.__name__} expected")
    return value
