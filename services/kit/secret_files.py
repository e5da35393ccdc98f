"""OPS-18: a secret may be given as a file, `RESIDENCY_<NAME>_FILE`, and is read anew where it is used anew.

A mounted secret is replaced while the process runs. Whoever asks such a secret for its value gets what the file holds
now; who keeps the value keeps the old one until the next start.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog
from pydantic import SecretStr, ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

SUFFIX = "_FILE"
_NOT_SO = ("keys_json",)
"""Its file is `keys_file`, a setting of its own."""

_log = structlog.get_logger("kit.secrets")


class FileSecret(SecretStr):
    """A secret whose value is what its file holds now, without the newline at its end.

    A file that cannot be read, or is empty, for it is being replaced, leaves the former value in use. Raises OSError or
    ValueError when it is so at the start.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._mark = mark(path)
        super().__init__(_read(path))

    def get_secret_value(self) -> str:
        """The value as of now: one look at the file's date, and its content only when that has changed."""
        seen = mark(self._path)
        if seen != self._mark:
            try:
                self._secret_value = _read(self._path)
                self._mark = seen
            except (OSError, ValueError) as error:
                _log.error("a secret's file cannot be read", file=str(self._path), error=type(error).__name__)
        return self._secret_value


class SecretFiles(PydanticBaseSettingsSource):
    """Reads `RESIDENCY_<NAME>_FILE` for every secret of a settings class."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Not used: `__call__` looks at all fields at once."""
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        """The secrets that are given as files. Raises ValidationError naming each that is wrong or given twice."""
        found: dict[str, Any] = {}
        problems: list[InitErrorDetails] = []
        for variable, name in variables(self.settings_cls).items():
            path = os.environ.get(variable)
            if not path:
                continue
            if os.environ.get(variable.removesuffix(SUFFIX)):
                problems.append(_problem(name, f"given twice: keep it or {variable}, not both"))
                continue
            try:
                found[name] = FileSecret(Path(path))
            except (OSError, ValueError) as error:
                why = error.strerror if isinstance(error, OSError) else str(error)
                problems.append(_problem(name, f"{variable} names {path}: {why}"))
        if problems:
            raise ValidationError.from_exception_data(self.settings_cls.__name__, problems)
        return found


def variables(settings: type[BaseSettings]) -> dict[str, str]:
    """Environment variable that names a secret's file → name of the setting, for all secrets of `settings`."""
    prefix = str(settings.model_config.get("env_prefix", ""))
    return {
        f"{prefix}{name.upper()}{SUFFIX}": name
        for name, field in settings.model_fields.items()
        if field.annotation is SecretStr and name not in _NOT_SO
    }


def mark(path: Path) -> tuple[int, int, int] | None:
    """What differs once a file was replaced or written; None when it is not there."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino, found.st_size


def _read(path: Path) -> str:
    content = path.read_text(encoding="utf-8").rstrip("\r\n")
    if not content:
        raise ValueError("the file is empty")
    return content


def _problem(name: str, words: str) -> InitErrorDetails:
    return InitErrorDetails(type=PydanticCustomError("secret_file", "{words}", {"words": words}), loc=(name,), input="")
