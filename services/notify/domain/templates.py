"""MSG-01 and MSG-02: every text that is ever sent, and the parameters each one takes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from types import MappingProxyType

from services.kit.domain import DomainError, Kind
from services.notify.domain.channels import Channel
from services.notify.domain.moments import for_the_platform, is_end, printed
from services.notify.domain.shapes import Kept, Language, Template, Value
from services.notify.domain.template_files import names_in, parse

__all__ = [
    "TEMPLATES",
    "Text",
    "expiry_of",
    "parse",
    "read_values",
    "read_values_of",
    "render",
    "render_for",
    "render_from_text",
    "shown_values",
    "template_of",
    "values_as_text",
    "values_as_text_of",
    "wechat_fields",
]

TEXT_MAX = 2000
"""Longest text parameter in characters; a longer one is cut, for a remark must not stop a message."""

WECHAT_MAX = 20
"""Longest `thing` field in characters; with a longer one the platform refuses the whole message."""

_NOTHING = "—"
"""An empty WeChat field: the platform refuses one without a character."""
_DIGITS = re.compile(r"-?[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class Text:
    """A message ready to be read."""

    title: str = field(repr=False)
    body: str = field(repr=False)


def _load() -> Mapping[str, Template]:
    folder = files("services.notify").joinpath("templates")
    found = sorted((file for file in folder.iterdir() if file.name.endswith(".toml")), key=lambda file: file.name)
    read = {file.name.removesuffix(".toml"): file.read_text(encoding="utf-8") for file in found}
    return MappingProxyType({key: parse(source, key) for key, source in read.items()})


TEMPLATES: Mapping[str, Template] = _load()
"""MSG-01: every template by key, from the files in `templates/`, one a template."""


def template_of(key: str) -> Template:
    """MSG-01: the template `key`. Raises DomainError INVALID TEMPLATE_UNKNOWN."""
    template = TEMPLATES.get(key)
    if template is None:
        raise DomainError(Kind.INVALID, "TEMPLATE_UNKNOWN", "没有这个消息模板。", field="template", rule="MSG-01")
    return template


def render(key: str, values: Mapping[str, Value], language: Language = "zh") -> Text:
    """MSG-02: the text of template `key` with exactly its parameters.

    Raises DomainError INVALID TEMPLATE_UNKNOWN or PARAMETERS_WRONG (one is missing, unknown or of another type).
    """
    return render_for(template_of(key), Channel.INBOX, values, language)


def render_from_text(key: str, values: Mapping[str, str], language: Language = "zh") -> Text:
    """MSG-02: `render` for parameters that came as text: numbers in digits, instants in RFC 3339 with an offset.

    Raises DomainError INVALID TEMPLATE_UNKNOWN or PARAMETERS_WRONG.
    """
    return render(key, read_values(key, values), language)


def render_for(template: Template, channel: Channel, values: Mapping[str, Value], language: Language = "zh") -> Text:
    """MSG-02: what `channel` shows of `template`: title and lines; of a text message its one short text, no title.

    A channel without a text of its own in `template` shows title and lines too. Raises as `render` does.
    """
    words = template.words[language]
    shown = shown_values(template, values, language)
    if channel is Channel.SMS and words.sms:
        short = {
            name: printed(instant, language, end=is_end(template, name), short=True)
            for name, instant in _instants(values).items()
        }
        return Text("", words.sms.format_map({**shown, **short}))
    lines = [line.format_map(shown) for line in words.lines if not _left_out(line, template, shown)]
    return Text(_one_line(words.title.format_map(shown)), "\n".join(lines))


def wechat_fields(template: Template, values: Mapping[str, Value], language: Language = "zh") -> dict[str, str]:
    """MSG-14: the fields of the official account's template, each as long as the platform takes it.

    Raises DomainError PARAMETERS_WRONG.
    """
    shown = shown_values(template, values, language)
    times = {name: for_the_platform(instant, end=is_end(template, name)) for name, instant in _instants(values).items()}
    return {
        name: _fitted(name, text.format_map({**shown, **times} if name.startswith("time") else shown))
        for name, text in template.words[language].wechat.items()
    }


def expiry_of(template: Template, values: Mapping[str, Value], release_at: datetime) -> datetime | None:
    """MSG-15: from when on it is pointless to send it; None for never.

    The instant the template names, as far as this message has one; else some days after its release.
    """
    named = values.get(template.expires) if template.expires else None
    if isinstance(named, datetime):
        return named
    return release_at + timedelta(days=template.keeps_days) if template.keeps_days else None


def read_values(key: str, values: Mapping[str, str]) -> dict[str, Value]:
    """MSG-02: the values of template `key` that came as text, checked: exactly its parameters, each of its type.

    Raises DomainError INVALID TEMPLATE_UNKNOWN or PARAMETERS_WRONG.
    """
    return read_values_of(template_of(key), values)


def read_values_of(template: Template, values: Mapping[str, str]) -> dict[str, Value]:
    """MSG-02: `read_values` for a template of any edition. Raises DomainError PARAMETERS_WRONG."""
    _check_names(template, values)
    read = {name: _read(name, kept, values[name]) for name, kept in template.parameters.items()}
    shown_values(template, read)
    return read


def values_as_text(key: str, values: Mapping[str, Value]) -> dict[str, str]:
    """The one way to write values down: digits, RFC 3339 in UTC; `read_values` reads it.

    Raises DomainError INVALID TEMPLATE_UNKNOWN or PARAMETERS_WRONG.
    """
    return values_as_text_of(template_of(key), values)


def values_as_text_of(template: Template, values: Mapping[str, Value]) -> dict[str, str]:
    """`values_as_text` for a template of any edition. Raises DomainError PARAMETERS_WRONG."""
    shown_values(template, values)
    return {name: _written(values[name]) for name in template.parameters}


def shown_values(template: Template, values: Mapping[str, Value], language: Language = "zh") -> dict[str, str]:
    """MSG-02: each value as a reader of `language` sees it. Raises DomainError PARAMETERS_WRONG."""
    _check_names(template, values)
    terms = template.words[language].terms
    shown = {name: _shown(template, name, values[name], language) for name in template.parameters}
    return {name: _put(text, terms.get(name, {})) for name, text in shown.items()}


def _check_names(template: Template, values: Mapping[str, object]) -> None:
    if set(values) != set(template.parameters):
        raise _wrong("、".join(sorted(set(values) ^ set(template.parameters))))


def _left_out(line: str, template: Template, shown: Mapping[str, str]) -> bool:
    return any(template.parameters[name] in (Kept.REMARK, Kept.WHEN) and not shown[name] for name in names_in(line))


def _shown(template: Template, name: str, value: Value, language: Language) -> str:
    match template.parameters[name], value:
        case (Kept.TEXT, str()) if value.strip():
            return value.strip()[:TEXT_MAX]
        case Kept.REMARK, str():
            return value.strip()[:TEXT_MAX]
        case Kept.NUMBER, int():
            return str(value)
        case Kept.WHEN, "":
            return ""
        case ((Kept.INSTANT | Kept.WHEN), datetime()) if value.tzinfo is not None:
            return printed(value, language, end=is_end(template, name))
    raise _wrong(name)


def _put(text: str, terms: Mapping[str, str]) -> str:
    """`text` in the words of a language; `{}` in a term stands for a number."""
    for given, put in terms.items():
        before, number, after = given.partition("{}")
        if not number and text == given:
            return put
        inner = text.removeprefix(before).removesuffix(after)
        if number and text == f"{before}{inner}{after}" and inner.isdecimal():
            return put.replace("{}", inner)
    return text


def _instants(values: Mapping[str, Value]) -> dict[str, datetime]:
    return {name: value for name, value in values.items() if isinstance(value, datetime)}


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _fitted(name: str, text: str) -> str:
    text = _one_line(text) or _NOTHING
    text = text[0].upper() + text[1:]
    return text[: WECHAT_MAX - 1] + "…" if name.startswith("thing") and len(text) > WECHAT_MAX else text


def _read(name: str, kept: Kept, value: str) -> Value:
    try:
        match kept:
            case Kept.NUMBER if _DIGITS.fullmatch(value):
                return int(value)
            case Kept.INSTANT | Kept.WHEN if value or kept is Kept.INSTANT:
                return datetime.fromisoformat(value)
            case Kept.TEXT | Kept.REMARK | Kept.WHEN:
                return value
    except ValueError:
        pass
    raise _wrong(name) from None


def _written(value: Value) -> str:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else str(value)


def _wrong(names: str) -> DomainError:
    return DomainError(
        Kind.INVALID,
        "PARAMETERS_WRONG",
        "消息参数不完整或类型不对。",
        field="parameters",
        rule="MSG-02",
        details={"parameters": names},
    )
