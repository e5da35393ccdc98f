"""Hands credentials to processes as files, as a platform mounts them: changed ones are taken over while they run."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

HANDED = ("DATABASE_URL", "NATS_CREDENTIALS", "MACHINE_SECRET", "MACHINE_SECRETS")
_PREFIX, _SUFFIX = "RESIDENCY_", "_FILE"


def file(data: Path, process: str, name: str) -> Path:
    """Where `name` (one of HANDED) of `process` lies; its replicas share it."""
    return data / "secrets" / process / name.lower()


def write(place: Path, content: str) -> None:
    """Replace a file so that only its owner reads it, and nobody half of it."""
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = place.with_suffix(".new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as opened:
        opened.write(content)
    draft.replace(place)


def as_files(data: Path, process: str, told: Mapping[str, str]) -> dict[str, str]:
    """The settings of `process` with its credentials written to files and named instead."""
    handed = _without_nats_password(told)
    for name in HANDED:
        variable = f"{_PREFIX}{name}"
        value = handed.pop(variable, "")
        if value:
            place = file(data, process, name)
            write(place, value)
            handed[f"{variable}{_SUFFIX}"] = str(place)
    return handed


def _without_nats_password(told: Mapping[str, str]) -> dict[str, str]:
    """The address without credentials; they stand by themselves unless others are given for it."""
    url, credentials = f"{_PREFIX}NATS_URL", f"{_PREFIX}NATS_CREDENTIALS"
    parts = urlsplit(told.get(url, ""))
    given, at, place = parts.netloc.rpartition("@")
    if not at or credentials in told or f"{credentials}{_SUFFIX}" in told:
        return dict(told)
    return {**told, url: f"{parts.scheme}://{place}", credentials: given}
